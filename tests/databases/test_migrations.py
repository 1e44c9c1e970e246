"""The shape of the database: what the steps make is what the models say, on both databases."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import IntegrityError

from gateway import migrations
from gateway.access import queries as access
from gateway.activities.model import Registration
from gateway.alerts.in_force import in_force
from gateway.bookings.model import Booking
from gateway.bookings.waits import Wait
from gateway.calendar.rules import Day, Opening
from gateway.credentials import tokens
from gateway.faults import queries as faults
from gateway.fleet import queries as fleet_queries
from gateway.fleet import service as fleet
from gateway.fleet.model import Button, Device, DoorLevel, Inside, Lock, SecondKey
from gateway.fleet.rules import Part
from gateway.jobs import queries as jobs
from gateway.kiosks.model import Kiosk
from gateway.kit.db import Sessions, open_engine
from gateway.lockers import queries, service
from gateway.lockers.model import Condition, Rental
from gateway.maintenance.model import Asset
from gateway.members.model import Language, Member
from gateway.members.queries import token_hash
from gateway.migrations import Shape
from gateway.migrations.tables import metadata
from gateway.spaces import queries as spaces
from gateway.spaces.model import Closure, Space
from gateway.zones import queries as zones
from gateway.zones.model import Zone
from tests.centre_builder import NOON, a_member
from tests.database_fixture import file_of
from tests.race import at_once

HOUR = timedelta(hours=1)


@pytest.fixture
def engine(empty_database_url):
    engine = open_engine(empty_database_url)
    yield engine
    engine.dispose()


def checks(engine):
    """Every CHECK by table, as the database itself tells it."""
    look = inspect(engine)
    return {
        table: sorted((check["name"], check["sqltext"]) for check in look.get_check_constraints(table))
        for table in look.get_table_names()
        if table != "alembic_version"
    }


def test_the_steps_make_what_the_models_say(engine):
    migrations.upgrade(engine)

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata()) == []


def test_the_steps_make_the_checks_that_the_models_have(engine, tmp_path):
    """Alembic does not compare these."""
    migrations.upgrade(engine)
    found = checks(engine)
    with engine.begin() as connection:
        metadata().drop_all(connection)
        metadata().create_all(connection)

    assert found == checks(engine)
    assert len(found["rentals"]) == 5


def test_a_model_that_changed_without_a_step_is_noticed(engine):
    migrations.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("DROP INDEX uq_rentals_compartment"))

        context = MigrationContext.configure(connection)
        [(what, index)] = compare_metadata(context, metadata())

    assert (what, index.name) == ("add_index", "uq_rentals_compartment")


def test_an_upgrade_can_be_repeated(engine):
    assert migrations.shape(engine) is Shape.EMPTY
    for _ in range(2):
        migrations.upgrade(engine)
        assert migrations.shape(engine) is Shape.CURRENT


def test_two_programs_that_upgrade_at_once_take_turns(empty_database_url):
    def upgrade():
        engine = open_engine(empty_database_url)
        try:
            migrations.upgrade(engine)
            return migrations.shape(engine)
        finally:
            engine.dispose()

    assert at_once([upgrade] * 4) == [Shape.CURRENT] * 4


def test_a_step_that_fails_half_way_leaves_nothing_behind(engine, monkeypatch):
    monkeypatch.setattr("alembic.op.create_index", fail)
    with pytest.raises(ZeroDivisionError):
        migrations.upgrade(engine)
    assert migrations.shape(engine) is Shape.EMPTY
    assert inspect(engine).get_table_names() == []

    monkeypatch.undo()
    migrations.upgrade(engine)
    assert migrations.shape(engine) is Shape.CURRENT


def fail(*_, **__):
    """As if the power went."""
    raise ZeroDivisionError


@pytest.mark.parametrize(("revision", "shape"), [("9999_from_the_future", Shape.NEWER), (None, Shape.EMPTY)])
def test_a_database_of_another_release_is_not_taken_for_ours(engine, revision, shape):
    migrations.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
        if revision:
            connection.execute(text("INSERT INTO alembic_version VALUES (:r)"), {"r": revision})

    assert migrations.shape(engine) is shape


@pytest.mark.parametrize("empty_database_url", ["sqlite"], indirect=True)
def test_asking_for_the_shape_waits_for_no_writer(empty_database_url):
    engine = open_engine(empty_database_url)
    migrations.upgrade(engine)
    writer = create_engine(empty_database_url, isolation_level=None)
    with writer.connect() as writing:
        writing.exec_driver_sql("BEGIN IMMEDIATE")
        assert migrations.shape(engine) is Shape.CURRENT
        writing.exec_driver_sql("ROLLBACK")
    writer.dispose()
    engine.dispose()
    assert file_of(empty_database_url).exists()


def upgrade_to(engine, revision):
    """As the release of that step left a database."""
    config = Config()
    config.set_main_option("script_location", "gateway:migrations")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


# One of each that 0002 touches, as the first release wrote it.
FIRST_RELEASE = (
    "INSERT INTO members VALUES ('m1', '10001', 'Wang', 'member', 'en', false, 'x', NULL, 'a1', '{then}', NULL)",
    "INSERT INTO devices VALUES ('bank-a','x','APPROVED','','k','f',1,'','online','','{then}','{then}',NULL,1,NULL,'')",
    "INSERT INTO locks VALUES ('l1', 'bank-a', 1, 'shut', NULL)",
    "INSERT INTO banks VALUES ('bank-a', 'bank-a', '大厅', 'Lobby')",
    "INSERT INTO compartments VALUES ('c1', 'bank-a', 'l1', '01', 'S', false, true)",
    "INSERT INTO locks VALUES ('l2', 'bank-a', 2, 'shut', NULL)",
    "INSERT INTO compartments VALUES ('c2', 'bank-a', 'l2', '02', 'S', false, false)",
    "INSERT INTO rentals VALUES ('r1', 'c1', 'm1', 'ACTIVE', '{then}', '{then}', NULL)",
    "INSERT INTO access_grants VALUES ('g1', 'l1', 'm1', 'rental', 'r1', NULL, NULL, NULL)",
)


@pytest.fixture
def upgraded(engine):
    """A centre of the first release with one rental, brought to today's shape."""
    upgrade_to(engine, "0001")
    with engine.begin() as connection:
        for statement in FIRST_RELEASE:
            connection.execute(text(statement.format(then="2026-11-22 04:00:00.000000+00:00")))
    assert migrations.shape(engine) is Shape.OLDER
    migrations.upgrade(engine)
    return Sessions(engine)


