"""What opens a door, and what became of it, as JSON."""

from datetime import datetime, timedelta
from typing import Self

from pydantic import model_validator

from api.views import AnyId, Ask, View, wrong
from gateway.unlocking.model import Unlock, UnlockState
from gateway.unlocking.rules import DEADLINE_S


class UnlockWish(Ask):
    """Which lock to open: by its own id, or by that of the rental or booking that gives the right. Just one of them."""

    lock_id: AnyId | None = None
    rental_id: AnyId | None = None
    booking_id: AnyId | None = None

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if [self.lock_id, self.rental_id, self.booking_id].count(None) != 2:
            raise wrong("lock_id", "name lock_id, rental_id or booking_id, and only one of them")
        return self


class UnlockView(View):
    """One press of the button. After `deadline` the door certainly does not open for it any more."""

    id: str
    state: UnlockState
    code: str
    lock_id: str
    requested_at: datetime
    deadline: datetime
    settled_at: datetime | None

    @classmethod
    def of(cls, unlock: Unlock) -> Self:
        """As the row says."""
        return cls(
            id=unlock.id,
            state=unlock.state,
            code=unlock.code,
            lock_id=unlock.lock_id,
            requested_at=unlock.requested_at,
            deadline=unlock.requested_at + timedelta(seconds=DEADLINE_S),
            settled_at=unlock.settled_at,
        )
