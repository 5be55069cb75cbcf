"""An administrator sends a form to the bot: it is shown, faulted, published, chosen for a round, and retired."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import TYPE_CHECKING

import pytest

from handlers.chat import MAX_FILE_BYTES
from storage import audit
from storage.campaign import forms
from storage.people import Role
from storage.visit import visits
from tests.handlers.desk import Desk, open_desk

if TYPE_CHECKING:
    from tests.handlers.phone import Bench

pytestmark = pytest.mark.usefixtures("read_here")

FORM = """
| survey |
| | type | name | label | relevant | required |
| | begin_group | a | 一、学习 | | |
| | select_one grade | study | 学习研讨 | | yes |
| | text | why | 为什么 | ${study} = 'no' | |
| | end_group | | | | |
| | integer | people | 到会人数 | ${study} != '' and ${why} = '' | |
| choices |
| | list_name | name | label |
| | grade | yes | 到位 |
| | grade | no | 未落实 |
| settings |
| | form_id | form_title | version |
| | study | 学习检查 | {version} |
"""
TOWNS = """
| survey |
| | type | name | label |
| | select_one_from_file towns.csv | town | 哪个镇 |
| settings |
| | form_id | form_title | version |
| | towns | 走访 | 1 |
"""


def form(version: str = "1", **other: str) -> str:
    made = FORM.replace("{version}", version)
    for before, after in other.items():
        made = made.replace(before, after)
    return made


async def test_forms_lists_what_is_published_and_says_how_to_send_one(desk: Desk):
    await desk.admin.text("/forms")
    assert desk.admin.last.text == (
        "表单\n还没有发布过表单。\n\n要检查或发布表单，请以文件形式发到这里：.xlsx、.xls、.csv、.md 或 .xml。"
    )
    await desk.publish("学习.md", form())
    await desk.admin.text("/forms")
    assert "1. 学习检查 1\n   10月21日 09:00 由王主任发布 · 没有督导使用" in desk.admin.last.text


async def test_a_form_is_read_in_place_of_the_words_that_it_is_being_read(desk: Desk):
    await desk.admin.text("/forms")
    await desk.lay("学习.md", form())
    assert desk.admin.last.text == "正在读取「学习.md」…"
    await desk.read()
    assert desk.admin.last.text == "学习检查\nstudy · 版本 1\n3 题，来自学习.md"
    assert len(desk.admin.bot_said) == 1


async def test_a_form_that_is_sent_without_being_asked_for_is_taken_too(desk: Desk):
    await desk.send("学习.md", form())
    assert "学习检查" in desk.admin.last.text


async def test_the_questions_are_shown_by_section_with_type_choices_and_condition_in_words(desk: Desk):
    await desk.send("学习.md", form())
    await desk.admin.tap("看题目")
    assert desk.admin.last.text == (
        "一、学习\n"
        "1. 学习研讨\n   选一项 · 必答：到位 / 未落实\n"
        "2. 为什么\n   文字\n   仅当第1题选「未落实」\n"
        "3. 到会人数\n   整数\n   仅当第1题已答，且第2题未答"
    )
    await desk.admin.tap("返回")
    assert "3 题" in desk.admin.last.text


async def test_a_long_form_is_shown_page_by_page(desk: Desk):
    rows = "\n".join(f"| | text | q{at} | 第{at}个问题，说得长一些，好让一页放不下 |" for at in range(1, 121))
    await desk.send("long.md", f"| survey |\n| | type | name | label |\n{rows}\n")
    await desk.admin.tap("看题目")
    assert "1. 第1个问题" in desk.admin.last.text
    await desk.admin.tap("▶")
    assert "1. 第1个问题" not in desk.admin.last.text
    assert "共" in str(desk.admin) or "/" in str(desk.admin)


async def test_every_fault_names_sheet_row_column_and_cure(desk: Desk):
    await desk.send("学习.md", form().replace("${study} = 'no'", "${stady} = 'no'"))
    said = desk.admin.last.text
    assert said.startswith("「学习.md」还不能用：1 处要改。")
    assert "survey 表 · 第 4 行 · relevant 列\n没有叫「stady」的题。\n→ 改正 ${ 和 } 之间的名字，或补上这道题。" in said
    assert said.endswith("没有发布也没有改动任何内容。改好后把文件再发一次即可。")


async def test_faults_are_told_in_english_to_who_speaks_english(bench: Bench):
    desk = await open_desk(bench, language="en")
    await desk.send("study.md", form().replace("select_one grade", "select_one grades"))
    assert "The sheet “choices” has no list “grades”." in desk.admin.last.text
    assert "Add the list, or correct its name" in desk.admin.last.text


async def test_what_is_no_form_is_told_clearly(desk: Desk):
    await desk.send("猫.xlsx", b"\x89PNG\r\n\x1a\n\x00\x00")
    assert "这不是表单，或文件已损坏。" in desk.admin.last.text
    await desk.send("坏.xlsx", b"PK\x03\x04 not really")
    assert "工作簿已损坏，打不开。" in desk.admin.last.text
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (120 * 2**20))
    await desk.send("炸弹.xlsx", packed.getvalue())
    assert "工作簿解开后超过 100 MB。" in desk.admin.last.text


async def test_a_file_that_is_too_large_or_of_another_kind_is_refused_at_once(desk: Desk):
    await desk.admin.text("/forms")
    await desk.lay("大.xlsx", b"", size=MAX_FILE_BYTES + 1)
    assert "超过 20 MB" in desk.admin.last.text
    await desk.lay("说明.docx", b"")
    assert desk.admin.last.text.startswith("「说明.docx」不是表单文件。")
    await desk.admin.photo()
    assert "不是表单文件" in desk.admin.last.text


async def test_a_list_that_the_form_names_is_asked_for_and_put_beside_it(desk: Desk):
    await desk.send("走访.md", TOWNS)
    assert "这份表单还需要这些列表：towns.csv。请发到这里。" in desk.admin.last.text
    await desk.admin.tap("发布…")
    assert "towns.csv" in desk.admin.toast
    await desk.send("towns.csv", "name,label\nyh,余杭\n")
    assert "还需要" not in desk.admin.last.text
    await desk.admin.tap("看题目")
    assert "选一项：余杭" in desk.admin.last.text


async def test_a_form_and_its_list_sent_together_are_one_form(desk: Desk):
    await desk.lay("towns.csv", "name,label\nyh,余杭\n", album_id="a1")
    await desk.lay("走访.md", TOWNS, album_id="a1")
    await desk.read()
    assert desk.admin.last.text.startswith("走访\ntowns · 版本 1\n")
    assert "还需要" not in desk.admin.last.text


async def test_a_published_version_is_written_down_with_who_and_stays_as_it_is(desk: Desk):
    await desk.publish("学习.md", form())
    assert desk.admin.toast == "已发布。"
    assert "没有督导使用。" in desk.admin.last.text
    async with desk.bench.database.read() as db:
        found = await forms.latest(db, "study")
        assert found is not None
        assert (await forms.source_of(db, found.id) or b"").decode() == form()
        (deed,) = await audit.of_subject(db, f"form:{found.id}")
        assert deed.action == "form.published"
    await desk.send("学习.md", form(到会人数="出席人数"))
    assert "版本 1 已经发布过，内容不同。" in desk.admin.last.text
    await desk.admin.tap("发布…")
    assert "版本 1 已经发布过" in desk.admin.toast


async def test_what_is_new_against_the_published_version_is_shown_before_publishing(desk: Desk):
    await desk.publish("学习.md", form())
    new = form("2", 到会人数="出席人数").replace("| | text | why", "| | integer | why")
    new = new.replace("| | end_group |", "| | date | day | 哪天 | | |\n| | end_group |").replace(
        "| | grade | no | 未落实 |\n", ""
    )
    await desk.send("学习.md", new)
    assert "现行版本：1。" in desk.admin.last.text
    await desk.admin.tap("有哪些不同")
    said = desk.admin.last.text
    assert said.startswith("与版本 1 的不同")
    for line in (
        "学习研讨：选项有变\n   ⚠ 以前的答案可能不再适用",
        "为什么：原为「文字」，现为「整数」\n   ⚠ 以前的答案可能不再适用",
        "+ 哪天",
        "「到会人数」改为「出席人数」",
    ):
        assert line in said
    await desk.admin.tap("返回")
    await desk.admin.tap("丢弃…")
    await desk.admin.tap("删除草稿")
    await desk.send("学习.md", form())
    assert "与已发布的完全相同。" in desk.admin.last.text
    assert "有哪些不同" not in [one.label for row in desk.admin.last.buttons for one in row]


async def test_a_form_chosen_for_a_round_reaches_its_planned_visits_and_no_other(desk: Desk):
    await desk.publish("学习.md", form())
    async with desk.bench.database.read() as db:
        first = await forms.latest(db, "study")
        assert first is not None
    _, (begun,) = await desk.plan(1, date(2026, 10, 12), first.id)
    _, ahead = await desk.plan(2, date(2026, 11, 9), first.id, count=2)
    async with desk.bench.database.begin() as db:
        opened = await visits.get(db, ahead[0])
        assert opened is not None
        opened.open(desk.bench.now)
    await desk.publish("学习.md", form("2"))
    await desk.admin.tap("用于督导…")
    assert "第一轮" not in desk.admin.last.text
    await desk.admin.tap("第二轮")
    assert "第二轮起用这一版；1 个已计划的督导已换上。" in desk.admin.last.text
    async with desk.bench.database.read() as db:
        second = await forms.latest(db, "study")
        assert second is not None
        kept = {one: (await visits.get(db, one)).form_version_id for one in (begun, *ahead)}  # type: ignore[union-attr]
    assert kept == {begun: first.id, ahead[0]: first.id, ahead[1]: second.id}


async def test_a_form_with_repeats_is_chosen_for_visits(desk: Desk):
    await desk.publish(
        "组.md",
        form()
        .replace("| integer | people", "| begin_repeat | r | 人 | | |\n| | text | people")
        .replace("= '' | |\n| choices", "= '' | |\n| | end_repeat | | | | |\n| choices"),
    )
    await desk.admin.tap("用于督导…")
    assert "到会人数" not in desk.admin.toast


async def test_a_retired_version_is_offered_no_more_and_one_that_is_awaited_stays(desk: Desk):
    await desk.publish("学习.md", form())
    async with desk.bench.database.read() as db:
        found = await forms.latest(db, "study")
        assert found is not None
    await desk.plan(2, date(2026, 11, 9), found.id)
    await desk.admin.tap("用于督导…")
    await desk.admin.tap("第二轮")
    await desk.admin.tap("停用…")
    await desk.admin.tap("停用")
    assert desk.admin.toast.startswith("第二轮选用了这一版，还没有开始。")
    await desk.publish("学习.md", form("2"))
    await desk.admin.tap("用于督导…")
    await desk.admin.tap("第二轮")
    await desk.admin.tap("表单")
    await desk.admin.tap("2. 学习检查 1")
    await desk.admin.tap("停用…")
    await desk.admin.tap("停用")
    assert desk.admin.toast == "已停用。"
    assert [one.label for row in desk.admin.last.buttons for one in row] == ["看题目", "试走一遍", "◀ 表单"]


async def test_a_draft_can_be_thrown_away(desk: Desk):
    await desk.send("学习.md", form())
    await desk.admin.tap("丢弃…")
    await desk.admin.tap("删除草稿")
    assert "还没有发布过表单" in desk.admin.last.text


async def test_the_office_checks_a_form_and_does_not_publish_it(desk: Desk):
    office = await desk.bench.let_in("陈秘书", Role.office)
    await desk.send("学习.md", form(), office)
    labels = [one.label for row in office.last.buttons for one in row]
    assert "看题目" in labels
    assert "发布…" not in labels
    await office.press("publishing.published:1", office.last.id)
    assert office.toast.startswith("这项功能您这里没有。")
    async with desk.bench.database.read() as db:
        assert await forms.count(db) == 0


async def test_somebody_elses_draft_is_out_of_reach(desk: Desk):
    await desk.send("学习.md", form())
    other = await desk.bench.let_in("李主任", Role.admin)
    await other.press("publishing.published:1", 1)
    assert other.toast == "这个按钮已过期，什么都没有改动。"


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.admin, Role.office}))
async def test_a_form_that_others_send_is_not_taken_for_one(desk: Desk, role: Role):
    phone = await desk.bench.let_in("某人", role)
    await desk.send("学习.md", form(), phone)
    assert "学习检查" not in str(phone)
    await phone.text("/forms")
    assert phone.last.text.startswith("这项功能您这里没有。")


async def test_who_went_on_to_something_else_is_told_by_a_word_with_a_button(desk: Desk):
    await desk.lay("学习.md", form())
    await desk.admin.text("/cancel")
    await desk.read()
    assert desk.admin.last.text == "「学习.md」读好了。"
    await desk.admin.tap("看看")
    assert "3 题" in desk.admin.last.text


async def test_cancel_leaves_the_forms_and_what_was_sent_stays(desk: Desk):
    await desk.send("学习.md", form())
    await desk.admin.text("/cancel")
    assert "留在列表里" in desk.admin.last.text
    await desk.admin.text("/forms")
    await desk.admin.tap("未发布：学习.md")
    assert "3 题" in desk.admin.last.text


async def test_a_form_that_has_been_read_leaves_on_screen_what_was_looked_at_meanwhile(desk: Desk):
    await desk.publish("学习.md", form())
    await desk.lay("新的.md", form("2"))
    await desk.admin.text("/forms")
    listed = desk.admin.last.text
    await desk.read()
    assert "「新的.md」读好了。" in desk.admin.last.text
    assert any(one.text == listed for one in desk.admin.bot_said), "the list is still there"
    await desk.admin.tap("看看")
    assert "版本 2" in desk.admin.last.text


async def test_a_form_that_asks_nothing_is_read_with_a_warning_and_not_published(desk: Desk):
    await desk.send("空.md", "| survey |\n| | type | name | label |\n| settings |\n| | form_title |\n| | 空表 |\n")
    assert "0 题，来自空.md" in desk.admin.last.text
    await desk.admin.tap("提示（1）")
    assert "表单里没有题目" in desk.admin.last.text
    await desk.admin.tap("返回")
    await desk.admin.tap("发布…")
    assert "这份表单一道题也没有" in desk.admin.toast
