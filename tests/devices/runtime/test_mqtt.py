"""The supervised connection, against a real broker that is killed, frozen and asked for too much."""

import asyncio
import queue
import socket
import threading
import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from amqtt.broker import Broker
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from devices.runtime.config import BrokerConfig, tls
from devices.runtime.mqtt import Backoff, Connection

pytestmark = pytest.mark.processes

PATIENCE_S = 15.0
CMD = "hearth/1/demo/bank-a/cmd"
EVT = "hearth/1/demo/bank-a/evt"
STATE = "hearth/1/demo/bank-a/state"


def at_once(_low, _high):
    """A back-off without a wait: for tests of everything else."""
    return 0.05


class Ear:
    """A connection with everything it was told."""

    def __init__(self, broker, name, topics, *, qos=1, **more):
        self.heard = queue.Queue()
        self.ready, self.lost = threading.Semaphore(0), threading.Semaphore(0)
        facts = {
            "client_id": name,
            "host": broker.host,
            "port": broker.port,
            "subscriptions": [(topic, qos) for topic in topics],
            "ping_topic": f"hearth/1/demo/{name}/ping",
            "on_message": self.heard.put,
            "on_ready": self.ready.release,
            "on_lost": self.lost.release,
            "backoff": Backoff(at_once),
        }
        self.connection = Connection(**(facts | more))

    def wait_until_ready(self):
        assert self.ready.acquire(timeout=PATIENCE_S), "it did not get ready"

    def wait_until_lost(self):
        assert self.lost.acquire(timeout=PATIENCE_S), "it was not lost"

    def next(self):
        return self.heard.get(timeout=PATIENCE_S)


@pytest.fixture
def connect():
    """`connect(broker, name, *topics, **more)`: an Ear whose connection has been started, and is ready."""
    ears = []

    def connect(broker, name="bank-a", *topics, waits=True, **more):
        ears.append(Ear(broker, name, topics, **more))
        ears[-1].connection.start()
        if waits:
            ears[-1].wait_until_ready()
        return ears[-1]

    yield connect
    for ear in ears:
        ear.connection.stop()


def until(is_so, patience_s=PATIENCE_S):
    """Wait for another process: how long it took, in seconds."""
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < patience_s, "it did not come about"
        threading.Event().wait(0.005)
    return time.monotonic() - began


# --- speaking and hearing


def test_what_one_publishes_another_hears(mosquitto, connect):
    gateway = connect(mosquitto, "gateway", EVT)
    bank = connect(mosquitto, "bank-a")

    assert bank.connection.publish(EVT, b"opened", qos=1)

    incoming = gateway.next()
    assert (incoming.topic, incoming.payload, incoming.qos, incoming.retained) == (EVT, b"opened", 1, False)


def test_ready_means_that_every_subscription_holds(mosquitto, connect):
    bank = connect(mosquitto, "bank-a", CMD)

    bank.connection.publish(CMD, b"to myself", qos=0)

    assert bank.next().payload == b"to myself"
    assert bank.connection.is_ready()


def test_a_retained_flag_is_seen_on_a_live_subscription(mosquitto, connect):
    bank = connect(mosquitto, "bank-a", CMD)

    bank.connection.publish(CMD, b"kept", qos=0, retain=True)
    bank.connection.publish(CMD, b"not kept", qos=0)

    assert [bank.next().retained for _ in range(2)] == [True, False]


def test_a_plain_one_speaks_3_1_1_where_the_broker_speaks_5_too(mosquitto, connect):
    bank = connect(mosquitto, "bank-a", CMD, is_plain=True)

    bank.connection.publish(CMD, b"kept", qos=0, retain=True)

    assert not bank.next().retained, "as 3.1.1 has it: what comes live is not marked"


def test_what_was_retained_before_comes_for_a_state_and_not_for_a_command(mosquitto, connect):
    speaker = connect(mosquitto, "gateway")
    speaker.connection.publish(CMD, b"old", qos=1, retain=True)
    speaker.connection.publish(STATE, b"online", qos=1, retain=True)
    speaker.connection.stop()

    bank = connect(mosquitto, "bank-a", CMD, STATE)
    bank.connection.publish(CMD, b"new", qos=0)

    heard = [bank.next() for _ in range(2)]
    assert [(incoming.payload, incoming.retained) for incoming in heard] == [(b"online", True), (b"new", False)]


