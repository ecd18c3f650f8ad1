"""pytest fixtures for connect-apps.

``connect_apps`` is one test server for the whole run, also under pytest-xdist. ``world`` is a world of its own for each
test: two accounts, a Connect App, a clock, an inbox for callbacks, and a journal of what was asked.
"""

import json
import os
import shlex
import subprocess
from typing import Any, Optional
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

__all__ = ["ControlError", "TestServer", "World"]


class ControlError(AssertionError):
    """What the control plane refused; ``answer`` is its JSON."""

    def __init__(self, status: int, answer: dict) -> None:
        super().__init__(answer.get("message") or json.dumps(answer, indent=2))
        self.status = status
        self.answer = answer


def _without_none(values: dict) -> dict:
    return {name: value for name, value in values.items() if value is not None}


class TestServer:
    """A running ``connect-apps test-server``, as its ready line describes it."""

    __test__ = False

    def __init__(self, ready: dict) -> None:
        self.ready = ready
        self.url = ready["url"]

    def ask(self, method: str, path: str, body: Any = None, /, **query: Any) -> Any:
        """Sends a request to the control plane and returns the JSON of its answer; raises :class:`ControlError`."""
        given = _without_none(query)
        url = self.ready["control"] + path + (f"?{urlencode(given)}" if given else "")
        sent = _without_none(body) if isinstance(body, dict) else body
        request = Request(url, method=method, data=None if sent is None else json.dumps(sent).encode())
        request.add_header("Authorization", "Bearer " + self.ready["key"])
        request.add_header("Content-Type", "application/json")
        try:
            with urlopen(request, timeout=90) as reply:
                return json.loads(reply.read() or "null")
        except HTTPError as error:
            raise ControlError(error.code, json.loads(error.read() or "{}")) from None

    def world(self, **options: Any) -> "World":
        """Makes a world; ``options`` are ``seed``, ``now`` and ``fixture``."""
        return World(self, self.ask("POST", "/worlds", options))


class World:
    """A world. ``developer`` and ``customer`` are dicts with ``accountSid``, ``authToken``, ``email``, ``password``."""

    def __init__(self, server: TestServer, described: dict) -> None:
        self._server = server
        self.id: str = described["id"]
        self.url: str = described["url"]
        self.developer: dict = described["developer"]
        self.customer: dict = described["customer"]
        self.connect_app: str = described["connectApp"]
        self.env: dict = described["env"]

    def ask(self, method: str, path: str, body: Any = None, /, **query: Any) -> Any:
        """Any request of the control plane for this world, such as ``ask("GET", "/fixture")``."""
        return self._server.ask(method, f"/worlds/{self.id}{path}", body, **query)

    def create_app(self, **properties: Any) -> dict:
        """Creates a Connect App of the developer, such as ``create_app(permissions=["get-all"])``."""
        return self.ask("POST", "/apps", properties)

    def create_account(self, **properties: Any) -> dict:
        return self.ask("POST", "/accounts", properties)

    def allow(self, app: Optional[str] = None, **options: Any) -> dict:
        """Plays the customer who presses Allow; returns ``redirect`` and ``subaccountSid``.

        ``options``: ``state``, ``accountSid`` (another customer), ``follow`` (calls the redirect, as a browser would).
        """
        return self.ask("POST", "/authorizations", {"connectAppSid": app or self.connect_app, **options})

    def deny(self, app: Optional[str] = None, **options: Any) -> dict:
        return self.ask("POST", f"/authorizations/{app or self.connect_app}/deny", options)

    def revoke(self, app: Optional[str] = None, **options: Any) -> None:
        """Plays the customer who removes the app."""
        self.ask("POST", f"/authorizations/{app or self.connect_app}/revoke", options)

    def advance(self, span: str) -> dict:
        """Turns the clock by ``90s``, ``5m``, ``3d``; returns when all that became due has been done."""
        return self.ask("POST", "/clock", {"advance": span})

    def requests(self, wait: Optional[str] = None, times: Optional[int] = None, **match: Any) -> list:
        """What was asked, with the reason of each refusal.

        ``match``: ``method``, ``path``, ``route``, ``status``, ``account``. With ``wait``, such as ``"2s"``, fails unless
        ``times`` of them come in time, and the failure shows the nearest.
        """
        return self.ask("GET", "/requests", wait=wait, times=times, **match)["requests"]

    def fail(self, match: Optional[dict] = None, times: Optional[int] = None, **how: Any) -> int:
        """Lets matching requests fail: ``fail({"method": "GET"}, status=429, retryAfter=1, times=2)``."""
        return self.ask("POST", "/faults", {"match": match or {}, "how": how, "times": times})["id"]

    def inbox(self, wait: Optional[str] = None, after: int = 0) -> list:
        """The callbacks that came, each with ``params``, ``attempt`` and ``signatureIsValid``."""
        return self.ask("GET", "/inbox", wait=wait, after=after)["callbacks"]

    def answer(self, *replies: Any) -> None:
        """What the inbox answers next: ``answer(500, 500, 200)``."""
        self.ask("PUT", "/inbox/replies", list(replies))

    def reset(self, to: str = "seed") -> None:
        self.ask("POST", "/reset", {"to": to})

    def snapshot(self, name: Optional[str] = None) -> str:
        return self.ask("POST", "/snapshots", {"name": name})["name"]

    def cookie(self, account_sid: Optional[str] = None) -> str:
        """The cookie of a customer who is signed in, for a browser."""
        return self.ask("POST", "/sessions", {"accountSid": account_sid})["cookie"]

    def drop(self) -> None:
        self.ask("DELETE", "")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("connect_apps_command", "how connect-apps is started", default="")


def _start(config: pytest.Config) -> dict:
    """The ready line of CONNECT_APPS_TEST_SERVER, if a server runs already, or of a server of our own."""
    running = os.environ.get("CONNECT_APPS_TEST_SERVER")
    if running:
        return json.loads(running)
    given = config.getini("connect_apps_command") or os.environ.get("CONNECT_APPS_COMMAND", "npx connect-apps")
    command = [*shlex.split(given), "test-server", "--json"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    if not line:
        raise pytest.UsageError(f"{shlex.join(command)} did not start: its exit code is {process.wait()}.")
    config.add_cleanup(lambda: (process.stdin.close(), process.wait(10)))
    return json.loads(line)


def _ready_line(config: pytest.Config) -> dict:
    if hasattr(config, "workerinput"):
        return config.workerinput["connect_apps"]
    if not hasattr(config, "_connect_apps"):
        config._connect_apps = _start(config)
    return config._connect_apps


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Gives every worker of pytest-xdist the server of the run."""
    node.workerinput["connect_apps"] = _ready_line(node.config)


@pytest.fixture(scope="session")
def connect_apps(pytestconfig: pytest.Config) -> TestServer:
    """The test server of this run."""
    return TestServer(_ready_line(pytestconfig))


@pytest.fixture
def world(connect_apps: TestServer):
    """A world that only this test uses."""
    made = connect_apps.world()
    yield made
    made.drop()
