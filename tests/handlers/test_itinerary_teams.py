"""A team that changes in the middle of a round, and a proposal that leaves what is arranged as it is."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from handlers.itinerary.trading import traded
from storage.campaign.campaigns import Unit
from storage.people import Appointment
from supervision.itinerary import Place, Stop, Task, Team, beside
from tests.handlers.phone import MORNING
from tests.handlers.setting_up import begun
from tests.handlers.test_itinerary import Stage, confirmed

MONDAY = date(2026, 10, 19)
DAYS = tuple(MONDAY + timedelta(days=at) for at in range(5))


@pytest.fixture
async def stage(sqlite_template, tmp_path):
    bench = await begun(sqlite_template, tmp_path, MORNING)
    stage = Stage(bench)
    await stage.set_up()
    yield stage
    await bench.database.close()


async def more_units(stage):
    async with stage.bench.database.begin() as db:
        db.add_all(
            Unit(campaign_id=1, code=f"V-{at}", name=f"新{at}支部", level=5, area="浙江省/杭州市", group_id=2)
            for at in (1, 2, 3)
        )


async def test_a_second_proposal_leaves_what_has_a_day_and_arranges_the_rest_beside_it(stage):
    await confirmed(stage)
    before = {one.unit_id: (one.day, one.people) for one in await stage.visits()}
    await more_units(stage)
    await stage.leader.text("/itinerary")
    await stage.leader.tap("编排建议")
    assert "待督导 3 个单位" in stage.leader.last.text
    assert "● 只排未定日期的" in str(stage.leader.last.labels)
    assert "已排的保持不变" in stage.leader.last.text
    await stage.leader.tap("开始编排")
    await stage.arrange()
    assert "二组：原有 12 处不动，补排 3/3 处" in stage.leader.last.text
    await stage.leader.tap("确认 3 处改动")
    now = {one.unit_id: (one.day, one.people) for one in await stage.visits()}
    assert {unit: now[unit] for unit in before} == before
    assert len(now) == 15


async def test_all_may_be_arranged_anew_all_the_same(stage):
    await confirmed(stage)
    await more_units(stage)
    await stage.leader.text("/itinerary")
    await stage.leader.tap("编排建议")
    await stage.leader.tap("全部重排")
    assert "待督导 15 个单位" in stage.leader.last.text
    await stage.leader.tap("开始编排")
    await stage.arrange()
    assert "已排 15/15" in stage.leader.last.text


async def test_two_people_change_places_from_a_day_on(stage):
    await confirmed(stage)
    ids, before = await stage.ids(), await stage.visits()
    first = next(one for one in before if len(one.people) == 2)
    one = first.people[0]
    other = next(ids[phone.name] for phone in stage.inspectors if ids[phone.name] not in first.people)
    names = {number: name for name, number in ids.items()}
    day = sorted({visit.day for visit in before if {one, other} & set(visit.people)})[1]
    await stage.leader.text("/itinerary")
    await stage.leader.tap("手动调整")
    await stage.leader.tap("换人对调 …")
    await stage.leader.tap(names[one])
    await stage.leader.tap(names[other])
    await stage.leader.press(f"itinerary.trade:1:{one}:{other}:{day}", stage.leader.last.id)
    assert "确认" in str(stage.leader.last.labels)
    await stage.leader.tap("确认")
    about = {one: other, other: one}
    for visit in before:
        now = next(each for each in await stage.visits() if each.unit_id == visit.unit_id)
        wanted = tuple(sorted(about.get(each, each) for each in visit.people)) if visit.day >= day else visit.people
        assert (now.day, now.people) == (visit.day, wanted)


async def test_who_has_left_the_group_is_named_and_gives_their_visits_to_another(stage):
    await confirmed(stage)
    ids = await stage.ids()
    async with stage.bench.database.begin() as db:
        left = sa.update(Appointment).where(Appointment.person_id == ids["督导员甲"])
        await db.execute(left.values(until=stage.bench.now - timedelta(minutes=1)))
    await stage.leader.text("/itinerary")
    assert "已离组：督导员甲" in stage.leader.last.text
    await stage.leader.tap("手动调整")
    assert "已离组：督导员甲" in stage.leader.last.text
    await stage.leader.tap("换人对调 …")
    await stage.leader.tap("⚠ 督导员甲")
    assert "督导员甲" not in str(stage.leader.last.labels)
    await stage.leader.tap("督导员戊")
    day = min(visit.day for visit in await stage.visits())
    await stage.leader.press(f"itinerary.trade:1:{ids['督导员甲']}:{ids['督导员戊']}:{day}", stage.leader.last.id)
    assert "已离组" not in stage.leader.last.text
    await stage.leader.tap("确认")
    people = {person for visit in await stage.visits() for person in visit.people}
    assert ids["督导员甲"] not in people
    assert ids["督导员戊"] in people


@pytest.mark.parametrize("rest", ["999", "0:1", "{甲}:{甲}", "{甲}:999", "{甲}:{乙}:soon"])
async def test_a_forged_button_changes_no_places(stage, rest):
    await confirmed(stage)
    ids = {name[-1]: number for name, number in (await stage.ids()).items()}
    await stage.leader.text("/itinerary")
    await stage.leader.tap("手动调整")
    await stage.leader.press(f"itinerary.trade:1:{rest.format(**ids)}", stage.leader.last.id)
    assert "这个按钮已过期" in stage.leader.toast


def test_leave_forbids_a_change_of_places():
    stops = {1: (DAYS[0], (7, 8)), 2: (DAYS[1], (7,)), 3: (DAYS[2], (9,))}
    found, done, kept = traded(stops, {7: 9, 9: 7}, DAYS[1], {9: frozenset({DAYS[1]})})
    assert found == {1: (DAYS[0], (7, 8)), 2: (DAYS[1], (7,)), 3: (DAYS[2], (7,))}
    assert (done, kept) == (1, 1)


def test_what_is_arranged_beside_goes_where_a_team_is_near_and_has_room():
    team = Team((1, 2), dict.fromkeys(DAYS, (1, 2)))
    here, near = Place(1, "A", "浙江省/杭州市"), Place(2, "B", "浙江省/杭州市")
    far = Place(3, "C", "江苏省/南京市")
    task = Task(1, (near, far), (team,), 2, ((here, Stop(1, DAYS[3], (1,))),))
    plan = beside(task)
    assert {one.unit_id for one in plan.stops} == {2, 3}
    assert len({one.day for one in plan.stops if one.unit_id == 3} & {DAYS[3]}) == 0
    full = Task(1, (near, far), (Team((1, 2), {DAYS[3]: (1, 2)}),), 1, ((here, Stop(1, DAYS[3], ())),))
    assert beside(full).left == (2, 3)
