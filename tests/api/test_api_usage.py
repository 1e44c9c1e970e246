"""Use of the house over HTTP: figures with their meaning, files that Excel opens, a month on paper."""

import csv
import io
import random
from datetime import timedelta

import openpyxl
import pytest

from api.staff.usage_words import FAILURES, reason
from api.words import WORDS
from devices.wire.messages import Reason
from gateway.bookings.model import Booking, BookingState
from gateway.faults.model import Pulse, PulseEnd
from gateway.kit.ids import new_id
from gateway.maintenance import assets
from gateway.maintenance.assets import Thing, What
from gateway.members import queries as members
from gateway.members.model import Language
from gateway.policies.model import Limit
from gateway.unlocking.model import Unlock, UnlockState
from tests.api.kiosk_builder import a_card, a_kiosk
from tests.centre_builder import NOON, a_space, lock_of

DAY = {"from": "2026-11-22", "to": "2026-11-22"}


@pytest.fixture
def desk(house):
    house.change(lambda session: a_space(session, "room", name_zh="=1+1 琴房"))
    return house.signed_in("s002")


def test_every_figure_comes_with_its_meaning(desk):
    found = desk.get("/staff/usage", params=DAY).json()
    [room], [bank, _] = found["spaces"], found["banks"]
    assert (room["space_id"], room["used_h"], room["utilisation"]) == ("room", None, None)
    assert (bank["bank_id"], bank["compartments"]) == ("bank-a", 2)
    told = {one["figure"] for one in found["definitions"]}
    assert set(room) - {"space_id"} <= told
    assert set(bank) - {"bank_id", "compartments", "rentals", "opened"} <= told
    assert all(one["meaning"] for one in found["definitions"])


def test_what_was_wanted_and_refused_is_counted_and_what_was_malformed_is_not(house, desk):
    house.rent("10001")
    phone = house.signed_in("10001")
    refused = [phone.post("/rentals", {}, key=f"again-{n}") for n in range(2)]
    assert {one.status_code for one in refused} == {409}
    assert phone.post("/rentals", {"days": -1}, key="malformed").status_code == 422
    assert phone.post("/bookings", {}, key="malformed too").status_code == 422

    house.app.state.desk.backroom._writers.submit(lambda: None).result()  # whoever wrote before has written
    [counted] = desk.get("/staff/usage", params=DAY).json()["unmet"]["refused"]

    assert counted == {"wish": "rentals", "code": refused[0].json()["code"], "text": counted["text"], "count": 2}
    assert counted["text"]


def an_unlock(session, **more):
    """Asked for by 10001 at noon, and ended."""
    session.add(
        Unlock(
            id=new_id(),
            member_id=members.member_by_no(session, member_no="10001").id,
            lock_id=lock_of(session, "01"),
            device_id="bank-a",
            door=1,
            requested_at=NOON,
            requested_mono=0.0,
            host_boot="x",
            settled_at=NOON,
            **more,
        )
    )


def in_vain(house, desk):
    house.app.state.desk.backroom._writers.submit(lambda: None).result()  # whoever wrote before has written
    return desk.get("/staff/usage", params=DAY).json()["unmet"]


def test_what_is_refused_at_a_kiosk_counts_as_what_is_refused_on_a_phone(house, desk):
    kiosk = a_kiosk(house)
    a_card(house, "04:A2:1F:99", "483920")
    house.rent("10001")
    kiosk.come(card="04:A2:1F:99", pin="483920")
    assert kiosk.post("/rentals", {}, key="again").json()["code"] == "already_rented"
    assert house.signed_in("10001").post("/rentals", {}, key="again").status_code == 409

    [counted] = in_vain(house, desk)["refused"]

    assert (counted["wish"], counted["code"], counted["count"]) == ("rentals", "already_rented", 2)


def test_an_activity_that_is_full_was_wanted_in_vain(house, desk):
    told = {
        "kind": "class",
        "title": {"zh-CN": "瑜伽", "en": "Yoga"},
        "words": {"zh-CN": "带垫子", "en": "Bring a mat"},
        "starts_at": "2026-11-24T01:00:00Z",
        "ends_at": "2026-11-24T02:00:00Z",
        "opens_at": "2026-11-22T04:00:00Z",
        "closes_at": "2026-11-24T00:00:00Z",
        "places": 1,
    }
    made = house.signed_in("s001").post("/staff/activities", told).json()
    path = f"/activities/{made['id']}/registrations"
    assert house.signed_in("10001").post(path, {}, key="one").status_code == 201
    assert house.signed_in("10002").post(path, {}, key="two").json()["code"] == "activity_full"

    [counted] = in_vain(house, desk)["refused"]

    assert (counted["wish"], counted["code"]) == ("activities", "activity_full")


