"""Who may take back a visit that has been handed in: one rule for the summary, the walk and the act itself.

It decides and writes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.people import Role

if TYPE_CHECKING:
    from handlers.turn import Turn
    from storage.people import Person
    from storage.visit.visits import Visit


def may_withdraw(turn: Turn, visit: Visit, author: Person | None) -> bool:
    """Tell whether this person may: who handed it in, who leads the group; anyone of it when the author is erased."""
    if not visit.open_to(turn.who, turn.now):
        return False
    if visit.submitted_by == turn.who.id or turn.who.has(turn.now, Role.leader, Role.deputy, group_id=visit.group_id):
        return True
    return author is None or author.erased_at is not None
