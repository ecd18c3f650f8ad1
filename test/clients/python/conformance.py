"""All that Twilio's Python library can do with ConnectApps, AuthorizedConnectApps and Accounts,
and what a Connect App does with phone numbers, messages and calls.

It runs on what scene.ts prepares, and changes and deletes CONNECT_APP_SID. With the argument
`strict` it checks what a strict server refuses instead; with `away`, what a server says that has
lost its database; with `gateways`, what is met behind gateways.
"""

import json
import os
import sys
import time
from contextlib import contextmanager

from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.validation_client import ValidationClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

ACCOUNT_SID = os.environ["TWILIO_ACCOUNT_SID"]
AUTH_TOKEN = os.environ["TWILIO_AUTH_TOKEN"]
APP_SID = os.environ["CONNECT_APP_SID"]
UNKNOWN_APP_SID = "CN" + "f" * 32
UNKNOWN_ACCOUNT_SID = "AC" + "f" * 32
TO = "+15558675310"
TEXT = "שלום e\u0301 👩🏽\u200d🚀 \"q\" <b>&amp;</b> 100% + 1; a=b"

client = Client(ACCOUNT_SID, AUTH_TOKEN)
apps = client.connect_apps
failed = False


@contextmanager
def check(name):
    global failed
    try:
        yield
        print("ok", name)
    except Exception as error:  # whatever it is, the check failed
        failed = True
        print(f"not ok {name}: {error!r}")


def same(actual, expected):
    if actual != expected:
        raise AssertionError(f"{actual!r} is not {expected!r}")


def refused(status, code, message, call):
    """`call` must raise the library's own exception, with all three."""
    try:
        call()
    except TwilioRestException as error:
        found = (error.status, error.code, error.msg)
    except TwilioException as error:
        # Of a page that it cannot fetch, the library says no more than this and the response.
        _, response = error.args
        body = json.loads(response.text)
        found = (response.status_code, body["code"], body["message"])
    else:
        raise AssertionError("it was not refused")
    same(found[:2], (status, code))
    if message not in found[2]:
        raise AssertionError(f"{message!r} is not in {found[2]!r}")


def sids(records):
    return [record.sid for record in records]


def list_apps():
    everything = sids(apps.list())

    with check("fetches an app"):
        app = apps(APP_SID).fetch()
        same((app.sid, app.account_sid), (APP_SID, ACCOUNT_SID))
        same(app.uri, f"/2010-04-01/Accounts/{ACCOUNT_SID}/ConnectApps/{APP_SID}.json")

    with check("lists without a limit"):
        same(len(set(everything)), 7)
        same(APP_SID in everything, True)

    with check("lists up to a limit"):
        same(sids(apps.list(limit=2)), everything[:2])

    with check("lists up to a limit over 1000"):
        same(sids(apps.list(limit=2000)), everything)

    with check("lists with a page size"):
        same(sids(apps.list(page_size=3)), everything)
        same(sids(apps.list(limit=5, page_size=3)), everything[:5])

    with check("iterates lazily over three pages"):
        same(sids(apps.stream(page_size=3)), everything)

    with check("turns to the next page and back"):
        first = apps.page(page_size=3)
        same(first.previous_page_url, None)
        same(sids(first), everything[:3])
        second = first.next_page()
        same(sids(second), everything[3:6])
        third = second.next_page()
        same(third.next_page_url, None)
        same(sids(third), everything[6:])
        same(sids(second.previous_page()), everything[:3])

    with check("opens a page by its link"):
        link = apps.page(page_size=3).next_page_url
        same(sids(apps.get_page(link)), everything[3:6])


