"""The whole schema in one place: every entity is known once this module is, and migrations bring a database up to it.

Whoever opens a database imports this, so that an export, an erasure or a comparison can never miss a table because
its module happened not to be imported.
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from storage import (
    activities,
    audit,
    calendars,
    campaigns,
    conversations,
    deliveries,
    drafts,
    draws,
    evidence,
    forms,
    inbox,
    interviewees,
    interviews,
    invitations,
    notices,
    outbox,
    people,
    pictures,
    quotes,
    register_files,
    reminders,
    seats,
    surveys,
    talks,
    timers,
    visits,
    work,
)
from storage.entity import Entity, Session

MODULES = (
    activities,
    audit,
    calendars,
    campaigns,
    conversations,
    deliveries,
    drafts,
    draws,
    evidence,
    forms,
    inbox,
    interviewees,
    interviews,
    invitations,
    notices,
    outbox,
    people,
    pictures,
    quotes,
    register_files,
    reminders,
    seats,
    surveys,
    talks,
    timers,
    visits,
    work,
)
"""Where the entities are; tests compare this with what lies in the folder."""

METADATA = Entity.metadata

_MIGRATIONS = Path(__file__).parent / "migrations"
_KINDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
_MIGRATION_LOCK = 7_311_201_903_001


def config(connection: sa.Connection) -> Config:
    """Return what Alembic needs to work on this connection; no ini file."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: sa.Connection) -> None:
    """Bring the database up to the newest revision, in the connection's transaction; of two at once one waits."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
    command.upgrade(config(connection), "head")


def current(connection: sa.Connection) -> str | None:
    """Return the revision the database is at; None when it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


async def described(db: Session) -> tuple[str, str | None]:
    """Return (the kind of this session's database as people call it, the revision it is at)."""
    connection = await db.connection()
    return _KINDS[connection.dialect.name], await connection.run_sync(current)


def head() -> str | None:
    """Return the newest revision there is."""
    return ScriptDirectory(str(_MIGRATIONS)).get_current_head()
