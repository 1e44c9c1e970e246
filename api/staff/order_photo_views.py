"""Photos of work orders, as JSON."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import StringConstraints
from sqlalchemy.orm import Session

from api.photos import PhotoText
from api.views import Ask, View
from gateway.maintenance.model import OrderPhoto, Taken
from gateway.members.model import Member

Caption = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=200, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")
]


class OrderPhotoView(View):
    """A photo of a work order. `by`: a member number; `size`: bytes of the JPEG, at `…/photos/{id}`."""

    id: str
    taken: Taken
    caption: str
    by: str
    at: datetime
    size: int

    @classmethod
    def of(cls, session: Session, photo: OrderPhoto) -> Self:
        """As the row says."""
        by = session.get_one(Member, photo.by_id).member_no
        return cls(id=photo.id, taken=photo.taken, caption=photo.caption, by=by, at=photo.at, size=photo.size)


class NewOrderPhoto(Ask):
    """A photo of the thing `before` or `after` the work: a JPEG, PNG or WebP in base64, at most 700,000 bytes of it."""

    taken: Taken
    caption: Caption = ""
    photo: PhotoText
