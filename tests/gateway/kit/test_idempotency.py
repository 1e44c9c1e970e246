"""One answer for one key, on both databases."""

import pytest

from gateway.kit import idempotency
from gateway.kit.errors import Malformed
from gateway.kit.idempotency import StoredAnswer, fingerprint
from tests.centre_builder import NOON, fail_after

REQUEST = fingerprint(method="POST", path="/api/v1/unlocks", body=b'{"rental_id":"r1"}')


def recall(sessions, key="k1", member_id="m1", print_=REQUEST):
    with sessions.begin() as session:
        return idempotency.recall(session, member_id=member_id, key=key, fingerprint=print_)


def keep(session):
    """Answer the key k1 of the member m1."""
    idempotency.keep(
        session, member_id="m1", key="k1", fingerprint=REQUEST, status=202, body={"id": "u1", "说": None}, now=NOON
    )


@pytest.fixture
def kept(sessions):
    """An answer that stands."""
    with sessions.begin() as session:
        keep(session)


def test_a_key_seen_first_has_no_answer(sessions):
    assert recall(sessions) is None


def test_the_same_request_under_the_same_key_gets_the_same_answer(sessions, kept):
    assert recall(sessions) == StoredAnswer(202, {"id": "u1", "说": None})
    assert recall(sessions) == StoredAnswer(202, {"id": "u1", "说": None})


def test_a_key_is_one_members_own(sessions, kept):
    assert recall(sessions, member_id="m2") is None
    assert recall(sessions, key="k2") is None


@pytest.mark.parametrize(
    "other",
    [
        {"method": "PUT", "path": "/api/v1/unlocks", "body": b'{"rental_id":"r1"}'},
        {"method": "POST", "path": "/api/v1/rentals", "body": b'{"rental_id":"r1"}'},
        {"method": "POST", "path": "/api/v1/unlocks", "body": b'{"rental_id":"r2"}'},
        {"method": "POST", "path": "/api/v1/unlocks", "body": b""},
    ],
)
def test_another_request_under_the_same_key_is_refused(sessions, kept, other):
    with pytest.raises(Malformed, match="idempotency_key_reused"):
        recall(sessions, print_=fingerprint(**other))


@pytest.mark.parametrize("key", ["", "x" * 129, "a\0b", "a\nb", "键"])
def test_a_key_that_cannot_be_one_is_refused(sessions, key):
    with pytest.raises(Malformed) as refused:
        recall(sessions, key=key)
    assert refused.value.facts == {"field": "Idempotency-Key"}


def test_an_act_that_failed_is_not_remembered(sessions):
    with pytest.raises(ZeroDivisionError):
        fail_after(sessions, keep)

    assert recall(sessions) is None


def test_parts_of_a_request_cannot_be_shifted_into_one_another():
    assert fingerprint(method="POST", path="/a", body=b"b") != fingerprint(method="POST", path="/ab", body=b"")
