"""How far a visit's checklist is, in words and a bar: shared by the walk and by the lists of visits.

Pure drawing; writes nothing.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from markupsafe import Markup

    from forms.question import Screen
    from handlers.sheet import Sheet
    from handlers.turn import Turn
    from storage.people import Person

BAR: Final = 10
FEW: Final = 3
"""More than this many numbers are not read but counted."""

LABEL: Final = 20
"""Characters of a question in a list of what is missing."""


def bar(done: int, total: int) -> str:
    """Return a progress bar of ten cells: one as soon as anything is done, full only when everything is."""
    filled = max(BAR * done // total, min(done, 1)) if total else 0
    return "▰" * filled + "▱" * (BAR - filled)


def header(turn: Turn, sheet: Sheet) -> Markup:
    """Return the line above every card: which unit, how far."""
    done, total = sheet.progress()
    return turn.t(
        "<b>{unit}</b>\n{bar} {done}/{total}", unit=sheet.visit.unit.name, bar=bar(done, total), done=done, total=total
    )


def item_title(turn: Turn, sheet: Sheet, screen: Screen) -> Markup:
    """Return the item's number and what it is about."""
    title = sheet.walk.label(sheet.main(screen).path, turn.speech.language)
    return turn.t("<b>{number}. {title}</b>", number=screen.number, title=clipped(title, 600))


def listed(turn: Turn, items: Iterable[object]) -> str:
    """Return a list as the language writes it."""
    each = list(dict.fromkeys(map(str, items)))
    return reduce(lambda one, other: turn.label("{one}, {other}", one=one, other=other), each) if each else ""


def called(person: Person | None) -> str:
    """Return a person's name; — for somebody unknown, and for who has had their data erased."""
    return (person.name if person else "") or "—"


def brief(words: str, most: int = 40) -> str:
    """Return words on one line, cut to what is worth showing."""
    flat = " ".join(words.split())
    return flat if len(flat) <= most else flat[: most - 1] + "…"


def clipped(words: str, most: int) -> str:
    """Return words as they stand, cut where a card would grow too long; the rest stays in the record."""
    return words if len(words) <= most else words[: most - 1] + "…"


def lacking(turn: Turn, sheet: Sheet, *, among_others: bool = False) -> Markup:
    """Return one sentence that says what is missing, by item number; or that nothing is.

    ``among_others``: in a list of visits, where nothing can be handed in.
    """
    unfinished = sheet.unfinished()
    unanswered = [screen.number for screen in unfinished if not sheet.answered(screen)]
    lacks = [(screen, sheet.missing(screen)[0]) for screen in unfinished if sheet.answered(screen)]
    bare = [screen.number for screen, question in lacks if question.kind in {"image", "text"}]
    other = [(screen, question) for screen, question in lacks if question.kind not in {"image", "text"}]
    parts = []
    if len(unanswered) > FEW:
        parts.append(turn.n("{count} item not answered", "{count} items not answered", len(unanswered)))
    elif unanswered:
        parts.append(turn.t("not answered: {numbers}", numbers=listed(turn, unanswered)))
    if len(bare) > FEW:
        parts.append(
            turn.n("{count} item lacks a photo or a sentence", "{count} items lack a photo or a sentence", len(bare))
        )
    elif bare:
        parts.append(
            turn.n(
                "item {numbers} needs a photo or a sentence",
                "items {numbers} need a photo or a sentence",
                len(bare),
                numbers=listed(turn, bare),
            )
        )
    for screen, question in other[:FEW]:
        label = brief(sheet.walk.label(question.path, turn.speech.language), LABEL)
        parts.append(turn.t("item {number} lacks “{label}”", number=screen.number, label=label))
    if len(other) > FEW:
        parts.append(turn.n("{count} item more", "{count} items more", len(other) - FEW))
    if not parts:
        if sheet.visit.state == "submitted":
            return turn.t("Nothing is missing.")
        if among_others:
            return turn.t("Complete, not handed in yet.")
        return turn.t("Nothing is missing; you can hand it in.")
    what = reduce(lambda one, other: turn.t("{one}; {other}", one=one, other=other), parts)
    return turn.t("Still open: {what}.", what=what)
