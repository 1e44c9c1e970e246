"""The count over HTTP: on the screen, and as a page to print."""

from html.parser import HTMLParser

import pytest

from api.staff.count_words import CONDITIONS, DIFFERENCES, DOORS, PRESENCES, SEEN, USES
from gateway.counts.model import Seen
from gateway.counts.rules import Difference
from gateway.fleet.model import DoorLevel, Presence
from gateway.lockers.model import Condition, Use
from tests.api.test_api_staff import all_of
from tests.centre_builder import sense, set_door, set_presence

PRINT = "/staff/reconciliation/print"


@pytest.fixture
def box(desk):
    """Compartment 01 of bank-a."""
    return all_of(desk, "/staff/banks/bank-a/compartments")[0]


def see(browser, box, body, key=None):
    return browser.post(f"/staff/compartments/{box['id']}/sightings", body, key=key)


def bank_a(browser):
    (bank,) = browser.get("/staff/reconciliation?bank_id=bank-a").json()["banks"]
    return bank


def test_the_count_says_what_the_software_and_the_doors_say_differences_first(house, desk):
    house.rent("10001", bank_id="bank-a", size="S")
    house.change(set_door, "02", DoorLevel.OPEN)

    count = desk.get("/staff/reconciliation").json()

    assert count["at"] == "2026-11-22T04:00:00Z"
    assert [bank["bank_id"] for bank in count["banks"]] == ["bank-a", "bank-b"]
    a = count["banks"][0]
    assert {name: n for name, n in a["tally"].items() if n} == {"taken_shut": 1, "free_open": 1}
    assert [(line["label"], [one["kind"] for one in line["differences"]]) for line in a["lines"]] == [
        ("02", ["free_open"]),
        ("01", []),
    ]
    assert a["lines"][0]["differences"][0]["text"] == "没有人使用，但门开着：请查看里面，然后关好门。"


def test_a_key_opening_is_told_with_its_time_until_somebody_looks(house, desk, box):
    house.change(sense, "01", "forced", "door_closed", now=house.clock.now())
    desk.patch("/me", {"language": "en"})

    told = bank_a(desk)["lines"][0]
    see(desk, box, {"seen": "empty", "note": "lock was stuck"})
    explained = bank_a(desk)["lines"][0]

    assert told["differences"][0]["text"] == (
        "Opened at 2026-11-22 12:00 without being asked for, by key or by force, and nobody has looked since: look"
        " inside, and say why."
    )
    assert (explained["label"], explained["differences"], len(explained["forced"])) == ("01", [], 1)


def test_the_next_shift_reads_who_looked_and_what_they_saw(house, desk, box):
    told = see(desk, box, {"seen": "things", "note": "a black bag", "keep": True})

    assert (told.status_code, told.json()["seen_by"], told.json()["door"]) == (201, "s002", "shut")
    line = bank_a(house.signed_in("s003"))["lines"][0]
    assert (line["sighting"], line["condition"], line["condition_reason"]) == (told.json(), "inspection", "a black bag")
    assert [one["kind"] for one in line["differences"]] == ["things_in_free"]


def test_what_is_rented_is_not_kept_back(house, desk, box):
    house.rent("10001", bank_id="bank-a", size="S")

    answer = see(desk, box, {"seen": "things", "note": "x", "keep": True})

    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_keep")


def test_the_same_key_again_is_the_same_sighting(desk, box):
    first = see(desk, box, {"seen": "empty"}, key="one")

    assert see(desk, box, {"seen": "empty"}, key="one").json() == first.json()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"seen": "nothing"},
        {"seen": "things", "keep": True},
        {"seen": "empty", "note": "x" * 65},
        {"seen": "empty", "note": "a\x00b"},
    ],
)
def test_what_makes_no_sense_is_malformed(desk, box, body):
    answer = see(desk, box, body)

    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")


