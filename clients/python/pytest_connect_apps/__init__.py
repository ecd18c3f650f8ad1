"""pytest fixtures for connect-apps.

``connect_apps`` is one test server for the whole run, also under pytest-xdist. ``world`` is a world of its own for each
test: two accounts, a Connect App, a clock, an inbox for callbacks, and a journal of what was asked.
"""

import json
import os
import shlex
import subprocess
from collections.abc import Iterator
from typing import Any, Optional, TypedDict, Union
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

__all__ = ["Callback", "ControlError", "Credentials", "Logged", "TestServer", "World"]

JSON = dict[str, Any]
READY = pytest.StashKey[JSON]()


class Credentials(TypedDict):
    """An account, and the person who signs in to it."""

    accountSid: str
    authToken: str
    email: str
    password: str


class Callback(TypedDict):
    """One attempt to deliver a callback to the inbox; ``signed`` is the text that its signature should be of."""

    params: dict[str, str]
    headers: dict[str, str]
    attempt: int
    signatureIsValid: bool
    signed: str
    status: Optional[int]


class Logged(TypedDict):
    """A request that was answered, with Twilio's code and the reason of a refusal."""

    id: str
    method: str
    path: str
    account: Optional[str]
    status: Optional[int]
    code: Optional[int]
    reason: Optional[str]


class ControlError(AssertionError):
    """What the control plane refused, or what did not come; ``answer`` is its JSON."""

    def __init__(self, answer: JSON) -> None:
        super().__init__(answer["message"])
        self.answer = answer


class TestServer:
    """A running ``connect-apps test-server``, as its ready line describes it."""

    __test__ = False

    def __init__(self, ready: JSON) -> None:
        self.ready = ready
        self.url: str = ready["url"]

    def ask(self, method: str, path: str, body: Any = None, /, **query: Any) -> Any:
        """Sends a request to the control plane and returns the JSON of its answer; raises :class:`ControlError`."""
        given = urlencode({name: value for name, value in query.items() if value is not None})
        request = Request(f"{self.ready['control']}{path}?{given}", json.dumps(body).encode(), method=method)
        request.add_header("Authorization", f"Bearer {self.ready['key']}")
        try:
            with urlopen(request, timeout=90) as reply:
                return json.loads(reply.read() or "null")
        except HTTPError as error:
            raise ControlError(json.loads(error.read())) from None

    def world(self, **options: Any) -> "World":
        """Makes a world; ``options`` are ``seed``, ``now`` and ``fixture``. Use it in ``with``, which drops it."""
        return World(self, self.ask("POST", "/worlds", options))


class World:
    """Two accounts, ``developer`` and ``customer``, the SID of an app of the developer, and what happens to them."""

    def __init__(self, server: TestServer, described: JSON) -> None:
        self._server = server
        self.id: str = described["id"]
        self.url: str = described["url"]
        self.developer: Credentials = described["developer"]
        self.customer: Credentials = described["customer"]
        self.connect_app: str = described["connectApp"]
        self.env: dict[str, str] = described["env"]

    def __enter__(self) -> "World":
        return self

    def __exit__(self, *_: object) -> None:
        self.ask("DELETE", "")

    def ask(self, method: str, path: str, body: Any = None, /, **query: Any) -> Any:
        """Any request of the control plane for this world, such as ``ask("GET", "/fixture")``."""
        return self._server.ask(method, f"/worlds/{self.id}{path}", body, **query)

    def create_app(self, **properties: Any) -> JSON:
        """Creates a Connect App of the developer, such as ``create_app(permissions=["get-all"])``."""
        app: JSON = self.ask("POST", "/apps", properties)
        return app

    def allow(self, app: str, **options: Any) -> JSON:
        """Plays the customer who presses Allow; returns ``redirect`` and ``subaccountSid``.

        ``options``: ``state``, ``accountSid`` (another customer), ``follow`` (calls the redirect, as a browser would).
        """
        authorization: JSON = self.ask("POST", "/authorizations", {"connectAppSid": app, **options})
        return authorization

    def deny(self, app: str, **options: Any) -> JSON:
        """Plays the customer who presses Deny; returns ``redirect``."""
        denial: JSON = self.ask("POST", f"/authorizations/{app}/deny", options)
        return denial

    def revoke(self, app: str, **options: Any) -> None:
        """Plays the customer who removes the app."""
        self.ask("POST", f"/authorizations/{app}/revoke", options)

    def advance(self, span: str) -> None:
        """Turns the clock by ``90s``, ``5m``, ``3d``; returns when all that became due has been done."""
        self.ask("POST", "/clock", {"advance": span})

    def requests(self, times: Optional[int] = None, *, wait: str = "2s", **match: Any) -> list[Logged]:
        """What was asked and matches ``method``, ``path``, ``route``, ``status``, ``account``.

        With ``times``, fails unless so many come while it waits; the failure says what came instead.
        """
        waiting = {} if times is None else {"times": times, "wait": wait}
        found: list[Logged] = self.ask("GET", "/requests", **waiting, **match)["requests"]
        return found

    def fail(self, match: JSON, **how: Any) -> None:
        """Lets matching requests fail: ``fail({"method": "GET"}, status=429, retryAfter=1, times=2)``."""
        self.ask("POST", "/faults", {"match": match, "how": how})

    def inbox(self) -> list[Callback]:
        """The callbacks that came."""
        callbacks: list[Callback] = self.ask("GET", "/inbox")["callbacks"]
        return callbacks

    def answer(self, *replies: Union[int, JSON]) -> None:
        """What the inbox answers next: ``answer(500, {"drop": True}, 200)``."""
        self.ask("PUT", "/inbox/replies", replies)


def _start(config: pytest.Config) -> JSON:
    running = os.environ.get("CONNECT_APPS_TEST_SERVER")
    if running:
        return dict(json.loads(running))
    command = shlex.split(os.environ.get("CONNECT_APPS_COMMAND", "npx --no connect-apps")) + ["test-server", "--json"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        raise pytest.UsageError(f"{shlex.join(command)} did not start: its exit code is {process.wait()}.")
    # The server ends when its standard input does.
    config.add_cleanup(lambda: None if process.communicate(timeout=60) else None)
    return dict(json.loads(line))


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "world(seed, now, fixture): what the fixture `world` begins with")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Gives every worker of pytest-xdist the server of the run."""
    stash = node.config.stash
    node.workerinput["connect_apps"] = stash[READY] = stash.get(READY, None) or _start(node.config)


@pytest.fixture(scope="session")
def connect_apps(pytestconfig: pytest.Config) -> TestServer:
    """The test server of this run."""
    given: Optional[JSON] = getattr(pytestconfig, "workerinput", {}).get("connect_apps")
    return TestServer(given or _start(pytestconfig))


@pytest.fixture
def world(connect_apps: TestServer, request: pytest.FixtureRequest) -> Iterator[World]:
    """A world that only this test uses."""
    marker = request.node.get_closest_marker("world")
    with connect_apps.world(**(marker.kwargs if marker else {})) as made:
        yield made
