"""Who may do what: one table, read by the engine before any step runs.

Rows are ``/command`` and ``journey.verb``; a row that is missing means nobody may. What belongs to whom (this visit, that
card) is asked of the entity itself, after the table has let the person through.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from storage.people import Role

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from storage.people import Person

STRANGER: Final = "stranger"
"""Anybody with a telephone: no role, not known to the campaign."""

Allowed = frozenset[str]

INVITED: Final[Allowed] = frozenset(Role)
EVERYONE: Final[Allowed] = INVITED | {STRANGER}
FIELD: Final[Allowed] = frozenset({Role.leader, Role.deputy, Role.inspector, Role.liaison})
STEWARDS: Final[Allowed] = frozenset({Role.admin, Role.office, Role.leader})

ACCESS: Final[Mapping[str, Allowed]] = {
    # first steps
    "/start": EVERYONE,
    "/help": EVERYONE,
    "/language": EVERYONE,
    "/privacy": EVERYONE,
    "/cancel": EVERYONE,
    "/me": INVITED,
    "/more": INVITED,
    "/invite": STEWARDS,
    # the field
    "/today": FIELD,
    "/todo": FIELD,
    "visit.open": FIELD,
    "visit.today": FIELD,
    "visit.summary": FIELD,
    "visit.submit": FIELD,
    "visit.sure": FIELD,
    "checklist.answer": FIELD,
    "checklist.toggle": FIELD,
    "checklist.clear": FIELD,
    "checklist.keep": FIELD,
    "checklist.change": FIELD,
    "checklist.go": FIELD,
    "checklist.next": FIELD,
    "checklist.back": FIELD,
    "checklist.overview": FIELD,
    "checklist.hint": FIELD,
    "checklist.note": FIELD,
    "checklist.write": FIELD,
    "checklist.evidence": FIELD,
    "checklist.remove": FIELD,
    "checklist.undo": FIELD,
    "checklist.adopt": FIELD,
}


def may(person: Person | None, action: str, now: datetime) -> bool:
    """Tell whether the person (None: a stranger) may take this action now."""
    allowed = ACCESS.get(action, frozenset())
    if person is None:
        return STRANGER in allowed
    return not allowed.isdisjoint(person.roles_now(now)) or STRANGER in allowed
