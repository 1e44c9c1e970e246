"""Every sentence exists in both languages, and for everything that the server can say."""

import ast
import json
import re
from collections.abc import Iterator
from typing import get_args

import pytest

from api.app import openapi_document
from api.member.history_views import Doer
from api.pins import KioskPinState
from api.words import WORDS
from gateway.activities.model import ActivityKind
from gateway.alerts.kinds import KINDS
from gateway.alerts.levels import SPANS
from gateway.alerts.model import AlertState
from gateway.ballots.model import EntryState
from gateway.counts.model import Seen
from gateway.credit.model import Appeal, Cause
from gateway.fleet.model import DeviceState
from gateway.lockers.model import ClearOutState, Condition, DropOffState
from gateway.maintenance.model import OrderState
from gateway.personal.rules import Fate
from gateway.policies.model import Limit
from gateway.reports.model import About, ReportState, Wrong
from gateway.settings import variables
from gateway.unlocking.model import UnlockState
from gateway.zones.model import Placed
from tests.web.conftest import ROOT

SOURCES = ROOT / "web/src"


def book(folder):
    """The sentences that lie in one folder, by language."""
    return {language: json.loads((folder / f"{language}.json").read_text()) for language in ("zh-CN", "en")}


BOOKS = {folder.parent.name: book(folder) for folder in SOURCES.rglob("i18n")}
TEXTS = BOOKS["shared"]
REFUSALS = BOOKS["problems"]  # which come after the first look, but for a few that are in the other book
PAIRS = {
    f"{face}: {key}": tuple(texts[language].get(key, "") for language in ("zh-CN", "en"))
    for face, texts in BOOKS.items()
    for key in texts["zh-CN"]
}

# What no page of ours provokes: it would be a fault in the page, and "something went wrong" is then the truth.
OUR_OWN_FAULTS = {
    "method_not_allowed",
    "idempotency_key_missing",
    "idempotency_key_reused",
    "cross_origin",
    "json_only",
    "too_large",
    "too_slow",
}


# Said where it is known beforehand that a bank is away, which of a booked door nobody tells us; and of booked lockers.
LOCKERS_ALONE = {"open.presence_unknown_help", "open.take", "open.take_help"}


@pytest.mark.parametrize("face", BOOKS)
def test_both_languages_say_the_same_things(face):
    assert BOOKS[face]["zh-CN"].keys() == BOOKS[face]["en"].keys()


def test_both_languages_fill_in_the_same_facts():
    for key, (zh, en) in PAIRS.items():
        assert set(re.findall(r"\{(\w+)\}", zh)) == set(re.findall(r"\{(\w+)\}", en)), key


def codes_of_the_members_doors():
    """As the API's own document says them, at each door."""
    operations = [
        operation
        for path, verbs in openapi_document()["paths"].items()
        if "/staff/" not in path and "/health/" not in path
        for operation in verbs.values()
    ]
    said = [
        answer["description"]
        for operation in operations
        for status, answer in operation["responses"].items()
        if status >= "400"
    ]
    return set(re.findall(r"`([a-z_.]+)`", " ".join(said)))


@pytest.mark.parametrize("code", sorted(codes_of_the_members_doors() - OUR_OWN_FAULTS | {"internal"}))
def test_every_refusal_that_a_member_can_meet_has_its_sentence(code):
    assert f"problem.{code}" in REFUSALS["zh-CN"] | TEXTS["zh-CN"]


def test_those_refusals_are_found_at_all():
    assert {"not_signed_in", "door_open", "policy.max_days"} <= codes_of_the_members_doors()


def test_no_refusal_has_two_sentences_and_no_sentence_is_of_a_refusal_that_there_is_not():
    later, near = REFUSALS["zh-CN"].keys(), TEXTS["zh-CN"].keys()
    assert later & near == set()
    assert {key.removeprefix("problem.").removesuffix(".space") for key in later} <= WORDS.keys()
    assert {key for key in later if key.endswith(".space")} <= {f"{key}.space" for key in later}