def test_a_rental_of_the_first_release_lives_on_with_the_usual_terms(upgraded):
    with upgraded.begin() as session:
        rental = session.get_one(Rental, "r1")
        ending = queries.view(session, rental).ending

        assert access.may_open(session, member_id="m1", lock_id="l1", now=NOON)
        assert (ending.grace_until, ending.clear_out_at) == (NOON + HOUR, NOON + HOUR + timedelta(days=7))
        assert queries.not_told(session, now=NOON) == ["r1"]
        service.end_rental(session, rental=rental, unsettled_locks=frozenset, now=NOON)
        assert not access.may_open(session, member_id="m1", lock_id="l1", now=NOON)


def test_what_a_grant_may_follow_from_is_wider_than_in_the_first_release_and_no_wider(upgraded):
    row = "INSERT INTO access_grants (id, lock_id, member_id, source, source_id) VALUES (:s, 'l1', 'm1', :s, 'x')"
    with upgraded.begin() as session:
        session.execute(text(row), {"s": "clear_out"})
        session.execute(text(row), {"s": "staff"})
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(text(row), {"s": "whim"})


def test_a_space_of_an_earlier_release_keeps_its_hours(engine):
    upgrade_to(engine, "0003")
    space = "INSERT INTO spaces VALUES ('room', NULL, 'room', '琴房', 'Piano room', NULL, 1, 540, 1020, 30, 0)"
    with engine.begin() as connection:
        connection.execute(text(space))
    migrations.upgrade(engine)

    with Sessions(engine).read() as session:
        hours = spaces.hours_of(session, spaces.space(session, "room"), zone=ZoneInfo("Asia/Shanghai"))
        assert hours.day_of(NOON) == Day(Opening(540, 1020))


def test_a_bank_of_the_first_release_is_told_of_a_door_that_stays_open_for_five_minutes(upgraded):
    with upgraded.begin() as session:
        fleet.note_levels(session, device_id="bank-a", levels={1: DoorLevel.OPEN}, now=NOON)
        assert faults.ajar_after(session, "l1") == timedelta(minutes=5)
        assert session.get_one(Lock, "l1").open_since == NOON
        assert faults.locks_to_look_at(session, now=NOON + timedelta(minutes=1)) == ["l1"]


def test_what_was_out_of_service_in_the_first_release_stays_so(upgraded):
    with upgraded.read() as session:
        found = {one.compartment.label: one.compartment.condition for one in queries.compartments(session, "bank-a")}

    assert found == {"01": Condition.READY, "02": Condition.OUT_OF_SERVICE}


# A late rental with its clear-out under way, as the release of step 0003 wrote them.
WITH_A_CLEAR_OUT = (
    "INSERT INTO members VALUES ('s1', 's002', 'He', 'desk', 'en', false, 'x', NULL, 'a2', '{then}', NULL, false)",
    "INSERT INTO clear_outs VALUES ('o1', 'r1', 'PROPOSED', 'late', 'B-17', 's1', NULL, '{then}', NULL, NULL, NULL)",
)


@pytest.fixture
def with_a_clear_out(engine):
    upgrade_to(engine, "0001")
    with engine.begin() as connection:
        for statement in FIRST_RELEASE:
            connection.execute(text(statement.format(then="2026-11-22 04:00:00.000000+00:00")))
    upgrade_to(engine, "0003")
    with engine.begin() as connection:
        for statement in WITH_A_CLEAR_OUT:
            connection.execute(text(statement.format(then="2026-11-22 04:00:00.000000+00:00")))
    migrations.upgrade(engine)
    return Sessions(engine)


def test_a_clear_out_that_is_under_way_belongs_to_its_rental_after_every_step(with_a_clear_out):
    with with_a_clear_out.begin() as session:
        clear_out = queries.clear_out_of(session, rental_id="r1")
        rental = session.get_one(Rental, "r1")

        assert (clear_out.bag_label, rental.use, rental.note, rental.told_stage) == ("B-17", "rented", "", "running")
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(text("UPDATE clear_outs SET rental_id = 'nothing'"))
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(text("DELETE FROM rentals"))


def test_after_every_step_a_rental_can_be_without_an_end_and_without_a_member_and_never_the_wrong_one(upgraded):
    row = (
        "INSERT INTO rentals (id, compartment_id, use, member_id, state, from_at)"
        " VALUES (:id, 'c2', :use, :m, 'ACTIVE', :f)"
    )
    then = "2026-11-22 04:00:00.000000+00:00"
    with upgraded.begin() as session:
        for use, member in (("rented", None), ("held", "m1"), ("assigned", "m1"), ("drop_off", None), ("whim", None)):
            with pytest.raises(IntegrityError), session.begin_nested():
                session.execute(text(row), {"id": use, "use": use, "m": member, "f": then})
        session.execute(text(row), {"id": "h1", "use": "held", "m": None, "f": then})

        assert session.get_one(Rental, "h1").until_at is None
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(text(row), {"id": "h2", "use": "held", "m": None, "f": then})


