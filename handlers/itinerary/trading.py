"""Two people change places in a draft from a day on: a team made otherwise in the middle of a round.

Whoever has left the group since gives their visits and takes none. Nobody is put on a visit while on leave: those stay
as they are, and are counted.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from markupsafe import Markup

from handlers.chat import Button
from handlers.errors import Stale
from handlers.itinerary.draft import ground_of, mine, show_draft
from handlers.journey import data, number, word
from handlers.progress import brief
from handlers.rows import in_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handlers.arranging import Ground
    from handlers.turn import Turn
    from storage.campaign.itineraries import Itinerary

    Stops = dict[int, tuple[date, tuple[int, ...]]]

WHOM, WITH, FROM = 1, 2, 3
"""Places of a button's arguments: the draft's id stands before them."""


async def trade(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask who, with whom and from which day on, a tap each; then do it in the draft."""
    draft = await mine(turn, args, lock=len(args) > FROM)
    ground = await ground_of(turn, draft)
    loads = _loads(draft)
    if len(args) <= WHOM:
        _who(turn, draft, ground, loads)
        return
    one = number(args, WHOM)
    group_id = _group(ground, draft, one)
    if len(args) <= WITH:
        _with(turn, draft, ground, one, group_id)
        return
    other = number(args, WITH)
    if other not in ground.goers.get(group_id, ()) or other == one:
        raise Stale
    if len(args) <= FROM:
        _from(turn, draft, ground, one, other)
        return
    only = one in ground.gone.get(group_id, ())
    await _done(turn, draft, ground, {one: other} if only else {one: other, other: one}, word(args, FROM))


def _loads(draft: Itinerary) -> Mapping[int, int]:
    found: dict[int, int] = {}
    for _, people in draft.stops.values():
        for person in people:
            found[person] = found.get(person, 0) + 1
    return found


def _group(ground: Ground, draft: Itinerary, person: int) -> int:
    """Return the group in which somebody has visits in the draft; Stale when in none."""
    for unit_id, (_, people) in draft.stops.items():
        unit = ground.units.get(unit_id)
        if person in people and unit is not None and unit.group_id is not None:
            return unit.group_id
    raise Stale


def _who(turn: Turn, draft: Itinerary, ground: Ground, loads: Mapping[int, int]) -> None:
    gone = {one for unit, (_, people) in draft.stops.items() for one in ground.left(unit, people)}
    ranked = sorted(loads, key=lambda one: (one not in gone, -loads[one], one))
    buttons = [
        Button(
            ("⚠ " if one in gone else "") + f"{brief(ground.names.get(one, '—'), 10)} {loads[one]}",
            data("itinerary", "trade", draft.id, one),
        )
        for one in ranked
    ]
    back = (Button(turn.label("↩ Back"), data("itinerary", "draft", draft.id)),)
    if not buttons:
        turn.card(turn.t("Nobody is put on a visit by name in this draft, so nobody can change places."), (back,))
        return
    said = [turn.t("<b>Who changes places?</b>\nBeside each: the visits they have in the draft.")]
    if gone:
        said.append(turn.t("⚠ has left the group since."))
    turn.card(Markup("\n").join(said), (*in_rows(buttons), back))


def _with(turn: Turn, draft: Itinerary, ground: Ground, one: int, group_id: int) -> None:
    buttons = [
        Button(brief(ground.names.get(each, "—"), 12), data("itinerary", "trade", draft.id, one, each))
        for each in ground.goers.get(group_id, ())
        if each != one
    ]
    back = (Button(turn.label("↩ Back"), data("itinerary", "trade", draft.id)),)
    turn.card(
        turn.t("With whom does {name} change places?", name=ground.names.get(one, "—")), (*in_rows(buttons), back)
    )


def _from(turn: Turn, draft: Itinerary, ground: Ground, one: int, other: int) -> None:
    on = {day for day, people in draft.stops.values() if {one, other} & set(people)}
    buttons = [
        Button(turn.speech.day(each), data("itinerary", "trade", draft.id, one, other, each.isoformat()))
        for each in ground.days
        if any(day >= each for day in on)
    ]
    text = turn.t(
        "{first} and {second} change places from which day on?",
        first=ground.names.get(one, "—"),
        second=ground.names.get(other, "—"),
    )
    back = (Button(turn.label("↩ Back"), data("itinerary", "trade", draft.id, one)),)
    turn.card(text, (*in_rows(buttons), back))


async def _done(turn: Turn, draft: Itinerary, ground: Ground, instead: Mapping[int, int], written: str) -> None:
    try:
        first = date.fromisoformat(written)
    except ValueError as error:
        raise Stale from error
    stops, done, kept = traded(draft.stops, instead, first, ground.away)
    draft.keep(stops)
    said = turn.n("{count} visit changed in the draft.", "{count} visits changed in the draft.", done)
    if kept:
        said += Markup(" ") + turn.n("{count} stays as it is: on leave.", "{count} stay as they are: on leave.", kept)
    turn.toast(str(said), alert=bool(kept))
    await show_draft(turn, draft, ground)


def traded(
    stops: Mapping[int, tuple[date, tuple[int, ...]]],
    instead: Mapping[int, int],
    first: date,
    away: Mapping[int, frozenset[date]],
) -> tuple[Stops, int, int]:
    """Return the stops with people changed for others from a day on, how many that are, and how many leave forbids."""
    found, done, kept = dict(stops), 0, 0
    for unit_id, (day, people) in stops.items():
        if day < first or not instead.keys() & set(people):
            continue
        now = tuple(sorted({instead.get(each, each) for each in people}))
        if now == people:
            continue
        if any(day in away.get(each, ()) for each in set(now) - set(people)):
            kept += 1
            continue
        found[unit_id] = (day, now)
        done += 1
    return found, done, kept
