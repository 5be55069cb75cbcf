"""What roles are called, and in which order they are offered to whoever may give them (see :mod:`storage.giving`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.text import mark
from storage.giving import GIVES
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


def gives(roles: Collection[str]) -> tuple[Role, ...]:
    """Return the roles that somebody with these roles may give, from the widest to the narrowest."""
    given = frozenset[Role]().union(*(GIVES.get(Role(role), frozenset()) for role in roles))
    return tuple(role for role in NAMES if role in given)
