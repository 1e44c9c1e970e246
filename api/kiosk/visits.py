"""Coming to a kiosk and leaving it: what was shown, the PIN that proves it, and the limits on guessing."""

from dataclasses import dataclass

from fastapi import Response
from sqlalchemy.orm import Session

from api.deps import Desk
from api.kiosk.deps import KIOSK, VISIT, AtKiosk, BeforeKiosk, KioskCaller
from api.kiosk.views import KioskSignIn, KioskView, NewVisitView, VisitView
from api.member.pins import chosen_pin
from api.openapi import problems
from api.pins import ChosenPin
from api.signpost import Doors
from gateway.credentials import service as credentials_service
from gateway.credentials.passes import Pass
from gateway.credentials.rules import card_number
from gateway.kiosks import limits, passes, readers
from gateway.kiosks import queries as kiosks
from gateway.kiosks import service as kiosks_service
from gateway.kiosks.model import Kiosk, KioskTry
from gateway.kiosks.passes import COUNTED
from gateway.kiosks.queries import Claim
from gateway.kit.errors import Malformed, Refused

router = Doors("/kiosk", tags=["kiosk"])


@dataclass(frozen=True)
class _Attempt:
    """A claim whose PIN may be looked at: the try is written down already."""

    kiosk: Kiosk
    claim: Claim
    taken: KioskTry


@router.get("", responses=problems(*KIOSK))
async def read_kiosk(at: AtKiosk) -> KioskView:
    """Which kiosk this is, and whether it takes PINs."""

    def look() -> KioskView:
        with at.desk.sessions.read() as session:
            kiosk = at.kiosk(session)
            until = limits.stopped_until(session, kiosk_id=kiosk.id, now=at.desk.clock.now())
            has_reader = readers.reader_of(session, kiosk_id=kiosk.id) is not None
            return KioskView.of(kiosk, until, has_reader=has_reader)

    return await at.desk.backroom.read(look)


@router.post(
    "/session",
    status_code=201,
    responses=problems(
        *KIOSK,
        "wrong_pin",
        *sorted(COUNTED),
        "presented_over",
        "pin_locked",
        "kiosk_stopped",
        "malformed",
        "busy",
    ),
)
async def begin_visit(asked: KioskSignIn, at: AtKiosk) -> NewVisitView:
    """Prove with a PIN whose locker or card it is, or show a pass. Whoever stood before this kiosk until now is out.

    No answer tells a wrong number from a wrong PIN. Asking again begins anew; with the same pass, while its visit
    lasts, it is the same visit.
    """
    desk = at.desk
    code = asked.qr if asked.presented is None else await desk.backroom.read(lambda: _pass_presented(at, asked))
    if code is not None:
        return await desk.backroom.write(lambda: _let_in_by_pass(at, code))
    attempt = await desk.backroom.write(lambda: _take(at, asked))
    if not await _is_right(desk, attempt.claim, asked.pin or ""):
        await desk.backroom.write(lambda: _note_wrong(desk, attempt))
        raise Refused("wrong_pin")
    return await desk.backroom.write(lambda: _let_in(desk, attempt, asked))


@router.get("/session", responses=problems(*VISIT))
async def read_visit(who: BeforeKiosk) -> VisitView:
    """Who stands here, and until when. Looking does not count as using."""

    def look() -> VisitView:
        with who.desk.sessions.read() as session:
            return VisitView.of(who.guest(session))

    return await who.desk.backroom.read(look)


@router.patch("/session", responses=problems(*VISIT))
async def stay(who: BeforeKiosk) -> VisitView:
    """More time: the visit goes on from now, though never beyond its last end. Send `{}`."""
    desk = who.desk

    def act() -> VisitView:
        with desk.sessions.begin() as session:
            found = who.guest(session)
            kiosks_service.note_used(session, token=who.token, now=desk.clock.now())
            session.refresh(found.visit)
            return VisitView.of(found)

    return await desk.backroom.write(act)


@router.delete("/session", status_code=204, responses=problems(*KIOSK))
async def end_visit(who: BeforeKiosk) -> Response:
    """Leave. Harmless when the visit is over."""

    def act() -> None:
        with who.desk.sessions.begin() as session:
            kiosks_service.let_out(session, kiosk_id=who.at.kiosk(session).id, token=who.token)

    await who.desk.backroom.write(act)
    return Response(status_code=204)


