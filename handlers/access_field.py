"""Who may do what on a visit: the part of the table of rights that is the field's own.

Read with handlers/access.py, which takes it in; a row stands in one of the parts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.allowed import LEADERS
from storage.people import FIELD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handlers.allowed import Allowed

FIELDWORK: Final[Mapping[str, Allowed]] = {
    # the field
    "/today": FIELD,
    "/todo": FIELD,
    "/visit": FIELD,
    "visit.open": FIELD,
    "visit.prepare": FIELD,
    "visit.brief": FIELD,
    "visit.begin": FIELD,
    "visit.announce": LEADERS,
    "visit.announced": LEADERS,
    "visit.today": FIELD,
    "visit.todo": FIELD,
    "visit.summary": FIELD,
    "visit.submit": FIELD,
    "visit.withdraw": FIELD,
    # corrections: who leads sends back and judges, whoever answered mends; whose ticket it is, is asked of the ticket
    "correction.message": FIELD,
    "correction.pick": LEADERS,
    "correction.mark": LEADERS,
    "correction.ask": LEADERS,
    "correction.send": LEADERS,
    "correction.open": FIELD,
    "correction.at": FIELD,
    "correction.tap": FIELD,
    "correction.remove": FIELD,
    "correction.done": FIELD,
    "correction.why": FIELD,
    "correction.look": FIELD,
    "correction.piece": FIELD,
    "correction.approve": LEADERS,
    "correction.drop": LEADERS,
    "correction.mine": LEADERS,
    "correction.again": LEADERS,
    "checklist.message": FIELD,
    "checklist.answer": FIELD,
    "checklist.change": FIELD,
    "checklist.toggle": FIELD,
    "checklist.choices": FIELD,
    "checklist.day": FIELD,
    "checklist.widget": FIELD,
    "checklist.go": FIELD,
    "checklist.again": FIELD,
    "checklist.back": FIELD,
    "checklist.next": FIELD,
    "checklist.later": FIELD,
    "checklist.overview": FIELD,
    "checklist.note": FIELD,
    "checklist.clear": FIELD,
    "checklist.hint": FIELD,
    "checklist.evidence": FIELD,
    "checklist.look": FIELD,
    "checklist.remove": FIELD,
    "checklist.restore": FIELD,
    "checklist.removed": FIELD,
    "checklist.confirm": FIELD,
    "checklist.retract": FIELD,
    "checklist.singly": FIELD,
    "checklist.more": FIELD,
    "checklist.add": FIELD,
    "checklist.into": FIELD,
    "checklist.take": FIELD,
    "checklist.bring": FIELD,
    "checklist.enough": FIELD,
    "checklist.picture": FIELD,
    "checklist.code": FIELD,
    "checklist.noted": FIELD,
    "checklist.mine": FIELD,
    "checklist.theirs": FIELD,
    "checklist.both": FIELD,
    "checklist.team": FIELD,
    "checklist.claim": FIELD,
    "checklist.aspect": FIELD,
    "checklist.hand": FIELD,
    "checklist.handto": FIELD,
    "checklist.finish": FIELD,
    "checklist.undo": FIELD,
    "checklist.wrong": FIELD,
    "checklist.move": FIELD,
    "checklist.moveto": FIELD,
    "checklist.shift": FIELD,
    "checklist.moved": FIELD,
    "checklist.place": LEADERS,
    "checklist.elsewhere": LEADERS,
    "checklist.drop": FIELD,
    "checklist.dropped": FIELD,
}
"""Rows of visits and their checklists."""
