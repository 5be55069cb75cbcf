"""A draft: proposed with a few taps or taken from what stands, looked at, and confirmed as a whole or thrown away.

It binds nobody before it is confirmed. What was shown is what is done: when something has changed meanwhile the draft
is shown anew and nothing is done.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from handlers import arranging
from handlers import campaign as packs
from handlers.chat import Button
from handlers.errors import NotAllowed, Stale, UserError
from handlers.itinerary.faults import faulty
from handlers.itinerary.guiding import apply, lines, pending
from handlers.itinerary.overview import ALL, clashes, loads, named, plans, who
from handlers.journey import data, number
from handlers.progress import bar, listed
from handlers.text import mark
from storage.campaign import campaigns, itineraries
from storage.campaign.itineraries import Itinerary, State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from handlers.arranging import Ground
    from handlers.chat import Rows, Timer
    from handlers.turn import Turn
    from storage.campaign.itineraries import Change

SHOWN: Final = 8

OVER = mark("The round is over, or closed: nothing more can be planned in it.")
NO_FORM = mark("No form is published that these visits could use. Publish one with /forms, then confirm again.")
WAITS = mark("The draft is still being worked out. It appears here by itself.")


def waiting_card(turn: Turn, draft: Itinerary) -> tuple[Markup, Rows]:
    """Draw a draft that is being worked out, with how far that is."""
    groups, of = len(draft.plan.get("groups", {})), draft.plan.get("of", 0)
    text = turn.t("Working out the itinerary …")
    if of:
        text += Markup("\n") + turn.t("{bar} {done}/{of} groups", bar=bar(groups, of), done=groups, of=of)
    drop = Button(turn.label("Stop"), data("itinerary", "drop", draft.id))
    return text, ((drop,),)


# --- news of one ---


async def progress(turn: Turn, timer: Timer) -> None:
    """Say how far it is, on the card that waits for it."""
    draft = await itineraries.get(turn.db, int(timer.args["itinerary"]))
    if draft is not None and draft.state is State.waiting and _held(turn, draft):
        turn.card(*waiting_card(turn, draft))


async def ready(turn: Turn, timer: Timer) -> None:
    """Show a draft that has been worked out, or say that it can be looked at."""
    draft = await itineraries.get(turn.db, int(timer.args["itinerary"]))
    if draft is None or turn.person is None or draft.person_id != turn.person.id:
        return
    if not plans(turn, draft.group_id):  # the role may have ended meanwhile
        return
    if _held(turn, draft):
        await show_draft(turn, draft)
        return
    button = Button(turn.label("Look at it"), data("itinerary", "draft", draft.id))
    turn.say(turn.t("The draft of the itinerary is ready."), ((button,),))


def _held(turn: Turn, draft: Itinerary) -> bool:
    return turn.conversation.journey == "itinerary" and turn.state.get("draft") == draft.id


# --- looking at it ---


async def mine(turn: Turn, args: tuple[str, ...], *, lock: bool = False, waits: bool = False) -> Itinerary:
    """Return one's own draft that a button is about; Stale for any other, NotAllowed when the right has ended."""
    found = await itineraries.get(turn.db, number(args, 0), lock=lock)
    if found is None or found.person_id != turn.who.id:
        raise Stale
    if not plans(turn, found.group_id):
        raise NotAllowed
    if found.state is State.waiting and not waits:
        raise UserError(WAITS)
    return found


async def ground_of(turn: Turn, draft: Itinerary, *, lock: bool = False) -> Ground:
    """Return what the draft's round is made of."""
    one = await campaigns.round_of(turn.db, draft.round_id)
    if one is None:
        raise Stale
    return await arranging.ground(turn.db, one, turn.now, lock=lock)


async def draft(turn: Turn, args: tuple[str, ...]) -> None:
    """Show one's draft."""
    found = await mine(turn, args, waits=True)
    if found.state is State.waiting:
        turn.remember("itinerary", round=found.round_id, group=found.group_id or ALL, draft=found.id)
        turn.card(*waiting_card(turn, found))
        return
    await show_draft(turn, found)


