"""Many at a kiosk at the same instant, over HTTP, on both databases."""

import pytest

from tests.api.conftest import together
from tests.api.kiosk_builder import a_card, a_kiosk

NUMBER, PIN = "04:A2:1F:99", "483920"
ROUNDS = 8


@pytest.fixture
def kiosk(house_on_each):
    return a_kiosk(house_on_each, bank_id="bank-a")


@pytest.fixture
def rental(house_on_each):
    """10001's, in 01 of bank-a."""
    return house_on_each.rent("10001", bank_id="bank-a", size="S")


@pytest.mark.parametrize("shown", [{"locker_no": "01"}, {"card": NUMBER}])
def test_of_twenty_guesses_sent_at_once_five_are_looked_at(house_on_each, kiosk, rental, shown):
    a_card(house_on_each, NUMBER, PIN)
    body = {**shown, "pin": f"{(int(rental['pin']) + 1) % 10**6:06}" if "locker_no" in shown else "000001"}

    answers = together(house_on_each, *(kiosk.asking("POST", "/session", body=body) for _ in range(20)))

    assert sorted(answer.json()["code"] for answer in answers) == ["pin_locked"] * 15 + ["wrong_pin"] * 5


def test_of_those_who_come_at_once_one_stands_there(house_on_each, kiosk, rental):
    a_card(house_on_each, NUMBER, PIN)
    shown = [{"card": NUMBER, "pin": PIN}, {"locker_no": "01", "pin": rental["pin"]}]

    for _ in range(ROUNDS):
        answers = together(house_on_each, *(kiosk.asking("POST", "/session", body=body) for body in shown))

        assert [answer.status_code for answer in answers] == [201, 201]
        standing = []
        for answer in answers:
            kiosk.visit = answer.json()["token"]
            standing.append(kiosk.get("/session").status_code)
        assert sorted(standing) == [200, 401]
        kiosk.visit = ""


def test_a_pin_made_anew_while_somebody_comes_with_the_old_one_leaves_no_visit(house_on_each, kiosk, rental):
    phone = house_on_each.signed_in()
    told = rental["pin"]

    for _ in range(ROUNDS):
        coming = kiosk.asking("POST", "/session", body={"locker_no": "01", "pin": told})
        came, made = together(house_on_each, coming, phone.asking("POST", f"/rentals/{rental['id']}/pin", body={}))
        told = made.json()["pin"]

        assert came.status_code in (201, 401)
        kiosk.visit = came.json().get("token", "none")
        assert kiosk.get("/rentals").json()["code"] == "kiosk_visit_over"
        kiosk.visit = ""
