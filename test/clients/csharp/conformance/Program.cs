using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;
using Twilio;
using Twilio.Base;
using Twilio.Clients;
using Twilio.Exceptions;
using Twilio.Http;
using Twilio.Rest.Api.V2010;
using Twilio.Rest.Api.V2010.Account;
using Twilio.Rest.Api.V2010.Account.AvailablePhoneNumberCountry;
using Twilio.Rest.Api.V2010.Account.Usage;
using Twilio.Security;
using Twilio.Types;
using Permission = Twilio.Rest.Api.V2010.Account.ConnectAppResource.PermissionEnum;

/// <summary>
/// All that Twilio's C# library can do with ConnectApps, AuthorizedConnectApps and Accounts, and what
/// a Connect App does with phone numbers, messages and calls. It runs on what scene.ts prepares, and
/// changes and deletes CONNECT_APP_SID. With the argument `strict` it checks what a strict server
/// refuses instead; with `away`, what a server says that has lost its database.
/// </summary>
class Program {
    static readonly string AccountSid = Environment.GetEnvironmentVariable("TWILIO_ACCOUNT_SID");
    static readonly string AuthToken = Environment.GetEnvironmentVariable("TWILIO_AUTH_TOKEN");
    static readonly string AppSid = Environment.GetEnvironmentVariable("CONNECT_APP_SID");
    static readonly string UnknownAppSid = "CN" + new string('f', 32);
    static readonly string UnknownAccountSid = "AC" + new string('f', 32);
    static readonly PhoneNumber To = new PhoneNumber("+15558675310");
    const string Text = "שלום e\u0301 👩🏽\u200d🚀 \"q\" <b>&amp;</b> 100% + 1; a=b";

    static bool failed = false;

    static int Main(string[] arguments) {
        TwilioClient.Init(AccountSid, AuthToken);
        if (arguments.SequenceEqual(new[] { "strict" })) {
            RefuseStrictly();
        } else if (arguments.SequenceEqual(new[] { "away" })) {
            MeetLoss();
        } else {
            ListApps();
            UpdateApp();
            RefuseRequests();
            UseAccounts();
            UseAuthorizedApps();
            MeetFailures();
            ValidateCallbacks();
            UseStandIns();
            DeleteApp();
        }
        return failed ? 1 : 0;
    }

    static void Check(string name, Action run) {
        try {
            run();
            Console.WriteLine("ok " + name);
        } catch (Exception error) {
            failed = true;
            Console.WriteLine("not ok " + name + ": " + error.Message.Replace('\n', ' '));
        }
    }

    static void Same(object actual, object expected) {
        if (!Equals(actual, expected)) {
            throw new Exception(actual + " is not " + expected);
        }
    }

    static void Same(IEnumerable<string> actual, IEnumerable<string> expected) {
        Same(string.Join(" ", actual), string.Join(" ", expected));
    }

    /// <summary>`call` must throw the library's own exception, with all three.</summary>
    static void Refused(int status, int code, string message, Action call) {
        try {
            call();
        } catch (ApiException error) {
            Same(error.Status + " " + error.Code, status + " " + code);
            if (!error.Message.Contains(message)) {
                throw new Exception(message + " is not in " + error.Message);
            }
            return;
        }
        throw new Exception("it was not refused");
    }

    static IEnumerable<string> Sids(IEnumerable<ConnectAppResource> apps) {
        return apps.Select(app => app.Sid);
    }

    static ConnectAppResource Update(Action<UpdateConnectAppOptions> change) {
        var options = new UpdateConnectAppOptions(AppSid);
        change(options);
        return ConnectAppResource.Update(options);
    }

    static Page<ConnectAppResource> Page(string query) {
        var url = $"https://api.twilio.com/2010-04-01/Accounts/{AccountSid}/ConnectApps.json?{query}";
        return ConnectAppResource.GetPage(url, TwilioClient.GetRestClient());
    }

