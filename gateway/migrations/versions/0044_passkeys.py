"""Passkeys, and the challenges that their authenticators sign."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"

_INSTANT = sa.DateTime(timezone=True)
_ID = sa.String(length=32)
_HASH = sa.String(length=64)


def upgrade() -> None:
    """From 0043: nobody has a passkey yet."""
    op.create_table(
        "passkeys",
        sa.Column("id", _ID, nullable=False),
        sa.Column("member_id", _ID, nullable=False),
        sa.Column("credential_hash", _HASH, nullable=False),
        sa.Column("credential_id", sa.Text(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("site", sa.String(length=253), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("label", _HASH, nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("used_at", _INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name="fk_passkeys_member_id_members"),
        sa.PrimaryKeyConstraint("id", name="pk_passkeys"),
        sa.UniqueConstraint("credential_hash", name="uq_passkeys_credential_hash"),
    )
    op.create_index("ix_passkeys_member_id", "passkeys", ["member_id"])
    op.create_table(
        "passkey_challenges",
        sa.Column("hash", _HASH, nullable=False),
        sa.Column("session_hash", _HASH, nullable=True),
        sa.Column("ends_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_passkey_challenges"),
    )
    op.create_index("ix_passkey_challenges_ends_at", "passkey_challenges", ["ends_at"])
