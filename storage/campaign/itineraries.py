"""Itineraries: what is proposed and not confirmed, what it would change, and who is to be told of what was changed.

A draft is its maker's own and binds nobody; confirming it makes or moves the planned visits, and those only: one that
has begun stays what it is. What each person is told waits here until they may be disturbed, merged visit by visit.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, selectinload

from storage import leases
from storage.campaign import forms
from storage.campaign.campaigns import Round, Unit
from storage.campaign.forms import FormVersion
from storage.chat import timers
from storage.entity import Entity, Json, Session, Whom
from storage.visit import visits
from storage.visit.visits import Visit, VisitMember

LEASE = timedelta(minutes=2)
TOLD = "itinerary.told"
_WAITING = sa.text("state = 'waiting'")


class State(StrEnum):
    """How far a draft is."""

    waiting = "waiting"
    ready = "ready"


class Itinerary(Entity):
    """A draft for one group of a round, or for all of them (``group_id`` None).

    ``together`` people go on a visit, 0: as the group's size says; ``most`` visits a day. ``file_id`` is the workbook
    it is to be read from, '' for one that is worked out. ``plan`` is JSON data: ``stops`` are [unit, day, [people]],
    ``groups`` what is to be said of each group's plan, by its id as text, ``faults`` what is wrong with the workbook.
    """

    __tablename__ = "itineraries"
    __table_args__ = (
        sa.Index("ix_itineraries_person_id", "person_id"),
        sa.Index("ix_itineraries_round_id", "round_id"),
        sa.Index("ix_itineraries_waiting", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
    )

    secret = frozenset({"file_id"})

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    round_id: Mapped[int] = mapped_column(sa.ForeignKey("rounds.id"))
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("groups.id"), default=None)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    chat_id: Mapped[int]
    created_at: Mapped[datetime]
    together: Mapped[int] = mapped_column(default=0)
    most: Mapped[int] = mapped_column(default=3)
    file_id: Mapped[str] = mapped_column(default="")
    name: Mapped[str] = mapped_column(default="")
    state: Mapped[State] = mapped_column(default=State.waiting)
    retry_at: Mapped[datetime | None] = mapped_column(default=None)
    plan: Mapped[Json] = mapped_column(default_factory=dict)

    @property
    def stops(self) -> dict[int, tuple[date, tuple[int, ...]]]:
        """Return the day and the people of each unit that has a day."""
        return {unit: (date.fromisoformat(day), tuple(people)) for unit, day, people in self.plan.get("stops", ())}

    def keep(self, stops: Mapping[int, tuple[date, tuple[int, ...]]]) -> None:
        """Write other stops down."""
        ordered = sorted(stops.items(), key=lambda each: (each[1][0], each[1][1], each[0]))
        self.plan = {**self.plan, "stops": [[unit, day.isoformat(), list(who)] for unit, (day, who) in ordered]}

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name the person's drafts."""
        return cls.person_id == whom.id

    @classmethod
    def forget(cls, whom: Whom, now: datetime) -> sa.Delete:
        """Throw them away; what was confirmed stands in the visits."""
        del now
        return sa.delete(cls).where(cls.person_id == whom.id)


class ItineraryNews(Entity):
    """That a visit was given to, moved for or taken from a person and they have not been told; None: no day of theirs.

    The same day twice: they stay on it, and others go with them. ``leads``: told because they lead the group, not
    because they go.
    """

    __tablename__ = "itinerary_news"
    __table_args__ = (sa.Index("ix_itinerary_news_person_id", "person_id"),)

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    visit_id: Mapped[int] = mapped_column(sa.ForeignKey("visits.id"))
    was_on: Mapped[date | None]
    is_on: Mapped[date | None]
    leads: Mapped[bool] = mapped_column(default=False)

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name what the person is to be told."""
        return cls.person_id == whom.id

    @classmethod
    def forget(cls, whom: Whom, now: datetime) -> sa.Delete:
        """Tell them nothing any more."""
        del now
        return sa.delete(cls).where(cls.person_id == whom.id)


@dataclass(frozen=True, slots=True)
class Standing:
    """A visit of a round as it is planned now; ``people`` are those put on it by name."""

    visit_id: int
    unit_id: int
    group_id: int
    state: visits.State
    day: date | None
    people: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What confirming would do to one unit: its day and people before and after; no day: none is planned any more."""

    unit_id: int
    group_id: int
    visit_id: int | None
    was_on: date | None
    was: tuple[int, ...]
    is_on: date | None
    people: tuple[int, ...]


async def add(db: Session, one: Itinerary) -> Itinerary:
    """Begin a draft, in place of the one the person had for that round; its id is known afterwards."""
    mine = (Itinerary.person_id == one.person_id, Itinerary.round_id == one.round_id)
    await db.execute(sa.delete(Itinerary).where(*mine).execution_options(synchronize_session=False))
    db.add(one)
    await db.flush()
    return one