    static void ListApps() {
        var all = Sids(ConnectAppResource.Read()).ToList();
        var client = TwilioClient.GetRestClient();

        Check("fetches an app", () => {
            var app = ConnectAppResource.Fetch(AppSid);
            Same(new[] { app.Sid, app.AccountSid }, new[] { AppSid, AccountSid });
            Same(app.Uri, $"/2010-04-01/Accounts/{AccountSid}/ConnectApps/{AppSid}.json");
        });

        Check("lists without a limit", () => {
            Same(all.Distinct().Count(), 7);
            Same(all.Contains(AppSid), true);
        });

        Check("lists up to a limit", () =>
            Same(Sids(ConnectAppResource.Read(limit: 2)), all.Take(2)));

        Check("lists up to a limit over 1000", () =>
            Same(Sids(ConnectAppResource.Read(limit: 2000)), all));

        Check("lists with a page size", () => {
            Same(Sids(ConnectAppResource.Read(pageSize: 5)), all);
            // It promises whole pages, as many as the limit needs.
            Same(Sids(ConnectAppResource.Read(pageSize: 3, limit: 5)), all.Take(6));
        });

        Check("iterates lazily over three pages", () => {
            var seen = new List<string>();
            foreach (var app in ConnectAppResource.Read(pageSize: 3)) {
                seen.Add(app.Sid);
            }
            Same(seen, all);
        });

        Check("turns to the next page and back", () => {
            var second = ConnectAppResource.NextPage(Page("PageSize=3"), client);
            Same(Sids(second.Records), all.Skip(3).Take(3));
            var third = ConnectAppResource.NextPage(second, client);
            Same(Sids(third.Records), all.Skip(6));
            Same(third.HasNextPage(), false);
            var back = ConnectAppResource.PreviousPage(second, client);
            Same(Sids(back.Records), all.Take(3));
        });

        Check("opens a page by its link", () => {
            var link = Page("PageSize=3").GetNextPageUrl(Twilio.Rest.Domain.Api);
            Same(Sids(ConnectAppResource.GetPage(link, client).Records), all.Skip(3).Take(3));
        });
    }

    static void UpdateApp() {
        var name = string.Concat(Enumerable.Repeat("🎉", 64));
        var back = "https://app.example.com/back?a=1&b=%20";
        var bye = "https://app.example.com/bye";
        var home = "https://app.example.com/";
        var getAll = new List<Permission> { Permission.GetAll };
        var changes = new (string Name, Action<UpdateConnectAppOptions> Apply, Func<ConnectAppResource, string> Read, string Value)[] {
            ("AuthorizeRedirectUrl", o => o.AuthorizeRedirectUrl = new Uri(back), a => a.AuthorizeRedirectUrl.OriginalString, back),
            ("CompanyName", o => o.CompanyName = "Example & Sons", a => a.CompanyName, "Example & Sons"),
            ("DeauthorizeCallbackMethod", o => o.DeauthorizeCallbackMethod = HttpMethod.Post, a => a.DeauthorizeCallbackMethod.ToString(), "POST"),
            ("DeauthorizeCallbackUrl", o => o.DeauthorizeCallbackUrl = new Uri(bye), a => a.DeauthorizeCallbackUrl.OriginalString, bye),
            ("Description", o => o.Description = "What it does", a => a.Description, "What it does"),
            ("FriendlyName", o => o.FriendlyName = name, a => a.FriendlyName, name),
            ("HomepageUrl", o => o.HomepageUrl = new Uri(home), a => a.HomepageUrl.OriginalString, home),
            ("Permissions", o => o.Permissions = getAll, a => string.Join(" ", a.Permissions), "get-all"),
        };
        foreach (var change in changes) {
            Check("updates " + change.Name, () => {
                Same(change.Read(Update(change.Apply)), change.Value);
                Same(change.Read(ConnectAppResource.Fetch(AppSid)), change.Value);
            });
        }

        Check("updates all properties at once", () => {
            Update(options => {
                options.Description = "Another";
                options.Permissions = new List<Permission> { Permission.PostAll };
            });
            var updated = Update(options => {
                foreach (var change in changes) {
                    change.Apply(options);
                }
            });
            Same(changes.Select(change => change.Read(updated)), changes.Select(change => change.Value));
        });

        Check("puts permissions in their order", () => {
            var ordered = new List<Permission> { Permission.GetAll, Permission.PostAll };
            foreach (var permissions in new[] { Enumerable.Reverse(ordered).ToList(), ordered }) {
                var updated = Update(options => options.Permissions = permissions);
                Same(string.Join(" ", updated.Permissions), "get-all post-all");
            }
        });

        Check("clears a text", () => {
            var cleared = Update(options => options.Description = "");
            Same(cleared.Description, null);
            Same(cleared.CompanyName, "Example & Sons");
        });

        Check("clears a URL", () =>
            Same(Update(options => options.HomepageUrl = new Twilio.Types.EmptyUri()).HomepageUrl, null));

        Check("keeps every character", () => {
            Same(Update(options => options.Description = Text).Description, Text);
            Same(ConnectAppResource.Fetch(AppSid).Description, Text);
        });
    }

