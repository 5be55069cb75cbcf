"""An itinerary out as a workbook and in again: each bad cell named, all of it or nothing."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
import sqlalchemy as sa

from storage.campaign import guidance
from storage.campaign.campaigns import Round, Unit
from storage.campaign.guidance import GuidancePoint
from supervision.itinerary_sheet import points_of
from tests.handlers.phone import MORNING
from tests.handlers.setting_up import begun
from tests.handlers.test_itinerary import Stage, confirmed

PLANS = ["个性指导方案", "上轮指导方案"]


@pytest.fixture
async def stage(sqlite_template, tmp_path):
    bench = await begun(sqlite_template, tmp_path, MORNING)
    stage = Stage(bench)
    await stage.set_up()
    yield stage
    await bench.database.close()


async def exported(stage):
    """The workbook as it is sent."""
    await stage.leader.text("/itinerary")
    await stage.leader.tap("导出 Excel")
    assert stage.leader.last.filename == "第一轮行程.xlsx"
    stored = stage.bench.blobs.find(stage.leader.last.document)
    return openpyxl.load_workbook(io.BytesIO(stored.read_bytes()))


async def sent_back(stage, book, name="第一轮行程.xlsx"):
    written = io.BytesIO()
    book.save(written)
    await sent(stage, written.getvalue(), name)


async def sent(stage, content, name="第一轮行程.xlsx"):
    stage.files.lying["sheet"] = content
    await stage.leader.file(name=name, file_id="sheet", size=len(content))
    await stage.arrange()


async def test_what_is_changed_in_the_workbook_becomes_a_draft_and_only_that(stage):
    await confirmed(stage)
    before = {one.unit_id: (one.day, one.people) for one in await stage.visits()}
    book = await exported(stage)
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[1]] == ["单位编码", "单位名称", "片区", "督导组", "日期", "督导人员", *PLANS]
    assert sheet.max_row == 13
    sheet["E2"], sheet["F2"] = date(2026, 10, 29), "督导员甲、督导员戊"
    sheet["E3"], sheet["F3"] = None, None
    sheet.delete_rows(9)
    await sent_back(stage, book)
    assert "确认后：改期 1 处、取消日期 1 处" in stage.leader.last.text
    await stage.leader.tap("确认 2 处改动")
    ids = await stage.ids()
    now = {one.unit_id: (one.day, one.people) for one in await stage.visits()}
    changed = {unit for unit in now if now[unit] != before[unit]}
    assert len(changed) == 2
    assert (date(2026, 10, 29), tuple(sorted((ids["督导员甲"], ids["督导员戊"])))) in [now[unit] for unit in changed]


async def test_each_bad_cell_is_named_and_nothing_is_taken(stage):
    await confirmed(stage)
    before = await stage.visits()
    book = await exported(stage)
    sheet = book.worksheets[0]
    sheet["E2"] = "下周三"
    sheet["E3"] = "2026-10-24"
    sheet["F4"] = "督导员甲、张三"
    sheet["A5"] = "U-99"
    sheet["A6"] = sheet["A7"].value
    sheet["F8"] = None
    await sent_back(stage, book)
    text = stage.leader.last.text
    assert "有 6 处需要改正" in text
    assert "E2 “下周三”不是日期。请写成 2026-10-16。" in text
    assert "E3 2026-10-24 不是本轮剩下的工作日。" in text
    assert "F4 “张三”不是本组外出督导的人员，或有重名。" in text
    assert "A5 “U-99”不是本轮由您安排的单位。" in text
    assert "A7 “U-06”在第 6 行已出现过。" in text
    assert "F8 谁去？" in text
    assert "确认" not in str(stage.leader.last.labels)
    assert await stage.visits() == before


@pytest.mark.parametrize("parts", ["/", " ", "／", "，"])
async def test_days_without_a_year_and_names_and_codes_as_people_write_them_are_understood(stage, parts):
    await confirmed(stage)
    book = await exported(stage)
    sheet = book.worksheets[0]
    sheet["A2"], sheet["E2"], sheet["F2"] = "u-01", "10月29日（周四）", f"督导员甲{parts}督导员戊"
    await sent_back(stage, book)
    assert "确认后：改期 1 处" in stage.leader.last.text
    await stage.leader.tap("确认 1 处改动")
    ids = await stage.ids()
    wanted = (date(2026, 10, 29), tuple(sorted((ids["督导员甲"], ids["督导员戊"]))))
    assert wanted in [(one.day, one.people) for one in await stage.visits()]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 broken", "单位编码,日期\nU-01,2026-10-29\n".encode()])
async def test_a_file_that_is_no_itinerary_is_answered_with_a_sentence(stage, content):
    await stage.leader.text("/itinerary")
    await sent(stage, content, "x.xlsx" if content[:2] == b"PK" else "x.csv")
    assert "有 1 处需要改正" in stage.leader.last.text


async def test_a_photo_is_no_workbook_and_another_ending_neither(stage):
    await stage.leader.text("/itinerary")
    await stage.leader.photo()
    assert "请发 Excel 文件" in stage.leader.last.text
    await stage.leader.file(name="行程.docx")
    assert "请发 Excel 文件" in stage.leader.last.text


async def plan_of(stage, code, number=1):
    async with stage.bench.database.read() as db:
        unit = await db.scalar(sa.select(Unit).where(Unit.code == code))
        one = await db.scalar(sa.select(Round).where(Round.number == number))
        return [(each.text, bool(each.origin)) for each in await guidance.of(db, unit.id, one.id)]


async def test_guidance_plans_stand_in_the_workbook_and_come_back_from_it(stage):
    await confirmed(stage)
    async with stage.bench.database.begin() as db:
        unit = await db.scalar(sa.select(Unit).where(Unit.code == "U-01"))
        for text in ("看台账", "问职工"):
            await guidance.add(db, GuidancePoint(unit_id=unit.id, round_id=1, text=text, by_id=1, at=stage.bench.now))
    book = await exported(stage)
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet["G"]][:3] == ["个性指导方案", "看台账\n问职工", ""]
    sheet["G2"] = "1. 看台账\n2. 看研讨提纲；走访食堂"
    sheet["G3"] = "看整改清单"
    await sent_back(stage, book)
    assert "个性指导方案有改动：2 份" in stage.leader.last.text
    assert await plan_of(stage, "U-02") == []
    await stage.leader.tap("确认 2 处改动")
    assert "✓ 个性指导方案 2 份" in stage.leader.last.text
    assert await plan_of(stage, "U-01") == [("看台账", False), ("看研讨提纲", False), ("走访食堂", False)]
    assert await plan_of(stage, "U-02") == [("看整改清单", False)]


async def test_a_point_that_somebody_wrote_meanwhile_stays_and_one_of_the_last_round_says_so(stage):
    await confirmed(stage)
    async with stage.bench.database.begin() as db:
        unit = await db.scalar(sa.select(Unit).where(Unit.code == "U-01"))
        second = await db.scalar(sa.select(Round).where(Round.number == 2))
        await guidance.add(db, GuidancePoint(unit_id=unit.id, round_id=1, text="看台账", by_id=1, at=stage.bench.now))
        second_id = second.id
    await stage.leader.text("/itinerary")
    await stage.leader.tap("第二轮")
    await stage.leader.tap("导出 Excel")
    stored = stage.bench.blobs.find(stage.leader.last.document)
    book = openpyxl.load_workbook(io.BytesIO(stored.read_bytes()))
    assert book.worksheets[0]["H2"].value == "看台账"
    book.worksheets[0]["G2"] = "看台账\n看食堂"
    await sent_back(stage, book, "第二轮行程.xlsx")
    async with stage.bench.database.begin() as db:
        await guidance.add(
            db, GuidancePoint(unit_id=unit.id, round_id=second_id, text="问支委", by_id=1, at=stage.bench.now)
        )
    await stage.leader.tap("确认 1 处改动")
    assert await plan_of(stage, "U-01", 2) == [("问支委", False), ("看台账", True), ("看食堂", False)]


async def test_only_who_leads_the_group_writes_its_plans_in_a_workbook(stage):
    await confirmed(stage)
    book = await exported(stage)
    book.worksheets[0]["G2"] = "看台账"
    written = io.BytesIO()
    book.save(written)
    stage.files.lying["sheet"] = written.getvalue()
    await stage.admin.text("/itinerary")
    await stage.admin.file(name="第一轮行程.xlsx", file_id="sheet", size=len(written.getvalue()))
    await stage.arrange()
    assert "G2 个性指导方案由督导组组长填写，请保持原样。" in stage.admin.last.text


def test_a_plan_in_a_cell_is_its_points():
    assert points_of("1、看台账\r\n(2) 问职工; 看食堂") == ("看台账", "问职工", "看食堂")
    assert points_of("无") == ()
    assert points_of(12) == ("12",)
