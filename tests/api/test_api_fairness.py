"""The report about fairness over HTTP: figures with their meaning, and nobody's name but for a manager."""

import csv
import io

import openpyxl
import pytest

from gateway.members import queries as members
from tests.api.conftest import PASSWORD
from tests.centre_builder import a_group, a_space

WEEK = {"from": "2026-11-22", "to": "2026-11-28"}
EVENING = {"starts_at": "2026-11-22T11:00:00Z", "ends_at": "2026-11-22T12:00:00Z"}


@pytest.fixture
def desk(house):
    """10001 has an evening; 10002 wanted it too."""
    house.change(a_space, "court")
    wish = {"space_id": "court", **EVENING}
    assert house.signed_in("10001").post("/bookings", wish, key="book").status_code == 201
    assert house.signed_in("10002").post("/bookings", wish, key="book").status_code == 409
    assert house.signed_in("10002").post("/waitlist", wish, key="wait").status_code == 201
    house.app.state.desk.backroom._writers.submit(lambda: None).result()  # whoever wrote before has written
    house.clock.advance(hours=9)
    return house.signed_in("s002")


def test_every_figure_comes_with_its_meaning_and_without_anybodys_name(house, desk):
    answer = desk.get("/staff/reports/fairness", params=WEEK)
    found = answer.json()

    assert (found["wanting"], found["peak_h"], found["gini"], found["top_tenth_share"]) == (2, 1, 0.5, 1)
    assert found["spread"] == [{"bookings": 0, "members": 1}, {"bookings": 1, "members": 1}]
    [refused] = found["refused"]
    assert (refused["wish"], refused["code"], refused["count"]) == ("bookings", "slot_taken", 1)
    assert (found["first_timers"], found["waits"], found["most"]) == (1, 1, None)
    assert "10001" not in answer.text
    told = {one["figure"] for one in found["definitions"]}
    assert set(found) - {"first", "last", "most", "definitions"} == told
    assert all(one["name"] and one["meaning"] for one in found["definitions"])


def test_a_manager_reads_who_has_most(house, desk):
    [most] = house.signed_in("s001").get("/staff/reports/fairness", params=WEEK).json()["most"]

    assert (most["member_no"], most["peak_h"]) == ("10001", 1)


def test_the_hours_of_somebody_who_was_erased_still_count_and_are_nobodys(house, desk):
    assert house.signed_in("10001").delete("/me", body={"password": PASSWORD}).status_code == 204
    found = house.signed_in("s001").get("/staff/reports/fairness", params=WEEK).json()
    assert (found["peak_h"], found["gini"], found["most"]) == (1, 0.5, [])


def test_of_a_group_so_small_that_it_would_be_about_one_of_them_nothing_is_told(house, desk):
    def small(session):
        a_group(session, "east", members.member_by_no(session, member_no="10001"))

    house.change(small)
    [east] = desk.get("/staff/reports/fairness", params=WEEK).json()["groups"]

    assert (east["group_id"], east["members"]) == ("east", 1)
    assert {east[name] for name in ("wanting", "peak_h", "peak_h_each", "entries", "won", "waits")} == {None}


def test_the_file_has_each_figure_with_its_meaning_beside_it(house, desk):
    answer = desk.get("/staff/reports/fairness.csv", params=WEEK)
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="fairness-2026-11-22-2026-11-28.csv"' in answer.headers["content-disposition"]
    by_figure = {(row["figure"], row["of"]): row["value"] for row in rows}
    assert (by_figure["gini", ""], by_figure["spread", "1"], by_figure["peaks", "1234567"]) == (
        "0.5",
        "1",
        "18:00-22:00",
    )
    assert by_figure["refused", "bookings slot_taken"] == "1"
    assert all(row["meaning"] for row in rows)


@pytest.mark.parametrize(("language", "gini"), [("zh-CN", "基尼系数"), ("en", "Gini coefficient")])
def test_it_stands_in_the_workbook_and_on_paper_beside_what_it_means(house, desk, language, gini):
    house.change(lambda session: a_group(session, "east", members.member_by_no(session, member_no="10001")))
    asked = {**WEEK, "language": language}
    table = desk.get("/staff/usage/export.csv", params={**asked, "sheet": "fairness"})
    book = openpyxl.load_workbook(io.BytesIO(desk.get("/staff/usage/export.xlsx", params=asked).content))
    paper = desk.get("/staff/usage/report", params={"month": "2026-11", "language": language}).text

    rows = [row for sheet in book for row in sheet.iter_rows(values_only=True) if row[0] == gini]
    assert [row[2] for row in rows] == [0.5]
    assert rows[0][3]
    assert f",{rows[0][2]}," in table.text
    assert gini in paper
    assert "10001" not in table.text + paper
    east = [row for row in csv.reader(io.StringIO(table.text)) if row[1] in {"东区分会", "East branch"}]
    assert [row[2] for row in east] == ["1"]  # how many are in it, and nothing else


def test_a_ballots_refusal_is_counted_as_one(house, desk):
    week = {"starts_at": "2026-11-22T16:00:00Z", "ends_at": "2026-11-29T16:00:00Z", "closes_at": "2026-11-22T15:00:00Z"}
    ballot = house.signed_in("s001").post("/staff/spaces/court/ballots", week).json()
    wish = {"wishes": [{"starts_at": "2026-11-23T02:00:00Z", "ends_at": "2026-11-23T03:00:00Z"}]}
    phone = house.signed_in("10001")
    for key in ("one", "two"):
        answer = phone.post(f"/ballots/{ballot['id']}/entries", wish, key=key)
    assert answer.json()["code"] == "already_handed_in"
    house.app.state.desk.backroom._writers.submit(lambda: None).result()

    refused = desk.get("/staff/reports/fairness", params=WEEK).json()["refused"]
    assert ("ballots", "already_handed_in", 1) in [(one["wish"], one["code"], one["count"]) for one in refused]


@pytest.mark.parametrize("params", [{}, {"from": "2026-11-22"}, {"from": "2026-11-22", "to": "2026-11-21"}])
def test_days_that_are_none_are_named(desk, params):
    for path in ("fairness", "fairness.csv"):
        assert desk.get(f"/staff/reports/{path}", params=params).status_code == 422


def test_only_staff_read_it(house, desk):
    for path in ("fairness", "fairness.csv"):
        assert house.signed_in("10001").get(f"/staff/reports/{path}", params=WEEK).status_code == 403
        assert house.browser().get(f"/staff/reports/{path}", params=WEEK).status_code == 401