    static void RefuseRequests() {
        var wrong = new TwilioRestClient(AccountSid, new string('f', 32));
        var unknown = new TwilioRestClient(UnknownAccountSid, AuthToken);

        Check("refuses a wrong token", () =>
            Refused(401, 20003, "Authenticate", () => ConnectAppResource.Fetch(AppSid, client: wrong)));
        Check("refuses a wrong token on a list", () =>
            Refused(401, 20003, "Authenticate", () => ConnectAppResource.Read(client: wrong)));
        Check("refuses an unknown account", () =>
            Refused(401, 20003, "Authenticate", () => ConnectAppResource.Read(client: unknown)));
        Check("does not find an unknown app", () =>
            Refused(404, 20404, $"/ConnectApps/{UnknownAppSid}.json was not found", () =>
                ConnectAppResource.Fetch(UnknownAppSid)));
        Check("does not find a malformed SID", () =>
            Refused(404, 20404, "/ConnectApps/CN1.json was not found", () => ConnectAppResource.Fetch("CN1")));
        Check("does not find another account's apps", () =>
            Refused(404, 20404, "was not found", () => ConnectAppResource.Read(UnknownAccountSid)));
        Check("refuses an empty friendly name", () =>
            Refused(400, 20002, "Invalid FriendlyName", () => Update(options => options.FriendlyName = "")));
        Check("refuses a long friendly name", () =>
            Refused(400, 20002, "Invalid FriendlyName", () =>
                Update(options => options.FriendlyName = new string('x', 65))));
        Check("refuses a URL that is not one", () =>
            Refused(400, 20422, "HomepageUrl", () =>
                Update(options => options.HomepageUrl = new Uri("not a url", UriKind.Relative))));
        Check("refuses a method other than GET and POST", () =>
            Refused(400, 20422, "DeauthorizeCallbackMethod", () =>
                Update(options => options.DeauthorizeCallbackMethod = HttpMethod.Put)));
        Check("refuses an unknown permission", () =>
            Refused(400, 20422, "Permissions", () =>
                Update(options => options.Permissions = new List<Permission> { "put-all" })));
        Check("refuses a page size of 0", () =>
            Refused(400, 20422, "PageSize", () => Page("PageSize=0")));
        Check("refuses a page token that it did not give", () =>
            Refused(400, 21481, "Invalid PageToken", () => Page("PageToken=nonsense")));
        Check("refuses a request that is too large", () =>
            Refused(413, 20413, "", () => Update(options => options.Description = new string('x', 200_000))));
    }

