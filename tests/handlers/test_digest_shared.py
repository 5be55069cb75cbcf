"""Two processes on one database, of either kind: a digest comes once, and its figures are those of the records."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from handlers import digesting
from storage.campaign import campaigns, forms
from storage.campaign.campaigns import Campaign, Round
from storage.chat import timers
from storage.chat.outbox import Outgoing
from storage.people import Person, Role
from storage.visit import findings, visits
from storage.visit.findings import Judged
from storage.visit.visits import Visit
from supervision.wanting import Grade
from tests.handlers.phone import drain

if TYPE_CHECKING:
    from tests.handlers.phone import Bench


async def _season(bench: Bench) -> None:
    """A round, one visit handed in that found something, one late."""
    async with bench.database.begin() as db:
        campaign = (await campaigns.all_campaigns(db))[0]
        one = Round(campaign_id=campaign.id, number=1, starts_on=date(2026, 10, 16), ends_on=date(2026, 10, 30))
        db.add(one)
        form = await forms.publish(
            db, form_id="f", version="1", title="f", xform="", source=b"", source_name="f.md", now=bench.now
        )
        await db.flush()
        group = await campaigns.group_named(db, campaign.id, "二组")
        somebody = (await db.scalars(sa.select(Person).limit(1))).one()
        for unit in await campaigns.units_of_group(db, group.id):
            made = Visit(
                unit_id=unit.id,
                round_id=one.id,
                group_id=group.id,
                form_version_id=form.id,
                planned_on=date(2026, 10, 20),
                created_at=bench.now,
            )
            visit = await visits.plan(db, made)
            if unit.code == "ZJ":
                await findings.write(db, visit, [Judged("/data/i1", "/data/i1", "1", Grade.missing)])
                visit.submit(somebody, bench.now)
        await digesting.plan(db, campaign, bench.now)


async def test_two_processes_tell_a_digest_once(both_benches: Bench):
    bench = both_benches
    leader = await bench.let_in("二组组长", Role.leader, group="二组")
    await bench.let_in("督导员01", Role.inspector, group="二组")
    await _season(bench)
    bench.now += timedelta(hours=9)

    async def process() -> None:
        async with bench.database.begin() as db:
            chats = set(await timers.fire_due(db, bench.now))
        engine = replace(bench.engine)
        for chat_id in chats | {0}:
            await drain(engine, chat_id)

    await asyncio.gather(process(), process())
    await process()
    async with bench.database.read() as db:
        told = [one.reply["text"] for one in await db.scalars(sa.select(Outgoing).where(Outgoing.chat_id == leader.id))]
    assert len(told) == 1
    assert "覆盖 1/2（+1）" in told[0]
    assert "⚠ 逾期未交 1：萧山项目党支部" in told[0]
    assert "未解决问题 1，均为未落实" in told[0]
    async with bench.database.begin() as db:
        whole = await digesting.gather(db, (await db.scalars(sa.select(Campaign))).one(), None, bench.now)
    assert (whole.open, len(whole.late), whole.coverage.total) == (1, 1, 3)
