"""Channels over HTTP: the manager says where alerts go; addresses and secrets are never read back."""

import pytest

from gateway.channels.model import Channel
from gateway.channels.seal import SealKey
from tests.api.test_api_pins import everything_kept

HOOK = {"name": "值班系统", "address": "https://example.org:8443/hooks/longtoken?key=alsolong"}
GROUP = {
    "name": "值班群",
    "address": "wecombot://11111111-2222-3333-4444-555555555555",
    "language": "en",
    "from_severity": "alarm",
    "hears_escalated": False,
    "quiet": None,
}
SHOWN = {
    "name": "值班系统",
    "goes_to": "https://example.org:8443/…",
    "language": "zh-CN",
    "from_severity": "warning",
    "hears_escalated": True,
    "quiet": {"from_min": 1320, "until_min": 480},
    "made_at": "2026-11-22T04:00:00Z",
    "failing_since": None,
    "last_sent_at": None,
    "waiting": 0,
    "given_up": 0,
}


def sealed(house, channel_id):
    """As the gateway reads it."""
    key = SealKey((house.centre.directory / "keys" / "channels.key").read_bytes())
    with house.centre.sessions.read() as session:
        return key.open(session.get_one(Channel, channel_id).sealed, channel_id=channel_id)


def test_a_webhooks_secret_is_told_once_and_its_address_never_again(house, manager):
    first, again = (manager.post("/staff/channels", HOOK, key="one") for _ in range(2))

    assert first.status_code == 201
    made = first.json()
    assert made["secret"].startswith("whsec_")
    assert again.json() == {**made, "secret": None}
    assert manager.get("/staff/channels").json()["items"] == [{"id": made["id"], **SHOWN}]
    assert manager.get(f"/staff/channels/{made['id']}").json() == {"id": made["id"], **SHOWN}
    address = sealed(house, made["id"])
    assert (address.url, address.secret) == (HOOK["address"], made["secret"])


def test_neither_address_nor_secret_lies_open_in_the_database_or_the_log(house, manager, caplog):
    secret = manager.post("/staff/channels", HOOK).json()["secret"]
    manager.post("/staff/channels", GROUP)

    for hidden in (secret, "longtoken", "alsolong", "11111111-2222"):
        assert hidden not in everything_kept(house)
        assert hidden not in caplog.text
        assert hidden not in manager.get("/staff/channels").text


def test_the_web_side_needs_no_key_that_opens(house, manager):
    (house.centre.directory / "keys" / "channels.key").unlink()

    assert manager.post("/staff/channels", HOOK).status_code == 201


def test_a_channel_to_people_has_no_secret(manager):
    made = manager.post("/staff/channels", GROUP).json()

    assert made["secret"] is None
    assert made["goes_to"] == "wecombot://…"
    assert (made["language"], made["from_severity"], made["quiet"]) == ("en", "alarm", None)


def test_what_is_given_is_changed_and_the_rest_stays(house, manager):
    made = manager.post("/staff/channels", HOOK).json()
    path = f"/staff/channels/{made['id']}"

    changed = manager.patch(path, {"from_severity": "info", "quiet": None})

    assert changed.json() == {
        **SHOWN,
        "id": made["id"],
        "from_severity": "info",
        "quiet": None,
        "secret": None,
    }
    assert sealed(house, made["id"]).secret == made["secret"]
    assert manager.patch(path, {"name": "x"}).json()["quiet"] is None


def test_another_address_has_another_secret(house, manager):
    made = manager.post("/staff/channels", HOOK).json()

    changed = manager.patch(f"/staff/channels/{made['id']}", {"address": "https://other.example/"}).json()

    assert changed["secret"] not in (made["secret"], None)
    assert (sealed(house, made["id"]).url, sealed(house, made["id"]).secret) == (
        "https://other.example/",
        changed["secret"],
    )


def test_a_channel_that_was_removed_is_gone(house, manager):
    path = f"/staff/channels/{manager.post('/staff/channels', HOOK).json()['id']}"

    assert manager.delete(path).status_code == 204
    assert [manager.ask(verb, path, **more).status_code for verb, more in
            (("GET", {}), ("DELETE", {}), ("PATCH", {"body": {"name": "x"}}))] == [404, 404, 404]  # fmt: skip
    assert manager.get(f"{path}/deliveries").status_code == 404
    assert manager.post(f"{path}/test", {}).status_code == 404
    assert manager.get("/staff/channels").json()["items"] == []


def test_a_test_message_is_on_its_way_and_shows_in_the_list(house, manager):
    path = f"/staff/channels/{manager.post('/staff/channels', HOOK).json()['id']}"

    first, again = (manager.post(f"{path}/test", {}, key="try") for _ in range(2))

    assert first.status_code == 202
    assert first.json() == again.json()
    shown = first.json()
    assert (shown["state"], shown["title"], shown["tries"]) == ("WAITING", "demo：测试消息", 0)
    assert manager.get(f"{path}/deliveries").json()["items"] == [shown]
    assert manager.get(path).json()["waiting"] == 1


def test_messages_are_listed_newest_first_and_can_be_paged(house, manager):
    path = f"/staff/channels/{manager.post('/staff/channels', HOOK).json()['id']}"
    names = []
    for _ in range(3):
        names.insert(0, manager.post(f"{path}/test", {}).json()["id"])
        house.clock.advance(seconds=1)

    found, after = [], ""
    while after is not None:
        page = manager.get(f"{path}/deliveries?limit=1{after and f'&after={after}'}").json()
        found += [one["id"] for one in page["items"]]
        after = page["next"]

    assert found == names


@pytest.mark.parametrize(
    "wrong",
    [
        {"address": "file:///etc/passwd"},
        {"address": "nonsense"},
        {"address": ""},
        {"address": None},
        {"name": ""},
        {"from_severity": "panic"},
        {"quiet": {"from_min": 0, "until_min": 1440}},
        {"quiet": {"from_min": 0}},
        {"more": 1},
    ],
)
def test_a_channel_that_cannot_be_is_refused_without_saying_its_address(manager, wrong):
    answer = manager.post("/staff/channels", HOOK | wrong)

    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")
    assert "longtoken" not in answer.text
    assert "passwd" not in answer.text


def test_a_change_says_something(manager):
    made = manager.post("/staff/channels", HOOK).json()

    assert manager.patch(f"/staff/channels/{made['id']}", {}).status_code == 422


@pytest.mark.parametrize("who", ["10001", "s002", "s003"])
@pytest.mark.parametrize(
    ("verb", "path", "body"),
    [
        ("GET", "", None),
        ("POST", "", HOOK),
        ("GET", "/one", None),
        ("PATCH", "/one", {"name": "x"}),
        ("DELETE", "/one", None),
        ("POST", "/one/test", {}),
        ("GET", "/one/deliveries", None),
    ],
)
def test_channels_are_the_managers_alone(house, who, verb, path, body):
    more = {} if body is None else {"body": body}

    answer = house.signed_in(who).ask(verb, f"/staff/channels{path}", **more)

    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


def test_what_was_done_to_channels_is_in_the_trail_without_an_address(house, manager):
    path = f"/staff/channels/{manager.post('/staff/channels', HOOK).json()['id']}"
    manager.patch(path, {"address": GROUP["address"]})
    manager.delete(path)

    entries = [one for one in manager.get("/staff/audit?limit=200").json()["items"] if one["act"].startswith("channel")]

    assert sorted(one["act"] for one in entries) == ["channel_changed", "channel_made", "channel_removed"]
    assert "longtoken" not in str(entries)
