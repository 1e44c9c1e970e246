"""Who is in these tests, each made in the `session` of the test that names them; a file with a centre has its own."""

import time

import pytest

from gateway.members.model import Role
from tests.centre_builder import HandClock, a_member


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture(params=["Asia/Shanghai", "Europe/Berlin", "America/New_York"])
def machine_zone(request, monkeypatch):
    """Where the machine believes to be."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def session(sessions):
    """One transaction, in a centre where nothing is yet."""
    with sessions.begin() as session:
        yield session


@pytest.fixture
def wang(session):
    return a_member(session, "10001")


@pytest.fixture
def li(session):
    return a_member(session, "10002")


@pytest.fixture
def manager(session):
    return a_member(session, "s001", role=Role.MANAGER)


@pytest.fixture
def desk(session):
    return a_member(session, "s002", role=Role.DESK)


@pytest.fixture
def technician(session):
    return a_member(session, "s003", role=Role.TECHNICIAN)
