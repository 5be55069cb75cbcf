"""The first place that is sent from a unit is offered to the leader as the unit's; then far away is far away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from handlers.access import may
from storage import audit
from storage.campaign.campaigns import Unit
from storage.people import Role
from tests.handlers.site import button, site

if TYPE_CHECKING:
    from tests.handlers.phone import Bench, Phone
    from tests.handlers.site import Site


async def offered(bench: Bench) -> tuple[Site, Phone]:
    """A visit to a unit nobody knows the place of, from which an inspector has sent one."""
    here = await site(bench)
    leader = await bench.let_in("组长", Role.leader, group="二组")
    phone = await here.enter()
    await phone.place(30.25, 120.17)
    return here, leader


async def where(here: Site) -> tuple[float, float] | None:
    return (await here.visit()).unit.place


async def test_the_leader_takes_the_place_with_one_tap_and_it_is_written_down(bench: Bench):
    here, leader = await offered(bench)
    assert "督导员01在督导浙江省区域管理公司党委时发来位置：30.25000, 120.17000" in leader.last.text
    assert await where(here) is None
    await leader.tap("就在这里")
    assert await where(here) == (30.25, 120.17)
    unit = (await here.visit()).unit_id
    async with bench.database.read() as db:
        (deed,) = await audit.of_subject(db, f"unit:{unit}")
    assert (deed.action, set(deed.details)) == ("unit.placed", {"evidence"})
    await leader.tap("撤销")
    assert await where(here) is None


async def test_what_is_not_the_units_place_changes_nothing_and_nobody_is_asked_twice(bench: Bench):
    here, leader = await offered(bench)
    await leader.tap("不是")
    assert await where(here) is None
    count = len(leader.bot_said)
    await here.one.place(30.26, 120.18)
    assert len(leader.bot_said) == count


async def test_nobody_is_asked_where_a_unit_is_that_has_its_place(bench: Bench):
    here = await site(bench)
    leader = await bench.let_in("组长", Role.leader, group="二组")
    async with bench.database.begin() as db:
        await db.execute(sa.update(Unit).values(latitude=31.0, longitude=121.0))
    await (await here.enter()).place()
    assert leader.bot_said == []


async def test_a_register_that_came_in_between_has_the_last_word(bench: Bench):
    here, leader = await offered(bench)
    async with bench.database.begin() as db:
        await db.execute(sa.update(Unit).values(latitude=31.0, longitude=121.0))
    await leader.tap("就在这里")
    assert await where(here) == (31.0, 121.0)
    assert "已另行登记" in leader.last.text


async def test_only_who_leads_that_group_may_say_where_its_unit_is(bench: Bench):
    here, leader = await offered(bench)
    yes, asked = button(leader.last, "就在这里"), leader.last
    other = await bench.let_in("一组组长", Role.leader, group="一组")
    for phone in (other, here.one):
        await phone.press(yes, asked.id)
        assert await where(here) is None
    one = await bench.person(here.one)
    assert not may(one, "checklist.place", bench.now)
