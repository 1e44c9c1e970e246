"""Other people's things are not there: every route with an id, asked by everybody but the owner."""

import base64
import json
import shutil
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as tried
from hypothesis import strategies as st

from api.app import openapi_document
from gateway.credit import service as credit
from gateway.credit.model import Cause
from gateway.notices import service as notices
from gateway.policies.model import Limit
from gateway.settings import Settings
from tests.api.conftest import PASSWORD, Browser, opened
from tests.centre_builder import a_photo, a_rule, a_space
from tests.database_fixture import lay_out
from tests.passkey import a_passkey
from tests.phone import APhone

A_PHONE = APhone()

OWNED = {
    "rental_id",
    "unlock_id",
    "booking_id",
    "series_id",
    "notice_id",
    "drop_off_id",
    "wait_id",
    "calendar_id",
    "phone_id",
    "passkey_id",
    "token_id",
    "entry_id",
    "credit_id",
    "report_id",
    "registration_id",
}
PUBLIC = {
    "sign_in",
    "sign_out",
    "ask_for_passkey",
    "sign_in_with_passkey",
    "live_health",
    "ready_health",
    "read_feed",
    "read_door",
    "read_door_code",
    "read_busy",
    "read_centre",
}
OPERATIONS = [
    (verb.upper(), path.removeprefix("/api/v1"), operation)
    for path, verbs in openapi_document()["paths"].items()
    for verb, operation in verbs.items()
]
HOUR = {"starts_at": "2026-11-22T06:00:00Z", "ends_at": "2026-11-22T07:00:00Z"}
DAY_AFTER = {"starts_at": "2026-11-23T06:00:00Z", "ends_at": "2026-11-23T07:00:00Z"}
NOTHING_DRAWN = {"type": "FeatureCollection", "floors": [], "features": []}
BODIES = {
    "request_unlock": {"lock_id": "nothing"},
    "rent": {},
    "change_me": {},
    "extend_rental": {"until": "2026-11-24T04:00:00Z"},
    "believe_clock": {"it_is": "2026-11-22T04:00:00Z"},
    "approve_device": {"fingerprint": "x"},
    "suspend_device": {"reason": "x"},
    "retire_device": {},
    "book": {"space_id": "room", **HOUR},
    "move_booking": HOUR,
    "move_series": {"from_day": "2026-11-23", **DAY_AFTER},
    "add_occurrence": {},
    "check_in": {},
    "make_calendar": {},
    "join_waitlist": {"space_id": "room", **HOUR},
    "accept_offer": {},
    "give_feedback": {"score": 4},
    "report_fault": {"about": "elsewhere", "wrong": "broken"},
    "answer_report": {"state": "MENDED", "answer": "x"},
    "appeal_credit": {"reason": "x"},
    "accept_appeal": {"reason": "x"},
    "refuse_appeal": {"reason": "x"},
    "hand_in_wishes": {"wishes": [DAY_AFTER]},
    "open_ballot": {**DAY_AFTER, "closes_at": "2026-11-23T00:00:00Z"},
    "call_off_ballot": {"reason": "x"},
    "reclaim_booking": {},
    "book_for_member": {"member_no": "10001", "space_id": "room", **HOUR},
    "import_bookings": {"csv": "member_no"},
    "approve_booking": {},
    "deny_booking": {"reason": "x"},
    "move_for_member": {**HOUR, "reason": "x"},
    "cancel_for_member": {"reason": "x"},
    "make_group": {"id": "x", "kind": "branch", "name_zh": "东区", "name_en": "East"},
    "open_join_window": {"seconds": 60},
    "change_device": {"button": "nothing"},
    "make_backup": {},
    "make_zone": {"id": "x", "name_zh": "大厅", "name_en": "Hall"},
    "rename_zone": {},
    "place_device": {"zone": None},
    "place_space": {"zone": None},
    "place_sensor": {"zone": None},
    "save_floor_plan": NOTHING_DRAWN,
    "check_floor_plan": {"plan": NOTHING_DRAWN},
    "set_groups_of_member": {"groups": []},
    "preview_policy": {"id": "x", "rule": "guests", "limit": 1},
    "put_policy": {"rule": "guests", "limit": 1},
    "set_day": {"kind": "closed", "reason": "x"},
    "put_alert_rule": {},
    "set_opening_hours": {"week": {}},
    "set_opening_hours_of_space": {"week": {}},
    "accept_move": {"option_id": "x"},
    "decline_move": {},
    "begin_outage": {"starts_at": HOUR["starts_at"], "reason": "x"},
    "end_outage": {},
    "make_space": {"id": "x", "kind": "room", "name_zh": "房", "name_en": "Room"},
    "change_space": {"capacity": 4},
    "close_space": {**HOUR, "reason": "x"},
    "share_rental": {"member_no": "10002"},
    "begin_drop_off": {"to_member_no": "10002"},
    "confirm_drop_off": {},
    "collect_drop_off": {},
    "make_pin": {},
    "choose_kiosk_pin": {"pin": "483920"},
    "ask_for_passkey": {},
    "sign_in_with_passkey": dict.fromkeys(
        ("credential_id", "challenge", "client_data", "authenticator_data", "signature"), "AAAA"
    ),
    "ask_for_new_passkey": {"password": "x"},
    "add_passkey": {
        **dict.fromkeys(("credential_id", "challenge", "client_data", "attestation"), "AAAA"),
        "label": "x",
    },
    "rename_passkey": {"label": "x"},
    "make_token": {"label": "x", "ends_at": "2026-12-24T04:00:00Z", "password": "x"},
    "register_phone": {"public_key": A_PHONE.public_key, "password": "x", "label": "x"},
    "add_member": {"member_no": "10009", "name": "x"},
    "import_members": {"csv": "member_no,name"},
    "reset_password": {},
    "close_account": {"reason": "x"},
    "register_card": {"number": "04A21F99"},
    "change_card": {"blocked": True},
    "reset_kiosk_pin": {},
    "reset_pin": {"reason": "x"},
    "register_kiosk": {"name": "x"},
    "change_kiosk": {"device_id": None},
    "begin_visit": {"locker_no": "01", "bank_id": "bank-a", "pin": "000000"},
    "stay": {},
    "choose_pin": {"pin": "483920"},
    "rent_at_kiosk": {},
    "extend_rental_at_kiosk": {"until": "2026-11-24T04:00:00Z"},
    "make_pin_at_kiosk": {},
    "book_at_kiosk": {"space_id": "room", **HOUR},
    "check_in_at_kiosk": {},
    "sign_up_at_kiosk": {},
    "call_staff": {},
    "smile": {"mood": "good"},
    "request_unlock_at_kiosk": {"rental_id": "nothing"},
    "set_bank_terms": {},
    "set_condition": {"condition": "ready", "reason": "x"},
    "open_for_staff": {"reason": "x"},
    "note_sighting": {"seen": "empty"},
    "release_rental": {"reason": "x", "empty": True},
    "set_compartment_mode": {"mode": None},
    "assign_compartment": {"compartment_id": "x", "member_nos": ["10001"]},
    "change_assignment": {},
    "hold_compartment": {"compartment_id": "x", "reason": "x"},
    "propose_clear_out": {"reason": "x", "bag_label": "x"},
    "witness_clear_out": {"bag_label": "x"},
    "bag_things": {},
    "hand_over_bag": {},
    "freeze": {"reason": "x"},
    "clear_emergency": {},
    "propose_emergency_open": {"reason": "x"},
    "confirm_emergency_open": {},
    "acknowledge_alert": {},
    "clear_alert": {},
    "shelve_alert": {"until": "2026-11-23T04:00:00Z"},
    "open_work_order": {"about": {"what": "lock", "id": "x"}, "kind": "repair", "reason": "x"},
    "open_work_order_for_alert": {},
    "open_work_order_for_report": {"answer": "x"},
    "change_work_order": {"priority": "high"},
    "assign_work_order": {"member_no": "s003"},
    "put_work_order_aside": {},
    "note_work": {},
    "add_order_photo": {"taken": "before", "photo": "x"},
    "finish_work_order": {},
    "cancel_work_order": {},
    "add_asset": {"kind": "fan", "name_zh": "风扇", "name_en": "Fan"},
    "set_power_sensor": {"sensor_id": "1", "runs_from_w": 40},
    "rate_asset": {"rated_life": None, "rated_by": None},
    "make_plan": {"name_zh": "清洁", "name_en": "Clean", "asset_kind": "fan", "every_days": 90},
    "make_channel": {"name": "x", "address": "ntfy://ntfy.example/x"},
    "change_channel": {"name": "y"},
    "send_test": {},
    "sign_up": {},
    "publish_activity": {
        "kind": "class",
        "title": {"zh-CN": "太极拳", "en": "Tai chi"},
        "words": {},
        "starts_at": "2026-11-27T04:00:00Z",
        "ends_at": "2026-11-27T05:00:00Z",
        "opens_at": "2026-11-20T04:00:00Z",
        "closes_at": "2026-11-27T03:00:00Z",
        "places": 1,
    },
    "call_off_activity": {"reason": "x"},
    "note_attendance": {"came": True},
    "erase_me": {"password": "x"},
    "sign_in": {"member_no": "10001", "password": "x"},
}
each_operation = pytest.mark.parametrize(
    ("verb", "path", "operation"), OPERATIONS, ids=[operation["operationId"] for *_, operation in OPERATIONS]
)
with_an_owner = pytest.mark.parametrize(
    ("verb", "path", "operation"),
    [
        one
        for one in OPERATIONS
        if not one[1].startswith(("/staff/", "/kiosk")) and any("{" + name + "}" in one[1] for name in OWNED)
    ],
)