def test_a_device_of_the_first_release_has_told_of_no_second_key(upgraded):
    with upgraded.begin() as session:
        device = session.get_one(Device, "bank-a")

        assert (device.key_switch, device.fire_contact) == (SecondKey.NONE, SecondKey.NONE)
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(text("UPDATE devices SET fire_contact = 'burning'"))


def test_a_device_of_the_first_release_has_no_chosen_button_and_no_learnt_rhythm(upgraded):
    with upgraded.begin() as session:
        device = session.get_one(Device, "bank-a")

        assert (device.button, device.usual_s) == (Button.NOTHING, 0)
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(text("UPDATE devices SET button = 'open_door'"))


A_RULE = (
    "INSERT INTO policy_rules (id, limited, layer, scope_id, lifts, value)"
    " VALUES ('{id}', '{limit}', 'centre', '', false, 1)"
)


def test_a_database_of_before_the_jobs_knows_of_no_run(engine):
    upgrade_to(engine, "0022")
    migrations.upgrade(engine)

    with Sessions(engine).begin() as session:
        assert list(jobs.jobs(session)) == []
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(
                text("INSERT INTO jobs (name, every_min, watched_since) VALUES ('x', 0, '2026-11-22 04:00:00+00:00')")
            )


def test_rules_of_before_the_timed_drop_stay_and_a_week_can_open_at_once(engine):
    upgrade_to(engine, "0020")
    with engine.begin() as connection:
        connection.execute(text(A_RULE.format(id="few", limit="guests")))
    migrations.upgrade(engine)

    with Sessions(engine).begin() as session:
        session.execute(text(A_RULE.format(id="drop", limit="week_opens_at")))
        assert session.execute(text("SELECT id FROM policy_rules ORDER BY id")).scalars().all() == ["drop", "few"]
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(text(A_RULE.format(id="whim", limit="whim")))
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(text("UPDATE policy_rules SET group_id = 'nobody'"))


def test_bookings_of_before_the_calendars_begin_to_count_their_changes(engine):
    upgrade_to(engine, "0024")
    member = (
        "INSERT INTO members VALUES ('m1', '10001', 'W', 'member', 'en', false, 'x', NULL, 'a1', '{then}', NULL, false)"
    )
    space = "INSERT INTO spaces VALUES ('room', NULL, 'room', '琴房', 'Piano room', NULL, 1, 540, 1020, 30, 0)"
    booking = (
        "INSERT INTO bookings (id, space_id, member_id, state, starts_at, ends_at, booked_at, cancelled_at)"
        " VALUES ('{id}', 'room', 'm1', '{state}', '{then}', '{later}', '{then}', {cancelled})"
    )
    facts = {"then": "2026-11-22 04:00:00.000000+00:00", "later": "2026-11-22 05:00:00.000000+00:00"}
    with engine.begin() as connection:
        for statement in (member, space):
            connection.execute(text(statement.format(**facts)))
        connection.execute(text(booking.format(id="b1", state="CONFIRMED", cancelled="NULL", **facts)))
        connection.execute(text(booking.format(id="b2", state="CANCELLED", cancelled=f"'{facts['then']}'", **facts)))
    migrations.upgrade(engine)

    with Sessions(engine).read() as session:
        kept, cancelled = session.get_one(Booking, "b1"), session.get_one(Booking, "b2")
        assert (kept.changes, kept.changed_at) == (0, None)
        assert (cancelled.changes, cancelled.changed_at) == (0, NOON)


def test_of_a_bank_of_the_first_release_nothing_has_proved_what_is_inside(upgraded):
    with upgraded.begin() as session:
        assert session.get_one(Lock, "l1").inside is Inside.UNKNOWN
        assert session.get_one(Rental, "r1").seen_empty_at is None
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(text("UPDATE locks SET inside = 'half'"))


A_CLAIM = (
    "INSERT INTO claims (id, space_id, place, starts_at, ends_at, kind, source_id)"
    " VALUES ('{id}', 'room', 0, '2026-11-22 {start}:00:00.000000+00:00',"
    " '2026-11-22 {end}:00:00.000000+00:00', '{kind}', 'x')"
)


def test_claims_of_before_ballots_stay_and_nothing_overlaps_them_still(engine):
    upgrade_to(engine, "0021")
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO spaces (id, kind, name_zh, name_en, places, opens_min, closes_min, slot_min, buffer_min)"
                " VALUES ('room', 'room', '房', 'Room', 1, 480, 1320, 60, 0)"
            )
        )
        connection.execute(text(A_CLAIM.format(id="c1", start="04", end="05", kind="booking")))
    migrations.upgrade(engine)

    with Sessions(engine).begin() as session:
        session.execute(text(A_CLAIM.format(id="c2", start="05", end="06", kind="ballot")))
        assert session.execute(text("SELECT id FROM claims ORDER BY id")).scalars().all() == ["c1", "c2"]
        for start, end, kind in (("04", "05", "ballot"), ("05", "06", "booking"), ("07", "08", "whim")):
            with pytest.raises(IntegrityError), session.begin_nested():
                session.execute(text(A_CLAIM.format(id="c3", start=start, end=end, kind=kind)))
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(text("UPDATE claims SET starts_at = '2026-11-22 04:00:00.000000+00:00' WHERE id = 'c2'"))


