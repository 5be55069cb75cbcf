"""Items of a submitted visit are sent back, mended in place and judged; nothing of it stands before it is approved."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from storage import people
from storage.campaign import campaigns
from storage.people import Role
from storage.vault.verification import Verification
from storage.visit import corrections, findings, visits
from tests.handlers.site import button, card, person_of, plan, site

if TYPE_CHECKING:
    from tests.handlers.phone import Bench, Phone
    from tests.handlers.site import Site

FORM = """
| survey | | | | | | | | |
| | type | name | label | appearance | relevant | required | required_message | constraint |
| | begin_group | first | 制度 | field-list | | | | |
| | select_one grade | q1 | 制度健全 | | | yes | | |
| | image | q1_photo | 请拍制度 | | | | | |
| | text | q1_note | 情况 | | | ${q1} = 'no' and ${q1_photo} = '' | 请写一句具体情况。 | string-length(.) <= 30 |
| | integer | q1_count | 缺几项 | | ${q1} = 'no' | | | . >= 0 and . <= 9 |
| | end_group | | | | | | | |
| | select_one grade | q2 | 台账更新 | | ${q1} = 'yes' | yes | | |
| | select_one grade | q3 | 培训到位 | | | yes | | |
| choices | | | |
| | list_name | name | label |
| | grade | yes | ✅ 是 |
| | grade | no | ❌ 否 |
| settings | | | |
| | form_title | form_id | version |
| | 三题 | three | 1 |
"""


async def submitted(bench: Bench, *answers: str) -> tuple[Site, Phone]:
    """A visit that one inspector has submitted, and the leader's telephone."""
    here = await site(bench, FORM)
    leader = await bench.let_in("组长", Role.leader, group="二组")
    phone = await here.enter()
    for line in answers or ("1 ✅", "2 ✅", "3 ❌"):
        await phone.text(line)
    await phone.press(f"visit.submit:{here.visit_id}", card(phone).id)
    assert (await here.visit()).state == "submitted"
    return here, leader


async def sent_back(bench: Bench, *items: str, comment: str = "请核对") -> tuple[Site, Phone]:
    here, leader = await submitted(bench)
    await leader.press(f"visit.summary:{here.visit_id}", 1)
    await leader.tap("退回更正")
    for item in items or ("3❌",):
        await leader.tap(item)
    await leader.text(comment)
    await leader.tap("↩ 退回")
    return here, leader


async def tickets(here: Site) -> list[corrections.Correction]:
    async with here.bench.database.read() as db:
        return list(await corrections.of_visit(db, here.visit_id))


async def open_findings(here: Site) -> list[str]:
    async with here.bench.database.read() as db:
        return [one.number for one in await findings.of_unit(db, (await visits.get(db, here.visit_id)).unit_id)]


async def test_what_is_mended_stands_once_it_is_approved_and_not_before(bench: Bench):
    here, leader = await sent_back(bench)
    assert "您答的：❌ 否" in here.one.last.text
    assert "组长：请核对" in here.one.last.text
    await here.one.tap("更正第3题")
    await here.one.tap("✅ 是")
    await here.one.tap("改好了")
    assert (await here.answers())["q3"] == "no"
    assert await open_findings(here) == ["3"]
    await leader.tap("查看")
    assert "作答：❌ 否 → ✅ 是" in card(leader).text
    await leader.tap("✓ 通过")
    assert (await here.answers())["q3"] == "yes"
    assert await here.history("q3") == ["no", "yes"]
    assert await open_findings(here) == []
    assert "已通过" in here.one.last.text
    async with bench.database.read() as db:
        verified = await Verification(db).run()
        assert verified.breaks == []
        standing = {one.path.rpartition("/")[2]: one.by_id for one in await visits.standing(db, here.visit_id)}
    assert standing["q3"] == (await person_of(bench, here.one)).id


async def test_a_comment_for_each_item_goes_with_its_own_question(bench: Bench):
    here, leader = await submitted(bench)
    await leader.press(f"correction.pick:{here.visit_id}", 1)
    await leader.tap("1✅")
    await leader.tap("3❌")
    await leader.tap("逐题写意见")
    await leader.text("制度是去年的")
    await leader.text("培训记录在哪")
    assert "第1题 → 督导员01：制度是去年的" in card(leader).text
    await leader.tap("↩ 退回2题")
    said = here.one.last.text
    assert said.index("制度是去年的") < said.index("3. 培训到位") < said.index("培训记录在哪")
    await here.one.text("/todo")
    assert card(here.one).text.startswith("更正 · 2")
    assert card(here.one).labels[:2] == ["✎ 第1题 浙江省区域管理公司党委", "✎ 第3题 浙江省区域管理公司党委"]


