"""The demo centre: the people and devices promised, and nothing changed the second time."""

import json
import shutil
import stat

import pytest
from sqlalchemy import func, select

from devices.runtime import config
from devices.runtime.facility_config import load as load_facility
from devices.wire.signing import SigningKey
from gateway.activities import queries as activities
from gateway.bookings import booked_lockers
from gateway.centre import open_centre
from gateway.demo import activities as demo_activities
from gateway.demo import floor_plan as demo_floor_plan
from gateway.demo.furnishing import furnish
from gateway.demo.house import NODE, NODE_FILE, READER
from gateway.demo.kiosk import place_kiosk
from gateway.fleet import queries as fleet
from gateway.fleet.model import DeviceState, Presence
from gateway.floor_plan import queries as floor_plans
from gateway.floor_plan import rules
from gateway.floor_plan import service as floor_plan_service
from gateway.floor_plan.drawing import FloorPlan
from gateway.founding import found
from gateway.kiosks import queries as kiosks
from gateway.kit import audit
from gateway.lockers import queries as lockers
from gateway.lockers.model import Compartment, Mode, Use
from gateway.members import queries, service
from gateway.members.model import Member
from gateway.members.passwords import Hasher, password_fault
from gateway.spaces.model import Space, SpaceKind
from gateway.zones import queries as zones
from gateway.zones import service as zones_service
from gateway.zones.model import Placed
from tests.centre_builder import NOON


def a_demo(directory):
    """One of its own, from nothing; and its people."""
    found(directory, site="demo", zone="Asia/Shanghai", now=NOON, environ={})
    return directory, furnish(directory, password=None, environ={})


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A demo centre's directory and its people; not to be changed."""
    return a_demo(tmp_path_factory.mktemp("demo") / "centre")


@pytest.fixture
def own_demo(demo, tmp_path):
    """A copy of it, for a test that changes it."""
    directory, people = demo
    return shutil.copytree(directory, tmp_path / "centre"), people


def look(directory, ask):
    """What `ask(session)` says of a centre."""
    centre = open_centre(directory, environ={})
    try:
        with centre.sessions.read() as session:
            return ask(session)
    finally:
        centre.sessions.close()


def right(directory, member_no, password):
    """Whether that is the member's password, and for good."""
    member = look(directory, lambda session: queries.member_by_no(session, member_no=member_no))
    return member.password_ends_at is None and Hasher().matches(member.password_hash, password)


def test_everybody_promised_is_there_and_can_sign_in(demo):
    directory, people = demo

    numbers = look(directory, lambda session: set(session.scalars(select(Member.member_no))))
    assert numbers == {str(n) for n in range(10_001, 10_201)} | {"s001", "s002", "s003"}
    assert (people.first_member, people.last_member) == ("10001", "10200")
    for number in ("10001", "10200"):
        assert right(directory, number, people.member_password)
    for number in people.staff:
        assert right(directory, number, people.staff_password)


def test_staff_have_the_roles_promised(demo):
    directory, people = demo
    roles = {"s001": "manager", "s002": "desk", "s003": "technician"}

    assert people.staff == roles
    assert (
        look(
            directory,
            lambda session: dict(
                iter(session.execute(select(Member.member_no, Member.role).where(Member.member_no.startswith("s"))))
            ),
        )
        == roles
    )


def test_no_two_members_bear_one_name(demo):
    directory, _ = demo

    names = look(directory, lambda session: session.scalars(select(Member.name)).all())
    assert len(set(names)) == len(names)


def test_the_passwords_are_easy_to_type_and_would_be_taken(demo):
    _, people = demo

    for password in (people.member_password, people.staff_password):
        assert password.isascii()
        assert password == password.lower()
        assert password_fault(password, "10001", "王晓华") is None
    assert people.member_password != people.staff_password


def test_two_demo_centres_have_other_passwords(demo, tmp_path):
    assert demo[1].member_password != a_demo(tmp_path)[1].member_password


