"""Activities, their times and places, and who has signed up."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"

_INSTANT = sa.DateTime(timezone=True)
_ID = sa.String(length=32)


def upgrade() -> None:
    """From 0039: there are no activities yet."""
    _activities()
    _times_and_places()
    _registrations()


def _activities() -> None:
    op.create_table(
        "activities",
        sa.Column("id", _ID, nullable=False),
        sa.Column("kind", _words("class", "lecture", "match", "other", name="activitykind"), nullable=False),
        sa.Column("title_zh", sa.String(length=64), nullable=False),
        sa.Column("title_en", sa.String(length=64), nullable=False),
        sa.Column("words_zh", sa.Text(), nullable=False),
        sa.Column("words_en", sa.Text(), nullable=False),
        sa.Column("space_id", _ID, nullable=True),
        sa.Column("group_id", _ID, nullable=True),
        sa.Column("starts_at", _INSTANT, nullable=False),
        sa.Column("ends_at", _INSTANT, nullable=False),
        sa.Column("opens_at", _INSTANT, nullable=False),
        sa.Column("closes_at", _INSTANT, nullable=False),
        sa.Column("published_at", _INSTANT, nullable=False),
        sa.Column("called_off_at", _INSTANT, nullable=True),
        sa.Column("called_off_for", sa.String(length=200), server_default=sa.text("''"), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_activities_span")),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_activities_registration")),
        sa.CheckConstraint("(called_off_at IS NULL) = (called_off_for = '')", name=op.f("ck_activities_called_off")),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name="fk_activities_space_id_spaces"),
        sa.ForeignKeyConstraint(["group_id"], ["member_groups.id"], name="fk_activities_group_id_member_groups"),
        sa.PrimaryKeyConstraint("id", name="pk_activities"),
    )
    op.create_index("ix_activities_ends", "activities", ["ends_at"])


def _times_and_places() -> None:
    op.create_table(
        "activity_times",
        sa.Column("activity_id", _ID, nullable=False),
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("starts_at", _INSTANT, nullable=False),
        sa.Column("ends_at", _INSTANT, nullable=False),
        sa.Column("reminded_at", _INSTANT, nullable=True),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_activity_times_span")),
        sa.ForeignKeyConstraint(["activity_id"], ["activities.id"], name="fk_activity_times_activity_id_activities"),
        sa.PrimaryKeyConstraint("activity_id", "no", name="pk_activity_times"),
    )
    op.create_index("ix_activity_times_starts", "activity_times", ["starts_at"])
    op.create_table(
        "activity_places",
        sa.Column("activity_id", _ID, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activities.id"], name="fk_activity_places_activity_id_activities"),
        sa.PrimaryKeyConstraint("activity_id", "place", name="pk_activity_places"),
    )


def _registrations() -> None:
    op.create_table(
        "activity_registrations",
        sa.Column("id", _ID, nullable=False),
        sa.Column("activity_id", _ID, nullable=False),
        sa.Column("member_id", _ID, nullable=False),
        sa.Column("state", _words("REGISTERED", "WAITING", "LEFT", name="registrationstate"), nullable=False),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("joined_at", _INSTANT, nullable=False),
        sa.Column("left_at", _INSTANT, nullable=True),
        sa.Column("came_at", _INSTANT, nullable=True),
        sa.CheckConstraint(
            "(state = 'REGISTERED') = (place IS NOT NULL)", name=op.f("ck_activity_registrations_placed")
        ),
        sa.CheckConstraint("(state = 'LEFT') = (left_at IS NOT NULL)", name=op.f("ck_activity_registrations_gone")),
        sa.CheckConstraint("came_at IS NULL OR state = 'REGISTERED'", name=op.f("ck_activity_registrations_came")),
        sa.ForeignKeyConstraint(
            ["activity_id", "place"],
            ["activity_places.activity_id", "activity_places.place"],
            name="fk_activity_registrations_place_activity_places",
        ),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activities.id"], name="fk_activity_registrations_activity_id_activities"
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name="fk_activity_registrations_member_id_members"),
        sa.PrimaryKeyConstraint("id", name="pk_activity_registrations"),
    )
    op.create_index("ix_activity_registrations_member", "activity_registrations", ["member_id", "joined_at"])
    for which, columns, where in (
        ("place", ["activity_id", "place"], "place IS NOT NULL"),
        ("member", ["activity_id", "member_id"], "left_at IS NULL"),
    ):
        op.create_index(
            f"uq_activity_registrations_{which}",
            "activity_registrations",
            columns,
            unique=True,
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )


def _words(*words: str, name: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=32)
