"""A Connect App with Flask: the Connect button, consent, a phone number and a message for the
customer, and the callbacks. It is written for Twilio; README.md explains how to run it against
connect-apps unchanged.
"""

import os
import re
import secrets
from functools import wraps

from flask import Flask, abort, redirect, render_template_string, request, session
from twilio.request_validator import RequestValidator
from twilio.rest import Client

CONNECT_APP_SID = os.environ["CONNECT_APP_SID"]
AUTH_TOKEN = os.environ["TWILIO_AUTH_TOKEN"]
AUTHORIZE_ORIGIN = os.environ.get("AUTHORIZE_ORIGIN", "https://www.twilio.com")
PORT = int(os.environ.get("PORT", "3000"))
# Where browsers and Twilio reach this app: https://…, unless both are on this machine.
ORIGIN = os.environ.get("ORIGIN", f"http://127.0.0.1:{PORT}")

# A real app keeps both in a database, and shows its users only what is theirs.
# The phone number of each customer, by the SID of the account that the customer gave us.
customers = {}
# The status of each message, by its SID.
statuses = {}

PAGE = """<!doctype html><html lang="en"><title>Example Connect App</title>
<a href="{{ link }}">Connect</a>
{% for sid, number in customers.items() %}
<form method="post" action="/messages"><input type="hidden" name="account_sid" value="{{ sid }}">
  {{ number }} <label>To <input name="to"></label> <button>Send</button></form>
{% endfor %}
<ul>{% for sid, status in statuses.items() %}<li>{{ sid }} {{ status }}</li>{% endfor %}</ul></html>"""

app = Flask(__name__)
app.secret_key = secrets.token_hex()
app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
app.config["SESSION_COOKIE_SECURE"] = ORIGIN.startswith("https:")


@app.get("/")
def home():
    session["state"] = secrets.token_hex(16)
    link = f"{AUTHORIZE_ORIGIN}/authorize/{CONNECT_APP_SID}?state={session['state']}"
    return render_template_string(PAGE, link=link, customers=customers, statuses=statuses)


@app.get("/authorized")
def authorized():
    """Consent sends the customer here, with the SID of an account that is ours to use; after Deny, without."""
    # The consent must have started in this browser: nobody can connect another person's account.
    expected = session.pop("state", None)
    if expected is None or request.args.get("state") != expected:
        abort(403, "Start again from our page.")
    account_sid = request.args.get("AccountSid", "")
    if not re.fullmatch("AC[0-9a-f]{32}", account_sid):
        return "You did not connect."
    customers[account_sid] = get_phone_number(account_sid)
    return redirect("/")


@app.post("/messages")
def send_message():
    account_sid = request.form["account_sid"]
    if account_sid not in customers:
        abort(404, "No such customer.")
    sent = client_of(account_sid).messages.create(
        from_=customers[account_sid],
        to=request.form["to"],
        body="Hello from our app",
        status_callback=f"{ORIGIN}/status",
    )
    # The first callback may have been faster than this answer.
    statuses.setdefault(sent.sid, sent.status)
    return redirect("/")


def signed(view):
    """Lets through what Twilio has signed with our Auth Token, for the URL that we gave it."""

    @wraps(view)
    def checked():
        signature = request.headers.get("X-Twilio-Signature", "")
        url = ORIGIN + request.path
        if not RequestValidator(AUTH_TOKEN).validate(url, request.form, signature):
            abort(403, "The signature is wrong.")
        view()
        return "", 204

    return checked


@app.post("/status")
@signed
def status():
    statuses[request.form["MessageSid"]] = request.form["MessageStatus"]


@app.post("/deauthorized")
@signed
def deauthorized():
    """The customer has taken the account back."""
    customers.pop(request.form["AccountSid"], None)
    app.logger.warning("%s has left", request.form["AccountSid"])


def client_of(account_sid):
    """We act with the SID of the customer's account and our own Auth Token."""
    return Client(account_sid, AUTH_TOKEN)


def get_phone_number(account_sid):
    """The account's phone number; one that connects for the first time gets one."""
    client = client_of(account_sid)
    for number in client.incoming_phone_numbers.list(limit=1):
        return number.phone_number
    [available] = client.available_phone_numbers("US").local.list(sms_enabled=True, limit=1)
    return client.incoming_phone_numbers.create(phone_number=available.phone_number).phone_number


if __name__ == "__main__":
    app.run(port=PORT)
