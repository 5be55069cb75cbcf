"""Itineraries worked out in the background: apart, group by group, whatever becomes of the process."""

from __future__ import annotations

import os
from contextlib import aclosing

import pytest
import sqlalchemy as sa

from bot.background import apart
from bot.background.arranging import Arranger
from storage.campaign import itineraries
from storage.campaign.campaigns import Unit
from storage.campaign.itineraries import Itinerary, State
from storage.people import Role
from tests.handlers.desk import Files
from tests.handlers.phone import MORNING
from tests.handlers.setting_up import begun, here


def doubled(number: int) -> int:
    if number < 0:
        os._exit(1)  # as when the kernel ends it
    return number * 2


async def test_results_come_one_by_one_until_the_process_ends() -> None:
    async with aclosing(apart.each(30, doubled, [1, 2, -1, 3])) as results:
        assert [await anext(results), await anext(results)] == [2, 4]
        with pytest.raises(apart.Overrun):
            await anext(results)


@pytest.fixture
async def bench(sqlite_template, tmp_path):
    bench = await begun(sqlite_template, tmp_path, MORNING)
    async with bench.database.begin() as db:
        db.add_all(
            Unit(campaign_id=1, code=f"{group}-{at}", name="某党支部", level=5, area="浙江省/杭州市", group_id=group)
            for group in (1, 2)
            for at in range(3)
        )
    await bench.let_in("督导员", Role.inspector, group="一组")
    await bench.let_in("另一督导员", Role.inspector, group="二组")
    await bench.let_in("王主任", Role.admin)
    async with bench.database.begin() as db:
        db.add(Itinerary(round_id=1, person_id=3, chat_id=5003, created_at=MORNING))
    yield bench
    await bench.database.close()


async def overrun(seconds, function, items):
    yield function(items[0])
    raise apart.Overrun


async def test_groups_the_solver_never_came_to_are_arranged_without_it(bench) -> None:
    arranger = Arranger(bench.database, Files(), lambda: bench.now, here, overrun)
    assert await arranger.run_due() == 1
    async with bench.database.read() as db:
        draft = (await db.scalars(sa.select(Itinerary))).one()
        assert draft.state is State.ready
        assert {key: each["solved"] for key, each in draft.plan["groups"].items()} == {"1": True, "2": False}
        assert len(draft.stops) == 6


async def test_a_draft_whose_worker_died_is_handed_out_again_and_what_was_found_is_kept(bench) -> None:
    asked = []

    async def died(seconds, function, items):
        asked.append([one.group_id for one in items])
        yield function(items[0])
        if len(asked) == 1:
            raise RuntimeError("killed")
        for one in items[1:]:
            yield function(one)

    arranger = Arranger(bench.database, Files(), lambda: bench.now, here, died)
    with pytest.raises(RuntimeError):
        await arranger.run_due()
    assert await arranger.run_due() == 0, "it belongs to the one that died until its lease is over"
    bench.now += itineraries.LEASE
    assert await arranger.run_due() == 1
    assert asked == [[1, 2], [2]]
