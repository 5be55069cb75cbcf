"""What a visit came to, on one card: how many of each answer, what was found wrong, what else was noted.

Pure drawing: it reads a sheet and returns text. Every item that is not in order is named, however long the list grows:
it is the words that give way, never an item.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers.progress import brief, called, clipped, numbers_of, value_text, where
from handlers.widgets.words import asked_in

if TYPE_CHECKING:
    from handlers.items import Item
    from handlers.sheet import Sheet
    from handlers.turn import Turn
    from storage.files.evidence import Evidence
    from storage.people import Person

WRONG: Final = ("❌", "◐")
"""Signs of the answers that are asked about afterwards, the gravest first."""

MOST: Final = 4000
"""Characters of a summary; a message holds 4096."""

LENGTHS: Final = (400, 200, 100, 60, 30, 0)
"""Characters of one item's words: the first of these with which the summary fits is taken."""

TITLE: Final = 26
"""Characters of what an item is about, where the form has no short name for it."""

CLOSING: Final = 600
"""Characters of what the form says at the end."""


def summary_text(turn: Turn, sheet: Sheet, author: Person | None) -> Markup:
    """Return the summary of a visit; at most :data:`MOST` characters."""
    for length in LENGTHS:
        text = _text(turn, sheet, author, _found(turn, sheet, length))
        if len(text) <= MOST:
            return text
    return _text(turn, sheet, author, _numbers(turn, sheet))


def _text(turn: Turn, sheet: Sheet, author: Person | None, found: list[Markup]) -> Markup:
    lines = [where(turn, sheet), *_handed_in(turn, sheet, author), _tally(turn, sheet), *found]
    closing = "\n".join(sheet.walk.label(one.path, turn.speech.language) for one in sheet.closing())
    if closing:
        lines.append(turn.t("\n<i>{note}</i>", note=clipped(closing, CLOSING)))
    return Markup("\n").join(lines)


def _handed_in(turn: Turn, sheet: Sheet, author: Person | None) -> list[Markup]:
    visit = sheet.visit
    if visit.submitted_at is None:
        return []
    when = turn.speech.moment(visit.submitted_at, sheet.zone)
    if visit.submitted_by == turn.who.id:
        return [turn.t("You submitted this visit · {when}", when=when)]
    return [turn.t("Submitted {when} by {who}", when=when, who=called(author))]


def _tally(turn: Turn, sheet: Sheet) -> Markup:
    """Return how many items got which answer, in the order of the buttons, and how much lies with them."""
    screens = sheet.numbered()
    counts = Counter(sheet.symbol(screen) for screen in screens)
    counted = [f"{sign} {counts[sign]}" for sign in [*_signs(sheet, screens), "✓"] if counts[sign]]
    if counts["·"]:
        counted.append(turn.label("not answered {count}", count=counts["·"]))
    notes = sum(bool(_note(sheet, screen)) for screen in screens)
    return turn.t(
        "{counted}\n📎 {evidence}  ✎ {notes}", counted="  ".join(counted), evidence=_usable(sheet.evidence), notes=notes
    )


def _usable(pieces: list[Evidence]) -> int:
    """Count what can be opened: nothing else is evidence."""
    return sum(piece.is_usable for piece in pieces)


def _signs(sheet: Sheet, screens: list[Item]) -> list[str]:
    """Return the signs that the buttons bear, each once, in the order of the buttons."""
    several = (screen for screen in screens if sheet.main(screen).kind == "select_one")
    signs = (sheet.sign(screen, choice.value) for screen in several for choice in sheet.main(screen).choices)
    return [sign for sign in dict.fromkeys(signs) if sign != "✓"]


def _found(turn: Turn, sheet: Sheet, length: int) -> list[Markup]:
    """Return a line for every item that is not in order, the gravest first, and for every other one with a note."""
    screens = sheet.numbered()
    wrong = [screen for sign in WRONG for screen in screens if sheet.symbol(screen) == sign]
    noted = [screen for screen in screens if screen not in wrong and _note(sheet, screen)]
    lines = [Markup(""), *(_line(turn, sheet, screen, length) for screen in wrong)] if wrong else []
    if noted:
        lines += [Markup(""), turn.t("Other notes:"), *(_line(turn, sheet, screen, length) for screen in noted)]
    return lines


def _numbers(turn: Turn, sheet: Sheet) -> list[Markup]:
    """Return the same with nothing but numbers, for a checklist whose lines alone would not fit."""
    lines = [Markup("")]
    for sign in WRONG:
        found = [screen for screen in sheet.numbered() if sheet.symbol(screen) == sign]
        lines += [Markup.escape(f"{sign} {numbers_of(turn, found)}")] if found else []
    return lines


def _line(turn: Turn, sheet: Sheet, screen: Item, length: int) -> Markup:
    """Return one item on one line: sign, number, what it is about, note, evidence, follow-ups."""
    title = brief(screen.title(turn.speech.language), TITLE)
    parts = [f"{sheet.symbol(screen)} {screen.key}. {title}"]
    note, pieces = brief(_note(sheet, screen), length) if length else "", _usable(sheet.evidence_of(screen))
    parts += [note] if note else []
    parts += [f"📎{pieces}"] if pieces else []
    parts += _followed_up(turn, sheet, screen, length) if length else []
    return Markup.escape(turn.label("; ").join(parts))


def _note(sheet: Sheet, screen: Item) -> str:
    note = sheet.note(screen)
    return sheet.walk.value(note.path).strip() if note is not None else ""


def _followed_up(turn: Turn, sheet: Sheet, screen: Item, length: int) -> list[str]:
    """Return what was answered on an item besides its main question and its note, in the form's words."""
    main, note = sheet.main(screen), sheet.note(screen)
    others = [one for one in screen.questions if one is not main and one is not note and one.kind != "image"]
    return [
        turn.label(
            "{label}: {value}",
            label=brief(asked_in(turn.speech, sheet.walk, one), TITLE),
            value=brief(value_text(turn, sheet, one), length),
        )
        for one in others
        if sheet.asks(one) and sheet.walk.value(one.path)
    ]
