"""The arena, with either library, and the long run: HOSTILE=100000 pytest tests/hostile -s."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from storage.database import Database
from tests.bot.conftest import Clock
from tests.hostile.arena import LONG, Arena

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A long run takes as long as it takes."""
    if LONG:
        for item in items:
            if "/hostile/" in str(item.path):
                item.add_marker(pytest.mark.timeout(0))


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> Iterator[str]:
    """A database in memory where there is such a place: ten thousand commits test nothing of the disk."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
    with TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as folder:
        path = Path(folder) / "xundu.db"
        shutil.copyfile(sqlite_template, path)
        yield f"sqlite:///{path}"


@pytest.fixture(params=["aiogram-sqlite", "ptb-postgresql"])
async def either(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Arena]:
    """The arena with each of the two libraries, and each on another database."""
    driver, kind = request.param.split("-")
    database = Database(request.getfixturevalue(f"{'postgres' if kind == 'postgresql' else 'sqlite'}_url"))
    yield await Arena.on(database, tmp_path, driver)
    await database.close()


@pytest.fixture
def unlogged() -> Iterator[None]:
    """What pytest keeps of every warning is not to be taken for memory that the bot needs."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
async def arena(sqlite_database: Database, tmp_path: Path) -> Arena:
    """The arena where the library does not matter."""
    return await Arena.on(sqlite_database, tmp_path, "ptb")


@pytest.fixture
def clock() -> Clock:
    """A clock that the test moves."""
    return Clock()
