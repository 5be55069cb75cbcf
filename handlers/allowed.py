"""Who is meant: the sets of roles that the table of rights speaks of, and the stranger who has none.

Pure names. Which row has which of them is said in handlers/access.py and handlers/access_voices.py alone.
"""

from __future__ import annotations

from typing import Final

from storage.people import FIELD, Role

STRANGER: Final = "stranger"
"""Anybody with a telephone: no role, not known to the campaign."""

Allowed = frozenset[str]

INVITED: Final[Allowed] = frozenset(Role)
EVERYONE: Final[Allowed] = INVITED | {STRANGER}
CARETAKERS: Final[Allowed] = frozenset({Role.admin, Role.office})
PLANNERS: Final[Allowed] = CARETAKERS | FIELD
LEADERS: Final[Allowed] = frozenset({Role.leader, Role.deputy})
ADMINS: Final[Allowed] = frozenset({Role.admin})
STEWARDS: Final[Allowed] = frozenset({Role.admin, Role.office, Role.leader})
LEADING: Final[Allowed] = CARETAKERS | {Role.leader, Role.deputy}
CHAIRS: Final[Allowed] = CARETAKERS | {Role.leader, Role.deputy}
SUPERVISORS: Final[Allowed] = CARETAKERS | FIELD
ARRANGERS: Final[Allowed] = CARETAKERS | LEADERS
DRAWERS: Final[Allowed] = SUPERVISORS - {Role.liaison}
