"""Meetings in the chat: called, reminded of, an agenda from what is open, minutes by reply, decisions followed up."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.campaign import meetings
from storage.campaign.meetings import Decision, State
from storage.people import Role
from supervision.calendar import Calendar
from supervision.meetings import FIRST, agenda_at, next_time, read_clock
from tests.handlers.setting_up import begun
from tests.handlers.test_reminder import pass_by, said

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
async def bench(sqlite_template, tmp_path):
    """A campaign of 7 September with two groups, on Wednesday 9 September at nine."""
    made = await begun(sqlite_template, tmp_path, datetime(2026, 9, 9, 1, 0, tzinfo=UTC))
    yield made
    await made.database.close()


@pytest.fixture
async def group(bench):
    """The leader and two inspectors of the second group."""
    leader = await bench.let_in("二组组长", Role.leader, group="二组")
    one = await bench.let_in("督导员01", Role.inspector, group="二组")
    other = await bench.let_in("督导员02", Role.inspector, group="二组", language="en")
    return leader, one, other


async def weekly(leader) -> None:
    await leader.text("/meeting")
    await leader.tap("每周例会…")
    await leader.tap("周一")
    await leader.tap("09:00")
    await leader.text("二组驻地")


async def test_a_weekly_meeting_is_set_in_four_steps_and_everybody_is_reminded_and_gets_the_agenda(bench, group):
    leader, one, other = group
    await weekly(leader)
    assert "二组例会 9月14日 周一 09:00 · 二组驻地" in leader.last.text
    await pass_by(bench, 24 * 4 + 12, every=3)  # until Sunday night; Friday is the last day worked before it
    assert [each for each in said(one) if "9月14日 周一 09:00：例会 · 二组驻地" in each]
    one.clear()
    bench.now = datetime(2026, 9, 14, 0, 30, tzinfo=UTC)
    await bench.wait(seconds=1)
    assert any(each.startswith("二组例会 9月14日 周一 09:00") for each in said(one))
    assert any(each.startswith("Meeting of 二组: Mon 14 Sep 09:00") for each in said(other))
    async with bench.database.read() as db:
        coming = await meetings.planned(db, 1, 2)
    assert [each.starts_at.astimezone(SHANGHAI).date() for each in coming] == [date(2026, 9, 14), date(2026, 9, 21)]


async def test_minutes_are_what_is_sent_and_everybody_gets_them_when_it_is_over(bench, group):
    leader, one, _ = group
    await weekly(leader)
    bench.now = datetime(2026, 9, 14, 1, 5, tzinfo=UTC)
    await bench.wait(seconds=1)
    await one.tap("纪要和决定")
    await one.text("萧山的台账还没更新")
    await one.photo("现场白板")
    assert "纪要 2条\n· 督导员01：萧山的台账还没更新\n· 📎 督导员01：现场白板" in one.last.text
    await one.tap("撤回我的上一条")
    assert "纪要 1条" in one.last.text
    await one.photo("现场白板")
    await one.tap("看照片")
    assert one.last.media
    await leader.tap("纪要和决定")
    await leader.tap("开完了")
    assert "✓ 已开完。" in leader.last.text
    assert "二组9月14日 周一 09:00 · 二组驻地的会议开完了。\n纪要 2条" in said(one)[-1]
    await one.press("meeting.open:1", 1)
    await one.text("事后补一句")
    async with bench.database.read() as db:
        assert len(await meetings.minutes_of(db, 1)) == 2


async def test_a_decision_runs_on_the_ladder_and_stands_on_the_next_agenda_until_it_is_done(bench, group):
    leader, one, _ = group
    await weekly(leader)
    bench.now = datetime(2026, 9, 14, 1, 5, tzinfo=UTC)
    await bench.wait(seconds=1)
    await leader.tap("纪要和决定")
    await leader.tap("＋ 决定")
    await leader.text("更新台账")
    await leader.tap("督导员01")
    await leader.tap("9月17日")
    assert "· 更新台账——督导员01，9月17日 周四" in leader.last.text
    await leader.tap("开完了")
    await pass_by(bench, 24 * 5 + 12, every=4)
    mine = [line for each in said(one) for line in each.split("\n") if "更新台账：" in line]
    assert [each.split("：")[1] for each in mine] == ["9月17日 周四到期，还有1个工作日", "今天到期", "逾期1个工作日"]
    one.clear()
    bench.now = datetime(2026, 9, 21, 0, 30, tzinfo=UTC)
    await bench.wait(seconds=1)
    (agenda,) = [each for each in said(one) if each.startswith("二组例会 9月21日")]
    assert "未办结的决定 1 项\n· 更新台账——督导员01，9月17日 周四 · 逾期3个工作日" in agenda
    await one.text("/meeting")
    await one.tap("决定")
    await one.tap("更新台账")
    await one.tap("✓ 完成")
    assert "已办结" in one.last.text
    await leader.text("/meeting")
    assert "未办结" not in leader.last.text


async def test_a_single_meeting_is_typed_and_called_off_with_word_to_everybody(bench, group):
    leader, one, _ = group
    await leader.text("/meeting")
    await leader.tap("临时会议…")
    await leader.text("后天")
    assert "不是日期" in leader.last.text
    await leader.text("9月11日")
    await leader.text("半夜")
    assert "不是8:00到20:30之间的时间" in leader.last.text
    await leader.text("15点")
    await leader.tap("不写地点")
    assert "二组例会 9月11日 周五 15:00" in leader.last.text
    await leader.tap("取消会议…")
    await leader.tap("取消会议")
    assert "没有安排会议。" in leader.last.text
    assert said(one)[-1] == "二组9月11日 周五 15:00的会议取消。"
    one.clear()
    await pass_by(bench, 72, every=4)
    assert not [each for each in said(one) if "会议" in each or "例会" in each]


async def test_a_meeting_with_notes_sent_beforehand_or_to_which_nobody_came_can_be_called_off(bench, group):
    leader, one, _ = group
    await weekly(leader)
    await one.press("meeting.open:1", one.last.id if one.screen else 1)
    await one.text("台账先报数")
    await leader.press("meeting.open:1", leader.last.id)
    assert [each for each in leader.last.labels if "开完" in each or "取消" in each] == ["开完了，发纪要", "取消会议…"]
    await one.tap("撤回")
    bench.now = datetime(2026, 9, 14, 1, 20, tzinfo=UTC)
    await leader.press("meeting.open:1", leader.last.id)
    assert [each for each in leader.last.labels if "开完" in each or "取消" in each] == ["开完了，发纪要", "取消会议…"]
    await leader.text("开了一半")
    assert [each for each in leader.last.labels if "开完" in each or "取消" in each] == ["开完了，发纪要"]


async def test_a_weekly_meeting_that_is_ended_calls_nobody_any_more(bench, group):
    leader, one, _ = group
    await weekly(leader)
    await leader.text("/meeting")
    await leader.tap("停开每周例会…")
    await leader.tap("停开")
    assert "每周一" not in leader.last.text
    await pass_by(bench, 24 * 6, every=6)
    assert not [each for each in said(one) if "例会" in each]
    async with bench.database.read() as db:
        assert (await meetings.get(db, 1)).state is State.cancelled


async def test_an_agenda_that_comes_too_late_is_not_sent_and_the_next_meeting_follows(bench, group):
    leader, one, _ = group
    await weekly(leader)
    one.clear()
    bench.now = datetime(2026, 9, 14, 9, 0, tzinfo=UTC)
    await bench.wait(seconds=1)
    assert not [each for each in said(one) if each.startswith("二组例会")]
    async with bench.database.read() as db:
        assert len(await meetings.planned(db, 1, 2)) == 2


async def test_a_meeting_that_is_over_cannot_be_called_and_a_far_one_neither(bench, group):
    leader, _, _ = group
    await leader.press("meeting.set:1:2:d20260909:0830", 1)
    assert "已经过了" in leader.toast
    await leader.press("meeting.set:1:2:d20280909:0830", 1)
    assert "活动2027-02-03结束" in leader.toast


async def test_another_groups_meetings_are_nobodys_business_and_who_does_not_lead_calls_none(bench, group):
    leader, one, _ = group
    await weekly(leader)
    stranger = await bench.let_in("一组组长", Role.leader, group="一组")
    await stranger.press("meeting.open:1", 1)
    assert stranger.alert
    await one.press("meeting.set:1:2:w1:0900", 1)
    assert one.alert
    await stranger.press("meeting.set:1:2:w1:0900", 1)
    async with bench.database.read() as db:
        assert len(await meetings.planned(db, 1, 2)) == 1


async def test_the_office_meets_with_those_who_lead_and_looks_into_every_group(bench, group):
    leader, one, _ = group
    office = await bench.let_in("办公室", Role.office)
    await office.text("/meeting")
    await office.tap("临时会议…")
    await office.tap("9月10日")
    await office.tap("09:00")
    await office.tap("不写地点")
    await office.tap("＋ 决定")
    await office.text("通报进度")
    assert "二组组长" in office.last.labels
    assert "督导员01" not in office.last.labels
    await office.tap("返回")
    await office.tap("◀ 例会")
    await office.tap("二组")
    assert "例会 · 二组" in office.last.text
    bench.now = datetime(2026, 9, 10, 0, 30, tzinfo=UTC)
    await bench.wait(seconds=1)
    assert any("领导小组办公室和各组组长例会 9月10日" in each for each in said(leader))
    assert not any("9月10日" in each and "例会" in each for each in said(one))


# --- when it is ---


def test_a_meeting_on_a_day_off_is_held_on_the_next_worked_day():
    china = Calendar("CN")
    after = datetime(2026, 9, 29, tzinfo=UTC)
    found = next_time(3, time(9), after, SHANGHAI, china)  # Thursday 1 October
    assert found.astimezone(SHANGHAI) == datetime(2026, 10, 8, 9, 0, tzinfo=SHANGHAI)
    assert next_time(3, time(9), found, SHANGHAI, china).astimezone(SHANGHAI).date() == date(2026, 10, 15)


@given(
    st.integers(0, 6),
    st.times(FIRST, time(20, 30)).map(lambda one: one.replace(second=0, microsecond=0)),
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - given a zone here
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York"]).map(ZoneInfo),
    st.sampled_from(["CN", "", "DE"]).map(Calendar),
)
@settings(max_examples=60, deadline=None)
def test_the_next_meeting_is_later_on_a_worked_day_and_its_agenda_comes_by_day(weekday, clock, after, zone, calendar):
    found = next_time(weekday, clock, after, zone, calendar)
    local = found.astimezone(zone)
    assert after < found <= after + timedelta(days=20)
    assert calendar.works(local.date())
    assert local.time() == clock
    sent = agenda_at(found, zone)
    assert sent <= found
    assert sent.astimezone(zone).time() >= FIRST
    assert sent.astimezone(zone).date() == local.date()


@pytest.mark.parametrize(
    ("words", "clock"),
    [("9:00", time(9)), ("14：30", time(14, 30)), ("9点", time(9)), ("21:00", None), ("25:00", None), ("早上", None)],
)
def test_clocks_are_read_as_people_write_them(words, clock):
    assert read_clock(words) == clock


@pytest.mark.parametrize("words", ["0001-01-01", "2026-09-01", "2027-06-01", "9999-12-31"])
async def test_a_day_that_is_over_or_after_the_campaign_is_refused_when_it_is_typed(bench, words):
    admin = await bench.let_in("王主任", Role.admin)
    await admin.press("meeting.once:1:0", 1)
    await admin.text(words)
    assert admin.last.text == f"{words}已过，或在活动结束之后，请另选一天。"


async def test_a_meeting_that_decides_very_much_still_fits_in_a_message(bench, group):
    leader, one, _ = group
    await leader.press("meeting.set:1:2:d20260914:0900", 1)
    ids = await bench.person(one)
    async with bench.database.begin() as db:
        for _ in range(70):
            made = Decision(meeting_id=1, words="决" * 200, owner_id=ids.id, due_on=date(2026, 9, 21), by_id=ids.id)
            await meetings.add(db, made)
    await leader.press("meeting.open:1", leader.last.id)
    assert "还有55" in leader.last.text.replace(" ", "")
    await leader.text("散会")
    await leader.tap("开完了")
    await bench.run(one.id)
    assert "还有55" in one.last.text.replace(" ", "")


async def minutes(bench) -> list[tuple[str, str]]:
    async with bench.database.read() as db:
        return [(each.kind, each.words) for each in await meetings.minutes_of(db, 1)]


async def test_what_answers_the_agenda_or_a_reminder_is_minutes_whatever_holds_the_chat(bench, group):
    leader, one, other = group
    await weekly(leader)
    bench.now = datetime(2026, 9, 11, 9, 29, tzinfo=UTC)  # Friday, a minute before everybody is told of Monday
    await bench.wait(seconds=1)
    await bench.wait(minutes=2)
    told = next(each for each in one.bot_said if "例会 · 二组驻地" in each.text)
    await one.text("/today")
    held = one.last.text
    await one.text("台账请各点先报数", reply_to=told.id)
    assert one.last.text == "已记入二组9月14日 周一 09:00 · 二组驻地会议的纪要。"
    bench.now = datetime(2026, 9, 14, 0, 30, tzinfo=UTC)
    await bench.wait(seconds=1)
    agenda = next(each for each in other.bot_said if each.text.startswith("Meeting of 二组: Mon 14 Sep"))
    await other.voice(reply_to=agenda.id)
    assert other.last.text == "In the minutes of the meeting of 二组, Mon 14 Sep 09:00 · 二组驻地."
    assert await minutes(bench) == [("", "台账请各点先报数"), ("voice", "")]
    await other.tap("Take back")
    assert await minutes(bench) == [("", "台账请各点先报数")]
    await one.text("/today")
    assert one.last.text == held
    await leader.tap("纪要和决定")
    await leader.tap("开完了")
    await one.text("会后补充：周三前报", reply_to=told.id)
    assert (await minutes(bench))[-1] == ("", "会后补充：周三前报")


async def test_an_answer_goes_where_it_was_asked_for_and_to_no_meeting_of_others(bench, group):
    leader, one, _ = group
    await weekly(leader)
    bench.now = datetime(2026, 9, 14, 0, 31, tzinfo=UTC)
    await bench.wait(seconds=1)
    await leader.tap("纪要和决定")
    await leader.tap("＋ 决定")
    await leader.text("更新台账", reply_to=leader.last.id)  # the question has a button back to the meeting
    assert "谁来办" in leader.last.text or "更新台账" in leader.last.text
    assert await minutes(bench) == []
    stranger = await bench.let_in("一组督导员", Role.inspector, group="一组")
    await stranger.send("Text", "乱写", text="乱写", reply_to=1, reply_buttons="meeting.open:1")
    await stranger.send("Text", "乱写", text="乱写", reply_to=1, reply_buttons="meeting.open:x\nmeeting.open:99")
    await one.send("Text", "乱写", text="乱写", reply_to=1, reply_buttons="nothing.at:all\nmeeting.open")
    assert await minutes(bench) == []
    await leader.text("/meeting")
    await leader.press("meeting.called:1", leader.last.id)
    agenda = next(each for each in one.bot_said if each.text.startswith("二组例会"))
    await one.text("还开吗", reply_to=agenda.id)
    assert one.last.text == "这次会议已取消。"
    assert await minutes(bench) == []
