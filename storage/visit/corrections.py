"""Corrections: single items of a submitted visit, sent back to whoever answered them, mended, and judged.

What is mended lies in the ticket until it is approved: nobody who reads the visit sees half of a correction. Then it is
written over the answers, which keep their history, and every step of a ticket is linked into the visit's chain.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from storage.campaign.campaigns import Unit
from storage.entity import Entity, Json, Session, Whom
from storage.people import FIELD, Appointment, Person, Role
from storage.vault.custody import Kept
from storage.visit import visits
from storage.visit.visits import Visit, VisitMember

LONGEST = 500
"""Characters of a comment, or of a reason."""

_LIVE = sa.text("state IN ('open', 'mended', 'declined')")


class State(StrEnum):
    """How far a ticket is: with whoever mends, with whoever judges, or over."""

    open = "open"
    mended = "mended"
    declined = "declined"
    approved = "approved"
    dropped = "dropped"


class Correction(Kept, Entity):
    """One item to be mended: ``path`` as its answer is stored, ``number`` as people call it.

    ``draft`` is what was mended and does not stand yet, {stored path: value}; ``thread`` what was said, oldest first:
    {"said": [[person, deed, words, moment]]}.
    """

    in_custody: ClassVar[str] = "correction"
    kept: ClassVar[tuple[str, ...]] = (
        "id", "visit_id", "path", "number", "to_id", "by_id", "state", "draft", "thread", "due_on", "at", "changed_at",
    )  # fmt: skip

    __tablename__ = "corrections"
    __table_args__ = (
        sa.Index("ix_corrections_visit_id", "visit_id"),
        sa.Index("ix_corrections_to_id", "to_id", "state"),
        sa.Index("ix_corrections_by_id", "by_id"),
        sa.Index("uq_corrections_live", "visit_id", "path", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
    )

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    visit_id: Mapped[int] = mapped_column(sa.ForeignKey("visits.id"))
    path: Mapped[str]
    number: Mapped[str]
    to_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    state: Mapped[State] = mapped_column(default=State.open)
    draft: Mapped[Json] = mapped_column(default_factory=dict)
    thread: Mapped[Json] = mapped_column(default_factory=dict)
    due_on: Mapped[date]
    at: Mapped[datetime]
    changed_at: Mapped[datetime]
    visit: Mapped[Visit] = relationship(init=False, lazy="raise")

    @property
    def live(self) -> bool:
        """Tell whether something is still to be done about it."""
        return self.state in {State.open, State.mended, State.declined}

    @property
    def said(self) -> list[tuple[int, str, str]]:
        """Return what was said: who, on what occasion, in which words; oldest first."""
        return [(int(who), str(deed), str(words)) for who, deed, words, _ in self.thread.get("said", ())]

    def last(self, deed: str) -> tuple[int, str]:
        """Return who said what on the latest occasion of a kind; (0, '') when there was none."""
        return next(((who, words) for who, what, words in reversed(self.said) if what == deed), (0, ""))

    def step(self, by: Person, state: State, now: datetime, words: str = "") -> None:
        """Go on to another state; the words are kept with it."""
        deed = "sent" if state is State.open else state.value
        self.thread = {"said": [*self.thread.get("said", ()), [by.id, deed, words, now.isoformat()]]}
        self.state, self.changed_at = state, now

    def hand(self, to: Person, now: datetime) -> None:
        """Give it to somebody else to mend."""
        self.to_id, self.changed_at = to.id, now

    def fill(self, path: str, value: str, standing: str, now: datetime) -> None:
        """Keep what a question is mended to; the value that stands anyway is no change."""
        rest = {one: kept for one, kept in self.draft.items() if one != path}
        self.draft = rest if value == standing else rest | {path: value}
        self.changed_at = now

    def noticed(self, changed: frozenset[str]) -> str:
        """Name the deed that changed these columns."""
        if not changed:
            return "sent"
        if "thread" in changed:
            return self.said[-1][1]
        return "handed" if "to_id" in changed else "filled"

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name what the person sent back or was to mend; it is a record of the visit and stays."""
        return sa.or_(cls.to_id == whom.id, cls.by_id == whom.id)


