"""A claim is on a place that there is: held by the database."""

from alembic import op

revision = "0048"
down_revision = "0047"


def upgrade() -> None:
    """From 0047: what is claimed already stays as it is."""
    statements = _ON_POSTGRESQL if op.get_bind().dialect.name == "postgresql" else _ON_SQLITE
    for statement in statements:
        op.execute(statement)


# Whoever lessens a space's places leaves claims on places that are no more: these are still shortened and released,
# and are on no other place, of no other space, and not taken back from release.
_IS_NEWLY_HELD = "(NEW.space_id <> OLD.space_id OR NEW.place <> OLD.place OR OLD.released_at IS NOT NULL)"

_NO_SUCH_PLACE = """
    NEW.released_at IS NULL AND NOT EXISTS (
        SELECT 1 FROM spaces WHERE id = NEW.space_id AND 0 <= NEW.place AND NEW.place < places
    )
"""

_ON_SQLITE = (
    f"""
    CREATE TRIGGER claims_on_places_there_are_insert BEFORE INSERT ON claims
    WHEN {_NO_SUCH_PLACE}
    BEGIN SELECT RAISE(ABORT, 'no such place'); END
    """,
    f"""
    CREATE TRIGGER claims_on_places_there_are_update BEFORE UPDATE ON claims
    WHEN {_IS_NEWLY_HELD} AND {_NO_SUCH_PLACE}
    BEGIN SELECT RAISE(ABORT, 'no such place'); END
    """,
)

_ON_POSTGRESQL = (
    f"""
    CREATE FUNCTION claims_on_places_there_are() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF {_NO_SUCH_PLACE} THEN
            RAISE EXCEPTION 'no such place' USING ERRCODE = 'check_violation', TABLE = 'claims';
        END IF;
        RETURN NEW;
    END
    $$
    """,
    """
    CREATE TRIGGER claims_on_places_there_are_insert BEFORE INSERT ON claims
    FOR EACH ROW EXECUTE FUNCTION claims_on_places_there_are()
    """,
    f"""
    CREATE TRIGGER claims_on_places_there_are_update BEFORE UPDATE ON claims
    FOR EACH ROW WHEN {_IS_NEWLY_HELD} EXECUTE FUNCTION claims_on_places_there_are()
    """,
)
