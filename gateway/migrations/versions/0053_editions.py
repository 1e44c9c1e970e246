"""What the house's rules as they stand are called: another name after every change, given by the database itself."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"

_TABLES = ("spaces", "opening_hours", "calendar_days", "policy_rules")
_ACTS = ("INSERT", "UPDATE", "DELETE")

# Taken out and put in: an upsert would heed what the statement that changed the rules says of conflicts.
_ON_SQLITE = """
    CREATE TRIGGER {table}_make_another_edition_{act} AFTER {act} ON {table}
    BEGIN
        DELETE FROM editions;
        INSERT INTO editions (id, name) VALUES (1, lower(hex(randomblob(16))));
    END
"""

# The trail's turn first (`kit.audit`): two who change rules would else wait for each other, one of whom has written in
# the trail before.
_ON_POSTGRESQL = """
    CREATE FUNCTION make_another_edition() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock(7318402);
        INSERT INTO editions (id, name) VALUES (1, replace(gen_random_uuid()::text, '-', ''))
        ON CONFLICT (id) DO UPDATE SET name = excluded.name;
        RETURN NULL;
    END
    $$
"""
_AT_ONCE = """
    CREATE TRIGGER {table}_make_another_edition AFTER INSERT OR UPDATE OR DELETE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION make_another_edition()
"""


def upgrade() -> None:
    """From 0052: the rules that there are get their first name."""
    op.create_table(
        "editions",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_editions_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_editions")),
    )
    op.execute("INSERT INTO editions (id, name) VALUES (1, 'first')")
    if op.get_bind().dialect.name == "sqlite":
        for table in _TABLES:
            for act in _ACTS:
                op.execute(_ON_SQLITE.format(table=table, act=act))
        return
    op.execute(_ON_POSTGRESQL)
    for table in _TABLES:
        op.execute(_AT_ONCE.format(table=table))
