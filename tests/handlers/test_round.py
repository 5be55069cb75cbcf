"""Rounds in the chat: made, given a scope with the number behind it, closed and opened again."""

from __future__ import annotations

from datetime import date

import pytest

from handlers import owed
from storage.campaign import campaigns, coverage
from storage.campaign.campaigns import Unit
from storage.people import Role
from tests.handlers.digest_field import visit_at
from tests.handlers.phone import MORNING
from tests.handlers.setting_up import begun

UNITS = (
    ("A-1", "浙江公司党委", 3, "浙江省", ["party-committee"], 1),
    ("A-2", "西湖党支部", 5, "浙江省/杭州市/西湖区", ["party-branch"], 1),
    ("A-3", "姑苏党支部", 5, "江苏省/苏州市/姑苏区", ["party-branch"], 2),
)


@pytest.fixture
async def bench(sqlite_template, tmp_path):
    bench = await begun(sqlite_template, tmp_path, MORNING)
    async with bench.database.begin() as db:
        db.add_all(
            Unit(campaign_id=1, code=code, name=name, level=level, area=area, tags=tags, group_id=group)
            for code, name, level, area, tags, group in UNITS
        )
    yield bench
    await bench.database.close()


async def stored(bench, number):
    async with bench.database.read() as db:
        return next(one for one in await campaigns.rounds_of(db, 1) if one.number == number)


async def test_a_round_is_made_with_two_typed_dates(bench):
    admin = await bench.let_in("王主任", Role.admin)
    await admin.text("/round")
    assert "第一轮：10月16日 周五 至 10月30日 周五 · 3 个单位 · 进行中" in admin.last.text
    await admin.tap("新建轮次")
    assert "第四轮从哪天到哪天" in admin.last.text
    await admin.text("下个月")
    assert "“下个月”不是起止日期" in admin.last.text
    await admin.text("2026-10-20 2026-11-02")
    assert "第一轮是 2026-10-16 至 2026-10-30，两轮日期不能重叠" in admin.last.text
    await admin.text("2027-06-01 2027-06-10")
    assert "轮次须在其间" in admin.last.text
    await admin.text("2027-01-20 2027-01-11")
    assert "结束日期早于开始日期" in admin.last.text
    await admin.text("2027-01-11 至 2027-01-20")
    assert "✓ 已新建。未限定范围时包含全部单位。" in admin.last.text
    one = await stored(bench, 4)
    assert (one.starts_on, one.ends_on) == (date(2027, 1, 11), date(2027, 1, 20))


async def test_its_scope_is_tapped_and_every_tap_counts_the_units(bench):
    admin = await bench.let_in("王主任", Role.admin)
    await admin.text("/round")
    await admin.tap("第二轮")
    assert "共 3 个单位" in admin.last.text
    await admin.tap("层级")
    await admin.press("round.levels:2:5", admin.last.id)
    assert "现有 2 个单位" in admin.last.text
    await admin.tap("选好了")
    await admin.tap("片区")
    await admin.tap("浙江省")
    assert "现有 1 个单位" in admin.last.text
    await admin.tap("单位名单 1")
    assert "1. 西湖党支部 · 一组" in admin.last.text
    async with bench.database.read() as db:
        assert [one.name for one in await coverage.ledger(db, await stored(bench, 2))] == ["西湖党支部"]
    await admin.tap("↩ 返回")
    await admin.tap("片区")
    await admin.tap("● 浙江省")
    await admin.text("江苏省/苏州市、火星")
    assert "“火星”不是已知的片区。没有改动" in admin.last.text
    await admin.text("、")
    assert "“、”不是已知的片区。没有改动" in admin.last.text
    await admin.text("江苏/苏州")
    assert "片区：江苏省苏州市" in admin.last.text
    assert "共 1 个单位" in admin.last.text


async def test_tags_and_groups_narrow_it_too(bench):
    admin = await bench.let_in("王主任", Role.admin)
    await admin.text("/round")
    await admin.tap("第二轮")
    await admin.tap("督导组")
    await admin.tap("二组")
    assert "现有 1 个单位" in admin.last.text
    await admin.tap("● 二组")
    await admin.tap("选好了")
    await admin.tap("标签")
    found = [one for row in admin.last.buttons for one in row if one.data.startswith("round.tags:2:")]
    assert found
    await admin.press(found[0].data, admin.last.id)
    assert (await stored(bench, 2)).tags