async def test_the_item_s_own_follow_ups_words_and_photos_are_mended_too(bench: Bench):
    here, leader = await sent_back(bench, "1✅")
    await here.one.tap("更正第1题")
    await here.one.tap("❌ 否")
    assert "情况\n请直接发文字。" in card(here.one).text
    await here.one.tap("改好了")
    assert here.one.toast == "第1题还缺：情况。改过的都在，请补上。"
    await here.one.photo("制度封面")
    assert "📎 1「制度封面」" in card(here.one).text.replace(" 「", "「")
    await here.one.text("只有封面")
    assert "缺几项" in card(here.one).text
    await here.one.text("12")
    assert "⚠" in card(here.one).text
    await here.one.text("3")
    await here.one.tap("改好了")
    assert (await here.answers())["q1"] == "yes"
    assert await here.evidence() == {"correction:1": 1}
    await leader.tap("查看")
    text = card(leader).text
    assert "缺几项：— → 3" in text
    assert "情况：— → 只有封面" in text
    assert "📎 1「制度封面」" in text.replace(" 「", "「")
    await leader.tap("✓ 通过")
    stood = await here.answers()
    assert (stood["q1"], stood["q1_count"], stood["q1_note"]) == ("no", "3", "只有封面")
    assert await here.evidence() == {"q1_photo": 1}


async def test_what_was_mended_so_far_is_kept_whatever_happens_to_the_telephone(bench: Bench):
    here, _ = await sent_back(bench)
    await here.one.tap("更正第3题")
    await here.one.tap("✅ 是")
    await here.one.text("/cancel")
    await here.one.text("/todo")
    await here.one.tap("✎ 第3题")
    assert "● ✅ 是" in card(here.one).labels
    await here.one.tap("❌ 否")
    await here.one.tap("改好了")
    assert "还没有改动" in here.one.toast


async def test_whoever_leaves_it_as_it_is_says_why_and_the_leader_decides(bench: Bench):
    here, leader = await sent_back(bench)
    await here.one.tap("更正第3题")
    await here.one.tap("不改，说理由")
    await here.one.sticker()
    await here.one.text("签到表是代签的，当场问过")
    assert leader.last.text == "督导员01认为浙江省区域管理公司党委第3题不用改：签到表是代签的，当场问过"
    await leader.tap("查看")
    await leader.tap("再退回")
    await leader.text("请补一张照片")
    assert "再次退回" in here.one.last.text
    await here.one.tap("去更正")
    assert "组长：请补一张照片" in card(here.one).text
    await here.one.tap("不改，说理由")
    await here.one.text("不让拍照")
    await leader.tap("查看", on=leader.last)
    await leader.tap("维持原答")
    assert "维持原答" in here.one.last.text
    assert [one.state for one in await tickets(here)] == ["dropped"]
    assert (await here.answers())["q3"] == "no"


async def test_of_two_leaders_the_second_sees_what_the_first_decided(bench: Bench):
    here, leader = await sent_back(bench)
    deputy = await bench.let_in("副组长", Role.deputy, group="二组")
    await here.one.tap("更正第3题")
    await here.one.tap("✅ 是")
    await here.one.tap("改好了")
    await leader.tap("查看")
    await deputy.tap("查看")
    approve, again = button(card(leader), "通过"), button(card(deputy), "再退回")
    await leader.press(approve, card(leader).id)
    await deputy.press(again, card(deputy).id)
    assert deputy.toast.startswith("这一题已有人审核")
    assert "已通过" in card(deputy).text
    await leader.press(approve, card(leader).id)
    assert await here.history("q3") == ["no", "yes"]


async def test_of_two_leaders_who_send_one_item_back_one_ticket_comes(bench: Bench):
    here, leader = await submitted(bench)
    deputy = await bench.let_in("副组长", Role.deputy, group="二组")
    for phone in (leader, deputy):
        await phone.press(f"correction.pick:{here.visit_id}", 1)
        await phone.tap("3❌")
        await phone.text("请核对")
    await leader.tap("↩ 退回1题")
    await deputy.tap("↩ 退回1题")
    assert deputy.toast.startswith("第3题刚才已有人退回")
    assert len(await tickets(here)) == 1


async def dismissed(bench: Bench, phone: Phone) -> None:
    async with bench.database.begin() as db:
        (await people.by_telegram(db, phone.id)).dismiss(Role.inspector, bench.now)


async def test_what_somebody_answered_who_has_left_is_the_leader_s_to_mend(bench: Bench):
    here, leader = await submitted(bench)
    await dismissed(bench, here.one)
    await leader.press(f"correction.pick:{here.visit_id}", 1)
    await leader.tap("3❌")
    await leader.text("请核对")
    assert "第3题 → 组长" in card(leader).text
    await leader.tap("↩ 退回1题")
    await leader.tap("3⏳")
    await leader.tap("✎ 去更正")
    await leader.tap("✅ 是")
    await leader.tap("改好了")
    await leader.tap("查看")
    await leader.tap("✓ 通过")
    assert (await here.answers())["q3"] == "yes"


async def test_a_ticket_of_somebody_who_leaves_waits_for_the_leader(bench: Bench):
    here, leader = await sent_back(bench)
    ticket = button(here.one.last, "更正第3题")
    await dismissed(bench, here.one)
    await here.one.press(ticket, here.one.last.id)
    assert "没有担任任何角色" in here.one.toast
    await leader.text("/todo")
    await leader.tap("✎ 第3题")
    await leader.tap("我来改")
    await leader.tap("✅ 是")
    await leader.tap("改好了")
    assert [one.state for one in await tickets(here)] == ["mended"]


