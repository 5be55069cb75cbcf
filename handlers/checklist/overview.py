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
from handlers.rows import in_rows, width

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

COLUMNS: Final = (8, 7, 6, 5, 4)
"""Numbers in a row, as many as a narrow telephone shows and fewer where the last row would be nearly empty."""

WIDE: Final = 4
"""Cells of ``22✅``: numbers of instances are longer, and fewer of them stand in a row."""

ACROSS: Final = 38
"""Cells of a line of text that a narrow telephone shows without breaking it."""

REPEATS: Final = 4
"""Repeats whose lists are led to."""

REPEAT: Final = 14
"""Characters of a repeat's name on a button."""

SECTION: Final = 40
"""Characters of a section's name."""

SHORTEST: Final = 10
"""Cells of it that stay, however many signs stand beside it."""


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
    who = shares(turn, sheet) if sheet.labour.several else []
    # One screen holds it all, and what several have takes the place of an empty line.
    lines.append((Markup() if who else Markup("\n")) + lacking(turn, sheet))
    spared = sheet.spared()
    if spared:
        lines.append(turn.t("Not for this unit: {numbers}.", numbers=numbers_of(turn, spared)))
    lines += who
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
        signs = " ".join(_sign(sheet, screen) for screen in screens)
        section = _narrow(clipped(name, SECTION), ACROSS - width(signs) - 2)
        lines.append(turn.t("{section}  {signs}", section=section, signs=signs) if name else Markup.escape(signs))
    return lines


def _narrow(name: str, cells: int) -> str:
    """Return a section's name, cut where it would push its signs onto a second line."""
    cells = max(cells, SHORTEST)
    if width(name) <= cells:
        return name
    while width(name) >= cells:
        name = name[:-1]
    return name.rstrip() + "…"


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
    across = columns(len(buttons), 8 if all(width(one.label) <= WIDE for one in buttons) else 6)
    return tuple(tuple(buttons[at : at + across]) for at in range(0, len(buttons), across))


def columns(count: int, widest: int = COLUMNS[0]) -> int:
    """Return how many of ``count`` numbers stand in a row: few rows, and no number alone in the last of them."""
    could = [across for across in COLUMNS if across <= widest]
    full = [across for across in could if count % across != 1] or could
    fewest = min(-(-count // across) for across in full) if count else 0
    return min((across for across in full if -(-count // across) == fewest), default=COLUMNS[-1])


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
    """Return the last row of the overview: the visits, the briefing; the next open item and handing in, or the summary.

    Four that a narrow telephone shows whole. Who has said that their part is done is not asked again.
    """
    visit, waiting = sheet.visit, sheet.left() or (sheet.unfinished() if sheet.labour.submits else [])
    around: tuple[Button, ...] = (
        Button(turn.label("◀ List"), data("visit", "today")),
        Button(turn.label("ⓘ Briefing"), data("visit", "brief", visit.id)),
    )
    if visit.state == "submitted":
        return *around, Button(turn.label("Summary"), data("visit", "summary", visit.id))
    if waiting:
        goes_on = turn.label("▶ Item {number}", number=waiting[0].key)
        around = (*around, Button(goes_on, data("checklist", "go", visit.id, waiting[0].key, 0)))
    if sheet.labour.submits:
        return *around, Button(turn.label("Submit"), data("visit", "submit", visit.id))
    part = visit.part_of(turn.who.id)
    if part is not None and part.done_at is not None:
        return around
    return *around, Button(turn.label("✓ I'm done"), data("checklist", "finish", visit.id))
