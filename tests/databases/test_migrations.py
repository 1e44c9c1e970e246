"""The shape of the database: what the steps make is what the models say, on both databases."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from gateway import migrations
from gateway.kit.db import open_engine
from gateway.migrations import Shape
from gateway.migrations.tables import metadata
from tests.database_fixture import file_of
from tests.race import at_once


@pytest.fixture
def engine(empty_database_url):
    engine = open_engine(empty_database_url)
    yield engine
    engine.dispose()


def checks(engine):
    """Every CHECK by table, as the database itself tells it."""
    look = inspect(engine)
    return {
        table: sorted((check["name"], check["sqltext"]) for check in look.get_check_constraints(table))
        for table in look.get_table_names()
        if table != "alembic_version"
    }


def test_the_steps_make_what_the_models_say(engine):
    migrations.upgrade(engine)

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata()) == []


def test_the_steps_make_the_checks_that_the_models_have(engine, tmp_path):
    """Alembic does not compare these."""
    migrations.upgrade(engine)
    found = checks(engine)
    with engine.begin() as connection:
        metadata().drop_all(connection)
        metadata().create_all(connection)

    assert found == checks(engine)
    assert len(found["rentals"]) == 2


def test_a_model_that_changed_without_a_step_is_noticed(engine):
    migrations.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("DROP INDEX uq_rentals_member"))

        context = MigrationContext.configure(connection)
        [(what, index)] = compare_metadata(context, metadata())

    assert (what, index.name) == ("add_index", "uq_rentals_member")


def test_an_upgrade_can_be_repeated(engine):
    assert migrations.shape(engine) is Shape.EMPTY
    for _ in range(2):
        migrations.upgrade(engine)
        assert migrations.is_current(engine)


def test_two_programs_that_upgrade_at_once_take_turns(empty_database_url):
    def upgrade():
        engine = open_engine(empty_database_url)
        try:
            migrations.upgrade(engine)
            return migrations.shape(engine)
        finally:
            engine.dispose()

    assert at_once([upgrade] * 4) == [Shape.CURRENT] * 4


def test_a_step_that_fails_half_way_leaves_nothing_behind(engine, monkeypatch):
    monkeypatch.setattr("alembic.op.create_index", fail)
    with pytest.raises(ZeroDivisionError):
        migrations.upgrade(engine)
    assert migrations.shape(engine) is Shape.EMPTY
    assert inspect(engine).get_table_names() == []

    monkeypatch.undo()
    migrations.upgrade(engine)
    assert migrations.is_current(engine)


def fail(*_, **__):
    """As if the power went."""
    raise ZeroDivisionError


@pytest.mark.parametrize(("revision", "shape"), [("9999_from_the_future", Shape.NEWER), (None, Shape.EMPTY)])
def test_a_database_of_another_release_is_not_taken_for_ours(engine, revision, shape):
    migrations.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
        if revision:
            connection.execute(text("INSERT INTO alembic_version VALUES (:r)"), {"r": revision})

    assert migrations.shape(engine) is shape
    assert not migrations.is_current(engine)


@pytest.mark.parametrize("empty_database_url", ["sqlite"], indirect=True)
def test_asking_for_the_shape_waits_for_no_writer(empty_database_url):
    engine = open_engine(empty_database_url)
    migrations.upgrade(engine)
    writer = create_engine(empty_database_url, isolation_level=None)
    with writer.connect() as writing:
        writing.exec_driver_sql("BEGIN IMMEDIATE")
        assert migrations.is_current(engine)
        writing.exec_driver_sql("ROLLBACK")
    writer.dispose()
    engine.dispose()
    assert file_of(empty_database_url).exists()
