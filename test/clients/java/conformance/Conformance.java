import com.twilio.Twilio;
import com.twilio.base.Page;
import com.twilio.base.ResourceSet;
import com.twilio.exception.ApiException;
import com.twilio.http.HttpMethod;
import com.twilio.http.TwilioRestClient;
import com.twilio.rest.api.v2010.Account;
import com.twilio.rest.api.v2010.account.AuthorizedConnectApp;
import com.twilio.rest.api.v2010.account.Call;
import com.twilio.rest.api.v2010.account.ConnectApp;
import com.twilio.rest.api.v2010.account.ConnectApp.Permission;
import com.twilio.rest.api.v2010.account.ConnectAppUpdater;
import com.twilio.rest.api.v2010.account.IncomingPhoneNumber;
import com.twilio.rest.api.v2010.account.Key;
import com.twilio.rest.api.v2010.account.Message;
import com.twilio.rest.api.v2010.account.NewKey;
import com.twilio.rest.api.v2010.account.Recording;
import com.twilio.rest.api.v2010.account.availablephonenumbercountry.Local;
import com.twilio.rest.api.v2010.account.usage.Record;
import com.twilio.security.RequestValidator;
import com.twilio.type.PhoneNumber;
import com.twilio.type.Twiml;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * All that Twilio's Java library can do with ConnectApps, AuthorizedConnectApps and Accounts, and
 * what a Connect App does with phone numbers, messages and calls. It runs on what scene.ts prepares,
 * and changes and deletes CONNECT_APP_SID. With the argument `strict` it checks what a strict server
 * refuses instead; with `away`, what a server says that has lost its database; with `gateways`, what is
 * met behind gateways.
 */
public class Conformance {
    static final String ACCOUNT_SID = System.getenv("TWILIO_ACCOUNT_SID");
    static final String AUTH_TOKEN = System.getenv("TWILIO_AUTH_TOKEN");
    static final String APP_SID = System.getenv("CONNECT_APP_SID");
    static final String UNKNOWN_APP_SID = "CN" + "f".repeat(32);
    static final String UNKNOWN_ACCOUNT_SID = "AC" + "f".repeat(32);
    static final PhoneNumber TO = new PhoneNumber("+15558675310");
    static final String TEXT = "שלום e\u0301 👩🏽\u200d🚀 \"q\" <b>&amp;</b> 100% + 1; a=b";

    static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    static boolean failed = false;

    interface Step {
        void run() throws Exception;
    }

    public static void main(String[] arguments) {
        Twilio.init(ACCOUNT_SID, AUTH_TOKEN);
        String mode = arguments.length == 1 ? arguments[0] : "";
        if (mode.equals("strict")) {
            refuseStrictly();
        } else if (mode.equals("away")) {
            meetLoss();
        } else if (mode.equals("gateways")) {
            List.of(System.getenv("GATEWAYS").split(" ")).forEach(Conformance::meetGateway);
            List.of(System.getenv("GATEWAYS_DOWN").split(" ")).forEach(Conformance::meetOutage);
        } else {
            listApps();
            updateApp();
            refuseRequests();
            useAccounts();
            useAuthorizedApps();
            meetFailures();
            validateCallbacks();
            useStandIns();
            deleteApp();
        }
        System.exit(failed ? 1 : 0);
    }

    static void check(String name, Step step) {
        try {
            step.run();
            OUT.println("ok " + name);
        } catch (Exception | AssertionError error) {
            failed = true;
            OUT.println("not ok " + name + ": " + error.toString().replace('\n', ' '));
        }
    }

    static void same(Object actual, Object expected) {
        if (!Objects.equals(actual, expected)) {
            throw new AssertionError(actual + " is not " + expected);
        }
    }

    /** `step` must end in the library's own exception, with all three. */
    static void refused(int status, int code, String message, Step step) throws Exception {
        try {
            step.run();
        } catch (ApiException error) {
            same(List.of(error.getStatusCode(), error.getCode()), List.of(status, code));
            if (!error.getMessage().contains(message)) {
                throw new AssertionError(message + " is not in " + error.getMessage());
            }
            return;
        }
        throw new AssertionError("it was not refused");
    }

