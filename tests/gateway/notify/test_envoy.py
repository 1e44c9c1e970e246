"""One message to a far end that takes it, refuses it, hangs or hangs up; by the real process where that counts."""

import base64
import hashlib
import hmac
import json
import socket
import threading
import time
from contextlib import contextmanager

import pytest
from standardwebhooks import Webhook

from gateway.notify import courier as couriers
from gateway.notify.courier import EnvoyCourier
from gateway.notify.envoy import deliver
from gateway.notify.port import Parcel
from tests.far_end import FarEnd

KEY = bytes(range(32))
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"


@pytest.fixture
def far_end():
    with FarEnd() as far_end:
        yield far_end


@contextmanager
def socket_that(does):
    """A port that accepts and then does something rude."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        held = []

        def serve():
            try:
                while True:
                    held.append(server.accept()[0])
                    does(held[-1])
            except OSError:
                pass

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/longtoken"
        server.shutdown(socket.SHUT_RDWR)
        for one in held:
            one.close()
        thread.join()


def parcel(url, *, secret=SECRET, name="a" * 32):
    payload = {"type": "alert.raised", "timestamp": "2026-11-22T04:00:00+00:00", "data": {"text": "大厅：有水"}}
    return Parcel(
        id=name, url=url, secret=secret, title="demo：紧急", body="大厅：有水", severity="alarm", payload=payload
    )


def test_a_webhook_is_signed_as_the_standard_says_and_its_own_library_agrees(far_end):
    assert deliver(parcel(far_end.url)) is None

    [(path, headers, body)] = far_end.heard
    assert path == "/hooks/longtoken?key=alsolong"
    assert json.loads(body) == dict(parcel("").payload)
    Webhook(SECRET).verify(body, headers)


def test_the_signature_is_the_one_that_the_standard_describes(far_end):
    """By hand, without the library that made it."""
    deliver(parcel(far_end.url))

    [(_, headers, body)] = far_end.heard
    name, moment = headers["webhook-id"], headers["webhook-timestamp"]
    signed = b".".join([name.encode(), moment.encode(), body])
    expected = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert name == f"msg_{'a' * 32}"
    assert abs(time.time() - int(moment)) < 60


def test_sent_again_it_bears_the_same_id(far_end):
    for _ in range(2):
        deliver(parcel(far_end.url))

    assert len({headers["webhook-id"] for _, headers, _ in far_end.heard}) == 1


@pytest.mark.parametrize("status", [301, 307, 400, 410, 429, 500])
def test_anything_but_a_yes_is_a_failure_and_no_redirection_is_followed(far_end, status):
    far_end.status, far_end.headers = status, {"Location": f"http://127.0.0.1:{far_end.port}/elsewhere"}

    assert deliver(parcel(far_end.url)) == f"HTTP {status}"
    assert len(far_end.heard) == 1


@pytest.mark.parametrize(
    "does",
    [
        lambda connection: connection.close(),
        lambda connection: (connection.send(b"rubbish\r\n\r\n"), connection.close()),
    ],
    ids=["hangs up", "talks rubbish"],
)
def test_a_far_end_that_hangs_up_or_talks_rubbish_is_a_failure(does):
    with socket_that(does) as url:
        why = deliver(parcel(url))

    assert why
    assert "longtoken" not in why


def test_nobody_there_is_a_failure_in_words_without_the_address(free_port):
    why = deliver(parcel(f"http://127.0.0.1:{free_port}/longtoken"))

    assert "refused" in why
    assert "longtoken" not in why


def through(courier, url, **more):
    began = time.monotonic()
    return courier.send(parcel(url, **more)), time.monotonic() - began


def test_the_envoy_is_a_process_that_takes_a_webhook_out_and_says_how_it_went(far_end):
    courier = EnvoyCourier()
    assert courier.send(parcel(far_end.url)) is None
    far_end.status = 503
    assert courier.send(parcel(far_end.url)) == "HTTP 503"

    assert len(far_end.heard) == 2


def drip(connection):
    """A byte now and then: no read ever times out."""
    connection.send(b"HTTP/1.1 200 OK\r\nX-Slow: ")

    def go_on():
        try:
            while True:
                connection.send(b"x")
                time.sleep(0.1)
        except OSError:
            pass

    threading.Thread(target=go_on, daemon=True).start()


@pytest.mark.parametrize("does", [lambda connection: None, drip], ids=["says nothing", "drips"])
def test_a_far_end_that_hangs_is_left_when_our_patience_ends(does):
    with socket_that(does) as url:
        why, took_s = through(EnvoyCourier(patience_s=2), url)

    assert why == "no end of it within 2 s"
    assert took_s < 6


def test_envoys_that_are_called_back_come_at_once():
    courier = EnvoyCourier()
    with socket_that(lambda connection: threading.Timer(0.1, courier.stop).start()) as url:
        why, took_s = through(courier, url)

    assert why is not None
    assert took_s < couriers.PATIENCE_S / 2
    assert courier.send(parcel(url)) == "the gateway is being stopped"


# Apprise's imports warn of what Python 3.13 drops.
by_apprise = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@by_apprise
def test_people_are_reached_through_apprise(far_end):
    far_end.status = 200

    assert deliver(parcel(f"ntfy://127.0.0.1:{far_end.port}/topic", secret="")) is None

    [(_, _, body)] = far_end.heard
    assert json.loads(body)["message"] == "大厅：有水"
    assert json.loads(body)["title"] == "demo：紧急"


@by_apprise
def test_a_message_has_nobodys_phone_fetch_a_picture_from_somewhere_in_the_world(far_end):
    deliver(parcel(f"ntfy://127.0.0.1:{far_end.port}/topic", secret=""))

    [(_, headers, body)] = far_end.heard
    assert not [value for value in (*headers.values(), body.decode()) if "://" in value]


@by_apprise
def test_what_apprise_could_not_send_says_why_without_the_address(far_end):
    far_end.status = 500

    why = deliver(parcel(f"ntfy://someuser:somepassword@127.0.0.1:{far_end.port}/sometopic", secret=""))

    assert "500" in why
    assert not any(secret in why for secret in ("someuser", "somepassword", "sometopic"))


@by_apprise
def test_apprise_follows_no_redirection_either(far_end):
    far_end.status, far_end.headers = 307, {"Location": f"http://127.0.0.1:{far_end.port}/elsewhere"}

    assert deliver(parcel(f"ntfy://127.0.0.1:{far_end.port}/topic", secret="")) is not None
    assert len(far_end.heard) == 1


@by_apprise
def test_an_address_that_apprise_cannot_read_is_said_so():
    assert deliver(parcel("mailto://", secret="")) == "this is no address of that service"