def ask(browser: Browser, verb, path, operation, **more):
    name = operation["operationId"]
    if name in BODIES:
        more["body"] = more.get("body", BODIES[name])
    headers = {"Idempotency-Key": f"key-{verb}-{path}-{id(more)}"} if verb == "POST" else {}
    return browser.ask(verb, path, headers=headers, **more)


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory, sqlite_template):
    """A directory and a database to copy, and the ids of what 10001 has there: it takes twenty requests to make."""
    directory, file = tmp_path_factory.mktemp("lived-in"), tmp_path_factory.mktemp("lived-in-database") / "hearth.db"
    for house in opened(lay_out(sqlite_template, file), directory, Settings(site="demo"), directory / "webroot"):
        things = make_things(house)
    return directory, file, things


@pytest.fixture
def house_with_things(lived_in, tmp_path, sqlite_file, settings, webroot):
    directory, file, _ = lived_in
    shutil.copytree(directory, tmp_path, dirs_exist_ok=True)
    yield from opened(lay_out(file, sqlite_file), tmp_path, settings, webroot)


@pytest.fixture
def things(lived_in):
    """What 10001 has in the house with things."""
    return lived_in[2]


def make_things(house):
    """What 10001 has."""
    rental = house.rent("10001")
    asked = {"rental_id": rental["id"]}
    phone = house.signed_in("10001")
    unlock = phone.post("/unlocks", asked, key="press").json()
    house.change(a_space, "room")
    booking = phone.post("/bookings", BODIES["book"], key="book").json()
    drop_off = phone.post("/drop-offs", {"to_member_no": "s002"}, key="leave").json()
    weekly = {**BODIES["book"], **DAY_AFTER, "recurrence": "FREQ=DAILY;COUNT=1"}
    series = phone.post("/bookings", weekly, key="series").json()
    wait = phone.post("/waitlist", BODIES["join_waitlist"], key="wait").json()
    house.change(a_space, "court")
    ballot = house.signed_in("s001").post("/staff/spaces/court/ballots", BODIES["open_ballot"]).json()
    entry = phone.post(f"/ballots/{ballot['id']}/entries", BODIES["hand_in_wishes"], key="lot").json()
    photo = base64.b64encode(a_photo()).decode()
    report = phone.post("/reports", {**BODIES["report_fault"], "photo": photo}, key="report").json()
    calendar = phone.post("/me/calendars", {}).json()
    activity = house.signed_in("s001").post("/staff/activities", BODIES["publish_activity"]).json()
    registration = phone.post(f"/activities/{activity['id']}/registrations", {}).json()
    shows = phone.post("/me/phones", {"public_key": A_PHONE.public_key, "password": PASSWORD, "label": "x"}).json()
    token = phone.post("/tokens", {**BODIES["make_token"], "password": PASSWORD}).json()
    about = {"member_id": house.member_id("10001"), "booking_id": booking["id"], "cause": Cause.LATE_CANCEL}
    house.change(a_rule, Limit.LOW_CREDIT_MOST_AHEAD, 1)
    house.change(credit.note, **about, now=house.clock.now(), space={}, starts_at="")
    noted = phone.get("/me/credit").json()["entries"][0]
    share = phone.post(f"/rentals/{rental['id']}/shares", {"member_no": "s002"}).json()
    facts = {"kind": "released_by_staff", "about": rental["id"], "now": house.clock.now()}
    notice = house.change(notices.leave, member_id=house.member_id("10001"), **facts)
    return {
        "notice_id": notice.id,
        "share_id": share["id"],
        "drop_off_id": drop_off["id"],
        "rental_id": rental["id"],
        "unlock_id": unlock["id"],
        "lock_id": rental["lock_id"],
        "booking_id": booking["id"],
        "series_id": series["id"],
        "day": series["occurrences"][0]["day"],
        "report_id": report["id"],
        "wait_id": wait["id"],
        "calendar_id": calendar["id"],
        "activity_id": activity["id"],
        "registration_id": registration["id"],
        "phone_id": shows["id"],
        "passkey_id": house.change(a_passkey, "10001", now=house.clock.now()),
        "token_id": token["id"],
        "ballot_id": ballot["id"],
        "entry_id": entry["id"],
        "credit_id": noted["id"],
    }


