"""What Telegram accepted is known to whoever delivers next, although the process was killed before its commit."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.outgoing.receipts import Fate, Receipts
from handlers.chat import Card, Say
from sandbox.faults import Settings
from storage.chat.outbox import State
from tests.bot.conftest import Faults, now, until
from tests.bot.outgoing.post import ROWS, Post, at_work, said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sandbox.botapi import Incoming, Perform
    from sandbox.client import Phone
    from sandbox.server import Sandbox


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Let nobody commit, as on a machine whose disk is busy."""
    with closing(sqlite3.connect(folder / "xundu.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def edits(telegram: Sandbox) -> list[str]:
    """List what edits showed, in the order in which they were performed."""
    return [one.text for one in telegram.world.ledger.since(0, 100) if one.method.startswith("edit")]


async def killed_once(post: Post, happened: Callable[[], bool], folder: Path) -> None:
    """Deliver while nothing can be committed until something has happened, and die."""
    with locked(folder):
        task = asyncio.create_task(post.deliverer.run())
        await until(happened)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_what_was_sent_and_not_committed_when_the_process_died_is_not_sent_again(
    make_one: Callable[..., Post], faults: Faults, phone: Phone, tmp_path: Path
) -> None:
    file = tmp_path / "receipts"
    post = make_one(receipts=file)
    await post.put(4242, Say(text="a"), Card(text="1/22", buttons=ROWS))
    await killed_once(post, lambda: len(post.deliverer._settler.open) == 2, tmp_path)
    assert await post.states() == [State.pending, State.pending]
    async with at_work(make_one(receipts=file)) as after:
        await after.put(4242, Say(text="b"))
        await until(after.settled)
    assert said(await phone.messages()) == ["a", "1/22", "b"]
    assert faults.methods() == ["sendmessage"] * 3
    assert await after.states() == [State.sent] * 3
    assert await after.card(4242) == [one["id"] for one in await phone.messages()][1]
    assert file.read_bytes() == b"", "the file does not grow"


async def test_an_edit_under_way_when_the_process_died_does_not_come_to_lie_over_a_later_one(
    make_one: Callable[..., Post], telegram: Sandbox, phone: Phone, tmp_path: Path
) -> None:
    file = tmp_path / "receipts"
    post = make_one(receipts=file)
    async with at_work(post):
        await post.put(4242, Card(text="1/22", buttons=ROWS))
        await until(post.settled)
    card = await post.card(4242)
    assert card is not None
    os.utime(file, (0, 0))  # a long time ago
    under_way = 0

    async def note(incoming: Incoming, perform: Perform) -> object:
        nonlocal under_way
        under_way += incoming.method.startswith("edit")
        try:
            return await perform(incoming)
        finally:
            under_way -= incoming.method.startswith("edit")

    telegram.trouble.put(Settings(slow=1, slow_seconds=0.4))
    telegram.bot_api.add_layer(note)
    dying = make_one(receipts=file)
    await dying.put(4242, Card(text="2/22", buttons=ROWS, tapped=card))
    task = asyncio.create_task(dying.deliverer.run())
    await until(lambda: telegram.trouble.faults.counts["slow"] == 1)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    telegram.trouble.put(Settings())
    async with at_work(make_one(receipts=file)) as after:
        await after.put(4242, Card(text="3/22", buttons=ROWS, tapped=card))
        await until(after.settled)
    await until(lambda: not under_way)
    assert edits(telegram)[-1] == "3/22"
    assert said(await phone.messages()) == ["3/22"]


async def test_without_a_file_such_messages_are_sent_again(
    make_one: Callable[..., Post], phone: Phone, tmp_path: Path
) -> None:
    post = make_one()
    await post.put(4242, Say(text="a"))
    await killed_once(post, lambda: len(post.deliverer._settler.open) == 1, tmp_path)
    async with at_work(make_one()) as after:
        await until(after.settled)
    assert said(await phone.messages()) == ["a", "a"]


async def test_the_receipts_of_another_database_settle_nothing(
    make_one: Callable[..., Post], phone: Phone, tmp_path: Path
) -> None:
    file = tmp_path / "receipts"
    kept = Receipts(file)
    kept.keep(Fate(1, now() - timedelta(days=1), State.sent, 99, card=(4242, 99)))
    kept.close()
    post = make_one(receipts=file)
    await post.put(4242, Say(text="a"))
    async with at_work(post):
        await until(post.settled)
    assert said(await phone.messages()) == ["a"]
    assert await post.card(4242) is None


async def test_nothing_of_a_message_stands_in_the_file(tmp_path: Path) -> None:
    kept = Receipts(tmp_path / "receipts")
    kept.keep(Fate(7, now(), State.failed, error="Rejected: 王敏 said so"))
    assert "王敏" not in (tmp_path / "receipts").read_text("unicode_escape")
    assert (tmp_path / "receipts").stat().st_mode & 0o077 == 0
    kept.close()


async def test_a_line_that_broke_off_is_passed_over(tmp_path: Path) -> None:
    file, moment = tmp_path / "receipts", now()
    kept = Receipts(file)
    for number in (1, 2):
        kept.keep(Fate(number, moment, State.sent, number + 10, card=(4242, number + 10)))
    kept.close()
    file.write_bytes(file.read_bytes()[:-7] + b'\n[]\n[1, 2, 3, 4, 5]\n\xff\n[1, 1e999, "sent", 1, null]\n')
    assert Receipts(file).read() == [Fate(1, moment, State.sent, 11, card=(4242, 11))]


async def test_where_no_file_can_be_written_messages_go_out_all_the_same(
    make_one: Callable[..., Post], phone: Phone, tmp_path: Path
) -> None:
    (tmp_path / "receipts").mkdir()
    post = make_one(receipts=tmp_path / "receipts")
    await post.put(4242, Say(text="a"), Say(text="b"))
    async with at_work(post):
        await until(post.settled)
    assert said(await phone.messages()) == ["a", "b"]
