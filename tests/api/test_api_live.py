"""The stream of news."""

import asyncio
import json
from contextlib import ExitStack

import pytest

from api import line
from api.live import MOST_READERS, MOST_WAITING, Reader
from gateway.alerts import service as alerts
from gateway.emergencies import service as emergencies
from gateway.fleet import service as fleet_service
from gateway.fleet.model import DoorLevel
from gateway.kit.db import announce
from gateway.members import queries as members
from gateway.members import service as members_service
from gateway.members.model import Member
from tests.centre_builder import NOON, lock_of

PATIENCE_S = 5.0
THE_LAST = {"id": "bank-a", "presence": "unknown"}  # said when nothing more is to come
OPENED = {"id": "a" * 32, "lock_id": "b" * 32, "state": "OPENED", "code": ""}


class Stream:
    """One open stream, read as it comes (httpx without a network would hand it over only when it has ended)."""

    def __init__(self, house, browser):
        self._house = house
        cookies = "; ".join(f"{name}={value}" for name, value in browser.client.cookies.items())
        shown = browser.client.headers.get("authorization")
        self._scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": "/api/v1/live",
            "raw_path": b"/api/v1/live",
            "query_string": b"",
            "root_path": "",
            "headers": [
                (b"host", b"127.0.0.1:8000"),
                (b"cookie", cookies.encode()),
                *([(b"authorization", shown.encode())] if shown else []),
            ],
        }
        self._sent = asyncio.Queue()
        self._left = asyncio.Event()
        self.headers = {}

    async def __aenter__(self):
        self._task = asyncio.create_task(self._house.app(self._scope, self._receive, self._sent.put))
        start = await asyncio.wait_for(self._sent.get(), PATIENCE_S)
        self.status = start["status"]
        self.headers = {name.decode(): value.decode() for name, value in start["headers"]}
        return self

    async def __aexit__(self, *_):
        self._left.set()
        await asyncio.wait_for(self._task, PATIENCE_S)

    async def _receive(self):
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def next(self):
        """The next news; None when the stream has ended."""
        while True:
            message = await asyncio.wait_for(self._sent.get(), PATIENCE_S)
            if not message.get("more_body"):
                return None
            if message["body"].startswith(b"data: "):
                return json.loads(message["body"].removeprefix(b"data: "))

    async def ends(self):
        """Whether it ends by itself, in time."""
        try:
            while await self.next() is not None:
                pass
        except TimeoutError:
            return False
        return True


async def heard(house, browser, *happenings):
    """What a reader is told while these happen, one after another."""
    told = []
    async with Stream(house, browser) as stream:
        for happen in happenings:
            if (going_on := happen()) is not None:
                await going_on
        house.change(announce, "device", **THE_LAST)
        while (news := await stream.next()) != {"kind": "device", **THE_LAST}:
            told.append(news)
    return told


def heard_by(house, browser, *happenings):
    return house.run(heard(house, browser, *happenings))


def door_moves(house, lock_id, level=DoorLevel.OPEN):
    """As the gateway stores it and tells."""
    return lambda: house.change(announce, "door", lock_id=lock_id, level=level)


def ended_by(house, browser, happen):
    """Whether a stream ends by itself once this has happened."""

    async def listen():
        async with Stream(house, browser) as stream:
            await happen()
            return await stream.ends()

    return house.run(listen())


def test_a_stream_is_an_event_stream_that_no_proxy_keeps(house):
    async def open_one():
        async with Stream(house, house_browser) as stream:
            return stream

    house_browser = house.signed_in()
    stream = house.run(open_one())

    assert stream.status == 200
    assert stream.headers["content-type"].startswith("text/event-stream")
    assert (stream.headers["cache-control"], stream.headers["x-accel-buffering"]) == ("no-store", "no")


def test_a_stopping_program_ends_every_stream(house):
    async def stop():
        house.app.state.desk.hub.close()

    assert ended_by(house, house.signed_in(), stop)


