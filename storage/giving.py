"""Which roles a person may give to others: asked when an invitation is made, and again when it is used.

Pure. Giving never exceeds what the giver has: nobody can invite anyone into a role above or beside their own, except
administrators, who answer for the campaign as a whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from storage.people import Role

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from storage.people import Appointment

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


def everywhere(roles: Collection[str], role: Role) -> bool:
    """Tell whether somebody with these roles may give ``role`` in any group, not only in the group they lead."""
    return any(role in GIVES[above] for above in (Role.admin, Role.office) if above in roles)


def may_give(held: Iterable[Appointment], role: Role, group_id: int | None) -> bool:
    """Tell whether somebody who holds these roles may give ``role`` in this group; None is for roles of no group."""
    held = list(held)
    here = {one.role for one in held if group_id is not None and one.group_id == group_id}
    return everywhere({one.role for one in held}, role) or (Role.leader in here and role in GIVES[Role.leader])
