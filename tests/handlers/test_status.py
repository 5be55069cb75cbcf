"""How the bot is doing, on a telephone: what is told, to whom, and what can be done about what was set aside."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from handlers import chat
from handlers.access import ACCESS
from handlers.journeys import JOURNEYS
from handlers.status import PRIORITIES
from storage import audit
from storage.chat import inbox, outbox
from storage.chat.inbox import State
from storage.chat.outbox import Priority
from storage.people import Role
from tests.handlers.conftest import campaign
from tests.handlers.phone import Bench, written

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncSession

    from handlers.chat import Event
    from storage.database import Database
    from tests.handlers.phone import Phone

WORDS = "Zephyrine"
ERROR = "KeyError at visit.py:7"


class Troubled(Bench):
    """A bench on which something has been set aside already; a bug in a journey still fails the test."""

    async def _no_bugs(self, db: AsyncSession, chat_id: int) -> None:
        assert [row.error for row in await inbox.set_aside(db) if row.error != ERROR] == []
        waiting = await inbox.next_for(db, chat_id, self.now + timedelta(days=1))
        assert waiting is None, f"a turn failed: {waiting.error}"


@pytest.fixture
async def bench(sqlite_database: Database, tmp_path: Path) -> Bench:
    await campaign(sqlite_database)
    return Troubled.on(sqlite_database, tmp_path, JOURNEYS)


async def set_aside(bench: Bench, phone: Phone, count: int = 1) -> list[int]:
    """Let what a person sends fail three times; return the numbers it has."""
    numbers = []
    for _ in range(count):
        event: Event = chat.Text(**phone.about(), message_id=next(bench.numbers), text=WORDS)
        update_id = next(bench.numbers)
        async with bench.database.begin() as db:
            await inbox.store(db, [(update_id, phone.id, written(event))], bench.now)
        async with bench.database.begin() as db:
            row = await inbox.next_for(db, phone.id, bench.now)
            assert row is not None
            for _ in range(inbox.ATTEMPTS):
                row.fail(ERROR, bench.now)
            numbers.append(row.id)
    return numbers


async def state(bench: Bench, number: int) -> tuple[State, bool]:
    async with bench.database.read() as db:
        row = await inbox.get(db, number)
    assert row is not None
    return row.state, row.payload is not None


@pytest.fixture
async def admin(bench: Bench) -> Phone:
    return await bench.let_in("王主任", Role.admin)


@pytest.fixture
async def sender(bench: Bench) -> Phone:
    return await bench.let_in("<督导员01>", Role.inspector, group="二组")


async def test_all_is_well_on_one_small_screen(both_benches: Bench):
    admin = await both_benches.let_in("王主任", Role.admin)
    await admin.text("/status")
    lines = admin.last.text.splitlines()
    assert lines[0] == "运行状态"
    assert lines[1].startswith("巡督 ")
    assert ("SQLite" if both_benches.database.embedded else "PostgreSQL") in lines[1]
    assert lines[2:] == [
        "收到：全部处理完毕",
        "发送：全部发出",
        "佐证：已存0个，下载中0个，失败0个",
        "搁置：0条",
    ]
    assert admin.last.labels == ["刷新", "◀ 返回"]


async def test_what_waits_is_told_with_its_age(bench: Bench, admin: Phone, sender: Phone):
    async with bench.database.begin() as db:
        await inbox.store(db, [(9001, 424242, {}), (9002, 424242, {})], bench.now)
        later = bench.now + timedelta(hours=3)
        await outbox.put(db, sender.id, [{"kind": "say", "text": "x"}] * 3, now=bench.now, priority=Priority.bulk)
        await outbox.put(db, sender.id, [{"kind": "say", "text": "x"}], now=bench.now, not_before=later)
    bench.now += timedelta(minutes=5)
    await admin.text("/status")
    assert "收到：2条待处理，最早的已等5分钟" in admin.last.text
    assert "发送：待发回复1条 · 通知3条，最早的已等5分钟" in admin.last.text


def test_every_priority_has_words():
    assert {one.name for one in Priority} <= set(PRIORITIES)


async def test_what_was_set_aside_is_shown_without_what_was_written(bench: Bench, admin: Phone, sender: Phone):
    (number,) = await set_aside(bench, sender)
    await admin.text("/status")
    assert admin.last.text.splitlines()[-2:] == [
        "搁置：1条",
        f"第{number}号 · 10月21日 09:00 · <督导员01> · KeyError at visit.py:7",
    ]
    assert admin.last.labels == [f"重试第{number}号", f"放弃第{number}号…", "刷新", "◀ 返回"]
    assert WORDS not in str(admin)


async def test_more_than_fit_are_counted_and_come_up_as_the_first_go(bench: Bench, admin: Phone, sender: Phone):
    numbers = await set_aside(bench, sender, 5)
    await admin.text("/status")
    assert admin.last.text.splitlines()[-1] == "另有2条"
    await admin.tap(f"重试第{numbers[0]}号")
    assert f"第{numbers[3]}号 · " in admin.last.text
    assert admin.last.text.splitlines()[-1] == "另有1条"
    assert len(admin.bot_said) == 1


async def test_trying_again_puts_it_back_in_line_and_it_is_answered(bench: Bench, admin: Phone, sender: Phone):
    (number,) = await set_aside(bench, sender)
    await admin.text("/status")
    await admin.tap(f"重试第{number}号")
    assert admin.toast == f"第{number}号已重新排队。"
    assert "搁置：0条" in admin.last.text
    assert await state(bench, number) == (State.new, True)
    await bench.run(sender.id)
    assert await state(bench, number) == (State.done, False)
    assert sender.bot_said
    async with bench.database.read() as db:
        (deed,) = await audit.of_subject(db, f"arrival:{number}")
        person = await bench.person(admin)
    assert person is not None
    assert (deed.action, deed.person_id) == ("inbox.replayed", person.id)


async def test_giving_up_asks_first(bench: Bench, admin: Phone, sender: Phone):
    (number,) = await set_aside(bench, sender)
    await admin.text("/status")
    await admin.tap(f"放弃第{number}号…")
    assert admin.last.text == f"放弃第{number}号？其中发来的内容将一并丢弃。"
    await admin.tap("先留着")
    assert await state(bench, number) == (State.aside, True)
    await admin.tap(f"放弃第{number}号…")
    await admin.tap("彻底放弃")
    assert admin.toast == f"第{number}号已放弃。"
    assert await state(bench, number) == (State.done, False)
    assert "搁置：0条" in admin.last.text


@pytest.mark.parametrize("verb", ["replay", "drop", "gone"])
async def test_a_button_for_what_somebody_else_dealt_with_changes_nothing(
    bench: Bench, admin: Phone, sender: Phone, verb: str
):
    (number,) = await set_aside(bench, sender)
    await admin.text("/status")
    async with bench.database.begin() as db:
        row = await inbox.get(db, number)
        assert row is not None
        row.drop()
    await admin.press(f"status.{verb}:{number}", admin.last.id)
    assert admin.toast == "这个按钮已过期，什么都没有改动。"
    await admin.press(f"status.{verb}:999999", admin.last.id)
    await admin.press(f"status.{verb}:x", admin.last.id)
    assert await state(bench, number) == (State.done, False)


@pytest.mark.parametrize("role", [role for role in Role if role not in ACCESS["/status"]])
async def test_only_those_who_look_after_the_bot_may(bench: Bench, sender: Phone, role: Role):
    (number,) = await set_aside(bench, sender)
    other = await bench.let_in("路人", role, group="二组")
    await other.text("/status")
    await other.press(f"status.gone:{number}", 1)
    assert "运行状态" not in str(other)
    assert await state(bench, number) == (State.aside, True)


async def test_the_office_finds_it_behind_more_and_in_english(bench: Bench):
    office = await bench.let_in("Office", Role.office, language="en")
    await office.text("/help")
    assert "/status" in office.last.text
    await office.text("More")
    await office.tap("⚙️ Setting up")
    await office.tap("Status")
    assert office.last.text.startswith("How the bot is doing")
    assert office.last.labels == ["Look again", "◀ Back"]
