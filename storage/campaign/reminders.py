"""Reminders that are due some day, one row for each person and step, and the timer that makes their message.

All that is due to a person goes out as one message; what has been told, done or explained is never told again. Which
steps there are is worked out in supervision/reminders.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storage.chat import timers
from storage.entity import Entity, Session, Whom, insert_into
from storage.people import Person
from supervision.reminders import Step

TIMER = "reminder.due"
KEEP = timedelta(days=120)
"""How long a reminder that was told stays: longer than any step is planned twice."""

_FROM = ":from:"
_WAITING = sa.text("state = 'waiting'")


class State(StrEnum):
    """What became of a reminder."""

    waiting = "waiting"
    told = "told"
    explained = "explained"
    handed = "handed"


class Reminder(Entity):
    """One step for one person; ``key`` makes it the same when it is planned again, ``matter`` is what it is about.

    ``why`` is what somebody said who cannot do it, ``by`` the step's days from the deadline.
    """

    __tablename__ = "reminders"
    __table_args__ = (
        sa.Index("ix_reminders_person_id", "person_id"),
        sa.Index("ix_reminders_matter", "matter"),
        sa.Index("ix_reminders_due", "due_at", sqlite_where=_WAITING, postgresql_where=_WAITING),
    )

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaigns.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    kind: Mapped[str]
    matter: Mapped[str]
    due_on: Mapped[date]
    by: Mapped[int]
    urgent: Mapped[bool] = mapped_column(default=False)
    due_at: Mapped[datetime]
    state: Mapped[State] = mapped_column(default=State.waiting)
    told_at: Mapped[datetime | None] = mapped_column(default=None)
    why: Mapped[str] = mapped_column(default="")

    @property
    def giver_id(self) -> int | None:
        """Return who handed it over to its person; None for one that was theirs from the beginning."""
        _, found, names = self.key.rpartition(_FROM)
        return int(names.partition(":")[0]) if found else None

    def copied(self, to: int, at: datetime) -> "Reminder":
        """Return the same for somebody else, due at a moment."""
        return Reminder(
            key=f"{self.key}{_FROM}{self.person_id}:{to}",
            campaign_id=self.campaign_id,
            person_id=to,
            kind=self.kind,
            matter=self.matter,
            due_on=self.due_on,
            by=self.by,
            urgent=self.urgent,
            due_at=at,
        )

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name what the person is or was reminded of."""
        return cls.person_id == whom.id

    @classmethod
    def forget(cls, whom: Whom, now: datetime) -> sa.Delete:
        """Remind of nothing any more, and forget what was said about it."""
        del now
        return sa.delete(cls).where(cls.person_id == whom.id)


async def plan(db: Session, campaign_id: int, steps: Iterable[Step], chats: dict[int, int], now: datetime) -> int:
    """Plan steps that are not planned yet, and a timer for each person and moment; returns how many were new.

    ``chats`` is where each person is told. A step that is planned, told or explained stays what it is.
    """
    new = 0
    for one in steps:
        row = {
            "key": one.key,
            "campaign_id": campaign_id,
            "person_id": one.person_id,
            "kind": one.matter.kind,
            "matter": one.matter.key,
            "due_on": one.matter.due,
            "by": one.rung.days,
            "urgent": one.rung.urgent,
            "due_at": one.at,
            "state": State.waiting,
            "why": "",
        }
        statement = insert_into(db, Reminder).values(row).on_conflict_do_nothing(index_elements=["key"])
        if await db.scalar(statement.returning(Reminder.id)) is None:
            continue
        new += 1
        await wake(db, one.person_id, chats[one.person_id], max(one.at, now))
    return new


async def wake(db: Session, person_id: int, chat_id: int, at: datetime) -> None:
    """Have what is due to a person then told: one timer for each person and moment, however much is due."""
    key = f"reminder:{person_id}:{at:%Y%m%d%H%M%S}"
    await timers.plan(db, key, at, chat_id, TIMER, {"person": person_id})