def test_an_expired_message_is_not_delivered(mosquitto, connect):
    gateway = connect(mosquitto, "gateway", EVT, session_expiry_s=60)
    gateway.connection.stop()
    bank = connect(mosquitto, "bank-a", "hearth/1/demo/bank-a/cmd")
    bank.connection.publish(EVT, b"expires", qos=1, expiry_s=1)
    bank.connection.publish(EVT, b"stays", qos=1)
    began = time.monotonic()
    until(lambda: time.monotonic() - began > 2.1)  # the broker counts in whole seconds of its own

    gateway = connect(mosquitto, "gateway", EVT, session_expiry_s=60)

    assert gateway.next().payload == b"stays"


def test_small_messages_are_sent_at_once(mosquitto, connect):
    bank = connect(mosquitto)

    sock = bank.connection._link._client.socket()

    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


# --- a callback that fails


def test_a_callback_that_raises_does_not_stop_it(mosquitto, connect, caplog):
    heard = queue.Queue()

    def take(incoming):
        heard.put(incoming.payload)
        raise RuntimeError("not my day")

    bank = connect(mosquitto, "bank-a", CMD, on_message=take)
    bank.connection.publish(CMD, b"first", qos=0)
    bank.connection.publish(CMD, b"second", qos=0)

    assert [heard.get(timeout=PATIENCE_S) for _ in range(2)] == [b"first", b"second"]
    assert bank.connection.is_ready()
    assert "not my day" in caplog.text


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_network_thread_that_died_is_noticed_and_restarted(mosquitto, connect):
    def take(_incoming):
        raise SystemExit

    bank = connect(mosquitto, "bank-a", CMD, on_message=take)
    bank.connection.publish(CMD, b"die", qos=0)
    bank.wait_until_lost()
    until(lambda: not bank.connection._thread.is_alive())

    bank.connection.is_ready()

    bank.wait_until_ready()
    assert bank.connection.is_ready()


# --- a broker that goes away


def test_what_is_published_while_disconnected_is_never_sent(mosquitto, connect):
    bank = connect(mosquitto, "bank-a", CMD)
    mosquitto.kill()
    bank.wait_until_lost()

    assert not bank.connection.publish(CMD, b"late", qos=1)
    assert not bank.connection.publish(CMD, b"late", qos=0)
    assert not bank.connection.is_ready()
    mosquitto.start()
    bank.wait_until_ready()
    assert bank.connection.publish(CMD, b"in time", qos=1)

    assert bank.next().payload == b"in time"


def test_what_was_on_its_way_when_the_broker_died_is_not_sent_again(mosquitto, connect):
    bank = connect(mosquitto, "bank-a", CMD)
    mosquitto.freeze()
    assert bank.connection.publish(CMD, b"swallowed", qos=1)
    mosquitto.kill()
    bank.wait_until_lost()
    mosquitto.start()
    bank.wait_until_ready()

    bank.connection.publish(CMD, b"afterwards", qos=1)

    assert bank.next().payload == b"afterwards"


def test_after_a_broker_was_killed_it_comes_back_with_its_subscriptions(mosquitto, connect):
    bank = connect(mosquitto, "bank-a", CMD)
    for _ in range(3):
        mosquitto.kill()
        bank.wait_until_lost()
        mosquitto.start()
        bank.wait_until_ready()

        assert bank.connection.is_ready()
        bank.connection.publish(CMD, b"again", qos=1)
        assert bank.next().payload == b"again"


def test_it_connects_to_a_broker_that_starts_later(mosquitto, connect):
    mosquitto.kill()
    bank = connect(mosquitto, waits=False)
    assert not bank.connection.is_ready()

    mosquitto.start()

    bank.wait_until_ready()


def test_a_frozen_broker_is_not_ready_within_two_seconds_and_is_again_when_it_thaws(mosquitto, connect):
    bank = connect(mosquitto)
    mosquitto.freeze()

    took_s = until(lambda: not bank.connection.is_ready())
    assert took_s < 2.5

    mosquitto.thaw()
    until(bank.connection.is_ready)


@pytest.mark.processes
def test_a_broker_that_stays_frozen_is_given_up_and_connected_to_again(mosquitto, connect):
    bank = connect(mosquitto, keepalive_s=2)
    mosquitto.freeze()

    bank.wait_until_lost()

    assert not bank.connection.publish(CMD, b"late", qos=1)
    mosquitto.thaw()
    bank.wait_until_ready()


