"""Before a visit its briefing: what is known and open there, once, and again only when it says something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.campaign import campaigns, guidance
from storage.campaign.campaigns import Round, Unit
from storage.campaign.guidance import GuidancePoint
from storage.people import Role
from storage.visit import visits
from tests.handlers.site import card, person_of, plan, site, title

if TYPE_CHECKING:
    from tests.handlers.phone import Bench
    from tests.handlers.site import Site


async def found_wanting(bench: Bench, here: Site) -> None:
    """Have the visit submitted with two matters, and another one planned at the unit."""
    phone = await here.enter()
    for at in range(1, 23):
        await phone.text(f"{at} ✅")
    await phone.text("3 ❌ 台账停在九月")
    await phone.text("5 ◐")
    await phone.press(f"visit.submit:{here.visit_id}", card(phone).id)
    here.visit_id = await plan(bench)


async def test_the_command_shows_the_briefing_first_and_one_tap_goes_on(bench: Bench):
    here = await site(bench)
    async with bench.database.begin() as db:
        (await campaigns.all_campaigns(db))[0].pack = "theme-education"
    await here.one.text("/visit")
    text = card(here.one).text
    assert text.startswith("浙江省区域管理公司党委\n")
    assert "安排：10月21日 周三" in text
    assert "不接受超标准接待和宴请" in text
    await here.one.tap("▶ 开始")
    assert title(here.one).startswith("1. ")


async def test_what_was_seen_and_has_not_changed_is_not_shown_again(bench: Bench):
    here = await site(bench)
    await here.one.text("/visit")
    await here.one.text("/visit")
    assert title(here.one).startswith("1. ")
    await here.two.text("/visit")  # each for themselves
    assert "Planned" in card(here.two).text
    async with bench.database.begin() as db:
        (await db.get(Unit, (await visits.get(db, here.visit_id)).unit_id)).contact = "王敏"
    await here.one.text("/visit")
    assert "联系人：王敏" in card(here.one).text


async def test_the_list_opens_past_the_briefing_only_where_something_is_open(bench: Bench):
    here = await site(bench)
    await here.enter()
    assert title(here.one).startswith("1. ")
    await found_wanting(bench, here)
    await here.enter()
    text = card(here.one).text
    assert "上次督导 10月21日 周三：✅ 20  ◐ 1  ❌ 1" in text
    assert "未了问题2项\n❌ 任务台账（10月21日 周三起）：台账停在九月\n◐ 领导带头（10月21日 周三起）" in text
    await here.one.tap("▶ 开始")
    await here.one.text("1 ✅")
    await here.enter()
    assert title(here.one).startswith("2. ")


async def test_the_overview_leads_back_to_it(bench: Bench):
    here = await site(bench)
    await (await here.enter()).tap("☰")
    await here.one.tap("简报")
    assert "安排：" in card(here.one).text
    await here.one.tap("总览")
    await here.one.tap("简报")
    assert "安排：" in card(here.one).text


async def test_what_to_look_at_here_and_who_comes_along_stand_on_it(bench: Bench):
    here = await site(bench)
    async with bench.database.begin() as db:
        visit = await visits.get(db, here.visit_id)
        one = Round(campaign_id=visit.unit.campaign_id, number=7, starts_on=bench.now.date(), ends_on=bench.now.date())
        db.add(one)
        await db.flush()
        visit.round_id = one.id
        person = await person_of(bench, here.one)
        point = GuidancePoint(
            unit_id=visit.unit_id, round_id=one.id, text="看新项目的学习记录", by_id=person.id, at=bench.now
        )
        await guidance.add(db, point)
    await here.enter(here.two)
    await here.two.tap("▶ Begin")
    await here.enter()
    assert "重点看\n· 看新项目的学习记录" in card(here.one).text
    assert "同行：督导员04" in card(here.one).text


async def test_of_several_visits_one_is_chosen_and_a_stranger_s_is_nobody_s(bench: Bench):
    here = await site(bench)
    await plan(bench, unit="ZJ01")
    await here.one.text("/visit")
    assert card(here.one).text.startswith("去哪一处？")
    await here.one.tap("2.")
    assert card(here.one).text.startswith("萧山项目党支部\n")
    other = await bench.let_in("外组督导员", Role.inspector, group="一组")
    for verb in ("prepare", "brief", "begin"):
        await other.press(f"visit.{verb}:{here.visit_id}", 1)
        assert other.alert
    await other.text("/visit")
    assert "没有安排给您的督导" in other.last.text
