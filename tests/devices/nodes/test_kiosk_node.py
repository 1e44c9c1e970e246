"""What is presented at a kiosk is said to the gateway within five seconds, once, or never."""

import pytest

from devices.nodes.kiosk import Kiosk
from devices.nodes.locker_bank import Identity
from devices.parts.line_reader import LineReader
from devices.wire import codec
from devices.wire.messages import T_SHOWN_S, Credential, Give, Given, Health
from devices.wire.signing import SigningKey
from devices.wire.topics import Channel
from tests.asker import DEVICE_KEY, GATEWAY_KEY
from tests.devices.parts.test_readers import Socket

Q = "9" * 32
CARD = "04A21F9C"


class Stand:
    """A kiosk's node in virtual time, with one reader; the gateway is the test."""

    def __init__(self, clockwork):
        self.clockwork = clockwork
        self.socket = Socket()
        self.identity = Identity("demo", "kiosk-1", DEVICE_KEY, GATEWAY_KEY.public())
        self.sent = []
        self.node = Kiosk(
            identity=self.identity,
            readers=[LineReader("card", self.socket, timers=clockwork)],
            timers=clockwork,
            outbox=self,
            boot_id="1" * 16,
        )
        self.node.start()
        self.socket.when_up()
        self.node.connected()

    def send(self, topic, payload, *, qos, retain=False):
        self.sent.append((topic, payload, qos, retain))

    def show(self, card=CARD):
        self.socket.when_received(f"{card}\r\n".encode())

    def ask(self, which, *, q=Q, key=GATEWAY_KEY, retained=False):
        topic = self.identity.topic(Channel.CMD)
        self.node.receive(topic, codec.encode_command(Give(id=which, q=q), topic=topic, key=key), retained=retained)

    def said(self, channel):
        return [one for one in self.sent if one[0] == self.identity.topic(channel)]

    @property
    def news(self):
        topic = self.identity.topic(Channel.EVT)
        key = DEVICE_KEY.public()
        return [codec.decode_event(payload, topic=topic, key=key).msg for _, payload, _, _ in self.said(Channel.EVT)]

    @property
    def answers(self):
        topic = self.identity.topic(Channel.CHAL)
        key = DEVICE_KEY.public()
        return [codec.decode_answer(payload, topic=topic, key=key) for _, payload, _, _ in self.said(Channel.CHAL)]

    @property
    def state(self):
        return codec.decode_state(self.said(Channel.STATE)[-1][1])


@pytest.fixture
def stand(clockwork):
    return Stand(clockwork)


def test_a_card_is_announced_without_its_number_and_told_to_whoever_asks_for_it(stand):
    stand.show()
    [news] = stand.news
    assert isinstance(news, Credential)
    stand.clockwork.advance(0.25)
    stand.ask(news.id)

    assert stand.answers == [Given(q=Q, id=news.id, age_ms=250, text=CARD)]
    assert stand.node.dropped == 0


def test_no_message_about_a_card_is_kept_by_the_broker_and_no_answer_waits_in_it(stand):
    stand.show()
    stand.ask(stand.news[0].id)

    assert [(qos, retain) for _, _, qos, retain in stand.said(Channel.EVT)] == [(1, False)]
    assert [(qos, retain) for _, _, qos, retain in stand.said(Channel.CHAL)] == [(0, False)]


def test_a_card_is_told_once(stand):
    stand.show()
    for _ in range(3):
        stand.ask(stand.news[0].id)

    assert len(stand.answers) == 1


def test_after_five_seconds_a_card_is_told_to_nobody_and_counted(stand):
    stand.show()
    stand.clockwork.advance(T_SHOWN_S)
    stand.ask(stand.news[0].id)

    assert stand.answers == []
    assert stand.node.dropped == 1


def test_a_card_shown_while_nobody_listens_is_not_told_later(stand):
    stand.node.disconnected()
    stand.show()
    stand.node.connected()

    assert stand.news == []
    assert stand.node.dropped == 1


def test_what_was_shown_before_the_link_was_lost_is_gone_with_it(stand):
    stand.show()
    stand.node.disconnected()
    stand.node.connected()
    stand.ask(stand.news[0].id)

    assert stand.answers == []


def test_of_two_cards_the_second_is_told_and_the_first_is_not(stand):
    stand.show("11111111")
    stand.show("22222222")
    for news in stand.news:
        stand.ask(news.id)

    assert [answer.text for answer in stand.answers] == ["22222222"]


@pytest.mark.parametrize(
    "how", [{"key": SigningKey.generate()}, {"retained": True}, {"which": "0" * 32}], ids=lambda how: next(iter(how))
)
def test_only_the_gateway_is_told_and_only_when_it_asks_now_for_this_very_card(stand, how):
    stand.show()
    stand.ask(**{"which": stand.news[0].id, **how})

    assert stand.answers == []


def test_a_reader_that_is_unplugged_shows_in_the_state_and_so_does_its_return(stand):
    [reader] = stand.state.parts
    assert (stand.state.kind, reader.name, reader.health, reader.doors) == ("kiosk", "card", Health.OK, [])

    stand.socket.when_down()
    assert stand.state.parts[0].health is Health.LOST

    stand.socket.when_up()
    assert stand.state.parts[0].health is Health.OK


def test_no_number_of_a_card_is_in_the_log(stand, caplog):
    caplog.set_level("DEBUG")
    stand.show()
    stand.show("<04A21F9C>")
    stand.clockwork.advance(T_SHOWN_S)

    assert "not asked for in time" in caplog.text
    assert CARD not in caplog.text


def test_told_to_stop_it_says_goodbye(stand):
    stand.node.stop()

    assert not stand.state.online
