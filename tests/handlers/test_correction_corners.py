"""Corners of corrections: codes that are typed, one's own mending, a group that nobody leads, people who leave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage import people
from storage.people import Role
from tests.handlers.site import card, plan, site
from tests.handlers.test_corrections import FORM, sent_back, tickets

if TYPE_CHECKING:
    from tests.handlers.phone import Bench, Phone
    from tests.handlers.site import Site

CODED = """
| survey | | | | | |
| | type | name | label | appearance | required |
| | begin_group | first | 灭火器 | field-list | |
| | select_one grade | q1 | 灭火器有效 | | yes |
| | barcode | q1_code | 灭火器编码 | | |
| | text | q1_note | 情况 | | |
| | end_group | | | | |
| choices | | | |
| | list_name | name | label |
| | grade | yes | ✅ 是 |
| | grade | no | ❌ 否 |
| settings | | | |
| | form_title | form_id | version |
| | 编码 | coded | 1 |
"""


async def test_a_code_is_typed_in_a_correction(bench: Bench):
    here = await site(bench, CODED)
    leader = await bench.let_in("组长", Role.leader, group="二组")
    phone = await here.enter()
    await phone.text("1 ✅")
    await phone.press(f"visit.submit:{here.visit_id}", card(phone).id)
    await leader.press(f"correction.pick:{here.visit_id}", 1)
    await leader.tap("1✅")
    await leader.text("编码是多少")
    await leader.tap("↩ 退回")
    await phone.tap("更正第1题")
    await phone.tap("✎ 灭火器编码")
    assert "输入码下的内容" in card(phone).text
    await phone.text("6901234567892")
    await phone.tap("改好了")
    assert list((await tickets(here))[0].draft.values()) == ["6901234567892"]
    await leader.tap("查看")
    assert "灭火器编码：— → 6901234567892" in card(leader).text
    await leader.tap("✓ 通过")
    assert (await here.answers())["q1_code"] == "6901234567892"


async def mended_by_leader(here: Site, leader: Phone) -> None:
    """The leader answers, submits, sends an item back to themselves and mends it."""
    await leader.press(f"visit.open:{here.visit_id}", 1)
    for line in ("1 ✅", "2 ✅", "3 ❌"):
        await leader.text(line)
    await leader.press(f"visit.submit:{here.visit_id}", card(leader).id)
    await leader.press(f"correction.pick:{here.visit_id}", 1)
    await leader.tap("3❌")
    await leader.text("我自己看错了")
    await leader.tap("↩ 退回1题")
    await leader.press("correction.open:1", card(leader).id)
    await leader.tap("✅ 是")
    await leader.tap("改好了")


async def test_who_mended_does_not_approve_it_where_somebody_else_leads_the_group_too(bench: Bench):
    here = await site(bench, FORM)
    leader = await bench.let_in("组长", Role.leader, group="二组")
    deputy = await bench.let_in("副组长", Role.deputy, group="二组")
    await mended_by_leader(here, leader)
    await leader.press("correction.look:1", card(leader).id)
    assert "由副组长审核" in card(leader).text
    assert "✓ 通过" not in card(leader).labels
    await leader.press("correction.approve:1", card(leader).id)
    assert "副组长" in leader.toast + leader.last.text
    assert (await here.answers())["q3"] == "no"
    await deputy.tap("查看")
    await deputy.tap("✓ 通过")
    assert (await here.answers())["q3"] == "yes"
    assert "本人" not in card(deputy).text


async def test_who_leads_alone_approves_their_own_mending_and_the_card_says_so(bench: Bench):
    here = await site(bench, FORM)
    leader = await bench.let_in("组长", Role.leader, group="二组")
    await mended_by_leader(here, leader)
    await leader.press("correction.look:1", card(leader).id)
    await leader.tap("✓ 通过")
    assert (await here.answers())["q3"] == "yes"
    assert "由组长本人更正、本人通过" in card(leader).text


async def test_what_a_group_hands_in_and_mends_that_nobody_leads_is_heard_by_the_office(bench: Bench):
    office = await bench.let_in("管理员", Role.admin)
    here, leader = await sent_back(bench)
    async with bench.database.begin() as db:
        (await people.by_telegram(db, leader.id)).dismiss(Role.leader, bench.now)
    await here.one.tap("更正第3题")
    await here.one.tap("✅ 是")
    await here.one.tap("改好了")
    assert "已告诉办公室" in here.one.toast
    assert "督导员01已更正" in office.last.text
    assert "二组现在没有负责人" in office.last.text
    await office.tap("邀请")
    assert office.last.buttons
    second = await plan(bench, FORM)
    await here.one.press(f"checklist.go:{second}:1", 1)
    for line in ("1 ✅", "2 ✅", "3 ✅"):
        await here.one.text(line)
    await here.one.press(f"visit.submit:{second}", card(here.one).id)
    assert "督导员01已提交" in office.last.text


async def test_nobody_in_the_office_hears_of_a_group_that_is_led(bench: Bench):
    office = await bench.let_in("管理员", Role.admin)
    said = len(office.bot_said)
    here, _ = await sent_back(bench)
    await here.one.tap("更正第3题")
    await here.one.tap("✅ 是")
    await here.one.tap("改好了")
    assert len(office.bot_said) == said


async def test_sending_back_tapped_twice_sends_once_and_shows_what_was_sent(bench: Bench):
    here, leader = await sent_back(bench)
    await leader.press(f"correction.pick:{here.visit_id}", 1)
    await leader.tap("1✅")
    await leader.press(f"correction.ask:{here.visit_id}:all", card(leader).id)
    await leader.text("请补齐")
    shown = card(leader)
    for _ in range(2):
        await leader.press(f"correction.send:{here.visit_id}", shown.id)
        assert not leader.alert
        assert "1⏳" in card(leader).labels
    assert [one.number for one in await tickets(here)] == ["3", "1"]
