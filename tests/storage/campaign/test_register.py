"""A register takes the place of the one that stands: all of it in one transaction, and no unit is ever deleted."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from storage import people
from storage.campaign import register, seats
from storage.campaign.campaigns import Campaign, Group, Round, Unit
from storage.campaign.forms import FormVersion
from storage.people import Person, Role
from storage.visit import agenda, visits
from storage.visit.visits import Visit
from supervision.register.comparing import compare
from supervision.register.model import GroupLine, Register, RoundLine, Seat, UnitLine
from supervision.register.terms import Terms

if TYPE_CHECKING:
    from storage.database import Database, Session
    from supervision.register.comparing import Changes

NOW = datetime(2026, 10, 9, 1, 0, tzinfo=UTC)
TERMS = Terms(levels={}, level_titles={})
COLUMNS = frozenset({"code", "name", "level", "parent", "province", "group", "members", "phone"})


def line(code: str, level: int, parent: str = "", **more: object) -> UnitLine:
    return UnitLine(code, more.pop("name", f"单位{code}"), level, parent, **more)  # type: ignore[arg-type]


WHOLE = Register(
    units=(line("A", 1), line("B", 3, "A", group="一组", members=5, phone="010"), line("C", 5, "B", area="浙江省")),
    groups=(GroupLine("一组", ("浙江省",)),),
    seats=(Seat("一组", "leader", "李组长", "全面工作"), Seat("一组", "liaison", "小王", "", ("浙江省",))),
    rounds=(RoundLine(1, date(2026, 10, 16), date(2026, 10, 30), ("浙江省",)),),
    columns=COLUMNS,
)


@pytest.fixture
async def campaign(database: Database) -> Campaign:
    async with database.begin() as db:
        made = Campaign(name="c", title={"en": "C"}, starts_on=date(2026, 9, 7), ends_on=date(2027, 2, 3))
        db.add(made)
    return made


async def put(database: Database, campaign: Campaign, wanted: Register, why: str = "撤销") -> Changes:
    async with database.begin() as db:
        changes = compare(wanted, await register.standing(db, campaign), TERMS)
        await register.apply(db, campaign, changes, why=why, now=NOW)
    return changes


async def units(db: Session) -> dict[str, Unit]:
    return {one.code: one for one in await db.scalars(sa.select(Unit))}


async def test_a_register_is_stored_with_superiors_groups_people_and_rounds(database, campaign):
    await put(database, campaign, WHOLE)
    async with database.read() as db:
        stored = await units(db)
        assert stored["C"].parent_id == stored["B"].id
        assert stored["B"].parent_id == stored["A"].id
        group = await db.scalar(sa.select(Group))
        assert (group.name, group.areas, stored["B"].group_id) == ("一组", ["浙江省"], group.id)
        assert [(one.role, one.name, one.areas) for one in await seats.of_group(db, group.id)] == [
            (Role.leader, "李组长", []),
            (Role.liaison, "小王", ["浙江省"]),
        ]
        assert (await db.scalar(sa.select(Round))).areas == ["浙江省"]


async def test_the_same_register_again_changes_nothing(database, campaign):
    await put(database, campaign, WHOLE)
    assert (await put(database, campaign, WHOLE)).nothing


async def test_a_new_name_and_another_superior_are_changes_of_the_unit_with_that_code(database, campaign):
    await put(database, campaign, WHOLE)
    again = Register(
        units=(line("A", 1), line("b", 3, "A", name="新名", group="一组"), line("C", 5, "A")), columns=COLUMNS
    )
    changes = await put(database, campaign, again)
    assert [(one.before.code, one.fields) for one in changes.changed] == [
        ("B", ("name", "members", "phone")),
        ("C", ("parent", "area")),
    ]
    async with database.read() as db:
        stored = await units(db)
        assert (stored["B"].name, stored["C"].parent_id) == ("新名", stored["A"].id)
        assert len(stored) == 3


async def test_a_unit_that_drops_out_is_retired_with_its_reason_and_may_come_back(database, campaign):
    await put(database, campaign, WHOLE)
    less = Register(units=WHOLE.units[:2], columns=COLUMNS)
    assert [one.code for one in (await put(database, campaign, less)).dropped] == ["C"]
    async with database.read() as db:
        gone = (await units(db))["C"]
        assert (gone.retired_at, gone.retired_why) == (NOW, "撤销")
    assert [one.code for one in (await put(database, campaign, WHOLE)).returned] == ["C"]
    async with database.read() as db:
        back = (await units(db))["C"]
        assert (back.id, back.retired_at, back.retired_why) == (gone.id, None, None)


async def test_a_superior_of_what_the_file_names_stays_though_the_file_does_not_name_it(database, campaign):
    await put(database, campaign, WHOLE)
    part = Register(units=(line("D", 5, "B"),), columns=COLUMNS)
    assert [one.code for one in (await put(database, campaign, part)).dropped] == ["C"]


async def test_when_the_transaction_fails_in_the_middle_nothing_is_left(database, campaign):
    bad = Register(units=(*WHOLE.units, line("E", 5, "nowhere")), groups=WHOLE.groups, columns=COLUMNS)
    with pytest.raises(KeyError):
        await put(database, campaign, bad)
    async with database.read() as db:
        assert await units(db) == {}
        assert await db.scalar(sa.select(sa.func.count()).select_from(Group)) == 0


async def test_who_is_erased_loses_the_name_in_the_groups_table_too(database, campaign):
    await put(database, campaign, WHOLE)
    async with database.begin() as db:
        group = await db.scalar(sa.select(Group))
        person = Person(telegram_id=7, name="小王", created_at=NOW)
        person.appoint(Role.liaison, NOW, group_id=group.id)
        db.add(person)
        await db.flush()
        assert [row["name"] for row in (await people.export(db, person))["seats"]] == ["小王"]
        await people.erase(db, person, NOW)
    async with database.read() as db:
        assert [one.name for one in await seats.of_group(db, group.id)] == ["李组长", ""]


async def test_a_visit_planned_at_a_unit_that_dropped_out_is_nobodys_any_more(database, campaign):
    await put(database, campaign, WHOLE)
    async with database.begin() as db:
        stored = await units(db)
        person = Person(telegram_id=7, name="小钱", created_at=NOW)
        person.appoint(Role.leader, NOW, group_id=stored["B"].group_id)
        form = FormVersion(
            form_id="f", version="1", title="f", xform="x", source=b"", source_name="f.md", sha256="0", published_at=NOW
        )
        db.add_all([person, form])
        await db.flush()
        for code in ("B", "C"):
            visit = Visit(
                unit_id=stored[code].id, group_id=stored["B"].group_id, form_version_id=form.id, created_at=NOW
            )
            await visits.plan(db, visit)
    await put(database, campaign, Register(units=WHOLE.units[:2], columns=COLUMNS))
    async with database.read() as db:
        known = await people.by_telegram(db, 7)
        assert [one.unit.code for one in await agenda.planned_for(db, known, NOW)] == ["B"]
