"""A web site with social-auth-core's own Twilio backend, one step for each run.

backend.py CONNECT_APP_SID begin: prints the link to Twilio, and the state to keep in the session.
backend.py CONNECT_APP_SID complete URL STATE: the browser comes back to URL, with STATE in the session.
"""

import sys
from urllib.parse import parse_qsl, urlsplit

from social_core.backends.twilio import TwilioAuth
from social_core.exceptions import SocialAuthBaseException
from social_core.strategy import BaseStrategy

SITE = "https://app.example.com"


class User:
    id = 1
    is_active = True
    is_authenticated = True


class Strategy(BaseStrategy):
    """What a web framework gives the backend: settings, the session and the request."""

    def __init__(self, connect_app_sid, state, data):
        self.settings = {"SOCIAL_AUTH_TWILIO_KEY": connect_app_sid, "SOCIAL_AUTH_TWILIO_SECRET": "x"}
        self.session = {"twilio_state": {"state": state, "user_id": "1"}}
        self.data = data
        super().__init__()

    def get_setting(self, name):
        return self.settings[name]

    def request_data(self, merge=True):
        return self.data

    def session_get(self, name, default=None):
        return self.session.get(name, default)

    def session_set(self, name, value):
        self.session[name] = value

    def session_pop(self, name):
        return self.session.pop(name, None)

    def build_absolute_uri(self, path=None):
        return path if path and path.startswith(SITE) else SITE + (path or "")

    def authenticate(self, *args, **kwargs):
        return kwargs["response"]["AccountSid"]


def main(connect_app_sid, step, url="", state="a state of the session"):
    strategy = Strategy(connect_app_sid, state, dict(parse_qsl(urlsplit(url).query)))
    backend = TwilioAuth(strategy, redirect_uri="/complete/twilio/")
    if step == "begin":
        print(backend.auth_url())
        print(state)
        return
    try:
        print("authenticated", backend.auth_complete(user=User()))
    except SocialAuthBaseException as error:
        print("refused", type(error).__name__)


main(*sys.argv[1:])