async def due(db: Session, person_id: int, now: datetime) -> Sequence[Reminder]:
    """Return what is due to a person and has not been told, the earliest deadline first; nobody else tells it now."""
    query = (
        sa.select(Reminder)
        .where(Reminder.person_id == person_id, Reminder.state == sa.literal_column("'waiting'"))
        .where(Reminder.due_at <= now)
        .order_by(Reminder.due_on, Reminder.matter, Reminder.by)
        .with_for_update()
    )
    return (await db.scalars(query)).all()


async def get(db: Session, reminder_id: int) -> Reminder | None:
    """Return one reminder."""
    return await db.get(Reminder, reminder_id)


async def hand(db: Session, one: Reminder, to: int, at: datetime) -> bool:
    """Hand a reminder over to somebody who is told at a moment; False when they have had it already."""
    copy = one.copied(to, at)
    if await db.scalar(sa.select(Reminder.id).where(Reminder.key == copy.key)) is not None:
        return False
    one.state = State.handed
    db.add(copy)
    await db.flush()
    return True


async def taker_of(db: Session, one: Reminder) -> str | None:
    """Return the name of whoever a reminder was handed over to; None where nobody has it any more."""
    query = sa.select(Person.name).join(Reminder, Reminder.person_id == Person.id)
    query = query.where(Reminder.matter == one.matter, Reminder.key.startswith(one.key + _FROM, autoescape=True))
    return await db.scalar(query.order_by(Reminder.id).limit(1))


async def told_with(db: Session, one: Reminder) -> Sequence[Reminder]:
    """Return what a person was told in the same message as one, of each matter the last step, the earliest first."""
    query = sa.select(Reminder).where(Reminder.person_id == one.person_id, Reminder.told_at == one.told_at)
    found = await db.scalars(query.where(Reminder.campaign_id == one.campaign_id).order_by(Reminder.by))
    return latest(found)


def latest(some: Iterable[Reminder]) -> list[Reminder]:
    """Return of each matter the last step, the earliest deadline first."""
    found = {one.matter: one for one in sorted(some, key=lambda one: one.by)}
    return sorted(found.values(), key=lambda one: (one.due_on, one.matter))


async def given_back(db: Session, one: Reminder, now: datetime) -> Reminder | None:
    """Have whoever handed a reminder over told again; None where it was not handed over, or is done with."""
    key, found, _ = one.key.rpartition(_FROM)
    query = sa.select(Reminder).where(Reminder.key == key, Reminder.state == State.handed).with_for_update()
    before = await db.scalar(query) if found else None
    if before is not None:
        before.state, before.due_at = State.waiting, now
    return before


async def forget(db: Session, ids: Iterable[int]) -> None:
    """Delete reminders that nobody needs any more: what they are about is done, or due on another day."""
    statement = sa.delete(Reminder).where(Reminder.id.in_(list(ids)))
    await db.execute(statement.execution_options(synchronize_session=False))


async def drop(db: Session, matters: Iterable[str]) -> None:
    """Take back what waits about some matters: they are done, or their deadline is another one."""
    statement = sa.delete(Reminder).where(Reminder.matter.in_(list(matters)), Reminder.state == State.waiting)
    await db.execute(statement.execution_options(synchronize_session=False))


async def explained(db: Session, matter: str) -> Sequence[Reminder]:
    """Return what people said who cannot do a thing, the latest first."""
    query = sa.select(Reminder).where(Reminder.matter == matter, Reminder.why != "").order_by(Reminder.told_at.desc())
    return (await db.scalars(query)).all()


async def prune(db: Session, before: datetime) -> int:
    """Delete reminders that were told before a moment; return how many."""
    statement = sa.delete(Reminder).where(Reminder.told_at < before).returning(Reminder.id)
    return len((await db.execute(statement.execution_options(synchronize_session=False))).all())
