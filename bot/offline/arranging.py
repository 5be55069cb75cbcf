"""The round of the month is arranged as a leader arranges it: proposed with three taps, looked at, confirmed.

By the chat alone; what the visits are is read from the records afterwards.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from bot.offline.cast import Trip
from bot.offline.demo import POLL
from bot.offline.script import Stuck
from storage import people
from storage.campaign import campaigns, itineraries
from storage.campaign.itineraries import State
from storage.people import Role

if TYPE_CHECKING:
    from bot.offline.cast import Player
    from bot.offline.month import Play

LONGEST_SECONDS: Final = 60.0
"""Real seconds after which a proposal will not come any more."""


async def arranged(play: Play) -> list[Trip]:
    """Have each leader ask for a proposal and confirm it; returns every visit that is planned then. Raises Stuck."""
    leaders = [one for one in play.cast.players if one.role is Role.leader]
    for one in leaders:
        for words in ("编排建议", "单人", "开始编排"):
            await play.ask(one, "/itinerary" if words == "编排建议" else "", words)
    for one in leaders:
        await _proposed(play, one)
        await play.ask(one, "", "确认")
    return await _trips(play)


async def _proposed(play: Play, leader: Player) -> None:
    """Wait until the proposal has been worked out and stands on the leader's phone."""
    waited = 0.0
    while waited < LONGEST_SECONDS:
        async with play.app.database.read() as db:
            person = await people.by_telegram(db, leader.phone)
            draft = await itineraries.of_person(db, person.id, play.cast.round.id) if person else None
        if draft is not None and draft.state is State.ready:
            await play.app.tick()
            await play.settle()
            return
        await asyncio.sleep(POLL)
        waited += POLL
    raise Stuck(f"{leader.name}: no itinerary was worked out")


async def _trips(play: Play) -> list[Trip]:
    phones = {}
    async with play.app.database.read() as db:
        for one in play.cast.players:
            person = await people.by_telegram(db, one.phone)
            if person is not None:
                phones[person.id] = one.phone
        standing = await itineraries.standing(db, play.cast.round.id)
        units = {one.unit_id: await campaigns.unit(db, one.unit_id) for one in standing}
    trips = []
    for visit in standing:
        unit = units[visit.unit_id]
        if unit is None or visit.day is None or len(visit.people) != 1:
            raise Stuck(f"visit {visit.visit_id} has no day, or not one person")
        trips.append(Trip(visit.visit_id, unit.name, unit.id, visit.group_id, phones[visit.people[0]], visit.day))
    return sorted(trips, key=lambda one: (one.group_id, one.day, one.visit_id))
