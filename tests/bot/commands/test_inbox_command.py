"""Updates that were set aside can be looked at, taken up again and given up, from the command line."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bot.__main__ import main
from bot.commands import inbox as inbox_command
from bot.commands.inbox import NotSetAside
from storage import audit
from storage.chat import inbox
from storage.chat.inbox import State
from storage.database import Database

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
WORDS = "Zephyrine"


async def store(database: Database) -> None:
    """Three updates of two people: two are set aside, one still waits."""
    async with database.begin() as db:
        updates = [(n, chat, {"update_id": n, "message": {"text": WORDS}}) for n, chat in ((1, 7), (2, 8), (3, 7))]
        await inbox.store(db, updates, NOW)
        for number in (1, 2):
            row = await inbox.get(db, number)
            assert row is not None
            for _ in range(inbox.ATTEMPTS):
                row.fail("KeyError at visit.py:7", NOW)


@pytest.fixture
async def aside(database: Database) -> Database:
    await store(database)
    return database


async def state(database: Database, number: int) -> tuple[State, bool]:
    async with database.read() as db:
        row = await inbox.get(db, number)
    assert row is not None
    return row.state, row.payload is not None


async def test_the_list_says_what_went_wrong_and_not_what_was_written(aside: Database):
    assert await inbox_command.listed(aside) == (
        "ID  ARRIVED (UTC)        CHAT  FROM      ERROR\n"
        "1   2026-11-22 02:00:00  7     telegram  KeyError at visit.py:7\n"
        "2   2026-11-22 02:00:00  8     telegram  KeyError at visit.py:7"
    )


async def test_an_empty_list_says_so(database: Database):
    assert await inbox_command.listed(database) == "Nothing is set aside."


async def test_what_a_person_wrote_is_shown_only_when_asked_for(aside: Database):
    shown = await inbox_command.shown(aside, 2, payload=False)
    assert "update_id  2" in shown
    assert "holds      message (" in shown
    assert WORDS not in shown
    assert WORDS in await inbox_command.shown(aside, 2, payload=True)


async def test_a_replayed_update_is_the_next_of_its_chat(aside: Database):
    assert await inbox_command.freed(aside, [1], NOW, drop=False) == (
        "1 back in line; a running bot takes them up within a second."
    )
    async with aside.read() as db:
        row = await inbox.next_for(db, 7, NOW)
        trail = await audit.of_subject(db, "arrival:1")
    assert row is not None
    assert (row.id, row.attempts, row.error) == (1, 0, None)
    assert [one.action for one in trail] == ["inbox.replayed"]


async def test_a_dropped_update_holds_nothing_any_more(aside: Database):
    assert await inbox_command.freed(aside, [1, 2, 1], NOW, drop=True) == "2 given up."
    assert await state(aside, 1) == await state(aside, 2) == (State.done, False)
    assert await state(aside, 3) == (State.new, True)


@pytest.mark.parametrize("number", [3, 99, -1, 2**70])
async def test_all_that_are_named_are_freed_or_none(aside: Database, number: int):
    with pytest.raises(NotSetAside, match=str(number)):
        await inbox_command.freed(aside, [1, number], NOW, drop=True)
    assert await state(aside, 1) == (State.aside, True)
    with pytest.raises(NotSetAside):
        await inbox_command.shown(aside, number, payload=True)


def test_the_command_does_it(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    async def fill() -> None:
        database = Database(sqlite_url)
        await store(database)
        await database.close()

    asyncio.run(fill())
    monkeypatch.setenv("XUNDU_DATA_DIR", str(tmp_path))

    def does(*arguments: str) -> tuple[int, str]:
        status = main(["inbox", *arguments])
        said = capsys.readouterr()
        return status, said.out + said.err

    assert does("list")[1].count("KeyError") == 2
    assert WORDS not in does("show", "1")[1]
    assert WORDS in does("show", "1", "--payload")[1]
    assert does("replay", "1") == (0, "1 back in line; a running bot takes them up within a second.\n")
    assert does("drop", "2") == (0, "1 given up.\n")
    assert does("list") == (0, "Nothing is set aside.\n")
    status, said = does("drop", "2")
    assert status == 1
    assert "Nothing with the number 2 is set aside" in said
