"""Visits and the answers given on them: append-only, so that who said what and when can always be told.

What a path means and whether a value fits is the form's business; what is to be done by whom is ``agenda``'s.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from storage import audit
from storage.campaign.campaigns import Round, Unit
from storage.entity import Entity, Json, Session, Whom, storable
from storage.people import FIELD, Person, Role
from storage.vault.custody import Kept
from storage.visit.parts import Part

_CURRENT = sa.text("superseded_at IS NULL")
_GROUP_ROLES = frozenset({Role.leader, Role.deputy, Role.inspector})


class VisitSubmitted(Exception):
    """The visit has been submitted: its answers stand."""


class State(StrEnum):
    """How far a visit is."""

    planned = "planned"
    open = "open"
    submitted = "submitted"


class VisitMember(Entity):
    """Someone who was put on a visit by name."""

    __tablename__ = "visit_members"
    __table_args__ = (sa.Index("ix_visit_members_person_id", "person_id"),)

    visit_id: Mapped[int] = mapped_column(sa.ForeignKey("visits.id"), init=False, primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"), primary_key=True)

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name the visits the person was put on."""
        return cls.person_id == whom.id


class Visit(Kept, Entity):
    """One unit, one round, one group, and the version of the form it started with."""

    in_custody: ClassVar[str] = "visit"
    chained_by: ClassVar[str] = "id"
    kept: ClassVar[tuple[str, ...]] = (
        "id", "unit_id", "round_id", "group_id", "form_version_id", "submitted_at", "submitted_by", "created_at"
    )  # fmt: skip

    __tablename__ = "visits"
    __table_args__ = (
        sa.Index("ix_visits_group_id", "group_id", "state"),
        sa.Index("ix_visits_planned_on", "group_id", "planned_on"),
        sa.Index("ix_visits_submitted_at", "submitted_at"),
        sa.Index("ix_visits_unit_id", "unit_id"),
        sa.Index("ix_visits_round_id", "round_id"),
    )

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("units.id"))
    round_id: Mapped[int | None] = mapped_column(sa.ForeignKey("rounds.id"), default=None)
    group_id: Mapped[int] = mapped_column(sa.ForeignKey("groups.id"))
    form_version_id: Mapped[int] = mapped_column(sa.ForeignKey("forms.id"))
    state: Mapped[State] = mapped_column(default=State.planned)
    planned_on: Mapped[date | None] = mapped_column(default=None)
    opened_at: Mapped[datetime | None] = mapped_column(default=None)
    submitted_at: Mapped[datetime | None] = mapped_column(default=None)
    submitted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"), default=None)
    created_at: Mapped[datetime]
    changes: Mapped[int] = mapped_column(init=False)
    unit: Mapped[Unit] = relationship(init=False, lazy="raise")
    members: Mapped[list[VisitMember]] = relationship(default_factory=list, lazy="raise", cascade="save-update, merge")
    parts: Mapped[list[Part]] = relationship(
        default_factory=list, lazy="raise", cascade="save-update, merge", order_by=(Part.came_at, Part.person_id)
    )

    # Two replicas that change one visit at once: the second one's turn fails and is tried again on what is true then.
    __mapper_args__ = {"version_id_col": changes}  # noqa: RUF012 - SQLAlchemy's own way of saying it

    def open(self, now: datetime) -> None:
        """Begin the visit; beginning one that is open changes nothing."""
        if self.state is State.submitted:
            raise VisitSubmitted
        if self.state is State.planned:
            self.state, self.opened_at = State.open, now

    def submit(self, by: Person, now: datetime) -> None:
        """Hand the visit in; from then on its answers stand. Raises :class:`VisitSubmitted` when it has been."""
        self.open(now)
        self.state, self.submitted_at, self.submitted_by = State.submitted, now, by.id

    def withdraw(self) -> None:
        """Take a visit that was handed in back, so that it can be corrected."""
        self.state, self.submitted_at, self.submitted_by = State.open, None, None

    def open_to(self, person: Person, now: datetime) -> bool:
        """Tell whether the person may work on it: leader, deputy or inspector of its group, or put on it by name.

        Whoever was put on it must still go on visits at all, in whatever group.
        """
        named = person.has(now, *FIELD) and any(one.person_id == person.id for one in self.members)
        return named or self.group_id in _groups(person, now)

    @property
    def shared(self) -> bool:
        """Tell whether several people have begun to work on it."""
        return sum(one.began_at is not None for one in self.parts) > 1

    def part_of(self, person_id: int) -> Part | None:
        """Return a person's part in it."""
        return next((one for one in self.parts if one.person_id == person_id), None)

    def come(self, person_id: int, now: datetime) -> Part:
        """Return a person's part in it, a new one for whoever comes in."""
        part = self.part_of(person_id)
        if part is None:
            part = Part(person_id=person_id, came_at=now)
            self.parts.append(part)
        return part

    def may_be_submitted_by(self, person: Person, now: datetime, *, led: bool) -> bool:
        """Tell whether the person may hand it in: who works on it alone, else who leads its group.

        ``led``: somebody leads the group now; where nobody does, anybody who works on the visit may.
        """
        if not self.open_to(person, now):
            return False
        return not self.shared or not led or person.has(now, Role.leader, Role.deputy, group_id=self.group_id)

    @classmethod
    def of(cls, person: Person, now: datetime) -> sa.ColumnElement[bool]:
        """Name the visits the person may work on: :meth:`open_to` in the words of a query."""
        group = cls.group_id.in_(_groups(person, now))
        named = cls.id.in_(sa.select(VisitMember.visit_id).where(VisitMember.person_id == person.id))
        return sa.or_(group, named) if person.has(now, *FIELD) else group

    @classmethod
    def awaited(cls) -> sa.ColumnElement[bool]:
        """Name the visits that are to be handed in yet, beside their units: begun, or planned and still to be done.

        What was planned at a unit that has dropped out, or in a round that was closed, is not to be done any more.
        """
        closed = sa.select(Round.id).where(Round.closed_at.is_not(None))
        still = sa.or_(cls.round_id.is_(None), cls.round_id.not_in(closed))
        return sa.or_(cls.state == State.open, sa.and_(cls.state == State.planned, Unit.standing(), still))

    def noticed(self, changed: frozenset[str]) -> str:
        """Name the deed that changed these columns."""
        return "changed" if changed else "planned"

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name the visits the person handed in."""
        return cls.submitted_by == whom.id


def _groups(person: Person, now: datetime) -> set[int]:
    """Return the groups whose visits a person works on at that moment."""
    return {one.group_id for one in person.roles_now(now) if one.role in _GROUP_ROLES and one.group_id is not None}


class Answer(Kept, Entity):
    """One value given for one question ('' clears it); the current one has no ``superseded_at``."""

    in_custody: ClassVar[str] = "answer"
    kept: ClassVar[tuple[str, ...]] = ("id", "visit_id", "path", "value", "by_id", "at")
    read_too: ClassVar[tuple[str, ...]] = ("id", "path", "superseded_at")

    __tablename__ = "answers"
    __table_args__ = (
        sa.Index(
            "uq_answers_current", "visit_id", "path", unique=True, sqlite_where=_CURRENT, postgresql_where=_CURRENT
        ),
        sa.Index("ix_answers_history", "visit_id", "path", "id"),
        sa.Index("ix_answers_by_id", "by_id"),
        sa.Index("ix_answers_message", "chat_id", "message_id"),
    )

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    visit_id: Mapped[int] = mapped_column(sa.ForeignKey("visits.id"))
    path: Mapped[str]
    value: Mapped[str]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("people.id"))
    at: Mapped[datetime]
    chat_id: Mapped[int | None] = mapped_column(default=None)
    message_id: Mapped[int | None] = mapped_column(default=None)
    superseded_at: Mapped[datetime | None] = mapped_column(default=None)

    @classmethod
    def disordered(cls, rows: Sequence[Sequence[object]]) -> Iterator[object]:
        """Return the numbers of answers that are current and should not be, or should be and are not."""
        last = {path: number for number, path, _ in rows}
        return (number for number, path, superseded in rows if (superseded is None) is not (last[path] == number))

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name what the person answered."""
        return cls.by_id == whom.id

    @classmethod
    def forget(cls, whom: Whom, now: datetime) -> sa.Update:
        """Drop the chat it came from; the answer itself is a record of the visit and stays."""
        del now
        return (
            sa.update(cls)
            .where(cls.by_id == whom.id, cls.chat_id.is_not(None))
            .values(chat_id=None, message_id=None)
            .execution_options(synchronize_session=False)
        )


