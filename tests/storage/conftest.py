"""A small campaign that storage's tests share: one group, one unit, one form, two inspectors, one visit."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from storage.campaign import forms
from storage.campaign.campaigns import Campaign, Group, Round, Unit
from storage.database import Database
from storage.people import Person, Role
from storage.visit import visits
from storage.visit.visits import Visit


@dataclass(frozen=True)
class World:
    now: datetime
    campaign: Campaign
    group: Group
    unit: Unit
    form: forms.FormVersion
    first: Person
    second: Person
    visit: Visit


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 10, 16, 8, tzinfo=UTC)


@pytest.fixture
async def world(database: Database, now: datetime) -> World:
    async with database.begin() as db:
        campaign = Campaign(
            name="theme", title={"zh_CN": "巡回督导"}, starts_on=date(2026, 10, 1), ends_on=date(2026, 12, 31)
        )
        db.add(campaign)
        await db.flush()
        group = Group(campaign_id=campaign.id, name="二组")
        db.add(group)
        db.add(Round(campaign_id=campaign.id, number=1, starts_on=date(2026, 10, 16), ends_on=date(2026, 10, 30)))
        await db.flush()
        unit = Unit(campaign_id=campaign.id, code="330109", name="萧山项目党支部", level=5, group_id=group.id)
        db.add(unit)
        form = await forms.publish(
            db,
            form_id="checklist",
            version="1",
            title="检查表",
            xform="<h:html/>",
            source=b"| survey |",
            source_name="checklist.md",
            now=now,
        )
        people = [Person(telegram_id=n, name=f"督导员0{n}", created_at=now) for n in (1, 2)]
        for one in people:
            one.appoint(Role.inspector, now, group_id=group.id)
        db.add_all(people)
        await db.flush()
        visit = await visits.plan(
            db, Visit(unit_id=unit.id, group_id=group.id, form_version_id=form.id, created_at=now)
        )
    return World(now, campaign, group, unit, form, people[0], people[1], visit)
