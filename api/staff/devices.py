"""Devices, as those see them who answer for them."""

from datetime import datetime

from fastapi import Response
from sqlalchemy.orm import Session

from api.deps import Id, Paged, SignedIn
from api.idempotency import Repeatable
from api.openapi import STAFF_ONLY, problems
from api.signpost import Doors
from api.staff.device_views import Approval, DeviceChange, DeviceView, NewBank, Suspension
from api.views import Items, behind, items
from gateway.fleet import queries as fleet
from gateway.fleet import service as fleet_service
from gateway.fleet.model import Device
from gateway.lockers import service as lockers_service
from gateway.lockers.service import Box
from gateway.members.model import Member, Role
from gateway.zones import service as zones
from gateway.zones.model import Placed

router = Doors("/staff/devices", tags=["staff"])

_ROLES = (Role.TECHNICIAN, Role.MANAGER)


@router.get("", responses=problems(*STAFF_ONLY, "malformed"))
async def list_devices(who: SignedIn, page: Paged) -> Items[DeviceView]:
    """Every device that ever introduced itself."""

    def look() -> Items[DeviceView]:
        with who.desk.sessions.read() as session:
            who.staff(session, *_ROLES)
            rest = behind(fleet.devices(session), page, name=lambda device: device.id)
            return items(rest, page, view=DeviceView.of, name=lambda device: device.id)

    return await who.desk.backroom.read(look)


@router.post(
    "/{device_id}/approve",
    response_model=DeviceView,
    responses=problems(
        *STAFF_ONLY,
        "not_found",
        "fingerprint_differs",
        "device_retired",
        "bank_exists",
        "zone_retired",
        "no_button",
        "malformed",
        "idempotency_key_reused",
    ),
)
async def approve_device(device_id: Id, approval: Approval, who: SignedIn, attempt: Repeatable) -> Response:
    """Vouch for a device whose label shows this fingerprint, and make it a locker bank. Ends a suspension, too."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            member, now = who.staff(session, *_ROLES), desk.clock.now()
            if told := attempt.recall(session, member_id=member.id):
                return told
            device = fleet_service.approve(
                session, device_id=device_id, fingerprint=approval.fingerprint, actor=member.audit_id, now=now
            )
            if approval.zone is not None:
                zones.place(
                    session,
                    what=Placed.DEVICE,
                    ref=device_id,
                    zone_id=approval.zone,
                    actor=member.audit_id,
                    now=now,
                )
            if approval.button is not None:
                fleet_service.choose_button(
                    session, device_id=device_id, button=approval.button, actor=member.audit_id, now=now
                )
            if approval.bank is not None:
                _found_bank(session, device, approval.bank, member, now)
            return attempt.keep(session, member_id=member.id, status=200, view=DeviceView.of(device), now=now)

    return await desk.backroom.write(act)


@router.patch("/{device_id}", responses=problems(*STAFF_ONLY, "not_found", "no_button", "no_lamp", "malformed"))
async def change_device(device_id: Id, wanted: DeviceChange, who: SignedIn) -> DeviceView:
    """Choose what a press of its button means, or whether its lamp and buzzer show the centre's alarms.

    A button calls people; nothing that an off-the-shelf device says opens.
    """
    desk = who.desk

    def act() -> DeviceView:
        with desk.sessions.begin() as session:
            actor, now = who.staff(session, *_ROLES).audit_id, desk.clock.now()
            if wanted.button is not None:
                fleet_service.choose_button(session, device_id=device_id, button=wanted.button, actor=actor, now=now)
            if (shown := wanted.shows_alarms) is not None:
                fleet_service.have_alarms_shown(session, device_id=device_id, shown=shown, actor=actor, now=now)
            return DeviceView.of(fleet.device(session, device_id))

    return await desk.backroom.write(act)


@router.post(
    "/{device_id}/suspend",
    response_model=DeviceView,
    responses=problems(*STAFF_ONLY, "not_found", "device_retired", "malformed", "idempotency_key_reused"),
)
async def suspend_device(device_id: Id, suspension: Suspension, who: SignedIn, attempt: Repeatable) -> Response:
    """Let nothing open there until somebody approves it again."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            member, now = who.staff(session, *_ROLES), desk.clock.now()
            if told := attempt.recall(session, member_id=member.id):
                return told
            fleet_service.suspend(
                session, device_id=device_id, reason=suspension.reason, actor=member.audit_id, now=now
            )
            view = DeviceView.of(fleet.device(session, device_id))
            return attempt.keep(session, member_id=member.id, status=200, view=view, now=now)

    return await desk.backroom.write(act)


@router.post(
    "/{device_id}/retire",
    response_model=DeviceView,
    responses=problems(*STAFF_ONLY, "not_found", "malformed", "idempotency_key_reused"),
)
async def retire_device(device_id: Id, who: SignedIn, attempt: Repeatable) -> Response:
    """Take a device out for good. Send `{}`."""
    desk = who.desk

    def act() -> Response:
        with desk.sessions.begin() as session:
            member, now = who.staff(session, *_ROLES), desk.clock.now()
            if told := attempt.recall(session, member_id=member.id):
                return told
            fleet_service.retire(session, device_id=device_id, actor=member.audit_id, now=now)
            view = DeviceView.of(fleet.device(session, device_id))
            return attempt.keep(session, member_id=member.id, status=200, view=view, now=now)

    return await desk.backroom.write(act)


def _found_bank(session: Session, device: Device, wanted: NewBank, member: Member, now: datetime) -> None:
    boxes = [
        Box(door=box.door, label=box.label, size=box.size, accessible=box.accessible) for box in wanted.compartments
    ]
    lockers_service.found_bank(
        session,
        device=device,
        name_zh=wanted.name_zh,
        name_en=wanted.name_en,
        boxes=boxes,
        actor=member.audit_id,
        now=now,
    )