def test_a_board_of_an_earlier_release_keeps_its_doors(engine):
    upgrade_to(engine, "0020")
    device = (
        "INSERT INTO devices (id, kind, state, reason, public_key, fingerprint, doors, firmware, presence, boot_id,"
        " heard_at, first_seen_at, log_no, last_hash) VALUES ('bank-a', 'x', 'APPROVED', '', 'k', 'f', 9, '', 'online',"
        " '', '{then}', '{then}', 1, '')"
    )
    part = "INSERT INTO device_parts VALUES ('bank-a', 'usb0#1', 'ok', '{then}', 3, 9)"
    with engine.begin() as connection:
        for statement in (device, part):
            connection.execute(text(statement.format(then="2026-11-22 04:00:00.000000+00:00")))
    migrations.upgrade(engine)

    with Sessions(engine).begin() as session:
        (kept,) = fleet_queries.parts(session, "bank-a")
        assert Part.of(kept).doors == ((3, 9),)


def test_of_a_space_of_before_nobody_has_said_for_how_many_people_it_is(engine):
    upgrade_to(engine, "0044")
    with engine.begin() as connection:
        space = "INSERT INTO spaces VALUES ('room', NULL, 'room', '琴房', 'Piano room', NULL, 1, 540, 1020, 30, 0)"
        connection.execute(text(space))
    migrations.upgrade(engine)

    with Sessions(engine).begin() as session:
        assert session.get_one(Space, "room").capacity is None
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(text("UPDATE spaces SET capacity = 0"))


def test_a_bank_of_before_stands_in_the_zone_that_its_text_named_and_none_is_doubled(engine):
    """One is placed already, one names a zone in English, two name one that is not there, one a retired one."""
    upgrade_to(engine, "0047")
    texts = [
        ("placed", "泳池", "Pool"),
        ("pool", "", "Pool"),
        ("east", "二楼", "First floor"),
        ("west", "二楼", ""),
        ("attic", "阁楼", "Attic"),
        ("nowhere", "", ""),
    ]
    then = "2026-11-22 04:00:00.000000+00:00"
    device = (
        "INSERT INTO devices (id, kind, state, reason, public_key, fingerprint, doors, firmware, presence, boot_id,"
        " heard_at, first_seen_at, log_no, last_hash) VALUES ('{id}', 'x', 'APPROVED', '', 'k', '{id}', 1, '',"
        f" 'online', '', '{then}', '{then}', 1, '')"
    )
    columns = "id, device_id, name_zh, name_en, zone_zh, zone_en"
    bank = f"INSERT INTO banks ({columns}) VALUES (:id, :id, '柜', 'Bank', :zh, :en)"
    with engine.begin() as connection:
        for bank_id, zh, en in texts:
            connection.execute(text(device.format(id=bank_id)))
            connection.execute(text(bank), {"id": bank_id, "zh": zh, "en": en})
        for zone in (
            "('hall', '大厅', 'Hall', NULL)",
            "('wet', '泳池', 'Pool', NULL)",
            f"('attic', '阁楼', 'Attic', '{then}')",
        ):
            connection.execute(text(f"INSERT INTO zones (id, name_zh, name_en, retired_at) VALUES {zone}"))
        connection.execute(text("INSERT INTO placements (what, ref, zone_id) VALUES ('device', 'placed', 'hall')"))
    migrations.upgrade(engine)

    with Sessions(engine).begin() as session:
        where = {one.bank.id: one.zone and (one.zone.id, one.zone.name_zh) for one in queries.banks(session)}
        assert where == {
            "placed": ("hall", "大厅"),
            "pool": ("wet", "泳池"),
            "east": ("first-floor", "二楼"),
            "west": ("first-floor", "二楼"),
            "attic": ("attic-2", "阁楼"),
            "nowhere": None,
        }


def test_closures_of_before_keep_why_they_were_made_by_whom_and_who_opened_them_again(engine):
    upgrade_to(engine, "0045")
    then, later = "2026-11-22 04:00:00.000000+00:00", "2026-11-22 05:00:00.000000+00:00"
    space = (
        "INSERT INTO spaces"
        " (id, parent_id, kind, name_zh, name_en, places, opens_min, closes_min, slot_min, buffer_min)"
        " VALUES ('{id}', {whole}, 'room', '房', 'Room', 1, 480, 1320, 60, 0)"
    )
    told = "INSERT INTO audit_entries VALUES ({seq}, '{at}', '{actor}', '{act}', 'hall', '{detail}', 'x', 'y')"
    made = '{{"closure": "{id}", "reason": "{reason}", "until": "x"}}'
    claim = (
        "INSERT INTO claims (id, space_id, place, starts_at, ends_at, kind, source_id, released_at)"
        f" VALUES ('{{id}}', '{{at}}', 0, '{then}', '{later}', 'closure', '{{of}}', {{released}})"
    )
    statements = [
        space.format(id="hall", whole="NULL"),
        *(space.format(id=part, whole="'hall'") for part in ("a", "b")),
        claim.format(id="c1", at="a", of="old", released=f"'{then}'"),
        claim.format(id="c2", at="b", of="old", released=f"'{then}'"),
        claim.format(id="c3", at="a", of="new", released="NULL"),
        claim.format(id="c4", at="b", of="choir", released="NULL"),  # an activity's: nobody closed anything
        told.format(seq=1, at=then, actor="desk", act="space_closed", detail=made.format(id="old", reason="wax")),
        told.format(seq=2, at=later, actor="boss", act="space_reopened", detail='{"closure": "old"}'),
        told.format(seq=3, at=later, actor="boss", act="space_closed", detail=made.format(id="new", reason="打蜡")),
    ]
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    migrations.upgrade(engine)

    with Sessions(engine).read() as session:
        old, new = session.get_one(Closure, "old"), session.get_one(Closure, "new")
        assert session.get(Closure, "choir") is None
    assert (old.space_id, old.starts_at, old.ends_at) == ("hall", NOON, NOON + HOUR)
    assert (old.reason, old.made_at, old.made_by) == ("wax", NOON, "desk")
    assert (old.reopened_at, old.reopened_by) == (NOON + HOUR, "boss")
    assert (new.reason, new.made_at, new.reopened_at, new.reopened_by) == ("打蜡", NOON + HOUR, None, None)


