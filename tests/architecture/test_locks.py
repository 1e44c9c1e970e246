"""The locks name every dependency by hash, and no registry."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def names(lock: Path) -> set[str]:
    return set(re.findall(r"^([a-z0-9._-]+)(?:\[[a-z,]+\])?==", lock.read_text(), re.MULTILINE))


def asked_for(*extras: str) -> set[str]:
    """What pyproject.toml asks for directly, as a registry spells it."""
    wanted = [*PROJECT["dependencies"], *(d for extra in extras for d in PROJECT["optional-dependencies"][extra])]
    found = {re.match(r"[A-Za-z0-9._-]+", dependency)[0].lower().replace("_", "-") for dependency in wanted}
    return found - {"hearth"}


def test_there_are_two_locks():
    assert [lock.name for lock in LOCKS] == ["dev.lock", "run.lock"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_names_no_registry(lock):
    text = lock.read_text()
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_locked_package_has_its_hashes(lock):
    text = lock.read_text()
    entries = re.split(r"\n(?=[a-z0-9])", text)
    assert len(entries) == len(names(lock))
    assert all("--hash=sha256:" in entry for entry in entries)


def test_everything_that_is_asked_for_is_locked():
    assert asked_for("device", "gateway", "postgres", "dev") <= names(ROOT / "requirements" / "dev.lock")
    assert asked_for("device", "gateway", "postgres") <= names(ROOT / "requirements" / "run.lock")


def test_a_centre_installs_nothing_that_only_tests_need():
    assert not {"pytest", "mypy", "ruff", "playwright"} & names(ROOT / "requirements" / "run.lock")