def path_of(ticket: Correction) -> str:
    """Return the path under which new evidence lies with its visit until the correction is approved."""
    return f"correction:{ticket.id}"


_WITH_VISIT = joinedload(Correction.visit).joinedload(Visit.unit)


async def add(db: Session, ticket: Correction) -> Correction:
    """Write a ticket down; its id is known afterwards. Whoever calls has locked the visit."""
    db.add(ticket)
    await db.flush()
    return ticket


async def get(db: Session, ticket_id: int, *, lock: bool = True) -> tuple[Correction, Visit] | None:
    """Return a ticket with its visit, which is locked until this transaction ends: so nothing changes the ticket."""
    visit_id = await db.scalar(sa.select(Correction.visit_id).where(Correction.id == ticket_id))
    visit = await visits.get(db, visit_id, lock=lock) if visit_id is not None else None
    if visit is None:
        return None
    query = sa.select(Correction).where(Correction.id == ticket_id).execution_options(populate_existing=lock)
    return (await db.scalars(query)).one(), visit


async def of_visit(db: Session, visit_id: int) -> Sequence[Correction]:
    """Return the tickets of a visit, those that are over too, in the order they were sent."""
    query = sa.select(Correction).where(Correction.visit_id == visit_id).order_by(Correction.id)
    return (await db.scalars(query)).all()


async def waiting_for(db: Session, person: Person, now: datetime, limit: int = 50) -> list[Correction]:
    """Return what a person is to mend or to judge, with visit and unit, the earliest deadline first.

    Whoever leads a group judges, and has what somebody was to mend who no longer works on the visit.
    """
    led = [one.group_id for one in person.roles_now(now) if one.role in (Role.leader, Role.deputy) and one.group_id]
    judged = Correction.state.in_((State.mended, State.declined))
    left = sa.and_(Correction.state == State.open, sa.not_(_works(now)))
    mine = sa.and_(Correction.state == State.open, Correction.to_id == person.id, Visit.of(person, now))
    query = (
        sa.select(Correction)
        .join(Visit, Visit.id == Correction.visit_id)
        .where(sa.or_(mine, sa.and_(Visit.group_id.in_(led), sa.or_(judged, left))))
        .options(_WITH_VISIT)
        .order_by(Correction.due_on, Correction.id)
        .limit(limit)
    )
    return list((await db.scalars(query)).unique())


def _works(now: datetime) -> sa.ColumnElement[bool]:
    """Name the tickets whose person still works on the visit."""
    holds = sa.select(Appointment.id).where(
        Appointment.person_id == Correction.to_id, Appointment.role.in_(FIELD), Appointment.holding(now)
    )
    named = sa.select(VisitMember.person_id).where(
        VisitMember.visit_id == Visit.id, VisitMember.person_id == Correction.to_id
    )
    return sa.or_(
        holds.where(Appointment.group_id == Visit.group_id).correlate(Correction, Visit).exists(),
        sa.and_(holds.correlate(Correction).exists(), named.correlate(Correction, Visit).exists()),
    )


async def unsettled(db: Session, campaign_id: int, now: datetime) -> list[tuple[Correction, bool]]:
    """Return the tickets of a campaign that are not over, with visit; and whether their person still works on it."""
    query = (
        sa.select(Correction, _works(now))
        .join(Visit, Visit.id == Correction.visit_id)
        .join(Unit, Unit.id == Visit.unit_id)
        .where(Unit.campaign_id == campaign_id, _LIVE_STATES)
        .options(_WITH_VISIT)
        .order_by(Correction.id)
    )
    return [(one, bool(works)) for one, works in (await db.execute(query)).unique()]


_LIVE_STATES = Correction.state.in_((State.open, State.mended, State.declined))


async def counts(db: Session, visit_ids: Collection[int]) -> dict[int, int]:
    """Return how many tickets of some visits are not over; visits without any are left out."""
    query = sa.select(Correction.visit_id, sa.func.count()).where(Correction.visit_id.in_(visit_ids), _LIVE_STATES)
    return dict((await db.execute(query.group_by(Correction.visit_id))).all())
