"""What the stream of `/live` brings, as JSON."""

from typing import Annotated, Literal

from pydantic import Field

from api.views import View
from gateway.alerts.model import AlertState
from gateway.ballots.model import BallotState
from gateway.bookings.model import BookingState
from gateway.bookings.waits import WaitState
from gateway.channels.model import Severity
from gateway.emergencies.model import EmergencyKind, EmergencyState
from gateway.fleet.model import DoorLevel, Presence
from gateway.lockers.model import RentalState
from gateway.reports.model import ReportState
from gateway.unlocking.model import UnlockState


class UnlockNews(View):
    """An unlock of the reader's moved."""

    kind: Literal["unlock"]
    id: str
    lock_id: str
    state: UnlockState
    code: str


class RentalNews(View):
    """A rental of the reader's began, was extended, came to another stage or ended."""

    kind: Literal["rental"]
    id: str
    state: RentalState


class BookingNews(View):
    """A booking of the reader's was made, moved, cancelled or checked in."""

    kind: Literal["booking"]
    id: str
    state: BookingState


class WaitNews(View):
    """The reader waits for a time, is offered it, or no longer waits."""

    kind: Literal["wait"]
    id: str
    state: WaitState


class ReportNews(View):
    """A fault that the reader reported was answered; staff hear of every report."""

    kind: Literal["report"]
    id: str
    state: ReportState


class BallotNews(View):
    """A ballot was opened, drawn or called off, or the reader handed in there."""

    kind: Literal["ballot"]
    id: str
    state: BallotState


class DoorNews(View):
    """The door of a compartment that the reader rents; staff hear of every door."""

    kind: Literal["door"]
    lock_id: str
    level: DoorLevel


class BankNews(View):
    """A locker bank came or went."""

    kind: Literal["device"]
    id: str
    presence: Presence


class EmergencyNews(View):
    """A freeze or the opening of every door was declared, or has ended; `bank_id` null: in the whole centre."""

    kind: Literal["emergency"]
    id: str
    emergency: EmergencyKind
    bank_id: str | None
    state: EmergencyState


class AlertNews(View):
    """For staff: an alert was raised, counted once more (the 2nd, 4th, 8th … time), moved or cleared."""

    kind: Literal["alert"]
    id: str
    alert: str = Field(description="The alert's own kind.")
    state: AlertState
    severity: Severity
    count: int


News = Annotated[
    UnlockNews
    | RentalNews
    | BookingNews
    | WaitNews
    | ReportNews
    | BallotNews
    | DoorNews
    | BankNews
    | EmergencyNews
    | AlertNews,
    Field(discriminator="kind"),
]
