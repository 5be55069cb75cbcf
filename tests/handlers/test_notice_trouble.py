"""Notices and what goes wrong with them: nobody to send to, a time that is past, words too long, those of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from storage import people
from storage.people import Role
from storage.voices import notices
from storage.voices.deliveries import State as Fate
from storage.voices.notices import State
from tests.handlers.test_notice import (
    compose,
    fates,
    notice,
    people_of,
    send_to_inspectors,
    tick,
    to_everybody,
    to_inspectors,
)

if TYPE_CHECKING:
    from tests.handlers.phone import Bench


async def test_audience_of_nobody_is_refused(bench: Bench):
    admin, _ = await people_of(bench)
    await compose(admin)
    await admin.tap("发给谁")
    await admin.tap("身份")
    await admin.tap("督导组成员")
    await admin.tap("◀ 返回")
    await admin.tap("除外")
    await admin.tap("身份")
    await admin.tap("督导组成员")
    await admin.tap("◀ 返回")
    await admin.tap("◀ 返回")
    assert admin.last.text == "发给谁？\n督导组成员；不含：督导组成员\n共 0 人"
    await admin.tap("预览")
    assert admin.toast == "没有人符合所选条件，发不出去。请改选对象。"


async def test_the_number_on_the_button_is_the_number_it_is_sent_to(bench: Bench):
    admin, _ = await people_of(bench)
    await compose(admin)
    await to_inspectors(admin)
    await bench.let_in("新来的", Role.inspector, group="一组")
    await admin.tap("发给 5 人")
    assert admin.toast == "人员刚有变动，现在是 6 人，还没有发出。请看过再发。"
    assert (await notice(bench)).state is State.draft
    await admin.tap("发给 6 人")
    await admin.press("notice.send:1:6", admin.last.id)
    assert admin.toast == "这个按钮已过期，什么都没有改动。"
    assert (await notice(bench)).size == 6


async def test_a_person_is_found_by_typing_a_part_of_the_name(bench: Bench):
    admin, _ = await people_of(bench)
    for at in range(20):
        await bench.let_in(f"成员{at:02}", Role.inspector, group="一组")
    await compose(admin)
    await admin.tap("发给谁")
    await admin.tap("点名")
    assert "1/3" in admin.last.text
    await admin.text("员03")
    assert admin.last.labels == ["成员03", "督导员03", "◀ 返回"]
    await admin.tap("督导员03")
    await admin.text("没有")
    assert "没有找到姓名含「没有」的人。" in admin.last.text
    await admin.tap("◀ 返回")
    assert admin.last.text == "发给谁？\n督导员03\n共 1 人"


async def test_a_time_that_is_past_and_one_that_is_no_time_are_refused(bench: Bench):
    admin, _ = await people_of(bench)
    await compose(admin)
    await to_everybody(admin)
    await admin.tap("定时发")
    await admin.text("10-20 9:00")
    assert admin.last.text == "10月20日 09:00 已经过了，请给一个以后的时间。"
    await admin.text("很快")
    assert admin.last.text.startswith("没看懂这个时间。")
    await admin.text("明天 9:00")
    assert "将于 10月22日 09:00 发出" in admin.last.text
    assert (await notice(bench)).state is State.planned


async def test_old_buttons_change_nothing_of_a_notice_that_has_its_time(bench: Bench):
    admin, others = await people_of(bench)
    await compose(admin)
    await to_inspectors(admin)
    await admin.tap("定时发")
    await admin.tap("今天 18:00")
    for old in ("empty:1", "edit:1", "everyone:1", "urgent:1", "send:1:5", "at:1:send:1:-1", "whom:1"):
        await admin.press(f"notice.{old}", admin.last.id)
        assert "这个按钮已过期" in admin.toast, old
    await tick(bench, hours=10)
    assert "请于今天下午三点前报送进度。" in others[0].last.text
    assert await fates(bench) == {"sent": 5}


async def test_a_planned_notice_goes_out_at_its_time_to_whoever_fits_then(bench: Bench):
    admin, inspectors = await people_of(bench)
    await compose(admin)
    await to_inspectors(admin)
    await admin.tap("定时发")
    await admin.tap("1小时后")
    await tick(bench, minutes=30)
    assert inspectors[0].bot_said == []
    late = await bench.let_in("新来的", Role.inspector, group="一组")
    await tick(bench, minutes=40)
    assert "开始发送，共 6 人" in admin.last.text
    assert late.last.text.startswith("📢 通知")
    await admin.tap("看进度")
    assert "已发 6/6" in admin.last.text
    await late.tap("已阅")
    await tick(bench)
    assert "已阅 1 · 未阅 5" in admin.last.text


async def test_a_plan_can_be_taken_back_and_a_lost_role_sends_nothing(bench: Bench):
    chief = await bench.let_in("组长", Role.leader, group="二组")
    await compose(chief)
    await to_everybody(chief)
    await chief.tap("定时发")
    await chief.tap("1小时后")
    await chief.tap("取消定时")
    assert (await notice(bench)).state is State.draft
    await chief.tap("定时发")
    await chief.tap("1小时后")
    async with bench.database.begin() as db:
        (await people.by_telegram(db, chief.id)).dismiss(Role.leader, bench.now)
    await tick(bench, hours=2)
    assert "到时没有发出" in chief.last.text
    assert (await notice(bench)).state is State.draft


async def test_when_the_time_to_read_is_over_the_sender_hears_who_has_not(bench: Bench):
    admin, inspectors = await people_of(bench)
    await compose(admin)
    await to_inspectors(admin)
    await admin.tap("限时阅")
    await admin.tap("今天 18:00")
    await admin.tap("有效期")
    await admin.tap("明天 9:00")
    await admin.tap("发给 5 人")
    await tick(bench)
    assert inspectors[0].last.text.endswith("请在 10月21日 18:00 前点「✅ 已阅」。")
    await inspectors[0].tap("已阅")
    await tick(bench, hours=10)
    assert admin.last.text == "通知「请于今天下午三点前报送进度。」阅读期限已到：已阅 1/5。"
    await tick(bench, hours=16)
    for one in inspectors:
        assert "本通知已过期，不再有效。" in one.last.text
        assert one.last.labels == []
    await inspectors[1].press("notice.read:1", inspectors[1].last.id)
    assert inspectors[1].toast == "这个按钮已过期，什么都没有改动。"
    assert await fates(bench) == {"sent": 5, "read": 1}


async def test_words_over_the_limit_are_refused_and_what_was_there_stays(bench: Bench):
    admin, _ = await people_of(bench)
    await compose(admin, "短")
    await admin.text("长" * 3600)
    assert "请删减 103 个字" in admin.last.text
    await admin.sticker()
    assert admin.last.text == "这里可以放文字、图片、文件、视频和语音，这种消息放不进去。"
    assert len((await notice(bench)).body["parts"]) == 1


async def test_an_edited_message_changes_the_notice_that_is_being_written(bench: Bench):
    admin, _ = await people_of(bench)
    await admin.text("/notice")
    await admin.tap("写通知")
    sent = await admin.text("三点")
    await admin.edit(sent, "四点 <b>")
    assert (await notice(bench)).body["parts"][0]["html"] == "四点 &lt;b&gt;"


async def test_a_notice_that_is_cancelled_stays_as_a_draft_and_can_be_thrown_away(bench: Bench):
    admin, _ = await people_of(bench)
    await compose(admin)
    await admin.text("/cancel")
    assert admin.last.text == "通知已存为草稿，没有发出。"
    await admin.text("/notice")
    await admin.tap("草稿 · 请于今天")
    await admin.tap("删除草稿")
    assert admin.last.text == "已删除，没有发出。"
    async with bench.database.read() as db:
        assert await notices.get(db, 1) is None


async def test_nobody_looks_after_the_notice_of_another_leader(bench: Bench):
    chief = await bench.let_in("组长", Role.leader, group="二组")
    other = await bench.let_in("另一位组长", Role.leader, group="一组")
    await compose(chief)
    await to_everybody(chief)
    await other.press("notice.send:1:1", 1)
    assert other.toast == "这个按钮已过期，什么都没有改动。"
    await chief.tap("发给 1 人")
    await tick(bench)
    for verb in ("show", "stop", "chase", "correct", "end", "names"):
        await other.press(f"notice.{verb}:1:unread:0", 1)
        assert other.toast == "这个按钮已过期，什么都没有改动。"
    await other.press("notice.read:1", 1)
    assert other.toast == "这个按钮已过期，什么都没有改动。"


async def test_half_the_audience_blocked_is_counted_and_costs_no_call(bench: Bench):
    admin, inspectors = await people_of(bench)
    for one in inspectors[:3]:
        await one.block()
    await compose(admin)
    await send_to_inspectors(admin)
    await tick(bench)
    assert await fates(bench) == {"sent": 2, "blocked": 3}
    assert "停用机器人 3" in admin.last.text
    await admin.tap("其他名单")
    assert admin.last.text == "停用机器人 3 人\n督导员01\n督导员02\n督导员03"


@pytest.mark.parametrize("urgent", [False, True])
async def test_at_night_only_an_urgent_notice_makes_a_sound(bench: Bench, urgent: bool):
    admin, inspectors = await people_of(bench)
    await bench.wait(hours=14)
    await compose(admin)
    await to_inspectors(admin)
    if urgent:
        await admin.tap("紧急")
    await admin.tap("发给 5 人")
    await tick(bench)
    assert inspectors[0].last.silent is not urgent
    assert inspectors[0].last.text.startswith("‼️ 紧急通知" if urgent else "📢 通知")
    assert Fate.sent.value in await fates(bench)


async def test_signs_of_formatting_that_was_typed_wrongly_reach_the_reader_as_they_were_typed(bench: Bench):
    admin, inspectors = await people_of(bench)
    words = "<b>没有写完 & <a href= 1 < 2 </i> *半个_"
    await compose(admin, words)
    await send_to_inspectors(admin)
    await tick(bench)
    for one in inspectors:
        assert words in one.last.text
    assert await fates(bench) == {"sent": 5}


async def test_named_people_come_on_top_and_whoever_is_excepted_gets_nothing(bench: Bench):
    admin, inspectors = await people_of(bench)
    chief = await bench.let_in("组长", Role.leader, group="一组")
    await compose(admin)
    await admin.tap("发给谁")
    await admin.tap("身份")
    await admin.tap("督导组成员")
    await admin.tap("◀ 返回")
    await admin.tap("点名")
    await admin.tap("组长")
    await admin.tap("◀ 返回")
    await admin.tap("除外")
    await admin.tap("点名")
    await admin.tap("督导员02")
    await admin.tap("◀ 返回")
    await admin.tap("◀ 返回")
    assert admin.last.text == "发给谁？\n督导组成员；组长；不含：督导员02\n共 5 人"
    await admin.tap("预览")
    await admin.tap("发给 5 人")
    await tick(bench)
    assert chief.last.text.startswith("📢 通知")
    assert inspectors[1].bot_said == []
    assert await fates(bench) == {"sent": 5}


async def test_a_time_to_read_by_that_has_passed_meanwhile_is_not_sent(bench: Bench):
    admin, _ = await people_of(bench)
    await compose(admin)
    await to_inspectors(admin)
    await admin.tap("限时阅")
    await admin.tap("1小时后")
    await bench.wait(hours=2)
    await admin.tap("发给 5 人")
    assert admin.toast == "10月21日 10:00 已经过了，请给一个以后的时间。"
    assert (await notice(bench)).state is State.draft


async def test_a_notice_does_not_expire_before_the_time_to_read_it(bench: Bench):
    admin, _ = await people_of(bench)
    await compose(admin)
    await to_inspectors(admin)
    await admin.tap("限时阅")
    await admin.tap("今天 18:00")
    await admin.tap("有效期")
    await admin.text("12:00")
    assert admin.last.text == "10月21日 12:00 就失效，早于阅知期限 10月21日 18:00。请改其中一个时间。"
    await admin.text("明天 9:00")
    assert "10月22日 09:00 失效" in admin.last.text


async def test_a_moment_that_is_past_is_not_on_a_button(bench: Bench):
    admin, _ = await people_of(bench)
    await compose(admin)
    await to_inspectors(admin)
    await admin.tap("定时发")
    assert "今天 18:00" in admin.last.labels
    await bench.wait(hours=11)
    await admin.tap("◀ 返回")
    await admin.tap("定时发")
    assert admin.last.labels == ["1小时后", "明天 9:00", "明天 18:00", "◀ 返回"]