def test_a_claim_of_before_on_a_place_that_there_is_not_stays_and_no_other_joins_it(engine):
    upgrade_to(engine, "0047")
    space = (
        "INSERT INTO spaces (id, kind, name_zh, name_en, places, opens_min, closes_min, slot_min, buffer_min)"
        " VALUES ('room', 'room', '房', 'Room', 1, 480, 1320, 60, 0)"
    )
    on_no_place = A_CLAIM.replace("'room', 0,", "'room', 1,")
    with engine.begin() as connection:
        connection.execute(text(space))
        connection.execute(text(on_no_place.format(id="c1", start="04", end="06", kind="booking")))
    migrations.upgrade(engine)

    with Sessions(engine).begin() as session:
        session.execute(text("UPDATE claims SET ends_at = '2026-11-22 05:00:00.000000+00:00' WHERE id = 'c1'"))
        session.execute(text(A_CLAIM.format(id="c2", start="05", end="06", kind="booking")))
        another = on_no_place.format(id="c3", start="07", end="08", kind="booking")
        for change in (another, "UPDATE claims SET place = 1 WHERE id = 'c2'"):
            with pytest.raises(IntegrityError), session.begin_nested():
                session.execute(text(change))


def test_whoever_waited_before_there_were_lines_stands_in_none_and_one_instant_has_one(engine):
    upgrade_to(engine, "0050")
    then, later = "2026-11-22 04:00:00.000000+00:00", "2026-11-22 05:00:00.000000+00:00"
    member = (
        "INSERT INTO members (id, member_no, name, role, language, elder_mode, password_hash, audit_id, created_at)"
        f" VALUES ('m1', '10001', 'W', 'member', 'en', false, 'x', 'a1', '{then}')"
    )
    space = (
        "INSERT INTO spaces (id, kind, name_zh, name_en, places, opens_min, closes_min, slot_min, buffer_min)"
        " VALUES ('room', 'room', '房', 'Room', 1, 480, 1320, 60, 0)"
    )
    wait = (
        "INSERT INTO waits (id, space_id, member_id, starts_at, ends_at, state, joined_at)"
        f" VALUES ('w1', 'room', 'm1', '{then}', '{later}', 'WAITING', '{then}')"
    )
    with engine.begin() as connection:
        for statement in (member, space, wait):
            connection.execute(text(statement))
    migrations.upgrade(engine)

    with Sessions(engine).begin() as session:
        kept = session.get_one(Wait, "w1")
        assert (kept.line_id, kept.lot, kept.is_undrawn) == (None, "", False)
        line = "INSERT INTO lines (id, opens_at, seed, commitment, made_at) VALUES ('{id}', '{at}', 'x', 'y', '{at}')"
        session.execute(text(line.format(id="l1", at=then)))
        for wrong in (line.format(id="l2", at=then), "UPDATE lines SET record = 'x'"):
            with pytest.raises(IntegrityError), session.begin_nested():
                session.execute(text(wrong))


def test_of_a_zone_of_before_nobody_has_said_for_how_many_it_is_and_its_doors_lead_to_the_street(engine):
    upgrade_to(engine, "0037")
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO zones (id, name_zh, name_en) VALUES ('hall', '大厅', 'Hall')"))
        connection.execute(text("INSERT INTO placements (what, ref, zone_id) VALUES ('device', 'node', 'hall')"))
    migrations.upgrade(engine)

    with Sessions(engine).begin() as session:
        hall = session.get_one(Zone, "hall")
        assert (hall.capacity, hall.is_shown) == (None, False)
        assert zones.whole_map(session).outside_of("node", "door") is None
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(text("UPDATE zones SET capacity = 0"))


def test_after_every_step_no_points_are_taken_and_what_is_decided_has_its_time(upgraded):
    with upgraded.begin() as session:
        assert session.execute(text("SELECT count(*) FROM credit_entries")).scalar_one() == 0
        session.execute(text(A_RULE.format(id="low", limit="low_credit_days_ahead")))
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(
                text(
                    "INSERT INTO credit_entries (id, member_id, booking_id, cause, at, appeal)"
                    " VALUES ('x', 'm1', 'b1', 'no_show', '2026-11-22 04:00:00.000000+00:00', 'accepted')"
                )
            )


def test_after_every_step_one_work_order_stands_for_a_prediction_and_a_door_is_one_asset(upgraded):
    then = "'2026-11-22 04:00:00.000000+00:00'"
    asset = (
        "INSERT INTO assets (id, kind, name_zh, name_en, device_id, since_at)"
        " VALUES ('{id}', '{kind}', '', '', 'bank-a', {then})"
    )
    order = (
        "INSERT INTO work_orders (id, asset_id, kind, state, priority, reason, opened_by, blocks, minutes, opened_at)"
        " VALUES ('{id}', 'a1', 'inspection', 'OPEN', 'normal', '{{}}', '{by}', {no}, 0, {then})"
    )
    no = "0" if upgraded.engine.dialect.name == "sqlite" else "false"
    with upgraded.begin() as session:
        session.execute(text(asset.format(id="a1", kind="device", then=then)))
        session.execute(text(asset.format(id="a2", kind="fan", then=then)))
        session.execute(text(order.format(id="o1", by="prediction", no=no, then=then)))
        for twice in (
            asset.format(id="a3", kind="device", then=then),
            asset.format(id="a3", kind="dream", then=then),
            order.format(id="o2", by="prediction", no=no, then=then),
        ):
            with pytest.raises(IntegrityError), session.begin_nested():
                session.execute(text(twice))
        session.execute(text(order.format(id="o2", by="hand", no=no, then=then)))


