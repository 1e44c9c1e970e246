"""The signpost: each request to the door it would have found by trying all of them, without trying them."""

import re

import pytest
from fastapi import APIRouter
from starlette.routing import Match

from api.app import openapi_document
from api.signpost import Doors, Signpost

LONGEST_ROW = 30  # doors of one subject: of /me there are the most


def a_request(verb, path):
    return {"type": "http", "method": verb, "path": path, "root_path": "", "headers": []}


def some(doors, path="/things", verb="GET"):
    def somewhere() -> None: ...

    doors.add_api_route(path, somewhere, methods=[verb])
    return doors.routes


def doors_of(house):
    [signpost] = [route for route in house.app.routes if isinstance(route, Signpost)]
    return signpost


def test_every_request_gets_the_door_that_it_would_get_if_all_were_tried(house):
    signpost = doors_of(house)
    for path, verbs in openapi_document()["paths"].items():
        asked = re.sub(r"\{[^}]*\}", "x", path)
        for verb in verbs:
            request = a_request(verb.upper(), asked)
            tried = [door.matches(request) for door in signpost.doors]
            first = next(found for match, found in tried if match is Match.FULL)
            assert signpost.matches(request) == (Match.FULL, first), (verb, path)


def test_of_the_hundreds_of_doors_only_those_of_its_subject_are_tried(house, monkeypatch):
    signpost, tried = doors_of(house), []
    for door in signpost.doors:
        monkeypatch.setattr(door, "matches", lambda scope, door=door: tried.append(door) or (Match.NONE, {}))

    signpost.matches(a_request("GET", "/api/v1/staff/alerts/x"))

    assert 0 < len(tried) < LONGEST_ROW
    assert len(signpost.doors) > 250


def test_a_door_asked_for_with_another_verb_is_there_all_the_same(house):
    assert house.browser().ask("PATCH", "/health/live", body={}).status_code == 405


@pytest.mark.parametrize("path", ["/", "/api/v1", "/api/v1/", "/api/v1/staff", "/api/v1/thing", "/things", "//things"])
def test_what_begins_like_no_door_is_not_there(path):
    signpost = Signpost(some(Doors()) + some(Doors("/staff")))
    assert signpost.matches(a_request("GET", path)) == (Match.NONE, {})


def test_a_door_that_would_never_be_found_is_refused():
    with pytest.raises(TypeError, match="make its router with Doors"):
        Signpost(some(APIRouter(prefix="/things")))


def test_no_door_makes_ready_to_check_what_it_refuses_with(house):
    assert [door.path for door in doors_of(house).doors if door.response_fields] == ["/api/v1/health/ready"]


def test_the_document_is_made_when_it_is_asked_for_and_not_before(house):
    assert house.app.openapi_schema is None
    house.browser().get("/openapi.json")
    assert house.app.openapi_schema is not None