    static void UseAccounts() {
        Check("tests the certificate", () => TwilioClient.ValidateSslCertificate());

        Check("fetches the account", () => {
            var account = AccountResource.Fetch(AccountSid);
            Same(account.Sid, AccountSid);
            Same(account.Status, AccountResource.StatusEnum.Active);
            Same(account.Type, AccountResource.TypeEnum.Full);
        });

        var child = AccountResource.Create("Child of C#");
        var asChild = new TwilioRestClient(child.Sid, child.AuthToken);

        Check("creates a subaccount", () => {
            Same(child.OwnerAccountSid, AccountSid);
            Same(child.Status, AccountResource.StatusEnum.Active);
            Same(ConnectAppResource.Read(client: asChild).Count(), 0);
        });

        Check("lists accounts", () => {
            var listed = AccountResource.Read().Select(account => account.Sid).ToList();
            Same(listed.Contains(AccountSid) && listed.Contains(child.Sid), true);
        });

        Check("lists accounts by name", () =>
            Same(AccountResource.Read(friendlyName: "Child of C#").Select(account => account.Sid), new[] { child.Sid }));

        Check("renames a subaccount", () =>
            Same(AccountResource.Update(child.Sid, friendlyName: Text).FriendlyName, Text));

        Check("opens a subaccount's path with its parent's token", () =>
            Same(ConnectAppResource.Read(child.Sid).Count(), 0));

        Check("refuses a suspended account", () => {
            AccountResource.Update(child.Sid, status: AccountResource.StatusEnum.Suspended);
            Refused(403, 20005, "Account not active", () => ConnectAppResource.Read(client: asChild));
        });

        Check("refuses a closed account", () => {
            AccountResource.Update(child.Sid, status: AccountResource.StatusEnum.Closed);
            Refused(401, 20003, "Authenticate", () => ConnectAppResource.Read(client: asChild));
        });
    }

    static string Variable(string name) {
        return Environment.GetEnvironmentVariable(name);
    }

    static void UseAuthorizedApps() {
        var account = Variable("CUSTOMER_SID");
        var customer = new TwilioRestClient(account, Variable("CUSTOMER_TOKEN"));
        var reader = new TwilioRestClient(Variable("READER_SID"), AuthToken);
        var writer = new TwilioRestClient(Variable("WRITER_SID"), AuthToken);
        var revoked = new TwilioRestClient(Variable("REVOKED_SID"), AuthToken);

        Check("lists authorized apps", () => {
            var all = AuthorizedConnectAppResource.Read(client: customer).Select(app => app.ConnectAppSid).ToList();
            Same(all.Distinct().Count(), 4);
            var some = AuthorizedConnectAppResource.Read(limit: 2, client: customer);
            Same(some.Select(app => app.ConnectAppSid), all.Take(2));
            var paged = AuthorizedConnectAppResource.Read(pageSize: 1, client: customer);
            Same(paged.Select(app => app.ConnectAppSid), all);
        });

        Check("fetches an authorized app", () => {
            var app = AuthorizedConnectAppResource.Fetch(Variable("READER_APP_SID"), client: customer);
            Same(app.AccountSid, Variable("READER_SID"));
            Same(string.Join(",", app.Permissions), "get-all");
            Same(app.ConnectAppFriendlyName, "App 0");
        });

        Check("does not find an app that was not authorized", () =>
            Refused(404, 20404, "was not found", () =>
                AuthorizedConnectAppResource.Fetch(AppSid, client: customer)));

        Check("reads its customer's account as an authorized app", () => {
            var found = AccountResource.Fetch(account, reader);
            Same(found.Sid, account);
            Same(found.AuthToken, null);
        });

        Check("is refused without get-all", () => {
            Refused(403, 20006, "Access Denied", () => AccountResource.Fetch(account, writer));
            Refused(401, 20003, "Authenticate", () => ConnectAppResource.Read(account, client: writer));
        });

        Check("is refused after a deauthorization", () => {
            Refused(403, 20006, "Access Denied", () => AccountResource.Fetch(Variable("REVOKED_SID"), revoked));
            Refused(401, 20003, "Authenticate", () => ConnectAppResource.Read(client: revoked));
        });

        var validator = new RequestValidator(AuthToken);
        Check("validates a real POST callback", () => {
            var parameters = new Dictionary<string, string> {
                ["AccountSid"] = Variable("CALLBACK_ACCOUNT_SID"),
                ["ConnectAppSid"] = Variable("CALLBACK_CONNECT_APP_SID"),
            };
            var signature = Variable("CALLBACK_POST_SIGNATURE");
            Same(validator.Validate(Variable("CALLBACK_POST_URL"), parameters, signature), true);
        });

        Check("validates a real GET callback", () => {
            var nothing = new Dictionary<string, string>();
            var signature = Variable("CALLBACK_GET_SIGNATURE");
            Same(validator.Validate(Variable("CALLBACK_GET_URL"), nothing, signature), true);
        });
    }

