"""Divides a visit among those who are on it: who has what, taken by a tap on an item or an aspect, handed over in two.

Taking an item on keeps nobody else from answering it; the walk merely leaves it to them. Must not answer anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers.chat import Button, Say
from handlers.checklist.shares import shares
from handlers.checklist.sharing import aspects, tell
from handlers.checklist.steps import hold, let_wait, opened, show, show_overview
from handlers.errors import Stale, UserError
from handlers.journey import data, number, word
from handlers.labour import labour_of
from handlers.progress import brief, headline, numbers_of
from handlers.text import mark, speech
from storage import audit, people

if TYPE_CHECKING:
    from collections.abc import Collection

    from handlers.chat import Rows
    from handlers.items import Item
    from handlers.sheet import Sheet
    from handlers.turn import Turn

ASPECT: Final = 20
"""Characters of an aspect's name on a button."""

NAME: Final = 12
"""Characters of a colleague's name on a button."""

OPEN = mark("Items {numbers} of yours are still open: please answer them, or hand them over.")
NOBODY = mark("Nobody else works on this visit now.")


# --- seeing ---


async def team(turn: Turn, args: tuple[str, ...]) -> None:
    """Show who has which items, and let aspects be taken on."""
    _show_team(turn, await opened(turn, number(args, 0), to_write=False))


def _show_team(turn: Turn, sheet: Sheet) -> None:
    visit = sheet.visit
    lines = [headline(turn, sheet), turn.t("\n<b>Who does what</b>"), *shares(turn, sheet)]
    rows: list[tuple[Button, ...]] = []
    if visit.state != "submitted":
        lines.append(turn.t("\nTap an aspect to take on what is free in it; tap it again to let it go."))
        rows += [_aspect_button(turn, sheet, at) for at in range(len(aspects(sheet)))]
        if any(who == turn.who.id for who in sheet.labour.holders.values()):
            rows.append((Button(turn.label("Hand over what is mine"), data("checklist", "hand", visit.id, 0)),))
    rows.append((Button(turn.label("☰ Overview"), data("checklist", "overview", visit.id)),))
    turn.card(Markup("\n").join(lines), tuple(rows))


def _aspect_button(turn: Turn, sheet: Sheet, at: int) -> tuple[Button, ...]:
    title, numbers = aspects(sheet)[at]
    mine, free = _mine(turn, sheet, numbers), _free(sheet, numbers)
    sign = "●" if mine and not free else "○" if free else "—"
    label = f"{sign} {brief(title, ASPECT) or f'{numbers[0]}–{numbers[-1]}'}"
    return (Button(label, data("checklist", "aspect", sheet.visit.id, at)),)


def _mine(turn: Turn, sheet: Sheet, numbers: Collection[str]) -> set[str]:
    return {one for one in numbers if sheet.labour.holders.get(one) == turn.who.id}


def _free(sheet: Sheet, numbers: Collection[str]) -> set[str]:
    return {one for one in numbers if not sheet.labour.holders.get(one)}


# --- taking on ---


async def claim(turn: Turn, args: tuple[str, ...]) -> None:
    """Take an item on, or let it go again."""
    sheet = await opened(turn, number(args, 0))
    item = sheet.screen(word(args, 1))
    if sheet.labour.theirs(item):
        name = sheet.labour.name(sheet.labour.holder(item))
        turn.toast(turn.label("{who} has item {number}.", who=name, number=item.key), alert=True)
    else:
        await _toggle(turn, sheet, [str(item.number)])
    hold(turn, sheet, item, skipped=let_wait(turn, sheet, item))
    show(turn, sheet, item)


async def aspect(turn: Turn, args: tuple[str, ...]) -> None:
    """Take on what is free in an aspect, or let go what one has of it."""
    sheet = await opened(turn, number(args, 0))
    every = aspects(sheet)
    at = number(args, 1)
    if not 0 <= at < len(every):
        raise Stale
    await _toggle(turn, sheet, every[at][1])
    _show_team(turn, sheet)


async def _toggle(turn: Turn, sheet: Sheet, numbers: Collection[str]) -> None:
    """Take on what is free of some items; where nothing is, let go what one has of them."""
    free, mine = _free(sheet, numbers), _mine(turn, sheet, numbers)
    if free:
        await _move(turn, sheet, free, turn.who.id)
        turn.toast(turn.label("Yours now: {numbers}", numbers=_named(turn, sheet, free)))
    elif mine:
        await _move(turn, sheet, mine, 0)
        turn.toast(turn.label("Free again: {numbers}", numbers=_named(turn, sheet, mine)))
    else:
        turn.toast(turn.label("Colleagues have these; they can hand them over."))


def _named(turn: Turn, sheet: Sheet, numbers: Collection[str]) -> str:
    return numbers_of(turn, (item for item in sheet.numbered() if str(item.number) in numbers))


