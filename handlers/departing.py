"""What becomes of somebody's part in open visits when they leave: the work stays, and who leads the group is told.

Called in the turn that ends a role; where one ends by itself, the daily reminders tell (handlers/reminding.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.chat import Button
from handlers.journey import data
from handlers.progress import called
from handlers.text import speech
from handlers.ticketing import LEAD, office, tell
from storage import people
from storage.campaign import campaigns
from storage.visit import agenda, corrections
from storage.visit.corrections import State

if TYPE_CHECKING:
    from collections.abc import Iterable

    from handlers.text import Speech
    from handlers.turn import Turn
    from storage.people import Person
    from storage.visit.visits import Visit

SHOWN = 8

MOST = 1000
"""Visits that are looked through: of those in a group, somebody has begun few."""


async def begun(turn: Turn, person: Person, group_id: int = 0) -> list[Visit]:
    """Return the visits that somebody is at work on, and those of which they mend an item; of one group, if named."""
    left = [one for one in await agenda.planned_for(turn.db, person, turn.now, MOST) if _began(one, person)]
    tickets = [one for one in await corrections.waiting_for(turn.db, person, turn.now) if one.to_id == person.id]
    found = {one.id: one for one in [*left, *(one.visit for one in tickets if one.state is State.open)]}
    return [one for one in found.values() if group_id in (0, one.group_id)]


async def tell_leaders(turn: Turn, person: Person) -> None:
    """Tell who leads a group which open visits of theirs somebody leaves who is about to lose all their roles."""
    await tell_of(turn, person, await begun(turn, person))


async def tell_of(turn: Turn, person: Person, left: Iterable[Visit]) -> None:
    """Tell who leads the groups of some visits that somebody has left them."""
    groups: dict[int, list[Visit]] = {}
    for visit in left:
        groups.setdefault(visit.group_id, []).append(visit)
    for group_id, theirs in groups.items():
        told = {one.id: one for role in LEAD for one in await people.with_role(turn.db, role, turn.now, group_id)}
        told.pop(person.id, None)
        for one in told.values():
            _tell(turn, one, person, theirs)
        if not told:
            await _tell_office(turn, person, group_id, theirs)


async def _tell_office(turn: Turn, person: Person, group_id: int, theirs: list[Visit]) -> None:
    """Tell the office, where nobody is left who leads the group."""
    group = await campaigns.group(turn.db, group_id)
    for one in (one for one in await office(turn) if one.id != person.id):
        words = speech(one.language)
        text = words.t(
            "{who} has left {group}, which nobody leads now. What they did at {units} is kept. "
            "Please appoint somebody who goes on.",
            who=called(person),
            group=group.name if group is not None else "—",
            units=_units(words, theirs),
        )
        invite = Button(words.label("Invite somebody"), data("invitation", "begin"))
        tell(turn, one, text, (invite,))


def _began(visit: Visit, person: Person) -> bool:
    part = visit.part_of(person.id)
    return part is not None and part.began_at is not None


def _tell(turn: Turn, leader: Person, person: Person, theirs: list[Visit]) -> None:
    words = speech(leader.language)
    text = words.t(
        "{who} has left. What they did at {units} is kept; what was theirs there is yours now.",
        who=called(person),
        units=_units(words, theirs),
    )
    buttons = tuple(
        Button(f"{at}. {one.unit.name[:20]}", data("checklist", "team", one.id))
        for at, one in enumerate(theirs[:SHOWN], 1)
    )
    tell(turn, leader, text, buttons)


def _units(words: Speech, theirs: list[Visit]) -> str:
    """Return the units of some visits in words, as many as can be read."""
    units = [one.unit.name for one in theirs[:SHOWN]]
    return words.label(", ").join(units) + ("…" if len(theirs) > SHOWN else "")