def update_app():
    app = apps(APP_SID)
    changes = {
        "AuthorizeRedirectUrl": "https://app.example.com/back?a=1&b=%20",
        "CompanyName": "Example & Sons",
        "DeauthorizeCallbackMethod": "POST",
        "DeauthorizeCallbackUrl": "https://app.example.com/bye",
        "Description": "What it does",
        "FriendlyName": "🎉" * 64,
        "HomepageUrl": "https://app.example.com/",
        "Permissions": ["get-all"],
    }
    arguments = {}
    for name, value in changes.items():
        attribute = "".join("_" + c.lower() if c.isupper() else c for c in name)[1:]
        arguments[attribute] = value
        with check(f"updates {name}"):
            same(getattr(app.update(**{attribute: value}), attribute), value)
            same(getattr(app.fetch(), attribute), value)

    with check("updates all properties at once"):
        app.update(description="Another", permissions=["post-all"])
        app.update(**arguments)
        fetched = app.fetch()
        same({name: getattr(fetched, name) for name in arguments}, arguments)

    with check("puts permissions in their order"):
        for permissions in (["post-all", "get-all"], ["get-all", "post-all"]):
            same(app.update(permissions=permissions).permissions, ["get-all", "post-all"])

    with check("clears a text"):
        cleared = app.update(description="")
        same((cleared.description, cleared.company_name), (None, "Example & Sons"))

    with check("clears a URL"):
        same(app.update(homepage_url="").homepage_url, None)

    with check("keeps every character"):
        same(app.update(description=TEXT).description, TEXT)
        same(app.fetch().description, TEXT)


def refuse_requests():
    app = apps(APP_SID)
    wrong = Client(ACCOUNT_SID, "f" * 32)
    unknown = Client(UNKNOWN_ACCOUNT_SID, AUTH_TOKEN)
    elsewhere = client.api.v2010.accounts(UNKNOWN_ACCOUNT_SID)

    with check("refuses a wrong token"):
        refused(401, 20003, "Authenticate", lambda: wrong.connect_apps(APP_SID).fetch())
    with check("refuses a wrong token on a list"):
        refused(401, 20003, "Authenticate", wrong.connect_apps.list)
    with check("refuses an unknown account"):
        refused(401, 20003, "Authenticate", unknown.connect_apps.list)
    with check("does not find an unknown app"):
        message = f"/ConnectApps/{UNKNOWN_APP_SID}.json was not found"
        refused(404, 20404, message, apps(UNKNOWN_APP_SID).fetch)
    with check("does not find a malformed SID"):
        refused(404, 20404, "/ConnectApps/CN1.json was not found", apps("CN1").fetch)
    with check("does not find another account's apps"):
        refused(404, 20404, "was not found", elsewhere.connect_apps.list)
    with check("refuses an empty friendly name"):
        refused(400, 20002, "Invalid FriendlyName", lambda: app.update(friendly_name=""))
    with check("refuses a long friendly name"):
        refused(400, 20002, "Invalid FriendlyName", lambda: app.update(friendly_name="x" * 65))
    with check("refuses a URL that is not one"):
        refused(400, 20422, "HomepageUrl", lambda: app.update(homepage_url="nonsense"))
    with check("refuses a method other than GET and POST"):
        change = {"deauthorize_callback_method": "PUT"}
        refused(400, 20422, "DeauthorizeCallbackMethod", lambda: app.update(**change))
    with check("refuses an unknown permission"):
        refused(400, 20422, "Permissions", lambda: app.update(permissions=["put-all"]))
    with check("refuses a page size of 0"):
        refused(400, 20422, "PageSize", lambda: apps.page(page_size=0))
    with check("refuses a page token that it did not give"):
        refused(400, 21481, "Invalid PageToken", lambda: apps.page(page_token="nonsense"))
    with check("refuses a request that is too large"):
        refused(413, 20413, "", lambda: app.update(description="x" * 200_000))