def test_a_door_that_did_not_open_was_wanted_in_vain_and_why_is_told(house, desk):
    def ended(session):
        for state, code in (("EXPIRED", "no_challenge_in_time"), ("NOT_OPENED", "no_edge"), ("POSSIBLE", "")):
            an_unlock(session, state=UnlockState(state), code=code)
        an_unlock(session, state=UnlockState.OPENED)

    house.change(ended)
    house.clock.advance(minutes=1)
    failed = in_vain(house, desk)["failed"]

    assert {one["code"]: one["count"] for one in failed} == {"POSSIBLE": 1, "no_challenge_in_time": 1, "no_edge": 1}
    assert all(one["text"] not in {"", one["code"]} for one in failed)
    rows = csv.reader(
        io.StringIO(desk.get("/staff/usage/export.csv", params={**DAY, "sheet": "unmet"}).content.decode("utf-8-sig"))
    )
    assert {row[1] for row in rows} >= {one["text"] for one in failed}


@pytest.mark.parametrize("language", Language)
def test_every_rule_that_refuses_a_wish_is_told_in_words_without_the_facts_of_one_case(language):
    codes = {code for code in WORDS if code.startswith("policy.")} | {
        "too_many_people",
        "series_not_free",
        "slot_taken",
    }
    told = {code: reason(code, language) for code in codes}
    assert {code for code, text in told.items() if text == code or "{" in text} == set()
    assert {str(one) for one in Limit} - {"needs_approval"} <= {code.removeprefix("policy.") for code in codes}


def test_every_reason_that_a_device_or_the_gateway_ends_an_opening_with_has_words():
    own = {"late", "no_challenge_in_time", "no_edge", "lost", "POSSIBLE"}
    assert set(FAILURES) == {*map(str, Reason), *own}


def test_only_staff_read_it(house, desk):
    for path in ("usage", "usage/heat", "usage/trend", "usage/wear", "usage/export.csv", "usage/export.xlsx"):
        assert house.signed_in("10001").get(f"/staff/{path}", params=DAY).status_code == 403
    assert house.browser().get("/staff/usage/report", params={"month": "2026-11"}).status_code == 401


@pytest.mark.parametrize(
    "days", [{"from": "2026-11-22", "to": "2026-11-21"}, {"from": "2020-01-01", "to": "2026-11-22"}, {"from": "x"}]
)
def test_days_that_are_none_are_malformed(desk, days):
    answer = desk.get("/staff/usage", params=days)
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
@pytest.mark.parametrize(
    "path",
    [
        "usage?from={day}&to={day}",
        "usage/heat?from={day}&to={day}",
        "usage/trend?from={day}&to={day}",
        "usage/people?zone=pool&from={day}&to={day}",
        "usage/forecast?day={day}&space_id=room",
        "usage/export.csv?from={day}&to={day}&sheet=days",
        "usage/export.xlsx?from={day}&to={day}",
        "reports/fairness?from={day}&to={day}",
        "assets/reliability?from={day}&to={day}",
        "smiles?from={day}&to={day}",
        "zones/pool/day?day={day}",
    ],
)
def test_a_day_that_no_calendar_reaches_is_malformed_and_no_fault_of_ours(desk, path, day):
    answer = desk.get(f"/staff/{path.format(day=day)}")
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")


def test_a_csv_file_is_read_by_excel_and_runs_nothing(desk):
    answer = desk.get("/staff/usage/export.csv", params=DAY)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="usage-spaces-2026-11-22-2026-11-22.csv"' in answer.headers["content-disposition"]
    head, room = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert head[0] == "场地"
    assert room[0] == "'=1+1 琴房"


