"""Two processes on one database, of either kind: a button that is tapped twice at once does its work once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from handlers.chat import Tap
from storage.campaign import campaigns, meetings
from storage.campaign.meetings import Decision, Meeting
from storage.campaign.reminders import Reminder, State
from storage.chat import timers
from storage.people import Role
from tests.handlers.phone import drain

if TYPE_CHECKING:
    from tests.handlers.phone import Bench, Phone


async def told(bench: Bench, phone: Phone) -> int:
    """Have somebody been told of a decision that is theirs; returns the reminder."""
    person = await bench.person(phone)
    async with bench.database.begin() as db:
        campaign = (await campaigns.all_campaigns(db))[0]
        group = await campaigns.group_named(db, campaign.id, "二组")
        meeting = Meeting(campaign_id=campaign.id, group_id=group.id, starts_at=bench.now)
        await meetings.add(db, meeting)
        day = campaigns.day_in(campaign.zone, bench.now) + timedelta(days=1)
        decision = Decision(meeting_id=meeting.id, words="更新台账", owner_id=person.id, due_on=day)
        await meetings.add(db, decision)
        one = Reminder(
            key=f"decision:{decision.id}:{day}:-1owner:{person.id}",
            campaign_id=campaign.id,
            person_id=person.id,
            kind="decision",
            matter=f"decision:{decision.id}",
            due_on=day,
            by=-1,
            due_at=bench.now,
            state=State.told,
            told_at=bench.now,
        )
        db.add(one)
        await db.flush()
        return one.id


async def at_once(bench: Bench, phone: Phone, *taps: str) -> None:
    """Have two processes work off several taps of one person, and then whatever is due."""
    for at, data in enumerate(taps):
        await bench.store(Tap(**phone.about(), data=data, message_id=1, callback_id=f"tap-{at}"))

    async def process() -> None:
        async with bench.database.begin() as db:
            chats = set(await timers.fire_due(db, bench.now))
        engine = replace(bench.engine)
        for chat_id in chats | {phone.id}:
            await drain(engine, chat_id)

    await asyncio.gather(process(), process())
    bench.now += timedelta(minutes=1)
    await asyncio.gather(process(), process())


@pytest.mark.parametrize("second", ["handed:{one}:{other}", "later:{one}:hour", "open:{one}"])
async def test_who_hands_over_and_taps_again_at_once_has_handed_over_once(both_benches: Bench, second: str):
    bench = both_benches
    mine = await bench.let_in("督导员01", Role.inspector, group="二组")
    other = await bench.let_in("督导员02", Role.inspector, group="二组")
    one, taker = await told(bench, mine), (await bench.person(other)).id
    hand = f"reminder.handed:{one}:{taker}"
    await at_once(bench, mine, hand, f"reminder.{second.format(one=one, other=taker)}", hand)
    async with bench.database.read() as db:
        rows = {each.person_id: each for each in await db.scalars(sa.select(Reminder))}
        count = await db.scalar(sa.select(sa.func.count()).select_from(Reminder))
    assert count == 2
    assert rows[taker].state in {State.told, State.waiting}
    assert rows[taker].giver_id is not None
    assert next(each.state for person, each in rows.items() if person != taker) is State.handed