    static TwilioRestClient as(String sid, String token) {
        return new TwilioRestClient.Builder(sid, token).build();
    }

    static ConnectApp fetch() {
        return ConnectApp.fetcher(APP_SID).fetch();
    }

    static ConnectAppUpdater updater() {
        return ConnectApp.updater(APP_SID);
    }

    static List<String> sids(Iterable<ConnectApp> apps) {
        List<String> found = new ArrayList<>();
        apps.forEach(app -> found.add(app.getSid()));
        return found;
    }

    static List<String> accountSids(Iterable<Account> accounts) {
        List<String> found = new ArrayList<>();
        accounts.forEach(account -> found.add(account.getSid()));
        return found;
    }

    static void listApps() {
        List<String> all = sids(ConnectApp.reader().read());

        check("fetches an app", () -> {
            ConnectApp app = fetch();
            same(List.of(app.getSid(), app.getAccountSid()), List.of(APP_SID, ACCOUNT_SID));
            String uri = "/2010-04-01/Accounts/" + ACCOUNT_SID + "/ConnectApps/" + APP_SID + ".json";
            same(app.getUri(), uri);
        });

        check("lists without a limit", () -> {
            same(all.stream().distinct().count(), 7L);
            same(all.contains(APP_SID), true);
        });

        check("lists up to a limit", () ->
            same(sids(ConnectApp.reader().limit(2).read()), all.subList(0, 2)));

        check("lists up to a limit over 1000", () ->
            same(sids(ConnectApp.reader().limit(2000).read()), all));

        check("lists with a page size", () -> {
            same(sids(ConnectApp.reader().pageSize(3).limit(5).read()), all.subList(0, 5));
            same(sids(ConnectApp.reader().pageSize(5).read()), all);
        });

        check("iterates lazily over three pages", () -> {
            ResourceSet<ConnectApp> apps = ConnectApp.reader().pageSize(3).read();
            List<String> seen = new ArrayList<>();
            for (ConnectApp app : apps) {
                seen.add(app.getSid());
            }
            same(seen, all);
        });

        check("turns to the next page and back", () -> {
            var reader = ConnectApp.reader().pageSize(3);
            Page<ConnectApp> second = reader.nextPage(reader.firstPage());
            same(sids(second.getRecords()), all.subList(3, 6));
            Page<ConnectApp> third = reader.nextPage(second);
            same(sids(third.getRecords()), all.subList(6, 7));
            same(third.hasNextPage(), false);
            same(sids(reader.previousPage(second).getRecords()), all.subList(0, 3));
        });

        check("opens a page by its link", () -> {
            var reader = ConnectApp.reader().pageSize(3);
            String link = reader.firstPage().getNextPageUrl("api");
            same(sids(ConnectApp.reader().getPage(link).getRecords()), all.subList(3, 6));
        });
    }

    /** A change, the value it sets, and where that is to be seen. */
    record Change(UnaryOperator<ConnectAppUpdater> apply, Function<ConnectApp, Object> read, Object value) {
        void check(ConnectApp app) {
            Object found = read.apply(app);
            same(found instanceof java.net.URI ? found.toString() : found, value);
        }
    }

    static Map<String, Change> changes() {
        String back = "https://app.example.com/back?a=1&b=%20";
        String bye = "https://app.example.com/bye";
        String home = "https://app.example.com/";
        String name = "🎉".repeat(64);
        List<Permission> permissions = List.of(Permission.GET_ALL);
        Map<String, Change> changes = new LinkedHashMap<>();
        changes.put("AuthorizeRedirectUrl", new Change(
            updater -> updater.setAuthorizeRedirectUrl(back), ConnectApp::getAuthorizeRedirectUrl, back));
        changes.put("CompanyName", new Change(
            updater -> updater.setCompanyName("Example & Sons"), ConnectApp::getCompanyName, "Example & Sons"));
        changes.put("DeauthorizeCallbackMethod", new Change(
            updater -> updater.setDeauthorizeCallbackMethod(HttpMethod.POST),
            ConnectApp::getDeauthorizeCallbackMethod, HttpMethod.POST));
        changes.put("DeauthorizeCallbackUrl", new Change(
            updater -> updater.setDeauthorizeCallbackUrl(bye), ConnectApp::getDeauthorizeCallbackUrl, bye));
        changes.put("Description", new Change(
            updater -> updater.setDescription("What it does"), ConnectApp::getDescription, "What it does"));
        changes.put("FriendlyName", new Change(
            updater -> updater.setFriendlyName(name), ConnectApp::getFriendlyName, name));
        changes.put("HomepageUrl", new Change(
            updater -> updater.setHomepageUrl(home), ConnectApp::getHomepageUrl, home));
        changes.put("Permissions", new Change(
            updater -> updater.setPermissions(permissions), ConnectApp::getPermissions, permissions));
        return changes;
    }

