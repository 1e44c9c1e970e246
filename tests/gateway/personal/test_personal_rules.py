"""What is kept about members: every table that could is decided upon."""

import pytest

from api.member.personal_words import TABLES
from gateway.members.model import Role
from gateway.migrations.tables import metadata
from gateway.personal.rules import ABOUT_MEMBERS, NOT_ABOUT_ONE, SECRET, erasure_refusal, may_close

# By hand: what leads to a member and is no foreign key of the members' table.
BY_HAND = {"members", "pins", "idempotent_answers", "audit_entries", "sign_in_failures", "kiosk_tries"}
BY_HAND |= {"series_occurrences", "ballot_wishes", "phones", "report_photos", "move_options"}  # part of such a thing


def columns_that_name_members():
    return {
        (table.name, column.name)
        for table in metadata().tables.values()
        for column in table.columns
        if any(key.target_fullname == "members.id" for key in column.foreign_keys)
    }


def test_every_table_with_a_member_in_it_is_told_or_left_out_for_a_reason():
    told = {kept.table for kept in ABOUT_MEMBERS}

    assert {table for table, _ in columns_that_name_members()} | BY_HAND == told | NOT_ABOUT_ONE.keys()
    assert all(NOT_ABOUT_ONE.values())


def test_rows_are_found_by_every_column_that_names_a_member():
    looked_at = {(kept.table, column) for kept in ABOUT_MEMBERS for column in kept.columns}

    assert columns_that_name_members() - looked_at == set()


def test_every_table_that_is_told_has_its_name_in_both_languages():
    assert {kept.table for kept in ABOUT_MEMBERS} == TABLES.keys()
    assert all(zh and en for zh, en in TABLES.values())


def test_no_column_named_for_a_secret_is_told():
    told = {kept.table for kept in ABOUT_MEMBERS}
    columns = {column.name for name in told for column in metadata().tables[name].columns}

    assert {name for name in columns if "hash" in name} - SECRET == {"prev_hash"}


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({}, None),
        ({"holds_things": True}, "things_held"),
        ({"is_opening": True}, "unlock_under_way"),
        ({"role": Role.DESK}, "staff_not_erased"),
    ],
)
def test_nobody_is_erased_who_could_not_get_at_their_things_any_more(facts, refusal):
    usual = {"role": Role.MEMBER, "holds_things": False, "is_opening": False}

    assert erasure_refusal(**usual | facts) == refusal


def test_managers_close_everybodys_account_and_the_desk_members_alone():
    may = {by: {of for of in Role if may_close(of=of, by=by)} for by in Role}

    assert may == {
        Role.MANAGER: set(Role),
        Role.DESK: {Role.MEMBER},
        Role.TECHNICIAN: set(),
        Role.MEMBER: set(),
    }
