"""What devices have said of their batteries, day by day."""

from datetime import UTC, datetime

from gateway.maintenance import foresight
from tests.gateway.telemetry.conftest import START_MS, Node
from tests.gateway.telemetry.test_reading_store import DAY_MS


def test_the_lowest_battery_of_a_device_counts_by_the_lowest_of_each_day(store):
    node = Node("lamp-1")
    store.keep(
        [
            node.says(value, START_MS + day * DAY_MS + 1000, metric="battery", sensor=sensor)
            for day in range(3)
            for sensor, value in (("a", 80 - day), ("b", 50 - 2 * day))
        ]
    )
    now_ms = START_MS + 3 * DAY_MS
    store.roll_up(now_ms=now_ms)

    with store.read() as connection:
        found = foresight.batteries(connection, now=datetime.fromtimestamp(now_ms / 1000, UTC))

    assert {device: [point.value for point in days] for device, days in found.items()} == {"lamp-1": [50, 48, 46]}
