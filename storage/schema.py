"""The whole schema in one place: every entity is known once this module is, and which revision they belong to.

Whoever opens a database imports this, so that an export, an erasure or a comparison can never miss a table because
its module happened not to be imported. What brings a database to a revision is in upgrading.py: a serving process only
looks whether it is there, and has no use for the rest of Alembic.
"""

from pathlib import Path

import sqlalchemy as sa

from storage import audit, invitations, people
from storage.campaign import (
    calendars,
    campaigns,
    digest_plans,
    drafts,
    forms,
    guidance,
    itineraries,
    leave,
    meetings,
    register_files,
    reminders,
    seats,
    work,
)
from storage.chat import conversations, inbox, outbox, timers
from storage.entity import Entity, Session
from storage.files import evidence, pictures
from storage.visit import (
    activities,
    announcements,
    briefings,
    corrections,
    draws,
    findings,
    interviewees,
    interviews,
    parts,
    quotes,
    talks,
    tallies,
    visits,
)
from storage.voices import deliveries, enquiries, library, library_files, notices, quizzes, surveys

MODULES = (
    activities,
    announcements,
    audit,
    briefings,
    calendars,
    campaigns,
    conversations,
    corrections,
    deliveries,
    digest_plans,
    drafts,
    draws,
    enquiries,
    evidence,
    findings,
    forms,
    guidance,
    inbox,
    interviewees,
    interviews,
    invitations,
    itineraries,
    leave,
    library,
    library_files,
    meetings,
    notices,
    outbox,
    parts,
    people,
    pictures,
    quizzes,
    quotes,
    register_files,
    reminders,
    seats,
    surveys,
    talks,
    tallies,
    timers,
    visits,
    work,
)
"""Where the entities are; tests compare this with what lies in the folder."""

METADATA = Entity.metadata

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "alembic_version"
_KINDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def current(connection: sa.Connection) -> str | None:
    """Return the revision the database is at; None when it is empty."""
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    at: str | None = connection.scalar(sa.text(f"SELECT version_num FROM {VERSION_TABLE}"))  # noqa: S608 - a name of our own
    return at


async def described(db: Session) -> tuple[str, str | None]:
    """Return (the kind of this session's database as people call it, the revision it is at)."""
    connection = await db.connection()
    return _KINDS[connection.dialect.name], await connection.run_sync(current)


def head() -> str:
    """Return the newest revision there is: they are numbered, and their files begin with the number."""
    return max(file.name.partition("_")[0] for file in MIGRATIONS.glob("versions/[0-9]*.py"))
