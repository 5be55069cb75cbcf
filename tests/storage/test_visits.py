"""Visits and their answers: nothing is overwritten, nothing is lost, and what is handed in stands."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from storage import people, visits
from storage.database import Database
from storage.people import Person
from storage.visits import Answer, State, Visit, VisitMember, VisitSubmitted

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


async def test_a_visit_is_for_its_group_and_for_those_put_on_it(
    database: Database, world: World, now: datetime
) -> None:
    async with database.begin() as db:
        guest = Person(telegram_id=3, name="联络员", created_at=now)
        stranger = Person(telegram_id=4, name="别组", created_at=now)
        db.add_all([guest, stranger])
        await db.flush()
        visit = await visits.get(db, world.visit.id)
        assert visit is not None
        visit.members.append(VisitMember(person_id=guest.id))
    async with database.read() as db:
        visit = await visits.get(db, world.visit.id)
        assert visit is not None
        for telegram_id, may in ((1, True), (2, True), (3, True), (4, False)):
            person = await people.by_telegram(db, telegram_id)
            assert person is not None
            assert visit.open_to(person) is may
            assert [one.id for one in await visits.planned_for(db, person)] == ([world.visit.id] if may else [])


async def test_open_visits_come_first_then_those_of_the_day_and_none_that_are_handed_in(
    database: Database, world: World, now: datetime
) -> None:
    today = date(2026, 10, 16)
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
        names = [one.unit.name for one in await visits.planned_for(db, person, today)]
        assert names == ["today", "yesterday", "tomorrow", "萧山项目党支部"]
        found = {one.unit.name: one for one in await visits.planned_for(db, person, today)}
        found["tomorrow"].open(now)
        found["today"].submit(person, now)
        await db.flush()
        names = [one.unit.name for one in await visits.planned_for(db, person, today)]
        assert names == ["tomorrow", "yesterday", "萧山项目党支部"]
