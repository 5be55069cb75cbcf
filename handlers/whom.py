"""Screens on which an audience is chosen by taps: roles, groups, areas, levels, tags, named people, exceptions.

Whose audience it is (a notice's, a survey's) and what comes next is the journey's business; it lends its name to the
buttons. Nothing is stored here: the journey gets the changed audience back.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2s
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers.belonging import roles_of
from handlers.chat import Button
from handlers.errors import Stale
from handlers.journey import data, number, word
from handlers.roles import NAMES
from handlers.rows import CHOSEN, in_rows
from handlers.text import mark
from storage import people
from storage.campaign import campaigns
from storage.people import Role
from storage.voices import notices
from supervision import audience

if TYPE_CHECKING:
    from collections.abc import Sequence

    from handlers.chat import Rows
    from handlers.turn import Turn
    from supervision.audience import Audience, Belongs

PAGE: Final = 12
"""Values of a facet on one screen."""

TITLES: Final = {
    audience.ROLE: mark("Roles"),
    audience.GROUP: mark("Groups"),
    audience.AREA: mark("Areas"),
    audience.LEVEL: mark("Levels"),
    audience.TAG: mark("Tags"),
    audience.PERSON: mark("People by name"),
}
EVERYWHERE: Final = frozenset({Role.admin, Role.office})
"""Roles whose holders may address everybody; a leader addresses the groups led."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """Everybody who can be addressed by whoever asks, with what they are."""

    belongings: Sequence[Belongs]

    def size(self, chosen: Audience) -> int:
        """Return how many people an audience is."""
        return len(chosen.people(self.belongings))


async def scope(turn: Turn) -> set[int] | None:
    """Return the groups whose people somebody may address; None: everybody."""
    if roles_of(turn.person, turn.now) & EVERYWHERE:
        return None
    held = turn.who.roles_now(turn.now)
    return {one.group_id for one in held if one.role is Role.leader and one.group_id is not None}


async def crowd(turn: Turn) -> Crowd:
    """Return everybody whom the person may address."""
    return Crowd(await notices.belongings(turn.db, turn.now, await scope(turn)))


async def described(turn: Turn, chosen: Audience) -> Markup:
    """Put an audience into words: "Group 1, Group 2; leaders; not: 王主任"."""
    parts = [turn.t("everybody")] if chosen.everyone else []
    values = await _values(turn, await crowd(turn)) if chosen.chosen or chosen.excepted else {}
    for facet in audience.FACETS:
        named = [label for value, label in values.get(facet, ()) if chosen.has(facet, value)]
        if named:
            parts.append(_some(turn, named))
    left_out = [
        label
        for facet in audience.FACETS
        for value, label in values.get(facet, ())
        if chosen.has(facet, value, excepting=True)
    ]
    if left_out:
        parts.append(turn.t("not: {names}", names=_some(turn, left_out)))
    return turn.t("; ").join(parts)


def _some(turn: Turn, labels: Sequence[str]) -> Markup:
    shown = turn.t(", ").join(labels[:4])
    return turn.t("{names} and {count} more", names=shown, count=len(labels) - 4) if len(labels) > 4 else shown  # noqa: PLR2004 - as many as fit a line


async def overview(turn: Turn, journey: str, of: int, chosen: Audience) -> tuple[Markup, Rows]:
    """Return the first screen: what was chosen, how many people that is, and every facet there is."""
    there = await crowd(turn)
    facets = await _values(turn, there)
    count = there.size(chosen)
    lines = [turn.t("<b>For whom?</b>")]
    if chosen.empty:
        lines.append(turn.t("Nobody is chosen yet. Choose by what people are, or by name; choices narrow one another."))
    else:
        lines.append(await described(turn, chosen))
        lines.append(turn.n("<b>{count} person</b>", "<b>{count} people</b>", count))
    everyone = Button((CHOSEN if chosen.everyone else "") + turn.label("Everybody"), data(journey, "everyone", of))
    buttons = [
        Button(_with_count(turn, facet, chosen.chosen), data(journey, "pick", of, facet, 0, 0))
        for facet in audience.FACETS
        if facets.get(facet)
    ]
    left_out = sum(len(values) for values in chosen.excepted.values())
    except_ = turn.label("Except…") + (f" {left_out}" if left_out else "")
    return Markup("\n").join(lines), ((everyone,), *in_rows(buttons), (Button(except_, data(journey, "except", of)),))


def _with_count(turn: Turn, facet: str, chosen: object) -> str:
    count = len(chosen.get(facet, ())) if isinstance(chosen, dict) else 0
    return turn.label(TITLES[facet]) + (f" {count}" if count else "")


async def exceptions(turn: Turn, journey: str, of: int, chosen: Audience) -> tuple[Markup, Rows]:
    """Return the screen of what may be excepted."""
    facets = await _values(turn, await crowd(turn))
    buttons = [
        Button(_with_count(turn, facet, chosen.excepted), data(journey, "pick", of, facet, 1, 0))
        for facet in audience.FACETS
        if facets.get(facet)
    ]
    said = turn.t("<b>Except…</b>\nWhoever you choose here gets nothing, whatever else was chosen.")
    return said, (*in_rows(buttons), (Button(turn.label("◀ Back"), data(journey, "whom", of)),))


async def facet(
    turn: Turn, journey: str, of: int, chosen: Audience, args: tuple[str, ...], find: str = ""
) -> tuple[Markup, Rows]:
    """Return one facet's screen; ``args``: facet, whether it excepts, page. ``find`` narrows what is listed."""
    name, excepting, page = word(args, 0), number(args, 1) == 1, max(0, number(args, 2))
    there = await crowd(turn)
    values = (await _values(turn, there)).get(name)
    if values is None:
        raise Stale
    listed = [one for one in values if find.casefold() in one[1].casefold()] if find else list(values)
    pages = max(1, -(-len(listed) // PAGE))
    page = min(page, pages - 1)
    buttons = [
        Button(
            (CHOSEN if chosen.has(name, value, excepting=excepting) else "") + label,
            data(journey, "choose", of, name, int(excepting), page, _short(value)),
        )
        for value, label in listed[page * PAGE : (page + 1) * PAGE]
    ]
    back = Button(turn.label("◀ Back"), data(journey, "except" if excepting else "whom", of))
    turning = [
        Button(label, data(journey, "pick", of, name, int(excepting), to))
        for label, to in (("‹", page - 1), ("›", page + 1))
        if 0 <= to < pages
    ]
    lines = [turn.t("<b>{title}</b>", title=turn.label(TITLES[name])) + (f" {page + 1}/{pages}" if pages > 1 else "")]
    if name == audience.PERSON and len(values) > PAGE:
        lines.append(turn.t("Type a part of the name to find somebody."))
    if find and not listed:
        lines.append(turn.t("Nobody here is called “{words}”.", words=find))
    if not chosen.empty:
        lines.append(turn.n("{count} person now", "{count} people now", there.size(chosen)))
    return Markup("\n").join(lines), (*in_rows(buttons), (back, *turning))


async def chosen_by(turn: Turn, chosen: Audience, args: tuple[str, ...]) -> Audience:
    """Return the audience after a tap on a value; ``args``: facet, whether it excepts, page, the value's short name."""
    name, excepting, short = word(args, 0), number(args, 1) == 1, word(args, 3)
    for value, _ in (await _values(turn, await crowd(turn))).get(name, ()):
        if _short(value) == short:
            return chosen.toggled(name, value, excepting=excepting)
    raise Stale


def _short(value: str) -> str:
    """Return what a button carries for a value: an area's path would not fit."""
    return blake2s(value.encode(), digest_size=5).hexdigest()


async def _values(turn: Turn, there: Crowd) -> dict[str, list[tuple[str, str]]]:
    """Return what can be chosen of every facet: (value, label); a facet with nothing to choose is left out."""
    roles = {one.role for one in there.belongings}
    groups = {one.group for one in there.belongings if one.group}
    areas = {
        "/".join(parts[: at + 1])
        for one in there.belongings
        for area in one.areas
        for parts in [area.split("/")]
        for at in range(len(parts))
    }
    levels = {one.level for one in there.belongings if one.level}
    tags = {tag for one in there.belongings for tag in one.tags}
    named = await people.names(turn.db, {one.person for one in there.belongings})
    titles = [(str(one.id), one.name) for campaign in await campaigns.all_campaigns(turn.db)
              for one in await campaigns.groups_of(turn.db, campaign.id) if one.id in groups]  # fmt: skip
    values: dict[str, list[tuple[str, str]]] = {
        audience.ROLE: [(role.value, turn.label(NAMES[role])) for role in NAMES if role.value in roles],
        audience.GROUP: titles,
        audience.AREA: [(area, area) for area in sorted(areas)],
        audience.LEVEL: [(str(one), turn.label("Level {number}", number=one)) for one in sorted(levels)],
        audience.TAG: [(tag, tag) for tag in sorted(tags)],
        audience.PERSON: sorted(((str(one), name) for one, name in named.items()), key=lambda one: one[1]),
    }
    return {name: found for name, found in values.items() if found}