def test_no_sentence_is_left_over():
    # A booked space's door is spoken of in sentences of its own, each beside the one for a locker.
    assert {key for key in TEXTS["zh-CN"] if key.endswith(".space")} <= {f"{key}.space" for key in TEXTS["zh-CN"]}
    source = "".join(file.read_text() for file in SOURCES.rglob("*.ts*") if file.name != "api.gen.ts")
    plain = [key.removesuffix(".space") for key in TEXTS["zh-CN"]]
    used = {key for key in plain if f"'{key}'" in source}
    made = {key for key in plain if re.fullmatch(r"size\.[SML](_fits)?|problem\.[a-z_.]+", key)}
    assert set(plain) - used - made == set()
    assert {key.removeprefix("problem.") for key in made if key.startswith("problem.")} <= WORDS.keys()


# Named for a word of the API's: each of these has a sentence, and no other.
WORDS_OF = {
    "drop.state": {state for state in DropOffState if state not in {"FILLING", "WAITING"}},
    "report.state": set(ReportState),
    "report.wrong": set(Wrong),
    "pins.state": set(KioskPinState),
    "credit.cause": set(Cause),
    "credit.appeal": set(Appeal) - {"none"},
    "draws.state": set(EntryState),
    "fate": set(Fate),
    "who": set(get_args(Doer.model_fields["who"].annotation)),
}


@pytest.mark.parametrize("kind", WORDS_OF)
def test_the_members_own_pages_have_a_sentence_for_every_word_of_the_apis(kind):
    named = {key.removeprefix(f"{kind}.") for key in BOOKS["more"]["zh-CN"] if key.startswith(f"{kind}.")}
    assert named - {"go", "help"} == {str(word) for word in WORDS_OF[kind]}


def test_every_kind_of_activity_has_its_word():
    named = {key.removeprefix("activity.kind.") for key in BOOKS["news"]["zh-CN"] if key.startswith("activity.kind.")}
    assert named == {str(kind) for kind in ActivityKind}


@pytest.mark.parametrize(("kind", "words"), {"state": ReportState, "wrong": Wrong, "about": About}.items())
def test_the_page_of_reports_has_a_sentence_for_every_word_of_the_apis(kind, words):
    named = {key.removeprefix(f"{kind}.") for key in BOOKS["reports"]["zh-CN"] if key.startswith(f"{kind}.")}
    assert named == {str(word) for word in words}


LATER = {
    "more": ["app/more"],
    "app": ["app"],
    "passkey": ["shared/account/passkey"],
    "reports": ["staff/pages"],
    "feedback": ["staff/pages"],
    "members": ["staff/pages"],
}
LATER |= {"inner": ["kiosk/inner"], "news": ["app/more", "kiosk/inner"]}


@pytest.mark.parametrize(("book", "folders"), LATER.items())
def test_no_sentence_of_a_page_that_comes_later_is_left_over(book, folders):
    deep = [folder + below for folder in folders for below in ("", f"/{book}")]
    files = [file for folder in deep for file in (SOURCES / folder).glob("*.ts*")]
    source = "".join(file.read_text() for file in files)
    kinds = [*WORDS_OF, "act", "activity.kind", "state", "wrong", "about"]
    made = re.compile("|".join(re.escape(f"{kind}.") for kind in kinds))
    assert {
        key
        for key in BOOKS[book]["zh-CN"]
        if not re.search(f"['\"]{re.escape(key)}['\"]", source) and not made.match(key)
    } == set()


def test_chinese_sentences_are_polite_and_without_jargon():
    for key, (sentence, _) in PAIRS.items():
        assert "你" not in sentence, key
        assert not re.search(r"服务器|接口|请求失败|token|网关|离线", sentence), key


def test_nothing_that_is_said_of_a_booked_door_speaks_of_lockers():
    for book in (TEXTS, REFUSALS):
        for key in (key for key in book["zh-CN"] if key.endswith(".space")):
            assert "柜" not in book["zh-CN"][key], key
            assert "locker" not in book["en"][key], key


