"""What a campaign and its people decide about time: days that are worked or not against the rule, quiet hours.

The rule itself, holidays and clock changes, is in supervision/calendar.
"""

from collections.abc import Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storage.campaign.campaigns import Campaign, Group
from storage.entity import Entity, Session, Whom, insert_into
from supervision.calendar import Calendar, Quiet


class CalendarDay(Entity):
    """One day that a campaign works or does not against the rule of its country; ``why`` in words."""

    __tablename__ = "calendar_days"

    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaigns.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    works: Mapped[bool]
    why: Mapped[str] = mapped_column(default="")


class QuietHours(Entity):
    """When a person is not to be reminded, by the clock of their group: ``HH:MM``; the same twice means never."""

    __tablename__ = "quiet_hours"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), primary_key=True)
    begins: Mapped[str]
    ends: Mapped[str]

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name the person's own."""
        return cls.person_id == whom.id

    @classmethod
    def forget(cls, whom: Whom, now: datetime) -> sa.Delete:
        """Forget them."""
        del now
        return sa.delete(cls).where(cls.person_id == whom.id)


async def days_of(db: Session, campaign_id: int) -> Sequence[CalendarDay]:
    """Return what a campaign has decided, in order of days."""
    query = sa.select(CalendarDay).where(CalendarDay.campaign_id == campaign_id).order_by(CalendarDay.day)
    return (await db.scalars(query)).all()


async def calendar_of(db: Session, campaign: Campaign) -> Calendar:
    """Return the working calendar of a campaign."""
    days = {one.day: one.works for one in await days_of(db, campaign.id)}
    return Calendar(campaign.country or "", days)


async def decide(db: Session, campaign_id: int, day: date, *, works: bool, why: str = "") -> None:
    """Decide that a day is worked or not."""
    row = {"works": works, "why": why}
    statement = insert_into(db, CalendarDay).values(row | {"campaign_id": campaign_id, "day": day})
    await db.execute(statement.on_conflict_do_update(index_elements=["campaign_id", "day"], set_=row))


async def undecide(db: Session, campaign_id: int, day: date) -> None:
    """Let the rule hold for a day again."""
    await db.execute(sa.delete(CalendarDay).where(CalendarDay.campaign_id == campaign_id, CalendarDay.day == day))


async def quiet_of(db: Session, person_id: int) -> Quiet:
    """Return the hours in which a person is left alone; those of everybody when nothing else was said."""
    found = await db.get(QuietHours, person_id)
    return Quiet(time.fromisoformat(found.begins), time.fromisoformat(found.ends)) if found else Quiet()


async def quiet_of_all(db: Session) -> dict[int, Quiet]:
    """Return the hours in which people are left alone, of everybody who said which, by person."""
    rows = await db.scalars(sa.select(QuietHours))
    return {one.person_id: Quiet(time.fromisoformat(one.begins), time.fromisoformat(one.ends)) for one in rows}


async def keep_quiet(db: Session, person_id: int, quiet: Quiet) -> None:
    """Leave a person alone in these hours from now on."""
    row = {"begins": f"{quiet.begins:%H:%M}", "ends": f"{quiet.ends:%H:%M}"}
    statement = insert_into(db, QuietHours).values(row | {"person_id": person_id})
    await db.execute(statement.on_conflict_do_update(index_elements=["person_id"], set_=row))


def zone_of_group(campaign: Campaign, group: Group | None) -> ZoneInfo:
    """Return the time zone a group works in: its own, else the campaign's."""
    return ZoneInfo(group.timezone) if group and group.timezone else campaign.zone