def test_stopping_sends_what_was_published_and_no_will(mosquitto, connect):
    gateway = connect(mosquitto, "gateway", STATE)
    bank = connect(mosquitto, "bank-a", will=(STATE, b"lost"))

    bank.connection.publish(STATE, b"goodbye", qos=1, retain=True)
    bank.connection.stop()
    gateway.connection.publish(STATE, b"last", qos=1)

    assert [gateway.next().payload for _ in range(2)] == [b"goodbye", b"last"]


def test_the_will_is_said_retained_for_whoever_falls_silent(mosquitto, connect):
    gateway = connect(mosquitto, "gateway", STATE)
    bank = connect(mosquitto, "bank-a", will=(STATE, b"lost"))

    bank.connection._link._client.socket().shutdown(socket.SHUT_RDWR)

    incoming = gateway.next()
    assert (incoming.payload, incoming.retained) == (b"lost", True)


def test_a_stopped_connection_stays_stopped(mosquitto, connect):
    bank = connect(mosquitto)
    bank.connection.stop()
    bank.connection.stop()

    assert not bank.connection.is_ready()
    assert not bank.connection.publish(CMD, b"late", qos=1)
    assert not bank.connection._thread.is_alive()


# --- a broker that says no


def test_wrong_credentials_are_said_once_and_nothing_is_ready(make_mosquitto, connect, caplog, tmp_path):
    (tmp_path / "nobody").touch(mode=0o600)
    broker = make_mosquitto(f"allow_anonymous false\npassword_file {tmp_path / 'nobody'}")
    bank = connect(broker, username="bank-a", password="wrong", waits=False)

    until(lambda: broker.log.read_text().count("New connection from") >= 4)

    assert not bank.connection.is_ready()
    assert not bank.connection.publish(CMD, b"late", qos=1)
    assert caplog.text.count("the broker refused: Not authorized") == 1


def test_a_broker_that_speaks_only_3_1_1_is_spoken_to_in_3_1_1(old_broker, connect):
    bank = connect(old_broker, "bank-a", CMD)

    bank.connection.publish(CMD, b"hello", qos=1, expiry_s=5)

    assert bank.next().payload == b"hello"
    assert bank.connection.is_ready()


def test_a_broker_that_takes_the_call_and_says_nothing_is_not_waited_for(connect):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        mute.settimeout(PATIENCE_S)

        class Address:
            host, port = mute.getsockname()

        bank = connect(Address, waits=False, keepalive_s=60)
        first, _ = mute.accept()
        second, _ = mute.accept()

        assert not bank.connection.publish(CMD, b"late", qos=1)
        first.close()
        second.close()


@pytest.fixture
def old_broker(free_port):
    """The embedded broker, which knows nothing newer than MQTT 3.1.1."""
    loop = asyncio.new_event_loop()
    config = {
        "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{free_port}"}},
        "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
    }
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def started() -> Broker:
        broker = Broker(config)
        await broker.start()
        return broker

    broker = asyncio.run_coroutine_threadsafe(started(), loop).result(PATIENCE_S)

    class Address:
        host, port = "127.0.0.1", free_port

    yield Address
    asyncio.run_coroutine_threadsafe(broker.shutdown(), loop).result(PATIENCE_S)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


# --- over TLS


