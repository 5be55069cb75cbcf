"""An itinerary out as a workbook and in again: each bad cell named, all of it or nothing."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest

from tests.handlers.phone import MORNING
from tests.handlers.setting_up import begun
from tests.handlers.test_itinerary import Stage, confirmed


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
    assert [cell.value for cell in sheet[1]] == ["单位编码", "单位名称", "片区", "督导组", "日期", "督导人员"]
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
