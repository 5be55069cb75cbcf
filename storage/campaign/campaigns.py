"""Campaigns and what they are made of: groups, rounds and the tree of units.

One aggregate because they are set up together; what happens at a unit is in visits.py.
"""

from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storage.entity import Entity, Json, Session
from supervision.scope import Scope


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
    country: Mapped[str | None] = mapped_column(default=None)
    """Whose holidays it keeps, as in ISO 3166; none: weekends only."""

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
    areas: Mapped[list[str] | None] = mapped_column(default=None)
    """The areas it answers for, as paths."""
    timezone: Mapped[str | None] = mapped_column(default=None)
    """Where its clocks are, an IANA name; none: where the campaign's are."""


class Round(Entity):
    """A dated window of visits, both days included."""

    __tablename__ = "rounds"
    __table_args__ = (sa.UniqueConstraint("campaign_id", "number"),)

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaigns.id"))
    number: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    areas: Mapped[list[str] | None] = mapped_column(default=None)
    """The areas it is about; none for all."""
    levels: Mapped[list[int] | None] = mapped_column(sa.JSON(none_as_null=True), default=None)
    tags: Mapped[list[str] | None] = mapped_column(default=None)
    group_ids: Mapped[list[int] | None] = mapped_column(sa.JSON(none_as_null=True), default=None)
    """Likewise the levels, tags and groups."""
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    """When the office said that it is over; nothing more is planned in it then."""

    @property
    def scope(self) -> Scope:
        """Return which units it is about."""
        parts = (self.levels, self.areas, self.tags, self.group_ids)
        levels, areas, tags, groups = (tuple(each or ()) for each in parts)
        return Scope(levels, areas, tags, groups)  # type: ignore[arg-type] # each is of its own type


class Unit(Entity):
    """Who is supervised: ``level`` 1–5 from the top, ``area`` a province/city/county path, one group answers for it.

    ``members`` is how many people belong to it, ``latitude`` and ``longitude`` (degrees) where it is, if that is known.
    One that drops out of the register is retired and says why; it is never deleted, for what was found there stays.
    """

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
    members: Mapped[int | None] = mapped_column(default=None)
    contact: Mapped[str | None] = mapped_column(default=None)
    phone: Mapped[str | None] = mapped_column(default=None)
    note: Mapped[str | None] = mapped_column(default=None)
    retired_at: Mapped[datetime | None] = mapped_column(default=None)
    retired_why: Mapped[str | None] = mapped_column(default=None)
    latitude: Mapped[float | None] = mapped_column(default=None)
    longitude: Mapped[float | None] = mapped_column(default=None)

    @property
    def place(self) -> tuple[float, float] | None:
        """Where it is, in degrees; None when nobody has said."""
        if self.latitude is None or self.longitude is None:
            return None
        return self.latitude, self.longitude

    def retire(self, why: str, now: datetime) -> None:
        """Take the unit out of the register, with the reason; one that is out keeps its first reason."""
        if self.retired_at is None:
            self.retired_at, self.retired_why = now, why

    @classmethod
    def standing(cls) -> sa.ColumnElement[bool]:
        """Name the units that are in the register."""
        return cls.retired_at.is_(None)


async def all_campaigns(db: Session) -> Sequence[Campaign]:
    """Return every campaign, the latest first."""
    return (await db.scalars(sa.select(Campaign).order_by(Campaign.starts_on.desc(), Campaign.id.desc()))).all()


async def get(db: Session, campaign_id: int) -> Campaign | None:
    """Return one campaign."""
    return await db.get(Campaign, campaign_id)


async def current(db: Session, now: datetime) -> Campaign | None:
    """Return the campaign that is on: the latest that is not over, else the latest."""
    every = await all_campaigns(db)
    on = [one for one in every if one.ends_on >= day_in(one.zone, now)]
    return next(iter(on or every), None)


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


async def round_of(db: Session, round_id: int) -> Round | None:
    """Return one round."""
    return await db.get(Round, round_id)


async def add_round(db: Session, one: Round) -> Round:
    """Add a round; its id is known afterwards."""
    db.add(one)
    await db.flush()
    return one


async def number_of_round(db: Session, round_id: int) -> int:
    """Return the number of one round; raises LookupError when there is none."""
    number = await db.scalar(sa.select(Round.number).where(Round.id == round_id))
    if number is None:
        raise LookupError(f"no round {round_id}")
    return number


async def count_units(db: Session, campaign_id: int) -> dict[int, int]:
    """Return how many units the register has on each level."""
    query = sa.select(Unit.level, sa.func.count()).where(Unit.campaign_id == campaign_id, Unit.standing())
    return dict((await db.execute(query.group_by(Unit.level).order_by(Unit.level))).all())


async def count_by_group(db: Session, campaign_id: int) -> dict[int | None, int]:
    """Return how many units of the register each group answers for; None: nobody does."""
    query = sa.select(Unit.group_id, sa.func.count()).where(Unit.campaign_id == campaign_id, Unit.standing())
    return dict((await db.execute(query.group_by(Unit.group_id))).all())


async def provinces(db: Session, campaign_id: int) -> list[str]:
    """Return the first parts of the areas that units of the register lie in, in order."""
    query = sa.select(Unit.area).where(Unit.campaign_id == campaign_id, Unit.standing()).distinct()
    return sorted({area.partition("/")[0] for area in await db.scalars(query)} - {""})


async def find_units(db: Session, campaign_id: int, words: str, limit: int) -> Sequence[Unit]:
    """Return units with these words in their code or name, those that are retired last."""
    like = "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    found = sa.or_(Unit.code.ilike(like, escape="\\"), Unit.name.ilike(like, escape="\\"))
    query = sa.select(Unit).where(Unit.campaign_id == campaign_id, found)
    order = (Unit.retired_at.is_not(None), Unit.level, Unit.code)
    return (await db.scalars(query.order_by(*order).limit(limit))).all()


async def unit(db: Session, unit_id: int) -> Unit | None:
    """Return one unit."""
    return await db.get(Unit, unit_id)


async def unit_by_code(db: Session, campaign_id: int, code: str) -> Unit | None:
    """Return the unit with that code in a campaign."""
    return await db.scalar(sa.select(Unit).where(Unit.campaign_id == campaign_id, Unit.code == code))


async def units_of_nobody(db: Session, campaign_id: int, limit: int) -> Sequence[Unit]:
    """Return the first units in the register that no group answers for."""
    query = sa.select(Unit).where(Unit.campaign_id == campaign_id, Unit.group_id.is_(None), Unit.standing())
    return (await db.scalars(query.order_by(Unit.level, Unit.code).limit(limit))).all()


async def units_of_group(db: Session, group_id: int) -> Sequence[Unit]:
    """Return the units of the register that a group answers for, in order of code."""
    query = sa.select(Unit).where(Unit.group_id == group_id, Unit.standing())
    return (await db.scalars(query.order_by(Unit.code))).all()
