"""Somebody is removed in the middle of a visit, whatever they had open: the work stays, and goes to the leader."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from storage import people
from storage.people import Role
from storage.visit import interviews
from tests.handlers.confidence import confidence
from tests.handlers.site import card, person_of, site
from tests.handlers.test_corrections import FORM, dismissed, sent_back, tickets
from tests.handlers.test_departing import matters

if TYPE_CHECKING:
    from pathlib import Path

    from tests.handlers.phone import Bench, Phone


async def erased(phone: Phone) -> None:
    """Somebody erases themselves, as the bot lets them."""
    await phone.text("/privacy")
    await phone.tap("删除我的数据")
    await phone.tap("删除…")
    await phone.tap("永久删除")


async def test_the_only_one_on_a_visit_is_removed_and_the_leader_goes_on_where_they_stopped(bench: Bench):
    here = await site(bench, FORM)
    leader = await bench.let_in("组长", Role.leader, group="二组")
    phone = await here.enter()
    await phone.text("1 ✅")
    await dismissed(bench, phone)
    before = await here.answers()
    await phone.text("2 ✅")
    await phone.photo("3 没有了")
    assert await here.answers() == before
    assert await here.evidence() == {}
    await leader.press(f"visit.open:{here.visit_id}", 1)
    for line in ("2 ✅", "3 ✅"):
        await leader.text(line)
    await leader.press(f"visit.submit:{here.visit_id}", card(leader).id)
    assert (await here.visit()).state == "submitted"


async def test_what_a_removed_inspector_had_claimed_is_the_leaders_to_answer(bench: Bench):
    here = await site(bench, FORM)
    leader = await bench.let_in("组长", Role.leader, group="二组")
    for phone in (here.one, here.two):
        await here.enter(phone)
    await here.one.text("1 ✅")
    await here.one.press(f"checklist.claim:{here.visit_id}:3", card(here.one).id)
    await here.two.text("2 ✅")
    await dismissed(bench, here.one)
    await leader.press(f"checklist.team:{here.visit_id}", 1)
    assert "您：第3题" in card(leader).text
    await here.one.press(f"checklist.answer:{here.visit_id}:3:0:0:0", card(here.one).id)
    assert "q3" not in await here.answers()


async def test_where_the_leader_leaves_and_nobody_leads_on_the_office_is_told(bench: Bench):
    office = await bench.let_in("管理员", Role.admin)
    here = await site(bench, FORM)
    leader = await bench.let_in("组长", Role.leader, group="二组")
    await leader.press(f"visit.open:{here.visit_id}", 1)
    await leader.text("1 ✅")
    await erased(leader)
    assert "组长已退出二组，该组现在没有负责人" in office.last.text
    await office.tap("邀请负责人")
    await bench.wait(seconds=1)
    left = [key for key in await matters(bench) if key.startswith("left")]
    assert [(await matters(bench))[key] for key in left] == [[(await person_of(bench, office)).id]]
    await here.enter()
    for line in ("2 ✅", "3 ✅"):
        await here.one.text(line)
    await here.one.press(f"visit.submit:{here.visit_id}", card(here.one).id)
    assert (await here.visit()).state == "submitted"


async def test_a_correction_that_was_being_mended_goes_to_the_leader_with_what_was_mended(bench: Bench):
    here, leader = await sent_back(bench)
    await here.one.tap("更正第3题")
    await here.one.tap("✅ 是")
    await erased(here.one)
    assert "已退出" in leader.last.text
    assert list((await tickets(here))[0].draft.values()) == ["yes"]
    await leader.text("/todo")
    assert "第3题" in leader.last.text
    await leader.press("correction.mine:1", card(leader).id)
    assert "作答：❌ 否 → ✅ 是" in card(leader).text
    await leader.tap("改好了")
    await leader.press("correction.look:1", card(leader).id)
    await leader.tap("✓ 通过")
    assert (await here.answers())["q3"] == "yes"


async def test_an_interview_that_was_open_is_the_leaders_to_read_and_nobody_elses(sqlite_url: str, tmp_path: Path):
    talk = await confidence(sqlite_url, tmp_path)
    phone = await talk.begin("食堂的事反映三次没人管")
    made = await talk.interview()
    await dismissed(talk.bench, phone)
    await phone.text("还有一句")
    for someone in (phone, talk.colleague):
        await someone.press(f"interview.read:{made.id}", 1)
        assert "食堂" not in "".join(one.text for one in someone.bot_said)
    await talk.leader.press(f"interview.read:{made.id}", 1)
    assert "食堂的事反映三次没人管" in talk.leader.last.text
    assert "还有一句" not in talk.leader.last.text
    await talk.bench.database.close()


async def test_words_for_what_is_not_theirs_any_more_are_refused_without_speaking_of_a_button(
    sqlite_url: str, tmp_path: Path
):
    talk = await confidence(sqlite_url, tmp_path)
    phone = await talk.begin("食堂的事反映三次没人管")
    await dismissed(talk.bench, phone)
    async with talk.bench.database.begin() as db:
        (await people.by_telegram(db, phone.id)).appoint(
            Role.inspector, talk.bench.now, group_id=(await talk.bench._group(db, "一组")).id
        )
    for words in ("还有一句", "再有一句"):
        await phone.text(words)
        assert phone.last.text == "刚才办的事项已经结束，或已不归您办，这条没有保存。请重新选择。"
    async with talk.bench.database.read() as db:
        assert len(await interviews.entries(db, 1, every=True)) == 1
    await talk.bench.database.close()


async def test_a_talk_that_a_removed_inspector_left_open_is_the_leaders_to_end_and_counts(
    sqlite_url: str, tmp_path: Path
):
    talk = await confidence(sqlite_url, tmp_path)
    phone = await talk.begin("食堂的事反映三次没人管")
    made = await talk.interview()
    await talk.leader.press(f"interview.read:{made.id}", 1)
    assert "✓ 结束" not in talk.leader.last.labels
    await talk.leader.press(f"interview.finish:{made.id}", 1)
    assert (await talk.interview()).ended_at is None
    await dismissed(talk.bench, phone)
    await talk.leader.press(f"interview.visit:{talk.visit_id}", 1)
    assert "已谈0人" in talk.leader.last.text
    await talk.leader.tap("1")
    await talk.leader.tap("✓ 结束")
    assert (await talk.interview()).ended_at is not None
    await talk.leader.tap("◀ 访谈")
    assert "已谈1人" in talk.leader.last.text
    await talk.colleague.press(f"interview.finish:{made.id}", 1)
    assert talk.colleague.alert
    await talk.bench.database.close()


async def test_somebody_put_on_a_visit_by_name_alone_leaves_and_their_groups_leader_sees_it(bench: Bench):
    here = await site(bench, FORM)
    leader = await bench.let_in("组长", Role.leader, group="二组")
    phone = await here.enter()
    await phone.text("1 ✅")
    bench.now += timedelta(hours=1)
    await erased(phone)
    await leader.text("/today")
    assert "1/3" in leader.last.text + "".join(one.text for one in leader.bot_said)


async def test_the_office_ends_a_role_in_the_middle_of_a_visit_and_the_leader_goes_on(bench: Bench):
    office = await bench.let_in("办公室", Role.office)
    here = await site(bench, FORM)
    leader = await bench.let_in("组长", Role.leader, group="二组")
    phone = await here.enter()
    await phone.text("1 ✅")
    group = (await bench.group("二组")).id
    await office.press(f"campaign.group:{group}", 1)
    await office.tap("收回身份")
    await office.tap("督导组成员 督导员01")
    assert "开始了还没有提交的督导1次" in card(office).text
    assert (await person_of(bench, phone)).has(bench.now, Role.inspector)
    await office.tap("收回", on=card(office))
    assert "您已不再担任二组督导组成员" in phone.last.text
    assert "督导员01已退出" in leader.last.text
    assert "督导员01" not in str(card(office).labels)
    await phone.text("2 ✅")
    assert set(await here.answers()) == {"q1"}
    await leader.press(f"visit.open:{here.visit_id}", 1)
    await leader.text("2 ✅")
    assert set(await here.answers()) == {"q1", "q2"}


async def test_whose_role_ends_and_has_another_there_goes_on_and_nobody_is_told_that_they_left(bench: Bench):
    office = await bench.let_in("办公室", Role.office)
    here = await site(bench, FORM)
    leader = await bench.let_in("组长", Role.leader, group="二组")
    group = (await bench.group("二组")).id
    async with bench.database.begin() as db:
        (await people.by_telegram(db, here.one.id)).appoint(Role.deputy, bench.now, group_id=group)
    phone = await here.enter()
    await phone.text("1 ✅")
    said = len(leader.bot_said)
    one = (await person_of(bench, phone)).id
    await office.press(f"campaign.ended:{group}:{one}:inspector", 1)
    assert len(leader.bot_said) == said
    await phone.text("2 ✅")
    assert set(await here.answers()) == {"q1", "q2"}
    await office.press(f"campaign.ended:{group}:{one}:inspector", office.last.id)
    assert "没有改动" in office.toast


async def test_nobody_ends_their_own_role_nor_one_they_may_not_give(bench: Bench):
    office = await bench.let_in("办公室", Role.office)
    here = await site(bench, FORM)
    leader = await bench.let_in("组长", Role.leader, group="二组")
    group = (await bench.group("二组")).id
    async with bench.database.begin() as db:
        (await people.by_telegram(db, office.id)).appoint(Role.leader, bench.now, group_id=group)
    await office.press(f"campaign.ended:{group}:{(await person_of(bench, office)).id}:leader", 1)
    assert (await person_of(bench, office)).has(bench.now, Role.leader)
    one = (await person_of(bench, here.one)).id
    for someone in (leader, here.two):
        await someone.press(f"campaign.ended:{group}:{one}:inspector", 1)
    for forged in (f"{group}:{one}:admin", f"{group}:{one}", f"99:{one}:inspector", f"{group}:99:inspector"):
        await office.press(f"campaign.ended:{forged}", 1)
    assert (await person_of(bench, here.one)).has(bench.now, Role.inspector)
