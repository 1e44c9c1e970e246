"""Devices, and what staff make of them, as JSON."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, StrictBool, StrictInt, StringConstraints, model_validator

from api.views import AnyId, Ask, PlainText, View
from gateway.fleet.model import Button, Device, DeviceState, Presence, SecondKey
from gateway.lockers.model import Size


class DeviceView(View):
    """A device on the wire. `reason`: why it is suspended. `key_switch`, `fire_contact`: the cabinet's own inputs.

    `maker`: of one off the shelf, else empty; `maker_name`: what it is called there; `hardware_id`: what stays its own.
    `button`: what a press of its button means. `shows_alarms`: on its lamp and buzzer. `usual_s`: so often it speaks,
    as was learnt; 0: at no rhythm.
    """

    id: str
    kind: str
    state: DeviceState
    reason: str
    fingerprint: str
    doors: int
    firmware: str
    maker: str
    maker_name: str
    hardware_id: str
    button: Button
    shows_alarms: bool
    usual_s: int
    presence: Presence
    heard_at: datetime
    key_switch: SecondKey
    fire_contact: SecondKey

    @classmethod
    def of(cls, device: Device) -> Self:
        """As the row says."""
        return cls.model_validate(device, from_attributes=True)


class NewCompartment(Ask):
    """One box of a bank to be: behind which door, and what is printed on it."""

    door: Annotated[StrictInt, Field(ge=1, le=1000)]
    label: Annotated[PlainText, StringConstraints(max_length=8)]
    size: Size
    accessible: StrictBool = False


class NewBank(Ask):
    """The locker bank that a device becomes."""

    name_zh: PlainText
    name_en: PlainText
    compartments: Annotated[list[NewCompartment], Field(min_length=1, max_length=1000)]


class Approval(Ask):
    """Somebody stood before the device and read its fingerprint. Without `bank` it keeps the one it has.

    One off the shelf has no fingerprint, and `""` is said. `zone`: the id of the zone where it stands.
    """

    fingerprint: PlainText | Literal[""] = ""
    bank: NewBank | None = None
    zone: AnyId | None = None
    button: Button | None = None


class DeviceChange(Ask):
    """What it means when a button of an off-the-shelf device is pressed; whether a node of ours shows alarms."""

    button: Button | None = None
    shows_alarms: StrictBool | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.button is None and self.shows_alarms is None:
            raise ValueError("give button or shows_alarms")
        return self


class Suspension(Ask):
    """Why nothing may open there."""

    reason: PlainText
