"""The OpenAPI document: true, and good enough to make types from."""

import pytest

from api.app import openapi_document
from api.openapi import problems
from api.words import WORDS

DOCUMENT = openapi_document()
OPERATIONS = [(verb, path, operation) for path, verbs in DOCUMENT["paths"].items() for verb, operation in verbs.items()]
NAMES = [f"{verb} {path}" for verb, path, _ in OPERATIONS]
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

KIOSK_ALONE = {  # needs nobody before the kiosk
    "read_kiosk",
    "read_presented",
    "begin_visit",
    "end_visit",
    "list_banks_at_kiosk",
    "read_bank_at_kiosk",
    "list_spaces_at_kiosk",
    "read_floor_plan_at_kiosk",
    "read_floor_plan_now_at_kiosk",
    "read_way_at_kiosk",
    "read_availability_at_kiosk",
    "find_free_spaces_at_kiosk",
    "list_activities_at_kiosk",
    "call_staff",
    "smile",
}

each_operation = pytest.mark.parametrize(("verb", "path", "operation"), OPERATIONS, ids=NAMES)


def references(node):
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_it_is_served_where_the_contract_says(house):
    assert house.browser().get("/openapi.json").json() == DOCUMENT


def test_it_holds_every_resource_there_is():
    assert {path.removeprefix("/api/v1") for path in DOCUMENT["paths"]} == {
        "/session",
        "/me",
        "/banks",
        "/banks/{bank_id}",
        "/rentals",
        "/rentals/{rental_id}",
        "/staff/reports/fairness",
        "/me/export",
        "/me/credit",
        "/me/credit/{credit_id}/appeal",
        "/staff/members/{member_no}/credit",
        "/staff/credit/appeals",
        "/staff/credit/{credit_id}/accept",
        "/staff/credit/{credit_id}/refuse",
        "/activities",
        "/activities/{activity_id}",
        "/activities/{activity_id}/registrations",
        "/activities/{activity_id}/registrations/{registration_id}",
        "/staff/activities",
        "/staff/activities/{activity_id}/call-off",
        "/staff/activities/{activity_id}/registrations",
        "/staff/activities/{activity_id}/registrations/{registration_id}",
        "/ballots",
        "/ballots/{ballot_id}",
        "/ballots/{ballot_id}/record",
        "/ballots/{ballot_id}/entries",
        "/ballots/{ballot_id}/entries/{entry_id}",
        "/spaces/{space_id}/ballots",
        "/staff/spaces/{space_id}/ballots",
        "/staff/ballots",
        "/staff/ballots/{ballot_id}/call-off",
        "/feedback",
        "/staff/feedback",
        "/reports",
        "/reports/things",
        "/reports/{report_id}",
        "/reports/{report_id}/photo",
        "/staff/reports",
        "/staff/reports/{report_id}/photo",
        "/staff/reports/{report_id}/answer",
        "/move-offers",
        "/bookings/{booking_id}/move-offer/accept",
        "/bookings/{booking_id}/move-offer/decline",
        "/staff/outages",
        "/staff/spaces/{space_id}/outages",
        "/staff/outages/{outage_id}/end",
        "/waitlist",
        "/waitlist/lines/{line_id}",
        "/waitlist/{wait_id}",
        "/waitlist/{wait_id}/accept",
        "/spaces",
        "/spaces/{space_id}",
        "/spaces/availability",
        "/spaces/{space_id}/availability",
        "/busy",
        "/centre",
        "/floor-plan",
        "/floor-plan/now",
        "/floor-plan/way",
        "/bookings",
        "/bookings/{booking_id}",
        "/bookings/{booking_id}/check-in",
        "/bookings/{booking_id}/reclaim",
        "/staff/board",
        "/staff/bookings",
        "/staff/bookings/import",
        "/staff/bookings/{booking_id}",
        "/staff/bookings/{booking_id}/cancel",
        "/staff/bookings/{booking_id}/approve",
        "/staff/bookings/{booking_id}/deny",
        "/explain",
        "/me/policy",
        "/staff/groups",
        "/staff/groups/{group_id}",
        "/staff/members",
        "/staff/members/import",
        "/staff/members/{member_no}/password",
        "/staff/members/{member_no}/closed",
        "/staff/members/{member_no}/groups",
        "/staff/policies",
        "/staff/policies/{rule_id}",
        "/staff/policies/preview",
        "/series",
        "/series/{series_id}",
        "/series/{series_id}/occurrences/{day}",
        "/unlocks",
        "/unlocks/{unlock_id}",
        "/notices",
        "/notices/{notice_id}",
        "/live",
        "/rentals/{rental_id}/shares",
        "/rentals/{rental_id}/shares/{share_id}",
        "/rentals/{rental_id}/pin",
        "/shares",
        "/drop-offs",
        "/drop-offs/{drop_off_id}",
        "/drop-offs/{drop_off_id}/confirm",
        "/drop-offs/{drop_off_id}/collect",
        "/me/history",
        "/me/calendars",
        "/me/calendars/{calendar_id}",
        "/bookings.ics",
        "/door/{space_id}",
        "/door/{space_id}/qr.svg",
        "/me/kiosk-pin",
        "/me/passkeys",
        "/me/passkeys/options",
        "/me/passkeys/{passkey_id}",
        "/session/passkey",
        "/session/passkey/options",
        "/tokens",
        "/tokens/{token_id}",
        "/me/phones",
        "/me/phones/{phone_id}",
        "/staff/rentals",
        "/staff/rentals/{rental_id}/clear-out",
        "/staff/rentals/{rental_id}/clear-out/witness",
        "/staff/rentals/{rental_id}/clear-out/bag",
        "/staff/rentals/{rental_id}/clear-out/hand-over",
        "/staff/emergencies",
        "/staff/emergencies/{emergency_id}",
        "/staff/emergencies/{emergency_id}/clear",
        "/staff/emergencies/{emergency_id}/confirm",
        "/staff/emergency-open",
        "/staff/freeze",
        "/staff/rentals/{rental_id}/release",
        "/staff/locks",
        "/staff/locks/{lock_id}/open",
        "/staff/banks/{bank_id}/compartments",
        "/staff/compartments",
        "/staff/compartments/{compartment_id}",
        "/staff/compartments/{compartment_id}/mode",
        "/staff/assignments",
        "/staff/assignments/{rental_id}",
        "/staff/holds",
        "/staff/holds/{rental_id}",
        "/staff/compartments/{compartment_id}/sightings",
        "/staff/reconciliation",
        "/staff/banks",
        "/staff/banks/{bank_id}",
        "/staff/devices",
        "/staff/devices/{device_id}/approve",
        "/staff/devices/{device_id}/suspend",
        "/staff/devices/{device_id}/retire",
        "/staff/calendar",
        "/staff/calendar/{day}",
        "/staff/opening-hours",
        "/staff/spaces/{space_id}/opening-hours",
        "/staff/spaces",
        "/staff/spaces/{space_id}",
        "/staff/spaces/{space_id}/closures",
        "/staff/spaces/{space_id}/closures/{closure_id}",
        "/staff/alerts",
        "/staff/alerts/{alert_id}",
        "/staff/alerts/{alert_id}/ack",
        "/staff/alerts/{alert_id}/clear",
        "/staff/alerts/{alert_id}/shelve",
        "/staff/channels",
        "/staff/channels/{channel_id}",
        "/staff/channels/{channel_id}/deliveries",
        "/staff/channels/{channel_id}/test",
        "/staff/members/{member_no}/cards",
        "/staff/members/{member_no}/cards/{card_id}",
        "/staff/members/{member_no}/kiosk-pin",
        "/staff/rentals/{rental_id}/pin",
        "/staff/kiosks",
        "/staff/kiosks/{kiosk_id}",
        "/kiosk",
        "/kiosk/session",
        "/kiosk/pin",
        "/kiosk/presented",
        "/kiosk/banks",
        "/kiosk/banks/{bank_id}",
        "/kiosk/rentals",
        "/kiosk/rentals/{rental_id}",
        "/kiosk/rentals/{rental_id}/pin",
        "/kiosk/spaces",
        "/kiosk/spaces/availability",
        "/kiosk/spaces/{space_id}/availability",
        "/kiosk/floor-plan",
        "/kiosk/floor-plan/now",
        "/kiosk/floor-plan/way",
        "/kiosk/policy",
        "/kiosk/bookings",
        "/kiosk/bookings/{booking_id}",
        "/kiosk/bookings/{booking_id}/check-in",
        "/kiosk/activities",
        "/kiosk/activities/{activity_id}/registrations",
        "/kiosk/activities/{activity_id}/registrations/{registration_id}",
        "/kiosk/registrations",
        "/kiosk/notices",
        "/kiosk/notices/{notice_id}",
        "/kiosk/unlocks",
        "/kiosk/unlocks/{unlock_id}",
        "/kiosk/calls",
        "/kiosk/smiles",
        "/staff/smiles",
        "/staff/dead-letters",
        "/staff/audit",
        "/staff/alerts/kinds",
        "/staff/alerts/rules",
        "/staff/alerts/rules/{kind}",
        "/staff/alerts/{alert_id}/work-order",
        "/staff/reports/{report_id}/work-order",
        "/staff/work-orders",
        "/staff/work-orders/{order_id}",
        "/staff/work-orders/{order_id}/assign",
        "/staff/work-orders/{order_id}/wait",
        "/staff/work-orders/{order_id}/notes",
        "/staff/work-orders/{order_id}/photos",
        "/staff/work-orders/{order_id}/photos/{photo_id}",
        "/staff/work-orders/{order_id}/done",
        "/staff/work-orders/{order_id}/cancel",
        "/staff/assets",
        "/staff/assets/reliability",
        "/staff/assets/{asset_id}",
        "/staff/assets/{asset_id}/power-sensor",
        "/staff/plans",
        "/staff/plans/templates",
        "/staff/plans/{plan_id}",
        "/staff/join-window",
        "/staff/backups",
        "/staff/clock",
        "/staff/settings",
        "/staff/zones",
        "/staff/zones/{zone_id}",
        "/staff/zones/{zone_id}/day",
        "/staff/devices/{device_id}",
        "/staff/devices/{device_id}/zone",
        "/staff/spaces/{space_id}/zone",
        "/staff/floor-plan",
        "/staff/floor-plan/check",
        "/staff/floor-plan/now",
        "/staff/floor-plan/versions",
        "/staff/floor-plan/versions/{version}",
        "/staff/sensors",
        "/staff/sensors/{sensor_id}/zone",
        "/staff/sensors/{sensor_id}/history",
        "/staff/usage",
        "/staff/usage/forecast",
        "/staff/usage/heat",
        "/staff/usage/people",
        "/staff/usage/trend",
        "/staff/usage/wear",
        "/health/live",
        "/health/ready",
    }


