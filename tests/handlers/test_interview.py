"""Interviews: in their own words, for two people's eyes, every look written down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from handlers.access import ACCESS
from storage import people
from storage.people import Role
from storage.vault.sealing import new_key
from storage.visit import interviewees, interviews, visits
from tests.handlers.confidence import KEY, confidence

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.handlers.confidence import Confidence

SAID = "食堂的事拖了三年没人管！我们反映过。\n领导说再等等"


@pytest.fixture
async def talk(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Confidence]:
    made = await confidence(sqlite_url, tmp_path)
    yield made
    await made.bench.database.close()


async def said(talk: Confidence, number: int = 1, *, every: bool = False) -> list[str]:
    async with talk.bench.database.read() as db:
        interview = await interviews.get(db, number)
        assert interview is not None
        found = await interviews.entries(db, number, every=every)
        return [one.words for one in interviews.opened(db, interview, found)]


async def looks(talk: Confidence) -> list[tuple[int, str]]:
    async with talk.bench.database.read() as db:
        found = await db.scalars(sa.select(interviews.Look).order_by(interviews.Look.id))
        return [(one.person_id, one.what) for one in found]


async def remove(talk: Confidence, phone: object, role: Role) -> None:
    async with talk.bench.database.begin() as db:
        person = await people.by_telegram(db, phone.id)
        person.dismiss(role, talk.bench.now)


# --- taking ---


@pytest.mark.parametrize("words", [SAID, "  前后有空格  ", "a\n\n\nb", "<b>&amp;", "7 ✗ 记录缺失", "👍🏽"])
async def test_what_was_said_is_kept_byte_for_byte(talk: Confidence, words: str) -> None:
    await talk.begin(words)
    assert await said(talk) == [words]
    assert words not in talk.inspector.last.text, "a card may be looked at over a shoulder"


async def test_several_messages_and_recordings_answer_one_question(talk: Confidence) -> None:
    phone = await talk.begin("一", "二")
    await phone.voice(duration=35)
    assert "文字2条、语音1段（0:35）" in phone.last.text
    assert await said(talk) == ["一", "二", ""]


async def test_an_interview_left_half_way_goes_on_where_it_was(talk: Confidence) -> None:
    phone = await talk.begin("一")
    await phone.tap("▶")
    await phone.tap("▶")
    await phone.text("今日督导")
    await phone.text("/interview")
    assert "未结束" in phone.last.text
    await phone.tap("1")
    assert "3/5" in phone.last.text
    await phone.text("三")
    async with talk.bench.database.read() as db:
        assert [one.path for one in await interviews.entries(db, 1)] == ["/data/urgent", "/data/own_part"]


async def test_a_message_edited_afterwards_is_kept_beside_the_first_wording(talk: Confidence) -> None:
    phone = await talk.begin()
    sent = await phone.text("原来的话")
    await phone.tap("结束")
    await phone.edit(sent, "改过的话")
    assert "另存一版" in phone.last.text
    assert await said(talk) == ["改过的话"]
    assert await said(talk, every=True) == ["原来的话", "改过的话"]
    count = len(phone.screen)
    await phone.edit(sent, "改过的话")
    assert len(phone.screen) == count, "nothing changed, so nothing is said"


async def test_nothing_is_taken_after_the_end_until_it_is_opened_again(talk: Confidence) -> None:
    phone = await talk.begin("一")
    await phone.tap("结束")
    await phone.text("迟到的话")
    assert await said(talk) == ["一"]
    await phone.press("interview.resume:1", 1)
    await phone.text("二")
    assert await said(talk) == ["一", "二"]


async def test_an_empty_interview_cannot_be_ended(talk: Confidence) -> None:
    phone = await talk.begin()
    await phone.tap("结束")
    assert "还什么都没有记" in phone.toast
    assert (await talk.interview()).ended_at is None


async def test_the_last_message_can_be_taken_back(talk: Confidence) -> None:
    phone = await talk.begin("一", "二")
    await phone.tap("撤回上一条")
    assert await said(talk) == ["一"]


async def test_a_recording_too_long_or_too_large_is_refused_with_what_to_do(talk: Confidence) -> None:
    phone = await talk.begin()
    await phone.voice(duration=601)
    assert "有11分钟，最长10分钟。请分段发来" in phone.last.text
    await phone.voice(duration=5, size=21 * 2**20)
    assert "超过 20 MB" in phone.last.text
    await phone.voice(duration=600)
    assert "语音1段（10:00）" in phone.last.text


@pytest.mark.parametrize("kind", ["photo", "file", "video", "place", "sticker"])
async def test_only_words_and_voice_are_taken(talk: Confidence, kind: str) -> None:
    phone = await talk.begin()
    await getattr(phone, kind)()
    assert "访谈只记文字和语音" in phone.last.text
    assert await said(talk) == []


async def test_a_campaign_without_questions_has_one(sqlite_url: str, tmp_path: Path) -> None:
    talk = await confidence(sqlite_url, tmp_path, guided=False)
    phone = await talk.begin("随便说说")
    assert "谈话内容" in phone.last.text
    assert "1/1" in phone.last.text
    assert await said(talk) == ["随便说说"]
    await talk.bench.database.close()


# --- who may ---


async def test_only_the_interviewer_and_the_leader_open_it_and_every_look_is_written_down(talk: Confidence) -> None:
    phone = await talk.begin(SAID)
    await phone.tap("结束")
    await talk.leader.text("/interview")
    await talk.leader.tap("1")
    assert "食堂的事拖了三年没人管" in talk.leader.last.text
    await talk.leader.tap("对象")
    assert await looks(talk) == [(1, "said"), (3, "said")], "of nobody's name nobody has seen anything"
    await phone.press("interview.looks:1", 1)
    assert "张组长 · 看了内容" in phone.last.text
    for verb in ("read", "resume", "who", "looks", "erase", "erased", "quote", "preview", "release", "finish"):
        await talk.colleague.press(f"interview.{verb}:1", 1)
        assert "已过期" in talk.colleague.toast, verb
        assert all("食堂" not in one.text for one in talk.colleague.bot_said)
    assert len(await looks(talk)) == 2


async def test_the_leader_reads_and_does_not_write(talk: Confidence) -> None:
    await talk.begin("一")
    for data in (
        "interview.resume:1",
        "interview.go:1:2",
        "interview.drop:1:1",
        "interview.quote:1",
        "interview.staff:1",
    ):
        await talk.leader.press(data, 1)
        assert "已过期" in talk.leader.toast, data


async def test_others_see_that_there_were_talks_and_nothing_else(talk: Confidence) -> None:
    phone = await talk.begin(SAID)
    await phone.tap("对象")
    await phone.text("张三 车间主任")
    await phone.tap("结束")
    await talk.colleague.text("/interview")
    assert "其他人谈了1次" in talk.colleague.last.text
    assert "督导员01" not in talk.colleague.last.text
    assert "张三" not in talk.colleague.last.text


async def test_whoever_is_removed_loses_it_at_once(talk: Confidence) -> None:
    phone = await talk.begin("一")
    sent = await phone.text("二")
    await remove(talk, phone, Role.inspector)
    async with talk.bench.database.begin() as db:  # another group still has a place for them
        person = await people.by_telegram(db, phone.id)
        person.appoint(Role.inspector, talk.bench.now, group_id=1)
    await phone.press("interview.read:1", 1)
    assert "已过期" in phone.toast
    await phone.text("三")
    await phone.edit(sent, "二，改过")
    assert await said(talk, every=True) == ["一", "二"]
    await talk.leader.press("interview.read:1", 1)
    assert "一" in talk.leader.last.text


async def test_a_leader_of_another_group_does_not_get_in(talk: Confidence) -> None:
    await talk.begin(SAID)
    other = await talk.bench.let_in("李组长", Role.leader, group="一组")
    await other.press("interview.read:1", 1)
    assert "已过期" in other.toast


@pytest.mark.parametrize("role", [Role.deputy, Role.liaison, Role.inspector])
async def test_nobody_else_of_the_group_gets_in_whatever_they_are_there(talk: Confidence, role: Role) -> None:
    await talk.begin(SAID)
    someone = await talk.bench.let_in("某人", role, group="二组")
    for verb in ("read", "resume", "who", "looks", "erase", "erased", "quote", "preview", "release", "play"):
        await someone.press(f"interview.{verb}:1:1", 1)
        assert "已过期" in someone.toast, verb
    assert all("食堂" not in one.text for one in someone.bot_said)
    assert await looks(talk) == []


async def test_no_look_is_hidden_behind_many_of_somebody_else(talk: Confidence) -> None:
    phone = await talk.begin(SAID)
    await talk.leader.press("interview.read:1", 1)
    for _ in range(40):
        await phone.press("interview.read:1", 1)
    await phone.press("interview.looks:1", 1)
    assert "张组长 · 看了内容" in phone.last.text
    assert "督导员01 · 看了内容 · 共40次" in phone.last.text


async def test_whoever_loses_it_in_the_middle_of_a_sentence_is_told_so(talk: Confidence) -> None:
    phone = await talk.begin("一")
    await remove(talk, phone, Role.inspector)
    await phone.text("二")
    assert await said(talk, every=True) == ["一"]
    assert "没有担任任何角色" in phone.last.text


@pytest.mark.parametrize("role", [Role.admin, Role.office, Role.contact, Role.member])
async def test_nobody_outside_the_field_has_interviews_at_all(talk: Confidence, role: Role) -> None:
    await talk.begin(SAID)
    someone = await talk.bench.let_in("某人", role, group="二组")
    actions = [one for one in ACCESS if one.startswith("interview.") and one != "interview.message"]
    for action in actions[::5]:
        await someone.press(f"{action}:1", 1)
        assert someone.toast, action
    assert all("食堂" not in one.text for one in someone.bot_said)


# --- who was talked with ---


async def test_who_it_was_is_kept_apart_and_optional(talk: Confidence) -> None:
    phone = await talk.begin("一")
    await phone.tap("对象")
    assert "一名职工" in phone.last.text
    await phone.text("张三 车间主任")
    assert "对象：已记" in " ".join(phone.last.labels)
    await phone.tap("查看")
    assert "张三" not in phone.last.text
    await phone.tap("对象")
    assert "张三 车间主任" in phone.last.text
    assert (await looks(talk))[-1][1] == "who"
    await phone.tap("一名职工")
    async with talk.bench.database.read() as db:
        assert await interviewees.names(db, [1]) == {}


async def test_how_many_of_how_many_and_who_is_left_is_shown_to_the_leader(talk: Confidence) -> None:
    await talk.leader.text("/interview")
    await talk.leader.tap("应谈人数")
    await talk.leader.text("张三\n李四\n李四\n王五")
    assert "谈心谈话 0/3，还差3人" in talk.leader.last.text
    phone = await talk.begin("一")
    await phone.tap("对象")
    await phone.tap("李四")
    await phone.tap("结束")
    await talk.leader.text("/interview")
    assert "谈心谈话 1/3，还差2人" in talk.leader.last.text
    assert "还没谈：张三、王五" in talk.leader.last.text
    await talk.colleague.text("/interview")
    assert "还没谈" not in talk.colleague.last.text
    await talk.colleague.press(f"interview.due:{talk.visit_id}", 1)
    assert "已过期" in talk.colleague.toast


@pytest.mark.parametrize("words", ["很多", "0", "-3", "1.5", ""])
async def test_a_number_that_is_none_is_refused(talk: Confidence, words: str) -> None:
    await talk.leader.press(f"interview.due:{talk.visit_id}", 1)
    await talk.leader.text(words or "。")
    assert "请发一个整数，如12" in talk.leader.last.text


# --- keys ---


async def test_without_a_key_interviews_are_refused_and_everything_else_works(sqlite_url: str, tmp_path: Path) -> None:
    talk = await confidence(sqlite_url, tmp_path, key="")
    phone = talk.inspector
    await phone.press(f"interview.begin:{talk.visit_id}", 1)
    assert "还没有设置密钥" in phone.toast
    await phone.text("/interview")
    assert "请告知管理员" in phone.last.text
    assert "开始访谈" not in " ".join(phone.last.labels)
    await phone.press(f"checklist.go:{talk.visit_id}:1", 1)
    await phone.tap("✅")
    async with talk.bench.database.read() as db:
        assert await visits.answers(db, talk.visit_id)
    await talk.bench.database.close()


async def test_with_another_key_an_interview_says_so_and_is_not_lost(sqlite_url: str, tmp_path: Path) -> None:
    from handlers.journeys import JOURNEYS  # noqa: PLC0415 - for this alone
    from storage.database import Database  # noqa: PLC0415
    from storage.vault.sealing import Keyring  # noqa: PLC0415
    from tests.handlers.phone import Bench  # noqa: PLC0415

    talk = await confidence(sqlite_url, tmp_path)
    phone = await talk.begin(SAID)
    await phone.tap("对象")
    await phone.text("张三")
    await talk.bench.database.close()
    other = Database(sqlite_url, keyring=Keyring.parse(new_key()))
    bench = Bench.on(other, tmp_path, JOURNEYS)
    bench.numbers, bench.now, bench.phones, phone.bench = talk.bench.numbers, talk.bench.now, {phone.id: phone}, bench
    for data in ("interview.read:1", "interview.who:1", "interview.quote:1"):
        await phone.press(data, 1)
        assert "没有丢失" in phone.toast, data
    await phone.text("/interview")
    assert "个别访谈" in phone.last.text
    await phone.press("interview.resume:1", 1)
    await phone.text("新的一句")
    assert "没有丢失" in phone.last.text
    await phone.text("今日督导")
    assert "萧山" in phone.last.text
    await other.close()
    back = Database(sqlite_url, keyring=Keyring.parse(KEY))
    talk.bench.database = back
    assert await said(talk) == [SAID]
    await back.close()
