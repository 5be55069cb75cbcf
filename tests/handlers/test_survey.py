"""Surveys: made in the chat, opened to people and by link, answered once, reminded blindly, shown only when many."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import openpyxl
import pytest
import sqlalchemy as sa

from handlers.notice import feeding
from storage import people
from storage.chat.conversations import Conversation
from storage.people import Role
from storage.voices import surveys
from storage.voices.surveys import Answer, State, Survey
from tests.handlers.test_notice import tick

if TYPE_CHECKING:
    from tests.handlers.phone import Bench, Phone

UNIT = "浙江省区域管理公司党委"


async def survey(bench: Bench, number: int = 1) -> Survey:
    async with bench.database.read() as db:
        found = await surveys.get(db, number)
    assert found is not None
    return found


async def make(admin: Phone) -> None:
    await admin.text("/survey")
    await admin.tap("新建调查")
    await admin.tap("自己出题")
    await admin.text("学习情况")
    await admin.text("1. 学习对工作有帮助吗？\n很有\n有一些\n不大")
    await admin.text("您还有什么建议？")


async def to_members(admin: Phone, count: int) -> None:
    await admin.tap("发给谁")
    await admin.tap("选定的人")
    await admin.tap("身份")
    await admin.tap("党员群众")
    await admin.tap("◀ 返回")
    await admin.tap("下一步")
    assert f"共 {count} 人" in admin.last.text
    await admin.tap("开始调查")


async def members(bench: Bench, count: int) -> list[Phone]:
    return [await bench.let_in(f"成员{at:02}", Role.member, group="二组", unit="ZJ") for at in range(count)]


async def by_link(bench: Bench, admin: Phone) -> str:
    await make(admin)
    await admin.tap("发给谁")
    await admin.tap("谁都可以")
    await admin.tap("开始调查")
    return f"s_{(await survey(bench)).link}"


async def reply(phone: Phone, choice: str, words: str = "") -> None:
    await phone.tap(choice)
    if words:
        await phone.text(words)
    else:
        await phone.tap("跳过")
    await phone.tap("交", on=phone.last)


async def test_a_survey_is_answered_in_three_taps_and_shown_when_enough_have(bench: Bench):
    admin = await bench.let_in("王主任", Role.admin)
    everybody = await members(bench, 22)
    await make(admin)
    assert admin.last.text.startswith(
        "学习情况\n1. 学习对工作有帮助吗？\n   很有 / 有一些 / 不大\n2. 您还有什么建议？ ［文字］"
    )
    await to_members(admin, 22)
    assert "已交 0/22" in admin.last.text
    assert "现在还不能显示结果：满 20 份后分批显示，或在截止后显示。" in admin.last.text
    await tick(bench)
    first = everybody[0]
    assert first.last.text.startswith("🗳 学习情况\n\n想听听您的意见，不到 1 分钟。\n不记名，也查不出是谁。")
    for at, one in enumerate(everybody):
        await one.tap("作答")
        await reply(one, "很有" if at < 15 else "有一些", f"意见{at:02}" if at % 2 else "")
        assert one.last.text == "谢谢，已交。"
    await admin.tap("刷新")
    assert "已交 22/22" in admin.last.text
    assert "10 · 100%" not in admin.last.text or "平均" not in admin.last.text
    await admin.tap("现在截止")
    assert (await survey(bench)).state is State.closed
    assert "很有 15 · 68%\n有一些、不大 7 · 32%" in admin.last.text
    await admin.tap("文字意见")
    said = [line for line in admin.last.text.splitlines() if line.startswith("· 意见")]
    assert len(said) == 11
    await admin.tap("结果图")
    assert admin.last.picture
    await admin.tap("表格")
    book = openpyxl.load_workbook(BytesIO(bench.blobs.find(admin.last.document).read_bytes()))
    assert [cell.value for cell in book["结果"][2]] == ["1. 学习对工作有帮助吗？", "很有", 15, 0.682]
    assert len(list(book["2"].rows)) == 12


async def test_one_respondent_is_never_shown(bench: Bench):
    admin = await bench.let_in("王主任", Role.admin)
    everybody = await members(bench, 6)
    await make(admin)
    await to_members(admin, 6)
    await tick(bench)
    await everybody[0].tap("作答")
    await reply(everybody[0], "不大", "只有我知道")
    await admin.tap("现在截止")
    assert admin.last.text.endswith("作答不足 5 人，为免看出是谁，不显示结果。")
    await admin.press("survey.words:1", admin.last.id)
    assert admin.toast.startswith("作答不足 5 人")
    await admin.press("survey.table:1", admin.last.id)
    assert not any(one.document for one in admin.bot_said)


async def test_who_asks_fewer_than_may_be_shown_is_promised_no_result(bench: Bench):
    admin = await bench.let_in("王主任", Role.admin)
    await members(bench, 4)
    await make(admin)
    await to_members(admin, 4)
    assert "已交 0/4" in admin.last.text
    assert admin.last.text.endswith("不足 5 人，结果将不显示。")


async def test_nothing_of_an_answer_stays_with_whoever_gave_it(bench: Bench):
    admin = await bench.let_in("王主任", Role.admin)
    stranger = bench.stranger()
    await stranger.start(await by_link(bench, admin))
    assert "1/2  学习对工作有帮助吗？" in stranger.last.text
    await stranger.tap("有一些")
    await stranger.text("独一无二的话")
    await stranger.tap("交", on=stranger.last)
    assert stranger.last.text == "谢谢，已交。"
    async with bench.database.read() as db:
        for table in ("inbox", "outbox", "conversations", "audit", "timers", "deliveries", "survey_turnout"):
            rows = (await db.execute(sa.text(f"SELECT * FROM {table}"))).all()  # noqa: S608 - names of our own tables
            assert "独一无二" not in str(rows).encode().decode("unicode_escape", "ignore") + str(rows), table
        chat = await db.get(Conversation, stranger.id)
        assert chat is not None
        assert (chat.journey, chat.state) == ("", {})
        assert not await db.scalar(sa.select(sa.func.count()).select_from(Answer)), "it waits in the pool"


async def test_everybody_answers_once_however_often_the_link_is_opened(bench: Bench):
    admin = await bench.let_in("王主任", Role.admin)
    link = await by_link(bench, admin)
    stranger = bench.stranger()
    for _ in range(2):
        await stranger.start(link)
    await reply(stranger, "很有")
    await stranger.start(link)
    assert stranger.last.text == "您已经答过，每人只答一次。谢谢。"
    await stranger.press("survey.cast:1", stranger.last.id)
    assert stranger.toast == "这个按钮已过期，什么都没有改动。"
    assert (await survey(bench)).cast == 1


async def test_links_that_lead_nowhere_are_closed_or_are_for_others_say_so(bench: Bench):
    admin = await bench.let_in("王主任", Role.admin)
    stranger = bench.stranger()
    await stranger.start("s_nowhere")
    assert stranger.last.text.startswith("这个链接没有对应的调查。")
    link = await by_link(bench, admin)
    await stranger.start(link)
    await stranger.tap("很有")
    await tick(bench, days=8)
    assert "调查「学习情况」已截止：" not in admin.last.text
    assert admin.last.text == "调查「学习情况」已截止，共收到 0 份。"
    await stranger.tap("跳过")
    assert stranger.last.text == "这份调查已截止，谢谢您的关心。"
    await stranger.start(link)
    assert stranger.last.text == "这份调查已截止，谢谢您的关心。"
    await stranger.press("survey.open:1", stranger.last.id)
    assert stranger.toast == "这份调查已截止，谢谢您的关心。"


async def test_a_survey_for_chosen_people_is_for_nobody_else(bench: Bench):
    admin = await bench.let_in("王主任", Role.admin)
    await members(bench, 5)
    other = await bench.let_in("外人", Role.inspector, group="一组")
    await make(admin)
    await to_members(admin, 5)
    await tick(bench)
    for phone in (other, bench.stranger()):
        await phone.press("survey.open:1", 1)
        assert phone.toast.startswith("这份调查只请收到的人作答。")


async def test_a_leader_whose_role_has_ended_adds_no_question(bench: Bench):
    chief = await bench.let_in("组长", Role.leader, group="二组")
    await make(chief)
    asked = len((await survey(bench)).questions)
    async with bench.database.begin() as db:
        (await people.by_telegram(db, chief.id)).dismiss(Role.leader, bench.now)
    await chief.text("还有吗？")
    assert len((await survey(bench)).questions) == asked


async def test_only_the_silent_are_reminded_and_whom_it_was_is_forgotten(bench: Bench):
    admin = await bench.let_in("王主任", Role.admin)
    everybody = await members(bench, 6)
    await make(admin)
    await to_members(admin, 6)
    await tick(bench)
    for one in everybody[:4]:
        await one.tap("作答")
        await reply(one, "很有")
    for one in everybody:
        one.clear()
    await admin.tap("提醒没答的人")
    await tick(bench)
    assert [len(one.bot_said) for one in everybody] == [0, 0, 0, 0, 1, 1]
    assert "还没有收到您的意见" in everybody[5].last.text
    reminder = (await survey(bench)).reminder_id
    for button in ("names:{}:unread:0", "names:{}:read:0"):  # who was reminded is who had not answered
        await admin.press("notice." + button.format(reminder), admin.last.id)
        assert admin.toast == "这个按钮已过期，什么都没有改动。"
    await admin.tap("提醒没答的人")
    assert admin.toast == "不到一小时前刚提醒过，请过一会儿再提醒。"
    await admin.tap("现在截止")
    async with bench.database.read() as db:
        query = sa.text("SELECT count(*) FROM deliveries WHERE notice_id = :reminder")
        assert await db.scalar(query, {"reminder": (await survey(bench)).reminder_id}) == 0


async def test_an_answer_can_be_mended_until_it_is_handed_in_and_left_without_a_trace(bench: Bench):
    admin = await bench.let_in("王主任", Role.admin)
    link = await by_link(bench, admin)
    stranger = bench.stranger()
    await stranger.start(link)
    await stranger.tap("很有")
    await stranger.tap("◀ 返回")
    assert "● 很有" in stranger.last.labels
    await stranger.tap("不大")
    await stranger.photo("看")
    assert stranger.last.text.startswith("请打字回答，或点「跳过」。")
    await stranger.text("长" * 501)
    assert "请删减 1 个字" in stranger.last.text
    await stranger.tap("跳过")
    await stranger.tap("◀ 返回")
    await stranger.tap("怎样做到匿名？", on=None) if "怎样做到匿名？" in stranger.last.labels else None
    member = await bench.let_in("成员", Role.member, group="二组")
    await member.start(link)
    await member.tap("很有")
    await member.text("/cancel")
    assert member.last.text == "已退出，答了一半的没有留下。"
    async with bench.database.read() as db:
        chat = await db.get(Conversation, member.id)
    assert chat is not None
    assert chat.state == {}


async def test_an_open_survey_is_changed_only_as_a_new_version(bench: Bench):
    admin = await bench.let_in("王主任", Role.admin)
    link = await by_link(bench, admin)
    await admin.press("survey.pop:1", admin.last.id)
    assert admin.toast == "这个按钮已过期，什么都没有改动。"
    await admin.tap("改一版")
    await admin.tap("删掉最后一题")
    assert len((await survey(bench, 2)).asks) == 1
    assert len((await survey(bench)).asks) == 2
    stranger = bench.stranger()
    await stranger.start(link)
    assert "1/2" in stranger.last.text
    await admin.tap("发给谁")
    await admin.tap("谁都可以")
    await admin.tap("开始调查")
    assert [(await survey(bench, at)).state for at in (1, 2)] == [State.closed, State.open]
    assert (await survey(bench, 2)).version == 2
    await stranger.tap("很有")
    assert stranger.last.text == "这份调查已截止，谢谢您的关心。"
    await stranger.start(link)
    assert "1/1" in stranger.last.text
    assert f"s_{(await survey(bench, 2)).link}" == link


async def test_a_ready_made_survey_asks_a_matrix_as_a_sequence(bench: Bench):
    admin = await bench.let_in("王主任", Role.admin)
    await admin.text("/survey")
    await admin.tap("新建调查")
    await admin.tap("民主评议")
    assert "1. 对本单位领导班子的总体评价\n   · 理论学习\n   · 调查研究" in admin.last.text
    await admin.tap("发给谁")
    await admin.tap("谁都可以")
    await admin.tap("14")
    assert "● 14" in admin.last.labels
    await admin.tap("开始调查")
    await admin.tap("链接和海报")
    assert admin.bot_said[-2].picture
    assert bench.blobs.find(admin.last.document).read_bytes().startswith(b"%PDF")
    stranger = bench.stranger()
    await stranger.start(f"s_{(await survey(bench)).link}")
    assert "1/7  对本单位领导班子的总体评价\n理论学习" in stranger.last.text
    for choice in ("好", "较好", "一般", "差", "较好", "3"):
        await stranger.tap(choice, on=stranger.last) if choice != "好" else await stranger.press(
            stranger.last.buttons[0][0].data, stranger.last.id
        )
    assert "7/7" in stranger.last.text


@pytest.mark.parametrize(
    ("words", "told"),
    [("问\n甲", "选项要有 2 到 12 个"), ("问\n甲\n甲", "有两个选项一样"), ("问\n1-99", "打分要有 2 到 12 档")],
)
async def test_a_question_that_is_none_says_what_to_do(bench: Bench, words: str, told: str):
    admin = await bench.let_in("王主任", Role.admin)
    await make(admin)
    await admin.text(words)
    assert told in admin.last.text
    assert len((await survey(bench)).asks) == 2
    await admin.photo()
    assert admin.last.text == "请用文字写题目，小调查里放不了图片和文件。"


async def test_a_survey_without_a_question_is_not_opened_and_nobody_is_asked_for_nobody(bench: Bench):
    admin = await bench.let_in("王主任", Role.admin)
    await admin.text("/survey")
    await admin.tap("新建调查")
    await admin.tap("自己出题")
    await admin.text("长" * 61)
    assert admin.last.text == "标题要在 60 个字以内，请重发。"
    await admin.text("空的")
    await admin.press("survey.how:1", admin.last.id)
    assert admin.toast == "还没有题目，请先发第一题。"
    await admin.text("问")
    await admin.press("survey.look:1:0", admin.last.id)
    assert admin.toast.startswith("没有人符合所选条件")
    await admin.press("survey.start:1:0:0", admin.last.id)
    assert admin.toast.startswith("没有人符合所选条件")
    assert not await feeding.feed(bench.database, bench.now)


async def test_nearly_the_same_people_are_not_asked_the_same_again(bench: Bench):
    admin = await bench.let_in("王主任", Role.admin)
    await members(bench, 7)
    await make(admin)
    await to_members(admin, 7)
    await bench.let_in("新成员", Role.member, group="二组", unit="ZJ")
    await admin.tap("改一版")
    await admin.tap("发给谁")
    await admin.tap("选定的人")
    await admin.tap("下一步")
    assert admin.toast.startswith("同样的问题刚问过差不多同一批人，只差 1 人，")
    assert (await survey(bench, 2)).state is State.draft


async def test_a_stranger_who_types_instead_of_tapping_is_told_what_to_tap(bench: Bench):
    admin = await bench.let_in("王主任", Role.admin)
    link = await by_link(bench, admin)
    guest = bench.stranger()
    await guest.start(link)
    for send in (guest.photo(), guest.text("都好"), guest.text("9"), guest.text("²")):
        await send
        assert guest.last.text == "请点一个选项，或把选项打出来发给我。"
    await guest.text("有一些")
    assert "2/2" in guest.last.text
    await guest.tap("◀ 返回")
    await guest.text("3")
    await guest.tap("跳过")
    await guest.text("好了")
    assert guest.last.text == "都答好了：请点「交」，要改就点「◀ 返回」。"
    await guest.press("survey.cast:1", guest.last.id)
    assert (await survey(bench)).cast == 1
    await admin.press("survey.end:1", admin.last.id)
    await admin.press("survey.poster:1", admin.last.id)
    assert admin.toast == "这份调查已截止，链接不能再用。点「再调查一次」可以重新发起。"
