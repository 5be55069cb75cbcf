"""An update that failed and was set aside: the operator reads nothing in it that belongs to an interview."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.commands.inbox import shown
from storage.chat import inbox
from storage.chat.conversations import Conversation
from storage.chat.inbox import Arrival
from storage.visit import interviews
from tests.handlers.confidence import confidence

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from storage.entity import Json
    from tests.handlers.confidence import Confidence
    from tests.handlers.phone import Phone

WORDS = "食堂的事拖了三年"


@pytest.fixture
async def talk(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Confidence]:
    made = await confidence(sqlite_url, tmp_path)
    yield made
    await made.bench.database.close()


async def set_aside(talk: Confidence, phone: Phone, **payload: Json) -> int:
    async with talk.bench.database.begin() as db:
        await inbox.store(db, [(9000 + phone.id, phone.id, dict(payload))], talk.bench.now)
        row = await inbox.next_for(db, phone.id, talk.bench.now)
        assert row is not None
        for _ in range(inbox.ATTEMPTS):
            row.fail("KeyError at naming.py:7", talk.bench.now)
        return row.id


async def seen(talk: Confidence, number: int) -> bool:
    told = await shown(talk.bench.database, number, payload=True)
    assert WORDS in told or "interview" in told
    return WORDS in told


async def ended(talk: Confidence) -> int:
    """An interview that is over by some minutes; returns the message that was said in it."""
    phone = await talk.begin()
    said = await phone.text("原来的话")
    await phone.tap("结束")
    await talk.bench.wait(seconds=300)
    return int(said)


async def go_on(talk: Confidence, phone: Phone) -> None:
    """Let the chat stand elsewhere, some time later."""
    await talk.bench.wait(seconds=60)
    async with talk.bench.database.begin() as db:
        chat = await db.get(Conversation, phone.id)
        assert chat is not None
        chat.keep("", {}, talk.bench.now, chat.person_id)
    await talk.bench.wait(seconds=60)


@pytest.mark.parametrize("goes_on", [False, True])
async def test_a_name_or_a_passage_typed_after_the_end_is_not_shown(talk: Confidence, goes_on: bool) -> None:
    await ended(talk)
    await talk.inspector.tap("对象")
    await talk.bench.wait(seconds=60)
    number = await set_aside(talk, talk.inspector, message={"text": WORDS})
    if goes_on:
        await go_on(talk, talk.inspector)
    assert not await seen(talk, number)


async def test_another_wording_is_not_shown_however_late(talk: Confidence) -> None:
    said = await ended(talk)
    await go_on(talk, talk.inspector)
    number = await set_aside(talk, talk.inspector, edited_message={"message_id": said, "text": WORDS})
    assert not await seen(talk, number)


async def test_the_names_that_a_leader_sends_are_not_shown(talk: Confidence) -> None:
    await talk.leader.press(f"interview.due:{talk.visit_id}", 1)
    await talk.bench.wait(seconds=60)
    assert not await seen(talk, await set_aside(talk, talk.leader, message={"text": WORDS}))


async def test_what_has_nothing_to_do_with_interviews_is_shown(talk: Confidence) -> None:
    await ended(talk)
    await talk.colleague.text("/help")
    await go_on(talk, talk.inspector)
    assert await seen(talk, await set_aside(talk, talk.inspector, message={"text": WORDS}))
    number = await set_aside(talk, talk.colleague, message={"text": WORDS})
    await go_on(talk, talk.colleague)
    assert await seen(talk, number)


async def test_an_error_that_holds_what_was_said_says_nothing_of_it_in_the_log_or_to_anybody(
    talk: Confidence, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    phone = await talk.begin()

    async def broken(*said: object, **_: object) -> None:
        raise ValueError(said)

    monkeypatch.setattr(interviews, "add", broken)
    caplog.set_level(logging.DEBUG)
    with pytest.raises(AssertionError, match="ValueError at"):  # the bench itself minds that a turn failed
        await phone.text(WORDS)
    assert "failed: ValueError at" in caplog.text
    assert WORDS not in caplog.text
    async with talk.bench.database.read() as db:
        row = await db.scalar(sa.select(Arrival).order_by(Arrival.id.desc()))
    assert row is not None
    assert row.error is not None
    assert WORDS not in row.error
    assert all(WORDS not in one.text for one in (*phone.bot_said, *talk.leader.bot_said))
