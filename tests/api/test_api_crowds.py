"""How many people are where, as staff see it: from what the counters at the doors said."""

import csv
import io
import itertools
from datetime import timedelta

import openpyxl
import pytest

from gateway.telemetry.store import Letter, Value, now_ms
from tests.centre_builder import a_device, a_space

ZONES = {"hall": ("大厅", "Hall"), "pool": ("泳池", "Pool")}


class Counters:
    """The gateway's hand: a node at the main door and at the pool's, which says what it counted so far."""

    def __init__(self, house):
        self.house = house
        self.store = house.app.state.desk.readings
        (house.centre.directory / "data").mkdir()
        self.store.prepare()
        self.numbers, self.seen = itertools.count(1), itertools.count(1)

    def say(self, *, ago_min=0, **doors):
        """By sensor: entries and exits so far."""
        at = now_ms(self.house.clock.now() - timedelta(minutes=ago_min))
        values = [
            Value(door, metric, float(count))
            for door, both in doors.items()
            for metric, count in zip(("entries", "exits"), both, strict=True)
        ]
        self.store.keep([Letter("node", "0" * 16, next(self.numbers), 1, at, values)])

    def see(self, *, ago_min, people):
        """Of a sensor that sees how many there are."""
        at = now_ms(self.house.clock.now() - timedelta(minutes=ago_min))
        self.store.keep([Letter("head", "0" * 16, next(self.seen), 1, at, [Value("room", "people", float(people))])])


@pytest.fixture
def technician(house):
    browser = house.signed_in("s003")
    for zone_id, (name_zh, name_en) in ZONES.items():
        body = {"id": zone_id, "name_zh": name_zh, "name_en": name_en}
        assert browser.post("/staff/zones", body, key=zone_id).status_code == 201
    house.change(a_device, "node", doors=0)
    house.change(a_space)  # open from 8 to 22
    browser.ask("PUT", "/staff/devices/node/zone", body={"zone": "hall"})
    return browser


@pytest.fixture
def counters(house, technician):
    """They have counted since yesterday evening, and it is noon."""
    made = Counters(house)
    for ago_min in range(16 * 60, 0, -10):
        made.say(ago_min=ago_min, main=(0, 0), pool=(0, 0))
    pool = next(one["id"] for one in technician.get("/staff/sensors").json()["items"] if one["sensor"] == "pool")
    placed = technician.ask("PUT", f"/staff/sensors/{pool}/zone", body={"zone": "pool", "comes_from": "hall"})
    assert placed.json()["comes_from"] == "hall"
    return made


def crowd(browser, zone="hall"):
    browser = browser.house.signed_in("s002")  # time has passed
    return next(one["crowd"] for one in browser.get("/staff/zones").json()["items"] if one["id"] == zone)


def seen(browser, zone="hall"):
    found = crowd(browser, zone)
    return found["people"], found["confidence"], found["doubt"]


def test_who_came_in_and_has_not_gone_is_there(technician, counters):
    assert seen(technician) == (0, "known", None)

    counters.say(main=(9, 2), pool=(3, 0))

    assert seen(technician, "hall") == (4, "known", None)
    assert seen(technician, "pool") == (3, "known", None)
    technician.patch("/staff/zones/hall", {"capacity": 8})
    assert crowd(technician)["fullness"] == 0.5


def test_a_zone_that_nothing_counts_or_whose_counter_is_silent_is_unknown_and_not_empty(house, technician, counters):
    technician.post("/staff/zones", {"id": "attic", "name_zh": "阁楼", "name_en": "Attic"}, key="attic")
    assert seen(technician, "attic") == (None, "unknown", "no_counter")

    counters.say(main=(9, 2), pool=(3, 0))
    house.clock.advance(minutes=16)
    assert seen(technician) == (None, "unknown", "counter_silent")

    counters.say(main=(10, 2), pool=(3, 0))
    assert seen(technician) == (5, "rough", "counter_was_away")