def test_the_banks_promised_are_there_approved_and_away_until_they_speak(demo):
    directory, _ = demo
    views = look(directory, lockers.banks)

    assert {view.bank.id: view.total for view in views} == {"bank-a": 24, "bank-b": 12, "bank-c": 8}
    assert all(sum(view.free.values()) > 0 for view in views)
    reachable = select(func.count()).select_from(Compartment).where(Compartment.accessible)
    assert look(directory, lambda session: session.scalar(reachable)) == 10
    for device in look(directory, fleet.devices):
        assert (device.state, device.presence) == (DeviceState.APPROVED, Presence.OFFLINE)


def test_one_bank_hangs_on_a_lock_board_so_that_a_new_user_sees_one_work(demo):
    directory, _ = demo

    node = config.load(directory / "demo" / "bank-c" / "node.toml")

    assert [(board.family, board.ways) for board in node.board] == [("8a", 8)]
    assert node.doors == []


def test_every_way_of_renting_is_to_be_seen(demo):
    directory, _ = demo

    modes = {view.bank.id: (view.bank.mode, view.zone.name_en) for view in look(directory, lockers.banks)}
    boxes = look(directory, lambda session: lockers.compartments(session, "bank-c"))

    assert modes == {
        "bank-a": (Mode.FREE_CHOICE, "Lobby"),
        "bank-b": (Mode.TIME_LIMITED, "Pool"),
        "bank-c": (Mode.KEPT_UNTIL_RELEASED, "First floor"),
    }
    assert {box.compartment.label for box in boxes if box.mode is Mode.FIXED} == {"C07", "C08"}
    assigned = look(
        directory,
        lambda session: [
            [session.get_one(Member, one).member_no for one in lockers.people_of(session, place.rental)]
            for place in lockers.in_use(session, Use.ASSIGNED)
        ],
    )
    assert sorted(assigned) == [["10020"], ["10021", "10022", "10023"]]


def test_some_lockers_are_booked_ahead_and_not_had_by_whoever_just_comes(demo):
    directory, _ = demo

    boxes = look(directory, lambda session: lockers.compartments(session, "bank-b"))
    booked_ahead = {box.compartment.label for box in boxes if box.mode is Mode.BOOKABLE}
    spaces = look(directory, lambda session: session.scalars(select(Space).where(Space.kind == SpaceKind.LOCKER)).all())
    free = look(directory, lambda session: lockers.free_compartments(session, "bank-b"))

    assert booked_ahead == {"B08", "B09", "B10", "B12"}
    assert {space.name_en for space in spaces} == {
        *(f"Changing room lockers {label} (medium)" for label in ("B08", "B09", "B10")),
        "Changing room lockers B12 (large)",
    }
    assert booked_ahead.isdisjoint({box.label for box in free})


def test_what_staff_make_of_a_booked_locker_stays(own_demo):
    directory, _ = own_demo
    centre = open_centre(directory, environ={})
    with centre.sessions.begin() as session:
        box = session.scalars(select(Compartment).where(Compartment.label == "B08")).one()
        booked_lockers.set_mode(session, compartment_id=box.id, mode=None, actor="test", now=centre.clock.now())
    centre.sessions.close()

    furnish(directory, password=None, environ={})

    boxes = look(directory, lambda session: lockers.compartments(session, "bank-b"))
    assert {box.compartment.label for box in boxes if box.mode is Mode.BOOKABLE} == {"B09", "B10", "B12"}


@pytest.mark.parametrize(("device", "doors"), [("bank-a", 24), ("bank-b", 12), ("bank-c", 8)])
def test_a_device_finds_all_it_needs_in_its_folder(demo, device, doors):
    directory, _ = demo
    folder = directory / "demo" / device

    node = config.load(folder / "node.toml")

    assert (node.site, node.device) == ("demo", device)
    assert len(node.doors) + sum(board.ways or 0 for board in node.board) == doors
    assert node.gateway_key == (directory / "keys" / "gateway.pub").read_text().strip()
    assert config.password(node.broker, folder) == (directory / "broker" / "secrets" / device).read_text()
    pinned = look(directory, lambda session: fleet.pinned_key(session, device))
    assert SigningKey.load(folder / node.key).public().text() == pinned


def test_what_is_secret_is_the_owners(demo):
    directory, _ = demo

    for name in ("people.json", "bank-a/device.pem", "bank-b/device.pem"):
        assert stat.S_IMODE((directory / "demo" / name).stat().st_mode) == 0o600


