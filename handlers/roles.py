"""What roles are called, and which roles a person may give to others.

Pure. Giving never exceeds what the giver has: nobody can invite anyone into a role above or beside their own, except
administrators, who answer for the campaign as a whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.text import mark
from storage.people import Role

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

NAMES: Final[Mapping[Role, str]] = {
    Role.admin: mark("Administrator"),
    Role.office: mark("Office"),
    Role.leader: mark("Group leader"),
    Role.deputy: mark("Deputy leader"),
    Role.inspector: mark("Inspector"),
    Role.liaison: mark("Liaison"),
    Role.contact: mark("Unit contact"),
    Role.member: mark("Member"),
}
"""What each role is called, as msgids, from the widest to the narrowest."""

IN_A_GROUP: Final = frozenset({Role.leader, Role.deputy, Role.inspector, Role.liaison, Role.contact, Role.member})
"""Roles that exist only within a group."""

AT_A_UNIT: Final = frozenset({Role.contact})
"""Roles that speak for one unit."""

GIVES: Final[Mapping[Role, frozenset[Role]]] = {
    Role.admin: frozenset(Role),
    Role.office: IN_A_GROUP,
    Role.leader: frozenset({Role.inspector, Role.liaison, Role.contact, Role.member}),
}
"""Which roles may give which; a leader only within the group led."""


def gives(roles: Collection[str]) -> tuple[Role, ...]:
    """Return the roles that somebody with these roles may give, from the widest to the narrowest."""
    given = frozenset[Role]().union(*(GIVES.get(Role(role), frozenset()) for role in roles))
    return tuple(role for role in NAMES if role in given)


def everywhere(roles: Collection[str], role: Role) -> bool:
    """Tell whether somebody with these roles may give ``role`` in any group, not only in the group they lead."""
    return any(role in GIVES[above] for above in (Role.admin, Role.office) if above in roles)