async def plan(db: Session, visit: Visit) -> Visit:
    """Add a visit to the plan."""
    db.add(visit)
    await db.flush()
    return visit


# Put together once: asked in every turn of a walk.
_VISIT = (
    sa.select(Visit)
    .where(Visit.id == sa.bindparam("visit_id"))
    .options(joinedload(Visit.unit), joinedload(Visit.members), joinedload(Visit.parts))
)
# NO KEY UPDATE: others may go on adding evidence and answers that merely refer to the visit.
_LOCKED_VISIT = _VISIT.with_for_update(of=Visit, key_share=True).execution_options(populate_existing=True)
_GIVEN = {
    name: insert(Answer.__table__)  # type: ignore[arg-type] # it is a Table
    .on_conflict_do_nothing(index_elements=["visit_id", "path"], index_where=_CURRENT)
    .returning(Answer.__table__.c.id)
    for name, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}
"""Into the table and not by its class: the row is at hand, and to have it read again costs more than to write it."""

_STANDING = sa.select(Answer).where(Answer.visit_id == sa.bindparam("visit_id"), _CURRENT).order_by(Answer.path)


async def get(db: Session, visit_id: int, *, lock: bool = False) -> Visit | None:
    """Return a visit with its unit and members; with ``lock`` nobody else changes it until this transaction ends."""
    found = await db.scalars(_LOCKED_VISIT if lock else _VISIT, {"visit_id": visit_id})
    return found.unique().one_or_none()