@router.patch(
    "/pin",
    responses=problems(*VISIT, "card_needed", "pin_too_easy", "malformed", "busy"),
)
async def choose_pin(chosen: ChosenPin, who: BeforeKiosk) -> VisitView:
    """Choose one's own PIN, above all in place of a one-time PIN. The visit goes on."""
    desk, who = who.desk, who.choosing_pin()
    made = await chosen_pin(who, chosen.pin)

    def act() -> VisitView:
        with desk.sessions.begin() as session:
            member = who.member(session)
            pin = credentials_service.choose_pin(session, member=member, made=made, now=desk.clock.now())
            limits.forgive_cards(session, member_id=member.id)
            kiosks_service.renew_pin(session, token=who.token, pin=pin)
            return VisitView.of(who.guest(session))

    return await desk.backroom.write(act)


def _let_in_by_pass(at: KioskCaller, code: str) -> NewVisitView:
    """No signature can be guessed: nothing is counted before it is looked at, and a kiosk that rests takes passes."""
    desk, told = at.desk, Pass.read(code)
    try:
        with desk.sessions.begin() as session:
            kiosk = at.kiosk(session)
            if told is None:
                raise Refused("pass_unknown")
            token = desk.centre.pepper.visit(kiosk.id, told.text)
            guest = passes.let_in(session, kiosk=kiosk, told=told, token=token, now=desk.clock.now())
            return NewVisitView(**VisitView.of(guest).model_dump(), token=token)
    except Refused as refusal:
        if refusal.code in COUNTED:
            with desk.sessions.begin() as session:
                kiosk = at.kiosk(session)
                passes.count_refused(session, kiosk_id=kiosk.id, code=code.upper(), now=desk.clock.now())
        raise


def _take(at: KioskCaller, asked: KioskSignIn) -> _Attempt:
    """Count the try before anybody looks at it. Raises Refused("pin_locked"), Refused("kiosk_stopped")."""
    with at.desk.sessions.begin() as session:
        kiosk, now = at.kiosk(session), at.desk.clock.now()
        claim = _claim(session, at.desk, kiosk, asked)
        return _Attempt(kiosk, claim, limits.take_try(session, kiosk_id=kiosk.id, subject=claim.subject, now=now))


def _pass_presented(at: KioskCaller, asked: KioskSignIn) -> str | None:
    """The pass behind a handle; None: it is a card, whose PIN must come along. Raises Refused("presented_over")."""
    with at.desk.sessions.read() as session:
        kiosk_id, handle, now = at.kiosk(session).id, asked.presented or "", at.desk.clock.now()
        code = readers.presented(session, kiosk_id=kiosk_id, handle=handle, now=now).code
    if (asked.pin is None) is (code is None):
        raise Malformed("malformed", field="pin")
    return code


def _claim(session: Session, desk: Desk, kiosk: Kiosk, asked: KioskSignIn) -> Claim:
    now = desk.clock.now()
    if asked.presented is not None:
        shown = readers.presented(session, kiosk_id=kiosk.id, handle=asked.presented, now=now)
        return kiosks.claim_of_card(session, number_hash=shown.card_hash or "", now=now)
    if asked.card is not None:
        number_hash = desk.centre.pepper.card(card_number(asked.card))
        return kiosks.claim_of_card(session, number_hash=number_hash, now=now)
    return kiosks.claim_of_locker(
        session, bank_id=asked.bank_id, at_bank=kiosk.bank_id, locker_no=asked.locker_no or "", now=now
    )


async def _is_right(desk: Desk, claim: Claim, digits: str) -> bool:
    """In no transaction and off the event loop. Takes as long for what nobody has."""
    kept = claim.pin.hash if claim.pin else None
    peppered = desk.centre.pepper.pin(digits, of=claim.of, of_id=claim.of_id)
    return await desk.backroom.hash(lambda: desk.hasher.matches(kept, peppered))


def _note_wrong(desk: Desk, attempt: _Attempt) -> None:
    with desk.sessions.begin() as session:
        limits.wrong(session, attempt.taken, now=desk.clock.now())


def _let_in(desk: Desk, attempt: _Attempt, asked: KioskSignIn) -> NewVisitView:
    with desk.sessions.begin() as session:
        if asked.presented is not None:
            readers.use_up(session, kiosk_id=attempt.kiosk.id, handle=asked.presented)
        guest, token = kiosks_service.let_in(session, kiosk=attempt.kiosk, claim=attempt.claim, now=desk.clock.now())
        limits.right(session, attempt.taken)
        return NewVisitView(**VisitView.of(guest).model_dump(), token=token)
