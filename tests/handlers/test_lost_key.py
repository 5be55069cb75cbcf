"""Keys that change or are lost while interviews lie under them, on both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.app import App
from bot.config import Address, Secret, Settings
from bot.offline.terminal import TerminalDriver
from handlers.chat import Text
from handlers.journeys import JOURNEYS
from storage.chat import inbox
from storage.database import Database
from storage.vault import rotation
from storage.vault.sealing import KeyLost, Keyring, new_key
from storage.visit import interviewees, interviews, quotes, talks
from storage.visit.visits import Visit
from tests.handlers.confidence import KEY, confidence
from tests.handlers.phone import Bench, drain, written

if TYPE_CHECKING:
    from pathlib import Path

    from tests.handlers.confidence import Confidence

SAID = "食堂的事拖了三年没人管！我们反映过。"


async def talked(talk: Confidence) -> None:
    """An interview with a name, a list of names, and a quote."""
    phone = await talk.begin(SAID)
    await phone.tap("对象")
    await phone.text("张三")
    await phone.tap("结束")
    await phone.tap("摘录")
    await phone.tap("1")
    await phone.tap("预览")
    await phone.tap("报送")
    await talk.leader.press(f"interview.due:{talk.visit_id}", 1)
    await talk.leader.text("张三\n李四")


async def everything(database: Database) -> list[object]:
    """What was said, who said it, the quote and the list, as a database with these keys opens them."""
    async with database.read() as db:
        interview = await interviews.get(db, 1)
        found = await interviews.entries(db, 1)
        (quote,) = await quotes.of_group(db, 2)
        visit = await db.get(Visit, interview.visit_id)
        return [
            [one.words for one in interviews.opened(db, interview, found)],
            await interviewees.names(db, [1]),
            quotes.words_of(db, quote),
            talks.names_in(db, await talks.of_visit(db, visit)),
        ]


ALL = [[SAID], {1: "张三"}, "食堂的事拖了三年没人管！", ["张三", "李四"]]


async def test_everything_opens_with_the_new_key_alone_and_no_fingerprint_changes(
    database_url: str, tmp_path: Path
) -> None:
    talk = await confidence(database_url, tmp_path)
    await talked(talk)
    await talk.bench.database.close()
    new = new_key()
    both = Database(database_url, keyring=Keyring.parse(f"{new},{KEY}"))
    async with both.read() as db:
        before = [(one.said, one.fingerprint) for one in await interviews.entries(db, 1)]
    assert (await rotation.rotate(both, Keyring.parse(f"{new},{KEY}"), talk.bench.now)).unreadable == 0
    assert set(await rotation.counted(both)) == {Keyring.parse(new).ids[0]}
    await both.close()
    database = Database(database_url, keyring=Keyring.parse(new))
    assert await everything(database) == ALL
    async with database.read() as db:
        assert [(one.said, one.fingerprint) for one in await interviews.entries(db, 1)] == before
    await database.close()
    database = Database(database_url, keyring=Keyring.parse(KEY))
    with pytest.raises(KeyLost):
        await everything(database)
    await database.close()


async def test_an_update_that_does_not_open_is_set_aside_and_the_chat_goes_on(
    database_url: str, tmp_path: Path
) -> None:
    talk = await confidence(database_url, tmp_path)
    phone = talk.inspector
    async with talk.bench.database.begin() as db:
        event = Text(**phone.about(), message_id=900, text=SAID)
        await inbox.store(db, [(900, phone.id, written(event))], talk.bench.now)
    await talk.bench.database.close()
    lost = Database(database_url, keyring=Keyring.parse(new_key()))
    bench = Bench.on(lost, tmp_path, JOURNEYS)
    bench.now, bench.numbers = talk.bench.now, talk.bench.numbers
    for _ in range(3):
        await drain(bench.engine, phone.id)
        bench.now = bench.now.replace(minute=bench.now.minute + 1)
    async with lost.begin() as db:
        (aside,) = await inbox.set_aside(db)
        assert aside.error.startswith("KeyLost")
        aside.error, aside.state = "known", inbox.State.aside
    async with lost.begin() as db:
        event = Text(**phone.about(), message_id=901, text="今日督导")
        await inbox.store(db, [(901, phone.id, written(event))], bench.now)
    assert await drain(bench.engine, phone.id) == 1
    await lost.close()
    back = Database(database_url, keyring=Keyring.parse(KEY))
    async with back.read() as db:
        (aside,) = await inbox.set_aside(db)
        assert SAID in str(aside.payload)
    await back.close()


async def test_the_bot_says_at_the_start_which_key_is_missing_and_works(
    sqlite_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    talk = await confidence(sqlite_url, tmp_path)
    await talk.begin(SAID)
    await talk.bench.database.close()
    settings = Settings(
        bot_token=Secret("1:" + "x" * 35),
        database_url=Secret(sqlite_url),
        data_dir=tmp_path,
        listen=Address("127.0.0.1", 0),
        key=Secret(new_key()),
    )
    async with App(settings, driver=TerminalDriver(1, "某人", "zh")) as app:
        assert app.alive()
    assert f"keys that are not here: {Keyring.parse(KEY).ids[0]}" in caplog.text


async def test_a_draw_under_a_lost_key_says_so_and_another_can_be_made(sqlite_url: str, tmp_path: Path) -> None:
    talk = await confidence(sqlite_url, tmp_path)
    phone = talk.inspector
    await phone.text("/draw")
    await phone.text("张三\n李四")
    await phone.tap("1")
    await phone.text("/draw")
    await talk.bench.database.close()
    other = Database(sqlite_url, keyring=Keyring.parse(new_key()))
    bench = Bench.on(other, tmp_path, JOURNEYS)
    bench.numbers, bench.now, bench.phones, phone.bench = talk.bench.numbers, talk.bench.now, {phone.id: phone}, bench
    for data in ("draw.look:1", "draw.record:1", "draw.make:2:1:uniform"):
        await phone.press(data, 1)
        assert "没有丢失" in phone.toast, data
    await phone.press("draw.earlier", 1)
    assert "还没有抽取过" in phone.last.text
    await phone.text("/draw")
    assert "第3号随机抽取" in phone.last.text
    await other.close()
