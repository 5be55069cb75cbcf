"""Groups of a campaign by chat: which there are, the areas each answers for, who has which place with which duties.

A place is a plan; whoever is to have it comes in by an invitation, made here with one tap. Asks for words one at a
time, and says what they are for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers.campaign import terms_of
from handlers.campaigning.overview import asked
from handlers.chat import Button
from handlers.errors import Stale, UserError
from handlers.journey import data, number
from handlers.progress import listed
from handlers.roles import NAMES
from handlers.text import mark
from storage import audit
from storage.campaign import campaigns, seats
from storage.campaign.campaigns import Group
from storage.campaign.seats import Seat
from storage.people import FIELD, Role
from supervision.register.cells import several

if TYPE_CHECKING:
    from handlers.chat import Rows
    from handlers.turn import Turn
    from storage.campaign.campaigns import Campaign

LONGEST: Final = 60
DUTIES: Final = 300
ORDER: Final = (Role.leader, Role.deputy, Role.inspector, Role.liaison)
WORDS: Final = {
    "name": mark("Type the name of the new group, for example “Group 5”."),
    "rename": mark("Type the new name of {group}."),
    "areas": mark("Type the areas {group} answers for, with commas between them. Now: {now}"),
    "person": mark("{role} in {group}: type the name."),
    "duties": mark("Type what {name} looks after in the group. Now: {now}"),
}
TOO_LONG = mark("At most {most} characters. Nothing was lost; please send it shorter.")
TAKEN = mark("There is a group called “{name}” already.")
UNKNOWN_AREA = mark("“{area}” is not a known province. Nothing was changed; please correct it.")
AREA_TAKEN = mark("{area} belongs to {group}. One group answers for each area; nothing was changed.")


# --- looking ---


async def groups(turn: Turn, args: tuple[str, ...]) -> None:
    """Show the groups of a campaign."""
    campaign = await asked(turn, args)
    turn.remember("campaign")
    turn.card(*await _list(turn, campaign))


async def _list(turn: Turn, campaign: Campaign) -> tuple[Markup, Rows]:
    counts = await campaigns.count_by_group(turn.db, campaign.id)
    found = await campaigns.groups_of(turn.db, campaign.id)
    lines = [turn.t("<b>Groups</b> · {title}", title=campaign.title_in(turn.speech.language))]
    for one in found:
        inside = {person for person, _, _ in await seats.members(turn.db, one.id, turn.now)}
        places = [seat for seat in await seats.of_group(turn.db, one.id) if seat.name]
        lines.append(
            turn.t(
                "{name}: {units} units, {inside} of {places} people in",
                name=one.name,
                units=counts.get(one.id, 0),
                inside=len(inside),
                places=max(len(places), len(inside)),
            )
        )
    if not found:
        lines.append(turn.t("No group yet. They come with the register's sheet of groups, or one by one here."))
    buttons = [Button(one.name[:20], data("campaign", "group", one.id)) for one in found]
    rows = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
    new = Button(turn.label("New group"), data("campaign", "ask", "name", campaign.id))
    return Markup("\n").join(lines), (
        *rows,
        (new, Button(turn.label("◀ Campaign"), data("campaign", "show", campaign.id))),
    )


async def group(turn: Turn, args: tuple[str, ...]) -> None:
    """Show one group: its areas, and everybody's place."""
    one = await _group(turn, args)
    turn.remember("campaign")
    turn.card(*await _one(turn, one))


async def _group(turn: Turn, args: tuple[str, ...], at: int = 0) -> Group:
    found = await campaigns.group(turn.db, number(args, at))
    if found is None:
        raise Stale
    return found


