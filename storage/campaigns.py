"""Campaigns and what they are made of: groups, rounds and the tree of units.

One aggregate because they are set up together; what happens at a unit is in visits.py.
"""

from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storage.entity import Entity, Json, Session


def day_in(zone: tzinfo, moment: datetime) -> date:
    """Return the date of a moment where that zone's clocks are: there it may still be, or already be, another day."""
    return moment.astimezone(zone).date()


class Campaign(Entity):
    """A named effort with dates; ``title`` is {language: text}, ``timezone`` an IANA name, ``pack`` its origin."""

    __tablename__ = "campaigns"

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    title: Mapped[Json]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    timezone: Mapped[str] = mapped_column(default="Asia/Shanghai")
    pack: Mapped[str] = mapped_column(default="")

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone the campaign lives by."""
        return ZoneInfo(self.timezone)

    def title_in(self, language: str) -> str:
        """Return the title in that language, else in any it has, else the name."""
        return str(self.title.get(language) or next(iter(self.title.values()), self.name))


class Group(Entity):
    """A supervision group; who leads it and who is in it are roles of people."""

    __tablename__ = "groups"
    __table_args__ = (sa.UniqueConstraint("campaign_id", "name"),)

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaigns.id"))
    name: Mapped[str]


class Round(Entity):
    """A dated window of visits, both days included."""

    __tablename__ = "rounds"
    __table_args__ = (sa.UniqueConstraint("campaign_id", "number"),)

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaigns.id"))
    number: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date]


class Unit(Entity):
    """Who is supervised: ``level`` 1–5 from the top, ``area`` a province/city/county path, one group answers for it."""

    __tablename__ = "units"
    __table_args__ = (
        sa.UniqueConstraint("campaign_id", "code"),
        sa.Index("ix_units_group_id", "group_id"),
        sa.Index("ix_units_parent_id", "parent_id"),
        sa.CheckConstraint("level BETWEEN 1 AND 5", name="level"),
    )

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaigns.id"))
    code: Mapped[str]
    name: Mapped[str]
    level: Mapped[int]
    area: Mapped[str] = mapped_column(default="")
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("units.id"), default=None)
    tags: Mapped[list[str]] = mapped_column(default_factory=list)
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("groups.id"), default=None)


async def all_campaigns(db: Session) -> Sequence[Campaign]:
    """Return every campaign, the latest first."""
    return (await db.scalars(sa.select(Campaign).order_by(Campaign.starts_on.desc(), Campaign.id.desc()))).all()


async def campaign_named(db: Session, name: str) -> Campaign | None:
    """Return the campaign with that name."""
    return await db.scalar(sa.select(Campaign).where(Campaign.name == name))


async def campaign_of_group(db: Session, group_id: int) -> Campaign | None:
    """Return the campaign a group belongs to."""
    query = sa.select(Campaign).join(Group, Group.campaign_id == Campaign.id).where(Group.id == group_id)
    return await db.scalar(query)


async def zone_of(db: Session, campaign_id: int) -> ZoneInfo:
    """Return the time zone a campaign lives by."""
    return ZoneInfo((await db.scalars(sa.select(Campaign.timezone).where(Campaign.id == campaign_id))).one())


async def on_day(db: Session, now: datetime) -> dict[date, set[int]]:
    """Return the dates that it is now in the campaigns, each with the ids of those campaigns: one date as a rule."""
    days: dict[date, set[int]] = {}
    for campaign_id, zone in await db.execute(sa.select(Campaign.id, Campaign.timezone)):
        days.setdefault(day_in(ZoneInfo(zone), now), set()).add(campaign_id)
    return days


async def groups_of(db: Session, campaign_id: int) -> Sequence[Group]:
    """Return the groups of a campaign."""
    return (await db.scalars(sa.select(Group).where(Group.campaign_id == campaign_id).order_by(Group.id))).all()


async def group(db: Session, group_id: int) -> Group | None:
    """Return one group."""
    return await db.get(Group, group_id)


async def group_named(db: Session, campaign_id: int, name: str) -> Group | None:
    """Return the group with that name in a campaign."""
    return await db.scalar(sa.select(Group).where(Group.campaign_id == campaign_id, Group.name == name))


async def rounds_of(db: Session, campaign_id: int) -> Sequence[Round]:
    """Return the rounds of a campaign in order."""
    return (await db.scalars(sa.select(Round).where(Round.campaign_id == campaign_id).order_by(Round.number))).all()


async def number_of_round(db: Session, round_id: int) -> int:
    """Return the number of one round; raises LookupError when there is none."""
    number = await db.scalar(sa.select(Round.number).where(Round.id == round_id))
    if number is None:
        raise LookupError(f"no round {round_id}")
    return number


async def unit(db: Session, unit_id: int) -> Unit | None:
    """Return one unit."""
    return await db.get(Unit, unit_id)


async def unit_by_code(db: Session, campaign_id: int, code: str) -> Unit | None:
    """Return the unit with that code in a campaign."""
    return await db.scalar(sa.select(Unit).where(Unit.campaign_id == campaign_id, Unit.code == code))


async def units_of_group(db: Session, group_id: int) -> Sequence[Unit]:
    """Return the units a group answers for, in order of code."""
    return (await db.scalars(sa.select(Unit).where(Unit.group_id == group_id).order_by(Unit.code))).all()