    static void updateApp() {
        Map<String, Change> changes = changes();
        changes.forEach((name, change) -> check("updates " + name, () -> {
            change.check(change.apply().apply(updater()).update());
            change.check(fetch());
        }));

        check("updates all properties at once", () -> {
            updater().setDescription("Another").setPermissions(Permission.POST_ALL).update();
            ConnectAppUpdater updater = updater();
            changes.values().forEach(change -> change.apply().apply(updater));
            ConnectApp updated = updater.update();
            changes.values().forEach(change -> change.check(updated));
        });

        check("puts permissions in their order", () -> {
            List<Permission> ordered = List.of(Permission.GET_ALL, Permission.POST_ALL);
            List<Permission> reversed = List.of(Permission.POST_ALL, Permission.GET_ALL);
            for (List<Permission> permissions : List.of(reversed, ordered)) {
                same(updater().setPermissions(permissions).update().getPermissions(), ordered);
            }
        });

        check("clears a text", () -> {
            ConnectApp cleared = updater().setDescription("").update();
            same(cleared.getDescription(), null);
            same(cleared.getCompanyName(), "Example & Sons");
        });

        check("clears a URL", () -> same(updater().setHomepageUrl("").update().getHomepageUrl(), null));

        check("keeps every character", () -> {
            same(updater().setDescription(TEXT).update().getDescription(), TEXT);
            same(fetch().getDescription(), TEXT);
        });
    }

    static void refuseRequests() {
        TwilioRestClient wrong = as(ACCOUNT_SID, "f".repeat(32));

        check("refuses a wrong token", () ->
            refused(401, 20003, "Authenticate", () -> ConnectApp.fetcher(APP_SID).fetch(wrong)));
        check("refuses a wrong token on a list", () ->
            refused(401, 20003, "Authenticate", () -> ConnectApp.reader().read(wrong)));
        check("refuses an unknown account", () -> {
            TwilioRestClient unknown = as(UNKNOWN_ACCOUNT_SID, AUTH_TOKEN);
            refused(401, 20003, "Authenticate", () -> ConnectApp.reader().read(unknown));
        });
        check("does not find an unknown app", () -> {
            String message = "/ConnectApps/" + UNKNOWN_APP_SID + ".json was not found";
            refused(404, 20404, message, () -> ConnectApp.fetcher(UNKNOWN_APP_SID).fetch());
        });
        check("does not find a malformed SID", () -> {
            String message = "/ConnectApps/CN1.json was not found";
            refused(404, 20404, message, () -> ConnectApp.fetcher("CN1").fetch());
        });
        check("does not find another account's apps", () ->
            refused(404, 20404, "was not found", () -> ConnectApp.reader(UNKNOWN_ACCOUNT_SID).read()));
        check("refuses an empty friendly name", () ->
            refused(400, 20002, "Invalid FriendlyName", () -> updater().setFriendlyName("").update()));
        check("refuses a long friendly name", () -> {
            String name = "x".repeat(65);
            refused(400, 20002, "Invalid FriendlyName", () -> updater().setFriendlyName(name).update());
        });
        check("refuses a URL that is not one", () ->
            refused(400, 20422, "HomepageUrl", () -> updater().setHomepageUrl("nonsense").update()));
        check("refuses a method other than GET and POST", () ->
            refused(400, 20422, "DeauthorizeCallbackMethod", () ->
                updater().setDeauthorizeCallbackMethod(HttpMethod.PUT).update()));
        check("refuses a page size of 0", () ->
            refused(400, 20422, "PageSize", () -> ConnectApp.reader().setPageSize(0L).firstPage()));
        check("refuses a page token that it did not give", () -> {
            String path = "/2010-04-01/Accounts/" + ACCOUNT_SID + "/ConnectApps.json?PageToken=nonsense";
            refused(400, 21481, "Invalid PageToken", () ->
                ConnectApp.reader().getPage("https://api.twilio.com" + path));
        });
        check("refuses a request that is too large", () ->
            refused(413, 20413, "", () -> updater().setDescription("x".repeat(200_000)).update()));
    }