@each_operation
def test_nobody_comes_in_without_signing_in(shared_house, verb, path, operation):
    answer = ask(shared_house.browser(), verb, path.replace("{", "").replace("}", ""), operation)

    if operation["operationId"] in PUBLIC:
        assert answer.status_code != 500
    else:
        code = "kiosk_unknown" if path.startswith("/kiosk") else "not_signed_in"
        assert (answer.status_code, answer.json()["code"]) == (401, code)


@with_an_owner
@pytest.mark.parametrize("member_no", ["10002", "s001", "s003"])
def test_another_persons_things_are_not_there(house_with_things, things, member_no, verb, path, operation):
    theirs, invented = path, path
    for name, value in things.items():
        theirs, invented = (
            theirs.replace("{" + name + "}", value),
            invented.replace("{" + name + "}", value if name == "day" else "f" * 32),
        )
    stranger = house_with_things.signed_in(member_no)

    answer, nothing = ask(stranger, verb, theirs, operation), ask(stranger, verb, invented, operation)

    assert (answer.status_code, answer.json()) == (nothing.status_code, nothing.json())
    assert answer.status_code == 404


@with_an_owner
def test_the_owner_finds_them(house_with_things, things, verb, path, operation):
    for name, value in things.items():
        path = path.replace("{" + name + "}", value)

    assert ask(house_with_things.signed_in("10001"), verb, path, operation).status_code != 404