def use_accounts():
    accounts = client.api.v2010.accounts

    with check("tests the certificate"):
        ValidationClient(ACCOUNT_SID, "", "", "").validate_ssl_certificate(client)

    with check("fetches the account"):
        account = accounts(ACCOUNT_SID).fetch()
        same((account.sid, account.status, account.type), (ACCOUNT_SID, "active", "Full"))
        same(account.date_created is not None, True)

    child = accounts.create(friendly_name="Child of Python")
    as_child = Client(child.sid, child.auth_token)

    with check("creates a subaccount"):
        same((child.owner_account_sid, child.status), (ACCOUNT_SID, "active"))
        same(as_child.connect_apps.list(), [])

    with check("lists accounts"):
        same({ACCOUNT_SID, child.sid} <= set(sids(accounts.list())), True)

    with check("lists accounts by name"):
        same(sids(accounts.list(friendly_name="Child of Python")), [child.sid])

    with check("renames a subaccount"):
        same(accounts(child.sid).update(friendly_name=TEXT).friendly_name, TEXT)

    with check("opens a subaccount's path with its parent's token"):
        same(accounts(child.sid).connect_apps.list(), [])

    with check("refuses a suspended account"):
        accounts(child.sid).update(status="suspended")
        refused(403, 20005, "Account not active", as_child.connect_apps.list)

    with check("refuses a closed account"):
        accounts(child.sid).update(status="closed")
        refused(401, 20003, "Authenticate", as_child.connect_apps.list)


def use_authorized_apps():
    account_sid = os.environ["CUSTOMER_SID"]
    customer = Client(account_sid, os.environ["CUSTOMER_TOKEN"])
    reader = Client(os.environ["READER_SID"], AUTH_TOKEN)
    writer = Client(os.environ["WRITER_SID"], AUTH_TOKEN)
    revoked = Client(os.environ["REVOKED_SID"], AUTH_TOKEN)

    with check("lists authorized apps"):
        authorized = customer.authorized_connect_apps
        found = lambda **options: [one.connect_app_sid for one in authorized.list(**options)]
        everything = found()
        same(len(set(everything)), 4)
        same(found(limit=2), everything[:2])
        same(found(page_size=1), everything)
        same([one.connect_app_sid for one in authorized.stream(page_size=3)], everything)

    with check("fetches an authorized app"):
        one = customer.authorized_connect_apps(os.environ["READER_APP_SID"]).fetch()
        same((one.account_sid, one.permissions), (os.environ["READER_SID"], ["get-all"]))
        same(one.connect_app_friendly_name, "App 0")

    with check("does not find an app that was not authorized"):
        refused(404, 20404, "was not found", customer.authorized_connect_apps(APP_SID).fetch)

    with check("reads its customer's account as an authorized app"):
        account = reader.api.v2010.accounts(account_sid).fetch()
        same((account.sid, account.auth_token), (account_sid, None))

    with check("is refused without get-all"):
        account = writer.api.v2010.accounts(account_sid)
        refused(403, 20006, "Access Denied", account.fetch)
        refused(401, 20003, "Authenticate", account.connect_apps.list)

    with check("is refused after a deauthorization"):
        account = revoked.api.v2010.accounts(os.environ["REVOKED_SID"])
        refused(403, 20006, "Access Denied", account.fetch)
        refused(401, 20003, "Authenticate", revoked.connect_apps.list)

    validator = RequestValidator(AUTH_TOKEN)
    with check("validates a real POST callback"):
        parameters = {
            "AccountSid": os.environ["CALLBACK_ACCOUNT_SID"],
            "ConnectAppSid": os.environ["CALLBACK_CONNECT_APP_SID"],
        }
        signature = os.environ["CALLBACK_POST_SIGNATURE"]
        same(validator.validate(os.environ["CALLBACK_POST_URL"], parameters, signature), True)

    with check("validates a real GET callback"):
        signature = os.environ["CALLBACK_GET_SIGNATURE"]
        same(validator.validate(os.environ["CALLBACK_GET_URL"], {}, signature), True)


def meet_failures():
    broken = Client(os.environ["BROKEN_SID"], os.environ["BROKEN_TOKEN"])

    with check("is told of a failure of the server"):
        account = broken.api.v2010.accounts(os.environ["BROKEN_SID"])
        refused(500, 20500, "Internal Server Error", account.fetch)


