"""Sentences handed on without a name and taken back, and interviews erased by right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from storage import audit, people
from storage.visit import interviewees, interviews, quotes
from tests.handlers.confidence import confidence

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.handlers.confidence import Confidence

SAID = "食堂的事拖了三年没人管！我们反映过。\n领导说再等等"


@pytest.fixture
async def talk(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Confidence]:
    made = await confidence(sqlite_url, tmp_path)
    yield made
    await made.bench.database.close()


# --- quotes ---


async def quote(talk: Confidence) -> None:
    phone = await talk.begin(SAID, "发补贴就行")
    await phone.tap("结束")
    await phone.tap("摘录")


async def test_a_quote_is_word_for_word_and_without_a_name(talk: Confidence) -> None:
    await quote(talk)
    phone = talk.inspector
    await phone.tap("1")
    await phone.tap("2")
    await phone.tap("预览")
    assert "「食堂的事拖了三年没人管！我们反映过。」\n— 萧山项目党支部" in phone.last.text
    assert not talk.leader.bot_said
    await phone.tap("报送")
    assert "食堂的事拖了三年没人管！我们反映过。" in talk.leader.last.text
    assert "督导员01" not in talk.leader.last.text
    async with talk.bench.database.read() as db:
        (one,) = await quotes.of_group(db, 2)
        assert quotes.words_of(db, one) == "食堂的事拖了三年没人管！我们反映过。"
        assert {column.name for column in one.__table__.columns} == {
            "id", "group_id", "unit_id", "words", "released_on", "used_on",
        }  # fmt: skip
        links = await audit.of_subject(db, "interview:1")
        assert all(str(one.id) not in str(link.details) for link in links)


async def test_sentences_that_come_on_screen_again_are_a_look_and_choosing_among_them_is_none(talk: Confidence) -> None:
    await quote(talk)
    phone = talk.inspector

    async def looks() -> int:
        async with talk.bench.database.read() as db:
            return int(await db.scalar(sa.select(sa.func.count()).select_from(interviews.Look)) or 0)

    before = await looks()
    await phone.tap("1")
    await phone.tap("2")
    assert await looks() == before
    await phone.text("今日督导")
    await phone.press("interview.pick:1:0", 1)  # an old button
    assert "食堂的事拖了三年" in phone.last.text
    assert await looks() == before + 1


async def test_sentences_apart_become_quotes_apart(talk: Confidence) -> None:
    await quote(talk)
    phone = talk.inspector
    await phone.tap("1")
    await phone.tap("3")
    await phone.tap("预览")
    await phone.tap("报送")
    async with talk.bench.database.read() as db:
        words = {quotes.words_of(db, one) for one in await quotes.of_group(db, 2)}
    assert words == {"食堂的事拖了三年没人管！", "领导说再等等"}


async def test_a_passage_can_be_sent_and_must_stand_there(talk: Confidence) -> None:
    await quote(talk)
    phone = talk.inspector
    await phone.text("拖了四年")
    assert "没有一字不差的这段话" in phone.last.text
    await phone.text("拖了三年没人管")
    assert "「拖了三年没人管」" in phone.last.text
    await phone.tap("报送")
    assert "拖了三年没人管" in talk.leader.last.text


async def test_a_quote_is_taken_back_until_a_finding_has_used_it(talk: Confidence) -> None:
    await quote(talk)
    phone = talk.inspector
    for at in (0, 3):
        await phone.press(f"interview.pick:1:{at}", 1)
        await phone.tap("预览")
        await phone.tap("报送")
        await phone.tap("返回")
    async with talk.bench.database.begin() as db:
        audit.acting(db, None, talk.bench.now)
        one, _ = await quotes.of_group(db, 2)
        one.used_on = talk.bench.now.date()
        used = one.id
    await phone.press(f"interview.return:1:{used}", 1)
    assert "已用到问题里" in phone.toast
    await phone.tap("收回第1条")
    await phone.press("interview.quote:1", 1)
    async with talk.bench.database.read() as db:
        assert len(await quotes.of_group(db, 2)) in {1, 2}
    async with talk.bench.database.begin() as db:
        audit.acting(db, None, talk.bench.now)
        for one in await quotes.of_group(db, 2):
            assert one.id == used or await quotes.take_back(db, one.id)
        assert [one.id for one in await quotes.of_group(db, 2)] == [used]
    await phone.press("interview.return:1:12345", 1)
    assert "已过期" in phone.toast


async def test_the_leader_sees_the_quotes_of_a_unit_and_others_do_not(talk: Confidence) -> None:
    await quote(talk)
    await talk.inspector.tap("4")
    await talk.inspector.tap("预览")
    await talk.inspector.tap("报送")
    await talk.leader.text("/interview")
    await talk.leader.tap("原话 1")
    assert "「发补贴就行」" in talk.leader.last.text
    await talk.colleague.press(f"interview.quotes:{talk.visit_id}", 1)
    assert "已过期" in talk.colleague.toast


# --- erasing ---


async def test_an_interview_is_erased_by_right_with_its_quotes_and_who_it_was(talk: Confidence) -> None:
    await quote(talk)
    phone = talk.inspector
    await phone.tap("1")
    await phone.tap("预览")
    await phone.tap("报送")
    await phone.press("interview.who:1", 1)
    await phone.text("张三")
    await phone.press("interview.erase:1", 1)
    await phone.tap("◀ 保留")
    assert "食堂" in phone.last.text
    await phone.tap("删除…")
    await phone.tap("抹去")
    async with talk.bench.database.read() as db:
        interview = await interviews.get(db, 1)
        assert interview.box is None
        assert interview.ended_at is not None, "that there was a talk stays"
        assert await interviewees.names(db, [1]) == {}
        assert all(one.said is None for one in await interviews.entries(db, 1, every=True))
        assert await quotes.of_group(db, 2) == []
        with pytest.raises(interviews.Shredded):
            interviews.box_of(db, interview)
    await phone.press("interview.read:1", 1)
    assert "已被抹去" in phone.toast


async def test_the_interviewers_own_export_has_nothing_of_what_others_said(talk: Confidence) -> None:
    phone = await talk.begin(SAID)
    await phone.tap("结束")
    async with talk.bench.database.read() as db:
        person = await people.by_telegram(db, phone.id)
        exported = await people.export(db, person)
    assert "食堂" not in str(exported)
    assert len(exported["interviews"]) == 1
    assert not {"said", "box"} & (set(exported["interview_entries"][0]) | set(exported["interviews"][0]))
