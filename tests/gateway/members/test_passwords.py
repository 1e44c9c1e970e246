"""How passwords are kept, and which are refused."""

import subprocess
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.members.passwords import MAX_LENGTH, Hasher, password_fault


@pytest.fixture(scope="module")
def hasher():
    """Far too weak for anything but a test."""
    return Hasher(time_cost=1, memory_kib=8)


def fault(password, member_no="10001", name="王晓华"):
    return password_fault(password, member_no, name)


@pytest.mark.parametrize(
    "password",
    [
        "amber-violet-4096",
        "晨光里的小石桥和河",
        "correct horse",
        "7h&kQz2!",
        "长城长" * 3 + "abcd1",
        "x9#" * 2 + "Kp4v",
    ],
)
def test_what_is_long_enough_and_nobodys_first_guess_is_taken(password):
    assert fault(password) is None


def test_length_counts_characters_from_eight_to_a_hundred_and_twenty_eight():
    assert fault("7h&kQz2") == "too_short"
    assert fault("晨光石桥河水山") == "too_short"
    assert fault("ab3$" * 32 + "x") == "too_long"
    assert fault(("q7!dLm2Zp" * 20)[:MAX_LENGTH]) is None


@pytest.mark.parametrize(
    "password",
    [
        "password",
        "Password1",
        "Passw0rd!",
        "P@ssw0rd2024",
        "woaini1314",
        "5201314woaini",
        "qwertyuiop",
        "qwer1234",
        "12345678",
        "87654321",
        "11111111",
        "abcdefgh",
        "abcd1234",
        "asdfghjkl",
        "abababab",
        "abc123abc123",
        "19491001",
        "1985-06-17",
        "13812345678",
        "zhang123456",
        "iloveyou520",
        "aaaabbbb",
        "１２３４５６７８",  # full-width, as some input methods send it
    ],
)
def test_what_everybody_tries_first_is_refused(password):
    assert fault(password) == "too_common"


@pytest.mark.parametrize("password", ["10001abcd", "xx10001xx", "王晓华12345", "WangWei2024", "wangwei!"])
def test_a_password_made_of_ones_own_number_or_name_is_refused(password):
    assert fault(password, name="王晓华" if "王" in password else "Wang Wei") == "too_personal"


def test_ones_number_inside_a_password_that_is_long_without_it_is_fine():
    assert fault("10001-amber-violet") is None


@given(st.text(max_size=200))
def test_every_text_gets_an_answer(password):
    assert fault(password) in {None, "too_short", "too_long", "too_common", "too_personal"}


def test_the_right_password_matches_and_another_does_not(hasher):
    kept = hasher.hash("amber-violet-4096")

    assert hasher.matches(kept, "amber-violet-4096")
    assert not hasher.matches(kept, "amber-violet-4097")


def test_full_width_figures_are_the_same_password(hasher):
    assert hasher.matches(hasher.hash("amber-4096"), "amber-４０９６")


def test_half_a_character_is_a_wrong_password_and_no_error(hasher):
    assert not hasher.matches(hasher.hash("amber-violet-4096"), "amber-violet-409\ud800")
    assert hasher.hash("\ud800amber-violet")


def test_what_is_kept_does_not_hold_the_password_and_differs_each_time(hasher):
    first, second = hasher.hash("amber-violet-4096"), hasher.hash("amber-violet-4096")

    assert first.startswith("$argon2id$")
    assert "amber" not in first
    assert first != second


def test_a_kept_value_that_is_no_hash_matches_nothing(hasher):
    assert not hasher.matches("none", "none")
    assert not hasher.matches("", "")


def test_nobody_costs_as_much_as_a_wrong_password(monkeypatch):
    hasher, verified = Hasher(time_cost=1, memory_kib=8), []
    verify = hasher._argon2.verify
    monkeypatch.setattr(type(hasher._argon2), "verify", lambda _, *a: verified.append(a) or verify(*a))

    assert not hasher.matches(None, "amber-violet-4096")
    assert not hasher.matches(None, "the password of nobody")

    assert len(verified) == 2  # a full Argon2 run each, with today's figures
    assert not hasher.is_outdated(verified[0][0])


def test_the_floor_of_owasp_is_the_default():
    kept = Hasher().hash("amber-violet-4096")

    assert "m=19456,t=2,p=1" in kept


def test_a_hash_with_other_figures_is_outdated(hasher):
    assert Hasher(time_cost=1, memory_kib=16).is_outdated(hasher.hash("amber-violet-4096"))
    assert not hasher.is_outdated(hasher.hash("amber-violet-4096"))


def test_no_more_than_two_hashes_run_at_once(monkeypatch):
    hasher, running, most = Hasher(time_cost=1, memory_kib=8), [], []
    both_in, counted = threading.Barrier(2, timeout=10), threading.Lock()

    def slow_hash(_, __):
        with counted:
            running.append(1)
            most.append(len(running))
        both_in.wait()  # a third could come in here
        with counted:
            running.pop()
        return "hash"

    monkeypatch.setattr(type(hasher._argon2), "hash", slow_hash)
    threads = [threading.Thread(target=hasher.hash, args=("amber-violet-4096",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert max(most) == 2


_HASHES_A_WHILE = """
import resource
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from gateway.members.passwords import Hasher

def resident_mib():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20

hasher = Hasher()
before = resident_mib()
with ThreadPoolExecutor(2) as threads:
    list(threads.map(hasher.hash, ["correct horse"] * 8))
print(resident_mib() - before)
"""


def test_the_memory_of_a_hash_is_given_back():
    """19 MiB a hash, two at a time, would otherwise be kept for as long as the program runs."""
    grown = subprocess.run([sys.executable, "-c", _HASHES_A_WHILE], capture_output=True, text=True, check=True).stdout

    assert float(grown) < 10