def test_running_it_again_changes_nothing_and_tells_the_same_people(own_demo):
    directory, people = own_demo
    files = {path: path.read_bytes() for path in (directory / "demo").rglob("*") if path.is_file()}
    head = look(directory, audit.head)

    assert furnish(directory, password=None, environ={}) == people

    assert {path: path.read_bytes() for path in (directory / "demo").rglob("*") if path.is_file()} == files
    assert look(directory, audit.head) == head


def test_a_password_that_somebody_chose_meanwhile_stays(own_demo):
    directory, _ = own_demo
    centre = open_centre(directory, environ={})
    with centre.sessions.begin() as session:
        member = queries.member_by_no(session, member_no="10001")
        chosen = Hasher().hash("amber-violet-4096")
        service.change_password(session, member=member, password_hash=chosen, token=None, now=NOON)
    centre.sessions.close()

    furnish(directory, password=None, environ={})

    assert right(directory, "10001", "amber-violet-4096")


def test_one_password_given_is_everybodys_now_and_later(own_demo):
    directory, _ = own_demo

    people = furnish(directory, password="one-for-all", environ={})

    assert people.member_password == people.staff_password == "one-for-all"
    assert right(directory, "10001", "one-for-all")
    assert right(directory, "s003", "one-for-all")
    assert furnish(directory, password=None, environ={}) == people
    assert furnish(directory, password="one-for-all", environ={}) == people


def test_a_start_cut_short_before_the_people_were_told_is_put_right(own_demo):
    directory, _ = own_demo
    (directory / "demo" / "people.json").unlink()

    people = furnish(directory, password=None, environ={})

    assert right(directory, "10001", people.member_password)
    assert json.loads((directory / "demo" / "people.json").read_text())["member_password"] == people.member_password


def test_the_devices_follow_the_broker_to_another_port(own_demo):
    directory, _ = own_demo
    furnish(directory, password=None, environ={"HEARTH_BROKER_PORT": "1999"})

    assert config.load(directory / "demo" / "bank-a" / "node.toml").broker.port == 1999


def test_the_facility_node_is_approved_into_a_zone_and_stays_where_it_is_put(own_demo):
    directory, _ = own_demo

    def where(session):
        node = fleet.device(session, NODE)
        return node.state, node.kind, zones.whole_map(session).of_device(NODE)

    assert look(directory, where) == ("APPROVED", "facility", "hall")
    node_file = directory / "demo" / NODE / NODE_FILE
    assert load_facility(node_file).device == NODE

    centre = open_centre(directory, environ={})
    with centre.sessions.begin() as session:
        zones_service.place(session, what=Placed.DEVICE, ref=NODE, zone_id=None, actor="test", now=NOON)
    centre.sessions.close()
    furnish(directory, password=None, environ={})

    assert look(directory, where)[2] is None


def test_the_floor_plan_is_drawn_once_and_what_staff_draw_afterwards_stays(own_demo):
    directory, _ = own_demo
    centre = open_centre(directory, environ={})
    kiosk = place_kiosk(centre, bank_id="bank-a", names=("大厅", "Lobby"), reader=READER, kept_in=directory / "demo")

    demo_floor_plan.draw(centre, kiosk_code=kiosk.code)

    with centre.sessions.begin() as session:
        (own,) = kiosks.kiosks(session)
        saved = floor_plans.current(session)
        assert rules.faults(saved.plan, floor_plans.things(session)) == []
        assert floor_plans.stands_at(saved.plan, own) == "kiosk"
        floor_plan_service.save(session, plan=FloorPlan(), based_on=1, actor="test", now=NOON)
    demo_floor_plan.draw(centre, kiosk_code=kiosk.code)
    centre.sessions.close()
    assert look(directory, floor_plans.current).plan == FloorPlan()


def test_there_are_activities_to_sign_up_for_and_one_has_a_queue(own_demo):
    directory, _ = own_demo
    centre = open_centre(directory, environ={})

    demo_activities.offer(centre)
    demo_activities.offer(centre)

    with centre.sessions.read() as session:
        offered = activities.not_over(session, now=centre.clock.now())
        seen = [activities.view(session, one) for one in offered]
    centre.sessions.close()
    assert len(offered) == 3
    assert sum(one.waiting > 0 for one in seen) == 1
