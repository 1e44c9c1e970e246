"""One time wanted through every door at the same instant, over HTTP and on both databases."""

import pytest

from tests.api.conftest import together
from tests.api.kiosk_builder import a_card, a_kiosk
from tests.centre_builder import a_space

CARD = {"card": "04:A2:1F:99", "pin": "483920"}
DAY = "2026-11-23"


@pytest.fixture
def doors(house_on_each):
    """Who may come in where, with how each asks for an hour of the room."""
    house = house_on_each
    house.change(lambda session: a_space(session, "room"))
    phone, desk, kiosk = house.signed_in("10001"), house.signed_in("s002"), a_kiosk(house)
    a_card(house, CARD["card"], CARD["pin"], member_no="10002")
    assert kiosk.come(**CARD).status_code == 201

    def ask(hour):
        wish = {"space_id": "room", "starts_at": f"{DAY}T{hour:02}:00:00Z", "ends_at": f"{DAY}T{hour + 1:02}:00:00Z"}
        sheet = f"member_no,space_id,starts_at,ends_at\n10001,room,{wish['starts_at']},{wish['ends_at']}"
        key = {"Idempotency-Key": f"at-{hour}"}
        return [
            phone.asking("POST", "/bookings", body=wish, headers=key),
            kiosk.browser.asking("POST", "/kiosk/bookings", body=wish, headers=kiosk.headers(**key)),
            desk.asking("POST", "/staff/bookings", body={**wish, "member_no": "10001", "override": "x"}, headers=key),
            desk.asking("POST", "/staff/bookings/import", body={"csv": sheet, "dry_run": False}),
            phone.asking(
                "POST",
                "/bookings",
                body={**wish, "recurrence": "FREQ=DAILY;COUNT=1"},
                headers={"Idempotency-Key": f"s-{hour}"},
            ),
        ]

    return ask


def test_of_all_who_want_a_time_through_different_doors_one_has_it_and_the_others_hear_what_is_free(
    house_on_each, doors
):
    for hour in (2, 5):
        answers = together(house_on_each, *doors(hour))

        had = [answer for answer in answers if answer.status_code in (200, 201)]
        lost = [answer.json() for answer in answers if answer not in had]
        assert len(had) == 1, [answer.text for answer in answers]
        for problem in lost:
            assert problem["code"] in {"slot_taken", "sheet_faulty", "series_not_free"}
            if problem["code"] == "slot_taken":
                assert 1 <= len(problem["alternatives"]) <= 3