def test_a_reader_hears_of_their_own_unlock(house):
    mine = {**OPENED, "member_id": house.member_id("10001")}

    assert heard_by(house, house.signed_in(), lambda: house.line.say("unlock", **mine)) == [
        {"kind": "unlock", **OPENED}
    ]


def test_nobody_hears_of_somebody_elses_unlock_or_rental(house):
    theirs = {"id": "a" * 32, "member_id": house.member_id("10002"), "state": "ACTIVE"}

    heard = heard_by(
        house,
        house.signed_in("10001"),
        lambda: house.line.say("rental", **theirs),
        lambda: house.line.say("unlock", **{**OPENED, **theirs}),
    )

    assert heard == []


def test_a_reader_hears_of_their_rental_as_it_begins(house):
    browser, other_page = house.signed_in(), house.signed_in()
    rent = lambda: other_page.asking("POST", "/rentals", body={}, headers={"Idempotency-Key": "one"})  # noqa: E731

    (news,) = heard_by(house, browser, rent)

    (rental,) = browser.get("/rentals").json()["items"]
    assert news == {"kind": "rental", "id": rental["id"], "state": "ACTIVE"}


def test_a_reader_hears_of_the_door_of_what_they_have_just_rented(house):
    browser, other_page = house.signed_in(), house.signed_in()

    async def rent_and_open():
        headers = {"Idempotency-Key": "one"}
        rental = (await other_page.asking("POST", "/rentals", body={}, headers=headers)).json()
        door_moves(house, rental["lock_id"])()

    assert [news["kind"] for news in heard_by(house, browser, rent_and_open)] == ["rental", "door"]


def test_a_reader_hears_of_their_own_door(house):
    rental = house.rent("10001")

    heard = heard_by(house, house.signed_in(), door_moves(house, rental["lock_id"]))

    assert heard == [{"kind": "door", "lock_id": rental["lock_id"], "level": "open"}]


def test_staff_hear_of_every_alert_and_every_door_and_members_of_none(house):
    def happen():
        house.change(alerts.raise_alert, kind="tamper", thing="bank-a", now=NOON)
        with house.centre.sessions.read() as session:
            lock_id = lock_of(session, "01")
        door_moves(house, lock_id)()

    heard = heard_by(house, house.signed_in("s002"), happen)

    assert [news["kind"] for news in heard] == ["alert", "door"]
    told = {name: heard[0][name] for name in ("alert", "state", "severity", "count")}
    assert told == {"alert": "tamper", "state": "OPEN", "severity": "alarm", "count": 1}
    assert heard_by(house, house.signed_in("10001"), happen) == []


def test_a_staff_screen_hears_that_a_colleague_took_an_alert_up(house):
    alert_id = house.change(alerts.raise_alert, kind="tamper", thing="bank-a", now=NOON).id
    colleague = house.signed_in("s003")
    take_up = lambda: colleague.asking("POST", f"/staff/alerts/{alert_id}/ack", body={})  # noqa: E731

    (news,) = heard_by(house, house.signed_in("s002"), take_up)

    assert (news["id"], news["state"]) == (alert_id, "ACKNOWLEDGED")


def test_nobody_hears_of_another_door(house):
    rental = house.rent("10002")

    assert heard_by(house, house.signed_in("10001"), door_moves(house, rental["lock_id"])) == []


def test_after_giving_the_compartment_back_its_door_is_no_business_of_theirs(house):
    rental = house.rent("10001")
    browser, other_page = house.signed_in(), house.signed_in()

    told = heard_by(
        house,
        browser,
        lambda: other_page.asking("DELETE", f"/rentals/{rental['id']}"),
        door_moves(house, rental["lock_id"]),
    )

    assert [news["kind"] for news in told] == ["rental"]


