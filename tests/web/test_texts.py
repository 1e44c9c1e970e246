"""Every sentence exists in both languages, and for everything that the server can say."""

import json
import re

import pytest

from api.app import openapi_document
from api.words import WORDS
from gateway.unlocking.model import UnlockState
from tests.web.conftest import ROOT

SOURCES = ROOT / "web/src"
TEXTS = {language: json.loads((SOURCES / f"shared/i18n/{language}.json").read_text()) for language in ("zh-CN", "en")}

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


def test_both_languages_say_the_same_things():
    assert TEXTS["zh-CN"].keys() == TEXTS["en"].keys()


@pytest.mark.parametrize("key", TEXTS["zh-CN"])
def test_both_languages_fill_in_the_same_facts(key):
    facts = [set(re.findall(r"\{(\w+)\}", TEXTS[language][key])) for language in TEXTS]
    assert facts[0] == facts[1]


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
    assert f"problem.{code}" in TEXTS["zh-CN"]


def test_those_refusals_are_found_at_all():
    assert {"not_signed_in", "door_open", "policy.max_days"} <= codes_of_the_members_doors()


def test_no_sentence_is_left_over():
    source = "".join(file.read_text() for file in SOURCES.rglob("*.ts*") if file.name != "api.gen.ts")
    used = {key for key in TEXTS["zh-CN"] if f"'{key}'" in source}
    made = {key for key in TEXTS["zh-CN"] if re.fullmatch(r"size\.[SML](_fits)?|problem\.[a-z_.]+", key)}
    assert TEXTS["zh-CN"].keys() - used - made == set()
    assert {key.removeprefix("problem.") for key in made if key.startswith("problem.")} <= WORDS.keys()


def test_chinese_sentences_are_polite_and_without_jargon():
    for key, sentence in TEXTS["zh-CN"].items():
        assert "你" not in sentence, key
        assert not re.search(r"服务器|接口|请求失败|token|网关|离线", sentence), key


def test_every_state_of_an_unlock_is_shown():
    shown = (SOURCES / "app/unlock.ts").read_text()
    assert {state for state in UnlockState if f"case '{state}'" not in shown} == set()