    static void useAccounts() {
        check("tests the certificate", () -> Twilio.validateSslCertificate());

        check("fetches the account", () -> {
            Account account = Account.fetcher(ACCOUNT_SID).fetch();
            same(account.getSid(), ACCOUNT_SID);
            same(account.getStatus(), Account.Status.ACTIVE);
            same(account.getType(), Account.Type.FULL);
            same(account.getDateCreated() == null, false);
        });

        Account child = Account.creator().setFriendlyName("Child of Java").create();
        TwilioRestClient asChild = as(child.getSid(), child.getAuthToken());

        check("creates a subaccount", () -> {
            same(child.getOwnerAccountSid(), ACCOUNT_SID);
            same(child.getStatus(), Account.Status.ACTIVE);
            same(sids(ConnectApp.reader().read(asChild)), List.of());
        });

        check("lists accounts", () ->
            same(accountSids(Account.reader().read()).containsAll(List.of(ACCOUNT_SID, child.getSid())), true));

        check("lists accounts by name", () -> {
            var found = Account.reader().setFriendlyName("Child of Java").read();
            same(accountSids(found), List.of(child.getSid()));
        });

        check("renames a subaccount", () ->
            same(Account.updater(child.getSid()).setFriendlyName(TEXT).update().getFriendlyName(), TEXT));

        check("opens a subaccount's path with its parent's token", () ->
            same(sids(ConnectApp.reader(child.getSid()).read()), List.of()));

        check("refuses a suspended account", () -> {
            Account.updater(child.getSid()).setStatus(Account.Status.SUSPENDED).update();
            refused(403, 20005, "Account not active", () -> ConnectApp.reader().read(asChild));
        });

        check("refuses a closed account", () -> {
            Account.updater(child.getSid()).setStatus(Account.Status.CLOSED).update();
            refused(401, 20003, "Authenticate", () -> ConnectApp.reader().read(asChild));
        });
    }

    static void useAuthorizedApps() {
        String account = System.getenv("CUSTOMER_SID");
        TwilioRestClient customer = as(account, System.getenv("CUSTOMER_TOKEN"));
        TwilioRestClient reader = as(System.getenv("READER_SID"), AUTH_TOKEN);
        TwilioRestClient writer = as(System.getenv("WRITER_SID"), AUTH_TOKEN);
        TwilioRestClient revoked = as(System.getenv("REVOKED_SID"), AUTH_TOKEN);

        check("lists authorized apps", () -> {
            List<String> all = authorizedSids(AuthorizedConnectApp.reader().read(customer));
            same(all.size(), 4);
            same(authorizedSids(AuthorizedConnectApp.reader().limit(2).read(customer)), all.subList(0, 2));
            same(authorizedSids(AuthorizedConnectApp.reader().setPageSize(1L).read(customer)), all);
        });

        check("fetches an authorized app", () -> {
            var app = AuthorizedConnectApp.fetcher(System.getenv("READER_APP_SID")).fetch(customer);
            same(app.getAccountSid(), System.getenv("READER_SID"));
            same(app.getPermissions(), List.of(AuthorizedConnectApp.Permission.GET_ALL));
            same(app.getConnectAppFriendlyName(), "App 0");
        });

        check("does not find an app that was not authorized", () ->
            refused(404, 20404, "was not found", () -> AuthorizedConnectApp.fetcher(APP_SID).fetch(customer)));

        check("reads its customer's account as an authorized app", () -> {
            Account found = Account.fetcher(account).fetch(reader);
            same(found.getSid(), account);
            same(found.getAuthToken(), null);
        });

        check("is refused without get-all", () -> {
            refused(403, 20006, "Access Denied", () -> Account.fetcher(account).fetch(writer));
            refused(401, 20003, "Authenticate", () -> ConnectApp.reader(account).read(writer));
        });

        check("is refused after a deauthorization", () -> {
            String own = System.getenv("REVOKED_SID");
            refused(403, 20006, "Access Denied", () -> Account.fetcher(own).fetch(revoked));
            refused(401, 20003, "Authenticate", () -> ConnectApp.reader().read(revoked));
        });

        RequestValidator validator = new RequestValidator(AUTH_TOKEN);
        check("validates a real POST callback", () -> {
            Map<String, String> parameters = Map.of(
                "AccountSid", System.getenv("CALLBACK_ACCOUNT_SID"),
                "ConnectAppSid", System.getenv("CALLBACK_CONNECT_APP_SID"));
            String url = System.getenv("CALLBACK_POST_URL");
            same(validator.validate(url, parameters, System.getenv("CALLBACK_POST_SIGNATURE")), true);
        });

        check("validates a real GET callback", () -> {
            String url = System.getenv("CALLBACK_GET_URL");
            same(validator.validate(url, Map.of(), System.getenv("CALLBACK_GET_SIGNATURE")), true);
        });
    }

