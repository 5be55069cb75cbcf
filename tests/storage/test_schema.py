"""The migrations make exactly what the entities say, on both databases."""

import asyncio
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import AsyncEngine

import storage
from storage import engines, schema, upgrading
from storage.database import Database
from storage.entity import Entity, Whom
from storage.voices import library


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    postgres = request.getfixturevalue("postgres")
    name = postgres.create(empty=True)
    yield postgres.url(name)
    postgres.drop(name)


def _differences(connection: sa.Connection) -> list[object]:
    opts = {
        "compare_type": True,
        "compare_server_default": True,
        "target_metadata": schema.METADATA,
        # The index of trigrams is no entity: SQLite keeps it in tables of its own, PostgreSQL where it has pg_trgm.
        "include_name": lambda name, *_: not (name or "").startswith((library.INDEX, "ix_library_items_words")),
    }
    context = MigrationContext.configure(connection, opts=opts)
    return list(compare_metadata(context, schema.METADATA))


def _engine(url: str) -> AsyncEngine:
    parsed = engines.parse(url)
    return (
        engines.sqlite_writer(parsed, echo=False)
        if parsed.get_backend_name() == "sqlite"
        else engines.postgres(parsed, echo=False, size=2)
    )


async def test_migrations_make_what_the_entities_say(database_url: str) -> None:
    engine = _engine(database_url)
    async with engine.connect() as connection:
        assert await connection.run_sync(_differences) == []
    await engine.dispose()


async def test_an_empty_database_has_no_revision_and_a_migrated_one_the_newest(empty_url: str) -> None:
    database = Database(empty_url)
    current, head = await database.revision()
    assert current is None
    assert head is not None
    await upgrading.migrate(database)
    assert await database.revision() == (head, head)
    await upgrading.migrate(database)
    await database.close()


def test_the_newest_revision_is_the_one_that_alembic_ends_at() -> None:
    script = ScriptDirectory(str(schema.MIGRATIONS))
    assert script.get_heads() == [schema.head()]


async def test_two_that_migrate_at_once_do_it_once(empty_url: str) -> None:
    both = [Database(empty_url), Database(empty_url)]
    await asyncio.gather(*(upgrading.migrate(one) for one in both))
    current, head = await both[0].revision()
    assert current == head
    for one in both:
        await one.close()


async def test_every_migration_can_be_taken_back(database_url: str) -> None:
    engine = _engine(database_url)
    async with engine.begin() as connection:
        await connection.run_sync(lambda sync: command.downgrade(upgrading.config(sync), "base"))
        tables = await connection.run_sync(lambda sync: sa.inspect(sync).get_table_names())
    assert set(tables) <= {"alembic_version", "sqlite_sequence"}
    await engine.dispose()


def test_every_module_with_an_entity_is_in_the_schema() -> None:
    folder = Path(str(storage.__file__)).parent
    files = [path.relative_to(folder).with_suffix("") for path in folder.rglob("*.py")]
    modules = [
        importlib.import_module(".".join(("storage", *file.parts)))
        for file in files
        if file.name != "__init__" and file.parts[0] != "migrations"
    ]
    defining = {
        module
        for module in modules
        for thing in vars(module).values()
        if isinstance(thing, type) and issubclass(thing, Entity) and thing.__module__ == module.__name__
    }
    assert defining - {importlib.import_module("storage.entity")} == set(schema.MODULES)


def test_every_table_that_points_to_a_person_or_a_chat_says_what_it_holds_about_them() -> None:
    silent = []
    for mapper in Entity.registry.mappers:
        table = mapper.local_table
        assert isinstance(table, sa.Table)
        points = {key.column.table.name for key in table.foreign_keys} & {"people"}
        named = {"chat_id", "telegram_id"} & {column.name for column in table.columns}
        if (points or named) and mapper.class_.about(Whom(id=1, telegram_id=2)) is None:
            silent.append(table.name)
    assert silent == []


def test_every_foreign_key_is_the_start_of_an_index_or_belongs_to_a_small_table() -> None:
    # A table that grows without end must not be read through when a person or a visit is looked for.
    growing = {"answers", "evidence", "audit", "visits", "conversations"}
    rare = {"removed_by", "submitted_by", "form_version_id"}
    missing = []
    for table in schema.METADATA.tables.values():
        starts = {index.columns[0].name for index in table.indexes} | {table.primary_key.columns[0].name}
        missing += [
            f"{table.name}.{key.parent.name}"
            for key in table.foreign_keys
            if table.name in growing and key.parent.name not in starts | rare
        ]
    assert missing == []