def validate_callbacks():
    url = "https://app.example.com/twilio/deauthorize"
    parameters = {"AccountSid": "AC" + "1" * 32, "ConnectAppSid": "CN" + "2" * 32}
    query = "&".join(f"{name}={value}" for name, value in parameters.items())
    validator = RequestValidator("0123456789abcdef0123456789abcdef")

    with check("validates a POST callback"):
        same(validator.validate(url, parameters, "aFn3woBVSlAf3geDcx8j2NsFT38="), True)

    with check("validates a GET callback"):
        same(validator.validate(f"{url}?{query}", {}, "lhlOUFlRjCaaNOVx84/7XX+/vZw="), True)

    with check("validates Twilio's documented request"):
        call = {
            "CallSid": "CA1234567890ABCDE",
            "Caller": "+12349013030",
            "Digits": "1234",
            "From": "+12349013030",
            "To": "+18005551212",
        }
        documented = "https://mycompany.com/myapp.php?foo=1&bar=2"
        signature = "0/KCTR6DLpKmkAf8muzZqo1nDgQ="
        same(RequestValidator("12345").validate(documented, call, signature), True)

    with check("rejects a forged callback"):
        forged = {**parameters, "AccountSid": UNKNOWN_ACCOUNT_SID}
        same(validator.validate(url, forged, "aFn3woBVSlAf3geDcx8j2NsFT38="), False)


def use_stand_ins():
    reader = Client(os.environ["READER_SID"], AUTH_TOKEN)
    writer = Client(os.environ["WRITER_SID"], AUTH_TOKEN)

    act(client, "as an account")
    act(writer, "as an app with post-all")

    with check("reads messages as an app with get-all"):
        customer = reader.api.v2010.accounts(os.environ["CUSTOMER_SID"])
        same((reader.messages.list(), customer.messages.list()), ([], []))

    with check("does not act as an app with get-all"):
        calls = [
            lambda: reader.incoming_phone_numbers.create(area_code="415"),
            lambda: reader.messages.create(to=TO, from_=TO, body="Hello"),
            lambda: reader.calls.create(to=TO, from_=TO, twiml="<Response/>"),
        ]
        for call in calls:
            refused(403, 20006, "Access Denied", call)

    key = client.new_keys.create(friendly_name="Python")
    with_key = Client(key.sid, key.secret, ACCOUNT_SID)
    act(with_key, "with an API key")

    with check("refuses an API key for accounts"):
        refused(401, 20003, "Authenticate", with_key.api.v2010.accounts.list)

    with check("refuses a deleted API key"):
        same(client.keys(key.sid).delete(), True)
        refused(401, 20003, "Authenticate", with_key.messages.list)


def act(api, who):
    """From the search for a number to the bill; `who` ends the name of each check."""
    local = api.available_phone_numbers("US").local
    search = lambda: [one.phone_number for one in local.list(area_code=415, limit=5)]
    sender = search()[0]
    number = api.incoming_phone_numbers.create(phone_number=sender)

    with check(f"buys a phone number {who}"):
        same((number.phone_number, number.capabilities["sms"]), (sender, True))
        same(sids(api.incoming_phone_numbers.list(phone_number=sender)), [number.sid])
        same(sender in search(), False)

    with check(f"configures a phone number {who}"):
        url = "https://app.example.com/sms"
        changed = number.update(sms_url=url, sms_method="GET")
        same((changed.sms_url, changed.sms_method), (url, "GET"))
        cleared = number.update(sms_url="")
        same((cleared.sms_url, cleared.sms_method), ("", "GET"))

    with check(f"sends a message {who}"):
        sent = api.messages.create(to=TO, from_=sender, body="Hello")
        same((sent.status, sent.body, sent.num_segments), ("queued", "Hello", "1"))
        while sent.fetch().status != "delivered":
            time.sleep(0.1)

    with check(f"lists messages {who}"):
        second = api.messages.create(to=TO, from_=sender, body="Hello again")
        listed = sids(api.messages.list(from_=sender, page_size=1, limit=2))
        same((len(listed), listed[0]), (2, second.sid))

    with check(f"makes a call {who}"):
        call = api.calls.create(to=TO, from_=sender, twiml="<Response/>")
        same((call.status, call.to), ("queued", TO))
        same(call.update(status="completed").status, "completed")

    with check(f"reads usage {who}"):
        [sms] = api.usage.records.list(category="sms")
        same(int(sms.count) >= 2, True)

    with check(f"releases a phone number {who}"):
        same(number.delete(), True)
        refused(404, 20404, "was not found", api.incoming_phone_numbers(number.sid).fetch)


