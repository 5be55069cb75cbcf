"""A stranger who shouts is turned away; nobody else is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.incoming.doorkeeper import STRANGERS_A_MINUTE, Doorkeeper
from bot.incoming.receive import Intake
from storage import upgrading
from storage.chat import inbox
from storage.database import Database, Unavailable

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bot.conftest import Clock


async def test_a_loud_stranger_is_turned_away_and_a_busy_group_is_not(sqlite_database: Database, clock: Clock) -> None:
    door = Doorkeeper(sqlite_database, clock)
    many = STRANGERS_A_MINUTE + 10
    rows = [(number * 2 + (chat_id > 0), chat_id, {}) for number in range(many) for chat_id in (4242, -1001234567890)]
    taken = await door.let_in(rows)
    assert [sum(row[1] == chat_id for row in taken) for chat_id in (4242, -1001234567890)] == [STRANGERS_A_MINUTE, many]


async def test_what_comes_again_because_it_could_not_be_stored_makes_nobody_loud(tmp_path: Path, clock: Clock) -> None:
    folder = tmp_path / "gone"
    database = Database(f"sqlite:///{folder}/xundu.db")
    intake = Intake(database, lambda _: None, clock)
    update = {"update_id": 1, "message": {"chat": {"id": 4242}}}
    for _ in range(STRANGERS_A_MINUTE + 1):
        with pytest.raises(Unavailable):
            await intake.store([update])
    folder.mkdir()
    await upgrading.migrate(database)
    await intake.store([update])
    async with database.read() as db:
        assert (await inbox.depth(db)).waiting == 1
    await database.close()
