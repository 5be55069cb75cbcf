"""Ends somebody's role in a group: they do no more there, what they did stays, and who leads the group is told.

Asked once before it is done. Whoever may give a role may end it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from handlers import departing
from handlers.chat import Button
from handlers.errors import Stale, UserError
from handlers.journey import data, number
from handlers.progress import called
from handlers.roles import NAMES
from handlers.text import mark
from handlers.ticketing import tell, words_of
from storage import audit, people
from storage.campaign import campaigns, seats
from storage.giving import may_give
from storage.people import FIELD, Role

if TYPE_CHECKING:
    from handlers.turn import Turn
    from storage.campaign.campaigns import Group
    from storage.people import Person

ENDED = mark("{who} does not have this role in {group} any more. Nothing was changed.")
OWN = mark("Your own role is ended by somebody else. Nothing was changed.")


async def _group(turn: Turn, args: tuple[str, ...]) -> Group:
    found = await campaigns.group(turn.db, number(args, 0))
    if found is None:
        raise Stale
    return found


async def who(turn: Turn, args: tuple[str, ...]) -> None:
    """List who works in a group, to choose whose role ends."""
    group = await _group(turn, args)
    back = (Button(turn.label("↩ Back"), data("campaign", "group", group.id)),)
    inside = [one for one in await seats.members(turn.db, group.id, turn.now) if one[2] in FIELD]
    inside = [
        one for one in inside if one[0] != turn.who.id and may_give(turn.who.roles_now(turn.now), one[2], group.id)
    ]
    if not inside:
        turn.card(turn.t("Nobody is in {group} yet.", group=group.name), (back,))
        return
    rows = tuple(
        (
            Button(
                turn.label("{role} {name}", role=turn.label(NAMES[role]), name=name),
                data("campaign", "end", group.id, person, role.value),
            ),
        )
        for person, name, role in inside
    )
    turn.card(turn.t("<b>{group}</b>\nWhose role ends?", group=group.name), (*rows, back))


async def _meant(turn: Turn, args: tuple[str, ...]) -> tuple[Group, Person, Role]:
    """Return whose role in which group is meant; the sentence why not where it cannot be ended."""
    group, person = await _group(turn, args), await people.by_id(turn.db, number(args, 1))
    try:
        role = Role(args[2])
    except (IndexError, ValueError) as error:
        raise Stale from error
    if person is None or role not in FIELD or not may_give(turn.who.roles_now(turn.now), role, group.id):
        raise Stale
    if person.id == turn.who.id:
        raise UserError(OWN)
    if not person.has(turn.now, role, group_id=group.id):
        raise UserError(ENDED, who=called(person), group=group.name)
    return group, person, role


async def ask(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask before a role ends: say what stays, and what they have begun."""
    group, person, role = await _meant(turn, args)
    begun = await departing.begun(turn, person, group.id)
    lines = [
        turn.t(
            "<b>End the role of {who}?</b>\n{role} · {group}",
            who=called(person),
            role=turn.label(NAMES[role]),
            group=group.name,
        ),
        turn.t("They do no more there from now on. What they did stays."),
    ]
    if begun:
        lines.append(
            turn.n(
                "Begun and not submitted: {count} visit; it goes to whoever leads the group.",
                "Begun and not submitted: {count} visits; they go to whoever leads the group.",
                len(begun),
            )
        )
    sure = Button(turn.label("End it"), data("campaign", "ended", group.id, person.id, role.value))
    keep = Button(turn.label("Leave it"), data("campaign", "group", group.id))
    turn.card(Markup("\n").join(lines), ((sure, keep),))


async def ended(turn: Turn, args: tuple[str, ...]) -> None:
    """End it, tell whoever leads what was left, and the person that it is so."""
    group, person, role = await _meant(turn, args)
    begun = await departing.begun(turn, person, group.id)
    person.dismiss(role, turn.now, group_id=group.id)
    await departing.tell_of(turn, person, [one for one in begun if not one.open_to(person, turn.now)])
    details = {"role": role.value, "group": group.id}
    audit.record(turn.db, "role.ended", f"person:{person.id}", now=turn.now, person_id=turn.who.id, details=details)
    theirs = words_of(person)
    said = theirs.t(
        "You are no longer {role} of {group}. What you did there is kept.",
        role=theirs.label(NAMES[role]),
        group=group.name,
    )
    tell(turn, person, said)
    turn.toast(turn.label("Ended: {who}.", who=called(person)))
    await who(turn, (str(group.id),))
