"""The register in the chat: looked at before it is applied, applied as a whole, by those who may."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import openpyxl
import pytest
import sqlalchemy as sa

from bot.background import apart
from handlers.campaign import template_of, terms_of
from handlers.register_words import SENTENCES, fault_of, plain, said
from handlers.text import LANGUAGES, speech
from storage.campaign.campaigns import Unit
from storage.campaign.register_files import RegisterFile
from storage.people import Role
from supervision.register.faults import Fault, What
from supervision.register.model import Standing
from supervision.register.reading import read
from tests.handlers.setting_up import ROWS, SHARED, open_office, workbook

if TYPE_CHECKING:
    from tests.handlers.phone import Bench

BAD = (*ROWS[:2], ("X-0", "西湖党支部", "九级", "X-9", "工会", "浙江省", "杭州市", "西湖区", -2, "九组"))


async def units(bench: Bench) -> dict[str, Unit]:
    async with bench.database.read() as db:
        return {one.code: one for one in await db.scalars(sa.select(Unit))}


@pytest.fixture
async def office(bench: Bench):
    return await open_office(bench)


async def test_nothing_is_stored_before_import_is_tapped(bench, office):
    await office.admin.text("/units")
    await office.send("单位.xlsx", workbook())
    assert "新增 3，修改 0，退出 3" in office.admin.last.text
    assert "X-1" not in await units(bench)


async def test_a_register_is_imported_and_what_it_does_not_name_is_kept_or_drops_out_with_a_reason(bench, office):
    await office.send("信息表.xlsx", workbook())
    await office.admin.tap("导入，表里没有的仍保留")
    stored = await units(bench)
    assert (len(stored), stored["ZJ"].retired_at) == (6, None)
    await office.send("信息表.xlsx", workbook())
    await office.admin.tap("导入，3 个退出…")
    await office.admin.tap("已撤销")
    stored = await units(bench)
    assert (stored["ZJ"].retired_at, stored["ZJ"].retired_why) == (bench.now, "dissolved")
    await office.admin.text("浙江省区域")
    await office.admin.tap("浙江省区域管理公司党委")
    assert "退出：已撤销" in office.admin.last.text


async def test_a_typed_reason_stands_with_the_units_that_drop_out(bench, office):
    await office.send("信息表.xlsx", workbook())
    await office.admin.tap("导入，3 个退出…")
    await office.admin.text("长" * 101)
    assert "最多 100 个字" in office.admin.last.text
    await office.admin.text("机构改革")
    assert (await units(bench))["JS"].retired_why == "机构改革"


async def test_names_of_what_changes_stand_behind_buttons(bench, office):
    await office.send("信息表.xlsx", workbook())
    await office.admin.tap("导入，表里没有的仍保留")
    changed = (ROWS[0], ("X-1", "新名称", "三级", "X-0", "党委", "浙江省", None, None, 40, "三组"), ROWS[2])
    await office.send("信息表.xlsx", workbook(changed))
    await office.admin.tap("修改单位 1")
    assert "X-1 浙江公司党委\n   名称：浙江公司党委 → 新名称" in office.admin.last.text
    await office.admin.tap("返回")
    await office.admin.tap("退出单位 3")
    assert "ZJ01 萧山项目党支部" in office.admin.last.text


async def test_a_faulty_register_is_named_cell_by_cell_and_comes_back_marked(bench, office):
    await office.send(
        "信息表.xlsx", workbook((*BAD, (None, "无编码", "三级", None, None, None, None, None, None, None)))
    )
    text = office.admin.last.text
    assert "6 处需要修改" in text
    for cell in ("A5", "C5", "E5", "I5", "J5", "A6"):
        assert f"信息表 {cell}" in text, text
    assert "X-1" not in await units(bench)
    await office.admin.tap("带标注的文件")
    content = bench.blobs.find(office.admin.last.document).read_bytes()
    marked = openpyxl.load_workbook(io.BytesIO(content))
    assert marked.sheetnames[0] == "需要修改"
    assert "不是本次活动的层级" in marked["信息表"]["C5"].comment.text


async def test_a_button_of_an_earlier_file_never_imports_a_later_one(bench, office):
    await office.send("信息表.xlsx", workbook())
    earlier = office.admin.last
    data = next(one.data for row in earlier.buttons for one in row if "保留" in one.label)
    await office.send("信息表.xlsx", workbook(ROWS[:2]))
    await office.admin.press(data, office.admin.last.id)
    assert "X-0" not in await units(bench)


async def test_when_the_register_changed_meanwhile_nothing_is_imported(bench, office):
    await office.send("信息表.xlsx", workbook())
    async with bench.database.begin() as db:
        (await db.scalar(sa.select(Unit).where(Unit.code == "ZJ"))).name = "改名了"
    await office.admin.tap("导入，3 个退出…")
    await office.admin.tap("已撤销")
    assert "刚被别人改过" in office.admin.toast
    assert "X-0" not in await units(bench)


async def test_the_same_register_twice_has_nothing_to_import(bench, office):
    await office.send("信息表.xlsx", workbook())
    await office.admin.tap("导入，3 个退出…")
    await office.admin.tap("不在督导范围")
    await office.send("信息表.xlsx", workbook())
    assert "没有需要导入的内容" in office.admin.last.text


async def test_a_register_sent_in_the_middle_of_something_else_is_announced_and_throws_nobody_out(bench, office):
    await office.admin.text("/units")
    await office.lay("信息表.xlsx", workbook())
    await office.admin.text("/forms")
    async with bench.database.begin() as db:
        await db.execute(sa.text("UPDATE conversations SET journey = 'invitation'"))
    await office.reader.run_due()
    await bench.wait(seconds=1)
    assert office.admin.last.text == "「信息表.xlsx」读好了。"
    await office.admin.tap("看看")
    assert "可以导入" in office.admin.last.text


async def test_a_file_can_be_thrown_away(bench, office):
    await office.send("信息表.xlsx", workbook())
    await office.admin.tap("不导入")
    assert "已丢弃" in office.admin.last.text
    async with bench.database.read() as db:
        assert await db.scalar(sa.select(RegisterFile)) is None


async def test_a_photo_is_no_register_and_another_file_is_refused_with_what_would_do(bench, office):
    await office.admin.text("/units")
    await office.admin.file(name="方案.docx")
    assert "不是信息表" in office.admin.last.text
    await office.admin.photo()
    assert "不是信息表" in office.admin.last.text


async def test_the_template_is_sent_in_the_persons_language_and_reads_as_a_register(bench, office):
    await office.admin.text("/units")
    await office.admin.tap("下载模板")
    content = bench.blobs.find(office.admin.last.document).read_bytes()
    assert content == template_of("theme-education", "zh_CN")


@pytest.mark.parametrize("pack", ["theme-education", "workplace-safety"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_template_has_every_column_and_no_row(pack, language):
    found = read(template_of(pack, language) or b"", terms_of(pack), Standing())
    assert [one.what for one in found.faults] == [What.empty]


@pytest.mark.parametrize("role", [Role.leader, Role.inspector, Role.member])
async def test_only_the_office_and_administrators_see_the_register(bench, role):
    phone = await bench.let_in("别人", role, group="二组")
    await phone.text("/units")
    assert "单位信息表" not in phone.last.text
    await phone.file(name="信息表.xlsx")
    assert "正在读取" not in phone.last.text


async def test_the_file_of_somebody_else_is_nobodys_business(bench, office):
    await office.send("信息表.xlsx", workbook())
    data = office.admin.last.buttons[0][0].data
    other = await bench.let_in("另一位", Role.office)
    await other.text("/units")
    await other.press(data, other.last.id)
    assert other.toast == "这个按钮已过期，什么都没有改动。"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fault_has_a_sentence(language):
    values = dict.fromkeys(
        (
            *("most", "field", "name", "value", "length", "code", "row", "parent", "level", "above", "levels"),
            *("known", "group", "area", "first", "second", "number", "last", "province", "sheet", "like", "counted"),
            *("count", "names"),
        ),
        "x",
    )
    for what in What:
        fault = Fault(what, "表", 3, 2, values)
        assert "表 B3" in said(speech(language), fault)
        assert fault_of(plain(fault)) == fault
    assert set(SENTENCES) == set(What)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the project's own data is not beside it")
async def test_the_whole_register_is_read_in_a_process_of_its_own_and_imported_in_the_chat(bench):
    office = await open_office(bench, run=apart.run)
    await office.send("register-full.xlsx", (SHARED / "register-full.xlsx").read_bytes())
    await office.admin.tap("导入，表里没有的仍保留")
    assert len(await units(bench)) == 1434