def test_whoever_stood_before_a_kiosk_before_passes_comes_again_and_no_phone_shows_any(engine):
    upgrade_to(engine, "0034")
    then = "2026-11-22 04:00:00.000000+00:00"
    member = (
        "INSERT INTO members (id, member_no, name, role, language, elder_mode, password_hash, audit_id, created_at)"
        f" VALUES ('m1', '10001', 'x', 'member', 'zh-CN', FALSE, 'x', 'a1', '{then}')"
    )
    kiosk = f"INSERT INTO kiosks (id, name, token_hash, registered_at) VALUES ('k1', 'x', 't', '{then}')"
    visit = (
        "INSERT INTO kiosk_visits (token_hash, kiosk_id, member_id, card_id, pin_id, began_at, used_at, idle_s,"
        f" ends_at) VALUES ('v', 'k1', 'm1', 'c1', 'p1', '{then}', '{then}', 60, '{then}')"
    )
    with engine.begin() as connection:
        for statement in (member, kiosk, visit):
            connection.execute(text(statement))
    migrations.upgrade(engine)

    with Sessions(engine).begin() as session:
        for table in ("kiosk_visits", "phones"):
            assert session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0
        with pytest.raises(IntegrityError), session.begin_nested():  # proved by neither a PIN nor a phone
            session.execute(text(visit.replace("'p1'", "NULL")))
        session.execute(text(visit))
        session.execute(text(f"INSERT INTO member_sessions VALUES ('s1', 'm1', '{then}', '{then}', '{then}')"))
        phone = "INSERT INTO phones (id, session_hash, public_key, label, registered_at)"
        session.execute(text(f"{phone} VALUES ('p', 's1', '', '', '{then}')"))
        session.execute(text("DELETE FROM member_sessions"))
        assert session.execute(text("SELECT count(*) FROM phones")).scalar_one() == 0


def test_after_every_step_nothing_is_drawn_and_no_version_comes_before_the_first(upgraded):
    a_plan = "INSERT INTO floor_plans VALUES ({version}, '{{}}', '2026-11-22 04:00:00.000000+00:00')"
    with upgraded.begin() as session:
        assert session.execute(text("SELECT count(*) FROM floor_plans")).scalar_one() == 0
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(text(a_plan.format(version=0)))
        session.execute(text(a_plan.format(version=1)))
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(text(a_plan.format(version=1)))


def test_rooms_and_banks_of_before_lockers_were_booked_ahead_stay_and_a_locker_can_be_a_space(engine):
    upgrade_to(engine, "0001")
    with engine.begin() as connection:
        for statement in FIRST_RELEASE:
            connection.execute(text(statement.format(then="2026-11-22 04:00:00.000000+00:00")))
    upgrade_to(engine, "0033")
    migrations.upgrade(engine)

    with Sessions(engine).begin() as session:
        session.execute(text("UPDATE compartments SET own_mode = 'bookable' WHERE id = 'c1'"))
        space = "INSERT INTO spaces VALUES (:id, NULL, :kind, '柜', 'Locker', 'l1', 1, 540, 1020, 30, 0, NULL)"
        session.execute(text(space), {"id": "c1", "kind": "locker"})
        for wrong in (
            "UPDATE compartments SET own_mode = 'whim'",
            "UPDATE banks SET mode = 'whim'",
            "UPDATE spaces SET kind = 'whim'",
            "DELETE FROM compartments WHERE id = 'c1'",
        ):
            with pytest.raises(IntegrityError), session.begin_nested():
                session.execute(text(wrong))
        assert session.get_one(Rental, "r1").compartment_id == "c1"


def test_after_every_step_a_reader_is_one_kiosks_and_what_is_presented_is_a_card_or_a_pass(engine):
    migrations.upgrade(engine)
    then = "2026-11-22 04:00:00.000000+00:00"
    device = (
        "INSERT INTO devices (id, kind, state, reason, public_key, fingerprint, doors, firmware, presence, boot_id,"
        " heard_at, first_seen_at, log_no, last_hash)"
        f" VALUES ('reader', 'kiosk', 'APPROVED', '', '', '', 0, '', 'online', '',"
        f" '{then}', '{then}', 1, '')"
    )
    kiosk = f"INSERT INTO kiosks (id, name, token_hash, registered_at) VALUES ('{{no}}', 'x', '{{no}}', '{then}')"
    shown = f"INSERT INTO kiosk_presentations VALUES ('{{no}}', 'h{{no}}', {{card}}, {{code}}, '{then}')"
    with Sessions(engine).begin() as session:
        session.execute(text(device))
        for no in (1, 2):
            session.execute(text(kiosk.format(no=no)))
        session.execute(text("INSERT INTO kiosk_readers VALUES ('1', 'reader')"))
        session.execute(text(shown.format(no=1, card="'c'", code="NULL")))
        for wrong in (
            "INSERT INTO kiosk_readers VALUES ('2', 'reader')",
            shown.format(no=2, card="NULL", code="NULL"),
            shown.format(no=2, card="'c'", code="'H1'"),
        ):
            with pytest.raises(IntegrityError), session.begin_nested():
                session.execute(text(wrong))
        session.execute(text("DELETE FROM kiosk_presentations"))
        session.execute(text("DELETE FROM kiosk_readers"))


