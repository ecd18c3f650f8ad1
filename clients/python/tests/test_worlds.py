"""The plugin as its users have it, over a plain socket."""

import base64
import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from pytest_connect_apps import ControlError


def read_account(world, account_sid):
    """The status and the JSON of an answer."""
    credentials = base64.b64encode(f"{account_sid}:{world.developer['authToken']}".encode()).decode()
    request = Request(f"{world.url}/2010-04-01/Accounts/{account_sid}.json")
    request.add_header("Authorization", f"Basic {credentials}")
    try:
        with urlopen(request) as reply:
            return reply.status, json.load(reply)
    except HTTPError as error:
        return error.code, json.load(error)


@pytest.mark.parametrize("number", range(20))
def test_a_world_is_of_one_test_alone(world, number):
    world.create_app(friendlyName=f"App {number}")
    names = [app["friendlyName"] for app in world.ask("GET", "/fixture")["connectApps"]]
    assert [name for name in names if name.startswith("App ")] == [f"App {number}"]


@pytest.mark.world(seed=7, now="2026-01-01T00:00:00Z")
def test_a_world_begins_as_its_test_says(world):
    world.advance("5m")
    assert world.ask("GET", "/clock")["now"] == "2026-01-01T00:05:00.000Z"


def test_a_world_is_dropped_after_its_test(connect_apps):
    with connect_apps.world() as world:
        assert world.requests() == []
    with pytest.raises(ControlError, match=f"There is no world {world.id}"):
        world.inbox()


def test_what_did_not_come_says_what_came(world):
    account_sid = world.developer["accountSid"]
    read_account(world, account_sid)
    with pytest.raises(ControlError) as missing:
        world.requests(times=1, wait="10ms", method="POST", account=account_sid)
    assert str(missing.value) == (
        f"Expected 1 requests with method POST, account {account_sid}, and there were 0. The nearest that came:\n"
        f"  GET /2010-04-01/Accounts/{account_sid}.json 200\n"
        "    method is GET, not POST"
    )


def test_a_fault_ends_with_its_times(world):
    account_sid = world.developer["accountSid"]
    world.fail({"method": "GET"}, status=429, retryAfter=1, times=1)
    assert [read_account(world, account_sid)[0] for _ in range(2)] == [429, 200]


def test_a_customer_may_refuse(world):
    assert "error=unauthorized_client" in world.deny(world.connect_app, state="u1")["redirect"]
