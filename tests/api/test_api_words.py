"""Every refusal has words, in both languages, and reaches its reader in theirs."""

import ast
import string
from pathlib import Path

import pytest

from api.errors import status_of
from api.notice_words import NOTICES
from api.wished_language import preferred
from api.words import WORDS
from gateway.kit.errors import Conflict, HearthError, Malformed, NotFound, Refused
from gateway.lockers import rules as lockers
from gateway.members.model import Language
from gateway.notices.rules import NEWS
from gateway.policies.model import Limit

ROOT = Path(__file__).parents[2]
KINDS = {
    "Refused",
    "Conflict",
    "Malformed",
    "Refusal",
    "Fault",
}  # a NotFound's code names the thing; its words are those of not_found
RETURNED = {  # codes that a rule returns and a service raises
    "gateway/lockers/rules.py": {
        "rent_refusal",
        "arrival_refusal",
        "end_refusal",
        "hold_end_refusal",
        "_door_refusal",
        "new_use_refusal",
        "nothing_free",
        "witness_refusal",
        "bagging_refusal",
        "release_refusal",
        "share_refusal",
        "until_fault",
        "moving_refusal",
        "set_aside_refusal",
        "assign_refusal",
        "give_back_refusal",
        "change_refusal",
        "naming_refusal",
        "withdraw_refusal",
    },
    "gateway/credentials/rights.py": {"end_fault"},
    "gateway/bookings/service.py": {"key_refusal"},
    "gateway/reports/rules.py": {"answer_refusal"},
    "gateway/activities/rules.py": {"sign_up_refusal", "leave_refusal"},
    "gateway/personal/rules.py": {"erasure_refusal"},
    "gateway/credit/rules.py": {"appeal_refusal", "answer_refusal"},
    "gateway/counts/rules.py": {"hold_refusal"},
    "gateway/unlocking/queries.py": {"device_refusal", "signing_refusal"},
    "gateway/emergencies/rules.py": {"pair_refusal"},
    "gateway/spaces/rules.py": {"span_fault"},
    "gateway/policies/service.py": {"code_of"},
    "gateway/bookings/rules.py": {
        "change_refusal",
        "move_refusal",
        "answer_refusal",
        "key_refusal",
        "reclaim_refusal",
    },
}
NOT_CODES = {"in_the_past"}


def codes_raised():
    """Every code that is written down where it is raised, or returned to be raised, with its place."""
    for package in ("gateway", "api"):
        for file in sorted((ROOT / package).rglob("*.py")):
            tree, place = ast.parse(file.read_text()), str(file.relative_to(ROOT))
            for node in ast.walk(tree):
                yield from ((code, place) for code in _called(node))
                if isinstance(node, ast.FunctionDef) and node.name in RETURNED.get(place, ()):
                    yield from ((code, place) for code in _returned(node))


def _called(node):
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KINDS and node.args:
        yield from _texts(node.args[0])


def _returned(function):
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and node.value is not None:
            yield from _texts(node.value)


def _texts(expression):
    match expression:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp():
            yield from _texts(expression.body)
            yield from _texts(expression.orelse)
        case ast.BoolOp():
            for value in expression.values:
                yield from _texts(value)


def test_the_walk_finds_codes():
    found = {code for code, _ in codes_raised()}

    assert {"already_rented", "door_open", "bank_offline", "gateway_away", "no_compartment_free"} <= found


def test_every_code_that_is_raised_has_words():
    without = {(code, place) for code, place in codes_raised() if code not in WORDS}

    assert without == set()


@pytest.mark.parametrize("limit", sorted(set(Limit) - {Limit.NEEDS_APPROVAL}))
def test_every_limit_has_words_for_whoever_is_refused_by_it(limit):
    """All but the one that makes a booking wait: it refuses none."""
    assert f"policy.{limit}" in WORDS