def test_what_comes_late_from_a_node_that_kept_it_counts_at_its_time_and_leaves_no_doubt(house, technician, counters):
    counters.say(main=(5, 0), pool=(0, 0))
    house.clock.advance(minutes=40)
    assert seen(technician)[0] is None

    for ago_min, entries in ((30, 6), (20, 8), (10, 8), (0, 9)):
        counters.say(ago_min=ago_min, main=(entries, 0), pool=(0, 0))

    assert seen(technician) == (9, "known", None)


def test_nobody_is_left_at_closing_and_who_was_still_counted_in_is_told(house, technician, counters):
    counters.say(main=(9, 6), pool=(0, 0))
    for _ in range(61):  # until a minute past ten in the evening
        house.clock.advance(minutes=10)
        counters.say(main=(9, 6), pool=(0, 0))

    found = crowd(technician)
    assert (found["people"], found["left_over"], found["confidence"]) == (0, 3, "known")
    assert found["since"].startswith("2026-11-22T14:00")


def test_more_who_go_than_came_are_kept_as_drift(technician, counters):
    counters.say(main=(1, 8), pool=(0, 0))

    found = crowd(technician)
    assert (found["people"], found["corrected"], found["doubt"]) == (0, 7, "drift_seen")


def test_a_day_tells_how_many_were_there_and_begins_anew_at_its_closing(house, technician, counters):
    for ago_min in range(150, 0, -10):  # at half past nine seven come, and four go at twenty past eleven
        counters.say(ago_min=ago_min, main=(9, 2 if ago_min > 40 else 6), pool=(3, 0 if ago_min > 40 else 1))

    def lived(zone, **asked):
        return house.signed_in("s002").get(f"/staff/zones/{zone}/day", params=asked).json()

    today = lived("hall")
    people = {one["at"][11:16]: one["people"] for one in today["points"]}  # in UTC
    assert (people["01:30"], people["02:00"], people["03:30"], people["04:00"]) == (0, 4, 1, 1)
    assert (today["most"], today["most_at"], today["confidence"]) == (4, "2026-11-22T01:30:00Z", "known")
    assert len(people) == 4 * 12

    for _ in range(61):  # until a minute past ten in the evening
        house.clock.advance(minutes=10)
        counters.say(main=(9, 6), pool=(3, 1))
    closed = lived("hall")
    assert (closed["left_over"], closed["points"][-2:]) == (
        1,
        [
            {"at": "2026-11-22T13:45:00Z", "people": 1},
            {"at": "2026-11-22T14:00:00Z", "people": 0},
        ],
    )
    assert lived("pool", day="2026-11-22")["points"][-2]["people"] == 2


@pytest.mark.parametrize("day", ["2026-11-10", "2026-11-22"])
def test_a_day_on_which_nobody_counted_is_unknown_and_has_no_points(house, technician, counters, day):
    technician.post("/staff/zones", {"id": "attic", "name_zh": "阁楼", "name_en": "Attic"}, key="attic")
    zone, doubt = ("hall", "counter_silent") if day == "2026-11-10" else ("attic", "no_counter")

    lived = technician.get(f"/staff/zones/{zone}/day", params={"day": day}).json()

    assert (lived["confidence"], lived["doubt"], lived["points"]) == ("unknown", doubt, [])
    assert (lived["most"], lived["left_over"], lived["entered"]) == (None, None, None)


