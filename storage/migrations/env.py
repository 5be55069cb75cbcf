"""What Alembic runs: the connection comes from storage/upgrading.py, or, at a developer's desk, from ``-x url=…``."""

import asyncio

import sqlalchemy as sa
from alembic import context

from storage import engines, schema


def run(connection: sa.Connection) -> None:
    """Run the migrations in the connection's own transaction."""
    context.configure(
        connection=connection,
        target_metadata=schema.METADATA,
        # SQLite can change little of a table in place; Alembic makes a new one and copies.
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def from_desk() -> None:
    """Open the database named on the command line: ``alembic -c storage/migrations/alembic.ini -x url=… revision``."""
    url = engines.parse(context.get_x_argument(as_dictionary=True)["url"])
    embedded = "sqlite" in url.drivername
    engine = engines.sqlite_writer(url, echo=False) if embedded else engines.postgres(url, echo=False, size=1)
    async with engine.begin() as connection:
        await connection.run_sync(run)
    await engine.dispose()


if given := context.config.attributes.get("connection"):
    run(given)
else:
    asyncio.run(from_desk())
