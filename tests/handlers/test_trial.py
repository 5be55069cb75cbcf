"""A form is tried on the telephone, question by question, and nothing of it is stored anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.background.trying import TrialCodes
from storage.files.evidence import Evidence
from storage.people import Role
from storage.visit.visits import Answer
from tests.handlers.desk import Desk, Files
from tests.handlers.test_checklist_codes import photographed

if TYPE_CHECKING:
    from tests.handlers.phone import Phone

pytestmark = pytest.mark.usefixtures("read_here")


def one(*rows: str, choices: str = "") -> str:
    """A form with these rows of the sheet survey: type, name, label, and what else they have."""
    head = "| | type | name | label | required | relevant | constraint | constraint_message | parameters | appearance |"
    head += " guidance_hint |"
    made = "| survey |\n" + head + "\n" + "\n".join(f"| | {row} |" for row in rows)
    if choices:
        made += "\n| choices |\n| | list_name | name | label |\n" + choices
    return made + "\n| settings |\n| | form_id | form_title | version |\n| | t | 试卷 | 1 |\n"


async def tried(desk: Desk, *rows: str, choices: str = "") -> Phone:
    """Send a form and begin its trial; the telephone shows the first question."""
    await desk.send("试卷.md", one(*rows, choices=choices))
    await desk.admin.tap("试走一遍")
    return desk.admin


def labels(phone: Phone) -> list[str]:
    return [button.label for row in phone.last.buttons for button in row]


async def test_a_trial_goes_from_question_to_question_and_says_that_nothing_is_stored(desk: Desk):
    phone = await tried(desk, "select_one g | a | 学习研讨", "text | why | 为什么 | | ${a} = 'n'", "note | n | 谢谢",
                        choices="| | g | y | 到位 |\n| | g | n | 未落实 |\n")  # fmt: skip
    assert phone.last.text.startswith("试走「试卷」：不存任何内容。")
    assert "1. 学习研讨" in phone.last.text
    await phone.tap("未落实")
    assert "2. 为什么" in phone.last.text
    await phone.text("只有签到表")
    assert "「试卷」试走完了，什么都没有存。" in phone.last.text
    assert "谢谢\n学习研讨: 未落实\n为什么: 只有签到表" in phone.last.text
    assert "可以提交。" in phone.last.text
    await phone.tap("结束试走")
    assert "试卷\nt · 版本 1" in phone.last.text
    async with desk.bench.database.read() as db:
        for entity in (Answer, Evidence):
            assert await db.scalar(sa.select(sa.func.count()).select_from(entity)) == 0


async def test_required_and_forbidden_are_told_in_the_forms_own_words(desk: Desk):
    phone = await tried(desk, "integer | a | 几人 | yes | | . < 10 | 不会这么多", "text | b | 备注")
    await phone.text("12")
    assert "不会这么多" in phone.last.text
    await phone.text("三")
    assert "2. 备注" in phone.last.text
    await phone.tap("◀")
    assert "已选：3" in phone.last.text
    await phone.tap("▶")
    await phone.tap("▶")
    assert "可以提交" in phone.last.text


async def test_what_is_missing_is_named_at_the_end(desk: Desk):
    phone = await tried(desk, "integer | a | 几人 | yes")
    await phone.tap("▶")
    assert "⚠ 几人: 未答" in phone.last.text


async def test_a_thousand_choices_are_paged_and_found_by_typing(desk: Desk):
    villages = "\n".join(f"| | v | v{at} | 第{at}村 |" for at in range(1, 1001))
    phone = await tried(desk, "select_one v | a | 哪个村", choices=villages)
    assert "共 1000 项，输入一部分即可查找。" in phone.last.text
    assert len(labels(phone)) <= 100
    await phone.tap("›")
    assert "第41村" in labels(phone)
    await phone.text("77村")
    assert "找到 10 项" in phone.last.text
    assert "第777村" in labels(phone)
    await phone.tap("第777村")
    assert "哪个村: 第777村" in phone.last.text


async def test_typing_what_only_one_choice_has_chooses_it_and_what_none_has_says_so(desk: Desk):
    phone = await tried(desk, "select_one g | a | 评价", choices="| | g | y | 到位 |\n| | g | n | 未落实 |\n")
    await phone.text("很好")
    assert "没有选项含「很好」" in phone.last.text
    await phone.text("落实")
    assert "评价: 未落实" in phone.last.text


async def test_several_are_ticked_until_done(desk: Desk):
    phone = await tried(
        desk, "select_multiple g | a | 哪些", choices="| | g | x | 甲 |\n| | g | y | 乙 |\n| | g | z | 丙 |\n"
    )
    await phone.tap("☐ 丙")
    await phone.tap("☐ 甲")
    assert "☑ 甲" in labels(phone)
    await phone.tap("选好了")
    assert "哪些: 甲、丙" in phone.last.text


async def test_ranking_is_tapped_in_order_and_the_last_one_falls_into_place(desk: Desk):
    phone = await tried(desk, "rank g | a | 先后", choices="| | g | x | 甲 |\n| | g | y | 乙 |\n| | g | z | 丙 |\n")
    await phone.tap("丙")
    assert "1. 丙" in phone.last.text
    await phone.tap("撤回上一个")
    await phone.tap("乙")
    await phone.tap("丙")
    assert "先后: 乙 → 丙 → 甲" in phone.last.text


async def test_a_day_is_tapped_in_a_calendar_that_knows_what_the_form_forbids(desk: Desk):
    phone = await tried(desk, "date | a | 哪天 | | | . <= today() | 不能是将来")
    assert "2026年10月" in labels(phone)
    assert "[21]" in labels(phone)
    assert "22" not in labels(phone)
    await phone.tap("‹")
    assert "2026年9月" in labels(phone)
    await phone.tap("30")
    assert "哪天: 2026-09-30" in phone.last.text


@pytest.mark.parametrize(
    ("words", "day"),
    [("今天", "2026-10-21"), ("昨天", "2026-10-20"), ("11月3日", "2026-11-03"), ("3 Nov", "2026-11-03")],
)
async def test_a_day_is_typed_as_people_write_it(desk: Desk, words: str, day: str):
    phone = await tried(desk, "date | a | 哪天")
    await phone.text(words)
    assert f"哪天: {day}" in phone.last.text


async def test_words_that_are_no_day_are_refused_and_nothing_is_lost(desk: Desk):
    phone = await tried(desk, "date | a | 哪天")
    await phone.text("改天")
    assert "这里要填日期" in str(phone)
    await phone.tap("今天")
    assert "哪天: 2026-10-21" in phone.last.text


async def test_a_time_is_tapped_by_hour_and_minute_or_typed(desk: Desk):
    phone = await tried(desk, "time | a | 几点", "time | b | 到几点")
    await phone.tap("14:")
    await phone.tap("14:30")
    await phone.text("下午4点")
    assert "几点: 14:30" in phone.last.text
    assert "到几点: 16:00" in phone.last.text


async def test_a_day_with_a_time_is_tapped_one_after_the_other(desk: Desk):
    phone = await tried(desk, "dateTime | a | 何时", "dateTime | b | 到何时")
    await phone.tap("20")
    assert "10月20日" in phone.last.text
    await phone.tap("9:", on=phone.last) if labels(phone).count("9:") == 1 else await phone.press(
        "trial.tap:0:h9", phone.last.id
    )
    await phone.tap("9:15")
    assert "2. 到何时" in phone.last.text
    await phone.tap("21")
    await phone.text("下午3点半")
    assert "何时: 2026-10-20 09:15" in phone.last.text
    assert "到何时: 2026-10-21 15:30" in phone.last.text


async def test_a_short_range_has_a_button_each_and_a_long_one_is_stepped_to(desk: Desk):
    phone = await tried(
        desk, "range | a | 打分 | | | | | start=1 end=5 step=1", "range | b | 比例 | | | | | start=0 end=100 step=5"
    )
    assert labels(phone)[:5] == ["1", "2", "3", "4", "5"]
    await phone.tap("4")
    assert "取 50" in labels(phone)
    assert labels(phone)[:4] == ["−10", "−5", "+5", "+10"]
    await phone.tap("+10")
    await phone.tap("−5")
    await phone.tap("取 55")
    assert "打分: 4\n比例: 55" in phone.last.text


async def test_a_place_is_shared_and_a_line_is_several(desk: Desk):
    phone = await tried(desk, "geopoint | a | 在哪", "geotrace | b | 路线", "geoshape | c | 范围")
    await phone.place(30.25, 120.17)
    assert "2. 路线" in phone.last.text
    await phone.place(30.1, 120.1)
    assert "选好了" not in labels(phone)
    await phone.place(30.2, 120.2)
    await phone.place(30.3, 120.3)
    await phone.tap("撤回上一个")
    await phone.tap("选好了")
    for corner in ((30, 120), (30, 121), (31, 121)):
        await phone.place(*corner)
    await phone.tap("选好了")
    assert "在哪: 📍 30.25000, 120.17000" in phone.last.text
    assert "可以提交" in phone.last.text
    await phone.tap("◀")
    await phone.tap("◀")
    assert "2. 📍 30.20000, 120.20000" in phone.last.text


async def test_a_place_that_is_typed_wrongly_is_explained(desk: Desk):
    phone = await tried(desk, "geopoint | a | 在哪")
    await phone.text("杭州")
    assert "30.27, 120.15" in phone.last.text
    await phone.text("30.27, 120.15")
    assert "在哪: 📍 30.27000, 120.15000" in phone.last.text


async def test_files_are_taken_by_kind(desk: Desk):
    phone = await tried(desk, "image | a | 照片", "audio | b | 录音", "video | c | 视频", "file | d | 材料",
                        "image | e | 签名 | | | | | | signature", "barcode | f | 条码")  # fmt: skip
    await phone.voice()
    assert "与要求的不同" in phone.last.text
    await phone.photo()
    await phone.voice()
    await phone.video()
    await phone.file(name="台账.xlsx")
    assert "在纸上签名" in phone.last.text
    await phone.photo()
    await phone.text("6901234567892")
    assert "材料: 台账.xlsx" in phone.last.text
    assert "条码: 6901234567892" in phone.last.text


async def test_an_acknowledgement_is_one_button_and_a_note_needs_no_tap(desk: Desk):
    phone = await tried(desk, "note | n | 请先读说明", "acknowledge | a | 我已读", "text | b | 姓名")
    assert "请先读说明" in phone.last.text
    assert "1. 我已读" in phone.last.text
    await phone.tap("我确认")
    assert "2. 姓名" in phone.last.text


async def test_guidance_stands_behind_a_sign(desk: Desk):
    phone = await tried(desk, "text | a | 姓名 | | | | | | | 身份证上的姓名")
    assert "身份证" not in phone.last.text
    await phone.tap("ⓘ")
    assert "身份证上的姓名" in phone.last.text
    await phone.tap("ⓘ")
    assert "身份证" not in phone.last.text


async def test_a_repeat_asks_for_another_lists_changes_and_removes(desk: Desk):
    phone = await tried(
        desk,
        "begin_repeat | r | 家庭成员",
        "text | name | 姓名",
        "integer | age | 年龄",
        "end_repeat | |",
        "text | z | 备注",
    )
    await phone.text("张三")
    await phone.text("40")
    assert "家庭成员\n1. 张三 · 40" in phone.last.text
    await phone.tap("再加一个")
    await phone.text("李四")
    await phone.text("30")
    assert "2. 李四 · 30" in phone.last.text
    await phone.tap("删去 1")
    assert "1. 李四 · 30" in phone.last.text
    await phone.tap("修改 1")
    await phone.text("李五")
    await phone.tap("▶")
    await phone.tap("没有了")
    assert "备注" in phone.last.text
    await phone.text("无")
    assert "姓名: 李五" in phone.last.text


async def test_an_old_card_writes_nothing_into_another_question(desk: Desk):
    phone = await tried(
        desk, "select_one g | a | 一", "select_one g | b | 二", choices="| | g | y | 是 |\n| | g | n | 否 |\n"
    )
    old = phone.last
    await phone.tap("是")
    await phone.press("trial.tap:0:c1", old.id)
    assert "2. 二" in phone.last.text
    await phone.tap("否")
    assert "一: 是\n二: 否" in phone.last.text


async def test_a_published_version_is_tried_too_and_a_forged_button_is_out_of_date(desk: Desk):
    await desk.publish("试卷.md", one("text | a | 姓名"))
    await desk.admin.tap("试走一遍")
    await desk.admin.text("张三")
    assert "姓名: 张三" in desk.admin.last.text
    await desk.admin.tap("结束试走")
    assert "没有督导使用" in desk.admin.last.text
    for forged in ("trial.tap:0:ok", "trial.begin:draft:99", "trial.begin:version:x", "trial.add:0", "trial.begin"):
        await desk.admin.press(forged, desk.admin.last.id)
        assert desk.admin.toast == "这个按钮已过期，什么都没有改动。"


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.admin, Role.office}))
async def test_others_try_no_form(desk: Desk, role: Role):
    await desk.publish("试卷.md", one("text | a | 姓名"))
    phone = await desk.bench.let_in("某人", role)
    await phone.press("trial.begin:version:1", 1)
    assert phone.alert
    assert phone.toast.startswith("这项功能您这里没有。")


async def _shot(desk: Desk, content: bytes | None, **sent: str) -> None:
    """Send a photo to the trial, let it be looked at, and its news arrive."""
    phone, now = desk.admin, lambda: desk.bench.now
    await phone.photo(file_id="shot", **sent)
    assert phone.last.text.endswith("正在读码…")
    if content is not None:
        await TrialCodes(desk.bench.database, Files({"shot": content}), now).run_due()  # type: ignore[arg-type] # only downloads
        await desk.bench.wait(seconds=1)


async def test_a_code_is_read_from_a_photo_and_nothing_of_it_is_kept(desk: Desk):
    phone = await tried(desk, "barcode | a | 设备编号 | | | string-length(.) > 3 | 编号不会这么短", "text | b | 备注")
    await _shot(desk, photographed("HX-1"))
    assert "2. 备注" in phone.last.text
    await phone.tap("◀")
    assert "已选：HX-1" in phone.last.text
    async with desk.bench.database.read() as db:
        assert await db.scalar(sa.select(sa.func.count()).select_from(Evidence)) == 0


@pytest.mark.parametrize(
    ("codes", "said"),
    [((), "没有读到码"), (("HX-1", "HX-2"), "HX-1, HX-2"), (("HX",), "编号不会这么短")],
)
async def test_a_photo_without_a_usable_code_leaves_the_question_with_a_reason(
    desk: Desk, codes: tuple[str, ...], said: str
):
    phone = await tried(desk, "barcode | a | 设备编号 | | | string-length(.) > 3 | 编号不会这么短")
    await _shot(desk, photographed(*codes))
    assert said in phone.last.text
    assert "1. 设备编号" in phone.last.text


async def test_a_photo_that_telegram_does_not_hand_out_is_said_after_a_while(desk: Desk):
    phone = await tried(desk, "barcode | a | 设备编号")
    await _shot(desk, None)
    await desk.bench.wait(seconds=31)
    assert "1. 设备编号" in phone.last.text
    assert "请再发一次" in phone.last.text


async def test_a_code_that_is_read_late_changes_nothing_of_what_came_since(desk: Desk):
    phone = await tried(desk, "barcode | a | 设备编号", "text | b | 备注")
    await _shot(desk, None)
    await phone.text("HX-9")
    await desk.bench.wait(seconds=31)
    assert "2. 备注" in phone.last.text
    assert "⚠" not in phone.last.text


async def test_a_choice_that_the_converter_adds_is_named_in_the_persons_language_once_chosen(desk: Desk):
    rows = ("select_multiple g or_other | a | 缺什么", "text | b | 备注")
    phone = await tried(desk, *rows, choices="| | g | y | 灯 |\n| | g | n | 绳 |\n")
    await phone.tap("☐ 灯")
    await phone.tap("☐ 其他")
    assert "已选：灯、其他" in phone.last.text


async def test_a_list_that_offers_nothing_says_why_and_lets_one_go_on(desk: Desk):
    phone = await tried(desk, "text | who | 谁", "select_one ${who} | a | 选谁", "text | b | 备注")
    await phone.tap("▶")
    assert "按目前的答案，这里没有可选项。" in phone.last.text
    await phone.tap("▶")
    assert "3. 备注" in phone.last.text