    static void MeetFailures() {
        var broken = new TwilioRestClient(Variable("BROKEN_SID"), Variable("BROKEN_TOKEN"));

        Check("is told of a failure of the server", () =>
            Refused(500, 20500, "Internal Server Error", () =>
                AccountResource.Fetch(Variable("BROKEN_SID"), broken)));
    }

    static void MeetLoss() {
        Check("is told that the database is away", () =>
            Refused(503, 20503, "Service Unavailable", () => ConnectAppResource.Fetch(AppSid)));
    }

    static void ValidateCallbacks() {
        var validator = new RequestValidator("0123456789abcdef0123456789abcdef");
        var url = "https://app.example.com/twilio/deauthorize";
        var signature = "aFn3woBVSlAf3geDcx8j2NsFT38=";
        var parameters = new Dictionary<string, string> {
            ["AccountSid"] = "AC" + new string('1', 32),
            ["ConnectAppSid"] = "CN" + new string('2', 32),
        };

        Check("validates a POST callback", () => Same(validator.Validate(url, parameters, signature), true));

        Check("validates a GET callback", () => {
            var query = string.Join("&", parameters.Select(pair => pair.Key + "=" + pair.Value));
            var nothing = new Dictionary<string, string>();
            Same(validator.Validate(url + "?" + query, nothing, "lhlOUFlRjCaaNOVx84/7XX+/vZw="), true);
        });

        Check("validates Twilio's documented request", () => {
            var call = new Dictionary<string, string> {
                ["CallSid"] = "CA1234567890ABCDE",
                ["Caller"] = "+12349013030",
                ["Digits"] = "1234",
                ["From"] = "+12349013030",
                ["To"] = "+18005551212",
            };
            var called = "https://mycompany.com/myapp.php?foo=1&bar=2";
            Same(new RequestValidator("12345").Validate(called, call, "0/KCTR6DLpKmkAf8muzZqo1nDgQ="), true);
        });

        Check("rejects a forged callback", () => {
            var forged = new Dictionary<string, string>(parameters) { ["AccountSid"] = UnknownAccountSid };
            Same(validator.Validate(url, forged, signature), false);
        });
    }

    static void UseStandIns() {
        var reader = new TwilioRestClient(Variable("READER_SID"), AuthToken);

        Act(TwilioClient.GetRestClient(), "as an account");
        Act(new TwilioRestClient(Variable("WRITER_SID"), AuthToken), "as an app with post-all");

        Check("reads messages as an app with get-all", () => {
            Same(MessageResource.Read(client: reader).Count(), 0);
            Same(MessageResource.Read(Variable("CUSTOMER_SID"), client: reader).Count(), 0);
        });

        Check("does not act as an app with get-all", () => {
            Refused(403, 20006, "Access Denied", () =>
                IncomingPhoneNumberResource.Create(areaCode: "415", client: reader));
            Refused(403, 20006, "Access Denied", () =>
                MessageResource.Create(to: To, from: To, body: "Hello", client: reader));
            Refused(403, 20006, "Access Denied", () =>
                CallResource.Create(To, To, twiml: new Twiml("<Response/>"), client: reader));
        });

        var key = NewKeyResource.Create(friendlyName: "C#");
        var withKey = new TwilioRestClient(key.Sid, key.Secret, AccountSid);
        Act(withKey, "with an API key");

        Check("refuses an API key for accounts", () =>
            Refused(401, 20003, "Authenticate", () => AccountResource.Read(client: withKey)));

        Check("refuses a deleted API key", () => {
            Same(KeyResource.Delete(key.Sid), true);
            Refused(401, 20003, "Authenticate", () => MessageResource.Read(client: withKey));
        });
    }