def test_a_spreadsheet_has_a_sheet_a_table_and_no_formula(desk):
    answer = desk.get("/staff/usage/export.xlsx", params=DAY)
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    about_use = ["场地和房间", "储物柜", "想要而没有得到", "每周各小时的平均使用小时"]
    about_people = ["各区域的人数", "一周里每个小时多少人", "各区域每天的人数"]
    assert book.sheetnames == [
        *about_use,
        *about_people,
        "高峰时段是否公平",
        "今后七天的预计",
        "设备磨损",
        "各项的含义",
    ]
    assert book["场地和房间"]["A2"].value == "=1+1 琴房"
    assert not [cell for sheet in book for row in sheet for cell in row if cell.data_type == "f"]


def test_the_hours_of_the_week(desk):
    found = desk.get("/staff/usage/heat", params={**DAY, "basis": "booked", "space_id": "room"}).json()["hours"]
    assert [len(day) for day in found] == [24] * 7
    assert found[6] == [0.0] * 13 + [None] * 11  # it is noon
    assert found[0] == [None] * 24
    assert desk.get("/staff/usage/heat", params={**DAY, "space_id": "nowhere"}).status_code == 404


def test_days_are_told_one_by_one_and_none_that_is_yet_to_come(desk):
    asked = {"from": "2026-11-21", "to": "2026-11-30"}

    found = desk.get("/staff/usage/trend", params=asked).json()

    assert [one["day"] for one in found["days"]] == ["2026-11-21", "2026-11-22"]
    assert found["days"][0] == {"day": "2026-11-21", "booked_h": 0.0, "used_h": 0.0}
    assert desk.get("/staff/usage/trend", params={**asked, "space_id": "nowhere"}).status_code == 404


def test_a_forecast_without_a_past_says_so(desk):
    found = desk.get("/staff/usage/forecast", params={"day": "2026-11-29"}).json()
    assert (found["expected"], found["error"], found["tried_days"]) == (None, None, 0)


@pytest.fixture
def eight_sundays(house):
    """On which the room was used from noon until one, and four of them until two. It is Sunday noon."""

    def live(session):
        member = members.member_by_no(session, member_no="10001")
        for weeks in range(1, 9):
            begin = house.clock.now() - timedelta(weeks=weeks)
            session.add(
                Booking(
                    id=new_id(),
                    member_id=member.id,
                    space_id="room",
                    state=BookingState.CONFIRMED,
                    starts_at=begin,
                    ends_at=begin + timedelta(hours=1 + weeks % 2),
                    booked_at=begin - timedelta(days=1),
                    checked_in_at=begin,
                )
            )

    house.change(live)


def test_the_week_ahead_is_taken_along_with_its_band_and_its_error_beside_the_naive_one(desk, eight_sundays):
    told = desk.get("/staff/usage/forecast", params={"day": "2026-11-29"}).json()
    noon = told["expected"][12]
    assert (noon["least"], noon["most"]) == (1.0, 1.0)
    assert told["error"] < told["naive_error"]

    answer = desk.get("/staff/usage/export.csv", params={**DAY, "sheet": "forecast", "language": "en"})

    head, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert head[:6] == ["Day", "Kind of day", "Hour", "Hours expected", "Least hours", "Most hours"]
    assert head[6:] == ["Forecast was off by (h)", "Last week's was off by (h)", "Days tried"]
    assert [one[0] for one in rows[::24]] == [f"2026-11-{day}" for day in range(23, 30)]
    [one_oclock] = [one for one in rows if one[0] == "2026-11-29" and one[2] == "13:00"]
    beside = [str(round(told[error], 4)) for error in ("error", "naive_error")]
    assert one_oclock == ["2026-11-29", "Sun", "13:00", "0.5", "0.0", "1.0", *beside, str(told["tried_days"])]
    workbook = openpyxl.load_workbook(io.BytesIO(desk.get("/staff/usage/export.xlsx", params=DAY).content))
    row = next(one for one in workbook["今后七天的预计"].values if one[0] == "2026-11-29" and one[2] == "13:00")
    assert row[1:6] == ("周日", "13:00", 0.5, 0, 1)
    assert row[6:] == (*(round(told[error], 4) for error in ("error", "naive_error")), told["tried_days"])


@pytest.mark.parametrize(("language", "said"), [("zh-CN", "照抄上周会差"), ("en", "what was a week before would have")])
def test_the_week_ahead_stands_on_paper_with_its_band_and_its_error(desk, eight_sundays, language, said):
    page = desk.get("/staff/usage/report", params={"month": "2026-11", "language": language}).text
    [ahead] = [one for one in page.split("<section") if one.startswith(' class="forecast"')]
    assert said in ahead
    assert ahead.count("<tr>") == 1 + 2  # of noon and one o'clock
    assert "<td>1.0 (1.0–1.0)</td>" in ahead
    assert "<td>0.5 (0.0–1.0)</td>" in ahead