async def get(db: Session, itinerary_id: int, *, lock: bool = False) -> Itinerary | None:
    """Return a draft; with ``lock`` nobody else changes it until this transaction ends."""
    query = sa.select(Itinerary).where(Itinerary.id == itinerary_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return await db.scalar(query)


async def of_person(db: Session, person_id: int, round_id: int) -> Itinerary | None:
    """Return the draft somebody has for a round."""
    mine = (Itinerary.person_id == person_id, Itinerary.round_id == round_id)
    return await db.scalar(sa.select(Itinerary).where(*mine).limit(1))


async def drop(db: Session, one: Itinerary) -> None:
    """Throw a draft away."""
    await db.delete(one)
    await db.flush()


async def any_waiting(db: Session, now: datetime) -> bool:
    """Tell whether there is one to be worked out."""
    return await leases.any_due(db, Itinerary, now)


async def waiting(db: Session, now: datetime, limit: int = 1) -> Sequence[Itinerary]:
    """Hand out drafts that are to be worked out; each is the caller's until ``now + LEASE``."""
    return await leases.handed_out(db, Itinerary, now, limit, LEASE)


async def units_of(db: Session, one: Round) -> list[Unit]:
    """Return the units of a round's scope that are in the register, in order of level and code."""
    query = sa.select(Unit).where(Unit.campaign_id == one.campaign_id, Unit.standing())
    scope = one.scope
    return [
        unit
        for unit in await db.scalars(query.order_by(Unit.level, Unit.code))
        if scope.takes(unit.level, unit.area, unit.tags, unit.group_id)
    ]


async def standing(db: Session, round_id: int, *, lock: bool = False) -> list[Standing]:
    """Return the visits of a round as they stand; with ``lock`` nobody begins or moves one meanwhile."""
    query = sa.select(Visit.id, Visit.unit_id, Visit.group_id, Visit.state, Visit.planned_on)
    query = query.where(Visit.round_id == round_id).order_by(Visit.id)
    if lock:
        query = query.with_for_update(key_share=True)
    members: dict[int, list[int]] = {}
    named = sa.select(VisitMember.visit_id, VisitMember.person_id).join(Visit, Visit.id == VisitMember.visit_id)
    rows = (await db.execute(query)).all()
    for visit_id, person_id in await db.execute(named.where(Visit.round_id == round_id)):
        members.setdefault(visit_id, []).append(person_id)
    return [
        Standing(visit_id, unit_id, group_id, state, day, tuple(sorted(members.get(visit_id, ()))))
        for visit_id, unit_id, group_id, state, day in rows
    ]


async def planned_at(db: Session, campaign_id: int, today: date) -> list[tuple[str, Standing]]:
    """Return the visits of a campaign that are planned for today or later and not begun, each with its unit's code.

    Units that have dropped out are among them.
    """
    query = (
        sa.select(Unit.code, Visit)
        .join(Visit.unit)
        .where(Unit.campaign_id == campaign_id, Visit.state == visits.State.planned, Visit.planned_on >= today)
        .options(selectinload(Visit.members))
        .order_by(Visit.id)
    )
    return [
        (
            code,
            Standing(
                one.id,
                one.unit_id,
                one.group_id,
                one.state,
                one.planned_on,
                tuple(each.person_id for each in one.members),
            ),
        )
        for code, one in await db.execute(query)
    ]


async def apply(
    db: Session, one: Round, form_version_id: int, changes: Iterable[Change], now: datetime
) -> list[Change]:
    """Make or move the planned visits as the changes say; returns them with the visit each is about.

    Whoever calls holds the round's visits (``standing`` with ``lock``) and has seen that none of these has begun.
    """
    done: list[Change] = []
    for change in changes:
        if change.visit_id is None:
            visit = Visit(
                unit_id=change.unit_id,
                round_id=one.id,
                group_id=change.group_id,
                form_version_id=form_version_id,
                planned_on=change.is_on,
                created_at=now,
                members=[VisitMember(person_id=person) for person in change.people],
            )
            await visits.plan(db, visit)
            number = visit.id
        else:
            number = change.visit_id
            await _move(db, change)
        done.append(
            Change(change.unit_id, change.group_id, number, change.was_on, change.was, change.is_on, change.people)
        )
    return done


async def _move(db: Session, change: Change) -> None:
    visit = await visits.get(db, change.visit_id or 0)
    if visit is None or visit.state is not visits.State.planned:
        raise LookupError(f"visit {change.visit_id} is not planned any more")
    visit.planned_on = change.is_on
    people = set(change.people)
    for member in [each for each in visit.members if each.person_id not in people]:
        visit.members.remove(member)
        await db.delete(member)
    here = {each.person_id for each in visit.members}
    visit.members += [VisitMember(person_id=person) for person in change.people if person not in here]
    await db.flush()


async def form_for(db: Session, one: Round, source_name: str) -> FormVersion | None:
    """Return the form that visits of a round begin with: the chosen one, else the newest of the pack's checklist."""
    chosen = await forms.of_round(db, one.id)
    if chosen is not None:
        return chosen
    form_id = await db.scalar(
        sa.select(FormVersion.form_id).where(FormVersion.source_name == source_name).order_by(FormVersion.id).limit(1)
    )
    return await forms.latest(db, form_id) if form_id is not None else None


# --- telling ---


async def tell(db: Session, news: Iterable[ItineraryNews]) -> None:
    """Put down what people are to be told."""
    db.add_all(news)
    await db.flush()


async def wake(db: Session, person_id: int, chat_id: int, at: datetime) -> None:
    """Have a person told then, in one message, whatever has come together by then."""
    await timers.plan(db, f"itinerary:{person_id}:{at:%Y%m%d%H%M%S}", at, chat_id, TOLD, {"person": person_id})


async def news_of(db: Session, person_id: int) -> Sequence[ItineraryNews]:
    """Return what a person has not been told, in order; nobody else tells it now."""
    query = sa.select(ItineraryNews).where(ItineraryNews.person_id == person_id).order_by(ItineraryNews.id)
    return (await db.scalars(query.with_for_update())).all()


async def told(db: Session, news: Iterable[ItineraryNews]) -> None:
    """Forget what has been told."""
    ids = [one.id for one in news]
    statement = sa.delete(ItineraryNews).where(ItineraryNews.id.in_(ids))
    await db.execute(statement.execution_options(synchronize_session=False))
