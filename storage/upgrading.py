"""Brings a database to a revision of the schema, with Alembic; only commands that do so import this.

Importing Alembic takes a quarter of a second and 11 MiB, which no serving process needs.
"""

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from storage import schema
from storage.database import Database

_LOCK = 7_311_201_903_001


def config(connection: sa.Connection) -> Config:
    """Return what Alembic needs to work on this connection; no ini file."""
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: sa.Connection) -> None:
    """Bring the database up to the newest revision, in the connection's transaction; of two at once one waits."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    command.upgrade(config(connection), "head")


async def migrate(database: Database) -> None:
    """Bring the schema up to this version of the program; harmless when it is, or when others do it too."""
    await database.alone(upgrade)
