"""Enquiries: asked from below, answered from the library by two who agree, or passed up; nobody makes up an answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from handlers import owed
from storage import people
from storage.audit import Audit
from storage.campaign import campaigns
from storage.campaign.campaigns import Campaign
from storage.people import Role
from storage.voices import enquiries, library
from storage.voices.enquiries import State
from tests.storage.voices.test_library import put

if TYPE_CHECKING:
    from storage.voices.enquiries import Enquiry
    from tests.handlers.phone import Bench, Phone

QUESTION = "支部换届刚开完会，学习计划要不要重新报？"
ANSWER = "不用重报，原计划继续执行，换届情况在下次报送时注明即可。"
STALE = "这个按钮已过期，什么都没有改动。"


@dataclass
class Floor:
    """Who takes part: a unit's contact, two of the group that answers, the office's two."""

    bench: Bench
    contact: Phone
    leader: Phone
    inspector: Phone
    office: Phone
    admin: Phone

    async def enquiry(self) -> Enquiry:
        async with self.bench.database.read() as db:
            found = await enquiries.get(db, 1)
        assert found is not None
        return found


@pytest.fixture
async def floor(bench: Bench) -> Floor:
    made = Floor(
        bench,
        await bench.let_in("联络人", Role.contact, group="二组", unit="ZJ01"),
        await bench.let_in("组长", Role.leader, group="二组"),
        await bench.let_in("小陈", Role.inspector, group="二组"),
        await bench.let_in("办公室", Role.office),
        await bench.let_in("王主任", Role.admin),
    )
    async with bench.database.begin() as db:
        await put(db, "学习计划报送办法", "学习计划年初报送一次，支部换届后继续执行，不重新报。", internal=False)
        await put(db, "工作餐标准", "按标准用餐。")
    return made


async def ask(phone: Phone, words: str = QUESTION) -> None:
    await phone.text("/ask")
    if "我要请示" in phone.last.labels:  # something waits here: what is typed now could be meant for an answer
        await phone.tap("我要请示")
    await phone.text(words)


async def test_a_question_may_stand_behind_the_command(floor: Floor):
    await floor.contact.text(f"/ask {QUESTION}")
    assert floor.contact.last.text == f"已提交：「{QUESTION}」\n由二组在10月26日 周一前答复，答复会发到这里。"
    await floor.contact.text("/ask 饭")  # no question yet
    assert floor.contact.last.text.endswith("有问题直接发到这里就行。")
    await floor.contact.text("工作餐怎么交费？")
    assert floor.contact.last.text.startswith("已提交：「工作餐怎么交费？」")


async def test_what_is_typed_where_something_waits_for_an_answer_is_no_question_of_ones_own(floor: Floor):
    await floor.contact.text(f"/ask {QUESTION}")
    await floor.leader.text("/ask")
    assert "我要请示" in floor.leader.last.labels
    await floor.leader.text(ANSWER)
    async with floor.bench.database.read() as db:
        assert len(await enquiries.waiting(db, groups=(1, 2), office=True)) == 1


async def test_where_nobody_could_answer_nothing_is_asked(bench: Bench):
    alone = await bench.let_in("王主任", Role.admin)
    await alone.text(f"/ask {QUESTION}")
    assert alone.last.text == "办公室还没有其他同志，没有人能答复。请先用 /invite 再邀请一位。"
    async with bench.database.read() as db:
        assert await enquiries.waiting(db, office=True) == []


async def test_what_an_internal_document_is_called_reaches_only_those_who_read_it(floor: Floor):
    await floor.contact.text("/ask 工作餐按什么标准交费？")
    await floor.inspector.tap("看看")
    await floor.inspector.tap("引用资料答复")
    await floor.inspector.text("工作餐")
    await floor.inspector.tap("工作餐标准")
    await floor.inspector.text("按当地标准交费。")
    await floor.leader.tap("看看")
    assert "依据：《工作餐标准》" in floor.leader.last.text
    await floor.leader.tap("同意，发出")
    assert floor.contact.last.text.endswith("按当地标准交费。\n\n依据：内部文件")
    assert floor.contact.last.labels == []
    await floor.contact.press("enquiry.show:1", 1)
    assert "工作餐标准" not in str(floor.contact)
    await floor.office.text("/ask")
    await floor.office.tap("已答复")
    assert "依据：《工作餐标准》" in floor.office.last.text
    await floor.office.tap("收入资料库")
    await floor.contact.text("/library 交费")
    await floor.contact.tap("1.")
    assert "依据：内部文件" in floor.contact.last.text
    assert "工作餐标准" not in str(floor.contact)


async def propose(phone: Phone, words: str = ANSWER) -> None:
    """From the notification on: rest it on the item that is like the question, and write."""
    await phone.tap("看看")
    await phone.tap("引用资料答复")
    await phone.tap("学习计划报送办法")
    await phone.text(words)


async def test_a_question_is_answered_from_the_library_by_two_who_agree(floor: Floor):
    await ask(floor.contact)
    assert floor.contact.last.text == f"已提交：「{QUESTION}」\n由二组在10月26日 周一前答复，答复会发到这里。"
    for one in (floor.leader, floor.inspector):
        assert one.last.text == f"✋ 联络人（萧山项目党支部）有请示，请在10月26日 周一前答复：\n「{QUESTION}」"
    assert floor.office.bot_said == []
    await propose(floor.inspector)
    assert (await floor.enquiry()).state is State.proposed
    assert "已提交集体研究，已请 1 位同志看过后同意。" in str(floor.inspector)
    assert "同意，发出" not in str(floor.inspector)  # nobody answers alone
    assert floor.contact.last.text.startswith("已提交")
    await floor.leader.tap("看看")
    assert f"拟答复\n{ANSWER}\n依据：《学习计划报送办法》\n小陈拟" in floor.leader.last.text
    await floor.leader.tap("同意，发出")
    assert "小陈拟，组长同意" in floor.leader.last.text
    assert "组长已同意您拟的请示 1 号的答复，答复已发出。" in str(floor.inspector)
    assert floor.contact.last.text == f"您的请示有答复了\n\n「{QUESTION}」\n\n{ANSWER}\n\n依据：《学习计划报送办法》"
    await floor.contact.tap("看依据")
    assert "年初报送一次" in floor.contact.last.text
    async with floor.bench.database.read() as db:
        deeds = [one.action for one in await db.scalars(sa.select(Audit).where(Audit.subject == "enquiry:1"))]
        said = " ".join(str(one.details) for one in await db.scalars(sa.select(Audit)))
    assert deeds == ["enquiry.asked", "enquiry.proposed", "enquiry.answered"]
    assert QUESTION not in said
    assert ANSWER not in said


async def test_whoever_wrote_the_answer_cannot_send_it_with_a_forged_button_either(floor: Floor):
    await ask(floor.contact)
    await propose(floor.inspector)
    one = await floor.enquiry()
    assert one.proposed_at is not None
    await floor.inspector.press(f"enquiry.agree:1:{int(one.proposed_at.timestamp())}", 1)
    assert floor.inspector.toast == "答复不能由个人擅自作出：请另一位同志同意后再发出。"
    assert (await floor.enquiry()).state is State.proposed


async def test_whoever_agrees_agrees_to_what_they_saw(floor: Floor):
    await ask(floor.contact)
    await propose(floor.inspector)
    first = (await floor.enquiry()).proposed_at
    assert first is not None
    await floor.bench.wait(minutes=5)
    await floor.inspector.press("enquiry.take:1:1", 1)
    await floor.inspector.text("改过的答复")
    await floor.leader.press(f"enquiry.agree:1:{int(first.timestamp())}", 1)
    assert floor.leader.toast == STALE
    assert (await floor.enquiry()).state is State.proposed


async def test_a_group_passes_up_what_the_library_does_not_say_and_the_office_may_answer_without(floor: Floor):
    await ask(floor.contact)
    await floor.leader.press("enquiry.cite:1", 1)
    assert "资料库里没有依据的，请上报，不凭个人理解答复。" in floor.leader.last.text
    assert "资料库里没有依据" not in floor.leader.last.labels
    await floor.leader.press("enquiry.none:1", floor.leader.last.id)
    assert floor.leader.toast.startswith("这项功能您这里没有。")
    await floor.leader.tap("上报办公室")
    assert floor.leader.last.text == "已上报：请示 1 号由办公室在10月28日 周三前答复。"
    for one in (floor.office, floor.admin):
        assert one.last.text.startswith("✋ 联络人（萧山项目党支部）有请示")
    await floor.leader.press("enquiry.cite:1", 1)
    assert floor.leader.toast == STALE
    await floor.office.press("enquiry.cite:1", 1)
    await floor.office.tap("资料库里没有依据")
    await floor.office.text(ANSWER)
    assert (await floor.enquiry()).item_id is None
    await floor.admin.press("enquiry.show:1", 1)
    await floor.admin.tap("同意，发出")
    assert floor.contact.last.text == f"您的请示有答复了\n\n「{QUESTION}」\n\n{ANSWER}"


async def test_question_and_answer_are_put_into_the_library_without_whoever_asked(floor: Floor):
    await ask(floor.contact)
    await propose(floor.inspector)
    await floor.leader.press("enquiry.show:1", 1)
    await floor.leader.tap("同意，发出")
    assert "收入资料库" not in str(floor.leader)
    await floor.office.text("/ask")
    await floor.office.tap("已答复 · 支部换届")
    await floor.office.tap("收入资料库")
    async with floor.bench.database.read() as db:
        (item,) = await library.search(db, "原计划继续执行", internal=False, limit=3)
    assert item.enquiry_id == 1
    assert "联络人" not in item.words
    assert "萧山" not in item.words
    await floor.contact.text("/library 换届情况")
    assert "1. 支部换届" in floor.contact.last.text
    await floor.office.press("enquiry.publish:1", floor.office.last.id)
    assert floor.office.toast == STALE


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("啊？", "请把问题写成一句话，方便答复。"),
        ("长" * 501, "问题最多 500 个字，请删减 1 个字再发来。"),
    ],
)
async def test_a_question_that_cannot_be_taken_says_what_to_do(floor: Floor, words: str, told: str):
    await ask(floor.contact, words)
    assert floor.contact.last.text == told
    await floor.contact.photo("看图")
    assert floor.contact.last.text == "请用文字写下问题，这里收不了图片和文件。"
    await floor.contact.text("/cancel")
    assert floor.contact.last.text == "已退出，什么都没有发出。"


async def test_a_question_can_be_taken_back_until_it_is_answered(floor: Floor):
    await ask(floor.contact)
    await floor.contact.tap("撤回请示")
    assert "请示 1 号 · 已撤回" in str(floor.contact)
    await floor.leader.press("enquiry.cite:1", 1)
    assert floor.leader.toast == STALE
    await floor.contact.press("enquiry.withdraw:1", floor.contact.last.id)
    assert floor.contact.toast == STALE


async def test_another_group_and_another_asker_see_nothing_of_it(floor: Floor):
    await ask(floor.contact)
    other = await floor.bench.let_in("别组", Role.inspector, group="一组")
    member = await floor.bench.let_in("党员", Role.member, group="二组")
    for one in (other, member):
        await one.press("enquiry.show:1", 1)
        assert one.toast == STALE
    for verb in ("cite:1", "take:1:1", "agree:1:0", "up:1"):
        await other.press(f"enquiry.{verb}", 1)
        assert other.toast == STALE


async def test_what_an_inspector_asks_goes_to_the_group_and_what_a_leader_asks_to_the_office(floor: Floor):
    await ask(floor.inspector, "暗访能不能拍视频？")
    assert "小陈有请示" in floor.leader.last.text
    await floor.inspector.press("enquiry.cite:1", 1)
    assert floor.inspector.toast == STALE  # one's own
    await ask(floor.leader, "片区点评会能合并开吗？")
    assert "由办公室在" in floor.leader.last.text
    assert "组长有请示" in floor.office.last.text


async def test_a_group_that_nobody_is_in_leaves_it_to_the_office(bench: Bench):
    office = await bench.let_in("办公室", Role.office)
    member = await bench.let_in("党员", Role.member, group="一组")
    await ask(member)
    assert "由办公室在" in member.last.text
    assert office.last.text.startswith("✋ 党员有请示")


async def test_where_nobody_else_is_there_to_agree_that_is_said(bench: Bench, floor: Floor):
    async with bench.database.begin() as db:
        (await people.by_telegram(db, floor.leader.id)).dismiss(Role.leader, bench.now)
    await ask(floor.contact)
    await propose(floor.inspector)
    assert "已拟好，但组里没有其他人可以同意。请上报办公室答复。" in str(floor.inspector)


async def test_where_the_policy_lets_one_answer_alone_the_one_sees_it_first(floor: Floor):
    async with floor.bench.database.begin() as db:
        await db.execute(sa.update(Campaign).values(pack="workplace-safety"))
    await ask(floor.contact)
    await propose(floor.inspector)
    assert floor.contact.last.text.startswith("已提交")
    await floor.inspector.tap("同意，发出")
    assert floor.contact.last.text.startswith("您的请示有答复了")


async def test_what_is_not_answered_climbs_the_ladder_and_what_is_answered_does_not(floor: Floor):
    await ask(floor.contact)
    now = datetime(2026, 10, 21, 1, 0, tzinfo=UTC)
    async with floor.bench.database.read() as db:
        (campaign,) = await campaigns.all_campaigns(db)
        found = {
            matter.key: (matter, whom, group) for matter, whom, group in await owed.open_matters(db, campaign, now)
        }
    matter, whom, group = found["enquiry:1"]
    assert (matter.kind, matter.due.isoformat(), group) == ("enquiry", "2026-10-26", 2)
    asker, leader, inspector = [await floor.bench.person(one) for one in (floor.contact, floor.leader, floor.inspector)]
    assert leader is not None
    assert inspector is not None
    assert set(whom) == {leader.id, inspector.id}
    await floor.leader.press("enquiry.up:1", 1)
    async with floor.bench.database.read() as db:
        found = {
            matter.key: (matter, whom, group) for matter, whom, group in await owed.open_matters(db, campaign, now)
        }
    assert found["enquiry:1"][2] == 0
    await floor.contact.press("enquiry.withdraw:1", 1)
    async with floor.bench.database.read() as db:
        assert "enquiry:1" not in {each[0].key for each in await owed.open_matters(db, campaign, now, {"enquiry"})}
    assert asker is not None


async def test_what_a_group_leaves_lying_past_its_day_the_office_can_take_over_and_not_before(floor: Floor):
    await ask(floor.contact)
    await floor.office.press("enquiry.show:1", 1)
    assert floor.office.toast == STALE
    await floor.office.press("enquiry.up:1", 1)
    assert (await floor.enquiry()).group_id is not None
    floor.bench.now = datetime(2026, 10, 27, 1, 0, tzinfo=UTC)
    await floor.office.press("enquiry.show:1", 1)
    assert QUESTION in str(floor.office)
    assert floor.office.last.labels[0] == "由办公室答复"
    await floor.office.press("enquiry.cite:1", 1)
    assert floor.office.toast == STALE
    await floor.office.tap("由办公室答复")
    assert (await floor.enquiry()).group_id is None
    await floor.office.press("enquiry.cite:1", 1)
    assert "学习计划报送办法" in floor.office.last.labels