def test_use_tells_how_many_a_zone_has_in_an_hour_of_the_week_and_how_long_they_stay(house, technician, counters):
    """It is Sunday noon; two come to the pool at one, one of them leaves at two and one at closing."""
    for no in range(6 * 24):
        house.clock.advance(minutes=10)
        entered, gone = (2 if no >= 6 else 0), (1 if no >= 12 else 0)
        counters.say(main=(entered, gone), pool=(entered, gone))

    def people(zone, first="2026-11-22", last="2026-11-23"):
        desk = house.signed_in("s002")
        return desk.get("/staff/usage/people", params={"zone": zone, "from": first, "to": last}).json()

    pool = people("pool")
    sunday, monday = pool["hours"][6], pool["hours"][0]
    assert (sunday[13], sunday[14], sunday[21], sunday[22]) == (2.0, 1.0, 0.75, 0.0)  # its last quarter is the closing
    assert (pool["days"], pool["entered"], monday) == (1, 2, [None] * 24)  # today is not over
    assert pool["stay_min"] == (2 * 4 + 1 * 31) * 15 / 2
    before = people("pool", "2026-11-01", "2026-11-10")
    assert (before["days"], before["entered"], before["stay_min"]) == (0, None, None)
    assert before["hours"] == [[None] * 24] * 7
    assert house.signed_in("s002").get("/staff/usage/people?zone=roof&from=2026-11-22&to=2026-11-22").status_code == 404


@pytest.mark.parametrize("is_rolled_up", [False, True])
def test_a_zone_whose_sensor_sees_how_many_there_are_has_a_day_too(house, technician, counters, is_rolled_up):
    """It is Sunday noon. The sensor is there from eight on, sees five from nine on, is silent from ten to eleven."""
    technician.post("/staff/zones", {"id": "attic", "name_zh": "阁楼", "name_en": "Attic"}, key="attic")
    house.change(a_device, "head", doors=0)
    technician.ask("PUT", "/staff/devices/head/zone", body={"zone": "attic"})
    for ago_min in (one for one in range(240, -1, -5) if not 60 < one < 120):
        counters.see(ago_min=ago_min, people=5 if ago_min <= 180 else 0)
    if is_rolled_up:
        counters.store.roll_up(now_ms=now_ms(house.clock.now()))

    lived = house.signed_in("s002").get("/staff/zones/attic/day").json()

    people = {one["at"][11:16]: one["people"] for one in lived["points"]}  # in UTC
    assert (people["00:15"], people["00:45"], people["01:00"], people["01:45"], people["02:00"]) == (0, 0, 5, 5, 5)
    assert not {"23:45", "02:30", "02:45"} & people.keys()  # nobody knows, which is not nobody
    assert (people["03:00"], people["04:00"]) == (5, 5)
    assert (lived["most"], lived["most_at"][11:16]) == (5, "01:00")
    assert (lived["confidence"], lived["doubt"]) == ("rough", "counter_was_away")
    assert (lived["entered"], lived["corrected"], lived["left_over"]) == (None, 0, None)
    assert crowd(technician, "attic")["entered"] is None

    house.clock.advance(hours=24)
    asked = {"zone": "attic", "from": "2026-11-22", "to": "2026-11-22"}
    week = house.signed_in("s002").get("/staff/usage/people", params=asked).json()
    assert (week["days"], week["hours"][6][8], week["entered"], week["stay_min"]) == (1, 1.25, None, None)


def workbook(answer):
    """What each of its sheets says, row by row; no cell of it is a formula."""
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert not [cell for sheet in book for row in sheet for cell in row if cell.data_type == "f"]
    return {sheet.title: list(sheet.values) for sheet in book}


@pytest.fixture
def lived_sunday(house, technician, counters):
    """Two come to the pool at one, one of them leaves at two and one at closing. It is Monday noon."""
    technician.patch("/staff/zones/pool", {"capacity": 40, "name_zh": "=1+1 泳池"})
    for no in range(6 * 24):
        house.clock.advance(minutes=10)
        entered, gone = (2 if no >= 6 else 0), (1 if no >= 12 else 0)
        counters.say(main=(entered, gone), pool=(entered, gone))


