"""Visits and their answers: nothing is overwritten, nothing is lost, and what is handed in stands."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from storage import people
from storage.campaign.campaigns import Campaign, Group, Unit
from storage.database import Database
from storage.people import Appointment, Person, Role
from storage.visit import agenda, visits
from storage.visit.visits import Answer, State, Visit, VisitMember, VisitSubmitted

if TYPE_CHECKING:
    from tests.storage.conftest import World

ITEM = "/data/a1/i5"


async def _write(
    database: Database, world: World, value: str, now: datetime, *, by: Person | None = None, message_id: int = 0
) -> Answer:
    async with database.begin() as db:
        visit = await visits.get(db, world.visit.id)
        assert visit is not None
        source = {"chat_id": 1, "message_id": message_id} if message_id else {}
        return await visits.write(db, visit, ITEM, value, by or world.first, now, **source)


async def test_an_answer_stands_until_the_next_and_stays_in_the_history(
    database: Database, world: World, now: datetime
) -> None:
    later = now + timedelta(minutes=1)
    await _write(database, world, "partly", now)
    await _write(database, world, "no", later, by=world.second)
    async with database.read() as db:
        assert await visits.answers(db, world.visit.id) == {ITEM: "no"}
        told = await visits.history(db, world.visit.id, ITEM)
        (standing,) = await visits.standing(db, world.visit.id)
    assert [(a.value, a.by_id, a.at, a.superseded_at) for a in told] == [
        ("partly", world.first.id, now, later),
        ("no", world.second.id, later, None),
    ]
    assert standing.by_id == world.second.id


async def test_the_same_value_again_changes_nothing(database: Database, world: World, now: datetime) -> None:
    first = await _write(database, world, "yes", now)
    again = await _write(database, world, "yes", now + timedelta(minutes=1), by=world.second)
    assert (again.id, again.by_id) == (first.id, world.first.id)
    async with database.read() as db:
        assert len(await visits.history(db, world.visit.id, ITEM)) == 1


async def test_a_cleared_answer_is_no_answer_but_is_remembered(database: Database, world: World, now: datetime) -> None:
    await _write(database, world, "yes", now)
    await _write(database, world, "", now)
    async with database.read() as db:
        assert await visits.answers(db, world.visit.id) == {}
        assert [one.value for one in await visits.standing(db, world.visit.id)] == [""]
        assert [one.value for one in await visits.history(db, world.visit.id, ITEM)] == ["yes", ""]


async def test_text_that_no_database_takes_is_kept_as_well_as_can_be_and_compared_so(
    database: Database, world: World, now: datetime
) -> None:
    first = await _write(database, world, "未落实\x00 \ud83d\U0001f4f7", now)
    assert first.value == "未落实 \ufffd\U0001f4f7"
    assert (await _write(database, world, "未落实\x00 \ud83d\U0001f4f7", now)).id == first.id


async def test_the_answers_of_one_message_are_found_for_its_edit(
    database: Database, world: World, now: datetime
) -> None:
    first = await _write(database, world, "a", now, message_id=40)
    await _write(database, world, "b", now, message_id=41)
    async with database.read() as db:
        assert [one.id for one in await visits.by_message(db, 1, 40)] == [first.id]
        assert await visits.by_message(db, 2, 40) == []


async def test_many_who_answer_one_question_at_once_leave_one_answer_and_a_whole_history(
    database: Database, database_url: str, world: World, now: datetime
) -> None:
    other = Database(database_url)
    await asyncio.gather(*(_write((database, other)[n % 2], world, f"value {n}", now) for n in range(20)))
    await other.close()
    async with database.read() as db:
        told = await visits.history(db, world.visit.id, ITEM)
        assert len(await visits.standing(db, world.visit.id)) == 1
    assert {one.value for one in told} == {f"value {n}" for n in range(20)}


async def test_the_database_itself_refuses_a_second_current_answer(
    database: Database, world: World, now: datetime
) -> None:
    async with database.begin() as db:
        db.add(Answer(visit_id=world.visit.id, path=ITEM, value="yes", by_id=world.first.id, at=now))
        await db.flush()
        db.add(Answer(visit_id=world.visit.id, path=ITEM, value="no", by_id=world.first.id, at=now))
        with pytest.raises(sa.exc.IntegrityError):
            await db.flush()
        await db.rollback()


async def test_the_first_answer_opens_the_visit(database: Database, world: World, now: datetime) -> None:
    await _write(database, world, "yes", now)
    async with database.read() as db:
        visit = await visits.get(db, world.visit.id)
    assert visit is not None
    assert (visit.state, visit.opened_at) == (State.open, now)


async def _submit(database: Database, world: World, now: datetime) -> None:
    async with database.begin() as db:
        visit = await visits.get(db, world.visit.id, lock=True)
        assert visit is not None
        visit.submit(world.second, now)


async def test_an_answer_after_handing_in_is_refused(database: Database, world: World, now: datetime) -> None:
    await _submit(database, world, now)
    with pytest.raises(VisitSubmitted):
        await _write(database, world, "yes", now)


async def test_handing_in_twice_is_refused_and_the_first_time_counts(
    database: Database, world: World, now: datetime
) -> None:
    await _submit(database, world, now)
    with pytest.raises(VisitSubmitted):
        await _submit(database, world, now + timedelta(hours=1))
    async with database.read() as db:
        visit = await visits.get(db, world.visit.id)
    assert visit is not None
    assert (visit.submitted_at, visit.submitted_by) == (now, world.second.id)


async def test_a_handing_in_that_comes_during_another_is_refused_and_not_merely_retried(
    database: Database, world: World, now: datetime
) -> None:
    async with database.begin() as db:
        visit = await visits.get(db, world.visit.id, lock=True)
        assert visit is not None
        task = asyncio.create_task(_submit(database, world, now))
        await asyncio.sleep(0.2)  # time enough to load the visit, were it not locked
        visit.submit(world.first, now)
    with pytest.raises(VisitSubmitted):
        await task


async def test_of_many_who_hand_in_at_once_one_does(database: Database, world: World, now: datetime) -> None:
    outcomes = await asyncio.gather(*(_submit(database, world, now) for _ in range(5)), return_exceptions=True)
    assert outcomes.count(None) == 1
    assert sum(isinstance(one, VisitSubmitted) for one in outcomes) == 4


async def test_an_answer_that_comes_while_the_visit_is_handed_in_is_refused(
    database: Database, world: World, now: datetime
) -> None:
    began = asyncio.Event()

    async def answer() -> None:
        async with database.begin() as db:
            visit = await visits.get(db, world.visit.id)
            assert visit is not None
            began.set()
            await visits.write(db, visit, ITEM, "yes", world.first, now)

    async with database.begin() as db:
        visit = await visits.get(db, world.visit.id, lock=True)
        assert visit is not None
        task = asyncio.create_task(answer())
        if not database.embedded:  # there the other has loaded the visit while it was still open
            await began.wait()
        visit.submit(world.second, now)
    with pytest.raises(VisitSubmitted):
        await task
    async with database.read() as db:
        assert await visits.answers(db, world.visit.id) == {}


async def _may(database: Database, visit_id: int, person_id: int, now: datetime) -> bool:
    """Whether somebody may work on a visit, asked of the visit and of the query, which must agree."""
    async with database.read() as db:
        visit = await visits.get(db, visit_id)
        person = await people.by_id(db, person_id)
        assert visit is not None
        assert person is not None
        may = visit.open_to(person, now)
        assert [one.id for one in await agenda.planned_for(db, person, now)] == ([visit_id] if may else [])
    return may


async def test_a_visit_is_for_its_group_and_for_those_put_on_it(
    database: Database, world: World, now: datetime
) -> None:
    async with database.begin() as db:
        other = Group(campaign_id=world.campaign.id, name="一组")
        db.add(other)
        await db.flush()
        found = []
        for telegram_id, role, group in (
            (3, Role.liaison, world.group),
            (4, Role.liaison, world.group),
            (5, Role.inspector, other),
            (6, Role.inspector, other),
            (7, Role.deputy, world.group),
        ):
            found.append(Person(telegram_id=telegram_id, name=f"{telegram_id}", created_at=now))
            found[-1].appoint(role, now, group_id=group.id)
        db.add_all(found)
        await db.flush()
        visit = await visits.get(db, world.visit.id)
        assert visit is not None
        visit.members += [VisitMember(person_id=found[at].id) for at in (0, 2)]
    may = [await _may(database, world.visit.id, one.id, now) for one in (world.first, world.second, *found)]
    assert may == [True, True, True, False, True, False, True]


async def test_whoever_was_put_on_a_visit_and_goes_on_visits_no_more_may_not_work_on_it(
    database: Database, world: World, now: datetime
) -> None:
    async with database.begin() as db:
        guest = Person(telegram_id=3, name="联络员", created_at=now)
        guest.appoint(Role.liaison, now, group_id=world.group.id)
        guest.appoint(Role.contact, now, group_id=world.group.id, unit_id=world.unit.id)
        db.add(guest)
        await db.flush()
        visit = await visits.get(db, world.visit.id)
        assert visit is not None
        visit.members.append(VisitMember(person_id=guest.id))
    assert await _may(database, world.visit.id, guest.id, now)
    async with database.begin() as db:
        person = await people.by_id(db, guest.id)
        assert person is not None
        person.dismiss(Role.liaison, now)
    assert not await _may(database, world.visit.id, guest.id, now)


@pytest.mark.parametrize(("named", "role"), [(False, Role.inspector), (True, Role.liaison)])
async def test_a_visit_is_open_from_the_first_moment_of_a_role_to_its_last(
    database: Database, world: World, now: datetime, named: bool, role: Role
) -> None:
    day = timedelta(days=1)
    async with database.begin() as db:
        person = Person(telegram_id=3, name="督导员", created_at=now)
        person.roles.append(Appointment(role=role, group_id=world.group.id, since=now + day, until=now + 2 * day))
        db.add(person)
        await db.flush()
        visit = await visits.get(db, world.visit.id)
        assert visit is not None
        visit.members += [VisitMember(person_id=person.id)] if named else []
        visit.submit(world.first, now)
        await db.flush()
        moments = [now, now + day, now + 2 * day - timedelta(seconds=1), now + 2 * day]
        looked = [await agenda.handed_in(db, person, moment, now) for moment in moments]
        visit.withdraw()
    assert [len(found) for found in looked] == [0, 1, 1, 0]
    assert [await _may(database, world.visit.id, person.id, moment) for moment in moments] == [False, True, True, False]


async def test_open_visits_come_first_then_those_of_the_day_and_none_that_are_handed_in(
    database: Database, world: World, now: datetime
) -> None:
    async with database.begin() as db:
        for name, day in (("tomorrow", 17), ("today", 16), ("yesterday", 15)):
            world_unit = type(world.unit)(
                campaign_id=world.campaign.id, code=name, name=name, level=5, group_id=world.group.id
            )
            db.add(world_unit)
            await db.flush()
            await visits.plan(
                db,
                Visit(
                    unit_id=world_unit.id,
                    group_id=world.group.id,
                    form_version_id=world.form.id,
                    created_at=now,
                    planned_on=date(2026, 10, day),
                ),
            )
        person = await people.by_telegram(db, 1)
        assert person is not None
        names = [one.unit.name for one in await agenda.planned_for(db, person, now)]
        assert names == ["today", "yesterday", "tomorrow", "萧山项目党支部"]
        found = {one.unit.name: one for one in await agenda.planned_for(db, person, now)}
        found["tomorrow"].open(now)
        found["today"].submit(person, now)
        await db.flush()
        names = [one.unit.name for one in await agenda.planned_for(db, person, now)]
        assert names == ["tomorrow", "yesterday", "萧山项目党支部"]
        other = Person(telegram_id=77, name="别人", language="zh_CN", created_at=now)
        db.add(other)
        await db.flush()
        found["yesterday"].members += [VisitMember(person_id=other.id)]
        await db.flush()
        names = [one.unit.name for one in await agenda.planned_for(db, person, now)]
        assert names == ["tomorrow", "萧山项目党支部", "yesterday"]  # what somebody else was put on comes last


async def _planned(database: Database, world: World, zone: str, days: tuple[int, ...]) -> None:
    """Have world.first go on a visit on each of these days of October, in a campaign that lives by the zone."""
    async with database.begin() as db:
        campaign = Campaign(
            name=zone, title={"en": zone}, starts_on=date(2026, 10, 1), ends_on=date(2026, 12, 31), timezone=zone
        )
        db.add(campaign)
        await db.flush()
        group = Group(campaign_id=campaign.id, name="1")
        db.add(group)
        await db.flush()
        person = await people.by_id(db, world.first.id)
        assert person is not None
        person.appoint(Role.inspector, world.now - timedelta(days=2), group_id=group.id)
        for day in days:
            unit = Unit(campaign_id=campaign.id, code=f"{zone} {day}", name=f"{zone} {day}", level=5, group_id=group.id)
            db.add(unit)
            await db.flush()
            await visits.plan(
                db,
                Visit(
                    unit_id=unit.id,
                    group_id=group.id,
                    form_version_id=world.form.id,
                    created_at=world.now,
                    planned_on=date(2026, 10, day),
                ),
            )


@pytest.mark.parametrize(
    ("moment", "first"),
    [
        (datetime(2026, 10, 15, 15, 59, tzinfo=UTC), ["Asia/Shanghai 15", "America/Denver 15"]),
        (datetime(2026, 10, 15, 16, 0, tzinfo=UTC), ["America/Denver 15", "Asia/Shanghai 16"]),
        (datetime(2026, 10, 16, 5, 59, tzinfo=UTC), ["America/Denver 15", "Asia/Shanghai 16"]),
        (datetime(2026, 10, 16, 6, 0, tzinfo=UTC), ["Asia/Shanghai 16", "America/Denver 16"]),
    ],
)
async def test_today_s_visits_come_first_by_the_day_where_each_of_them_is(
    database: Database, world: World, moment: datetime, first: list[str]
) -> None:
    await _planned(database, world, "Asia/Shanghai", (14, 15, 16, 17))
    await _planned(database, world, "America/Denver", (14, 15, 16, 17))
    async with database.read() as db:
        person = await people.by_id(db, world.first.id)
        assert person is not None
        found = [one.unit.name for one in await agenda.planned_for(db, person, moment)]
    assert found[:2] == first
    assert found[2:4] == ["Asia/Shanghai 14", "America/Denver 14"]


async def test_of_the_visits_to_be_done_those_are_read_that_are_asked_for(
    database: Database, world: World, now: datetime
) -> None:
    async with database.begin() as db:
        unit = await db.get(Unit, world.visit.unit_id)
        assert unit is not None
        same = {"unit_id": unit.id, "group_id": world.visit.group_id, "form_version_id": world.visit.form_version_id}
        for _ in range(2):
            await visits.plan(db, Visit(**same, created_at=now))
        campaign = unit.campaign_id
    async with database.read() as db:
        assert len(await agenda.unfinished(db, campaign)) == 3
        assert [one.id for one in await agenda.unfinished(db, campaign, [world.visit.id])] == [world.visit.id]
        assert await agenda.unfinished(db, campaign, []) == []
        assert await agenda.unfinished(db, campaign + 1, [world.visit.id]) == []
