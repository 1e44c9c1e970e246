"""The first tables.

Written out in full: what the models become later must not change what this step did.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """From an empty database."""
    _audit_entries()
    _dead_letters()
    _devices()
    _idempotent_answers()
    _members()
    _sign_in_failures()
    _banks()
    _device_events()
    _locks()
    _member_sessions()
    _access_grants()
    _compartments()
    _unlocks()
    _rentals()
    _audit_only_grows()


def _audit_entries() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("act", sa.String(length=48), nullable=False),
        sa.Column("thing", sa.String(length=64), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit_entries"),
    )


def _dead_letters() -> None:
    op.create_table(
        "dead_letters",
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("fault", sa.String(length=16), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_at", INSTANT, nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.Column("sample", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("device", "channel", "fault", name="pk_dead_letters"),
    )


def _devices() -> None:
    op.create_table(
        "devices",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "PENDING",
                "APPROVED",
                "SUSPENDED",
                "RETIRED",
                name="devicestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("public_key", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.String(length=32), nullable=False),
        sa.Column("doors", sa.Integer(), nullable=False),
        sa.Column("firmware", sa.String(length=64), nullable=False),
        sa.Column(
            "presence",
            sa.Enum(
                "online", "offline", "unknown", name="presence", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("boot_id", sa.String(length=16), nullable=False),
        sa.Column("heard_at", INSTANT, nullable=False),
        sa.Column("first_seen_at", INSTANT, nullable=False),
        sa.Column("approved_at", INSTANT, nullable=True),
        sa.Column("log_no", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=True),
        sa.Column("last_hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_devices"),
    )


def _idempotent_answers() -> None:
    op.create_table(
        "idempotent_answers",
        sa.Column("member_id", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("kept_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("member_id", "key", name="pk_idempotent_answers"),
    )


def _members() -> None:
    op.create_table(
        "members",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("member_no", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "member",
                "desk",
                "technician",
                "manager",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "language",
            sa.Enum("zh-CN", "en", name="language", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("elder_mode", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("password_ends_at", INSTANT, nullable=True),
        sa.Column("audit_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("disabled_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_members"),
        sa.UniqueConstraint("audit_id", name="uq_members_audit_id"),
        sa.UniqueConstraint("member_no", name="uq_members_member_no"),
    )


def _sign_in_failures() -> None:
    op.create_table(
        "sign_in_failures",
        sa.Column("number_hash", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("number_hash", name="pk_sign_in_failures"),
    )


def _banks() -> None:
    op.create_table(
        "banks",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("device_id", sa.String(length=32), nullable=False),
        sa.Column("name_zh", sa.String(length=64), nullable=False),
        sa.Column("name_en", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name="fk_banks_device_id_devices"),
        sa.PrimaryKeyConstraint("id", name="pk_banks"),
        sa.UniqueConstraint("device_id", name="uq_banks_device_id"),
    )


def _device_events() -> None:
    op.create_table(
        "device_events",
        sa.Column("device_id", sa.String(length=32), nullable=False),
        sa.Column("log_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("boot_id", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("door", sa.Integer(), nullable=True),
        sa.Column("cmd_id", sa.String(length=32), nullable=True),
        sa.Column("level_before", sa.String(length=8), nullable=True),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("mono_ms", sa.BigInteger(), nullable=False),
        sa.Column("observed_at", INSTANT, nullable=True),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name="fk_device_events_device_id_devices"),
        sa.PrimaryKeyConstraint("device_id", "log_no", "seq", name="pk_device_events"),
    )
    op.create_index("ix_device_events_cmd_id", "device_events", ["cmd_id"])


def _locks() -> None:
    op.create_table(
        "locks",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("device_id", sa.String(length=32), nullable=False),
        sa.Column("door", sa.Integer(), nullable=False),
        sa.Column(
            "level",
            sa.Enum("open", "shut", "unknown", name="doorlevel", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("level_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name="fk_locks_device_id_devices"),
        sa.PrimaryKeyConstraint("id", name="pk_locks"),
        sa.UniqueConstraint("device_id", "door", name="uq_locks_device_id_door"),
    )


def _member_sessions() -> None:
    op.create_table(
        "member_sessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("member_id", sa.String(length=32), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name="fk_member_sessions_member_id_members"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_member_sessions"),
    )
    op.create_index("ix_member_sessions_member_id", "member_sessions", ["member_id"])


def _access_grants() -> None:
    op.create_table(
        "access_grants",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("lock_id", sa.String(length=32), nullable=False),
        sa.Column("member_id", sa.String(length=32), nullable=False),
        sa.Column(
            "source",
            sa.Enum("rental", name="grantsource", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("source_id", sa.String(length=32), nullable=False),
        sa.Column("from_at", INSTANT, nullable=True),
        sa.Column("until_at", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["lock_id"], ["locks.id"], name="fk_access_grants_lock_id_locks"),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name="fk_access_grants_member_id_members"),
        sa.PrimaryKeyConstraint("id", name="pk_access_grants"),
    )
    op.create_index("ix_access_grants_live", "access_grants", ["lock_id", "member_id"])
    op.create_index("ix_access_grants_source", "access_grants", ["source", "source_id"])


def _compartments() -> None:
    op.create_table(
        "compartments",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("bank_id", sa.String(length=32), nullable=False),
        sa.Column("lock_id", sa.String(length=32), nullable=False),
        sa.Column("label", sa.String(length=8), nullable=False),
        sa.Column(
            "size",
            sa.Enum("S", "M", "L", name="size", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("accessible", sa.Boolean(), nullable=False),
        sa.Column("in_service", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["bank_id"], ["banks.id"], name="fk_compartments_bank_id_banks"),
        sa.ForeignKeyConstraint(["lock_id"], ["locks.id"], name="fk_compartments_lock_id_locks"),
        sa.PrimaryKeyConstraint("id", name="pk_compartments"),
        sa.UniqueConstraint("bank_id", "label", name="uq_compartments_bank_id_label"),
        sa.UniqueConstraint("lock_id", name="uq_compartments_lock_id"),
    )


def _unlocks() -> None:
    op.create_table(
        "unlocks",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("member_id", sa.String(length=32), nullable=False),
        sa.Column("lock_id", sa.String(length=32), nullable=False),
        sa.Column("device_id", sa.String(length=32), nullable=False),
        sa.Column("door", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "REQUESTED",
                "AUTHORISED",
                "SIGNED",
                "UNCERTAIN",
                "OPENED",
                "ALREADY_OPEN",
                "NOT_OPENED",
                "POSSIBLE",
                "EXPIRED",
                "REFUSED",
                name="unlockstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("requested_at", INSTANT, nullable=False),
        sa.Column("requested_mono", sa.Double(), nullable=False),
        sa.Column("host_boot", sa.String(length=36), nullable=False),
        sa.Column("signed_at", INSTANT, nullable=True),
        sa.Column("nonce", sa.String(length=32), nullable=True),
        sa.Column("pulsed_at", INSTANT, nullable=True),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name="fk_unlocks_device_id_devices"),
        sa.ForeignKeyConstraint(["lock_id"], ["locks.id"], name="fk_unlocks_lock_id_locks"),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name="fk_unlocks_member_id_members"),
        sa.PrimaryKeyConstraint("id", name="pk_unlocks"),
    )
    op.create_index("ix_unlocks_lock", "unlocks", ["lock_id", "requested_at"])
    op.create_index("ix_unlocks_member_id", "unlocks", ["member_id"])
    op.create_index(
        "uq_unlocks_unsettled",
        "unlocks",
        ["lock_id"],
        unique=True,
        sqlite_where=sa.text("settled_at IS NULL"),
        postgresql_where=sa.text("settled_at IS NULL"),
    )


def _rentals() -> None:
    op.create_table(
        "rentals",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("compartment_id", sa.String(length=32), nullable=False),
        sa.Column("member_id", sa.String(length=32), nullable=False),
        sa.Column(
            "state",
            sa.Enum("ACTIVE", "ENDED", name="rentalstate", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("from_at", INSTANT, nullable=False),
        sa.Column("until_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint("(state = 'ENDED') = (ended_at IS NOT NULL)", name=op.f("ck_rentals_ended")),
        sa.ForeignKeyConstraint(["compartment_id"], ["compartments.id"], name="fk_rentals_compartment_id_compartments"),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name="fk_rentals_member_id_members"),
        sa.PrimaryKeyConstraint("id", name="pk_rentals"),
    )
    op.create_index("ix_rentals_compartment", "rentals", ["compartment_id", "ended_at"])
    op.create_index("ix_rentals_member", "rentals", ["member_id", "from_at"])
    op.create_index(
        "uq_rentals_compartment",
        "rentals",
        ["compartment_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "uq_rentals_member",
        "rentals",
        ["member_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _audit_only_grows() -> None:
    """Refuse every change to the trail but a new entry at its end, whoever asks."""
    statements = _ON_POSTGRESQL if op.get_bind().dialect.name == "postgresql" else _ON_SQLITE
    for statement in statements:
        op.execute(statement)


_ON_SQLITE = (
    """
    CREATE TRIGGER audit_entries_no_update BEFORE UPDATE ON audit_entries
    BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END
    """,
    """
    CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries
    BEGIN SELECT RAISE(ABORT, 'audit entries are never deleted'); END
    """,
    # INSERT OR REPLACE deletes without asking the trigger above.
    """
    CREATE TRIGGER audit_entries_at_end BEFORE INSERT ON audit_entries
    WHEN EXISTS (SELECT 1 FROM audit_entries WHERE seq >= NEW.seq)
    BEGIN SELECT RAISE(ABORT, 'audit entries are added at the end'); END
    """,
)

_ON_POSTGRESQL = (
    """
    CREATE FUNCTION audit_entries_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'audit entries are never changed or deleted'; END $$
    """,
    """
    CREATE TRIGGER audit_entries_no_change BEFORE UPDATE OR DELETE ON audit_entries
    FOR EACH ROW EXECUTE FUNCTION audit_entries_only_grow()
    """,
    """
    CREATE TRIGGER audit_entries_no_truncate BEFORE TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_only_grow()
    """,
)
