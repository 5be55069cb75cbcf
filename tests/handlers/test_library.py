"""The policy library in the chat: put in by the office, found by a few words, out to inspectors with a receipt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from storage.people import Role
from storage.voices import library, library_files
from tests.handlers.test_notice import fates, notice, tick

if TYPE_CHECKING:
    from tests.handlers.phone import Bench, Phone

RULES = "工作餐管理规定\n督导期间按标准用餐、按规定交费，当日结清。"


async def put_in(office: Phone, words: str = RULES, topic: str = "纪律要求", *, everybody: bool = False) -> None:
    await office.text("/library")
    await office.tap("新增资料")
    await office.text(words)
    await office.tap("专题…")
    await office.text(topic)
    if everybody:
        await office.tap("全体人员")
    await office.tap("发布")


@pytest.fixture
async def office(bench: Bench) -> Phone:
    return await bench.let_in("王主任", Role.office)


async def test_what_is_put_in_reaches_inspectors_at_once_and_is_confirmed(bench: Bench, office: Phone):
    inspector = await bench.let_in("督导员01", Role.inspector, group="二组")
    leader = await bench.let_in("组长", Role.leader, group="二组")
    contact = await bench.let_in("联络人", Role.contact, group="二组", unit="ZJ")
    await put_in(office)
    assert office.last.text == "《工作餐管理规定》已收入资料库，正在发给 2 人。"
    await tick(bench)
    assert inspector.last.text.startswith("📢 通知 · 王主任\n\n📚 新资料：工作餐管理规定\n\n督导期间按标准用餐")
    assert inspector.last.labels == ["✅ 已阅", "在资料库看"]
    assert leader.last.text == inspector.last.text
    assert contact.bot_said == []
    await inspector.tap("已阅")
    assert await fates(bench) == {"sent": 2, "read": 1}
    await office.tap("谁看过")
    assert "已阅 1 · 未阅 1" in office.last.text


async def test_something_is_found_by_one_character_and_shown_with_the_passage(bench: Bench, office: Phone):
    inspector = await bench.let_in("督导员01", Role.inspector, group="二组")
    await put_in(office)
    await put_in(office, "会议记录写法\n写明时间、地点和到会人数。", "学习")
    await inspector.text("/library")
    assert inspector.last.text == "政策资料库 · 2 份\n输入关键词查找，或点一个专题。"
    await inspector.text("餐")
    assert inspector.last.text == "「餐」\n1. 工作餐管理规定\n督导期间按标准用餐、按规定交费，当日结清。"
    await inspector.text("到会 人数")
    assert inspector.last.text.startswith("「到会 人数」\n1. 会议记录写法")
    await inspector.tap("1. 会议记录写法")
    assert inspector.last.text.startswith("📚 会议记录写法\n学习 · 10月21日 周三\n\n写明时间")
    await inspector.tap("◀ 资料库")
    await inspector.text("直升机")
    assert inspector.last.text == "资料库里没有找到「直升机」。请换个说法，或少输几个字。"
    await inspector.text("会议应当如何记录")
    assert inspector.last.text.startswith("没有完全一样的「会议应当如何记录」，相近的有：\n1. 会议记录写法")
    await inspector.tap("◀ 资料库")
    await inspector.tap("纪律要求 1")
    assert inspector.last.text == "纪律要求 · 1\n1. 工作餐管理规定"
    await inspector.text("/library 用餐")
    assert inspector.last.text.startswith("「用餐」\n1. 工作餐管理规定")


async def test_words_inside_a_file_are_found_with_the_passage_and_the_name_of_the_file(bench: Bench, office: Phone):
    inspector = await bench.let_in("督导员01", Role.inspector, group="二组")
    await office.text("/library")
    await office.tap("新增资料")
    await office.text("公务用车")
    for name in ("用车规定.docx", "扫描件.pdf", "照片.jpg"):
        await office.file(name=name)
    await office.tap("发布")
    async with bench.database.begin() as db:
        rule, scan = await library_files.waiting(db, bench.now, 9)  # the picture has no words
        assert (rule.name, scan.name) == ("用车规定.docx", "扫描件.pdf")
        rule.state, scan.state = library_files.State.read, library_files.State.refused
        item = await library.get(db, rule.item_id)
        assert item is not None
        item.add_file(rule.name, "第一条 用车由本单位安排，不借用被督导单位的车辆，节假日封存。")
    await inspector.text("/library 封存 车辆")
    assert inspector.last.text == (
        "「封存 车辆」\n1. 公务用车\n📎 用车规定.docx：第一条 用车由本单位安排，不借用被督导单位的车辆，节假日封存。"
    )
    await inspector.tap("1.")
    assert "可查找的文字" not in inspector.last.text
    await office.press("library.open:1", 1)
    assert office.last.text.endswith("扫描件.pdf 里没有可查找的文字（可能是扫描件）。")


async def test_bad_searches_say_what_to_do(bench: Bench, office: Phone):
    await office.text("/library")
    await office.text("，。")
    assert office.last.text == "资料库里没有找到「，。」。请换个说法，或少输几个字。"
    await office.text("长" * 61)
    assert office.last.text == "请只输入几个关键词。"
    await office.photo()
    assert office.last.text == "请输入要找的字，例如：会议记录。"
    await office.text("/cancel")
    assert office.last.text == "已离开资料库。"


async def test_whoever_does_not_supervise_sees_only_what_is_for_everybody(bench: Bench, office: Phone):
    contact = await bench.let_in("联络人", Role.contact, group="二组", unit="ZJ")
    await put_in(office)
    await contact.text("/library 用餐")
    assert contact.last.text == "资料库里没有找到「用餐」。请换个说法，或少输几个字。"
    await contact.press("library.open:1", 1)
    assert contact.toast == "这个按钮已过期，什么都没有改动。"
    await put_in(office, "办事指南\n怎样提出请示", "服务", everybody=True)
    await contact.text("/library")
    assert contact.last.text.startswith("政策资料库 · 1 份")
    assert "新增资料" not in contact.last.labels
    await contact.press("library.begin", 1)
    assert contact.toast.startswith("这项功能您这里没有。")


async def test_files_and_pictures_are_put_in_and_come_out_as_they_were(bench: Bench, office: Phone):
    inspector = await bench.let_in("督导员01", Role.inspector, group="二组")
    await office.text("/library")
    await office.tap("新增资料")
    await office.file(name="关于改进作风的通知.pdf")
    assert "关于改进作风的通知.pdf" in office.last.text
    await office.tap("发布")
    await tick(bench)
    assert inspector.last.media[0][0] == "document"
    assert inspector.last.text == "📢 通知 · 王主任\n\n📚 新资料：关于改进作风的通知.pdf"
    await inspector.text("/library 改进作风")
    await inspector.tap("1. 关于改进作风")
    assert inspector.bot_said[-2].media[0][0] == "document"


async def test_an_item_without_words_or_name_is_not_published_and_drafts_are_kept(bench: Bench, office: Phone):
    await office.text("/library")
    await office.tap("新增资料")
    await office.photo()
    await office.tap("发布")
    assert office.toast == "还没有标题：请发一行文字，或点「标题」。"
    await office.tap("标题…")
    await office.text("长" * 61)
    assert office.last.text == "标题要在 60 个字以内，请重发。"
    await office.text("现场照片怎样拍")
    await office.text("/cancel")
    assert office.last.text == "已存为草稿，还没有进资料库。"
    await office.text("/library")
    await office.tap("草稿 · 现场照片怎样拍")
    await office.tap("重写")
    await office.tap("删除草稿")
    assert office.last.text == "政策资料库\n还没有资料。"


async def test_a_later_edit_of_a_message_is_taken_over_while_it_is_written(bench: Bench, office: Phone):
    await office.text("/library")
    await office.tap("新增资料")
    sent = await office.text("旧的说法")
    await office.edit(sent, "新的说法")
    await office.tap("发布")
    assert "新的说法" in office.last.text
    await office.text("/library 旧的")
    assert office.last.text.startswith("资料库里没有找到")


async def test_what_is_withdrawn_is_not_found_any_more_but_stays_readable_where_it_is_cited(
    bench: Bench, office: Phone
):
    inspector = await bench.let_in("督导员01", Role.inspector, group="二组")
    await put_in(office)
    await tick(bench)
    await office.text("/library 用餐")
    await office.tap("1. 工作餐")
    await office.tap("撤下…")
    await office.tap("撤下")
    assert office.last.text == "政策资料库\n还没有资料。"
    await inspector.tap("在资料库看")
    assert "已撤下，不再执行。" in inspector.last.text
    await office.press("library.gone:1", office.last.id)
    assert office.toast == "这个按钮已过期，什么都没有改动。"


async def test_an_office_with_nobody_in_the_field_publishes_without_a_notice(bench: Bench, office: Phone):
    await put_in(office)
    assert office.last.text == "《工作餐管理规定》已收入资料库。督导组还没有人加入，暂不通知。"
    assert office.last.labels == ["◀ 资料库"]


async def test_whoever_loses_the_right_puts_nothing_in_any_more(bench: Bench, office: Phone):
    await office.text("/library")
    await office.tap("新增资料")
    async with bench.database.begin() as db:
        from_db = await bench.person(office)
        assert from_db is not None
        person = await db.merge(from_db)
        person.dismiss(Role.office, bench.now)
    await office.text("还想加一条")
    assert "还想加一条" not in office.last.text


async def test_a_notice_of_the_library_is_followed_like_any_other(bench: Bench, office: Phone):
    inspector = await bench.let_in("督导员01", Role.inspector, group="二组")
    await inspector.block()
    await put_in(office)
    await tick(bench)
    assert (await notice(bench)).body["library"] == 1
    assert await fates(bench) == {"blocked": 1}


async def test_what_is_withdrawn_before_it_went_out_reaches_nobody_any_more(bench: Bench, office: Phone):
    inspector = await bench.let_in("督导员01", Role.inspector, group="二组")
    await put_in(office)
    await office.press("library.gone:1", office.last.id)
    await tick(bench)
    assert inspector.bot_said == []
    assert await fates(bench) == {"skipped": 1}