async def _move(turn: Turn, sheet: Sheet, numbers: Collection[str], to: int) -> None:
    """Give items to somebody (0: to nobody), whoever had them."""
    for part in sheet.visit.parts:
        part.give(numbers)
    if to:
        sheet.visit.come(to, turn.now).take(numbers, turn.now)
    details = {"items": sorted(numbers, key=int), "to": to}
    audit.record(
        turn.db, "visit.divided", f"visit:{sheet.visit.id}", now=turn.now, person_id=turn.who.id, details=details
    )
    sheet.labour = await labour_of(turn, sheet.visit)
    await tell(turn, sheet)


# --- handing over ---


async def hand(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask who is to have an item, or all that one has and has not finished."""
    sheet = await opened(turn, number(args, 0))
    key = word(args, 1)
    what = _handed(turn, sheet, key)
    colleagues = [who for who in sheet.labour.names if who != turn.who.id]
    if not colleagues:
        raise UserError(NOBODY)
    rows: Rows = tuple(
        (Button(brief(sheet.labour.name(who), NAME), data("checklist", "handto", sheet.visit.id, key, who)),)
        for who in colleagues
    )
    back = data("checklist", "team", sheet.visit.id) if key == "0" else data("checklist", "go", sheet.visit.id, key, 0)
    turn.card(
        headline(turn, sheet) + turn.t("\n\nWho takes over {numbers}?", numbers=numbers_of(turn, what)),
        (*rows, (Button(turn.label("↩ Nobody"), back),)),
    )


def _handed(turn: Turn, sheet: Sheet, key: str) -> list[Item]:
    """Return what is to be handed over: an item that is one's own or, for who leads, a colleague's; or all of one's."""
    if key == "0":
        mine = [item for item in sheet.numbered() if sheet.labour.holder(item) == turn.who.id]
        found = [item for item in mine if not sheet.complete(item)] or mine
    else:
        item = sheet.screen(key)
        found = [item] if not sheet.labour.theirs(item) or turn.who.id in sheet.labour.lead else []
    if not found:
        raise Stale
    return found


async def handto(turn: Turn, args: tuple[str, ...]) -> None:
    """Hand over to a colleague, who is told."""
    sheet = await opened(turn, number(args, 0))
    key, to = word(args, 1), number(args, 2)
    what = _handed(turn, sheet, key)
    colleague = await people.by_id(turn.db, to) if to in sheet.labour.names and to != turn.who.id else None
    if colleague is None:
        raise Stale
    await _move(turn, sheet, {str(item.number) for item in what}, to)
    if colleague.telegram_id is not None:
        theirs = speech(colleague.language)
        text = theirs.t(
            "{who} hands over to you at <b>{unit}</b>: items {numbers}",
            who=turn.who.name,
            unit=sheet.visit.unit.name,
            numbers=numbers_of(turn, what),
        )
        go = Button(theirs.label("Go to item {number}", number=what[0].key), _to(sheet, what[0].key))
        turn.reply(Say(text=str(text), buttons=((go,),)), to=colleague.telegram_id)
    turn.toast(turn.label("{who} has {numbers} now.", who=colleague.name, numbers=numbers_of(turn, what)))
    show_overview(turn, sheet)


def _to(sheet: Sheet, key: str) -> str:
    return data("checklist", "go", sheet.visit.id, key, 0)


# --- being done ---


async def finish(turn: Turn, args: tuple[str, ...]) -> None:
    """Be done with one's own part; when everybody is, those who lead are told."""
    sheet = await opened(turn, number(args, 0))
    mine = [item for item in sheet.unfinished() if sheet.labour.holder(item) == turn.who.id]
    if mine:
        raise UserError(OPEN, numbers=numbers_of(turn, mine))
    part = sheet.visit.come(turn.who.id, turn.now)
    if part.done_at is None:
        part.begin(turn.now)
        part.done_at = turn.now
        audit.record(turn.db, "visit.part_done", f"visit:{sheet.visit.id}", now=turn.now, person_id=turn.who.id)
        await tell(turn, sheet)
        await _tell_lead(turn, sheet)
    turn.toast(turn.label("Your part is done."))
    show_overview(turn, sheet)


async def _tell_lead(turn: Turn, sheet: Sheet) -> None:
    """Tell who leads the group that every part is done."""
    lead = sheet.labour.lead
    waiting = [
        one
        for one in sheet.visit.parts
        if one.began_at and not one.done_at and one.person_id not in lead and one.person_id in sheet.labour.names
    ]
    if waiting:
        return
    for who in lead:
        person = await people.by_id(turn.db, who) if who != turn.who.id else None
        if person is not None and person.telegram_id is not None:
            theirs = speech(person.language)
            text = theirs.t("Everybody is done at <b>{unit}</b>. You can submit it.", unit=sheet.visit.unit.name)
            look = Button(theirs.label("Look and submit"), data("checklist", "overview", sheet.visit.id))
            turn.reply(Say(text=str(text), buttons=((look,),)), to=person.telegram_id)