    static List<String> authorizedSids(ResourceSet<AuthorizedConnectApp> apps) {
        List<String> found = new ArrayList<>();
        apps.forEach(app -> found.add(app.getConnectAppSid()));
        return found;
    }

    // The library tries again some times after a 500 and a 503, and then says what the server said.
    static void meetFailures() {
        String broken = System.getenv("BROKEN_SID");
        TwilioRestClient client = as(broken, System.getenv("BROKEN_TOKEN"));
        check("is told of a failure of the server", () ->
            refused(500, 20500, "Internal Server Error", () -> Account.fetcher(broken).fetch(client)));
    }

    static void meetLoss() {
        check("is told that the database is away", () ->
            refused(503, 20503, "Service Unavailable", Conformance::fetch));
    }

    static void validateCallbacks() {
        RequestValidator validator = new RequestValidator("0123456789abcdef0123456789abcdef");
        String url = "https://app.example.com/twilio/deauthorize";
        String signature = "aFn3woBVSlAf3geDcx8j2NsFT38=";
        String account = "AC" + "1".repeat(32);
        String app = "CN" + "2".repeat(32);

        check("validates a POST callback", () ->
            same(validator.validate(url, Map.of("AccountSid", account, "ConnectAppSid", app), signature), true));

        check("validates a GET callback", () -> {
            String called = url + "?AccountSid=" + account + "&ConnectAppSid=" + app;
            same(validator.validate(called, Map.of(), "lhlOUFlRjCaaNOVx84/7XX+/vZw="), true);
        });

        check("validates Twilio's documented request", () -> {
            String called = "https://mycompany.com/myapp.php?foo=1&bar=2";
            Map<String, String> call = Map.of(
                "CallSid", "CA1234567890ABCDE",
                "Caller", "+12349013030",
                "Digits", "1234",
                "From", "+12349013030",
                "To", "+18005551212");
            same(new RequestValidator("12345").validate(called, call, "0/KCTR6DLpKmkAf8muzZqo1nDgQ="), true);
        });

        check("rejects a forged callback", () -> {
            Map<String, String> forged = Map.of("AccountSid", UNKNOWN_ACCOUNT_SID, "ConnectAppSid", app);
            same(validator.validate(url, forged, signature), false);
        });
    }