def test_what_speaks_of_lockers_has_its_words_for_a_booked_door_too():
    for key, sentence in TEXTS["zh-CN"].items():
        if re.match(r"(open|why)\.", key) and "柜" in sentence and key not in LOCKERS_ALONE:
            assert f"{key}.space" in TEXTS["zh-CN"], key


def test_every_rule_that_can_be_set_can_be_set_in_the_console():
    offered = (SOURCES / "staff/pages/policies/limits.ts").read_text()
    assert {limit for limit in Limit if f"  {limit}: '" not in offered} == set()
    assert {f"limit.{limit}" for limit in Limit} <= BOOKS["staff"]["zh-CN"].keys()


def test_every_setting_has_its_words_in_the_console():
    named = {key.removeprefix("of.") for key in BOOKS["settings"]["zh-CN"] if key.startswith("of.")}
    assert named == {".".join(path) for path in variables().values()}


def test_every_state_of_an_unlock_is_shown():
    shown = (SOURCES / "shared/unlock.ts").read_text()
    assert {state for state in UnlockState if f"case '{state}'" not in shown} == set()


def acts_written_down() -> Iterator[str]:
    """What the code calls each act in the audit trail: wherever a call is handed an `act=` word for word."""
    for file in (each for program in ("gateway", "api") for each in (ROOT / program).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.keyword) and node.arg == "act":
                either = [node.value.body, node.value.orelse] if isinstance(node.value, ast.IfExp) else [node.value]
                yield from (each.value for each in either if isinstance(each, ast.Constant) and each.value.islower())


FAMILIES = {
    "unlock": UnlockState,
    "device": DeviceState,
    "alert": AlertState,
    "work_order": OrderState,
    "compartment": Condition,
    "clear_out": ClearOutState,
    "seen": Seen,
}
"""Acts that are named for the state they lead to."""

ACTS = {*acts_written_down(), *(f"{each}_placed" for each in Placed)}
ACTS |= {f"{family}_{each.lower()}" for family, states in FAMILIES.items() for each in states}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_alert_has_a_name_on_the_page_of_rules(kind):
    assert BOOKS["rules"]["zh-CN"][f"kind.{kind}"]


def fields_written_down() -> Iterator[str]:
    """What the code calls each field of an entry's detail."""
    for file in (each for program in ("gateway", "api") for each in (ROOT / program).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.append":
                yield from (each.arg for each in node.keywords if each.arg)


FIELDS = {*fields_written_down()} - {"actor", "act", "thing", "now", "program"}


@pytest.mark.parametrize("field", sorted(FIELDS))
def test_what_an_entry_of_the_trail_says_besides_has_a_label(field):
    assert BOOKS["audit"]["zh-CN"][f"field.{field}"]


@pytest.mark.parametrize("metric", SPANS)
def test_everything_that_a_centre_can_make_an_alert_of_has_a_name(metric):
    assert BOOKS["rules"]["zh-CN"][f"metric.{metric}"]


JOBS = sorted(set(re.findall(r"\(self\.([a-z_]+), \d*[ *]*_[A-Z]+\)", (ROOT / "gateway/timetable.py").read_text())))


@pytest.mark.parametrize("job", [*JOBS, "write_down_runs"])
def test_every_job_of_the_house_has_words_on_the_page_that_says_how_it_went(job):
    assert BOOKS["devices"]["zh-CN"][f"does.{job}"]


def test_no_job_of_the_house_is_overlooked_here():
    assert len(JOBS) > 20


@pytest.mark.parametrize("book", sorted(BOOKS))
def test_a_booking_has_one_word_in_chinese(book):
    """The glossary's 预订: whoever books at the kiosk looks for the same word on the phone."""
    assert [key for key, sentence in BOOKS[book]["zh-CN"].items() if "预约" in sentence] == []


@pytest.mark.parametrize("act", sorted(ACTS))
def test_what_was_done_has_words_in_the_audit_trail(act):
    assert BOOKS["audit"]["zh-CN"][f"act.{act}"]
