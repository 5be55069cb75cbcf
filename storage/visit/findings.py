"""Open findings: what was found wanting at a unit and no later visit answered better. The one definition of it.

What each visit found, item by item, is written down as it is handed in, because only the walk of its form knows which
items applied; a visit that is taken back counts for nothing until it is handed in again. Answers and words stay where
they are, with their history: here they are pointed at.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, aliased, mapped_column

from storage.campaign.campaigns import Unit
from storage.entity import Entity, Session
from storage.visit import tallies
from storage.visit.visits import Answer, State, Visit
from supervision.wanting import Grade


class Outcome(Entity):
    """How one visit found one item: ``path`` as its answer is stored, ``item`` the same without numbers of instances.

    ``number`` is what people call it, ``7`` or ``7.2``; ``grade`` a :class:`supervision.wanting.Grade`; ``note_id`` the
    answer that says what exactly.
    """

    __tablename__ = "outcomes"
    __table_args__ = (sa.Index("ix_outcomes_unit_id", "unit_id", "item"),)

    visit_id: Mapped[int] = mapped_column(sa.ForeignKey("visits.id"), primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("units.id"))
    item: Mapped[str]
    number: Mapped[str]
    grade: Mapped[int]
    answer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("answers.id"), default=None)
    note_id: Mapped[int | None] = mapped_column(sa.ForeignKey("answers.id"), default=None)


@dataclass(frozen=True, slots=True)
class Matter:
    """One open matter, as the latest visit found it; ``since`` is when it was first found and never better since.

    ``item`` is the path of the question in the form ``form_version_id``, ``value`` the name of the choice, ``note``
    what was written about it, ``by_id`` who answered; None where the form answered by itself.
    """

    unit_id: int
    unit: str
    group_id: int | None
    visit_id: int
    form_version_id: int
    item: str
    path: str
    number: str
    grade: Grade
    since: datetime
    at: datetime
    value: str
    note: str
    by_id: int | None


@dataclass(frozen=True, slots=True)
class Count:
    """How many matters are open, by how they were found."""

    partly: int = 0
    missing: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.partly + self.missing


def _open(scope: sa.ColumnElement[bool]) -> sa.CTE:
    """Return the open matters of the units in ``scope``, a condition on units, of visits that were handed in."""
    matter = (Outcome.unit_id, Outcome.item)
    graded = (
        sa.select(
            *(getattr(Outcome, name) for name in ("visit_id", "path", "unit_id", "item", "number", "grade")),
            Outcome.answer_id,
            Outcome.note_id,
            Unit.name.label("unit"),
            Unit.group_id,
            Visit.form_version_id,
            Visit.submitted_at.label("at"),
            sa.func.rank()
            .over(partition_by=matter, order_by=(Visit.submitted_at.desc(), Visit.id.desc()))
            .label("back"),
            sa.func.max(sa.case((Outcome.grade == Grade.fine, Visit.submitted_at)))
            .over(partition_by=matter)
            .label("settled"),
        )
        .join(Visit, Visit.id == Outcome.visit_id)
        .join(Unit, Unit.id == Outcome.unit_id)
        .where(scope, Visit.state == State.submitted)
        .cte("graded")
    )
    unsettled = sa.and_(graded.c.grade > 0, sa.or_(graded.c.settled.is_(None), graded.c.at > graded.c.settled))
    since = sa.func.min(sa.case((unsettled, graded.c.at))).over(partition_by=(graded.c.unit_id, graded.c.item))
    dated = sa.select(graded, sa.func.coalesce(since, graded.c.at).label("since")).cte("dated")
    return sa.select(dated).where(dated.c.back == 1, dated.c.grade > 0).cte("open_matters")


def _group(group_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(Unit.group_id == group_id, Unit.standing())


def _campaign(campaign_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(Unit.campaign_id == campaign_id, Unit.standing())


# --- rows, the gravest first, then the oldest ---


async def of_unit(db: Session, unit_id: int, limit: int = 200) -> list[Matter]:
    """Return the open matters of a unit, also of one that dropped out of the register."""
    return await _rows(db, Unit.id == unit_id, limit)


async def of_group(db: Session, group_id: int, limit: int = 200, before: datetime | None = None) -> list[Matter]:
    """Return the open matters of the units a group answers for; with ``before`` those that were open by then."""
    return await _rows(db, _group(group_id), limit, before)


async def of_campaign(db: Session, campaign_id: int, limit: int = 200) -> list[Matter]:
    """Return the open matters of the units of a campaign."""
    return await _rows(db, _campaign(campaign_id), limit)


async def _rows(db: Session, scope: sa.ColumnElement[bool], limit: int, before: datetime | None = None) -> list[Matter]:
    matters, note = _open(scope), aliased(Answer)
    early = matters.c.since < before if before is not None else sa.true()
    query = (
        sa.select(matters, Answer.value, Answer.by_id, note.value.label("note"))
        .outerjoin(Answer, Answer.id == matters.c.answer_id)
        .outerjoin(note, note.id == matters.c.note_id)
        .where(early)
        .order_by(matters.c.grade.desc(), matters.c.since, matters.c.unit_id, matters.c.path)
        .limit(limit)
    )
    return [
        Matter(
            unit_id=row.unit_id,
            unit=row.unit,
            group_id=row.group_id,
            visit_id=row.visit_id,
            form_version_id=row.form_version_id,
            item=row.item,
            path=row.path,
            number=row.number,
            grade=Grade(row.grade),
            since=row.since,
            at=row.at,
            value=row.value or "",
            note=row.note or "",
            by_id=row.by_id,
        )
        for row in await db.execute(query)
    ]


# --- counts; whoever has none is left out ---


async def ages(db: Session, unit_ids: Iterable[int]) -> dict[int, dict[datetime, Count]]:
    """Count the open matters of some units by unit, and by when they were first found and never better since."""
    matters = _open(Unit.id.in_(list(unit_ids)))
    query = sa.select(matters.c.unit_id, matters.c.since, *_graded(matters)).group_by(
        matters.c.unit_id, matters.c.since
    )
    found: dict[int, dict[datetime, Count]] = {}
    for unit, since, few, many in await db.execute(query):
        found.setdefault(unit, {})[since] = Count(int(few), int(many))
    return found


async def count_units(db: Session, unit_ids: Iterable[int]) -> dict[int, Count]:
    """Count the open matters of some units, by unit."""
    return await _counts(db, Unit.id.in_(list(unit_ids)), "unit_id")


async def count_group(db: Session, group_id: int) -> dict[int, Count]:
    """Count the open matters of a group's units, by unit."""
    return await _counts(db, _group(group_id), "unit_id")