def test_after_every_step_one_passkey_is_one_members(engine):
    migrations.upgrade(engine)
    then = "2026-11-22 04:00:00.000000+00:00"
    passkey = (
        "INSERT INTO passkeys (id, member_id, credential_hash, credential_id, public_key, site, sign_count, label,"
        f" made_at) VALUES ('{{id}}', '{{member}}', 'h', 'c', 'k', 's', 4294967295, '', '{then}')"
    )
    with Sessions(engine).begin() as session:
        for no in (1, 2):
            a_member(session, f"1000{no}")
        first, second = session.execute(text("SELECT id FROM members")).scalars()
        session.execute(text(passkey.format(id="p1", member=first)))
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(text(passkey.format(id="p2", member=second)))
        session.execute(text("DELETE FROM passkeys"))


def test_after_every_step_one_token_is_one_members(engine):
    migrations.upgrade(engine)
    then = "2026-11-22 04:00:00.000000+00:00"
    token = (
        "INSERT INTO tokens (id, member_id, token_hash, label, may_act, may_open, for_staff, made_at, ends_at) VALUES"
        f" ('{{id}}', '{{member}}', '{{hash}}', 'x', FALSE, FALSE, FALSE, '{then}', '{then}')"
    )
    with Sessions(engine).begin() as session:
        member = a_member(session, "10001").id
        session.execute(text(token.format(id="t1", member=member, hash="h")))
        for id_, whose, kept in (("t2", member, "h"), ("t3", "nobody", "g")):
            with pytest.raises(IntegrityError), session.begin_nested():
                session.execute(text(token.format(id=id_, member=whose, hash=kept)))


def test_after_every_step_feedback_is_somebodys_and_has_a_score(engine):
    migrations.upgrade(engine)
    then = "2026-11-22 04:00:00.000000+00:00"
    said = "INSERT INTO feedback (id, member_id, score, words, given_at) VALUES"
    with Sessions(engine).begin() as session:
        member = a_member(session, "10001").id
        session.execute(text(f"{said} ('f1', '{member}', 5, '', '{then}')"))
        for whose, score in ((member, 0), (member, 6), ("nobody", 3)):
            with pytest.raises(IntegrityError), session.begin_nested():
                session.execute(text(f"{said} ('f2', '{whose}', {score}, '', '{then}')"))


def test_assets_and_plans_of_before_stay_and_can_be_counted_in_hours_run(engine):
    upgrade_to(engine, "0045")
    then = "2026-11-22 04:00:00.000000+00:00"
    asset = "INSERT INTO assets (id, kind, name_zh, name_en, since_at, rated_life, rated_by) VALUES"
    plan = (
        "INSERT INTO maintenance_plans (id, asset_id, name_zh, name_en, every_uses, counted_in, blocks_when_due,"
        f" made_at) VALUES ('p{{no}}', 'a1', '', '', 5, '{{counter}}', FALSE, '{then}')"
    )
    with engine.begin() as connection:
        connection.execute(text(f"{asset} ('a1', 'machine', '', '', '{then}', 5, 'people')"))
        connection.execute(text(plan.format(no=1, counter="people")))
    migrations.upgrade(engine)

    with Sessions(engine).begin() as session:
        session.execute(text("UPDATE assets SET rated_by = 'hours_run'"))
        session.execute(text(plan.format(no=2, counter="hours_run")))
        for wrong in ("UPDATE assets SET rated_by = 'whim'", plan.format(no=3, counter="whim")):
            with pytest.raises(IntegrityError), session.begin_nested():
                session.execute(text(wrong))
        assert session.execute(text("SELECT count(*) FROM maintenance_plans")).scalar_one() == 2
        ran = f"INSERT INTO hours_run VALUES ('a1', '{then}', {{ran}}, {{known}})"
        for ran_s, known_s in ((5, 4), (0, 0), (0, 3601)):
            with pytest.raises(IntegrityError), session.begin_nested():
                session.execute(text(ran.format(ran=ran_s, known=known_s)))


def test_whoever_has_come_in_before_goes_on_reading_what_they_do(engine):
    upgrade_to(engine, "0050")
    then = "2026-11-22 04:00:00.000000+00:00"
    member = (
        "INSERT INTO members (id, member_no, name, role, language, elder_mode, password_hash, password_ends_at,"
        " audit_id, created_at) VALUES ('{no}', '{no}', 'x', 'member', '{language}', FALSE, 'x', {ends}, '{no}',"
        " '{then}')"
    )
    with engine.begin() as connection:
        for no, language, ends in (("1", "zh-CN", "NULL"), ("2", "en", f"'{then}'"), ("3", "zh-CN", f"'{then}'")):
            connection.execute(text(member.format(no=no, language=language, ends=ends, then=then)))
    migrations.upgrade(engine)

    with Sessions(engine).begin() as session:
        found = {no: session.get_one(Member, no).chosen_language for no in ("1", "2", "3")}
    assert found == {"1": Language.ZH_CN, "2": Language.EN, "3": None}