def test_every_notice_that_is_left_has_words_and_no_other_has():
    left = {
        argument.value
        for file in (ROOT / "gateway").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("leave_notice", "notices.leave"))
        for argument in [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg == "kind")]
        if isinstance(argument, ast.Constant)
    }
    assert left == {
        "clear_out_begun",
        "cleared_out",
        "shared_with_you",
        "shared_with_you_meanwhile",
        "assigned_to_you",
        "assignment_withdrawn",
        "booking_approved",
        "booking_denied",
        "booking_unanswered",
        "booked_for_you",
        "moved_for_you",
        "party_changed_for_you",
        "check_in_annulled",
        "locker_moved",
        "locker_not_there",
        "cancelled_for_you",
        "booking_soon",
        "booking_released",
        "drop_off_waiting",
        "drop_off_collected",
        "drop_off_taken_back",
        "opened_by_staff",
        "room_opened_by_staff",
        "activity_place_yours",
        "activity_is_off",
        "activity_soon",
        "released_by_staff",
        "pin_reset",
        "password_reset",
        "kiosk_pin_reset",
        "card_registered",
        "passkey_added",
        "token_made",
        "passkey_copied",
        "phone_registered",
        "series_trimmed",
        "move_offered",
        "cancelled_for_maintenance",
        "place_offered",
        "offer_lapsed",
        "wait_closed",
        "ballot_called_off",
    }
    by_rule = {*lockers.NOTICES.values(), *lockers.IDLE_NOTICES.values(), *lockers.DROP_OFF_NOTICES.values()}
    how_it_ended = {"ballot_won", "ballot_lost", "ballot_lost_waiting"}
    by_credit = {"credit_taken", "credit_forgiven", "appeal_accepted", "appeal_refused"}
    by_report = {"report_looked_at", "report_mended", "report_closed"}
    assert left | by_rule | how_it_ended | by_credit | by_report == set(NOTICES)


def test_what_can_be_put_away_is_something_that_is_said():
    assert set(NOTICES) > NEWS
    assert not NEWS & set(lockers.NOTICES.values())


@pytest.mark.parametrize("code", sorted({*WORDS, *NOTICES}))
def test_every_code_has_a_sentence_in_both_languages(code):
    words = {**WORDS, **NOTICES}[code]

    assert any("\u4e00" <= letter <= "\u9fff" for letter in words.zh)
    assert words.zh[-1] in "。？"
    assert words.en.isascii()
    assert words.en[0].isupper()
    assert words.en[-1] in ".?"


@pytest.mark.parametrize("code", sorted({*WORDS, *NOTICES}))
def test_both_sentences_tell_the_same_facts(code):
    def facts(text):
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    words = {**WORDS, **NOTICES}[code]
    assert facts(words.zh) == facts(words.en)


def test_a_fact_that_was_not_given_does_not_break_the_sentence():
    assert WORDS["malformed"].sentence(Language.EN, {}) == "There is something wrong with …."


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NotFound("door_open"), 404),
        (Conflict("something_new"), 409),
        (Refused("something_new"), 403),
        (Malformed("something_new"), 422),
        (HearthError("something_new"), 500),
    ],
)
def test_a_code_without_words_has_the_status_of_its_kind(error, status):
    assert status_of(error) == status


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "zh-CN"),
        ("fr", "zh-CN"),
        ("*", "zh-CN"),
        ("en", "en"),
        ("EN-gb", "en"),
        ("zh-TW", "zh-CN"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("zh;q=0.4, en;q=0.5", "en"),
        ("fr, zh;q=0.1, en;q=0.05", "zh-CN"),
        ("en;q=x, zh;q=0.1", "zh-CN"),
        (";;,,=", "zh-CN"),
    ],
)
def test_a_browser_is_answered_in_what_it_likes_best_of_what_we_speak(header, language):
    assert preferred(header) == language


@pytest.mark.parametrize("header", ["zh-CN", "en"])
def test_a_stranger_is_refused_in_their_browsers_language(house, header):
    answer = house.browser(**{"Accept-Language": header}).get("/me")

    words = WORDS["not_signed_in"]
    assert answer.json()["detail"] == (words.en if header == "en" else words.zh)


@pytest.mark.parametrize(
    "ask",
    [
        lambda browser: browser.get("/banks/nothing"),
        lambda browser: browser.get("/nothing"),
        lambda browser: browser.get("/banks?limit=0"),
        lambda browser: browser.ask("PATCH", "/me", content=b"", headers={"Content-Type": "text/plain"}),
        lambda browser: browser.ask("PUT", "/me", body={}),
    ],
)
def test_a_member_is_refused_in_their_own_language_whatever_the_browser_likes(house, ask):
    browser = house.signed_in(**{"Accept-Language": "zh-CN"})
    browser.patch("/me", {"language": "en"})

    assert ask(browser).json()["detail"].isascii()


def test_a_problem_says_all_that_the_contract_promises(house):
    answer = house.browser().get("/nothing")

    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:hearth:problem:not_found",
        "title": "Not Found",
        "status": 404,
        "code": "not_found",
        "detail": WORDS["not_found"].zh,
    }


def test_a_verb_that_a_path_does_not_have_is_refused(house):
    answer = house.browser().ask("PUT", "/me", body={})

    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert "GET" in answer.headers["Allow"]
