"""Odd words in every place that takes words: kept as they came, shown as they are, never obeyed."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from handlers.link import NAME_LENGTH
from handlers.text import LANGUAGES, speech
from storage import invitations
from storage.entity import storable
from storage.people import Role
from tests.bot import raw
from tests.hostile.hands import Hands
from tests.hostile.updates import Actor
from tests.hostile.words import EVERY, FORMATS, MARKUP, PATHS, UNICODE

if TYPE_CHECKING:
    from tests.hostile.arena import Arena

NASTY = (*MARKUP, *FORMATS, *UNICODE)
UNINVITED = "本机器人仅限受邀使用，如已收到邀请链接，请直接点开。"
UNKNOWN = "这个链接不是有效的邀请。请向发给您的人再要一个。"
MOST = 500
"""Characters of a note that the checklist has room for."""
NEVER = ("<class", "object at 0x", "__main__", "mappingproxy")


async def inspector(arena: Arena) -> tuple[Hands, int]:
    """An inspector of the second group, standing in front of a visit's first item."""
    hands = Hands(arena, arena.actors["inspector-2"])
    await hands.tap("visit.today")
    visit = next(int(data.split(":")[1]) for _, data in hands.actor.seen if data.startswith("visit.open"))
    await hands.tap(f"visit.open:{visit}")
    return hands, visit


async def newest(arena: Arena, table: str, column: str) -> str:
    async with arena.database.read() as db:
        return str(await db.scalar(sa.text(f"select {column} from {table} order by id desc limit 1")))  # noqa: S608 - ours


def flat(words: str) -> str:
    return " ".join(words.split())


def calm(said: str) -> None:
    """Nothing of Python looks out of what the bot says."""
    assert not [one for one in NEVER if one in said], said


async def test_a_note_is_kept_as_it_came_and_shown_as_it_is(arena: Arena) -> None:
    hands, visit = await inspector(arena)
    for words in NASTY:
        meant = storable(words).strip()
        if not meant or len(meant) > MOST:
            continue
        await hands.tap(f"checklist.note:{visit}:3")
        said = await hands.message(text=words)
        assert await newest(arena, "answers", "value") == meant, ascii(words)
        assert flat(meant)[:39] in flat(said), ascii(words)
        await hands.tap(f"checklist.note:{visit}:3")
        await hands.tap(next(data for _, data in reversed(hands.actor.seen) if data.startswith("checklist.clear")))
        assert await newest(arena, "answers", "value") == ""


async def test_no_words_make_a_message_that_telegram_would_not_take(arena: Arena) -> None:
    hands, visit = await inspector(arena)
    for at, words in enumerate(EVERY):
        await hands.tap(f"checklist.{('go', 'note')[at % 2]}:{visit}:2")
        calm((await hands.message(text=words)).replace(words, ""))
        if at % 4 == 0:
            await hands.tap(f"checklist.overview:{visit}")
            assert await hands.message(text=words), ascii(words)
            await hands.tap(f"visit.summary:{visit}")
            await hands.tap("visit.todo")


async def test_a_caption_and_a_file_name_are_kept_as_they_came(arena: Arena) -> None:
    hands, visit = await inspector(arena)
    for at, words in enumerate((*PATHS, *NASTY)):
        await hands.tap(f"checklist.go:{visit}:4")
        lying = raw.DOCUMENT | {"file_name": words, "file_unique_id": f"u{at}"}
        said = await hands.message(document=lying, caption=words[:1024])
        assert await newest(arena, "evidence", "name") == storable(words), ascii(words)
        assert await newest(arena, "evidence", "caption") == storable(words[:1024]), ascii(words)
        assert said
        await hands.tap(f"checklist.evidence:{visit}:4:99")


async def test_a_name_is_kept_as_telegram_gave_it_and_greeted_as_it_is(arena: Arena) -> None:
    for at, words in enumerate(NASTY):
        name = words[:64]
        async with arena.database.begin() as db:
            _, token = await invitations.create(
                db, role=Role.office, name="", now=arena.now, lifetime=timedelta(days=1)
            )
        newcomer = arena.actors[f"new{at}"] = Actor(20_000 + at, name)
        hands = Hands(arena, newcomer)
        said = await hands.message(text=f"/start {token}")
        assert await newest(arena, "people", "name") == storable(name), ascii(words)
        assert flat(storable(name)) in flat(said), ascii(words)
        assert flat(storable(name)) in flat(await hands.message(text="/me"))
        calm(said.replace(storable(name), ""))


async def test_a_name_in_an_invitation_is_shown_as_it_is_and_given(arena: Arena) -> None:
    hands = Hands(arena, arena.actors["admin-1"])
    for at, words in enumerate(NASTY):
        name = flat(storable(words))
        if not name or len(name) > NAME_LENGTH:
            continue
        await hands.tap("invitation.role:office:0:0")
        said = await hands.message(text=words)
        assert name in said, ascii(words)
        token = re.findall(r"start=(i_[A-Za-z0-9_-]{22})", said)[-1]
        newcomer = arena.actors[f"invited{at}"] = Actor(30_000 + at, "x")
        assert name in await Hands(arena, newcomer).message(text=f"/start {token}"), ascii(words)
        assert name in await hands.tap("invitation.mine")


async def test_odd_words_from_a_stranger_get_the_one_answer_there_is(arena: Arena) -> None:
    hands = Hands(arena, arena.actors["stranger0"])
    for at, words in enumerate(EVERY):
        if at % 20 == 0:
            arena.now += timedelta(minutes=1)
        said = await hands.message(text=words)
        assert said in (UNINVITED, UNKNOWN) or said.startswith((UNINVITED, "这里没有登记您的任何信息")), ascii(words)


@pytest.mark.parametrize("words", EVERY)
def test_a_sentence_takes_words_as_words(words: str) -> None:
    for language in LANGUAGES:
        said = speech(language).t("Hello, {name}.", name=words)
        assert words in html.unescape(str(said))
        assert "<" not in str(said)
        assert words in speech(language).label("Hello, {name}.", name=words)