async def _one(turn: Turn, one: Group) -> tuple[Markup, Rows]:
    units = await campaigns.count_by_group(turn.db, one.campaign_id)
    inside = {(name, role) for _, name, role in await seats.members(turn.db, one.id, turn.now)}
    places = [seat for seat in await seats.of_group(turn.db, one.id) if seat.name]
    lines = [
        turn.t("<b>{name}</b> · {units} units", name=one.name, units=units.get(one.id, 0)),
        turn.t("Areas: {areas}", areas=_places(turn, one.areas)),
    ]
    known = {(seat.name, seat.role) for seat in places}
    everybody = [(seat.name, seat.role, seat.duties) for seat in places]
    everybody += [(name, role, "") for name, role in inside - known if role in FIELD]
    for name, role, duties in sorted(everybody, key=lambda each: ORDER.index(each[1]) if each[1] in ORDER else 9):
        line = turn.t("{role} {name}", role=turn.label(NAMES[role]), name=name)
        line += Markup(" · {}").format(duties) if duties else Markup()
        lines.append(line if (name, role) in inside else line + Markup(" · ") + turn.t("not in yet"))
    buttons = [Button(seat.name[:16], data("campaign", "seat", seat.id)) for seat in places]
    rows = [tuple(buttons[at : at + 3]) for at in range(0, len(buttons), 3)]
    rows += [
        (
            Button(turn.label("Add somebody"), data("campaign", "role", one.id)),
            Button(turn.label("Areas"), data("campaign", "ask", "areas", one.id)),
        ),
        (
            Button(turn.label("Rename"), data("campaign", "ask", "rename", one.id)),
            Button(turn.label("End a role …"), data("campaign", "ending", one.id)),
        ),
        (Button(turn.label("◀ Groups"), data("campaign", "groups", one.campaign_id)),),
    ]
    return Markup("\n").join(lines), tuple(rows)


def _places(turn: Turn, areas: list[str] | None) -> str:
    return str(listed(turn, [one.replace("/", "") for one in areas or ()])) or turn.label("none")


async def seat(turn: Turn, args: tuple[str, ...]) -> None:
    """Show one place: who, what for, and whether they have come in."""
    one = await _seat(turn, args)
    turn.remember("campaign")
    turn.card(*await _place(turn, one))


async def _seat(turn: Turn, args: tuple[str, ...], at: int = 0) -> Seat:
    found = await seats.get(turn.db, number(args, at))
    if found is None or not found.name:
        raise Stale
    return found


async def _place(turn: Turn, one: Seat) -> tuple[Markup, Rows]:
    group = await campaigns.group(turn.db, one.group_id)
    inside = {(name, role) for _, name, role in await seats.members(turn.db, one.group_id, turn.now)}
    there = (one.name, one.role) in inside
    lines = [
        turn.t(
            "<b>{name}</b> · {role} · {group}",
            name=one.name,
            role=turn.label(NAMES[one.role]),
            group=group.name if group else "",
        ),
        turn.t("Looks after: {duties}", duties=one.duties or turn.label("none")),
    ]
    if one.areas:
        lines.append(turn.t("Areas: {areas}", areas=_places(turn, one.areas)))
    lines.append(
        turn.t("Has come in.") if there else turn.t("Has not come in yet: the invitation is a link for one person.")
    )
    rows: list[tuple[Button, ...]] = []
    if not there:
        rows.append((Button(turn.label("Make the invitation"), data("campaign", "invite", one.id)),))
    rows += [
        (
            Button(turn.label("Duties"), data("campaign", "ask", "duties", one.id)),
            Button(turn.label("Take off the list …"), data("campaign", "leave", one.id)),
        ),
        (Button(turn.label("↩ Back"), data("campaign", "group", one.group_id)),),
    ]
    return Markup("\n").join(lines), tuple(rows)


# --- changing ---


