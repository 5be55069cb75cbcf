"""How a visit is divided among those who work on it: who has which items, what is left to whom, who hands it in.

Loaded with the sheet, and empty for whoever works alone, who is told and asked nothing. Must not write.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from handlers.items import Item, More
from storage import people
from storage.campaign import seats
from storage.people import Role

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handlers.turn import Turn
    from storage.visit.visits import Visit

_LEAD = (Role.leader, Role.deputy)


@dataclass(frozen=True, slots=True)
class Labour:
    """``names`` are of those who can have items, by id; ``holders`` says who has each, by the item's number.

    ``several``: somebody else has come into this visit; ``submits``: this person may hand it in.
    """

    me: int = 0
    several: bool = False
    submits: bool = True
    names: Mapping[int, str] = field(default_factory=dict)
    holders: Mapping[str, int] = field(default_factory=dict)
    lead: tuple[int, ...] = ()
    """Those who lead the group, the leaders first."""

    def holder(self, station: Item | More) -> int:
        """Return who has an item, or the items of a repeat; 0 for nobody."""
        number = str(station.number) if isinstance(station, Item) else station.key.lstrip("+").split(".")[0]
        return self.holders.get(number, 0)

    def theirs(self, station: Item | More) -> bool:
        """Tell whether a colleague has it."""
        return self.holder(station) not in (0, self.me)

    def name(self, person_id: int) -> str:
        """Return a colleague's name."""
        return self.names.get(person_id, "") or "—"


async def labour_of(turn: Turn, visit: Visit) -> Labour:
    """Return how a visit is divided now; what somebody had who no longer works on it is the leader's."""
    if turn.person is None or not any(one.person_id != turn.person.id for one in visit.parts):
        return Labour()
    roles = await seats.members(turn.db, visit.group_id, turn.now)
    working = {person: name for person, name, role in roles if role in (*_LEAD, Role.inspector)}
    named = {one.person_id for one in visit.members} - set(working)
    if named:
        working |= {person: name for person, name in (await people.names(turn.db, named)).items() if name}
    lead = tuple(person for each in _LEAD for person, _, role in roles if role is each)
    holders = {}
    for part in visit.parts:
        stays = part.person_id in working
        for number in part.items:
            to = part.person_id if stays else next(iter(lead), 0)
            if stays or number not in holders:
                holders[number] = to
    submits = visit.may_be_submitted_by(turn.person, turn.now, led=bool(lead))
    return Labour(turn.person.id, several=True, submits=submits, names=working, holders=holders, lead=lead)