@pytest.mark.parametrize("name", ["rental_id", "lock_id"])
@pytest.mark.parametrize("member_no", ["10002", "s001", "s003"])
def test_nobody_opens_what_is_another_persons(house_with_things, things, member_no, name):
    answer = house_with_things.signed_in(member_no).post("/unlocks", {name: things[name]}, key="press")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("path", ["/rentals", "/unlocks"])
def test_lists_hold_ones_own_only(house_with_things, things, path):
    assert house_with_things.signed_in("10002").get(path).json()["items"] == []


@pytest.mark.parametrize("path", ["/rentals", "/unlocks"])
def test_another_persons_thing_is_no_place_in_my_list(house_with_things, things, path):
    after = things["rental_id" if path == "/rentals" else "unlock_id"]

    assert house_with_things.signed_in("10002").get(f"{path}?after={after}").status_code == 404


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(alphabet=st.characters()) | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = sorted(
    {field for schema in openapi_document()["components"]["schemas"].values() for field in schema.get("properties", {})}
)
BODY = JSON | st.dictionaries(
    st.sampled_from(FIELDS), JSON | st.sampled_from(["2026-11-24T04:00:00Z", "S", "en"]), max_size=4
)
WITH_BODY = [(verb, path, operation) for verb, path, operation in OPERATIONS if "requestBody" in operation]


@tried(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_body_whatever_breaks_the_program(house_of_garbage, data):
    verb, path, operation = data.draw(st.sampled_from(WITH_BODY))
    body = data.draw(BODY)
    path = path.replace("{", "").replace("}", "")

    answer = ask(house_of_garbage, verb, path, operation, body=body)

    assert answer.status_code < 500 or answer.json()["code"] == "gateway_away", (operation["operationId"], body)


@tried(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200), one=st.sampled_from(WITH_BODY))
def test_bytes_that_are_no_json_are_malformed(house_of_garbage, content, one):
    verb, path, _ = one
    if _is_json(content):
        return

    answer = house_of_garbage.ask(
        verb,
        path.replace("{", "").replace("}", ""),
        content=content,
        headers={"Content-Type": "application/json", "Idempotency-Key": "one"},
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")


@pytest.mark.parametrize(
    "content", [b"[" * 60_000, b'{"a":' * 10_000, b"1" * 60_000, b"\xff\xfe", b'{"language":"\\ud800"}', b"NaN", b""]
)
def test_json_made_to_break_parsers_is_malformed(house, content):
    answer = house.signed_in().ask("PATCH", "/me", content=content, headers={"Content-Type": "application/json"})

    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")


@tried(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(min_size=1, max_size=40), one=st.sampled_from([one for one in OPERATIONS if "{" in one[1]]))
def test_no_id_whatever_breaks_the_program(house_of_garbage, name, one):
    verb, path, operation = one
    before, _, after = path.partition("{")
    path = before + quote(name.encode("utf-8", "surrogatepass"), safe="") + after.partition("}")[2]

    assert ask(house_of_garbage, verb, path, operation).status_code < 500


@pytest.fixture
def house_of_garbage(house):
    """The manager's, since nobody may do more, and a kiosk's too."""
    browser = house.signed_in("s001")
    token = browser.post("/staff/kiosks", {"name": "x"}).json()["token"]

    def as_kiosk(request):
        if request.url.path.startswith("/api/v1/kiosk"):  # elsewhere it would be a program's, and no manager's
            request.headers["Authorization"] = f"Bearer {token}"
        return request

    browser.client.auth = as_kiosk
    return browser


def _is_json(content):
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        return False
    return True