def test_the_error_of_a_forecast_without_a_past_is_unknown_on_paper_and_an_empty_cell_in_a_file(desk):
    page = desk.get("/staff/usage/report", params={"month": "2026-11", "language": "en"}).text
    assert "How wrong that is nobody knows yet" in page
    answer = desk.get("/staff/usage/export.csv", params={**DAY, "sheet": "forecast"})
    _, first, *_ = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert first == ["2026-11-23", "周一", "00:00", "", "", "", "", "", "0"]


@pytest.mark.parametrize(("language", "title"), [("zh-CN", "使用情况"), ("en", "Use of the house")])
def test_a_month_on_paper_has_every_table_and_no_script(desk, language, title):
    answer = desk.get("/staff/usage/report", params={"month": "2026-11", "language": language})
    assert answer.status_code == 200
    assert f"<h1>{title}</h1>" in answer.text
    assert answer.text.count("<section") == 10
    assert "<script" not in answer.text
    assert "style=" not in answer.text
    assert desk.get("/staff/usage/report.css").headers["content-type"].startswith("text/css")
    assert desk.get("/staff/usage/report", params={"month": "2026-13"}).status_code == 422


@pytest.fixture
def slow_door(house):
    """The id of a lock that opens more slowly from day to day: out of limits in some 15 days."""
    now, chance = house.clock.now(), random.Random(1)

    def wear_down(session):
        lock_id = lock_of(session, "01")
        assets.asset_of(session, Thing(What.LOCK, lock_of(session, "02")), now=now)
        door = assets.asset_of(session, Thing(What.LOCK, lock_id), now=now - timedelta(days=120))
        door.rated_life = 960
        for number in range(480):
            at = now - timedelta(days=120 - number / 4)
            came = {"came_to": PulseEnd.OPENED, "open_ms": round(300 + 0.3 * number + chance.gauss(0, 8))}
            session.add(Pulse(lock_id=lock_id, cmd_id=str(number), pulsed_at=at, judged_at=at, **came))
        return lock_id

    return house.change(wear_down)


def test_wear_tells_the_part_of_its_life_used_and_when_it_fails_and_why_and_what_that_means(desk, slow_door):
    desk.patch("/me", {"language": "en"})

    told = desk.get("/staff/usage/wear").json()

    slow, other = told["items"]  # the one that will fail is first
    assert (slow["rated_by"], slow["used"], slow["rated_life"], slow["part_used"]) == ("cycles", 480, 960, 0.5)
    assert slow["outlook"]["outlook"] == "worsening"
    assert "slower than when it was new" in slow["outlook"]["text"]
    assert slow["outlook"]["about"].startswith("2026-12-")
    assert (other["used"], other["part_used"], other["outlook"]["outlook"]) == (0, 0.0, "unknown")
    assert other["outlook"]["about"] is None
    assert {one["figure"] for one in told["definitions"]} == {"part_used", "fails_about"}


def test_wear_is_taken_along_as_a_table_like_the_other_figures(desk, slow_door):
    answer = desk.get("/staff/usage/export.csv", params={**DAY, "sheet": "wear"})

    head, slow, other = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert head == ["设备资产", "计数", "已用", "额定寿命", "已用寿命", "预计超出限度", "原因"]
    assert slow[1:5] == ["开锁次数", "480", "960", "0.5"]
    assert slow[5].startswith("2026-12-")
    assert slow[6].startswith("开门比新的时候慢")
    assert other[1:6] == ["开锁次数", "0", "250000", "0.0", ""]


@pytest.mark.parametrize(
    ("language", "slow", "other", "said"),
    [
        ("zh-CN", "开门比新的时候慢", "02 号柜", "另有 1 件还没有什么可说的"),
        ("en", "It opens 4", "Compartment 02", "Others of which there is nothing to tell yet: 1."),
    ],
)
def test_on_paper_wear_is_told_of_those_that_show_some(desk, slow_door, language, slow, other, said):
    paper = desk.get("/staff/usage/report", params={"month": "2026-11", "language": language}).text
    assert slow in paper
    assert said in paper
    assert other not in paper
