"""Draws the whole checklist at a glance: every item with its sign, what is missing, and the way on.

Pure drawing: it reads a sheet and returns text and buttons. It writes nothing.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers.chat import Button
from handlers.checklist.card import finished
from handlers.checklist.shares import shares
from handlers.items import titled
from handlers.journey import data
from handlers.progress import brief, clipped, headline, lacking, numbers_of
from handlers.rows import in_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from handlers.chat import Rows
    from handlers.checklist.card import Receipt
    from handlers.items import Item
    from handlers.sheet import Sheet
    from handlers.turn import Turn

MOST: Final = 86
"""Items whose buttons still fit under one message: Telegram takes 100, and the way on wants a few."""

A_PAGE: Final = 60
"""Items on a page where there are more."""

COLUMNS: Final = (6, 5, 4)
"""Numbers in a row, as many as a narrow telephone shows and fewer where the last row would be nearly empty."""

REPEATS: Final = 4
"""Repeats whose lists are led to."""

REPEAT: Final = 14
"""Characters of a repeat's name on a button."""

SECTION: Final = 40
"""Characters of a section's name."""


def overview_card(turn: Turn, sheet: Sheet, receipt: Receipt | None = None, page: int = 0) -> tuple[Markup, Rows]:
    """Return the whole checklist, or a page of a very long one: tap a number to go there; what is missing; the way on.

    ``page`` counts from 0; one that there is not becomes the nearest.
    """
    every = sheet.numbered()
    size = len(every) if len(every) <= MOST else A_PAGE
    last = max(0, -(-len(every) // max(size, 1)) - 1)
    page = min(max(page, 0), last)
    shown = every[page * size : (page + 1) * size]
    lines = [headline(turn, sheet), *_sections(turn, sheet, shown)]
    lines.append(Markup("\n") + lacking(turn, sheet))
    spared = sheet.spared()
    if spared:
        lines.append(turn.t("Not for this unit: {numbers}.", numbers=numbers_of(turn, spared)))
    if sheet.labour.several and (who := shares(turn, sheet)):
        lines += [Markup(), *who]
    rows = (*_numbers(sheet, shown), *_repeats(turn, sheet))
    if last:
        rows = (*rows, _pages(sheet, page, last))
    return finished(lines, (*rows, _besides(turn, sheet), _way_on(turn, sheet)), receipt, sheet, turn)


def page_of(sheet: Sheet, key: str) -> int:
    """Return the page of the overview on which an item stands; 0 for an item that there is not."""
    every = [screen.key for screen in sheet.numbered()]
    return every.index(key) // A_PAGE if len(every) > MOST and key in every else 0


def _repeats(turn: Turn, sheet: Sheet) -> Rows:
    """Return the ways to the lists of repeats, those inside other repeats left out."""
    mores = [more for more in sheet.mores() if "." not in more.key][:REPEATS]
    labels = {more.key: titled(sheet.form, sheet.walk, more, turn.speech.language) for more in mores}
    counts = {more.key: len(sheet.instances.numbers(more.place)) for more in mores}
    return in_rows(
        [
            Button(
                turn.label("☰ {title} ({count})", title=brief(labels[more.key], REPEAT), count=counts[more.key]),
                data("checklist", "more", sheet.visit.id, more.key),
            )
            for more in mores
        ]
    )


def _sections(turn: Turn, sheet: Sheet, shown: Sequence[Item]) -> list[Markup]:
    lines = []
    for name, screens in groupby(shown, sheet.section):
        signs = "  ".join(_sign(sheet, screen) for screen in screens)
        section = clipped(name, SECTION)
        lines.append(turn.t("{section}  {signs}", section=section, signs=signs) if name else Markup.escape(signs))
    return lines


def _sign(sheet: Sheet, screen: Item) -> str:
    """Return number and answer of an item, 📎 where evidence lies with it, ⚠ where an answered one lacks something.

    What cannot be opened is no evidence.
    """
    clip = "📎" if any(piece.is_usable for piece in sheet.evidence_of(screen)) else ""
    lack = "⚠" if sheet.answered(screen) and not sheet.complete(screen) else ""
    return f"{screen.key}{sheet.symbol(screen)}{clip}{lack}"


def _numbers(sheet: Sheet, shown: Sequence[Item]) -> Rows:
    visit = sheet.visit.id
    buttons = [
        Button(f"{screen.key}{sheet.symbol(screen)}", data("checklist", "go", visit, screen.key)) for screen in shown
    ]
    across = columns(len(buttons))
    return tuple(tuple(buttons[at : at + across]) for at in range(0, len(buttons), across))


def columns(count: int) -> int:
    """Return how many of ``count`` numbers stand in a row, so that the last row is as full as can be."""
    return max(COLUMNS, key=lambda across: ((count % across or across) / across, across))


def _pages(sheet: Sheet, page: int, last: int) -> tuple[Button, ...]:
    """Return the row that turns pages."""
    visit = sheet.visit.id
    around = [
        Button(sign, data("checklist", "overview", visit, to))
        for sign, to in (("◀", page - 1), (f"{page + 1}/{last + 1}", page), ("▶", page + 1))
        if 0 <= to <= last
    ]
    return tuple(around)


def _besides(turn: Turn, sheet: Sheet) -> tuple[Button, ...]:
    """Return the row of what is done on a visit besides its checklist."""
    visit = sheet.visit.id
    return (
        Button(turn.label("🗣 Interviews"), data("interview", "visit", visit)),
        Button(turn.label("👥 Activities"), data("activity", "visit", visit)),
        *([Button(turn.label("👤 Team"), data("checklist", "team", visit))] if sheet.labour.several else []),
    )


def _way_on(turn: Turn, sheet: Sheet) -> tuple[Button, ...]:
    """Return the last row of the overview: the summary, or the next open item and handing in; the visits."""
    visit, waiting = sheet.visit, sheet.left() or (sheet.unfinished() if sheet.labour.submits else [])
    visits = Button(turn.label("◀ Visits"), data("visit", "today"))
    if visit.state == "submitted":
        return Button(turn.label("Summary"), data("visit", "summary", visit.id)), visits
    submit = Button(turn.label("Submit"), data("visit", "submit", visit.id))
    if not sheet.labour.submits:
        submit = Button(turn.label("✓ My part is done"), data("checklist", "finish", visit.id))
    if not waiting:
        return submit, visits
    goes_on = turn.label("Go on with {number}", number=waiting[0].key)
    return Button(goes_on, data("checklist", "go", visit.id, waiting[0].key, 0)), submit, visits