    /// <summary>From the search for a number to the bill; `who` ends the name of each check.</summary>
    static void Act(ITwilioRestClient client, string who) {
        List<string> Search() => LocalResource.Read("US", areaCode: 415, limit: 5, client: client)
            .Select(one => one.PhoneNumber.ToString()).ToList();
        var from = new PhoneNumber(Search().First());
        var number = IncomingPhoneNumberResource.Create(phoneNumber: from, client: client);

        Check("buys a phone number " + who, () => {
            Same(number.PhoneNumber.ToString(), from.ToString());
            Same(number.Capabilities.Sms, true);
            var own = IncomingPhoneNumberResource.Read(phoneNumber: from, client: client);
            Same(own.Single().Sid, number.Sid);
            Same(Search().Contains(from.ToString()), false);
        });

        Check("configures a phone number " + who, () => {
            foreach (var url in new[] { new Uri("https://app.example.com/sms"), new EmptyUri() }) {
                var changed = IncomingPhoneNumberResource.Update(
                    number.Sid, smsUrl: url, smsMethod: HttpMethod.Get, client: client);
                Same(changed.SmsUrl?.OriginalString ?? "", url is EmptyUri ? "" : url.OriginalString);
                Same(changed.SmsMethod.ToString(), "GET");
            }
        });

        Check("sends a message " + who, () => {
            var sent = MessageResource.Create(to: To, from: from, body: "Hello", client: client);
            Same(sent.Status, MessageResource.StatusEnum.Queued);
            Same(sent.Body + sent.NumSegments, "Hello1");
            while (MessageResource.Fetch(sent.Sid, client: client).Status != MessageResource.StatusEnum.Delivered) {
                Thread.Sleep(100);
            }
        });

        Check("lists messages " + who, () => {
            var second = MessageResource.Create(to: To, from: from, body: "Hello again", client: client);
            var listed = MessageResource.Read(from: from, pageSize: 1, limit: 2, client: client).ToList();
            Same(listed.Count, 2);
            Same(listed[0].Sid, second.Sid);
        });

        Check("makes a call " + who, () => {
            var call = CallResource.Create(To, from, twiml: new Twiml("<Response/>"), client: client);
            Same(call.Status, CallResource.StatusEnum.Queued);
            Same(call.To, To.ToString());
            var ended = CallResource.Update(call.Sid, status: CallResource.UpdateStatusEnum.Completed, client: client);
            Same(ended.Status, CallResource.StatusEnum.Completed);
        });

        Check("reads usage " + who, () => {
            var sms = RecordResource.Read(category: "sms", client: client).Single();
            Same(int.Parse(sms.Count) >= 2, true);
        });

        Check("releases a phone number " + who, () => {
            Same(IncomingPhoneNumberResource.Delete(number.Sid, client: client), true);
            Refused(404, 20404, "was not found", () =>
                IncomingPhoneNumberResource.Fetch(number.Sid, client: client));
        });
    }

    static void DeleteApp() {
        Check("deletes an app", () => {
            Same(ConnectAppResource.Delete(AppSid), true);
            Refused(404, 20404, "was not found", () => ConnectAppResource.Fetch(AppSid));
        });
    }

    static void RefuseStrictly() {
        Check("refuses to delete an app", () =>
            Refused(405, 20004, "Method not allowed", () => ConnectAppResource.Delete(AppSid)));
        Check("refuses a page size over 1000", () =>
            Refused(400, 20007, "Page size too large", () => Page("PageSize=1001")));
        Check("refuses too many requests", () => Refused(429, 20429, "", () => {
            for (var i = 0; i < 100; i++) {
                ConnectAppResource.Fetch(AppSid);
            }
        }));
    }
}
