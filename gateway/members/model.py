"""Tables of people."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, false
from sqlalchemy.orm import Mapped, mapped_column

from gateway.kit.db import Base, Instant, word_column


class Role(StrEnum):
    """What somebody is here."""

    MEMBER = "member"
    DESK = "desk"
    TECHNICIAN = "technician"
    MANAGER = "manager"


class Language(StrEnum):
    """What somebody reads."""

    ZH_CN = "zh-CN"
    EN = "en"


class Member(Base):
    """A person with an account. `audit_id` stands for them in the audit trail, which never holds a name."""

    __tablename__ = "members"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    member_no: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    role: Mapped[Role] = mapped_column(word_column(Role), default=Role.MEMBER)
    language: Mapped[Language] = mapped_column(word_column(Language), default=Language.ZH_CN)  # to write to them in
    has_chosen_language: Mapped[bool] = mapped_column(default=False, server_default=false())
    elder_mode: Mapped[bool] = mapped_column(default=False)
    prefers_accessible: Mapped[bool] = mapped_column(default=False, server_default=false())  # compartments within reach
    password_hash: Mapped[str] = mapped_column(String(200))
    password_ends_at: Mapped[datetime | None] = mapped_column(Instant)  # a one-time code's; None once chosen
    audit_id: Mapped[str] = mapped_column(String(32), unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    disabled_at: Mapped[datetime | None] = mapped_column(Instant)

    @property
    def chosen_language(self) -> Language | None:
        """What they want to read; None while nobody has said: then their phone's own is as good a guess as any."""
        return self.language if self.has_chosen_language else None


class GroupKind(StrEnum):
    """Why members are taken together."""

    BRANCH = "branch"  # of the union: what its members use may be counted together
    STANDING = "standing"  # what somebody is: retired, junior, staff of the union


class Group(Base):
    """Members for whom the same rules hold."""

    __tablename__ = "member_groups"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[GroupKind] = mapped_column(word_column(GroupKind))
    name_zh: Mapped[str] = mapped_column(String(64))
    name_en: Mapped[str] = mapped_column(String(64))


class Membership(Base):
    """A member is in a group."""

    __tablename__ = "memberships"

    group_id: Mapped[str] = mapped_column(ForeignKey("member_groups.id"), primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("members.id"), primary_key=True, index=True)


class MemberSession(Base):
    """Somebody signed in. Only the SHA-256 of the token is kept."""

    __tablename__ = "member_sessions"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    member_id: Mapped[str] = mapped_column(ForeignKey("members.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)


class SignInFailures(Base):
    """Wrong passwords for one member number, whether or not it exists; counted across restarts.

    Only the number's hash is kept: what people type there is at times their password.
    """

    __tablename__ = "sign_in_failures"

    number_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(Instant)
