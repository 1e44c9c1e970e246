"""What wears out in the demo centre: taken up, planned, reported, mended and waiting, as in a lived-in house."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from devices.runtime import facility_config
from gateway.centre import open_centre
from gateway.demo import upkeep, weeks
from gateway.demo.furnishing import furnish
from gateway.demo.house import DOORS, NODE_FILE
from gateway.founding import found
from gateway.kit import audit
from gateway.kit.audit import AuditEntry
from gateway.maintenance import plans, queries, running
from gateway.maintenance.model import AssetKind, OrderKind, OrderState, WorkOrder
from gateway.maintenance.model import Counter as Use
from gateway.reports.model import FaultReport, ReportState

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)  # half past five in the afternoon


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    """Of a demo centre whose upkeep has happened beside a few days of bookings."""
    directory = tmp_path_factory.mktemp("demo") / "centre"
    found(directory, site="demo", zone="Asia/Shanghai", now=NOW, environ={})
    furnish(directory, password="for-all-of-them", environ={})
    centre = open_centre(directory, environ={})
    work = upkeep.happenings(zone=centre.booking_policy.zone, now=NOW)
    assert weeks.live(centre, now=NOW, doors=DOORS, behind=1, beside=work)
    with centre.sessions.read() as session:
        yield session
    centre.sessions.close()


def test_every_kind_that_the_house_has_is_taken_up_and_planned_for(session):
    kinds = Counter(asset.kind for asset in queries.assets(session))
    far = {one.plan.name_en: one.stage for one in plans.all_progress(session, now=NOW)}

    assert kinds[AssetKind.COMPARTMENT_DOOR] == 44
    assert kinds.keys() == {
        AssetKind.COMPARTMENT_DOOR,
        AssetKind.ROOM_DOOR,
        AssetKind.SPACE,
        AssetKind.MACHINE,
        AssetKind.FAN,
    }
    assert "Change the filter of the water dispenser" in far


def test_the_ventilators_hours_are_told_by_a_meter_that_the_demos_node_has(session):
    [ventilator] = queries.assets(session, kind=AssetKind.FAN)
    told = running.power_sensor(session, ventilator)
    centre_dir = Path(session.get_bind().engine.url.database).parent.parent
    node = facility_config.load(centre_dir / "demo" / told.device / NODE_FILE)

    assert told.sensor in {meter.name for meter in node.meter}
    assert ventilator.rated_by is Use.HOURS_RUN


def test_work_was_done_and_some_still_waits(session):
    orders = session.scalars(select(WorkOrder)).all()
    states = Counter(order.state for order in orders)

    assert states == {OrderState.DONE: 5, OrderState.WAITING: 1, OrderState.OPEN: 1}
    assert all(order.minutes > 0 for order in orders if order.state is OrderState.DONE)
    assert {order.kind for order in orders} == {OrderKind.REPAIR, OrderKind.SERVICE}


def test_what_failed_twice_has_a_time_between_failures(session):
    failures = queries.repairs(session)
    net = queries.asset_that_is(session, what="space", ref="court-2")

    assert len(failures[net.id]) == 2


def test_members_reported_and_one_waits_for_an_answer(session):
    told = session.scalars(select(FaultReport).order_by(FaultReport.reported_at)).all()

    assert [one.state for one in told] == [ReportState.MENDED, ReportState.LOOKED_AT, ReportState.RECEIVED]
    assert told[1].work_order_id is not None


def test_it_stands_in_the_trail_in_its_place(session):
    times = session.scalars(select(AuditEntry.at).where(AuditEntry.act.like("work_order_%")).order_by(AuditEntry.seq))

    assert list(audit.verify(session)) == []
    kept = list(times)
    assert kept == sorted(kept)
    assert kept[0] < NOW - timedelta(days=30)
    assert kept[-1] < NOW
