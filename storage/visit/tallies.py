"""How many matters are open at each unit and since when, counted once until one of its visits says something else.

Counting is for storage/visit/findings.py alone, whose figures these are; here it is known which of them still hold.
Whoever counts while a visit is being handed in keeps nothing: the figure of a moment ago must not outlive it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from storage.campaign.campaigns import Unit
from storage.entity import Entity, Session, insert_into


class Tally(Entity):
    """The open matters of one unit; ``changed`` is how often its findings were written, ``counted`` up to which time.

    It holds where the two are the same.
    """

    __tablename__ = "tallies"

    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("units.id"), primary_key=True)
    partly: Mapped[int] = mapped_column(default=0)
    missing: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    counted: Mapped[int] = mapped_column(default=0)


class TallyAge(Entity):
    """How many of the open matters of one unit were first found at a moment, and never better since."""

    __tablename__ = "tally_ages"

    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("units.id"), primary_key=True)
    since: Mapped[datetime] = mapped_column(primary_key=True)
    count: Mapped[int]


async def changed(db: Session, unit_id: int) -> None:
    """Note that the findings of a unit are others from now on."""
    row = {"unit_id": unit_id, "partly": 0, "missing": 0, "changed": 1, "counted": 0}
    statement = insert_into(db, Tally).values(row)
    await db.execute(
        statement.on_conflict_do_update(index_elements=["unit_id"], set_={"changed": Tally.changed + 1}),
        execution_options={"synchronize_session": False},
    )


async def out_of_date(db: Session, campaign_id: int) -> dict[int, int | None]:
    """Return the units whose figure does not hold, each with how often its findings were written; None: no figure."""
    query = (
        sa.select(Unit.id, Tally.changed)
        .outerjoin(Tally, Tally.unit_id == Unit.id)
        .where(Unit.campaign_id == campaign_id, Unit.standing())
        .where(sa.or_(Tally.unit_id.is_(None), Tally.changed != Tally.counted))
        .order_by(Unit.id)
    )
    return dict((await db.execute(query)).all())


async def written(db: Session, unit_ids: Iterable[int]) -> dict[int, int | None]:
    """Return how often the findings of some units were written; those without a figure are left out."""
    query = sa.select(Tally.unit_id, Tally.changed).where(Tally.unit_id.in_(list(unit_ids)))
    return dict((await db.execute(query)).all())


async def keep(
    db: Session, found: Mapping[int, Mapping[datetime, tuple[int, int]]], times: Mapping[int, int | None]
) -> None:
    """Keep (partly, missing) of units by when they were found, unless their findings were written meanwhile.

    ``times`` is how often they were written before.
    """
    for unit_id, ages in sorted(found.items()):
        seen = times.get(unit_id)
        partly, missing = (sum(each[at] for each in ages.values()) for at in (0, 1))
        row = {"unit_id": unit_id, "partly": partly, "missing": missing, "changed": 0, "counted": 0}
        if seen is None:
            adding = insert_into(db, Tally).values(row).on_conflict_do_nothing(index_elements=["unit_id"])
            kept = await db.scalar(adding.returning(Tally.unit_id))
        else:
            statement = sa.update(Tally).where(Tally.unit_id == unit_id, Tally.changed == seen)
            statement = statement.values(partly=partly, missing=missing, counted=seen)
            kept = await db.scalar(statement.returning(Tally.unit_id).execution_options(synchronize_session=False))
        if kept is not None:
            await _keep_ages(db, unit_id, {since: sum(both) for since, both in ages.items()})


async def _keep_ages(db: Session, unit_id: int, ages: Mapping[datetime, int]) -> None:
    statement = sa.delete(TallyAge).where(TallyAge.unit_id == unit_id)
    await db.execute(statement.execution_options(synchronize_session=False))
    if ages:
        rows = [{"unit_id": unit_id, "since": since, "count": count} for since, count in ages.items()]
        await db.execute(sa.insert(TallyAge), rows)


async def open_since(db: Session, campaign_id: int, before: datetime) -> dict[int, int]:
    """Return how many open matters of each group were found before a moment; under 0 those of nobody's units."""
    group = sa.func.coalesce(Unit.group_id, 0)
    query = (
        sa.select(group, sa.func.sum(TallyAge.count))
        .join(Unit, Unit.id == TallyAge.unit_id)
        .where(Unit.campaign_id == campaign_id, Unit.standing(), TallyAge.since < before)
        .group_by(group)
    )
    return {one: int(count) for one, count in await db.execute(query)}


async def by_group(db: Session, campaign_id: int) -> dict[int, tuple[int, int]]:
    """Return (partly, missing) of the open matters of each group, as last counted; under 0 those of nobody's units."""
    group = sa.func.coalesce(Unit.group_id, 0)
    query = (
        sa.select(group, sa.func.sum(Tally.partly), sa.func.sum(Tally.missing))
        .join(Unit, Unit.id == Tally.unit_id)
        .where(Unit.campaign_id == campaign_id, Unit.standing())
        .group_by(group)
    )
    return {one: (int(partly), int(missing)) for one, partly, missing in await db.execute(query)}
