"""Photos of a work order: how the thing was found, and how it was left. Staff see them, and nobody else."""

from fastapi import Response

from api.deps import Id, SignedIn
from api.idempotency import Repeatable
from api.openapi import STAFF_ONLY, problems
from api.photos import JPEG, Small, as_asked, drawn
from api.signpost import Doors
from api.staff.order_photo_views import NewOrderPhoto, OrderPhotoView
from gateway.maintenance import photos, queries
from gateway.members.model import Role

router = Doors("/staff/work-orders/{order_id}/photos", tags=["staff"])

_STAFF = (Role.DESK, Role.TECHNICIAN, Role.MANAGER)


@router.post(
    "",
    status_code=201,
    response_model=OrderPhotoView,
    responses=problems(
        *STAFF_ONLY,
        "not_found",
        "work_order_closed",
        "too_many_photos",
        "malformed",
        "photo_too_large",
        "photo_unreadable",
        "busy",
        "idempotency_key_reused",
    ),
)
async def add_order_photo(order_id: Id, wanted: NewOrderPhoto, who: SignedIn, attempt: Repeatable) -> Response:
    """Add a photo to a work order that stands. Of what comes only the picture is kept, without its position."""
    desk = who.desk

    def look() -> Response | None:
        with desk.sessions.read() as session:
            staff = who.staff(session, *_STAFF)
            told = attempt.recall(session, member_id=staff.id)
            if told is None:
                photos.refuse_another(session, order_id)
            return told

    # Where no photo may be added, or it was already, nobody undoes a picture.
    if told := await desk.backroom.read(look):
        return told
    jpeg = await drawn(desk.backroom, wanted.photo)

    def act() -> Response:
        with desk.sessions.begin() as session:
            staff, now = who.staff(session, *_STAFF), desk.clock.now()
            if told := attempt.recall(session, member_id=staff.id):
                return told
            made = photos.add(
                session,
                order_id=order_id,
                taken=wanted.taken,
                caption=wanted.caption,
                jpeg=jpeg,
                actor=staff,
                now=now,
            )
            view = OrderPhotoView.of(session, made)
            return attempt.keep(session, member_id=staff.id, status=201, view=view, now=now)

    return await desk.backroom.write(act)


@router.get("/{photo_id}", response_class=Response, responses=JPEG | problems(*STAFF_ONLY, "not_found"))
async def read_order_photo(order_id: Id, photo_id: Id, who: SignedIn, *, small: Small = False) -> Response:
    """The picture. The work order itself lists its photos."""

    def look() -> bytes:
        with who.desk.sessions.read() as session:
            who.staff(session, *_STAFF)
            jpeg = queries.photo(session, order_id=order_id, photo_id=photo_id).jpeg
        return as_asked(jpeg, small=small)

    return Response(await who.desk.backroom.read(look), media_type="image/jpeg")


@router.delete(
    "/{photo_id}", status_code=204, responses=problems(*STAFF_ONLY, "not_found", "photo_of_another", "malformed")
)
async def remove_order_photo(order_id: Id, photo_id: Id, who: SignedIn) -> Response:
    """Remove a photo for good: whoever added it may, and a manager; of a closed order too, for it may show somebody."""
    desk = who.desk

    def act() -> None:
        with desk.sessions.begin() as session:
            staff = who.staff(session, *_STAFF)
            photos.remove(session, order_id=order_id, photo_id=photo_id, actor=staff, now=desk.clock.now())

    await desk.backroom.write(act)
    return Response(status_code=204)
