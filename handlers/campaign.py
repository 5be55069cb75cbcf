"""Starts a campaign from a pack: its dates, its rounds and its checklist, all of it or nothing.

Runs inside the caller's transaction. Units, groups and people come with the register, not with the pack.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from forms.convert import convert
from storage.campaign import campaigns
from storage.campaign import forms as form_versions
from storage.campaign.campaigns import Campaign, Round
from storage.campaign.work import Phase, WorkItem
from storage.chat import timers
from storage.people import Role
from supervision import pack as packs
from supervision.register import terms

if TYPE_CHECKING:
    from datetime import date, datetime
    from importlib.resources.abc import Traversable

    from storage.campaign.forms import FormVersion
    from storage.database import Session
    from supervision.pack import Pack
    from supervision.register.terms import Terms


GUIDE: Final = "interview.md"
"""The questions of an interview, in a pack that has some; the form's id is that of :func:`guide_id`."""


def guide_id(pack_name: str) -> str:
    """Return the id of the form that guides the interviews of a campaign of this pack."""
    return f"{pack_name.replace('-', '_')}_interview"


@dataclass(frozen=True, slots=True)
class Started:
    """A campaign that has been set up, and the checklist its visits begin with."""

    campaign: Campaign
    checklist: FormVersion
    rounds: tuple[Round, ...]


def folder(name: str) -> Traversable:
    """Return the folder of a ready-made pack; raises PackError when there is none of that name."""
    place = files("packs").joinpath(name)
    if not place.joinpath("campaign.toml").is_file():
        raise packs.PackError(f"there is no pack called {name}")
    return place


def pack_of(name: str) -> Pack:
    """Return what a ready-made pack says; raises PackError when there is none of that name or it cannot be read."""
    return packs.read(folder(name).joinpath("campaign.toml").read_text(encoding="utf-8"))


def ready() -> tuple[str, ...]:
    """Return the names of the ready-made packs."""
    return tuple(sorted(one.name for one in files("packs").iterdir() if one.joinpath("campaign.toml").is_file()))


@cache
def terms_of(name: str) -> Terms:
    """Return what the words of a register mean in a campaign of that pack; with no pack, what everybody would say."""
    if not name:
        return terms.read("")
    country = pack_of(name).country
    areas = files("packs").joinpath("areas").joinpath(f"{country}.toml")
    written = areas.read_text(encoding="utf-8") if areas.is_file() else ""
    return terms.read(folder(name).joinpath("campaign.toml").read_text(encoding="utf-8"), written)


def template_of(name: str, language: str) -> bytes | None:
    """Return the empty register of a pack as an Excel file, None when it has none."""
    place = files("packs").joinpath(name).joinpath(f"register-template.{language}.xlsx")
    return place.read_bytes() if name and place.is_file() else None


async def start(
    db: Session, pack_name: str, *, now: datetime, starts_on: date | None = None, name: str = ""
) -> Started:
    """Start a campaign from a ready-made pack; one that exists already is returned as it is.

    ``name`` is what it is known by; '' for that of its pack, which serves for the first campaign of it.

    Raises PackError for a pack that cannot be read and FormError for a checklist that does not convert.
    """
    pack = pack_of(pack_name)
    checklist = await _publish(db, folder(pack_name).joinpath(pack.form), now)
    guide = folder(pack_name).joinpath(GUIDE)
    if guide.is_file():
        await _publish(db, guide, now)
    campaign = await campaigns.campaign_named(db, name or pack.name)
    if campaign is None:
        campaign = await _create(db, pack, starts_on or pack.first_day, name or pack.name, now)
    rounds = await campaigns.rounds_of(db, campaign.id)
    return Started(campaign, checklist, tuple(rounds))


async def _publish(db: Session, file: Traversable, now: datetime) -> FormVersion:
    source = file.read_bytes()
    made = convert(source, file.name)
    return await form_versions.publish(
        db,
        form_id=made.form_id,
        version=made.version,
        title=made.title,
        xform=made.xform,
        source=source,
        source_name=file.name,
        now=now,
    )


async def _create(db: Session, pack: Pack, starts_on: date, name: str, now: datetime) -> Campaign:
    campaign = Campaign(
        name=name,
        title=dict(pack.title),
        starts_on=starts_on,
        ends_on=pack.day(pack.length, starts_on),
        timezone=pack.timezone,
        pack=pack.name,
        country=pack.country or None,
    )
    db.add(campaign)
    await db.flush()
    db.add_all(
        Round(
            campaign_id=campaign.id,
            number=one.number,
            starts_on=pack.day(one.first, starts_on),
            ends_on=pack.day(one.last, starts_on),
        )
        for one in pack.rounds
    )
    await db.flush()
    await _plan(db, pack, campaign)
    first = {"campaign": campaign.id, "since": now.isoformat()}
    await timers.plan(db, f"reminder.plan:{campaign.id}:first", now, 0, "reminder.plan", first)
    return campaign


async def _plan(db: Session, pack: Pack, campaign: Campaign) -> None:
    """Lay the pack's phases and work items over the campaign's dates."""
    phases = {
        one.code: Phase(
            campaign_id=campaign.id,
            code=one.code,
            title=dict(one.title),
            starts_on=pack.day(one.first, campaign.starts_on),
            ends_on=pack.day(one.last, campaign.starts_on),
        )
        for one in pack.phases
    }
    db.add_all(phases.values())
    await db.flush()
    db.add_all(
        WorkItem(
            campaign_id=campaign.id,
            phase_id=phases[one.phase].id,
            number=one.number,
            owner=Role(one.owner),
            due_on=pack.day(one.due, campaign.starts_on),
            title=dict(one.title),
            done_when=dict(one.done_when),
        )
        for one in pack.tasks
    )
    await db.flush()