async def test_a_closed_round_takes_no_change_until_it_is_opened_again(bench):
    admin = await bench.let_in("王主任", Role.admin)
    await admin.text("/round")
    await admin.tap("第一轮")
    await admin.tap("关闭本轮…")
    assert "需要时可重新打开" in admin.last.text
    await admin.tap("关闭本轮")
    assert "第一轮 · 已关闭" in admin.last.text
    await admin.press("round.levels:1:5", admin.last.id)
    assert "本轮已关闭" in admin.toast
    await admin.press("itinerary.adjust:1:0", admin.last.id)
    assert "已关闭" in admin.toast
    await admin.tap("重新打开")
    assert "进行中" in admin.last.text


async def test_moving_the_window_says_what_lies_outside_it(bench):
    admin = await bench.let_in("王主任", Role.admin)
    await admin.text("/round")
    await admin.tap("第二轮")
    await admin.tap("日期")
    await admin.text("2026-11-17 2026-11-27")
    assert "✓ 已修改。" in admin.last.text
    assert "11月17日 周二 至 11月27日 周五，9 个工作日" in admin.last.text


async def test_the_office_looks_and_changes_nothing(bench):
    office = await bench.let_in("办公室", Role.office)
    await office.text("/round")
    assert "新建轮次" not in str(office.last.labels)
    await office.tap("第一轮")
    assert "层级" not in str(office.last.labels)
    await office.press("round.closed:1", office.last.id)
    assert (await stored(bench, 1)).closed_at is None


async def owed_of(bench, round_id):
    """What is reminded of about a round: kinds and groups."""
    async with bench.database.read() as db:
        campaign = await campaigns.get(db, 1)
        found = await owed.open_matters(db, campaign, bench.now, {"opens", "closes", "uncovered"})
        return {(one.kind, group) for one, _, group in found if one.key.split(":")[1] == str(round_id)}


async def test_nobody_is_reminded_of_a_round_that_is_closed_nor_of_one_their_group_has_no_part_in(bench):
    admin = await bench.let_in("王主任", Role.admin)
    one = await stored(bench, 1)
    every = {(kind, group) for kind in ("opens", "closes", "uncovered") for group in (1, 2)}
    assert await owed_of(bench, one.id) == every
    await admin.text("/round")
    await admin.tap("第一轮")
    await admin.press(f"round.groups:{one.id}:1", admin.last.id)
    assert await owed_of(bench, one.id) == {each for each in every if each[1] == 1}
    await admin.press(f"round.closed:{one.id}", admin.last.id)
    assert await owed_of(bench, one.id) == set()
    await admin.press(f"round.open:{one.id}", admin.last.id)
    assert await owed_of(bench, one.id) == {each for each in every if each[1] == 1}


async def visits_owed(bench):
    """What is reminded of about visits: their numbers and kinds."""
    async with bench.database.read() as db:
        campaign = await campaigns.get(db, 1)
        return {one.key for one, _, _ in await owed.open_matters(db, campaign, bench.now, {"start", "submit"})}


async def test_what_was_planned_in_a_closed_round_is_not_to_be_done_any_more_and_what_was_begun_is(bench):
    admin = await bench.let_in("王主任", Role.admin)
    inspector = await bench.let_in("督导员01", Role.inspector, group="一组")
    planned, begun = [await visit_at(bench, code, date(2026, 10, 16)) for code in ("A-1", "A-2")]
    await inspector.text("/visit")
    assert "浙江公司党委" in str(inspector.last)
    await inspector.press(f"visit.open:{begun}", inspector.last.id)
    await inspector.tap("✅ 到位")
    every = {f"start:{planned}", f"submit:{begun}"}
    assert every <= await visits_owed(bench)
    await admin.text("/round")
    await admin.tap("第一轮")
    await admin.press("round.closed:1", admin.last.id)
    assert every & await visits_owed(bench) == {f"submit:{begun}"}
    await inspector.text("/visit")
    assert "浙江公司党委" not in str(inspector.last)
    await admin.press("round.open:1", admin.last.id)
    assert every <= await visits_owed(bench)
