"""Guidance plans in the workbook of an itinerary: written out beside each unit, and what was changed there taken in.

A plan is its points, a line each. Only what was changed in the file is done, so that a point somebody else wrote
meanwhile stays. Confirmed with the draft, or not at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from handlers import arranging
from handlers.itinerary.overview import named
from storage.campaign import guidance
from storage.campaign.guidance import GuidancePoint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handlers.arranging import Ground
    from handlers.turn import Turn
    from storage.campaign.campaigns import Round
    from storage.campaign.itineraries import Itinerary

SHOWN = 3


async def columns(turn: Turn, one: Round) -> tuple[Mapping[int, str], Mapping[int, str]]:
    """Return each unit's plan for the round and the one before it, as they stand in a cell: unit -> lines."""
    now = await guidance.texts(turn.db, one.id)
    before = await guidance.texts_before(turn.db, one)
    return {unit: "\n".join(each) for unit, each in now.items()}, {
        unit: "\n".join(each) for unit, each in before.items()
    }


def pending(draft: Itinerary) -> list[tuple[int, tuple[str, ...], tuple[str, ...]]]:
    """Return what a draft changes in guidance plans: unit, the points that go, those that come."""
    return [(unit, tuple(gone), tuple(come)) for unit, gone, come in draft.plan.get("guidance", ())]


def lines(turn: Turn, ground: Ground, draft: Itinerary) -> list[Markup]:
    """Say which guidance plans a draft changes; nothing where it changes none."""
    changed = pending(draft)
    if not changed:
        return []
    said = [turn.n("{count} guidance plan changes:", "{count} guidance plans change:", len(changed))]
    for unit, gone, come in changed[:SHOWN]:
        said.append(Markup("· {}: +{} −{}").format(named(ground, unit, 20), len(come), len(gone)))
    if len(changed) > SHOWN:
        said.append(turn.t("… and {count} more", count=len(changed) - SHOWN))
    return said


async def apply(turn: Turn, ground: Ground, draft: Itinerary) -> int:
    """Take points out and put points in, for whoever leads the group of the unit; returns how many plans that is."""
    one, done = ground.round, 0
    for unit_id, gone, come in pending(draft):
        unit = ground.units.get(unit_id)
        if unit is None or not turn.who.has(turn.now, *arranging.LEADING, group_id=unit.group_id):
            continue
        standing = await guidance.of(turn.db, unit_id, one.id)
        for point in standing:
            if point.text in gone:
                point.removed_at = turn.now
        origins = {point.text: f"point:{point.id}" for point in await guidance.before(turn.db, unit_id, one)}
        left = [point.text for point in standing if point.removed_at is None]
        for text in [each for each in come if each not in left][: max(0, guidance.MOST - len(left))]:
            origin = origins.get(text, "")
            point = GuidancePoint(
                unit_id=unit_id, round_id=one.id, text=text, origin=origin, by_id=turn.who.id, at=turn.now
            )
            await guidance.add(turn.db, point)
        turn.record("guidance.changed", f"unit:{unit_id}", round=one.id, gone=len(gone), come=len(come))
        done += 1
    return done
