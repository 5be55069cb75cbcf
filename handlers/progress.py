"""How far a visit's checklist is, in words and a bar: shared by the walk and by the lists of visits.

Pure drawing; writes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

if TYPE_CHECKING:
    from forms.question import Screen
    from handlers.sheet import Sheet
    from handlers.turn import Turn

BAR: Final = 10
FEW: Final = 3
"""More than this many numbers are not read but counted."""


def bar(done: int, total: int) -> str:
    """Return a progress bar of ten cells; full only when everything is done."""
    filled = BAR * done // total if total else 0
    return "▓" * filled + "░" * (BAR - filled)


def header(turn: Turn, sheet: Sheet) -> Markup:
    """Return the line above every card: which unit, how far."""
    done, total = sheet.progress()
    return turn.t(
        "<b>{unit}</b>\n{bar} {done}/{total}", unit=sheet.visit.unit.name, bar=bar(done, total), done=done, total=total
    )


def item_title(turn: Turn, sheet: Sheet, screen: Screen) -> Markup:
    """Return the item's number and what it is about."""
    title = sheet.walk.label(sheet.main(screen).path, turn.speech.language)
    return turn.t("<b>{number}. {title}</b>", number=screen.number, title=title)


def lacking(turn: Turn, sheet: Sheet) -> Markup:
    """Return one sentence that says what is missing, by item number; or that nothing is."""
    unanswered = [str(screen.number) for screen in sheet.numbered() if not sheet.walk.value(sheet.main(screen).path)]
    lacks = [
        screen for screen in sheet.numbered() if sheet.walk.value(sheet.main(screen).path) and sheet.missing(screen)
    ]
    parts = []
    if unanswered:
        parts.append(
            turn.n("{count} item not answered", "{count} items not answered", len(unanswered))
            if len(unanswered) > FEW
            else turn.t("not answered: {numbers}", numbers="、".join(unanswered))
        )
    parts.extend(
        turn.t("item {number} lacks a photo or a sentence", number=screen.number)
        if sheet.missing(screen)[0].kind in {"image", "text"}
        else turn.t("item {number} lacks “{label}”", number=screen.number, label=_short(turn, sheet, screen))
        for screen in lacks
    )
    if not parts:
        return turn.t("Nothing is missing.")
    return turn.t("Still open: {what}.", what=Markup.escape(turn.label(", ")).join(parts))


def _short(turn: Turn, sheet: Sheet, screen: Screen) -> str:
    return sheet.walk.label(sheet.missing(screen)[0].path, turn.speech.language)[:20]
