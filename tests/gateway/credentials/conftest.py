"""One transaction in a centre with somebody and a bank."""

import pytest

from tests.centre_builder import a_bank


@pytest.fixture
def session(sessions):
    """One transaction with a bank of 01 (S) and 02 (M)."""
    with sessions.begin() as session:
        a_bank(session, sizes="SM")
        yield session
