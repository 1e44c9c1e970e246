"""Signing in and out, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.kit.audit import AuditEntry
from gateway.kit.errors import Conflict, Refused
from gateway.members import queries, rules, service
from gateway.members.model import Language, Member, MemberSession, Role, SignInFailures
from tests.centre_builder import NOON, a_member


@pytest.fixture
def sign_in(sessions, clock):
    """Make a member and sign in; returns the token."""

    def do(member_no="10001", role=Role.MEMBER):
        with sessions.begin() as session:
            member = queries.member_by_no(session, member_no=member_no) or a_member(session, member_no, role=role)
            return service.begin_session(session, member=member, now=clock.now())

    return do


@pytest.fixture
def who(sessions, clock):
    """The number of whoever a token belongs to now; None for nobody."""

    def do(token):
        with sessions.read() as session:
            visitor = queries.signed_in(session, token=token, now=clock.now())
            return visitor.member.member_no if visitor else None

    return do


def acts(sessions):
    """What the audit trail says happened, oldest first."""
    with sessions.read() as session:
        return [entry.act for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.seq))]


def test_a_token_says_who_is_signed_in(sign_in, who):
    assert who(sign_in("10001")) == "10001"
    assert who("nonsense") is None
    assert who("") is None


def test_each_sign_in_gets_a_token_of_its_own_that_cannot_be_guessed(sign_in):
    tokens = {sign_in() for _ in range(5)}

    assert len(tokens) == 5
    assert min(map(len, tokens)) == 43  # 256 bits in base64url


def test_only_the_hash_of_a_token_is_kept(sessions, sign_in, who):
    token = sign_in()

    with sessions.read() as session:
        kept = session.scalars(select(MemberSession)).one().token_hash
    assert token not in kept
    assert who(kept) is None


def test_a_token_planted_before_signing_in_stays_nobodys(sign_in, who):
    planted = "planted-by-somebody-else"

    assert sign_in() != planted
    assert who(planted) is None


def test_a_token_is_worth_nothing_after_signing_out(sessions, clock, sign_in, who):
    token, elsewhere = sign_in(), sign_in()
    for _ in range(2):  # again: harmless
        with sessions.begin() as session:
            service.end_session(session, token=token, now=clock.now())

    assert who(token) is None
    assert who(elsewhere) == "10001"
    assert acts(sessions) == ["member_added", "signed_in", "signed_in", "signed_out"]


@pytest.mark.parametrize(("role", "days"), [(Role.MEMBER, 30), (Role.DESK, 0.5)])
def test_a_session_ends_for_good_however_busy_it_was(sessions, clock, sign_in, who, role, days):
    token = sign_in("s001", role)
    while clock.now() < NOON + timedelta(days=days) - timedelta(minutes=20):
        clock.advance(minutes=20)
        with sessions.begin() as session:
            service.note_seen(session, token=token, now=clock.now())
        if role is Role.MEMBER:
            clock.advance(days=6)
    clock.instant = NOON + timedelta(days=days) - timedelta(seconds=1)
    assert who(token) == "s001"

    clock.advance(seconds=1)

    assert who(token) is None


@pytest.mark.parametrize(("role", "idle"), [(Role.MEMBER, timedelta(days=7)), (Role.MANAGER, timedelta(minutes=30))])
def test_whoever_stays_away_is_signed_out(clock, sign_in, who, role, idle):
    token = sign_in("s001", role)
    clock.advance(seconds=idle.total_seconds() - 1)
    assert who(token) == "s001"

    clock.advance(seconds=1)

    assert who(token) is None


def test_being_seen_keeps_one_signed_in_and_is_written_once_a_minute(sessions, clock, sign_in, who):
    token = sign_in("s002", Role.DESK)
    with sessions.read() as session:
        assert not queries.signed_in(session, token=token, now=clock.now() + timedelta(seconds=59)).is_seen_anew
    clock.advance(minutes=25)
    with sessions.begin() as session:
        assert queries.signed_in(session, token=token, now=clock.now()).is_seen_anew
        service.note_seen(session, token=token, now=clock.now())
        service.note_seen(session, token=token, now=clock.now() + timedelta(seconds=59))
        assert session.scalars(select(MemberSession)).one().seen_at == clock.now()
    clock.advance(minutes=25)

    assert who(token) == "s002"


def test_disabling_a_member_ends_their_sessions_and_lets_nobody_in_again(sessions, clock, sign_in, who):
    token = sign_in()
    with sessions.begin() as session:
        member = queries.member_by_no(session, member_no="10001")
        service.disable_member(session, member=member, actor="s001", now=clock.now())
        service.disable_member(session, member=member, actor="s001", now=clock.now())

    assert who(token) is None
    with pytest.raises(Refused, match="wrong_credentials"):
        sign_in()
    assert acts(sessions) == ["member_added", "signed_in", "member_disabled"]


def test_a_session_that_survived_somehow_is_worth_nothing_once_its_member_is_disabled(sessions, clock, sign_in, who):
    token = sign_in()
    with sessions.begin() as session:
        session.scalars(select(Member)).one().disabled_at = clock.now()

    assert who(token) is None


def test_disabled_while_the_password_was_being_checked_nobody_comes_in(sessions, clock):
    with sessions.begin() as session:
        member = a_member(session)
    with sessions.begin() as session:  # meanwhile
        service.disable_member(session, member=member, actor="s001", now=clock.now())
    with sessions.begin() as session, pytest.raises(Refused, match="wrong_credentials"):
        service.begin_session(session, member=member, now=clock.now())


def test_a_one_time_code_lets_one_in_until_it_ends(sessions, clock):
    with sessions.begin() as session:
        member = a_member(session, "s001", role=Role.MANAGER, password_ends_at=NOON + timedelta(hours=24))
        clock.advance(hours=23, minutes=59)
        service.begin_session(session, member=member, now=clock.now())
        clock.advance(minutes=1)
        with pytest.raises(Refused, match="wrong_credentials"):
            service.begin_session(session, member=member, now=clock.now())


def test_a_new_password_ends_every_other_session_and_the_one_time_code(sessions, clock, sign_in, who):
    here, elsewhere, other = sign_in(), sign_in(), sign_in("10002")
    with sessions.begin() as session:
        member = queries.signed_in(session, token=here, now=clock.now()).member
        service.change_password(session, member=member, password_hash="new", token=here, now=clock.now())

    assert who(here) == "10001"
    assert who(elsewhere) is None
    assert who(other) == "10002"
    with sessions.read() as session:
        after = queries.member_by_no(session, member_no="10001")
        assert (after.password_hash, after.password_ends_at) == ("new", None)
    assert acts(sessions)[-1] == "password_changed"


def test_renewing_a_hash_changes_nothing_else(sessions, clock, sign_in, who):
    token = sign_in()
    with sessions.begin() as session:
        member = queries.member_by_no(session, member_no="10001")
        service.renew_hash(session, member=member, password_hash="stronger")

    assert who(token) == "10001"
    with sessions.read() as session:
        assert queries.member_by_no(session, member_no="10001").password_hash == "stronger"


def test_preferences_change_one_by_one_and_leave_a_trace(sessions, clock):
    with sessions.begin() as session:
        member = a_member(session)
    with sessions.begin() as session:  # the member came from another transaction
        service.set_preferences(session, member=member, language=Language.EN, now=clock.now())
        service.set_preferences(session, member=member, elder_mode=True, now=clock.now())
        service.set_preferences(session, member=member, now=clock.now())

    with sessions.read() as session:
        after = queries.member_by_no(session, member_no="10001")
        assert (after.language, after.elder_mode) == (Language.EN, True)
    assert acts(sessions) == ["member_added", "preferences_set", "preferences_set"]


def test_a_member_number_is_given_once(sessions):
    with sessions.begin() as session:
        a_member(session, "10001")
        with pytest.raises(Conflict, match="member_no_taken"):
            a_member(session, "10001")
        a_member(session, "10002")  # the transaction goes on

    with sessions.read() as session:
        assert len(session.scalars(select(Member)).all()) == 2


def test_the_trail_holds_no_name_and_no_number(sessions, sign_in):
    sign_in("10001")

    with sessions.read() as session:
        for entry in session.scalars(select(AuditEntry)):
            line = f"{entry.actor} {entry.thing} {entry.detail}"
            assert "10001" not in line
            assert "王" not in line


def wait(sessions, clock, member_no="10001"):
    with sessions.read() as session:
        return queries.wait_before_sign_in_s(session, member_no=member_no, now=clock.now())


def miss(sessions, clock, times=1, member_no="10001"):
    for _ in range(times):
        with sessions.begin() as session:
            service.note_wrong_password(session, member_no=member_no, now=clock.now())


def test_wrong_passwords_make_that_number_wait_and_no_other(sessions, clock):
    assert wait(sessions, clock) == 0.0
    miss(sessions, clock, 2)
    assert wait(sessions, clock) == 0.0
    miss(sessions, clock, 2)

    assert wait(sessions, clock) == 4.0
    assert wait(sessions, clock, "10002") == 0.0


def test_a_number_nobody_has_waits_just_the_same(sessions, clock):
    with sessions.begin() as session:
        a_member(session, "10001")
    for number in ("10001", "99999"):
        miss(sessions, clock, 5, number)

    assert wait(sessions, clock, "10001") == wait(sessions, clock, "99999") == 8.0


def test_the_wait_runs_down_and_however_often_one_failed_it_is_a_minute_at_most(sessions, clock):
    miss(sessions, clock, 40)
    assert wait(sessions, clock) == 60.0
    clock.advance(seconds=45)
    assert wait(sessions, clock) == 15.0
    clock.advance(seconds=15)

    assert wait(sessions, clock) == 0.0


def test_a_clock_set_back_never_makes_one_wait_longer(sessions, clock):
    miss(sessions, clock, 3)
    clock.advance(days=-3)

    assert wait(sessions, clock) == 0.0


def test_a_clock_set_back_a_little_makes_one_wait_a_minute_at_most(sessions, clock):
    miss(sessions, clock, 40)
    clock.advance(seconds=-59)
    waited_s = 0

    while wait(sessions, clock) > 0:
        clock.advance(seconds=1)
        waited_s += 1

    assert waited_s <= 2 * 60


def test_wrong_passwords_under_a_clock_that_was_set_back_make_one_wait_all_the_same(sessions, clock):
    miss(sessions, clock, 3)
    clock.advance(days=-3)
    miss(sessions, clock)

    assert wait(sessions, clock) == 4.0


@pytest.mark.parametrize(("role", "idle"), [(Role.MEMBER, timedelta(days=7)), (Role.MANAGER, timedelta(minutes=30))])
def test_a_clock_that_was_ahead_leaves_no_session_that_lives_until_then(clock, sign_in, who, role, idle):
    clock.advance(days=4000)
    token = sign_in("s001", role)
    clock.instant -= idle - timedelta(seconds=1)
    assert who(token) == "s001"

    clock.advance(seconds=-1)

    assert who(token) is None


def test_the_right_password_clears_the_count(sessions, clock):
    miss(sessions, clock, 7)
    with sessions.begin() as session:
        service.clear_wrong_passwords(session, member_no="10001")
    miss(sessions, clock)

    assert wait(sessions, clock) == 0.0


def test_after_a_quiet_day_the_count_begins_anew(sessions, clock):
    miss(sessions, clock, 7)
    clock.advance(days=1)
    assert wait(sessions, clock) == 0.0
    miss(sessions, clock)

    assert wait(sessions, clock) == 0.0


@pytest.mark.parametrize("typed", ["my secret password", "x" * 5000, "nul\0byte", "用户", "\ud800"])
def test_whatever_was_typed_as_a_number_is_counted_and_never_kept(sessions, clock, typed):
    miss(sessions, clock, 3, typed)

    assert wait(sessions, clock, typed) == 2.0
    with sessions.read() as session:
        assert typed not in session.scalars(select(SignInFailures.number_hash)).one()


def test_what_can_matter_no_more_is_forgotten(sessions, clock, sign_in, who):
    old = sign_in()
    miss(sessions, clock, 3)
    clock.advance(days=29)
    young = sign_in()
    miss(sessions, clock, 3, "10002")
    clock.advance(days=1)
    with sessions.begin() as session:
        service.forget_ended_sessions(session, now=clock.now() - rules.SEEN_EVERY)
        assert len(session.scalars(select(MemberSession)).all()) == 2
        service.forget_ended_sessions(session, now=clock.now())

    with sessions.read() as session:
        kept = session.scalars(select(MemberSession.token_hash)).all()
        assert session.scalars(select(SignInFailures)).all() == []
    assert kept == [queries.token_hash(young)]
    assert who(old) is None
