"""A deliverer for the tests of what goes out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.bot.conftest import now
from tests.bot.outgoing.post import Post

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bot.drivers.driver import Driver
    from storage.database import Database


@pytest.fixture
def make(database: Database, one_driver: Driver, nothing: Callable[[str], Path]) -> Callable[..., Post]:
    """Make a deliverer on either database."""
    return lambda clock=now, **more: Post(database, one_driver, nothing, clock, **more)


@pytest.fixture
def make_one(sqlite_database: Database, one_driver: Driver, nothing: Callable[[str], Path]) -> Callable[..., Post]:
    """Make a deliverer where the database does not matter."""
    return lambda clock=now, **more: Post(sqlite_database, one_driver, nothing, clock, **more)
