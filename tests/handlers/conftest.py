"""A bench with a campaign on it: two groups, their units, and nobody in it yet."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from bot.background import apart
from handlers.journeys import JOURNEYS
from storage.campaign.campaigns import Campaign, Group, Unit
from tests.handlers.desk import Desk, open_desk
from tests.handlers.phone import Bench

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from storage.database import Database

TITLE = {"zh_CN": "第二批主题教育巡回督导", "en": "Theme education, second batch"}


async def campaign(database: Database) -> None:
    """Set up the campaign every test of a conversation happens in."""
    async with database.begin() as db:
        made = Campaign(name="theme-education", title=TITLE, starts_on=date(2026, 10, 1), ends_on=date(2026, 12, 31))
        db.add(made)
        await db.flush()
        groups = [Group(campaign_id=made.id, name=name) for name in ("一组", "二组")]
        db.add_all(groups)
        await db.flush()
        units = (
            ("ZJ", "浙江省区域管理公司党委", 3, 1),
            ("ZJ01", "萧山项目党支部", 5, 1),
            ("JS", "江苏省区域管理公司党委", 3, 0),
        )
        db.add_all(
            Unit(campaign_id=made.id, code=code, name=name, level=level, group_id=groups[at].id)
            for code, name, level, at in units
        )


@pytest.fixture
async def bench(sqlite_database: Database, tmp_path: Path) -> Bench:
    """A bench on SQLite, which is what a test of a conversation needs."""
    await campaign(sqlite_database)
    return Bench.on(sqlite_database, tmp_path, JOURNEYS)


@pytest.fixture
async def both_benches(database: Database, tmp_path: Path) -> Bench:
    """A bench on SQLite and then one on PostgreSQL, for the few tests where that could differ."""
    await campaign(database)
    return Bench.on(database, tmp_path, JOURNEYS)


@pytest.fixture
def read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have forms read in this process: that they are read apart is tested with the reader."""

    async def run(seconds: float, function: Callable[..., object], *args: object) -> object:
        del seconds
        return function(*args)

    monkeypatch.setattr(apart, "run", run)


@pytest.fixture
async def desk(bench: Bench) -> Desk:
    """Where forms are sent in."""
    return await open_desk(bench)
