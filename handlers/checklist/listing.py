"""Draws the list of a repeat: what instances there are, each to be changed or taken away, and whether there is another.

Pure drawing: it reads a sheet and returns text and buttons. It writes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from forms.question import MEDIA
from handlers.chat import Button
from handlers.checklist.card import finished
from handlers.items import titled
from handlers.journey import data
from handlers.progress import brief, clipped, header
from handlers.widgets.words import in_words

if TYPE_CHECKING:
    from handlers.chat import Rows
    from handlers.checklist.card import Receipt
    from handlers.items import Item, More
    from handlers.sheet import Sheet
    from handlers.turn import Turn

A_PAGE: Final = 10
"""Instances on one card: each has a row of buttons."""

TITLE: Final = 80
ANSWERS: Final = 3
"""Answers by which somebody tells one instance from another."""

WIDEST: Final = 40


def more_card(
    turn: Turn, sheet: Sheet, more: More, receipt: Receipt | None = None, *, back: int = 0, page: int | None = None
) -> tuple[Markup, Rows]:
    """Return the list of a repeat. ``back`` is the number of an instance that was taken away just now."""
    numbers = sheet.instances.numbers(more.place)
    last = max(0, -(-len(numbers) // A_PAGE) - 1)
    page = last if page is None else min(max(page, 0), last)
    written = sheet.visit.state == "submitted"
    title = titled(sheet.form, sheet.walk, more, turn.speech.language)
    parts = [header(turn, sheet) + Markup("\n"), turn.t("<b>{title}</b>", title=clipped(title, TITLE))]
    rows: list[tuple[Button, ...]] = []
    for number in numbers[page * A_PAGE : (page + 1) * A_PAGE]:
        parts.append(turn.t("{number}. {said}", number=number, said=told(turn, sheet, more, number)))
        rows.append(_instance(turn, sheet, more, number, written=written))
    if not numbers:
        parts.append(turn.t("None so far."))
    if last:
        turned = [(sign, to) for sign, to in (("‹", page - 1), ("›", page + 1)) if 0 <= to <= last]
        rows.append(tuple(Button(sign, data("checklist", "more", sheet.visit.id, more.key, to)) for sign, to in turned))
    if not written:
        rows.append(_another(turn, sheet, more, bool(numbers)))
    if back:
        restore = data("checklist", "bring", sheet.visit.id, more.key, back)
        rows.append((Button(turn.label("↶ Undo"), restore),))
    return finished(parts, (*rows, _moves(turn, sheet, more)), receipt, sheet, turn)


def _instance(turn: Turn, sheet: Sheet, more: More, number: int, *, written: bool) -> tuple[Button, ...]:
    visit = sheet.visit.id
    into = Button(turn.label("✎ Change {number}", number=number), data("checklist", "into", visit, more.key, number))
    if written:
        return (into,)
    take = data("checklist", "take", visit, more.key, number, newest(sheet, more, number))
    return into, Button(turn.label("✕ Remove {number}", number=number), take)


def _another(turn: Turn, sheet: Sheet, more: More, some: bool) -> tuple[Button, ...]:  # noqa: FBT001 - are there any
    visit = sheet.visit.id
    add = data("checklist", "add", visit, more.key, sheet.instances.following(more.place))
    label = turn.label("+ Add another") if some else turn.label("+ Add one")
    return Button(label, add), Button(turn.label("No more"), data("checklist", "enough", visit, more.key))


def _moves(turn: Turn, sheet: Sheet, more: More) -> tuple[Button, ...]:
    visit = sheet.visit.id
    back = [Button("◀", data("checklist", "back", visit, more.key))] if sheet.neighbour(more, -1) else []
    overview = Button(turn.label("☰ Overview"), data("checklist", "overview", visit))
    return (*back, overview, Button("▶", data("checklist", "next", visit, more.key, 0)))


def newest(sheet: Sheet, more: More, number: int) -> int:
    """Return the id of the newest answer in an instance: what somebody has seen who sees it listed."""
    inside = f"{more.place}[{number}]/"
    return max((one.id for path, one in sheet.answers.items() if path.startswith(inside)), default=0)


def items_in(sheet: Sheet, more: More, number: int) -> list[Item]:
    """Return the items of one instance, those of the repeats inside it too."""
    inside = sheet.instances.position(f"{more.place}[{number}]")
    return [one for one in sheet.numbered() if one.questions[0].path.startswith(f"{inside}/")]


def told(turn: Turn, sheet: Sheet, more: More, number: int) -> str:
    """Return the first answers of an instance, as somebody would tell it apart by, and how far it is."""
    items = items_in(sheet, more, number)
    asked = [one for item in items for one in item.questions if sheet.asks(one) and one.kind not in MEDIA]
    said = [words for one in asked if (words := in_words(turn.speech, sheet.walk, one))]
    done = sum(sheet.complete(item) for item in items)
    said_of_it = brief(" · ".join(said[:ANSWERS]), WIDEST) or "–"
    open_items = len(items) - done
    if not open_items:
        return said_of_it
    return turn.label("{said} ({open} open)", said=said_of_it, open=open_items)
