"""Itineraries in the chat: proposed, changed by tapping, confirmed, and told to nobody but those whom it touches."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.background.arranging import Arranger
from storage import people
from storage.campaign import itineraries
from storage.campaign.campaigns import Unit
from storage.campaign.leave import Leave
from storage.people import Person, Role
from storage.visit.visits import State, Visit
from tests.handlers.desk import Files
from tests.handlers.phone import MORNING
from tests.handlers.setting_up import begun, here

CITIES = ("浙江省/杭州市", "浙江省/宁波市", "江苏省/苏州市", "江苏省/南京市")


async def each_here(seconds, function, items):
    """Run right here what is usually run in a process of its own."""
    del seconds
    for one in items:
        yield function(one)


class Stage:
    """A group of five and its leader, twelve units, and what works itineraries out."""

    def __init__(self, bench: Any) -> None:
        self.bench = bench
        self.files = Files()
        self.arranger = Arranger(bench.database, self.files, lambda: bench.now, here, each_here)  # type: ignore[arg-type] # only downloads

    async def set_up(self) -> None:
        async with self.bench.database.begin() as db:
            db.add_all(
                Unit(campaign_id=1, code=f"U-{at:02}", name=f"第{at}党支部", level=5, area=CITIES[at % 4], group_id=2)
                for at in range(1, 13)
            )
        self.admin = await self.bench.let_in("王主任", Role.admin)
        self.leader = await self.bench.let_in("李组长", Role.leader, group="二组")
        self.inspectors = [await self.bench.let_in(f"督导员{at}", Role.inspector, group="二组") for at in "甲乙丙丁戊"]
        self.other = await self.bench.let_in("别组组长", Role.leader, group="一组")

    async def arrange(self) -> None:
        """Let what waits be worked out, and its news arrive."""
        await self.arranger.run_due()
        await self.bench.wait(seconds=1)

    async def visits(self) -> list[itineraries.Standing]:
        async with self.bench.database.read() as db:
            return await itineraries.standing(db, 1)

    async def ids(self) -> dict[str, int]:
        async with self.bench.database.read() as db:
            return dict((await db.execute(sa.select(Person.name, Person.id))).all())


@pytest.fixture
async def stage(sqlite_template, tmp_path):
    bench = await begun(sqlite_template, tmp_path, MORNING)
    stage = Stage(bench)
    await stage.set_up()
    yield stage
    await bench.database.close()


async def propose(stage: Stage) -> None:
    await stage.leader.text("/itinerary")
    await stage.leader.tap("编排建议")
    await stage.leader.tap("开始编排")
    await stage.arrange()


async def confirmed(stage: Stage) -> None:
    await propose(stage)
    await stage.leader.tap("确认 12 处改动")


async def test_a_proposal_covers_every_unit_and_says_how_good_it_is(stage):
    await propose(stage)
    text = stage.leader.last.text
    assert "二组：已排 12/12 · 每天至多 1 处，已是最优" in text
    assert "确认后：新排 12 处" in text
    assert "尚未改动任何安排" in text
    assert await stage.visits() == []


async def test_confirming_plans_the_visits_and_tells_only_those_who_go(stage):
    await confirmed(stage)
    assert "✓ 已安排 12 处" in stage.leader.last.text
    assert "告知有变动的 5 人" in stage.leader.last.text
    found = await stage.visits()
    assert len(found) == 12
    assert {len(one.people) for one in found} <= {2, 3}
    assert all(one.state is State.planned and one.day is not None and one.day.weekday() < 5 for one in found)
    before = {phone.name: len(phone.screen) for phone in (stage.leader, stage.other, stage.admin)}
    await stage.bench.wait(seconds=60)
    assert {phone.name: len(phone.screen) for phone in (stage.leader, stage.other, stage.admin)} == before
    for phone in stage.inspectors:
        told = [one for one in phone.screen if "您的行程有变" in one.text]
        assert len(told) == 1
        assert "新增 6 处" in told[0].text


async def test_an_old_button_confirms_nothing_when_something_has_changed(stage):
    await propose(stage)
    card = stage.leader.last
    sure = next(one.data for row in card.buttons for one in row if "确认" in one.label)
    async with stage.bench.database.begin() as db:
        await db.execute(sa.delete(Unit).where(Unit.code == "U-03"))
        draft = (await db.scalars(sa.select(itineraries.Itinerary))).one()
        draft.keep({unit: stop for unit, stop in draft.stops.items() if unit != 3})
    await stage.leader.press(sure, card.id)
    assert stage.leader.alert
    assert await stage.visits() == []
    assert "确认 11 处改动" in str(stage.leader.last.labels)


async def test_a_visit_is_moved_by_tapping_and_only_its_people_hear_of_it(stage):
    await confirmed(stage)
    await stage.bench.wait(seconds=60)
    counts = {phone.name: len(phone.screen) for phone in stage.inspectors}
    unit = next(one for one in await stage.visits())
    await stage.leader.text("/itinerary")
    await stage.leader.tap("手动调整")
    await stage.leader.press(f"itinerary.stop:1:{unit.unit_id}", stage.leader.last.id)
    await stage.leader.tap("换一天")
    days = [one.label for row in stage.leader.last.buttons for one in row if one.label.endswith("· 0处")]
    await stage.leader.tap(days[-1])
    assert stage.leader.toast == "草稿已改。"
    await stage.leader.press("itinerary.draft:1", stage.leader.last.id)
    assert "改期 1 处" in stage.leader.last.text
    await stage.leader.tap("查看改动")
    assert "→" in stage.leader.last.text
    await stage.leader.tap("↩ 返回")
    await stage.leader.tap("确认 1 处改动")
    await stage.bench.wait(seconds=60)
    names = {name for name, number in (await stage.ids()).items() if number in unit.people}
    heard = {phone.name for phone in stage.inspectors if len(phone.screen) > counts[phone.name]}
    assert heard == names


async def test_who_stays_on_a_visit_hears_with_whom_they_go_now(stage):
    await confirmed(stage)
    await stage.bench.wait(seconds=60)
    ids = await stage.ids()
    visit = next(one for one in await stage.visits() if len(one.people) == 2)
    stays, goes = visit.people
    comes = next(ids[phone.name] for phone in stage.inspectors if ids[phone.name] not in visit.people)
    counts = {phone.name: len(phone.screen) for phone in stage.inspectors}
    await stage.leader.text("/itinerary")
    await stage.leader.tap("手动调整")
    for person in (goes, comes):
        await stage.leader.press(f"itinerary.give:1:{visit.unit_id}:{person}", stage.leader.last.id)
    await stage.leader.press("itinerary.draft:1", stage.leader.last.id)
    await stage.leader.tap("确认 1 处改动")
    await stage.bench.wait(seconds=60)
    names = {number: name for name, number in ids.items()}
    heard = {phone.name: phone.last.text for phone in stage.inspectors if len(phone.screen) > counts[phone.name]}
    assert set(heard) == {names[stays], names[goes], names[comes]}
    assert "同行人员有变" in heard[names[stays]]
    assert names[comes] in heard[names[stays]]
    assert names[goes] not in heard[names[stays]]


async def test_who_works_in_two_groups_is_offered_both(stage):
    phone = await stage.bench.let_in("两组督导员", Role.inspector, group="一组")
    async with stage.bench.database.begin() as db:
        person = await people.by_telegram(db, phone.id)
        person.appoint(Role.deputy, MORNING, group_id=2)
    for command, title in (("/itinerary", "行程"), ("/coverage", "覆盖"), ("/guidance", "方案"), ("/meeting", "例会")):
        await phone.text(command)
        assert title in phone.last.text
        assert "一组" in str(phone.last.labels)
        assert "二组" not in str(phone.last.labels)  # the group they lead comes first
        await phone.tap("一组")
        assert "二组" in str(phone.last.labels)
        await phone.tap("二组")
        assert "一组" in str(phone.last.labels)


async def test_two_visits_change_places(stage):
    await confirmed(stage)
    first, *_, last = await stage.visits()
    await stage.leader.text("/itinerary")
    await stage.leader.tap("手动调整")
    await stage.leader.press(f"itinerary.swapped:1:{first.unit_id}:{last.unit_id}", stage.leader.last.id)
    await stage.leader.press("itinerary.draft:1", stage.leader.last.id)
    await stage.leader.tap("确认")
    now = {one.unit_id: (one.day, one.people) for one in await stage.visits()}
    assert now[first.unit_id] == (last.day, last.people)
    assert now[last.unit_id] == (first.day, first.people)


async def test_nobody_is_put_on_a_visit_while_on_leave(stage):
    await confirmed(stage)
    ids = await stage.ids()
    visit = next(one for one in await stage.visits() if ids["督导员甲"] not in one.people)
    async with stage.bench.database.begin() as db:
        db.add(Leave(person_id=ids["督导员甲"], first_on=visit.day, last_on=visit.day, by_id=ids["李组长"], at=MORNING))
    await stage.leader.text("/itinerary")
    await stage.leader.tap("手动调整")
    await stage.leader.press(f"itinerary.who:1:{visit.unit_id}", stage.leader.last.id)
    await stage.leader.tap("督导员甲（请假）")
    assert "请假。请换一天或换人" in stage.leader.toast


async def test_a_proposal_goes_round_leave_and_says_what_is_short(stage):
    ids = await stage.ids()
    async with stage.bench.database.begin() as db:
        for at, first in (("甲", 21), ("乙", 21), ("丙", 21), ("丁", 24)):
            days = {"first_on": date(2026, 10, first), "last_on": date(2026, 10, 30)}
            db.add(Leave(person_id=ids[f"督导员{at}"], by_id=1, at=MORNING, **days))
    await propose(stage)
    text = stage.leader.last.text
    assert "只排得下" in text
    assert "未排" in text
    async with stage.bench.database.read() as db:
        draft = (await db.scalars(sa.select(itineraries.Itinerary))).one()
    assert all(day < date(2026, 10, 24) for day, _ in draft.stops.values())
    assert all(set(people) == {ids["督导员丁"], ids["督导员戊"]} for _, people in draft.stops.values())


async def test_a_visit_that_has_begun_is_left_alone(stage):
    await confirmed(stage)
    one = (await stage.visits())[0]
    async with stage.bench.database.begin() as db:
        visit = await db.get(Visit, one.visit_id)
        visit.open(MORNING)
    await propose(stage)
    assert "已排 11/11" in stage.leader.last.text
    await stage.leader.press(f"itinerary.stop:1:{one.unit_id}", stage.leader.last.id)
    assert stage.leader.last.text.startswith("行程草稿")


async def test_news_wait_for_the_end_of_the_quiet_hours_and_are_merged(stage):
    stage.bench.now = MORNING + timedelta(hours=13)  # ten in the evening
    await confirmed(stage)
    phone = stage.inspectors[0]
    await stage.bench.wait(seconds=60)
    assert not [one for one in phone.screen if "行程有变" in one.text]
    await stage.leader.tap("◀ 行程")
    await stage.leader.tap("手动调整")
    ids = await stage.ids()
    mine = next(one for one in await stage.visits() if ids["督导员甲"] in one.people)
    await stage.leader.press(f"itinerary.to:1:{mine.unit_id}:-", stage.leader.last.id)
    await stage.leader.press("itinerary.draft:1", stage.leader.last.id)
    await stage.leader.tap("确认 1 处改动")
    await stage.bench.wait(hours=10, minutes=1)
    told = [one for one in phone.screen if "行程有变" in one.text]
    assert len(told) == 1
    assert "新增 5 处" in told[0].text


async def test_a_leader_arranges_no_other_group(stage):
    await propose(stage)
    await stage.other.press("itinerary.show:1:2", 1)
    assert stage.other.toast
    await stage.other.press("itinerary.draft:1", 1)
    assert stage.other.toast
    await stage.inspectors[0].text("/itinerary")
    assert "编排建议" not in str(stage.inspectors[0].last.labels)


@pytest.mark.parametrize("verb", ["show", "adjust", "sheet", "propose", "days"])
async def test_a_group_that_is_none_of_the_round_s_is_a_button_out_of_date(stage, verb):
    await stage.admin.text("/itinerary")
    for group in (999, -1):
        await stage.admin.press(f"itinerary.{verb}:1:{group}:0:3", stage.admin.last.id)
        assert "这个按钮已过期" in stage.admin.toast
