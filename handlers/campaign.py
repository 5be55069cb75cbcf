"""Starts a campaign from a pack: its dates, its rounds and its checklist, all of it or nothing.

Runs inside the caller's transaction. Units, groups and people come with the register, not with the pack.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from forms.convert import convert
from storage import campaigns
from storage import forms as form_versions
from storage.campaigns import Campaign, Round
from supervision import pack as packs

if TYPE_CHECKING:
    from datetime import date, datetime
    from importlib.resources.abc import Traversable

    from storage.database import Session
    from storage.forms import FormVersion
    from supervision.pack import Pack


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


async def start(db: Session, pack_name: str, *, now: datetime, starts_on: date | None = None) -> Started:
    """Start a campaign from a ready-made pack; one that exists already is returned as it is.

    Raises PackError for a pack that cannot be read and FormError for a checklist that does not convert.
    """
    pack = pack_of(pack_name)
    checklist = await _publish(db, folder(pack_name).joinpath(pack.form), now)
    campaign = await campaigns.campaign_named(db, pack.name)
    if campaign is None:
        campaign = await _create(db, pack, starts_on or pack.first_day)
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


async def _create(db: Session, pack: Pack, starts_on: date) -> Campaign:
    campaign = Campaign(
        name=pack.name,
        title=dict(pack.title),
        starts_on=starts_on,
        ends_on=pack.day(pack.length, starts_on),
        timezone=pack.timezone,
        pack=pack.name,
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
    return campaign