async def show_draft(turn: Turn, found: Itinerary, ground: Ground | None = None) -> None:
    """Draw a draft: how good it is, what is short, what confirming would change."""
    ground = ground or await ground_of(turn, found)
    turn.remember("itinerary", round=found.round_id, group=found.group_id or ALL, draft=found.id)
    if found.plan.get("faults"):
        turn.card(*faulty(turn, found))
        return
    changes = ground.changes(found)
    stops = found.stops
    title = turn.t("<b>Draft</b> · Round {number}", number=turn.speech.ordinal(ground.round.number))
    if found.group_id is not None:
        title += Markup(" · {}").format(ground.groups[found.group_id].name)
    said = [title]
    for key, each in found.plan.get("groups", {}).items():
        said += _of_group(turn, ground, int(key), each)
    said += clashes(turn, ground, stops)
    if found.group_id is not None and stops:
        said += loads(turn, ground, stops)
    if changes:
        said.append(Markup("\n") + _counted(turn, changes))
    said += lines(turn, ground, found)
    some = changes or pending(found)
    said.append(turn.t("Nothing has been changed yet.") if some else turn.t("There is nothing to confirm."))
    turn.card(Markup("\n").join(said), _buttons(turn, found, changes))


def _of_group(turn: Turn, ground: Ground, group_id: int, each: dict[str, Any]) -> list[Markup]:
    name = ground.groups[group_id].name if group_id in ground.groups else ""
    left = len(each["left"])
    if each.get("kept"):
        return _beside(turn, ground, name, each)
    line = turn.t("{name}: {done}/{total} arranged", name=name, done=each["units"] - left, total=each["units"])
    said = [line]
    if not left:
        gap = round(100 * max(0.0, each["cost"] - each["bound"]) / each["cost"]) if each["cost"] else 0
        best = turn.t("the best there is") if not gap else turn.t("at most {gap} % from the best", gap=gap)
        said[0] += Markup(" · ") + turn.n(
            "{count} a day, {best}", "at most {count} a day, {best}", each["pace"], best=best
        )
        return said
    if not each["teams"]:
        said.append(turn.t("   ⚠ Nobody of this group goes on visits yet."))
    elif not each["team_days"]:
        said.append(turn.t("   ⚠ Nobody of this group is free on any day that is left."))
    else:
        short = -(-(each["units"] - each["room"]) // each["most"])
        said.append(
            turn.t(
                "   ⚠ {teams} teams have {days} days together, {most} visits a day: room for {room}. "
                "{short} more team days would do, or another visit a day.",
                teams=each["teams"],
                days=each["team_days"],
                most=each["most"],
                room=each["room"],
                short=max(1, short),
            )
        )
    names = listed(turn, [named(ground, unit, 14) for unit in each["left"][:3]])
    said.append(turn.n("   Without a day: {names}", "   {count} without a day: {names} …", left, names=names))
    return said


def _beside(turn: Turn, ground: Ground, name: str, each: dict[str, Any]) -> list[Markup]:
    """Say what was found for units that had no day, beside what stays as it was."""
    left: list[int] = each["left"]
    values = {"name": name, "kept": each["kept"], "done": each["units"] - len(left), "total": each["units"]}
    said = [turn.t("{name}: {kept} stay as they are, {done}/{total} arranged beside them", **values)]
    if left:
        names = listed(turn, [named(ground, unit, 14) for unit in left[:3]])
        said.append(turn.t("   ⚠ There is no room for more: another visit a day, or a longer round, would do."))
        said.append(turn.n("   Without a day: {names}", "   {count} without a day: {names} …", len(left), names=names))
    return said


def _counted(turn: Turn, changes: Sequence[Change]) -> Markup:
    new = sum(one.is_on is not None and one.was_on is None for one in changes)
    gone = sum(one.is_on is None for one in changes)
    moved = sum(None not in (one.is_on, one.was_on) and one.is_on != one.was_on for one in changes)
    others = len(changes) - new - gone - moved
    counts = {
        turn.n("{count} new", "{count} new", new): new,
        turn.n("{count} on another day", "{count} on another day", moved): moved,
        turn.n("{count} with other people", "{count} with other people", others): others,
        turn.n("{count} loses its day", "{count} lose their days", gone): gone,
    }
    return turn.t("Confirming: {what}", what=listed(turn, [words for words, count in counts.items() if count]))


def _buttons(turn: Turn, found: Itinerary, changes: Sequence[Change]) -> Rows:
    rows: list[tuple[Button, ...]] = []
    count = len(changes) + len(pending(found))
    if count:
        sure = turn.label("Confirm {count} changes", count=count)
        rows.append((Button(sure, data("itinerary", "confirm", found.id, seen(changes))),))
    if changes:
        rows.append((Button(turn.label("What would change"), data("itinerary", "changes", found.id, 0)),))
    rows.append(
        (
            Button(turn.label("Day by day, change"), data("itinerary", "day", found.id, "")),
            Button(turn.label("Without a day"), data("itinerary", "rest", found.id, 0)),
        )
    )
    rows.append(
        (
            Button(turn.label("Change places …"), data("itinerary", "trade", found.id)),
            Button(turn.label("As an Excel file"), data("itinerary", "file", found.id)),
        )
    )
    rows.append(
        (
            Button(turn.label("Throw away"), data("itinerary", "drop", found.id)),
            Button(turn.label("◀ Itinerary"), data("itinerary", "show", found.round_id, found.group_id or ALL)),
        )
    )
    return tuple(rows)


def seen(changes: Sequence[Change]) -> str:
    """Return what makes a button good for these changes only."""
    written = repr([(one.unit_id, one.visit_id, one.was_on, one.was, one.is_on, one.people) for one in changes])
    return hashlib.sha256(written.encode()).hexdigest()[:10]


async def changes(turn: Turn, args: tuple[str, ...]) -> None:
    """Show a page of what confirming would change, unit by unit."""
    found = await mine(turn, args)
    ground = await ground_of(turn, found)
    every = ground.changes(found)
    pages = max(1, -(-len(every) // SHOWN))
    at = min(max(number(args, 1), 0), pages - 1)
    said = [_counted(turn, every)]
    for one in every[at * SHOWN : (at + 1) * SHOWN]:
        was = _said(turn, ground, one.was_on, one.was)
        now = _said(turn, ground, one.is_on, one.people)
        said.append(Markup("· {}\n   {} → {}").format(named(ground, one.unit_id), was, now))
    moves = [
        Button(words, data("itinerary", "changes", found.id, to))
        for words, to in (("‹", at - 1), (f"{at + 1}/{pages}", at), ("›", at + 1))
        if pages > 1 and 0 <= to < pages
    ]
    back = (Button(turn.label("↩ Back"), data("itinerary", "draft", found.id)),)
    turn.card(Markup("\n").join(said), (*((tuple(moves),) if moves else ()), back))


def _said(turn: Turn, ground: Ground, day: Any, people: Sequence[int]) -> str:  # noqa: ANN401 - a date or None
    return f"{turn.speech.day(day)} {who(turn, ground, people)}" if day is not None else "–"


# --- doing it ---


async def confirm(turn: Turn, args: tuple[str, ...]) -> None:
    """Make the plan of it: as it was shown, or not at all."""
    found = await mine(turn, args, lock=True)
    ground = await ground_of(turn, found, lock=True)
    if ground.round.closed_at is not None:
        raise UserError(OVER)
    every = ground.changes(found)
    if found.plan.get("faults") or not (every or pending(found)) or args[1:2] != (seen(every),):
        turn.toast(turn.label("Something has changed meanwhile. Please look again."), alert=True)
        await show_draft(turn, found, ground)
        return
    told = await _arranged(turn, ground, every) if every else 0
    plans_changed = await apply(turn, ground, found)
    await itineraries.drop(turn.db, found)
    turn.record("itinerary.confirmed", f"round:{found.round_id}", group=found.group_id or 0, visits=len(every))
    turn.toast(turn.label("Confirmed."))
    turn.remember("itinerary", round=found.round_id, group=found.group_id or ALL)
    said = [turn.n("✓ {count} visit arranged.", "✓ {count} visits arranged.", len(every))] if every else []
    if plans_changed:
        said.append(turn.n("✓ {count} guidance plan.", "✓ {count} guidance plans.", plans_changed))
    said.append(
        turn.n(
            "{count} person is told, nobody else, and not in quiet hours.",
            "{count} people are told, nobody else, and not in quiet hours.",
            told,
        )
        if told
        else turn.t("Nobody else is concerned, and nobody is told.")
    )
    back = Button(turn.label("◀ Itinerary"), data("itinerary", "show", found.round_id, found.group_id or ALL))
    turn.card(Markup("\n").join(said), ((back,),))


async def _arranged(turn: Turn, ground: Ground, every: Sequence[Change]) -> int:
    source = packs.pack_of(ground.campaign.pack).form if ground.campaign.pack else ""
    form = await itineraries.form_for(turn.db, ground.round, source)
    if form is None:
        raise UserError(NO_FORM)
    return await arranging.confirm(turn.db, ground, every, form.id, turn.who.id, turn.now)


async def drop(turn: Turn, args: tuple[str, ...]) -> None:
    """Throw the draft away; what is planned stays as it is."""
    found = await mine(turn, args, lock=True, waits=True)
    await itineraries.drop(turn.db, found)
    turn.toast(turn.label("Thrown away."))
    back = Button(turn.label("◀ Itinerary"), data("itinerary", "show", found.round_id, found.group_id or ALL))
    turn.remember("itinerary", round=found.round_id, group=found.group_id or ALL)
    turn.card(turn.t("The draft was thrown away. What is planned stays as it is."), ((back,),))
