"""Phases and work items of a campaign: what is to be done by when and by whom, and what is done.

An item of the office is done once; one of a role within the groups is done by each group. A deadline that was moved
keeps its story. Whether a deadline is late is asked of the calendar, not here.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storage.entity import Entity, Json, Session, Whom, insert_into
from storage.people import Role

OFFICE = 0
"""Stands for the office where a group's id would stand."""

OF_THE_OFFICE = frozenset({Role.admin, Role.office})
"""Owners whose items are done once, not by each group."""


class Phase(Entity):
    """A stretch of a campaign, both days included; ``title`` is {language: text}."""

    __tablename__ = "phases"
    __table_args__ = (sa.UniqueConstraint("campaign_id", "code"),)

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaigns.id"))
    code: Mapped[str]
    title: Mapped[Json]
    starts_on: Mapped[date]
    ends_on: Mapped[date]


class WorkItem(Entity):
    """One of the things a campaign is to do; ``owner`` is the role that answers for it."""

    __tablename__ = "work_items"
    __table_args__ = (sa.UniqueConstraint("campaign_id", "number"),)

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("campaigns.id"))
    phase_id: Mapped[int] = mapped_column(sa.ForeignKey("phases.id"))
    number: Mapped[int]
    owner: Mapped[Role]
    due_on: Mapped[date]
    title: Mapped[Json]
    done_when: Mapped[Json]

    @property
    def once(self) -> bool:
        """Tell whether it is done once for the whole campaign."""
        return self.owner in OF_THE_OFFICE


class WorkDone(Entity):
    """That a work item is done, by a group or (0) by the office."""

    __tablename__ = "work_done"

    item_id: Mapped[int] = mapped_column(sa.ForeignKey("work_items.id"), primary_key=True)
    group_id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"), default=None)

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name what the person marked as done."""
        return cls.by_id == whom.id


class DeadlineMove(Entity):
    """That a deadline was moved, and why."""

    __tablename__ = "deadline_moves"
    __table_args__ = (sa.Index("ix_deadline_moves_item_id", "item_id"),)

    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    item_id: Mapped[int] = mapped_column(sa.ForeignKey("work_items.id"))
    before: Mapped[date]
    after: Mapped[date]
    why: Mapped[str]
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("people.id"), default=None)

    @classmethod
    def about(cls, whom: Whom) -> sa.ColumnElement[bool]:
        """Name the deadlines the person moved."""
        return cls.by_id == whom.id


async def phases_of(db: Session, campaign_id: int) -> Sequence[Phase]:
    """Return the phases of a campaign in order."""
    query = sa.select(Phase).where(Phase.campaign_id == campaign_id).order_by(Phase.starts_on, Phase.id)
    return (await db.scalars(query)).all()


async def items_of(db: Session, campaign_id: int) -> Sequence[WorkItem]:
    """Return the work items of a campaign in order."""
    query = sa.select(WorkItem).where(WorkItem.campaign_id == campaign_id).order_by(WorkItem.number)
    return (await db.scalars(query)).all()


async def item(db: Session, item_id: int, *, lock: bool = False) -> WorkItem | None:
    """Return one work item; with ``lock`` nobody else changes it until this transaction ends."""
    query = sa.select(WorkItem).where(WorkItem.id == item_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return await db.scalar(query)


async def done_of(db: Session, campaign_id: int) -> Mapping[int, Mapping[int, WorkDone]]:
    """Return what is done: item id -> group id (0 for the office) -> by whom and when."""
    query = sa.select(WorkDone).join(WorkItem, WorkItem.id == WorkDone.item_id)
    found: dict[int, dict[int, WorkDone]] = {}
    for one in await db.scalars(query.where(WorkItem.campaign_id == campaign_id)):
        found.setdefault(one.item_id, {})[one.group_id] = one
    return found


async def mark(db: Session, item_id: int, group_id: int, by_id: int | None, now: datetime) -> None:
    """Note that an item is done; the first who says so counts."""
    row = {"item_id": item_id, "group_id": group_id, "at": now, "by_id": by_id}
    await db.execute(
        insert_into(db, WorkDone).values(row).on_conflict_do_nothing(index_elements=["item_id", "group_id"])
    )


async def unmark(db: Session, item_id: int, group_id: int) -> None:
    """Take back that an item is done."""
    await db.execute(sa.delete(WorkDone).where(WorkDone.item_id == item_id, WorkDone.group_id == group_id))


async def move(db: Session, one: WorkItem, to: date, why: str, by_id: int, now: datetime) -> None:
    """Move a deadline, and keep the reason."""
    db.add(DeadlineMove(item_id=one.id, before=one.due_on, after=to, why=why, at=now, by_id=by_id))
    one.due_on = to
    await db.flush()


async def moves_of(db: Session, item_id: int) -> Sequence[DeadlineMove]:
    """Return how a deadline was moved, the first time first."""
    query = sa.select(DeadlineMove).where(DeadlineMove.item_id == item_id).order_by(DeadlineMove.id)
    return (await db.scalars(query)).all()