def test_every_reference_leads_somewhere():
    for reference in references(DOCUMENT):
        node = DOCUMENT
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]


def test_no_two_shapes_have_one_name():
    told_apart_by_where_they_stand = [name for name in DOCUMENT["components"]["schemas"] if "__" in name]

    assert told_apart_by_where_they_stand == []


def test_no_operation_has_anothers_name():
    names = [operation["operationId"] for _, _, operation in OPERATIONS]

    assert len(set(names)) == len(names)


@each_operation
def test_every_good_answer_has_a_named_shape(verb, path, operation):
    for status, response in operation["responses"].items():
        if status in ("200", "201", "202") and not {"text/calendar", "image/svg+xml", "image/jpeg"} & set(
            response["content"]
        ):
            assert list(references(response)), status


@each_operation
def test_every_refusal_is_a_problem(verb, path, operation):
    for status, response in operation["responses"].items():
        if status >= "400" and path != "/api/v1/health/ready":
            assert response["content"] == {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
            }


@each_operation
def test_it_says_who_must_be_signed_in(verb, path, operation):
    if not path.startswith("/api/v1/kiosk"):
        assert operation["security"][:1] == ([] if operation["operationId"] in PUBLIC else [{"session": []}])
    elif operation["operationId"] in KIOSK_ALONE:
        assert operation["security"] == [{"kiosk": []}]
    else:
        assert operation["security"] == [{"kiosk": [], "visit": []}]


@pytest.mark.parametrize(
    "name",
    ["DeliveryState", "UnlockState", "RentalState", "Size", "Presence", "DoorLevel", "Language", "Role", "AlertState"],
)
def test_words_with_a_meaning_are_named_enums(name):
    assert DOCUMENT["components"]["schemas"][name]["enum"]


def test_nothing_in_an_answer_may_be_missing():
    for name in ("Me", "Bank", "BankDetail", "RentalView", "UnlockView", "DeviceView"):
        schema = DOCUMENT["components"]["schemas"][name]
        assert set(schema["required"]) == set(schema["properties"]), name


def test_the_news_on_the_stream_are_named():
    assert {"UnlockNews", "RentalNews", "DoorNews", "BankNews", "AlertNews"} <= set(DOCUMENT["components"]["schemas"])


def test_fastapis_own_error_format_is_gone():
    assert not {"HTTPValidationError", "ValidationError"} & set(DOCUMENT["components"]["schemas"])


@pytest.mark.parametrize("code", ["door_open", "not_found"])
def test_a_declared_refusal_stands_under_its_status(code):
    assert list(problems(code)) == [WORDS[code].status]
