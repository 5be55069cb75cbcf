"""A register that takes units out of the itinerary or gives them to another group: those who go there hear of it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.background.registering import RegisterReader
from tests.handlers.phone import MORNING
from tests.handlers.setting_up import Office, begun, here, workbook
from tests.handlers.test_itinerary import CITIES, Stage, confirmed


@pytest.fixture
async def stage(sqlite_template, tmp_path):
    bench = await begun(sqlite_template, tmp_path, MORNING)
    stage = Stage(bench)
    await stage.set_up()
    await confirmed(stage)
    await bench.wait(seconds=60)
    for phone in (stage.leader, stage.other, *stage.inspectors):
        phone.clear()
    yield stage
    await bench.database.close()


def register(*, without: tuple[int, ...] = (), of_first: tuple[int, ...] = ()) -> bytes:
    rows = []
    for at in range(1, 13):
        province, city = CITIES[at % 4].split("/")
        group = "一组" if at in of_first else "二组"
        if at not in without:
            rows.append((f"U-{at:02}", f"第{at}党支部", "支部", None, None, province, city, None, None, group))
    return workbook(rows, groups=None)


async def imported(stage: Stage, content: bytes, *, drop: bool) -> None:
    bench = stage.bench
    reader = RegisterReader(bench.database, stage.files, lambda: bench.now, here)  # type: ignore[arg-type] # only downloads
    await stage.admin.text("/units")
    await Office(bench, stage.admin, stage.files, reader).send("信息表.xlsx", content)
    if drop:
        await stage.admin.tap("个退出…")
        await stage.admin.tap("已合并")
    else:
        await stage.admin.tap("导入")
    await bench.wait(seconds=1)
    await bench.wait(seconds=1)


def news(phone: Any) -> list[str]:
    return [one.text for one in phone.bot_said if "行程" in one.text]


async def test_who_would_go_to_a_unit_that_dropped_out_hears_that_they_do_not_and_nobody_else(stage):
    await stage.bench.wait(seconds=1)
    ids = await stage.ids()
    visit = next(one for one in await stage.visits() if one.unit_id == 12)
    await imported(stage, register(without=(12,)), drop=True)
    for phone in stage.inspectors:
        told = news(phone)
        assert len(told) == (ids[phone.name] in visit.people)
        assert all("不再由您" in one and "第12党支部" in one for one in told), told
    assert ["第12党支部" in one for one in news(stage.leader)] == [True]
    assert news(stage.other) == []
    for phone in (stage.leader, *stage.inspectors):
        phone.clear()
    await imported(stage, register(), drop=False)
    for phone in stage.inspectors:
        assert ["新增 1 处" in one for one in news(phone)] == [True] * (ids[phone.name] in visit.people)


async def test_both_leaders_hear_of_a_planned_visit_that_changes_groups_with_its_unit(stage):
    await imported(stage, register(of_first=(12,)), drop=False)
    assert [one for phone in stage.inspectors for one in news(phone)] == []
    assert ["第12党支部：10月28日 周三 → –" in one for one in news(stage.leader)] == [True]
    assert ["第12党支部：– → 10月28日 周三" in one for one in news(stage.other)] == [True]
