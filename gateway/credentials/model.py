"""Tables of PINs, cards, phones, passkeys and programs' tokens."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.db import Base, Instant, word_column


class PinOf(StrEnum):
    """What a PIN belongs to."""

    RENTAL = "rental"  # told to its holder, and good for that compartment alone
    MEMBER = "member"  # the member's own, for use with their card


class Pin(Base):
    """Six digits. Kept is an Argon2id hash of them under a pepper that is not in this database.

    `id` is new with every making: whatever was begun with the digits before is recognised by it, and is over.
    """

    __tablename__ = "pins"

    of: Mapped[PinOf] = mapped_column(word_column(PinOf), primary_key=True)
    of_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    id: Mapped[str] = mapped_column(String(32), unique=True)
    hash: Mapped[str] = mapped_column(String(200))
    pepper: Mapped[str] = mapped_column(String(16))  # the name of the one it was made with
    made_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime | None] = mapped_column(Instant)  # a one-time PIN's, which must be replaced; else None


class Card(Base):
    """A member's card. Its number can be copied by anybody near it, so it says who somebody is and never proves it."""

    __tablename__ = "cards"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("members.id"), index=True)
    number_hash: Mapped[str] = mapped_column(String(64), unique=True)  # HMAC-SHA256 under the pepper, hex
    pepper: Mapped[str] = mapped_column(String(16))
    label: Mapped[str] = mapped_column(String(64))  # by which people tell a member's cards apart; may be empty
    registered_at: Mapped[datetime] = mapped_column(Instant)
    blocked_at: Mapped[datetime | None] = mapped_column(Instant)  # lost, until it is found


class Phone(Base):
    """A phone that shows passes: the public half of a key that never leaves it. It goes with its session."""

    __tablename__ = "phones"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)  # short: it is in every code
    session_hash: Mapped[str] = mapped_column(ForeignKey("member_sessions.token_hash", ondelete="CASCADE"), unique=True)
    public_key: Mapped[str] = mapped_column(String(88))  # an uncompressed point of P-256, base64url
    label: Mapped[str] = mapped_column(String(64))  # by which people tell their phones apart
    registered_at: Mapped[datetime] = mapped_column(Instant)
    last_pass_at: Mapped[datetime | None] = mapped_column(
        Instant
    )  # when the newest that counted was made, by its clock


class Passkey(Base):
    """The public half of a key that a member's phone, computer or security key signs in with (WebAuthn)."""

    __tablename__ = "passkeys"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("members.id"), index=True)
    credential_hash: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256, hex: the id may be a kilobyte
    credential_id: Mapped[str] = mapped_column(Text)  # base64url, like the key
    public_key: Mapped[str] = mapped_column(Text)  # COSE
    site: Mapped[str] = mapped_column(String(253))  # the name in the address it was made at, and is good at
    sign_count: Mapped[int] = mapped_column(BigInteger)
    label: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)


class PasskeyChallenge(Base):
    """What an authenticator was asked to sign, until it is signed or its time is over. Only its SHA-256 is kept."""

    __tablename__ = "passkey_challenges"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    session_hash: Mapped[str | None] = mapped_column(String(64))  # in which a passkey is made; None: to sign in
    ends_at: Mapped[datetime] = mapped_column(Instant, index=True)


class Token(Base):
    """Lets a program of a member's ask in their name. Only the SHA-256 of what the program shows is kept."""

    __tablename__ = "tokens"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("members.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    label: Mapped[str] = mapped_column(String(64))  # by which the member tells their programs apart
    may_act: Mapped[bool]  # beyond reading, which every token does
    may_open: Mapped[bool]
    for_staff: Mapped[bool]
    made_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)  # before its time; the row stays, to name what it did
    used_at: Mapped[datetime | None] = mapped_column(Instant)  # to the hour
