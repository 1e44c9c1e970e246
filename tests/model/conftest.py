"""How many schedules: `--schedules 1000000 --seed 42` for a long night."""

import pytest

from tests.model.world import Template, make_template


@pytest.fixture(scope="session")
def template() -> Template:
    """An empty centre's database."""
    return make_template()


@pytest.fixture(scope="session")
def schedules(pytestconfig: pytest.Config) -> int:
    """How many schedules to play in all."""
    return pytestconfig.getoption("schedules")


@pytest.fixture(scope="session")
def first_seed(pytestconfig: pytest.Config) -> int:
    """The seed of the first; each further one has the next."""
    return pytestconfig.getoption("first_seed")