def delete_app():
    with check("deletes an app"):
        same(apps(APP_SID).delete(), True)
        refused(404, 20404, "was not found", apps(APP_SID).fetch)


def refuse_strictly():
    with check("refuses to delete an app"):
        refused(405, 20004, "Method not allowed", apps(APP_SID).delete)
    with check("refuses a page size over 1000"):
        refused(400, 20007, "Page size too large", lambda: apps.page(page_size=1001))
    with check("refuses too many requests"):
        refused(429, 20429, "", lambda: [apps(APP_SID).fetch() for _ in range(100)])


def meet_loss():
    with check("is told that the database is away"):
        refused(503, 20503, "Service Unavailable", apps(APP_SID).fetch)


def meet_gateways():
    for edge in os.environ["GATEWAYS"].split(" "):
        meet_gateway(edge)
    for edge in os.environ["GATEWAYS_DOWN"].split(" "):
        reader = Client(os.environ["READER_SID"], AUTH_TOKEN, edge=edge, region="down")
        with check(f"{edge}: is told that connect-apps is away"):
            refused(503, 20503, "Service Unavailable", reader.messages.list)


def meet_gateway(edge):
    customer_sid = os.environ["CUSTOMER_SID"]
    text = {"to": TO, "from_": TO, "body": "Hello"}

    def client_of(name, token=AUTH_TOKEN):
        return Client(os.environ[f"{name}_SID"], token, edge=edge)

    customer = client_of("CUSTOMER", os.environ["CUSTOMER_TOKEN"])
    reader = client_of("READER")
    writer = client_of("WRITER")

    def messages_of(client, sid):
        return client.api.v2010.accounts(sid).messages

    with check(f"{edge}: lists what was granted"):
        found = messages_of(reader, customer_sid).list()
        same([message.account_sid for message in found], [customer_sid])
    with check(f"{edge}: creates what was granted"):
        same(writer.messages.create(**text).account_sid, os.environ["WRITER_SID"])
    with check(f"{edge}: deletes what was granted"):
        same(writer.recordings(os.environ["RECORDING_SID"]).delete(), True)
    with check(f"{edge}: reads its own resources"):
        same(sids(customer.connect_apps.list()), [])
    with check(f"{edge}: refuses a wrong token"):
        wrong = client_of("CUSTOMER", "f" * 32)
        refused(401, 20003, "Authenticate", lambda: wrong.messages.create(**text))
    with check(f"{edge}: refuses a list"):
        refused(401, 20003, "Authenticate", lambda: messages_of(writer, customer_sid).list())
    with check(f"{edge}: refuses a suspended account"):
        suspended = client_of("SUSPENDED", os.environ["SUSPENDED_TOKEN"])
        refused(403, 20005, "Account not active", lambda: suspended.messages.list())
    with check(f"{edge}: refuses what was not granted"):
        refused(403, 20006, "Access Denied", lambda: reader.messages.create(**text))
    with check(f"{edge}: refuses a revoked app"):
        recording = client_of("REVOKED").recordings(os.environ["RECORDING_SID"])
        refused(403, 20006, "Access Denied", recording.delete)
    with check(f"{edge}: does not find another account"):
        theirs = messages_of(customer, os.environ["OTHER_SID"])
        refused(404, 20404, "was not found", theirs.list)
    with check(f"{edge}: refuses a method"):
        app = client_of("TWILIO_ACCOUNT").connect_apps(os.environ["CONNECT_APP_SID"])
        refused(405, 20004, "Method not allowed", app.delete)


if sys.argv[1:] == ["strict"]:
    refuse_strictly()
elif sys.argv[1:] == ["away"]:
    meet_loss()
elif sys.argv[1:] == ["gateways"]:
    meet_gateways()
else:
    list_apps()
    update_app()
    refuse_requests()
    use_accounts()
    use_authorized_apps()
    meet_failures()
    validate_callbacks()
    use_stand_ins()
    delete_app()
sys.exit(1 if failed else 0)