async def answers(db: Session, visit_id: int) -> dict[str, str]:
    """Return the current answers of a visit by path; cleared ones are left out.

    As they are stored: those of a repeat by the number of its instance, taken away or not (supervision/instances.py).
    """
    query = sa.select(Answer.path, Answer.value).where(Answer.visit_id == visit_id, _CURRENT, Answer.value != "")
    return dict((await db.execute(query)).all())


async def standing(db: Session, visit_id: int) -> Sequence[Answer]:
    """Return the current answers of a visit with who gave them and when, cleared ones too."""
    return (await db.scalars(_STANDING, {"visit_id": visit_id})).all()


async def write(
    db: Session,
    visit: Visit,
    path: str,
    value: str,
    by: Person,
    now: datetime,
    *,
    chat_id: int | None = None,
    message_id: int | None = None,
    held: bool = False,
    first: bool = False,
) -> Answer:
    """Write an answer over the current one, which stays in the history; the same value again changes nothing.

    Opens a visit that was only planned. Raises :class:`VisitSubmitted`, also when it was handed in by someone else
    a moment ago: the visit's row is locked until this transaction ends. ``held``: it was loaded with that lock;
    ``first``: and its answers, loaded since, hold none for this path, not even a cleared one. What is returned is to
    be looked at: the session does not know it.
    """
    if not held:
        state = await db.scalar(sa.select(Visit.state).where(Visit.id == visit.id).with_for_update(key_share=True))
        if state is not visit.state:
            await db.refresh(visit, ["state", "opened_at", "submitted_at", "submitted_by", "changes"])
    visit.open(now)
    value = storable(value)
    if not (held and first):
        await _supersede(db, visit, path, value, now)
    row: Json = {"visit_id": visit.id, "path": path, "value": value, "by_id": by.id, "at": now}
    row |= {"chat_id": chat_id, "message_id": message_id}
    written, new = await _put(db, row)
    if new:
        audit.record(db, "answer.given" if value else "answer.cleared", now=now, person_id=by.id, of=written)
    return written


async def mend(
    db: Session, visit: Visit, path: str, value: str, by: Person, approved_by: Person, now: datetime
) -> None:
    """Write a correction that was approved over the answer of a visit that was handed in, which stays in the history.

    Whoever calls has locked the visit.
    """
    value = storable(value)
    await _supersede(db, visit, path, value, now)
    row: Json = {"visit_id": visit.id, "path": path, "value": value, "by_id": by.id, "at": now}
    written, new = await _put(db, row | {"chat_id": None, "message_id": None})
    if new:
        audit.record(db, "answer.mended", now=now, person_id=approved_by.id, of=written)


async def _supersede(db: Session, visit: Visit, path: str, value: str, now: datetime) -> None:
    """Let the answer that stands be history, unless it says the same."""
    await db.execute(
        sa.update(Answer)
        .where(Answer.visit_id == visit.id, Answer.path == path, _CURRENT, Answer.value != value)
        .values(superseded_at=now)
    )


async def _put(db: Session, row: Json) -> tuple[Answer, bool]:
    """Return the answer that stands now, and whether it is this one."""
    statement = _GIVEN[db.get_bind().dialect.name]
    # Asked of the connection: the session would look for what the statement has to do with its rows.
    number = await db.run_sync(lambda session: session.connection().scalar(statement, row))
    if number is None:
        current = sa.select(Answer).where(Answer.visit_id == row["visit_id"], Answer.path == row["path"], _CURRENT)
        return (await db.scalars(current)).one(), False
    written = Answer(**row)
    written.id = number
    return written, True


async def history(db: Session, visit_id: int, path: str) -> Sequence[Answer]:
    """Return every answer that was given to one question, the oldest first."""
    query = sa.select(Answer).where(Answer.visit_id == visit_id, Answer.path == path)
    return (await db.scalars(query.order_by(Answer.id))).all()


async def by_message(db: Session, chat_id: int, message_id: int) -> Sequence[Answer]:
    """Return the answers that one message gave, superseded ones too."""
    return await by_messages(db, chat_id, (message_id,))


async def by_messages(db: Session, chat_id: int, message_ids: Collection[int]) -> Sequence[Answer]:
    """Return the answers that some messages of a chat gave, superseded ones too, in order."""
    query = sa.select(Answer).where(Answer.chat_id == chat_id, Answer.message_id.in_(message_ids))
    return (await db.scalars(query.order_by(Answer.id))).all()