def test_a_token_of_before_has_not_been_ended(engine):
    upgrade_to(engine, "0050")
    then = "2026-11-22 04:00:00.000000+00:00"
    member = (
        "INSERT INTO members (id, member_no, name, role, language, elder_mode, password_hash, audit_id, created_at)"
        f" VALUES ('m', 'm', 'x', 'member', 'en', FALSE, 'x', 'm', '{then}')"
    )
    token = (
        "INSERT INTO tokens (id, member_id, token_hash, label, may_act, may_open, for_staff, made_at, ends_at) VALUES"
        f" ('t', 'm', '{token_hash('shown')}', 'x', FALSE, FALSE, FALSE, '{then}', '2026-12-22 04:00:00.000000+00:00')"
    )
    with engine.begin() as connection:
        connection.execute(text(member))
    upgrade_to(engine, "0057")
    with engine.begin() as connection:
        connection.execute(text(token))
    migrations.upgrade(engine)

    with Sessions(engine).begin() as session:
        assert tokens.program(session, shown="shown", now=NOON).member.member_no == "m"


def test_whoever_has_a_place_in_an_activity_has_had_one_and_of_who_left_nobody_knows(engine):
    upgrade_to(engine, "0059")
    then = "2026-11-22 04:00:00.000000+00:00"
    member = (
        "INSERT INTO members (id, member_no, name, role, language, elder_mode, password_hash, audit_id, created_at)"
        f" VALUES ('{{no}}', '{{no}}', 'x', 'member', 'en', FALSE, 'x', '{{no}}', '{then}')"
    )
    registration = (
        "INSERT INTO activity_registrations (id, activity_id, member_id, state, place, joined_at, left_at) VALUES"
        f" ('{{no}}', 'tai-chi', '{{no}}', '{{state}}', {{place}}, '{then}', {{left}})"
    )
    activity = (
        "INSERT INTO activities (id, kind, title_zh, title_en, words_zh, words_en, starts_at, ends_at, opens_at,"
        " closes_at, published_at) VALUES ('tai-chi', 'class', '太极拳', 'Tai chi', '', '',"
        f" '2026-11-25 02:00:00.000000+00:00', '2026-11-25 03:00:00.000000+00:00', '{then}',"
        f" '2026-11-25 01:00:00.000000+00:00', '{then}')"
    )
    stood = {"1": ("REGISTERED", "0", "NULL"), "2": ("WAITING", "NULL", "NULL"), "3": ("LEFT", "NULL", f"'{then}'")}
    with engine.begin() as connection:
        connection.execute(text(activity))
        connection.execute(text("INSERT INTO activity_places (activity_id, place) VALUES ('tai-chi', 0)"))
        for no, (state, place, left) in stood.items():
            connection.execute(text(member.format(no=no)))
            connection.execute(text(registration.format(no=no, state=state, place=place, left=left)))
    migrations.upgrade(engine)

    with Sessions(engine).begin() as session:
        had = {no: session.get_one(Registration, no).placed_at for no in stood}
    assert {no for no, at in had.items() if at is not None} == {"1"}


def test_an_asset_that_was_replaced_before_is_taken_for_the_first_one(engine):
    upgrade_to(engine, "0060")
    then = "2026-11-22 04:00:00.000000+00:00"
    asset = (
        "INSERT INTO assets (id, kind, name_zh, name_en, since_at)"
        f" VALUES ('fan', 'fan', '排风扇', 'Extractor fan', '{then}')"
    )
    with engine.begin() as connection:
        connection.execute(text(asset))
    migrations.upgrade(engine)

    with Sessions(engine).begin() as session:
        fan = session.get_one(Asset, "fan")
        assert (fan.new_since, fan.replaced_at) == (NOON, None)


def test_what_a_centre_had_set_of_its_alerts_stays_and_is_raised_and_escalated_as_it_was(engine):
    upgrade_to(engine, "0060")
    then = "2026-11-22 04:00:00.000000+00:00"
    rule = (
        "INSERT INTO alert_rules (kind, zone_id, is_on, severity, raise_at, clear_below, hold_s, keeps_quiet, set_at)"
        f" VALUES ('{{kind}}', '{{zone}}', TRUE, '{{severity}}', {{raise_at}}, {{clear}}, 0, {{quiet}}, '{then}')"
    )
    had = [
        ("stale_air", "", "info", 1300, 900, "TRUE"),
        ("stale_air", "gym", "info", 2000, 900, "TRUE"),
        ("battery_low", "", "info", 1, 1, "TRUE"),
        ("leak", "gym", "alarm", 1, 1, "FALSE"),
    ]
    with engine.begin() as connection:
        for kind, zone, severity, raise_at, clear, quiet in had:
            values = {"kind": kind, "zone": zone, "severity": severity, "quiet": quiet}
            connection.execute(text(rule.format(**values, raise_at=raise_at, clear=clear)))
    migrations.upgrade(engine)

    with Sessions(engine).begin() as session:
        found = in_force(session)
        here = [found.of("stale_air"), found.of("stale_air", zone_id="gym"), found.of("battery_low")]
        assert [(one.raise_at, one.clear_at, one.escalate_after) for one in here] == [
            (1300, 900, None),
            (2000, 900, None),
            (15, 25, None),
        ]
        assert found.of("leak", zone_id="gym").escalate_after == timedelta(minutes=10)
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(text("UPDATE alert_rules SET layer = 'thing' WHERE scope = ''"))


def test_a_kiosk_of_before_is_called_the_same_in_both_languages(engine):
    upgrade_to(engine, "0063")
    then = "2026-11-22 04:00:00.000000+00:00"
    kiosk = f"INSERT INTO kiosks (id, name, token_hash, registered_at) VALUES ('k', '大厅', 'x', '{then}')"
    with engine.begin() as connection:
        connection.execute(text(kiosk))
    migrations.upgrade(engine)

    with Sessions(engine).begin() as session:
        assert session.get_one(Kiosk, "k").names == {"zh-CN": "大厅", "en": "大厅"}
