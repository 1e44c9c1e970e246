"""The trail: it grows, it holds together, and whatever is done to it shows."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gateway.kit import audit
from gateway.kit.audit import GENESIS, AuditEntry, Head
from tests.centre_builder import NOON, fail_after
from tests.database_fixture import ON_POSTGRES

ENTRIES = 12
TAMPERINGS = 250  # for each kind

_FORGED = {
    "at": "2020-01-01 00:00:00.000000",
    "actor": "somebody else",
    "act": "nothing",
    "thing": "other",
    "detail": "{}",
    "prev_hash": "0" * 63 + "1",
    "hash": "f" * 64,
}


def write(session, number=ENTRIES):
    for index in range(number):
        audit.append(
            session,
            actor="device:bank-a",
            act="opened",
            thing=f"lock {index}",
            now=NOON + timedelta(seconds=index),
            door=index,
            note="门",
        )


def faults(sessions, anchors=None):
    with sessions.read() as session:
        return list(audit.verify(session, anchors=anchors))


@pytest.fixture
def trail(sessions):
    """A dozen entries; returns their heads, by seq, as somebody outside would have kept them."""
    with sessions.begin() as session:
        write(session)
    with sessions.read() as session:
        return {entry.seq: entry.hash for entry in session.query(AuditEntry)}


def tamper(sessions, *statements):
    """What somebody with the database file and no triggers in the way could do."""
    with sessions.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            names = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
            for name, _ in names:
                connection.execute(text(f"DROP TRIGGER {name}"))
        for statement in statements:
            connection.execute(text(statement))


def test_what_a_person_did_is_written_as_it_always_was(sessions):
    """The trails of running centres go on from such entries; their heads are kept on paper."""
    with sessions.begin() as session:
        audit.by_program(session, actor="subject-2", program="t")
        audit.append(session, actor="subject-1", act="rented", thing="rental-1", now=NOON, bank="大厅")
    with sessions.read() as session:
        assert audit.head(session).hash == "956cde8cf1089a7890dcc6fe9a67d67b9159fb37a3e9ef0a86c0bf5737fef2f6"


def test_what_a_program_did_says_so_in_what_is_hashed(sessions):
    with sessions.begin() as session:
        audit.by_program(session, actor="subject-1", program="token-1")
        audit.append(session, actor="subject-1", act="rented", thing="rental-1", now=NOON)
        audit.append(session, actor="gateway", act="told", thing="rental-1", now=NOON)
        audit.append(session, actor="subject-1", act="opened", thing="rental-1", now=NOON, program=None)
        audit.by_program(session, actor="subject-1", program=None)
        audit.append(session, actor="subject-1", act="rental_ended", thing="rental-1", now=NOON)
    with sessions.read() as session:
        said = [audit.program_of(one) for one in session.query(AuditEntry).order_by(AuditEntry.seq)]
    assert said == ["token-1", None, None, None]
    assert faults(sessions) == []
    tamper(sessions, "UPDATE audit_entries SET detail = '{}' WHERE seq = 1")
    assert faults(sessions) == ["entry 1 was changed"]


def test_an_empty_trail_is_whole(sessions):
    assert faults(sessions) == []
    with sessions.read() as session:
        assert audit.head(session) == Head(0, GENESIS)


def test_a_trail_that_only_grew_is_whole_and_ends_where_its_head_says(sessions, trail):
    assert faults(sessions, anchors=trail) == []
    with sessions.read() as session:
        assert audit.head(session) == Head(ENTRIES, trail[ENTRIES])


def test_an_entry_of_a_failed_transaction_was_never_made(sessions, trail):
    with pytest.raises(ZeroDivisionError):
        fail_after(sessions, lambda session: write(session, 1))

    assert faults(sessions, anchors=trail) == []
    with sessions.read() as session:
        assert audit.head(session).seq == ENTRIES


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET act = 'nothing' WHERE seq = 3",
        "UPDATE audit_entries SET seq = 99 WHERE seq = 12",
        "DELETE FROM audit_entries WHERE seq = 12",
        "DELETE FROM audit_entries",
    ],
)
def test_the_database_refuses_to_change_or_delete_an_entry(sessions, trail, statement):
    with pytest.raises(DBAPIError, match="audit entries are never"), sessions.begin() as session:
        session.execute(text(statement))

    assert faults(sessions, anchors=trail) == []


def test_the_database_refuses_to_put_an_entry_over_another(sessions, trail):
    over = (
        "INTO audit_entries SELECT seq, at, 'x', act, thing, detail, prev_hash, hash FROM audit_entries WHERE seq = 3"
    )
    insert = "INSERT OR REPLACE" if sessions.engine.dialect.name == "sqlite" else "INSERT"

    with pytest.raises(DBAPIError), sessions.begin() as session:
        session.execute(text(f"{insert} {over}"))

    assert faults(sessions, anchors=trail) == []


@pytest.mark.parametrize("database_url", [ON_POSTGRES], indirect=True)  # SQLite has no TRUNCATE
def test_postgresql_refuses_to_truncate_it(sessions, trail):
    with pytest.raises(DBAPIError, match="audit entries are never"), sessions.begin() as session:
        session.execute(text("TRUNCATE audit_entries"))


@pytest.mark.parametrize("column", _FORGED)
@pytest.mark.parametrize("seq", [1, 6, ENTRIES])
def test_a_changed_entry_is_found(sessions, trail, column, seq):
    tamper(sessions, f"UPDATE audit_entries SET {column} = '{_FORGED[column]}' WHERE seq = {seq}")

    assert any(str(seq) in fault for fault in faults(sessions))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # PostgreSQL keeps nothing but times there
def test_a_time_that_cannot_be_read_is_found(sessions, trail):
    tamper(sessions, "UPDATE audit_entries SET at = 'yesterday' WHERE seq = 3")

    assert "cannot be read" in faults(sessions)[-1]


@pytest.mark.parametrize("seq", [1, 6])
def test_an_entry_taken_out_is_found(sessions, trail, seq):
    tamper(sessions, f"DELETE FROM audit_entries WHERE seq = {seq}")

    assert faults(sessions) == [f"entry {seq} is missing: {seq + 1} follows"]


def test_two_entries_that_changed_places_are_found(sessions, trail):
    tamper(
        sessions,
        "UPDATE audit_entries SET seq = -1 WHERE seq = 4",
        "UPDATE audit_entries SET seq = 4 WHERE seq = 5",
        "UPDATE audit_entries SET seq = 5 WHERE seq = -1",
    )

    assert "entry 4 was changed" in faults(sessions)
    assert "entry 5 was changed" in faults(sessions)


def test_a_cut_off_end_is_found_by_an_anchor_and_by_nothing_else(sessions, trail):
    tamper(sessions, "DELETE FROM audit_entries WHERE seq > 9")

    assert faults(sessions) == []
    assert faults(sessions, anchors={ENTRIES: trail[ENTRIES]}) == ["entry 12 was anchored and is gone"]


def test_a_trail_written_anew_is_found_by_an_anchor(sessions, trail):
    tamper(sessions, "DELETE FROM audit_entries")
    with sessions.begin() as session:
        for index in range(ENTRIES):
            audit.append(session, actor="somebody else", act="forged", thing=str(index), now=NOON)

    assert faults(sessions) == []
    assert faults(sessions, anchors={5: trail[5]}) == ["entry 5 is not the one that was anchored"]


def test_every_random_tampering_is_found():
    """On copies in memory, so that it can be many: edits, deletions, swaps and cuts, with the newest head anchored."""
    chance = random.Random(20261122)
    for _ in range(TAMPERINGS):
        for act in (_edit, _delete, _swap, _cut, _insert):
            entries = _chain(ENTRIES)
            anchors = {entries[-1].seq: entries[-1].hash}
            act(entries, chance)
            found = list(audit.faults(entries, anchors))
            assert found, act.__name__


def _chain(number):
    entries, last = [], Head(0, GENESIS)
    for index in range(number):
        entry = audit.follow(
            last, actor="device:bank-a", act="opened", thing=f"lock {index}", now=NOON, detail={"door": index}
        )
        entries.append(entry)
        last = Head(entry.seq, entry.hash)
    return entries


def _edit(entries, chance):
    entry, column = chance.choice(entries), chance.choice(list(_FORGED))
    value = NOON + timedelta(microseconds=chance.randrange(1, 10**9)) if column == "at" else f"{chance.random()}"
    setattr(entry, column, value)
    if chance.random() < 0.5 and column != "hash":  # a forger who knows how hashes are made
        entry.hash = audit.hash_of(entry)


def _delete(entries, chance):
    entries.pop(chance.randrange(len(entries)))


def _swap(entries, chance):
    one, other = chance.sample(entries, 2)
    one.seq, other.seq = other.seq, one.seq
    entries.sort(key=lambda entry: entry.seq)


def _cut(entries, chance):
    del entries[chance.randrange(len(entries)) :]


def _insert(entries, chance):
    place = chance.randrange(len(entries))
    before = Head(entries[place - 1].seq, entries[place - 1].hash) if place else Head(0, GENESIS)
    entries.insert(place, audit.follow(before, actor="x", act="forged", thing="y", now=NOON, detail={}))
