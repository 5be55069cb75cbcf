"""How digests are sent: at which hour, to which group chat, in which colours; from when on the last one told; nudges.

One row a group, and one for the office under 0; a group without a row has what everybody has. Knows no figures.
"""

from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storage.entity import Entity, Session, Whom, insert_into
from supervision.digest import HOUR, WEEKDAY

OFFICE = 0
"""Stands for the office where a group's id would stand."""


KEEP = timedelta(days=120)
"""How long it stays known who was nudged: that nobody is twice on a day needs only that day."""


class DigestPlan(Entity):
    """The digest of one group or of the office.

    ``chat_id`` is the group chat it also goes to, in ``language``, its pictures in the colours of ``theme``.
    ``told_on`` is the day of the last digest, ``told_at`` when it was told and ``since`` from when on it told.
    """

    __tablename__ = "digest_plans"
    __table_args__ = (sa.Index("ix_digest_plans_chat_id", "chat_id"),)

    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaigns.id"), primary_key=True)
    group_id: Mapped[int] = mapped_column(primary_key=True)
    hour: Mapped[str] = mapped_column(default=f"{HOUR:%H:%M}")
    off: Mapped[bool] = mapped_column(default=False)
    chat_id: Mapped[int | None] = mapped_column(default=None)
    language: Mapped[str] = mapped_column(default="zh_CN")
    theme: Mapped[str] = mapped_column(default="light")
    told_on: Mapped[date | None] = mapped_column(default=None)
    told_at: Mapped[datetime | None] = mapped_column(default=None)
    since: Mapped[datetime | None] = mapped_column(default=None)

    @property
    def clock(self) -> time:
        """Return the hour at which it comes."""
        return time.fromisoformat(self.hour)

    @property
    def weekday(self) -> int | None:
        """Return the day of the week on which it comes; None for every worked day."""
        return None if self.group_id else WEEKDAY

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name what goes to the person's own chat: nothing, for only group chats are written down."""
        return cls.chat_id == whom.telegram_id

    def told(self, day: date, since: datetime, now: datetime) -> None:
        """Note that the digest of a day was told."""
        self.told_on, self.since, self.told_at = day, since, now


class DigestTheme(Entity):
    """In which colours a person wants pictures: ``light`` or ``dark``."""

    __tablename__ = "digest_themes"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), primary_key=True)
    theme: Mapped[str]

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name what the person chose."""
        return cls.person_id == whom.id

    @classmethod
    def forget(cls, whom: Whom, now: datetime) -> sa.Delete:
        """Forget it."""
        del now
        return sa.delete(cls).where(cls.person_id == whom.id)


class Nudge(Entity):
    """That a person was asked on a day to do what is late: once a day, whoever asks."""

    __tablename__ = "nudges"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    at: Mapped[datetime]

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name whom the person nudged, and who nudged them."""
        return sa.or_(cls.person_id == whom.id, cls.by_id == whom.id)

    @classmethod
    def forget(cls, whom: Whom, now: datetime) -> sa.Delete:
        """Forget that they were nudged."""
        del now
        return sa.delete(cls).where(cls.person_id == whom.id)


async def plan_of(db: Session, campaign_id: int, group_id: int, *, lock: bool = False) -> DigestPlan:
    """Return how the digest of a group (0: the office) is sent; with ``lock`` nobody else tells it meanwhile."""
    row = {"campaign_id": campaign_id, "group_id": group_id, "hour": f"{HOUR:%H:%M}", "off": False}
    row |= {"language": "zh_CN", "theme": "light"}
    key = (DigestPlan.campaign_id == campaign_id, DigestPlan.group_id == group_id)
    query = sa.select(DigestPlan).where(*key)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = await db.scalar(query)
    if found is None:
        statement = insert_into(db, DigestPlan).values(row)
        await db.execute(statement.on_conflict_do_nothing(index_elements=["campaign_id", "group_id"]))
        found = (await db.scalars(query)).one()
    return found


async def in_chat(db: Session, chat_id: int) -> list[DigestPlan]:
    """Return the digests that go to a group chat."""
    return list(await db.scalars(sa.select(DigestPlan).where(DigestPlan.chat_id == chat_id)))


async def moved(db: Session, chat_id: int, to_chat_id: int) -> None:
    """Follow a group chat that goes on under another id."""
    statement = sa.update(DigestPlan).where(DigestPlan.chat_id == chat_id).values(chat_id=to_chat_id)
    await db.execute(statement.execution_options(synchronize_session=False))


async def theme_of(db: Session, person_id: int) -> str:
    """Return in which colours a person wants pictures."""
    found = await db.get(DigestTheme, person_id)
    return found.theme if found else "light"


async def choose_theme(db: Session, person_id: int, theme: str) -> None:
    """Draw pictures for a person in these colours from now on."""
    statement = insert_into(db, DigestTheme).values(person_id=person_id, theme=theme)
    await db.execute(statement.on_conflict_do_update(index_elements=["person_id"], set_={"theme": theme}))


async def nudged(db: Session, person_id: int, day: date) -> Nudge | None:
    """Return that a person was nudged on a day, None when nobody did."""
    return await db.get(Nudge, (person_id, day))


async def nudge(db: Session, person_id: int, day: date, by_id: int, now: datetime) -> bool:
    """Note that a person is nudged; False when somebody has done so that day."""
    statement = insert_into(db, Nudge).values(person_id=person_id, day=day, by_id=by_id, at=now)
    statement = statement.on_conflict_do_nothing(index_elements=["person_id", "day"])
    return await db.scalar(statement.returning(Nudge.person_id)) is not None


async def prune(db: Session, before: date) -> int:
    """Forget the nudges of the days before one; return how many."""
    statement = sa.delete(Nudge).where(Nudge.day < before).returning(Nudge.person_id)
    return len((await db.execute(statement.execution_options(synchronize_session=False))).all())
