"""Rights end when a role ends, for words and photos as for taps; and a chat that moves takes its rights along."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING

from handlers import chat
from storage import people
from storage.chat import conversations, inbox, outbox
from storage.chat.outbox import Priority
from storage.people import Role
from tests.handlers.phone import drain
from tests.handlers.site import site

if TYPE_CHECKING:
    from tests.handlers.phone import Bench


async def test_whoever_is_dismissed_in_the_middle_of_a_visit_writes_no_more(bench: Bench):
    place = await site(bench)
    phone = await place.enter()
    sent = await phone.text("1 ✅")
    before = await place.answers()
    assert before
    async with bench.database.begin() as db:
        person = await people.by_telegram(db, phone.id)
        assert person is not None
        person.dismiss(Role.inspector, bench.now)
    await phone.text("2 ✅")
    assert phone.last.text == "您目前没有担任任何角色，如再次参加，请要一个新的邀请。"
    await phone.photo("3 ✅")
    await phone.edit(sent, "1 ❌ 没有名单")
    assert await place.answers() == before
    assert await place.evidence() == {}


async def test_a_group_that_becomes_a_supergroup_is_followed(both_benches: Bench):
    bench = both_benches
    ticks = count()
    start = bench.now
    bench.engine = replace(bench.engine, clock=lambda: start + timedelta(milliseconds=next(ticks)))
    old, new = -500, -1_000_000_500
    async with bench.database.begin() as db:
        await conversations.load(db, old, bench.now)
        await outbox.put(db, old, [chat.dump(chat.Say(text="digest"))], now=bench.now, priority=Priority.reminder)
    await bench.store(chat.Moved(chat_id=old, at=bench.now, private=False, to_chat_id=new))
    await drain(bench.engine, old)
    async with bench.database.read() as db:
        assert await inbox.set_aside(db) == []
        assert [row.chat_id for row in await outbox.pending(db, bench.now)] == [new]
        assert (await inbox.depth(db)).waiting == 0
