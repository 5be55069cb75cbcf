"""Fills an empty database with the demonstration campaign of a pack: groups, units, visits, and an invitation a phone.

Runs once in one transaction. Nobody is let in here: each phone gets the same one-time link a real person would. So
nobody exists yet who could be put on a visit by name: a visit belongs to its group, whose leader, deputy and inspectors
may all work on it, and ``team`` in ``demo.toml`` says no more than who is meant to go.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from handlers import campaign as campaigns_journey
from storage import invitations
from storage.campaign import forms
from storage.campaign.campaigns import Group, Unit, day_in
from storage.people import Role
from storage.visit.visits import Visit

if TYPE_CHECKING:
    from datetime import datetime

    from handlers.campaign import Started
    from storage.database import Session

LIFETIME = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class DemoPhone:
    """One person of the demonstration; ``start`` is the payload of their invitation link."""

    id: int
    name: str
    language_code: str
    role: str
    start: str


def demo_of(pack: str) -> dict[str, Any]:
    """Read a pack's ``demo.toml``."""
    return tomllib.loads(campaigns_journey.folder(pack).joinpath("demo.toml").read_text(encoding="utf-8"))


async def seed(db: Session, pack: str, now: datetime) -> list[DemoPhone]:
    """Set up the demonstration campaign so that today is the day of it that ``demo.toml`` names."""
    demo = demo_of(pack)
    today = day_in(ZoneInfo(campaigns_journey.pack_of(pack).timezone), now)
    started = await campaigns_journey.start(db, pack, now=now, starts_on=today - timedelta(days=demo["today"]))
    groups = await _groups(db, demo, started)
    units = await _units(db, demo, started, groups)
    await _visits(db, demo, started, units, today, now)
    return [await _phone(db, one, groups, units, now) for one in demo["phones"]]


async def _groups(db: Session, demo: dict[str, Any], started: Started) -> dict[str, Group]:
    groups = {one["code"]: Group(campaign_id=started.campaign.id, name=one["name"]) for one in demo["groups"]}
    db.add_all(groups.values())
    await db.flush()
    return groups


async def _units(db: Session, demo: dict[str, Any], started: Started, groups: dict[str, Group]) -> dict[str, Unit]:
    units: dict[str, Unit] = {}
    for one in demo["units"]:
        unit = Unit(
            campaign_id=started.campaign.id,
            code=one["code"],
            name=one["name"],
            level=one["level"],
            area=one.get("area", ""),
            tags=list(one.get("tags", ())),
            parent_id=units[one["parent"]].id if "parent" in one else None,
            group_id=groups[one["group"]].id if "group" in one else None,
        )
        db.add(unit)
        await db.flush()
        units[unit.code] = unit
    return units


async def _visits(
    db: Session, demo: dict[str, Any], started: Started, units: dict[str, Unit], today: date, now: datetime
) -> None:
    rounds = {one.number: one for one in started.rounds}
    chosen = {one.number: await forms.of_round(db, one.id) or started.checklist for one in started.rounds}
    for one in demo["visits"]:
        unit = units[one["unit"]]
        if unit.group_id is None:
            raise LookupError(f"no group answers for {unit.code}")
        db.add(
            Visit(
                unit_id=unit.id,
                round_id=rounds[one["round"]].id,
                group_id=unit.group_id,
                form_version_id=chosen[one["round"]].id,
                planned_on=today + timedelta(days=one["in_days"]),
                created_at=now,
            )
        )
    await db.flush()


async def _phone(
    db: Session, one: dict[str, Any], groups: dict[str, Group], units: dict[str, Unit], now: datetime
) -> DemoPhone:
    unit = units.get(one.get("unit", ""))
    group_id = groups[one["group"]].id if "group" in one else unit.group_id if unit else None
    _, token = await invitations.create(
        db,
        role=Role(one["role"]),
        name=one["name"],
        group_id=group_id,
        unit_id=unit.id if unit else None,
        now=now,
        lifetime=LIFETIME,
    )
    return DemoPhone(one["id"], one["name"], one["language_code"], one["role"], token)