class Site:
    """A certificate authority, with a certificate for the broker and one for a device, as files."""

    def __init__(self, directory):
        self.directory = directory
        directory.mkdir()
        self._ca_key = ec.generate_private_key(ec.SECP256R1())
        self._ca_name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "site CA")])
        self._write("ca", self._ca_key, self._sign(self._ca_name, self._ca_key, ca=True))
        for name in ("broker", "bank-a"):
            key = ec.generate_private_key(ec.SECP256R1())
            subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
            self._write(name, key, self._sign(subject, key, ca=False))

    def context(self):
        """What the device's node.toml makes of these files."""
        broker = BrokerConfig(host="127.0.0.1", ca="ca.crt", certificate="bank-a.crt", private_key="bank-a.key")
        return tls(broker, self.directory)

    def _sign(self, subject, key, *, ca):
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._ca_name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(minutes=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
            .sign(self._ca_key, hashes.SHA256())
        )

    def _write(self, name, key, certificate):
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (self.directory / f"{name}.key").write_bytes(pem)
        (self.directory / f"{name}.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


@pytest.fixture
def site(tmp_path):
    return Site(tmp_path / "site")


@pytest.fixture
def tls_broker(make_mosquitto, site):
    """It wants a certificate of the site's, and takes the name in it for the user's."""
    here = site.directory
    return make_mosquitto(
        f"cafile {here}/ca.crt\ncertfile {here}/broker.crt\nkeyfile {here}/broker.key\n"
        "require_certificate true\nuse_identity_as_username true\nallow_anonymous false"
    )


def test_a_device_shows_its_certificate_and_is_heard(tls_broker, site, connect):
    bank = connect(tls_broker, "bank-a", CMD, tls=site.context())
    long = b"x" * 4000

    for _ in range(50):
        bank.connection.publish(CMD, long, qos=0)

    assert [bank.next().payload for _ in range(50)] == [long] * 50
    assert bank.connection.is_ready()


# paho leaves a socket whose handshake failed to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
def test_a_broker_of_another_site_is_not_spoken_to(tls_broker, tmp_path, connect, caplog):
    another = Site(tmp_path / "another")

    bank = connect(tls_broker, "bank-a", CMD, tls=another.context(), waits=False)

    until(lambda: "CERTIFICATE_VERIFY_FAILED" in caplog.text)
    assert not bank.connection.publish(CMD, b"secret", qos=1)


# --- sessions and acknowledgements


def test_what_was_not_acknowledged_comes_again_after_a_reconnect(mosquitto, connect):
    gateway = connect(mosquitto, "gateway", EVT, manual_ack=True, session_expiry_s=60)
    bank = connect(mosquitto, "bank-a")
    bank.connection.publish(EVT, b"first", qos=1)
    bank.connection.publish(EVT, b"second", qos=1)
    first, second = gateway.next(), gateway.next()
    assert gateway.connection.ack(first)

    gateway.connection.stop()
    gateway = connect(mosquitto, "gateway", EVT, manual_ack=True, session_expiry_s=60)

    again = gateway.next()
    assert again.payload == b"second"
    assert not gateway.connection.ack(second)  # its message id means another message on this connection
    assert gateway.connection.ack(again)


def test_what_came_while_away_is_kept_for_a_session(mosquitto, connect):
    gateway = connect(mosquitto, "gateway", EVT, session_expiry_s=60)
    gateway.connection.stop()
    bank = connect(mosquitto, "bank-a")
    bank.connection.publish(EVT, b"meanwhile", qos=1)

    gateway = connect(mosquitto, "gateway", EVT, session_expiry_s=60)

    assert gateway.next().payload == b"meanwhile"


def test_without_a_session_nothing_is_kept_while_away(mosquitto, connect):
    bank = connect(mosquitto, "bank-a", CMD)
    bank.connection.stop()
    gateway = connect(mosquitto, "gateway", CMD)
    gateway.connection.publish(CMD, b"meanwhile", qos=1)
    assert gateway.next().payload == b"meanwhile"

    bank = connect(mosquitto, "bank-a", CMD)
    gateway.connection.publish(CMD, b"now", qos=1)

    assert bank.next().payload == b"now"


# --- coming back without a stampede


def test_the_wait_is_drawn_from_a_span_that_doubles_up_to_eight_seconds():
    backoff = Backoff(lambda low, high: high)

    assert [backoff.wait_s(lasted_s=0) for _ in range(8)] == [0.25, 0.5, 1, 2, 4, 8, 8, 8]


def test_the_wait_may_be_none_at_all():
    backoff = Backoff(lambda low, high: low)

    assert backoff.wait_s(lasted_s=0) == 0


def test_the_span_shrinks_only_after_a_connection_that_lasted():
    backoff = Backoff(lambda low, high: high)
    for _ in range(4):
        backoff.wait_s(lasted_s=29)

    assert backoff.wait_s(lasted_s=29) == 4
    assert backoff.wait_s(lasted_s=30) == 0.25


@pytest.mark.processes
def test_two_clients_with_one_name_do_not_storm_the_broker(mosquitto, connect):
    for _ in range(2):
        connect(mosquitto, "bank-a", backoff=Backoff(), waits=False)
    began = time.monotonic()
    until(lambda: time.monotonic() - began > 6.0)  # what is counted is what happens in a span

    assert 3 <= mosquitto.log.read_text().count("New client connected") <= 24
