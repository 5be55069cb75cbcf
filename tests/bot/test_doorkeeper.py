"""A stranger who shouts is turned away; nobody else is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.doorkeeper import STRANGERS_A_MINUTE, Doorkeeper

if TYPE_CHECKING:
    from storage.database import Database
    from tests.bot.conftest import Clock


async def test_a_loud_stranger_is_turned_away_and_a_busy_group_is_not(sqlite_database: Database, clock: Clock) -> None:
    door = Doorkeeper(sqlite_database, clock)
    many = STRANGERS_A_MINUTE + 10
    rows = [(number * 2 + (chat_id > 0), chat_id, {}) for number in range(many) for chat_id in (4242, -1001234567890)]
    taken = await door.let_in(rows)
    assert [sum(row[1] == chat_id for row in taken) for chat_id in (4242, -1001234567890)] == [STRANGERS_A_MINUTE, many]
