"""The plugin as its users have it; the first test is the one of README.md, without the client."""

import base64
import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from pytest_connect_apps import ControlError


def read_account(world, account_sid):
    credentials = base64.b64encode(f"{account_sid}:{world.developer['authToken']}".encode()).decode()
    request = Request(f"{world.url}/2010-04-01/Accounts/{account_sid}.json")
    request.add_header("Authorization", f"Basic {credentials}")
    with urlopen(request) as reply:
        return json.loads(reply.read())


def test_a_customer_who_removes_the_app_is_forgotten(world):
    app = world.create_app(permissions=["get-all"])
    account_sid = world.allow(app["sid"], state="u1")["subaccountSid"]
    assert read_account(world, account_sid)["sid"] == account_sid

    world.answer(500, 500, 200)
    world.revoke(app["sid"])
    world.advance("1d")

    assert [(one["attempt"], one["signatureIsValid"]) for one in world.inbox()] == [(1, True), (2, True), (3, True)]
    with pytest.raises(HTTPError) as refused:
        read_account(world, account_sid)
    assert refused.value.code == 403
    assert world.requests(status=403, times=1, wait="1s")[0]["reason"]


@pytest.mark.parametrize("number", range(20))
def test_a_world_is_of_one_test_alone(world, number):
    world.create_app(friendlyName=f"App {number}")
    names = [app["friendlyName"] for app in world.ask("GET", "/fixture")["connectApps"]]
    assert [name for name in names if name.startswith("App ")] == [f"App {number}"]


def test_what_did_not_come_says_what_came(world):
    with pytest.raises(HTTPError):
        urlopen(f"{world.url}/2010-04-01/Accounts/{world.developer['accountSid']}.json")
    with pytest.raises(ControlError) as missing:
        world.requests(method="POST", account=world.developer["accountSid"], wait="10ms")
    assert missing.value.status == 408
    assert missing.value.answer["nearest"]


def test_a_fault_ends_with_its_times(world):
    sid = world.developer["accountSid"]
    world.fail({"method": "GET"}, status=500, times=1)
    with pytest.raises(HTTPError):
        read_account(world, sid)
    assert read_account(world, sid)["sid"] == sid


def test_a_snapshot_comes_back(world):
    name = world.snapshot()
    world.allow()
    world.reset(name)
    assert world.requests() == []
    assert world.deny()["redirect"]
