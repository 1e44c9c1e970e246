"""The postman: every message out once, none lost however often it fails, and none sent by two."""

import threading
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from gateway.alerts import service as alerts
from gateway.channels import queries
from gateway.channels import service as channels
from gateway.channels.model import Delivery, DeliveryState, Severity
from gateway.channels.seal import SealKey
from gateway.members.model import Language
from gateway.postman import Postman
from tests.broker_fixture import eventually


class Hands:
    """A courier that does as it is told, and remembers."""

    def __init__(self):
        self.sent = []
        self.answers = []
        self.is_stopped = False

    def send(self, parcel):
        self.sent.append(parcel)
        answer = self.answers.pop(0) if self.answers else None
        return answer() if callable(answer) else answer

    def stop(self):
        self.is_stopped = True


@pytest.fixture
def courier():
    return Hands()


@pytest.fixture
def make_postman(sessions, clock, courier):
    key = SealKey.generate()
    with sessions.begin() as session:
        for name, url in (("group", "wecombot://botkey"), ("program", "https://example.org/hook")):
            channels.make_channel(
                session,
                name=name,
                url=url,
                language=Language.EN,
                from_severity=Severity.INFO,
                hears_escalated=True,
                quiet=None,
                seal=key.seal,
                actor="test",
                now=clock.now(),
            )
    made = []

    def make(*, key=key, **more):
        made.append(
            Postman(
                sessions, site="demo", zone=ZoneInfo("Asia/Shanghai"), clock=clock, key=key, courier=courier, **more
            )
        )
        return made[-1]

    yield make
    for postman in made:
        postman.stop()


@pytest.fixture
def postman(make_postman):
    return make_postman()


def force(sessions, clock):
    with sessions.begin() as session:
        alerts.raise_alert(session, kind="forced", thing="lock-1", now=clock.now())
    clock.advance(seconds=2)


def due(sessions, clock):
    with sessions.read() as session:
        return [one.id for one in queries.due(session, now=clock.now())]


def carry_due(postman, sessions, clock):
    for delivery_id in due(sessions, clock):
        postman.carry(delivery_id)


def states(sessions):
    with sessions.read() as session:
        return sorted(session.scalars(select(Delivery.state)))


def test_each_channel_gets_the_message_once(postman, courier, sessions, clock):
    force(sessions, clock)
    for _ in range(3):
        postman.make()
        carry_due(postman, sessions, clock)
        clock.advance(hours=1)

    assert sorted(parcel.url for parcel in courier.sent) == ["https://example.org/hook", "wecombot://botkey"]
    [webhook] = [parcel for parcel in courier.sent if parcel.secret]
    assert webhook.secret.startswith("whsec_")
    assert webhook.payload["type"] == "alert.raised"
    assert states(sessions) == ["SENT", "SENT"]


def test_what_fails_is_sent_again_under_the_same_id_until_it_is_out(postman, courier, sessions, clock):
    courier.answers = ["HTTP 500"] * 5
    force(sessions, clock)
    postman.make()
    for _ in range(40):
        carry_due(postman, sessions, clock)
        clock.advance(seconds=30)

    assert len(courier.sent) == 7
    assert len({parcel.id for parcel in courier.sent}) == 2
    assert states(sessions) == ["SENT", "SENT"]


class Killed(BaseException):
    """As if the process had ended there."""


def test_killed_between_sending_and_marking_it_sends_again_under_the_same_id(make_postman, courier, sessions, clock):
    def die(step):
        raise Killed

    force(sessions, clock)
    first = make_postman(reached=die)
    first.make()
    for delivery_id in due(sessions, clock):
        with pytest.raises(Killed):
            first.carry(delivery_id)
    before = sorted(parcel.id for parcel in courier.sent)
    assert states(sessions) == ["WAITING", "WAITING"]

    after = make_postman()
    carry_due(after, sessions, clock)
    assert len(courier.sent) == 2  # the lease of the one that died is not over yet
    clock.advance(seconds=60)
    carry_due(after, sessions, clock)

    assert sorted(parcel.id for parcel in courier.sent[2:]) == before
    assert states(sessions) == ["SENT", "SENT"]


def test_while_one_channel_hangs_the_others_messages_go_out_and_its_own_is_not_sent_by_two(
    postman, courier, sessions, clock
):
    go_on = threading.Event()
    courier.answers = [lambda: None if go_on.wait(20) else "too late", lambda: None]
    force(sessions, clock)
    postman.make()
    assert postman.send_due() == 2
    eventually(lambda: "SENT" in states(sessions))  # written down while the other one hangs
    clock.advance(seconds=61)  # the lease is over, and it still hangs
    assert postman.send_due() == 0
    go_on.set()


def test_an_address_sealed_for_another_key_is_a_failure_in_words_and_nothing_is_lost(
    make_postman, courier, sessions, clock
):
    force(sessions, clock)
    postman = make_postman(key=SealKey.generate())
    postman.make()
    carry_due(postman, sessions, clock)

    assert courier.sent == []
    with sessions.read() as session:
        [one, _] = session.scalars(select(Delivery)).all()
    assert (one.state, one.failed_with) == (
        DeliveryState.WAITING,
        "this address was sealed for another key: set it again",
    )


def test_a_postman_that_was_stopped_calls_the_courier_back(postman, courier):
    postman.stop()

    assert courier.is_stopped