async def role(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask what somebody is to be in a group."""
    one = await _group(turn, args)
    buttons = [Button(turn.label(NAMES[role]), data("campaign", "ask", "person", one.id, role.value)) for role in ORDER]
    rows = (tuple(buttons[:2]), tuple(buttons[2:]), (Button(turn.label("↩ Back"), data("campaign", "group", one.id)),))
    turn.card(turn.t("What is the person to be in {group}?", group=one.name), rows)


async def ask(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask for words, and hold the chat until they come."""
    what = args[0] if args else ""
    values: dict[str, object] = {}
    back = ""
    if what == "name":
        campaign = await asked(turn, args[1:])
        back = data("campaign", "groups", campaign.id)
    elif what == "duties":
        one = await _seat(turn, args, 1)
        values = {"name": one.name, "now": one.duties or turn.label("none")}
        back = data("campaign", "seat", one.id)
    elif what in WORDS:
        group = await _group(turn, args, 1)
        values = {"group": group.name, "now": _places(turn, group.areas)}
        if what == "person":
            values["role"] = turn.label(NAMES[_role(args, 2)])
        back = data("campaign", "group", group.id)
    else:
        raise Stale
    turn.remember("campaign", ask=list(args))
    turn.card(turn.t(WORDS[what], **values), ((Button(turn.label("↩ Back"), back),),))


def _role(args: tuple[str, ...], at: int) -> Role:
    try:
        found = Role(args[at])
    except (IndexError, ValueError) as error:
        raise Stale from error
    if found not in ORDER:
        raise Stale
    return found


async def typed(turn: Turn, words: str) -> bool:
    """Take the words that were asked for; False when none were."""
    held = turn.state.get("ask")
    if not held:
        return False
    args = tuple(map(str, held))
    words = " ".join(words.split())
    what = args[0]
    most = DUTIES if what in {"duties", "areas"} else LONGEST
    if not words or len(words) > most:
        raise UserError(TOO_LONG, most=most)
    if what == "duties":
        one = await _seat(turn, args, 1)
        one.duties = words
        turn.remember("campaign")
        turn.card(*await _place(turn, one))
        return True
    made = await _new(turn, args, words) if what == "name" else await _changed(turn, args, words)
    turn.remember("campaign")
    turn.card(*await _one(turn, made))
    return True


async def _new(turn: Turn, args: tuple[str, ...], name: str) -> Group:
    campaign = await asked(turn, args[1:])
    await _unused(turn, campaign.id, name)
    made = Group(campaign_id=campaign.id, name=name)
    turn.db.add(made)
    await turn.db.flush()
    audit.record(turn.db, "group.made", f"group:{made.id}", now=turn.now, person_id=turn.who.id)
    return made


async def _unused(turn: Turn, campaign_id: int, name: str) -> None:
    if await campaigns.group_named(turn.db, campaign_id, name) is not None:
        raise UserError(TAKEN, name=name)


async def _changed(turn: Turn, args: tuple[str, ...], words: str) -> Group:
    one = await _group(turn, args, 1)
    if args[0] == "rename":
        await _unused(turn, one.campaign_id, words)
        one.name = words
    elif args[0] == "areas":
        one.areas = await _areas(turn, one, words)
    else:
        await seats.add(turn.db, Seat(group_id=one.id, role=_role(args, 2), name=words))
    audit.record(turn.db, f"group.{args[0]}", f"group:{one.id}", now=turn.now, person_id=turn.who.id)
    return one


async def _areas(turn: Turn, one: Group, words: str) -> list[str]:
    """Return areas by their official names; refuses one that is unknown, or another group's."""
    campaign = await campaigns.get(turn.db, one.campaign_id)
    known = terms_of(campaign.pack if campaign else "").areas
    taken = {
        area: other.name
        for other in await campaigns.groups_of(turn.db, one.campaign_id)
        if other.id != one.id
        for area in other.areas or ()
    }
    found = []
    for written in several(words):
        province, city, county = known.split(written)
        official = known.province(province)
        if official is None:
            raise UserError(UNKNOWN_AREA, area=written[:40])
        area = "/".join(filter(None, (official, city, county)))
        if area in taken:
            raise UserError(AREA_TAKEN, area=area.replace("/", ""), group=taken[area])
        found.append(area)
    return found


async def leave(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask before a place is taken off the list."""
    one = await _seat(turn, args)
    said = turn.t(
        "Take {name} off the list? Whoever has come in keeps the role until it is ended; only the place goes.",
        name=one.name,
    )
    sure = Button(turn.label("Take off the list"), data("campaign", "left", one.id))
    turn.card(said, ((sure, Button(turn.label("↩ Back"), data("campaign", "seat", one.id))),))


async def left(turn: Turn, args: tuple[str, ...]) -> None:
    """Take a place off the list."""
    one = await _seat(turn, args)
    group = await campaigns.group(turn.db, one.group_id)
    if group is None:
        raise Stale
    await turn.db.delete(one)
    await turn.db.flush()
    turn.toast(turn.label("Taken off the list."))
    turn.card(*await _one(turn, group))