def test_members_count_nothing(house, box):
    member = house.signed_in("10001")

    for answer in (
        member.get("/staff/reconciliation"),
        member.get(PRINT),
        see(member, box, {"seen": "empty"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")


def test_nobody_prints_it_without_signing_in(house):
    assert house.browser().get(PRINT).json()["code"] == "not_signed_in"


def test_what_is_not_there_is_not_counted(desk):
    assert desk.get("/staff/reconciliation?bank_id=bank-z").status_code == 404
    assert desk.get(f"{PRINT}?bank_id=bank-z").status_code == 404
    assert see(desk, {"id": "f" * 32}, {"seen": "empty"}).status_code == 404


class Page(HTMLParser):
    """What a browser makes of it: rows of texts, and every tag with its attributes."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.tags = [], []
        self._cell = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data):
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def test_it_prints_a_row_with_boxes_to_tick_for_every_compartment(house, desk):
    house.rent("10001", bank_id="bank-a", size="S")
    house.change(set_door, "02", DoorLevel.OPEN)

    answer = desk.get(f"{PRINT}?language=en")
    page = Page(answer.text)

    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    columns = ["Empty", "Things", "No.", "Size", "Software", "Door", "To look at", "Last seen", "Note"]
    assert page.rows[0] == [
        "Lobby In use 1: 1 shut, 0 open, 0 unknown. Free 1: 0 shut, 1 open, 0 unknown. To look at: 1."
    ]
    assert page.rows[1] == columns
    assert [row[2:6] for row in page.rows if len(row) > 1] == [
        ["No.", "Size", "Software", "Door"],
        ["02", "M", "free", "open"],
        ["01", "S", "rented", "shut"],
        ["No.", "Size", "Software", "Door"],
        ["01", "L", "free", "shut"],
    ]
    assert page.rows[2][6] == "It is nobody's, and its door is open: look inside, then shut it."
    assert sum(tag == "i" for tag, _ in page.tags) == 6


@pytest.mark.parametrize(("language", "title"), [("zh-CN", "储物柜盘点表"), ("en", "Locker count")])
def test_it_prints_in_the_readers_language_unless_another_is_named(desk, language, title):
    assert title in desk.get(f"{PRINT}?language={language}").text
    desk.patch("/me", {"language": language})
    text = desk.get(PRINT).text
    assert (title in text, f'<html lang="{language}">' in text) == (True, True)
    assert desk.get(f"{PRINT}?language=fr").json()["code"] == "malformed"


def test_it_names_nobody_who_rents(house, desk):
    house.rent("10001", bank_id="bank-a", size="S")

    text = desk.get(PRINT).text

    assert "10001" not in text


def test_whatever_staff_write_is_text_and_never_markup(desk, box):
    see(desk, box, {"seen": "things", "note": "<script>alert(1)</script>\"'&amp;"})

    answer = desk.get(PRINT)

    assert "script" not in {tag for tag, _ in Page(answer.text).tags}
    assert "<script>alert(1)</script>\"'&amp;" in "".join(text for row in Page(answer.text).rows for text in row)


def test_it_needs_nothing_that_the_houses_policy_forbids(house, desk, box):
    answer = desk.get(PRINT)
    page = Page(answer.text)

    assert "script-src 'self'; style-src 'self'" in answer.headers["content-security-policy"]
    assert not {"style", "script"} & {tag for tag, _ in page.tags}
    assert not any(name == "style" or name.startswith("on") for _, found in page.tags for name in found)
    (style,) = [found["href"] for tag, found in page.tags if tag == "link"]
    css = desk.page(style)
    assert (css.status_code, css.headers["content-type"]) == (200, "text/css; charset=utf-8")
    assert "@page" in css.text


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        (DIFFERENCES, Difference),
        (DOORS, DoorLevel),
        (CONDITIONS, Condition),
        (SEEN, Seen),
        (PRESENCES, Presence),
        (USES, Use),
    ],
)
def test_everything_that_can_be_printed_has_words_in_both_languages(words, kinds):
    assert words.keys() == set(kinds)
    for sentence in words.values():
        assert bool(sentence.zh) is bool(sentence.en)
        assert sentence.en.isascii()


def test_a_bank_that_is_away_is_printed_as_that(house, desk):
    house.change(set_presence, Presence.OFFLINE)

    text = desk.get(f"{PRINT}?language=en").text

    assert "offline: none of its doors is known" in text
    assert text.count("Nobody can tell whether its door is shut: go and look.") == 2
