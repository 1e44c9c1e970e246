"""The smallest bank there is."""

import pytest

from tests.centre_builder import a_bank


@pytest.fixture
def session(sessions):
    """One transaction, with one compartment: 01 of bank-a."""
    with sessions.begin() as session:
        a_bank(session, sizes="M")
        yield session