    static void useStandIns() {
        TwilioRestClient reader = as(System.getenv("READER_SID"), AUTH_TOKEN);

        act(Twilio.getRestClient(), "as an account");
        act(as(System.getenv("WRITER_SID"), AUTH_TOKEN), "as an app with post-all");

        check("reads messages as an app with get-all", () -> {
            same(Message.reader().read(reader).iterator().hasNext(), false);
            same(Message.reader(System.getenv("CUSTOMER_SID")).read(reader).iterator().hasNext(), false);
        });

        check("does not act as an app with get-all", () -> {
            refused(403, 20006, "Access Denied", () -> IncomingPhoneNumber.creator("415").create(reader));
            refused(403, 20006, "Access Denied", () -> Message.creator(TO, TO, "Hello").create(reader));
            refused(403, 20006, "Access Denied", () ->
                Call.creator(TO, TO, new Twiml("<Response/>")).create(reader));
        });

        NewKey key = NewKey.creator().setFriendlyName("Java").create();
        TwilioRestClient withKey = new TwilioRestClient.Builder(key.getSid(), key.getSecret())
            .accountSid(ACCOUNT_SID)
            .build();
        act(withKey, "with an API key");

        check("refuses an API key for accounts", () ->
            refused(401, 20003, "Authenticate", () -> Account.reader().read(withKey)));

        check("refuses a deleted API key", () -> {
            same(Key.deleter(key.getSid()).delete(), true);
            refused(401, 20003, "Authenticate", () -> Message.reader().read(withKey));
        });
    }

    static List<String> available(TwilioRestClient client) {
        List<String> found = new ArrayList<>();
        Local.reader("US").setAreaCode(415).limit(5).read(client)
            .forEach(number -> found.add(number.getPhoneNumber().toString()));
        return found;
    }

    /** From the search for a number to the bill; `who` ends the name of each check. */
    static void act(TwilioRestClient client, String who) {
        PhoneNumber from = new PhoneNumber(available(client).get(0));
        IncomingPhoneNumber number = IncomingPhoneNumber.creator(from).create(client);
        String sid = number.getSid();

        check("buys a phone number " + who, () -> {
            same(number.getPhoneNumber(), from);
            same(number.getCapabilities().getSms(), true);
            var own = IncomingPhoneNumber.reader().setPhoneNumber(from).read(client);
            same(own.iterator().next().getSid(), sid);
            same(available(client).contains(from.toString()), false);
        });

        check("configures a phone number " + who, () -> {
            for (String url : List.of("https://app.example.com/sms", "")) {
                var changed = IncomingPhoneNumber.updater(sid)
                    .setSmsUrl(url)
                    .setSmsMethod(HttpMethod.GET)
                    .update(client);
                same(changed.getSmsUrl().toString(), url);
                same(changed.getSmsMethod(), HttpMethod.GET);
            }
        });

        check("sends a message " + who, () -> {
            Message sent = Message.creator(TO, from, "Hello").create(client);
            same(sent.getStatus(), Message.Status.QUEUED);
            same(List.of(sent.getBody(), sent.getNumSegments()), List.of("Hello", "1"));
            while (Message.fetcher(sent.getSid()).fetch(client).getStatus() != Message.Status.DELIVERED) {
                Thread.sleep(100);
            }
        });

        check("lists messages " + who, () -> {
            Message second = Message.creator(TO, from, "Hello again").create(client);
            List<String> listed = new ArrayList<>();
            Message.reader().setFrom(from).pageSize(1).limit(2).read(client)
                .forEach(message -> listed.add(message.getSid()));
            same(List.of(listed.size(), listed.get(0)), List.of(2, second.getSid()));
        });

        check("makes a call " + who, () -> {
            Call call = Call.creator(TO, from, new Twiml("<Response/>")).create(client);
            same(List.of(call.getStatus(), call.getTo()), List.of(Call.Status.QUEUED, TO.toString()));
            Call ended = Call.updater(call.getSid()).setStatus(Call.UpdateStatus.COMPLETED).update(client);
            same(ended.getStatus(), Call.Status.COMPLETED);
        });

        check("reads usage " + who, () -> {
            Record sms = Record.reader().setCategory("sms").read(client).iterator().next();
            same(Integer.parseInt(sms.getCount()) >= 2, true);
        });

        check("releases a phone number " + who, () -> {
            same(IncomingPhoneNumber.deleter(sid).delete(client), true);
            refused(404, 20404, "was not found", () -> IncomingPhoneNumber.fetcher(sid).fetch(client));
        });
    }

    static void deleteApp() {
        check("deletes an app", () -> {
            same(ConnectApp.deleter(APP_SID).delete(), true);
            refused(404, 20404, "was not found", Conformance::fetch);
        });
    }