def test_everybody_hears_that_a_bank_is_suspended(house):
    suspend = {"device_id": "bank-b", "reason": "repair", "actor": "test", "now": NOON}

    heard = heard_by(house, house.signed_in(), lambda: house.change(fleet_service.suspend, **suspend))

    assert heard == [{"kind": "device", "id": "bank-b", "presence": "online"}]


def test_everybody_hears_of_a_freeze(house):
    def freeze(session):
        actor = session.get_one(Member, house.member_id("s001"))
        emergencies.freeze(session, bank_id="bank-a", reason="theft", actor=actor, now=NOON)

    (heard,) = heard_by(house, house.signed_in(), lambda: house.change(freeze))

    assert heard.pop("id")
    assert heard == {"kind": "emergency", "emergency": "freeze", "bank_id": "bank-a", "state": "ACTIVE"}


def test_nobody_hears_of_devices_that_are_no_banks(house):
    stranger = {"id": "stranger", "presence": "online", "state": "PENDING"}

    assert heard_by(house, house.signed_in(), lambda: house.line.say("device", **stranger)) == []


@pytest.mark.parametrize("payload", [b"", b"{", b"[]", b"7", b'{"v":2,"kind":"unlock"}', b'{"v":1,"kind":"unlock"}'])
def test_what_cannot_be_read_on_the_line_is_dropped(house, payload):
    line.take(house.app.state.desk.hub, "live/unlock", payload, at=0.0)


def test_signing_out_ends_the_stream_at_once(house):
    browser = house.signed_in()

    assert ended_by(house, browser, lambda: browser.asking("DELETE", "/session"))


def test_a_new_password_ends_the_streams_of_other_devices(house):
    here, elsewhere = house.signed_in(), house.signed_in()
    change = {"password": {"current": "correct horse battery", "new": "a rather different one"}}

    assert ended_by(house, elsewhere, lambda: here.asking("PATCH", "/me", body=change))


def test_a_session_that_ends_elsewhere_ends_the_stream_at_the_next_look(house):
    browser = house.signed_in()

    async def disable():
        house.change(disabled, "10001")

    assert ended_by(house, browser, disable)


def test_a_reader_who_is_told_something_every_moment_is_looked_at_again_all_the_same(house):
    browser = house.signed_in()

    async def chatter():
        while True:
            house.line.say("device", id="bank-a", presence="online", state="APPROVED")
            await asyncio.sleep(0.01)

    async def disable_in_a_crowd():
        house.change(disabled, "10001")
        house.chatter = asyncio.create_task(chatter())

    assert ended_by(house, browser, disable_in_a_crowd)
    house.chatter.cancel()


def test_a_reader_who_does_not_keep_up_is_let_go(house):
    async def flood():
        for _ in range(MOST_WAITING + 1):
            house.line.say("device", id="bank-a", presence="online", state="APPROVED")

    assert ended_by(house, house.signed_in(), flood)


def test_one_stream_too_many_ends_the_oldest(house):
    hub = house.app.state.desk.hub
    readers = [Reader(member_id="m", session="s") for _ in range(MOST_READERS + 1)]

    with ExitStack() as listening:
        for reader in readers:
            listening.enter_context(hub.listen(reader))

        assert [reader.is_over for reader in readers] == [True] + [False] * MOST_READERS


def test_another_session_has_room_of_its_own(house):
    hub = house.app.state.desk.hub
    readers = [Reader(member_id="m", session=f"s{no}") for no in range(MOST_READERS + 1)]

    with ExitStack() as listening:
        for reader in readers:
            listening.enter_context(hub.listen(reader))

        assert not any(reader.is_over for reader in readers)


def test_without_a_session_there_is_no_stream(house):
    assert house.browser().get("/live").json()["code"] == "not_signed_in"


def disabled(session, member_no):
    member = members.member_by_no(session, member_no=member_no)
    members_service.disable_member(session, member=member, actor="test", now=NOON)
