"""One turn: all of it or nothing; a failure blocks nobody; groups are no conversations; timers use the same door."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from handlers import chat
from handlers.engine import Ran
from handlers.errors import UserError
from handlers.journey import Command, Journey
from handlers.journeys import JOURNEYS
from handlers.registry import Registry
from storage import people
from storage.chat import conversations, inbox, outbox, timers
from storage.people import Role
from tests.handlers.phone import drain
from tests.handlers.site import card, site

if TYPE_CHECKING:
    from handlers.chat import Event, Timer
    from handlers.turn import Turn
    from tests.handlers.phone import Bench, Phone


async def _breaks(turn: Turn, words: str) -> None:
    turn.say("half done")
    turn.remember("checklist", visit=1)
    raise KeyError(words)


async def _refuses(turn: Turn, words: str) -> None:
    turn.say("half done")
    turn.remember("checklist", visit=1)
    raise UserError("“{words}” is none of the answers. Nothing was changed.", words=words)


async def _rings(turn: Turn, timer: Timer) -> None:
    turn.say(turn.t("{words}", words=f"{turn.speech.language} {timer.args['what']}"))


HELP = next(journey for journey in JOURNEYS if journey.name == "welcome")
TRYING = Journey("trying", commands={"me": Command(_breaks), "language": Command(_refuses)}, timers={"ring": _rings})


@pytest.fixture
def tried(bench: Bench) -> Bench:
    """A bench where /me has a bug and /language refuses after having half done something."""
    bench.engine = replace(bench.engine, registry=Registry((HELP, TRYING)))
    return bench


async def run(bench: Bench, phone: Phone, event: Event) -> None:
    """Store an event and run it to its end, failures and all."""
    await bench.store(event)
    for _ in range(6):
        bench.now += timedelta(seconds=10)
        await drain(bench.engine, phone.id)
    await bench.deliver()


def text(phone: Phone, words: str) -> chat.Text:
    return chat.Text(**phone.about(), message_id=next(phone.bench.numbers), text=words)


async def state_of(bench: Bench, phone: Phone) -> tuple[str, object]:
    async with bench.database.begin() as db:
        found = await conversations.load(db, phone.id, bench.now)
        return found.journey, found.state


async def test_a_turn_that_fails_leaves_nothing_and_its_chat_goes_on(tried: Bench):
    admin = await tried.let_in("管理员", Role.admin)
    phone = await tried.let_in("督导员01", Role.inspector, group="二组")
    await phone.text("/help")
    before = len(phone.bot_said)
    await tried.store(text(phone, "/me 保密的话"))
    await run(tried, phone, text(phone, "/help"))
    said = [one.text for one in phone.bot_said[before:]]
    assert said[0].startswith("我们这边出了点问题") or "管理员" in said[0]
    assert said[1].startswith("在这里能做什么"), "the next message of the chat was answered"
    assert not any("half done" in one for one in said)
    assert await state_of(tried, phone) == ("", {})
    (row,) = await aside(tried)
    assert row.attempts == 3
    assert "KeyError" in admin.last.text
    assert "保密的话" not in admin.last.text + (row.error or "")


async def aside(bench: Bench) -> list[inbox.Arrival]:
    async with bench.database.read() as db:
        return list(await inbox.set_aside(db))


async def test_the_chat_waits_for_its_failed_update_and_others_do_not(tried: Bench):
    one = await tried.let_in("督导员01", Role.inspector, group="二组")
    two = await tried.let_in("督导员02", Role.inspector, group="二组")
    await tried.store(text(one, "/me"))
    await tried.store(text(one, "/help"))
    await drain(tried.engine, one.id)
    await tried.deliver()
    assert one.bot_said == []
    await two.text("/help")
    assert two.last.text.startswith("在这里能做什么")


async def test_a_refusal_undoes_what_was_half_done_and_is_said_in_the_person_s_language(tried: Bench):
    phone = await tried.let_in("督导员01", Role.inspector, group="二组")
    other = await tried.let_in("Inspector 04", Role.inspector, group="二组", language="en")
    await phone.text("/language <b>")
    await other.text("/language x")
    assert [one.text for one in phone.bot_said] == ["「<b>」不在可选的答案里，什么都没有改动。"]
    assert other.last.text == "“x” is none of the answers. Nothing was changed."
    assert await state_of(tried, phone) == ("", {})


async def test_an_update_that_is_none_of_our_kinds_is_done_with(bench: Bench):
    phone = await bench.let_in("督导员01", Role.inspector, group="二组")
    bench.engine = replace(bench.engine, parse=lambda _: None)
    await phone.text("/help")
    assert phone.bot_said == []


async def test_a_group_is_no_place_for_conversations(bench: Bench):
    here = await site(bench)
    group = bench.stranger("二组工作群")
    sender = here.one.about()["sender"]
    about = {"chat_id": group.id, "at": bench.now, "sender": sender, "private": False}
    await bench.happen(chat.Text(**about, message_id=900, text="/today"))
    await bench.happen(chat.Text(**about, message_id=901, text="9 ✅"))
    await bench.happen(chat.Photo(**about, message_id=902, file_id="f", unique_id="u"))
    await bench.happen(chat.Membership(**about, blocked=True))
    assert (group.bot_said, await here.answers()) == ([], {})
    assert (await bench.person(here.one)).blocked_at is None


async def test_whoever_shuts_the_bot_out_is_marked_until_they_write_again(bench: Bench):
    phone = await bench.let_in("督导员01", Role.inspector, group="二组")
    await phone.block()
    assert (await bench.person(phone)).blocked_at is not None
    await phone.text("/help")
    assert (await bench.person(phone)).blocked_at is None


async def test_a_group_that_moves_takes_what_waits_along(bench: Bench):
    group = bench.stranger("二组工作群")
    async with bench.database.begin() as db:
        await timers.plan(db, "k", bench.now, group.id, "trying.ring", {})
    await bench.happen(chat.Moved(chat_id=group.id, at=bench.now, private=False, to_chat_id=-1009))
    async with bench.database.begin() as db:
        assert await timers.fire_due(db, bench.now) == [-1009]


async def test_a_timer_speaks_the_language_of_whoever_wrote_last_in_the_chat(tried: Bench):
    phone = await tried.let_in("Inspector 04", Role.inspector, group="二组", language="en")
    other = await tried.let_in("督导员01", Role.inspector, group="二组")
    await phone.text("/help")
    await other.text("/help")
    for one in (phone, other):
        async with tried.database.begin() as db:
            await timers.plan(db, f"k{one.id}", tried.now, one.id, "trying.ring", {"what": "up"})
    await tried.wait(seconds=1)
    assert (phone.last.text, other.last.text) == ("en up", "zh_CN up")


async def test_a_timer_nobody_knows_is_set_aside_like_any_bug(tried: Bench):
    phone = await tried.let_in("督导员01", Role.inspector, group="二组")
    await phone.text("/help")
    async with tried.database.begin() as db:
        await timers.plan(db, "k", tried.now, phone.id, "trying.nothing", {})
        await timers.fire_due(db, tried.now)
    await run(tried, phone, text(phone, "/help"))
    (row,) = await aside(tried)
    assert "LookupError" in (row.error or "")
    assert phone.last.text.startswith("在这里能做什么")


async def test_an_update_stored_while_the_bot_was_down_is_answered_in_order_once(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    for words in ("1 ✅", "1 ❌", "2 ✅"):
        await bench.store(text(phone, words))
    await bench.run(phone.id)
    assert await here.answers() == {"i01": "missing", "i02": "done"}
    assert await drain(bench.engine, phone.id) == 0
    assert len(phone.bot_said) == 1, "one live card, however much was waiting"


async def test_a_turn_tells_whether_there_may_be_another(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    for words in ("1 ✅", "2 ✅"):
        await bench.store(text(phone, words))
    # Only where no other process stores updates is the last one known to be the last.
    last = Ran.all if bench.database.embedded else Ran.some
    assert [await bench.engine.turn(phone.id) for _ in range(3)] == [Ran.some, last, Ran.nothing]


async def test_what_was_said_is_in_the_outbox_in_the_same_commit(bench: Bench):
    here = await site(bench)
    phone = await here.enter()
    await bench.store(text(phone, "1 ✅"))
    await bench.engine.turn(phone.id)
    async with bench.database.read() as db:
        (waiting,) = await outbox.pending(db, bench.now)
        assert "✓ 已记：1✅" in waiting.reply["text"]
        assert (await people.by_telegram(db, phone.id)) is not None
    await bench.deliver()
    assert "✓ 已记：1✅" in card(phone).text
