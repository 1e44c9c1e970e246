"""Signed heads of the audit trail, kept beside the database: a trail that was cut off is found out."""

import pytest
from sqlalchemy import text

from devices.wire.signing import SigningKey
from gateway import anchors
from gateway.anchors import AnchorError
from gateway.kit import audit
from tests.centre_builder import NOON

KEY = SigningKey.generate()


@pytest.fixture
def file(tmp_path):
    return tmp_path / anchors.FILE_NAME


def anchor(sessions, file):
    with sessions.read() as session:
        return anchors.keep(file, audit.head(session), key=KEY, now=NOON)


def write(sessions, times=3):
    with sessions.begin() as session:
        for _ in range(times):
            audit.append(session, actor="a", act="did", thing="it", now=NOON)


def faults(sessions, file):
    with sessions.read() as session:
        return list(audit.verify(session, anchors=anchors.read(file, key=KEY.public())))


def test_a_whole_trail_agrees_with_its_anchors(sessions, file):
    write(sessions)
    anchor(sessions, file)
    write(sessions)
    anchor(sessions, file)
    assert faults(sessions, file) == []


def test_nothing_is_written_while_nothing_has_happened(sessions, file):
    assert not anchor(sessions, file)
    write(sessions)
    assert anchor(sessions, file)
    assert not anchor(sessions, file)
    assert len(file.read_text().splitlines()) == 1


def test_a_trail_cut_off_at_its_end_is_found_out(sessions, file):
    write(sessions)
    anchor(sessions, file)
    with sessions.begin() as session:
        for trigger in _triggers(session):
            session.execute(text(trigger))
        session.execute(text("DELETE FROM audit_entries WHERE seq > 1"))
    assert faults(sessions, file) == ["entry 3 was anchored and is gone"]


def test_an_anchor_that_somebody_else_signed_is_named(sessions, file):
    write(sessions)
    anchor(sessions, file)
    with pytest.raises(AnchorError, match="line 1"):
        anchors.read(file, key=SigningKey.generate().public())


def _triggers(session):
    if session.get_bind().dialect.name == "postgresql":
        return ["ALTER TABLE audit_entries DISABLE TRIGGER ALL"]
    names = session.scalars(text("SELECT name FROM sqlite_master WHERE type='trigger' AND tbl_name='audit_entries'"))
    return [f"DROP TRIGGER {name}" for name in names.all()]
