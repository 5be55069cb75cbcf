"""A campaign set up in the chat: started from a pack, its groups filled, people invited with one tap."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from handlers.journeys import JOURNEYS
from storage.campaign import campaigns, seats
from storage.campaign.campaigns import Campaign, Group
from storage.people import Role
from tests.handlers.phone import Bench


@pytest.fixture
async def empty(sqlite_database, tmp_path):
    return Bench.on(sqlite_database, tmp_path, JOURNEYS)


@pytest.fixture
async def admin(bench):
    async with bench.database.begin() as db:
        await db.execute(sa.update(Campaign).values(pack="theme-education"))
    return await bench.let_in("王主任", Role.admin)


async def test_a_campaign_is_started_from_a_pack_on_a_typed_day(empty):
    admin = await empty.let_in("王主任", Role.admin)
    await admin.text("/campaign")
    await admin.tap("建立督导活动")
    await admin.tap("第二批主题教育巡回督导")
    await admin.text("下周吧")
    assert "不是日期" in admin.last.text
    await admin.text("2026年9月7日")
    assert "第一轮：10月16日 周五 至 10月30日 周五" in admin.last.text
    await admin.tap("开始")
    assert "第45天" in admin.last.text
    assert "信息表是空的" in admin.last.text
    async with empty.database.read() as db:
        (made,) = await campaigns.all_campaigns(db)
        assert (made.starts_on, made.pack, made.country) == (date(2026, 9, 7), "theme-education", "CN")


async def test_a_second_campaign_from_a_pack_waits_until_the_first_is_over(empty):
    admin = await empty.let_in("王主任", Role.admin)
    for _ in range(2):
        await admin.text("/campaign")
        await admin.tap("建立督导活动" if "还没有" in admin.last.text else "新建督导活动")
        await admin.tap("安全生产专项督导")
        if "正在进行" in admin.toast:
            break
        await admin.tap("今天")
        await admin.tap("开始")
    assert "正在进行" in admin.toast
    await empty.wait(days=200)
    await admin.text("/campaign")
    await admin.tap("新建督导活动")
    await admin.tap("安全生产专项督导")
    await admin.tap("今天")
    await admin.tap("开始")
    async with empty.database.read() as db:
        assert [one.pack for one in await campaigns.all_campaigns(db)] == ["workplace-safety"] * 2


async def test_the_office_looks_and_fills_but_does_not_start_a_campaign(empty):
    office = await empty.let_in("办公室", Role.office)
    await office.text("/campaign")
    assert "由管理员" in office.last.text
    await office.press("campaign.begin", office.last.id)
    assert office.alert


async def test_a_group_is_made_given_areas_and_people(bench, admin):
    await admin.text("/campaign")
    await admin.tap("督导组")
    await admin.tap("新建督导组")
    await admin.text("三组")
    await admin.tap("片区")
    await admin.text("浙江、火星省")
    assert "“火星省”不是已知的省份" in admin.last.text
    await admin.text("浙江、江苏省苏州市")
    assert "片区：浙江省、江苏省苏州市" in admin.last.text
    await admin.tap("添加人员")
    await admin.tap("组长")
    await admin.text("李组长")
    await admin.tap("李组长")
    await admin.tap("分工")
    await admin.text("全面工作")
    assert "分工：全面工作" in admin.last.text
    await admin.tap("生成邀请")
    assert "i_" in admin.last.text
    assert admin.last.picture
    newcomer = bench.stranger("老李")
    await newcomer.start(admin.last.text.split("start=")[1].split()[0])
    person = await bench.person(newcomer)
    assert (person.name, person.has(bench.now, Role.leader)) == ("李组长", True)
    await admin.text("/campaign")
    assert "还没加入" not in admin.last.text


async def test_an_area_belongs_to_one_group(bench, admin):
    async with bench.database.begin() as db:
        await db.execute(sa.update(Group).where(Group.name == "一组").values(areas=["浙江省"]))
    await admin.text("/campaign")
    await admin.tap("督导组")
    await admin.tap("二组")
    await admin.tap("片区")
    await admin.text("浙江省")
    assert "浙江省已由一组负责" in admin.last.text


async def test_two_groups_of_one_name_are_refused_and_a_group_is_renamed(bench, admin):
    await admin.text("/campaign")
    await admin.tap("督导组")
    await admin.tap("二组")
    await admin.tap("改名")
    await admin.text("一组")
    assert "已经有“一组”了" in admin.last.text
    await admin.text("东片组")
    assert admin.last.text.startswith("东片组 · 2 个单位")


async def test_a_place_is_taken_off_the_list_after_a_question(bench, admin):
    async with bench.database.begin() as db:
        await seats.add(db, seats.Seat(group_id=1, role=Role.inspector, name="小周"))
    await admin.text("/campaign")
    await admin.tap("督导组")
    await admin.tap("一组")
    await admin.tap("小周")
    await admin.tap("移出名单…")
    await admin.tap("移出名单")
    assert "小周" not in admin.last.text
    async with bench.database.read() as db:
        assert not await seats.of_group(db, 1)


async def test_cancel_leaves_what_was_asked_and_changes_nothing(bench, admin):
    await admin.text("/campaign")
    await admin.tap("督导组")
    await admin.tap("新建督导组")
    await admin.text("/cancel")
    await admin.text("五组")
    async with bench.database.read() as db:
        assert len(await campaigns.groups_of(db, 1)) == 2


@pytest.mark.parametrize("role", [Role.leader, Role.inspector, Role.contact])
async def test_nobody_else_sets_a_campaign_up(bench, role):
    phone = await bench.let_in("别人", role, group="二组")
    await phone.text("/campaign")
    assert "督导组" not in phone.last.text