    static void refuseStrictly() {
        check("refuses to delete an app", () ->
            refused(405, 20004, "Method not allowed", () -> ConnectApp.deleter(APP_SID).delete()));

        check("refuses a page size over 1000", () ->
            refused(400, 20007, "Page size too large", () -> ConnectApp.reader().setPageSize(1001L).firstPage()));

        // The library tries again after a 429, so that one request after the other would succeed.
        check("refuses too many requests", () -> refused(429, 20429, "", Conformance::fetchManyAtOnce));
    }

    static void fetchManyAtOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(40);
        try {
            Callable<ConnectApp> task = Conformance::fetch;
            for (Future<ConnectApp> fetched : threads.invokeAll(Collections.nCopies(40, task))) {
                fetched.get();
            }
        } catch (ExecutionException failure) {
            throw failure.getCause() instanceof ApiException cause ? cause : failure;
        } finally {
            threads.shutdown();
        }
    }

    /** A gateway is an edge of Twilio's API. */
    static void meetGateway(String edge) {
        String account = System.getenv("CUSTOMER_SID");
        String recording = System.getenv("RECORDING_SID");
        TwilioRestClient customer = at(edge, "CUSTOMER_SID", System.getenv("CUSTOMER_TOKEN"));
        TwilioRestClient reader = at(edge, "READER_SID", AUTH_TOKEN);
        TwilioRestClient writer = at(edge, "WRITER_SID", AUTH_TOKEN);

        check(edge + ": lists what was granted", () -> {
            List<String> found = new ArrayList<>();
            Message.reader(account).read(reader).forEach(message -> found.add(message.getAccountSid()));
            same(found, List.of(account));
        });
        check(edge + ": creates what was granted", () ->
            same(Message.creator(TO, TO, "Hello").create(writer).getAccountSid(), System.getenv("WRITER_SID")));
        check(edge + ": deletes what was granted", () ->
            same(Recording.deleter(recording).delete(writer), true));
        check(edge + ": reads its own resources", () ->
            same(sids(ConnectApp.reader().read(customer)), List.of()));
        check(edge + ": refuses a wrong token", () -> {
            TwilioRestClient wrong = at(edge, "CUSTOMER_SID", "f".repeat(32));
            refused(401, 20003, "Authenticate", () -> Message.creator(TO, TO, "Hello").create(wrong));
        });
        check(edge + ": refuses a list", () ->
            refused(401, 20003, "Authenticate", () -> Message.reader(account).read(writer)));
        check(edge + ": refuses a suspended account", () -> {
            TwilioRestClient suspended = at(edge, "SUSPENDED_SID", System.getenv("SUSPENDED_TOKEN"));
            refused(403, 20005, "Account not active", () -> Message.creator(TO, TO, "Hello").create(suspended));
        });
        check(edge + ": refuses what was not granted", () ->
            refused(403, 20006, "Access Denied", () -> Message.creator(TO, TO, "Hello").create(reader)));
        check(edge + ": refuses a revoked app", () -> {
            TwilioRestClient revoked = at(edge, "REVOKED_SID", AUTH_TOKEN);
            refused(403, 20006, "Access Denied", () -> Recording.deleter(recording).delete(revoked));
        });
        check(edge + ": does not find another account", () -> {
            String other = System.getenv("OTHER_SID");
            refused(404, 20404, "was not found", () -> Message.reader(other).read(customer));
        });
        check(edge + ": refuses a method", () -> {
            TwilioRestClient owner = at(edge, "TWILIO_ACCOUNT_SID", AUTH_TOKEN);
            refused(405, 20004, "Method not allowed", () -> ConnectApp.deleter(APP_SID).delete(owner));
        });
    }

    static void meetOutage(String edge) {
        TwilioRestClient reader = new TwilioRestClient.Builder(System.getenv("READER_SID"), AUTH_TOKEN)
            .edge(edge).region("down").build();
        check(edge + ": is told that connect-apps is away", () ->
            refused(503, 20503, "Service Unavailable", () -> Message.reader().read(reader)));
    }

    static TwilioRestClient at(String edge, String name, String token) {
        return new TwilioRestClient.Builder(System.getenv(name), token).edge(edge).build();
    }
}
