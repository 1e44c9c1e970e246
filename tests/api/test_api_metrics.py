"""What a monitoring program reads: Prometheus' own parser understands it, and nobody without the token does."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from gateway.alerts import service as alerts
from gateway.centre import METRICS_TOKEN, make_metrics_token
from gateway.fleet import service as fleet
from gateway.members import queries as members
from gateway.metrics.queries import quantile
from gateway.telemetry.store import Letter, Value, now_ms
from gateway.zones import service as zones
from tests.centre_builder import NOON, open_and_shut


@pytest.fixture
def token(house):
    """The centre's."""
    make_metrics_token(house.centre.directory)
    return (house.centre.directory / METRICS_TOKEN).read_text()


@pytest.fixture
def scrape(house, token):
    """Every sample by name and labels, as the library reads them."""

    def ask():
        answer = house.browser(Authorization=f"Bearer {token}").get("/metrics")
        assert answer.status_code == 200, answer.text
        families = text_string_to_metric_families(answer.text)
        return {(one.name, *sorted(one.labels.values())): one.value for family in families for one in family.samples}

    return ask


def test_whoever_has_no_token_reads_nothing(house, token):
    for given in ({}, {"Authorization": "Bearer x"}, {"Authorization": token}, {"Authorization": f"Basic {token}"}):
        answer = house.browser(**given).get("/metrics")
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert house.signed_in("s001").get("/metrics").status_code == 401


def test_a_centre_without_a_token_tells_nobody(house):
    for given in ("Bearer ", "Bearer x"):
        assert house.browser(Authorization=given).get("/metrics").status_code == 401


def test_the_figures_are_those_of_the_house(house, scrape):
    compartment = house.rent("10001", bank_id="bank-a")["compartment"]

    def lived(session):
        member = members.member_by_no(session, member_no="10001")
        open_and_shut(session, member, compartment["label"], now=NOON)
        alerts.raise_alert(session, kind="leak", thing="cellar", now=NOON)
        for _ in range(2):
            fleet.note_dead_letter(
                session, device="x", channel="evt", fault="malformed", detail="", payload=b"", now=NOON
            )

    house.change(lived)
    house.pulse()

    found = scrape()

    assert found["hearth_unlocks_total", "opened"] == 1
    assert found["hearth_unlock_last_hour_seconds", "0.99"] == 0
    assert found["hearth_alerts_open", "alarm"] == 1
    assert found["hearth_dead_letters_total", "evt", "malformed"] == 2
    assert found["hearth_devices", "online"] == 2
    assert found["hearth_deliveries_waiting",] == 0
    assert found["hearth_gateway_up",] == 1
    assert found["hearth_live_connections",] == 0
    assert found["hearth_core_database_bytes",] > 0


def test_readings_are_counted_and_a_zone_that_nobody_counts_is_absent(house, scrape):
    house.change(zones.make_zone, zone_id="hall", name_zh="大厅", name_en="Hall", actor="test", now=NOON)
    store = house.app.state.desk.readings
    assert ("hearth_readings_kept_total",) not in scrape()
    (house.centre.directory / "data").mkdir(exist_ok=True)
    store.prepare()
    store.keep(
        [Letter("node", "0" * 16, 1, 1, now_ms(NOON), [Value("air", "co2", 600.0), Value("air", "humidity", 50.0)])]
    )
    house.clock.advance(seconds=5)

    found = scrape()

    assert found["hearth_readings_kept_total",] == 2
    assert not [name for name, *_ in found if name == "hearth_zone_people"]


def test_they_are_worked_out_once_in_five_seconds(house, scrape):
    assert ("hearth_alerts_open", "alarm") not in scrape()
    house.change(alerts.raise_alert, kind="leak", thing="cellar", now=NOON)
    house.clock.advance(seconds=4)
    assert ("hearth_alerts_open", "alarm") not in scrape()
    house.clock.advance(seconds=1)
    assert scrape()["hearth_alerts_open", "alarm"] == 1


def test_a_quantile_is_a_value_that_was_measured():
    assert [quantile(range(1, 101), share) for share in (0.5, 0.9, 0.99)] == [50, 90, 99]
    assert (quantile([3.0], 0.99), quantile([], 0.5)) == (3.0, None)
