"""What is open is asked of both databases, and is what the pure rule says."""

import random
from datetime import UTC, datetime, timedelta

from storage.campaign.campaigns import Group, Unit
from storage.database import Database
from storage.entity import Session
from storage.visit import findings, visits
from storage.visit.findings import Count, Judged
from storage.visit.visits import Visit
from supervision.wanting import Found, Grade, still_open


async def _visit(db: Session, world: object, unit_id: int, days: int, grades: dict[str, Grade]) -> Visit:
    planned = Visit(unit_id=unit_id, group_id=world.group.id, form_version_id=world.form.id, created_at=world.now)
    visit = await visits.plan(db, planned)
    await findings.write(db, visit, [Judged(f"/data/{item}", f"/data/{item}", item, grades[item]) for item in grades])
    visit.submit(world.first, world.now + timedelta(days=days))
    await db.flush()
    return visit


async def test_an_open_matter_says_since_when_and_in_whose_words(database: Database, world) -> None:
    async with database.begin() as db:
        first = await _visit(db, world, world.unit.id, 1, {"i1": Grade.fine, "i2": Grade.missing})
        second = await _visit(db, world, world.unit.id, 2, {"i1": Grade.partly})
        visit = await visits.get(db, (await _visit(db, world, world.unit.id, 3, {})).id, lock=True)
        visit.withdraw()
        answer = await visits.write(db, visit, "/data/i1", "missing", world.second, world.now)
        note = await visits.write(db, visit, "/data/i1_note", "只有签到表", world.second, world.now)
        await findings.write(db, visit, [Judged("/data/i1", "/data/i1", "1", Grade.missing, answer.id, note.id)])
        visit.submit(world.first, world.now + timedelta(days=3))
    async with database.read() as db:
        one, other = await findings.of_unit(db, world.unit.id)
    assert (other.visit_id, other.number, other.grade, other.note) == (visit.id, "1", Grade.missing, "只有签到表")
    assert (other.since, other.at) == (second.submitted_at, visit.submitted_at)
    assert (other.value, other.by_id, other.unit) == ("missing", world.second.id, world.unit.name)
    assert (one.visit_id, one.item, one.value, one.by_id) == (first.id, "/data/i2", "", None)


async def test_a_visit_that_was_taken_back_neither_opens_nor_settles(database: Database, world) -> None:
    async with database.begin() as db:
        await _visit(db, world, world.unit.id, 1, {"i1": Grade.missing})
        (await _visit(db, world, world.unit.id, 2, {"i1": Grade.fine, "i2": Grade.missing})).withdraw()
    async with database.read() as db:
        assert [one.number for one in await findings.of_unit(db, world.unit.id)] == ["i1"]


async def test_what_is_open_is_what_the_rule_says_counted_by_unit_group_and_campaign(database: Database, world) -> None:
    dice = random.Random(7)  # noqa: S311 - examples, not secrets
    found: list[Found] = []
    async with database.begin() as db:
        other = Group(campaign_id=world.campaign.id, name="三组")
        db.add(other)
        await db.flush()
        units = [
            Unit(campaign_id=world.campaign.id, code=f"u{n}", name=f"单位{n}", level=5, group_id=group)
            for n, group in enumerate((world.group.id, world.group.id, other.id, None))
        ]
        db.add_all(units)
        await db.flush()
        for _ in range(24):
            unit, days = dice.choice(units), dice.randrange(1, 30)
            grades = {f"i{n}": dice.choice(list(Grade)) for n in range(3) if dice.random() < 0.7}
            visit = await _visit(db, world, unit.id, days, grades)
            at = datetime(2026, 10, 16, 8, tzinfo=UTC) + timedelta(days=days)
            found += [Found(unit.id, f"/data/{item}", visit.id, at, grade) for item, grade in grades.items()]
    expected = still_open(found)
    assert len(expected) > 3
    async with database.read() as db:
        rows = await findings.of_campaign(db, world.campaign.id)
        by_group = await findings.count_campaign(db, world.campaign.id)
        by_unit = await findings.count_units(db, [unit.id for unit in units])
        ours = await findings.count_group(db, world.group.id)
        theirs = await findings.of_group(db, other.id)
    assert sorted((one.unit_id, one.item, one.visit_id, one.grade) for one in rows) == sorted(
        (one.unit_id, one.item, one.visit_id, one.grade) for one in expected
    )
    assert [one.grade for one in rows] == sorted((one.grade for one in rows), reverse=True)
    counted: dict[int, list[Grade]] = {}
    for one in expected:
        counted.setdefault(one.unit_id, []).append(one.grade)
    assert by_unit == {
        unit: Count(grades.count(Grade.partly), grades.count(Grade.missing)) for unit, grades in counted.items()
    }
    assert sum(one.total for one in by_group.values()) == len(expected)
    assert set(by_group) <= {0, world.group.id, other.id}
    assert ours == {unit.id: by_unit[unit.id] for unit in units[:2] if unit.id in by_unit}
    assert {one.unit_id for one in theirs} <= {units[2].id}


async def test_a_unit_that_dropped_out_is_no_longer_counted_with_its_group(database: Database, world) -> None:
    async with database.begin() as db:
        await _visit(db, world, world.unit.id, 1, {"i1": Grade.missing})
        (await db.get(Unit, world.unit.id)).retire("撤销", world.now)
    async with database.read() as db:
        assert await findings.of_group(db, world.group.id) == []
        assert len(await findings.of_unit(db, world.unit.id)) == 1