async def test_a_visit_that_is_taken_back_closes_its_tickets_and_says_what_was_mended(bench: Bench):
    here, leader = await sent_back(bench)
    await here.one.tap("更正第3题")
    mending = card(here.one)
    await here.one.tap("✅ 是")
    await leader.press(f"visit.withdraw:{here.visit_id}", 1)
    assert "已把浙江省区域管理公司党委的督导撤回" in here.one.last.text
    assert "✅ 是" in here.one.last.text
    await here.one.press(button(mending, "改好了"), mending.id)
    assert "已有结果" in here.one.toast
    assert [one.state for one in await tickets(here)] == ["dropped"]
    await here.one.tap("去第3题")
    await here.one.tap("✅ 是")
    assert (await here.answers())["q3"] == "yes"


async def test_an_item_that_no_longer_applies_is_closed_with_a_sentence(bench: Bench):
    here, leader = await sent_back(bench, "1✅", "2✅")
    await here.one.tap("更正第1题")
    await here.one.tap("❌ 否")
    await here.one.text("0")
    await here.one.text("没有制度")
    await here.one.tap("改好了")
    await leader.tap("查看")
    await leader.tap("✓ 通过")
    await here.one.tap("更正第2题")
    assert "已不适用" in card(here.one).text
    assert "已不适用" in leader.last.text
    assert [one.state for one in await tickets(here)] == ["approved", "dropped"]


@pytest.mark.parametrize(
    ("words", "said"), [("长" * 501, "请用1至500字"), ("   ", "请用1至500字"), ("", "请用1至500字")]
)
async def test_a_comment_that_cannot_be_one_is_refused_in_one_sentence(bench: Bench, words: str, said: str):
    here, leader = await submitted(bench)
    await leader.press(f"correction.pick:{here.visit_id}", 1)
    await leader.text("先写意见")
    assert "还没有选题" in leader.last.text
    await leader.tap("返回")
    await leader.tap("3❌")
    if words:
        await leader.text(words)
    else:
        await leader.photo("照片不是意见")
    assert said in leader.last.text
    assert await tickets(here) == []


async def test_an_open_visit_is_not_sent_back(bench: Bench):
    here = await site(bench, FORM)
    leader = await bench.let_in("组长", Role.leader, group="二组")
    await leader.press(f"correction.pick:{here.visit_id}", 1)
    assert "还没有提交" in leader.toast


async def test_nobody_else_sends_back_mends_or_judges(bench: Bench):
    here, leader = await sent_back(bench)
    other = await bench.let_in("一组组长", Role.leader, group="一组")
    ticket = (await tickets(here))[0].id
    for phone in (here.two, other):
        for data in (
            f"correction.pick:{here.visit_id}",
            f"correction.look:{ticket}",
            f"correction.open:{ticket}",
            f"correction.tap:{ticket}:0:c0",
            f"correction.approve:{ticket}",
            f"correction.drop:{ticket}",
            f"correction.mine:{ticket}",
        ):
            await phone.press(data, 1)
            assert phone.alert, data
    await here.one.press(f"correction.approve:{ticket}", 1)
    assert here.one.alert
    assert [(one.state, one.draft) for one in await tickets(here)] == [("open", {})]
    assert leader.bot_said


async def test_an_open_ticket_is_due_on_the_second_working_day(bench: Bench):
    here, _ = await sent_back(bench)  # on a Wednesday
    (one,) = await tickets(here)
    assert one.due_on == bench.now.date() + timedelta(days=2)
    async with bench.database.read() as db:
        campaign = (await campaigns.all_campaigns(db))[0]
        ((found, works),) = await corrections.unsettled(db, campaign.id, bench.now)
    assert (found.id, works) == (one.id, True)


async def test_a_second_visit_s_tickets_are_its_own(bench: Bench):
    here, leader = await sent_back(bench)
    other = await plan(bench, FORM, unit="ZJ01")
    await leader.press(f"correction.pick:{other}", 1)
    assert leader.alert
    async with bench.database.read() as db:
        assert await corrections.counts(db, [here.visit_id, other]) == {here.visit_id: 1}


async def test_a_whole_checklist_sent_back_with_long_comments_fits_in_a_message(bench: Bench):
    here = await site(bench)
    leader = await bench.let_in("组长", Role.leader, group="二组")
    await here.enter()
    for item in range(1, 23):
        await here.one.text(f"{item} ✅")
    await here.one.press(f"visit.submit:{here.visit_id}", card(here.one).id)
    await leader.press(f"correction.pick:{here.visit_id}", 1)
    for item in range(1, 21):
        await leader.press(f"correction.mark:{here.visit_id}:{item}", leader.last.id)
    await leader.press(f"correction.ask:{here.visit_id}:each", leader.last.id)
    for _ in range(20):
        await leader.text("字" * 500)
    await leader.tap("↩ 退回20题")
    assert "20." in here.one.last.text
    assert len(await tickets(here)) == 20
