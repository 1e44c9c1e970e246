"""Tables of kiosks, of who stands before them, and of what was tried there."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.db import Base, Instant, word_column


class Kiosk(Base):
    """A screen in the building with an identity of its own. Only the SHA-256 of its token is kept."""

    __tablename__ = "kiosks"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(64))  # in Chinese
    name_en: Mapped[str] = mapped_column(String(64), default="", server_default=text("''"))
    bank_id: Mapped[str | None] = mapped_column(ForeignKey("banks.id"))  # the locker bank it stands at
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    registered_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime | None] = mapped_column(Instant)  # to the minute
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)

    @property
    def names(self) -> dict[str, str]:
        """By language."""
        return {"zh-CN": self.name, "en": self.name_en}


class KioskReader(Base):
    """Which device's readers hang beside which kiosk: one has one, and each is one's."""

    __tablename__ = "kiosk_readers"

    kiosk_id: Mapped[str] = mapped_column(ForeignKey("kiosks.id"), primary_key=True)
    device_id: Mapped[str] = mapped_column(ForeignKey("devices.id"), unique=True)


class Presentation(Base):
    """What was held last to a kiosk's reader. Of a card only the hash under the pepper is kept; a pass counts once.

    `handle`: by which that kiosk's screen, and nobody else, signs its owner in.
    """

    __tablename__ = "kiosk_presentations"
    __table_args__ = (CheckConstraint("(card_hash IS NULL) <> (code IS NULL)", name="what"),)

    kiosk_id: Mapped[str] = mapped_column(ForeignKey("kiosks.id"), primary_key=True)
    handle: Mapped[str] = mapped_column(String(64), unique=True)
    card_hash: Mapped[str | None] = mapped_column(String(64))
    code: Mapped[str | None] = mapped_column(String(128))
    at: Mapped[datetime] = mapped_column(Instant)


class KioskVisit(Base):
    """Somebody stands before a kiosk and has proved who they are. Only the SHA-256 of the token is kept.

    It is over with its time, and with what it was begun by: the PIN `pin_id` and the rental or the card; or the phone.
    """

    __tablename__ = "kiosk_visits"
    __table_args__ = (CheckConstraint("(phone_id IS NULL) = (pin_id IS NOT NULL)", name="proof"),)

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    kiosk_id: Mapped[str] = mapped_column(ForeignKey("kiosks.id"), index=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("members.id"))
    rental_id: Mapped[str | None] = mapped_column(ForeignKey("rentals.id"))  # by locker number: this one and no more
    card_id: Mapped[str | None] = mapped_column(String(32))  # by card: whatever is the member's
    phone_id: Mapped[str | None] = mapped_column(String(16))  # by pass: whatever is the member's, and without a PIN
    pin_id: Mapped[str | None] = mapped_column(String(32))
    began_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime] = mapped_column(Instant)
    idle_s: Mapped[int]
    ends_at: Mapped[datetime] = mapped_column(Instant)  # however much it is used


class KioskTry(Base):
    """A PIN that was wrong, or is being looked at. Written down before it is: so many at once are so many.

    `subject` is a hash of the locker or card it was tried for, whether or not there is such a one.
    """

    __tablename__ = "kiosk_tries"
    __table_args__ = (Index("ix_kiosk_tries_subject", "subject", "at"), Index("ix_kiosk_tries_at", "at"))

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kiosk_id: Mapped[str] = mapped_column(ForeignKey("kiosks.id"))
    subject: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Instant)
    forgiven: Mapped[bool]  # the right PIN came after it: it counts no more for its subject, and still for the kiosk


class Mood(StrEnum):
    """How somebody who leaves says that it was."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


class Smile(Base):
    """How often one mood was answered at one kiosk on one day. Nothing tells who, or when."""

    __tablename__ = "kiosk_smiles"

    kiosk_id: Mapped[str] = mapped_column(ForeignKey("kiosks.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)  # by the centre's clocks
    mood: Mapped[Mood] = mapped_column(word_column(Mood), primary_key=True)
    count: Mapped[int]
