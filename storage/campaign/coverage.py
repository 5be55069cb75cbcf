"""The ledger of who is covered: the units of a round's scope with how far the visits to each are.

One query for the units, one for the visits; what counts as covered is decided in supervision/coverage.
"""

from collections.abc import Sequence

import sqlalchemy as sa

from storage.campaign.campaigns import Round, Unit
from storage.entity import Session
from storage.visit.visits import State, Visit
from supervision.coverage import Line, Stand, best

_STANDS = {State.submitted: Stand.covered, State.open: Stand.under_way, State.planned: Stand.planned}


async def ledger(db: Session, one: Round, group_id: int | None = None) -> list[Line]:
    """Return every unit of a round's scope that is in the register, or of one group of it, in order."""
    query = (
        sa.select(Unit.id, Unit.name, Unit.level, Unit.area, Unit.group_id, Unit.tags)
        .where(Unit.campaign_id == one.campaign_id, Unit.standing())
        .order_by(Unit.level, Unit.code)
    )
    if group_id is not None:
        query = query.where(Unit.group_id == group_id)
    visited = sa.select(Visit.unit_id, Visit.state, Visit.planned_on).where(Visit.round_id == one.id)
    stands: dict[int, list[Stand]] = {}
    for unit_id, state, planned_on in await db.execute(visited):
        if state is State.planned and planned_on is None:
            continue  # no day, no plan
        stands.setdefault(unit_id, []).append(_STANDS[state])
    scope = one.scope
    return [
        Line(unit_id, name, level, area, group, best(stands.get(unit_id, ())))
        for unit_id, name, level, area, group, tags in await db.execute(query)
        if unit_id in stands or scope.takes(level, area, tags, group)
    ]


async def dropped_out(db: Session, campaign_id: int, limit: int, group_id: int | None = None) -> Sequence[Unit]:
    """Return the units that dropped out of the register, or those of one group, the latest first."""
    query = sa.select(Unit).where(Unit.campaign_id == campaign_id, Unit.retired_at.is_not(None))
    if group_id is not None:
        query = query.where(Unit.group_id == group_id)
    return (await db.scalars(query.order_by(Unit.retired_at.desc(), Unit.code).limit(limit))).all()
