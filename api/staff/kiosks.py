"""Kiosks, as those see them who answer for them."""

from datetime import datetime
from typing import Self

from fastapi import Response
from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from api.deps import Id, Paged, SignedIn
from api.idempotency import Repeatable
from api.openapi import STAFF_ONLY, problems
from api.signpost import Doors
from api.views import AnyId, Ask, InBothLanguages, Items, PlainText, View, behind, items
from gateway.fleet import queries as fleet
from gateway.fleet.model import Device, PartHealth, Presence
from gateway.kiosks import limits, readers, rules
from gateway.kiosks import queries as kiosks
from gateway.kiosks import service as kiosks_service
from gateway.kiosks.model import Kiosk
from gateway.members.model import Role

router = Doors("/staff/kiosks", tags=["staff"])

_ROLES = (Role.TECHNICIAN, Role.MANAGER)


class NewKiosk(Ask):
    """A kiosk to be. `bank_id`: the locker bank it stands at, whose numbers need no bank named there.

    `name` is its Chinese one; without `name_en` it is called so in English too.
    """

    name: PlainText
    name_en: PlainText | None = None
    bank_id: AnyId | None = None


class KioskChange(Ask):
    """What is other from now on; what is left out stays. `device_id`: whose readers are this kiosk's; null: none."""

    name: PlainText | None = None
    name_en: PlainText | None = None
    device_id: AnyId | None = None


class ReaderPart(View):
    """One reader, as its technician calls it, and whether it answers."""

    name: str
    health: PartHealth


class KioskReaderView(View):
    """The readers beside a kiosk's screen, and whether the device they hang on is there."""

    device_id: str
    presence: Presence
    parts: list[ReaderPart]

    @classmethod
    def of(cls, session: Session, device: Device) -> Self:
        """As it says of itself."""
        parts = [ReaderPart(name=part.name, health=part.health) for part in fleet.parts(session, device.id)]
        return cls(device_id=device.id, presence=device.presence, parts=parts)


class StaffKiosk(View):
    """A kiosk. `seen_at`: when it was last there, to the minute; `wrong_in_hour`: the wrong PINs typed there.

    `presence`: `offline` when nothing was heard of it for some minutes, `unknown` when nothing ever was.
    `stopped_until`: so many that it takes no PIN until then; null: it does. `reader`: null when it has none of its own.
    """

    id: str
    name: str
    names: InBothLanguages
    bank_id: str | None
    registered_at: datetime
    seen_at: datetime | None
    presence: Presence
    wrong_in_hour: int
    stopped_until: datetime | None
    reader: KioskReaderView | None

    @classmethod
    def of(cls, session: Session, kiosk: Kiosk, now: datetime) -> Self:
        """As it stands in this transaction."""
        reader = readers.reader_of(session, kiosk_id=kiosk.id)
        return cls(
            id=kiosk.id,
            name=kiosk.name,
            names=InBothLanguages.model_validate(kiosk.names),
            bank_id=kiosk.bank_id,
            registered_at=kiosk.registered_at,
            seen_at=kiosk.seen_at,
            presence=rules.presence(kiosk.seen_at, now),
            wrong_in_hour=limits.wrong_at(session, kiosk_id=kiosk.id, now=now),
            stopped_until=limits.stopped_until(session, kiosk_id=kiosk.id, now=now),
            reader=KioskReaderView.of(session, reader) if reader else None,
        )


class NewKioskView(StaffKiosk):
    """A kiosk that was just registered. `token`: told this once; null when this request was answered before."""

    token: str | None


@router.get("", responses=problems(*STAFF_ONLY, "not_found", "malformed"))
async def list_kiosks(who: SignedIn, page: Paged) -> Items[StaffKiosk]:
    """Every kiosk that has not been revoked, and how it stands."""

    def look() -> Items[StaffKiosk]:
        with who.desk.sessions.read() as session:
            who.staff(session, *_ROLES)
            now = who.desk.clock.now()
            rest = behind(kiosks.kiosks(session), page, name=lambda kiosk: kiosk.id)
            return items(rest, page, view=lambda kiosk: StaffKiosk.of(session, kiosk, now), name=lambda kiosk: kiosk.id)

    return await who.desk.backroom.read(look)


@router.post(
    "",
    status_code=201,
    response_model=NewKioskView,
    responses=problems(*STAFF_ONLY, "not_found", "malformed", "idempotency_key_reused"),
)
async def register_kiosk(wanted: NewKiosk, who: SignedIn, attempt: Repeatable) -> Response:
    """Give a kiosk its own identity: a bearer token, told this once, good for `/kiosk/…` and nothing else."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            staff, now = who.staff(session, *_ROLES), desk.clock.now()
            if told := attempt.recall(session, member_id=staff.id):
                return told
            kiosk, token = kiosks_service.register(
                session,
                name=wanted.name,
                name_en=wanted.name_en or "",
                bank_id=wanted.bank_id,
                actor=staff.audit_id,
                now=now,
            )
            kept = NewKioskView(**StaffKiosk.of(session, kiosk, now).model_dump(), token=None)
            attempt.keep(session, member_id=staff.id, status=201, view=kept, now=now)
            return JSONResponse({**kept.model_dump(mode="json"), "token": token}, status_code=201)

    return await desk.backroom.write(act)


@router.patch("/{kiosk_id}", responses=problems(*STAFF_ONLY, "not_found", "no_reader", "reader_taken", "malformed"))
async def change_kiosk(kiosk_id: Id, wanted: KioskChange, who: SignedIn) -> StaffKiosk:
    """Call it otherwise, or choose the device whose readers hang beside it: these sign people in here alone."""
    desk = who.desk

    def act() -> StaffKiosk:
        with desk.sessions.begin() as session:
            actor, now = who.staff(session, *_ROLES).audit_id, desk.clock.now()
            kiosk = kiosks.kiosk(session, kiosk_id)
            if wanted.name or wanted.name_en:
                names = {"name": wanted.name, "name_en": wanted.name_en}
                kiosk = kiosks_service.rename(session, kiosk_id=kiosk_id, **names, actor=actor, now=now)
            if "device_id" in wanted.model_fields_set:
                kiosk = readers.bind(session, kiosk_id=kiosk_id, device_id=wanted.device_id, actor=actor, now=now)
            return StaffKiosk.of(session, kiosk, now)

    return await desk.backroom.write(act)


@router.delete("/{kiosk_id}", status_code=204, responses=problems(*STAFF_ONLY, "not_found"))
async def revoke_kiosk(kiosk_id: Id, who: SignedIn) -> Response:
    """Its token is good for nothing from now on, and whoever stands before it is out."""
    desk = who.desk

    def act() -> None:
        with desk.sessions.begin() as session:
            staff = who.staff(session, *_ROLES)
            kiosks_service.revoke(session, kiosk_id=kiosk_id, actor=staff.audit_id, now=desk.clock.now())

    await desk.backroom.write(act)
    return Response(status_code=204)
