"""Reminders through the real engine, whatever clocks, quiet hours and outages: once, not at night, not when done."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from handlers import reminding
from storage.campaign import calendars, campaigns, work
from storage.campaign.campaigns import Group
from storage.campaign.reminders import Reminder, State
from storage.campaign.work import WorkItem
from storage.chat.timers import Timer
from storage.people import Role
from supervision.calendar import Quiet, disturbable
from supervision.reminders import Matter, Whom, steps
from tests.handlers.setting_up import begun
from tests.handlers.test_reminder import said

CLOCKS = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
"""Two of them change their clocks within the campaign, on different days."""


@pytest.fixture
async def bench(sqlite_template, tmp_path):
    made = await begun(sqlite_template, tmp_path, datetime(2026, 10, 12, 1, 0, tzinfo=UTC))
    yield made
    await made.database.close()


@pytest.mark.parametrize("seed", [2, 9])
async def test_each_step_is_told_once_in_permitted_hours_whatever_happens(bench, seed):
    chance = Random(seed)  # noqa: S311 - to be made again, not to be secret
    zone = ZoneInfo(chance.choice(CLOCKS))
    quiet = Quiet(time(chance.randrange(24)), time(chance.randrange(24)))
    leader = await bench.let_in("一组组长", Role.leader, group="一组")
    person = await bench.person(leader)
    async with bench.database.begin() as db:
        (await db.scalar(sa.select(Group).where(Group.name == "一组"))).timezone = zone.key
        await calendars.keep_quiet(db, person.id, quiet)
        days = [date(2026, 10, 12) + timedelta(days=chance.randrange(30)) for _ in range(4)]
        for day in days:
            await calendars.decide(db, 1, day, works=chance.random() < 0.5)
        for item in await db.scalars(sa.select(WorkItem).where(WorkItem.owner == Role.leader)):
            item.due_on = date(2026, 10, 19) + timedelta(days=chance.randrange(14))
    async with bench.database.read() as db:
        campaign = await campaigns.get(db, 1)
        rule = await calendars.calendar_of(db, campaign)
        items = await work.items_of(db, 1)
    began = bench.now
    done: dict[int, datetime] = {}
    finished = chance.choice([one for one in items if one.owner is Role.leader])
    for tick in range(40):  # ticks that come late, some after days in which nothing ran
        if tick == 16:  # in the midst of it
            await leader.press(f"plan.done:{finished.id}:1", 1)
            done[finished.id] = bench.now
        await bench.wait(hours=chance.choice((1, 3, 7, 12, 12, 60)), minutes=chance.randrange(60))
        await bench.wait(seconds=chance.choice((1, 1200)))
    me = [Whom(person.id, zone, quiet)]
    ladder = reminding.ladders_of(campaign.pack)["item"]
    due = {
        step.key: step.at
        for item in items
        if not item.once
        for step in steps(
            Matter("item", f"item:{item.id}:1", item.due_on),
            ladder,
            {"leader": me, "owner": me if item.owner is Role.leader else []},
            rule,
        )
        if step.at > began
    }
    assert due
    async with bench.database.read() as db:
        mine = [one for one in await db.scalars(sa.select(Reminder)) if one.person_id == person.id]
        rows = [one for one in mine if one.kind == "item"]
        waiting = (await db.scalars(sa.select(Timer.due_at).where(Timer.fired_at.is_(None)))).all()
    told = {one.key: one.told_at for one in rows if one.state is State.told}
    for key, at in told.items():
        assert disturbable(at, zone, quiet, rule), key
        assert at >= due[key]
        assert at <= done.get(int(key.split(":")[1]), at), key
    missed = {key for key, at in due.items() if at <= bench.now and key not in told}
    missed = {key for key in missed if int(key.split(":")[1]) not in done}
    if missed:  # only if nobody may be told anything just now
        assert not disturbable(bench.now, zone, quiet, rule)
        assert any(at > bench.now for at in waiting)
    texts = [one for one in said(leader) if "条提醒\n" in one]
    assert len(texts) == len(set(texts))
    assert {one.told_at for one in mine} - {None}
    assert len({one.told_at for one in mine} - {None}) == len(texts)  # all that comes at a moment is one message