async def count_campaign(db: Session, campaign_id: int) -> dict[int, Count]:
    """Count the open matters of a campaign, by group; under 0 those of units that no group answers for."""
    return await _counts(db, _campaign(campaign_id), "group_id")


async def _counts(db: Session, scope: sa.ColumnElement[bool], by: str) -> dict[int, Count]:
    matters = _open(scope)
    key = sa.func.coalesce(matters.c[by], 0)
    found = await db.execute(sa.select(key, *_graded(matters)).group_by(key))
    return {one: Count(int(few), int(many)) for one, few, many in found}


def _graded(matters: sa.CTE) -> list[sa.ColumnElement[int]]:
    return [sa.func.sum(sa.case((matters.c.grade == grade, 1), else_=0)) for grade in (Grade.partly, Grade.missing)]


# --- written as a visit is handed in ---


@dataclass(frozen=True, slots=True)
class Judged:
    """What a walk says of one item: see :class:`Outcome`."""

    path: str
    item: str
    number: str
    grade: Grade
    answer_id: int | None = None
    note_id: int | None = None


async def write(db: Session, visit: Visit, judged: Sequence[Judged]) -> None:
    """Write down what a visit found, in place of what was written before; whoever calls has locked the visit."""
    await db.execute(sa.delete(Outcome).where(Outcome.visit_id == visit.id))
    await tallies.changed(db, visit.unit_id)
    if judged:
        rows = [
            {
                "visit_id": visit.id,
                "unit_id": visit.unit_id,
                "path": one.path,
                "item": one.item,
                "number": one.number,
                "grade": int(one.grade),
                "answer_id": one.answer_id,
                "note_id": one.note_id,
            }
            for one in judged
        ]
        await db.execute(sa.insert(Outcome), rows)


@dataclass(frozen=True, slots=True)
class Last:
    """What the latest visit that was handed in found, counted."""

    visit_id: int
    at: datetime
    fine: int = 0
    partly: int = 0
    missing: int = 0


async def last_visit(db: Session, unit_id: int, but: int = 0) -> Last | None:
    """Return what the latest submitted visit of a unit found, ``but`` for one visit; None where there is none."""
    query = (
        sa.select(Visit.id, Visit.submitted_at)
        .where(Visit.unit_id == unit_id, Visit.state == State.submitted, Visit.id != but)
        .order_by(Visit.submitted_at.desc(), Visit.id.desc())
        .limit(1)
    )
    latest = (await db.execute(query)).one_or_none()
    if latest is None or latest.submitted_at is None:
        return None
    counted = sa.select(Outcome.grade, sa.func.count()).where(Outcome.visit_id == latest.id).group_by(Outcome.grade)
    counts = dict((await db.execute(counted)).all())
    return Last(latest.id, latest.submitted_at, *(counts.get(int(one), 0) for one in Grade))
