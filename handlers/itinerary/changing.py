"""A draft changed by tapping: a visit to another day, to other people, or in the place of another one.

Days that can be tapped are worked days of the round; whoever is away by then is named so, and cannot be put on it.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers.chat import Button
from handlers.errors import Stale, UserError
from handlers.itinerary.draft import ground_of, mine
from handlers.itinerary.overview import DAY, named, of_day, turning, who
from handlers.journey import data, number, word
from handlers.progress import brief
from handlers.rows import in_rows
from handlers.text import mark

if TYPE_CHECKING:
    from handlers.arranging import Ground
    from handlers.turn import Turn
    from storage.campaign.itineraries import Itinerary

PAGE: Final = 10

AWAY = mark("{name} is on leave on {day}. Choose another day or somebody else.")
NO_DAY = mark("Choose a day first.")


async def day(turn: Turn, args: tuple[str, ...]) -> None:
    """Show one day of the draft, each visit with a button."""
    draft = await mine(turn, args)
    await _show_day(turn, draft, await ground_of(turn, draft), args[1] if len(args) > 1 else "")


async def _show_day(turn: Turn, draft: Itinerary, ground: Ground, wanted: str) -> None:
    stops = draft.stops
    every = sorted({on for on, _ in stops.values()})
    back = (Button(turn.label("↩ Back"), data("itinerary", "draft", draft.id)),)
    if not every:
        turn.card(turn.t("No visit has a day yet. “Without a day” lists them all."), (back,))
        return
    shown = next((each for each in every if each.isoformat() >= wanted), every[-1])
    said = [turn.t("<b>Draft</b> · {day}", day=turn.speech.day(shown)), *of_day(turn, ground, stops, shown)]
    there = sorted((people, unit) for unit, (on, people) in stops.items() if on == shown)[:DAY]
    buttons = [
        Button(str(place), data("itinerary", "stop", draft.id, unit)) for place, (_, unit) in enumerate(there, 1)
    ]
    rows = tuple(tuple(buttons[at : at + 7]) for at in range(0, len(buttons), 7))
    moves = turning(every, shown, lambda to: data("itinerary", "day", draft.id, to.isoformat()), turn)
    said.append(turn.t("Tap a number to change that visit."))
    turn.card(Markup("\n").join(said), (*rows, *moves, back))


async def rest(turn: Turn, args: tuple[str, ...]) -> None:
    """Show the units of the draft's scope that have no day in it."""
    draft = await mine(turn, args)
    ground = await ground_of(turn, draft)
    stops = draft.stops
    groups = [draft.group_id] if draft.group_id is not None else list(ground.groups)
    every = [unit for group_id in groups for unit in ground.open_units(group_id) if unit.id not in stops]
    pages = max(1, -(-len(every) // PAGE))
    at = min(max(number(args, 1), 0), pages - 1)
    shown = every[at * PAGE : (at + 1) * PAGE]
    said = [turn.t("<b>Without a day: {count}</b>", count=len(every))]
    said += [Markup("{}. {}").format(place, named(ground, unit.id)) for place, unit in enumerate(shown, 1)]
    if not every:
        said.append(turn.t("Every unit has a day."))
    buttons = [Button(str(place), data("itinerary", "stop", draft.id, unit.id)) for place, unit in enumerate(shown, 1)]
    moves = tuple(
        Button(words, data("itinerary", "rest", draft.id, to))
        for words, to in (("‹", at - 1), (f"{at + 1}/{pages}", at), ("›", at + 1))
        if pages > 1 and 0 <= to < pages
    )
    rows = [tuple(buttons[first : first + 5]) for first in range(0, len(buttons), 5)]
    back = (Button(turn.label("↩ Back"), data("itinerary", "draft", draft.id)),)
    turn.card(Markup("\n").join(said), (*rows, *((moves,) if moves else ()), back))


# --- one visit ---


async def stop(turn: Turn, args: tuple[str, ...]) -> None:
    """Show one visit of the draft, and what can be done about it."""
    draft = await mine(turn, args)
    ground = await ground_of(turn, draft)
    _show_stop(turn, draft, ground, _unit(draft, ground, args))


def _unit(draft: Itinerary, ground: Ground, args: tuple[str, ...], at: int = 1) -> int:
    """Return the unit a button is about; Stale when the draft cannot give it a day."""
    unit_id = number(args, at)
    unit = ground.units.get(unit_id)
    if unit is None or unit.group_id is None or draft.group_id not in (None, unit.group_id):
        raise Stale
    if all(one.id != unit_id for one in ground.open_units(unit.group_id)):
        raise Stale
    return unit_id


def _show_stop(turn: Turn, draft: Itinerary, ground: Ground, unit_id: int) -> None:
    on, people = draft.stops.get(unit_id, (None, ()))
    unit = ground.units[unit_id]
    said = [
        Markup("<b>{}</b>").format(unit.name),
        Markup("{}").format(unit.area.replace("/", " ")),
        turn.t("Day: {day}", day=turn.speech.day(on) if on else "–"),
        turn.t("Who goes: {people}", people=who(turn, ground, people)),
    ]
    rows: list[tuple[Button, ...]] = [
        (
            Button(turn.label("Another day"), data("itinerary", "move", draft.id, unit_id, 0)),
            Button(turn.label("Other people"), data("itinerary", "who", draft.id, unit_id)),
        )
    ]
    if on is not None:
        rows.append(
            (
                Button(turn.label("Swap with …"), data("itinerary", "swap", draft.id, unit_id, "")),
                Button(turn.label("Take the day away"), data("itinerary", "to", draft.id, unit_id, "-")),
            )
        )
    rows.append((Button(turn.label("↩ Back"), data("itinerary", "day", draft.id, on.isoformat() if on else "")),))
    turn.card(Markup("\n").join(said), tuple(rows))


async def move(turn: Turn, args: tuple[str, ...]) -> None:
    """Offer the worked days that are left, each with how many visits these people have then."""
    draft = await mine(turn, args)
    ground = await ground_of(turn, draft)
    unit_id = _unit(draft, ground, args)
    on, people = draft.stops.get(unit_id, (None, ()))
    going = ground.going(ground.units[unit_id].group_id, people)
    counts = {
        each: sum(
            other == each and not going.isdisjoint(ground.going(ground.units[unit].group_id, team))
            for unit, (other, team) in draft.stops.items()
            if unit in ground.units
        )
        for each in ground.days
    }
    buttons = [
        Button(
            ("● " if each == on else "") + turn.label("{day} · {count}", day=turn.speech.day(each), count=counts[each]),
            data("itinerary", "to", draft.id, unit_id, each.isoformat()),
        )
        for each in ground.days
        if not any(each in ground.away.get(person, ()) for person in people)
    ]
    said = [
        turn.t("<b>{unit}</b>\nTo which day? Beside each: the visits of {people} on it.",
               unit=ground.units[unit_id].name, people=who(turn, ground, people)),
    ]  # fmt: skip
    if len(buttons) < len(ground.days):
        said.append(turn.t("Days on which somebody of them is on leave are left out."))
    back = (Button(turn.label("↩ Back"), data("itinerary", "stop", draft.id, unit_id)),)
    turn.card(Markup("\n").join(said), (*in_rows(buttons), back))


async def to(turn: Turn, args: tuple[str, ...]) -> None:
    """Put the visit on a day, or take its day away."""
    draft = await mine(turn, args, lock=True)
    ground = await ground_of(turn, draft)
    unit_id = _unit(draft, ground, args)
    stops = draft.stops
    wanted = word(args, 2)
    if wanted == "-":
        stops.pop(unit_id, None)
    else:
        _, people = stops.get(unit_id, (None, ()))
        stops[unit_id] = (_day(ground, wanted), people)
        _free(turn, ground, stops[unit_id][0], people)
    draft.keep(stops)
    turn.toast(turn.label("Changed in the draft."))
    _show_stop(turn, draft, ground, unit_id)


def _day(ground: Ground, written: str) -> date:
    try:
        found = date.fromisoformat(written)
    except ValueError as error:
        raise Stale from error
    if found not in ground.days:
        raise Stale
    return found


def _free(turn: Turn, ground: Ground, on: date, people: tuple[int, ...]) -> None:
    """Refuse to send somebody who is on leave."""
    for person in people:
        if on in ground.away.get(person, ()):
            raise UserError(AWAY, name=ground.names.get(person, "—"), day=turn.speech.day(on))


async def others(turn: Turn, args: tuple[str, ...]) -> None:
    """Offer the people of the group, those who go marked; a tap puts somebody on the visit or takes them off."""
    draft = await mine(turn, args)
    ground = await ground_of(turn, draft)
    _show_people(turn, draft, ground, _unit(draft, ground, args))


def _show_people(turn: Turn, draft: Itinerary, ground: Ground, unit_id: int) -> None:
    on, people = draft.stops.get(unit_id, (None, ()))
    if on is None:
        raise UserError(NO_DAY)
    buttons = []
    for person in _goers(ground, unit_id):
        label = ("✓ " if person in people else "") + brief(ground.names.get(person, "—"), 10)
        if on in ground.away.get(person, ()):
            label += turn.label(" (leave)")
        buttons.append(Button(label, data("itinerary", "give", draft.id, unit_id, person)))
    text = turn.t(
        "<b>{unit}</b> · {day}\nWho goes? Tap to put somebody on it or take them off.",
        unit=ground.units[unit_id].name,
        day=turn.speech.day(on),
    )
    back = (Button(turn.label("↩ Back"), data("itinerary", "stop", draft.id, unit_id)),)
    turn.card(text, (*in_rows(buttons), back))


def _goers(ground: Ground, unit_id: int) -> tuple[int, ...]:
    return tuple(ground.goers.get(ground.units[unit_id].group_id or 0, ()))


async def give(turn: Turn, args: tuple[str, ...]) -> None:
    """Put somebody on the visit, or take them off."""
    draft = await mine(turn, args, lock=True)
    ground = await ground_of(turn, draft)
    unit_id, person = _unit(draft, ground, args), number(args, 2)
    stops = draft.stops
    on, people = stops.get(unit_id, (None, ()))
    if on is None or person not in (*_goers(ground, unit_id), *people):
        raise Stale
    if person not in people:
        _free(turn, ground, on, (person,))
    stops[unit_id] = (on, tuple(sorted(set(people) ^ {person})))
    draft.keep(stops)
    _show_people(turn, draft, ground, unit_id)


async def swap(turn: Turn, args: tuple[str, ...]) -> None:
    """Offer the visits of another day, to change places with one of them."""
    draft = await mine(turn, args)
    ground = await ground_of(turn, draft)
    unit_id = _unit(draft, ground, args)
    stops = draft.stops
    group_id = ground.units[unit_id].group_id
    of_group = {
        unit: each
        for unit, each in stops.items()
        if unit != unit_id and unit in ground.units and ground.units[unit].group_id == group_id
    }
    every = sorted({on for on, _ in of_group.values()})
    back = (Button(turn.label("↩ Back"), data("itinerary", "stop", draft.id, unit_id)),)
    if not every or unit_id not in stops:
        turn.card(turn.t("There is no other visit to change places with."), (back,))
        return
    wanted = word(args, 2) or stops[unit_id][0].isoformat()
    shown = next((each for each in every if each.isoformat() >= wanted), every[-1])
    there = sorted((people, unit) for unit, (on, people) in of_group.items() if on == shown)[:DAY]
    said = [
        turn.t("<b>{unit}</b>\nSwap day and people with which visit?", unit=ground.units[unit_id].name),
        turn.t("<b>{day}</b>", day=turn.speech.day(shown)),
        *of_day(turn, ground, of_group, shown),
    ]
    buttons = [
        Button(str(place), data("itinerary", "swapped", draft.id, unit_id, unit))
        for place, (_, unit) in enumerate(there, 1)
    ]
    rows = tuple(tuple(buttons[at : at + 7]) for at in range(0, len(buttons), 7))
    moves = turning(every, shown, lambda to: data("itinerary", "swap", draft.id, unit_id, to.isoformat()), turn)
    turn.card(Markup("\n").join(said), (*rows, *moves, back))


async def swapped(turn: Turn, args: tuple[str, ...]) -> None:
    """Let two visits change places: day and people."""
    draft = await mine(turn, args, lock=True)
    ground = await ground_of(turn, draft)
    unit_id, other = _unit(draft, ground, args), _unit(draft, ground, args, 2)
    stops = draft.stops
    if unit_id not in stops or other not in stops or ground.units[unit_id].group_id != ground.units[other].group_id:
        raise Stale
    stops[unit_id], stops[other] = stops[other], stops[unit_id]
    draft.keep(stops)
    turn.toast(turn.label("Changed in the draft."))
    _show_stop(turn, draft, ground, unit_id)
