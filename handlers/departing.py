"""What becomes of somebody's part in open visits when they leave: the work stays, and who leads the group is told.

Called in the turn that ends a role; where one ends by itself, the daily reminders tell (handlers/reminding.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handlers.chat import Button, Say
from handlers.journey import data
from handlers.progress import called
from handlers.text import speech
from storage import people
from storage.people import Role
from storage.visit import agenda, corrections
from storage.visit.corrections import State

if TYPE_CHECKING:
    from handlers.turn import Turn
    from storage.people import Person
    from storage.visit.visits import Visit

SHOWN = 8


async def tell_leaders(turn: Turn, person: Person) -> None:
    """Tell who leads a group which open visits of theirs somebody leaves who is about to lose their roles."""
    left = [one for one in await agenda.planned_for(turn.db, person, turn.now) if _began(one, person)]
    tickets = [one for one in await corrections.waiting_for(turn.db, person, turn.now) if one.to_id == person.id]
    open_tickets = [one.visit for one in tickets if one.state is State.open]
    groups: dict[int, list[Visit]] = {}
    for visit in [*left, *open_tickets]:
        groups.setdefault(visit.group_id, []).append(visit)
    for group_id, theirs in groups.items():
        told: set[int] = {person.id}
        for role in (Role.leader, Role.deputy):
            for leader in await people.with_role(turn.db, role, turn.now, group_id):
                if leader.id not in told and leader.telegram_id is not None:
                    told.add(leader.id)
                    _tell(turn, leader, person, list({one.id: one for one in theirs}.values()))


def _began(visit: Visit, person: Person) -> bool:
    part = visit.part_of(person.id)
    return part is not None and part.began_at is not None


def _tell(turn: Turn, leader: Person, person: Person, theirs: list[Visit]) -> None:
    words = speech(leader.language)
    units = [one.unit.name for one in theirs[:SHOWN]]
    text = words.t(
        "{who} has left. What they did at {units} is kept; what was theirs there is yours now.",
        who=called(person),
        units=words.label(", ").join(units) if len(units) > 1 else units[0],
    )
    buttons = tuple(
        (Button(f"{at}. {one.unit.name[:20]}", data("checklist", "team", one.id)),)
        for at, one in enumerate(theirs[:SHOWN], 1)
    )
    turn.reply(Say(text=str(text), buttons=buttons), to=leader.telegram_id or 0)