WEEKEND = {"from": "2026-11-21", "to": "2026-11-23"}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_people_by_zone_are_taken_along_with_what_the_figures_mean_in_the_language_asked_for(
    house, lived_sunday, language
):
    desk = house.signed_in("s002")
    pool, zones, people, days, meanings = {
        "zh-CN": ("=1+1 泳池", "各区域的人数", "一周里每个小时多少人", "各区域每天的人数", "各项的含义"),
        "en": (
            "Pool",
            "People in the zones",
            "People by the hour of the week",
            "People day by day",
            "What the figures",
        ),
    }[language]

    book = workbook(desk.get("/staff/usage/export.xlsx", params=WEEKEND | {"language": language}))

    said = desk.get("/staff/usage/people", params=WEEKEND | {"zone": "pool"}).json()
    row = next(one for one in book[zones] if one[0] == pool)
    assert row[1:] == (40, said["days"], said["entered"], round(said["stay_min"], 1), 2, "2026-11-22 13:10")
    hours = [one[2:] for one in book[people] if one[0] == pool]
    assert [list(one) for one in zip(*hours, strict=True)] == said["hours"]
    saturday, sunday = [one for one in book[days] if one[0] == pool]  # Monday is not over
    assert saturday[1:4] == ("2026-11-21", None, None)
    assert sunday[1:7] == ("2026-11-22", 2, 2, "2026-11-22 13:10", 1, 0)
    meant = {name: meaning for name, meaning, *_ in book[next(one for one in book if one.startswith(meanings))]}
    for sheet in (zones, days):
        assert all(meant[name] for name in book[sheet][0][2:] if name not in {"从何时起", "From"})


def test_a_figure_of_the_workbook_says_at_its_column_what_it_counts(house, lived_sunday):
    answer = house.signed_in("s002").get("/staff/usage/export.xlsx", params=WEEKEND | {"language": "en"})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content))["People in the zones"]
    noted = {cell.value: cell.comment.text for cell in sheet[1] if cell.comment}
    assert set(noted) == {"Whole days counted", "Came in", "Minutes stayed", "Most at once"}
    assert "counted twice" in noted["Came in"]


def test_people_by_zone_are_a_table_for_other_programs_which_runs_nothing(house, lived_sunday):
    desk = house.signed_in("s002")

    def table(sheet):
        answer = desk.get("/staff/usage/export.csv", params=WEEKEND | {"sheet": sheet, "language": "zh-CN"})
        return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))

    assert table("zones")[2][:4] == ["'=1+1 泳池", "40", "1", "2"]
    assert [one[:4] for one in table("days") if one[0] == "'=1+1 泳池"] == [
        ["'=1+1 泳池", "2026-11-21", "", ""],
        ["'=1+1 泳池", "2026-11-22", "2", "2"],
    ]
    [one_oclock] = [one for one in table("people") if one[:2] == ["'=1+1 泳池", "13:00"]]
    assert one_oclock[8] == "2.0"
    assert one_oclock[2] == ""  # no Monday was counted: nobody knows


def test_a_month_on_paper_tells_how_many_people_the_zones_had(house, lived_sunday):
    page = house.signed_in("s002").get("/staff/usage/report", params={"month": "2026-11", "language": "en"}).text
    assert "<h2>People in the zones</h2>" in page
    [grid] = [one for one in page.split("<section") if one.startswith(' class="people"')]
    assert grid.count("<tr>") == 1 + 9  # its head, and from one in the afternoon until closing
    assert "<td>13:00</td>" in grid or ">13:00<" in grid


def test_a_day_to_come_is_refused(technician, counters):
    told = technician.get("/staff/zones/hall/day", params={"day": "2026-11-23"})
    assert (told.status_code, told.json()["field"]) == (422, "day")
    assert technician.get("/staff/zones/cellar/day").status_code == 404


def test_a_door_leads_from_one_zone_into_another(technician, counters):
    sensor = technician.get("/staff/sensors").json()["items"][0]["id"]

    for wrong in ({"zone": "hall", "comes_from": "hall"}, {"zone": None, "comes_from": "hall"}):
        assert technician.ask("PUT", f"/staff/sensors/{sensor}/zone", body=wrong).status_code == 422
    technician.ask("PUT", "/staff/devices/node/zone", body={"zone": None})
    assert technician.delete("/staff/zones/hall").json()["code"] == "zone_in_use"
