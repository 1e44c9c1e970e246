"""Several who save a floor plan in the very same moment: one of them does, and the others are told."""

from functools import partial

from gateway.floor_plan import queries, service
from gateway.floor_plan.drawing import Floor, FloorPlan
from gateway.kit.errors import Conflict
from tests.centre_builder import NOON
from tests.race import at_once

ROUNDS = 6


def save(sessions, name, *, based_on):
    plan = FloorPlan(floors=(Floor(name, "一楼", "Ground floor", 0, 10, 10),))
    try:
        with sessions.begin() as session:
            service.save(session, plan=plan, based_on=based_on, actor="test", now=NOON)
    except Conflict as refused:
        return refused.code
    return "saved"


def test_of_several_who_save_over_one_version_exactly_one_does(sessions):
    for version in range(ROUNDS):
        told = at_once([partial(save, sessions, f"f{who}", based_on=version) for who in range(4)])

        assert sorted(told) == ["floor_plan_changed"] * 3 + ["saved"]
        with sessions.read() as session:
            saved = queries.current(session)
        assert (saved.version, saved.plan.floors[0].id) == (version + 1, f"f{told.index('saved')}")
