"""How far a visit's checklist is, in words and a bar: shared by the walk and by the lists of visits.

Pure drawing; writes nothing.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers.items import Item
from handlers.widgets.words import asked_in, in_words, labelled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from forms.question import Question, Screen
    from handlers.sheet import Sheet
    from handlers.turn import Turn
    from storage.people import Person
    from storage.visit.visits import Visit

BAR: Final = 10
FEW: Final = 3
"""More than this many numbers are not read but counted; this many in a row are a span."""

MANY: Final = 30
"""More than this many questions are never named, whatever is asked for."""

LABEL: Final = 20
"""Characters of a question in a list of what is missing."""


WORDS: Final = 300
"""Characters of an answer that is shown; a message holds 4096 of everything."""

UNIT: Final = 20
"""Characters of a unit's name on a button."""


def bar(done: int, total: int) -> str:
    """Return a progress bar of ten cells: one as soon as anything is done, full only when everything is."""
    filled = max(BAR * done // total, min(done, 1)) if total else 0
    return "▰" * filled + "▱" * (BAR - filled)


def header(turn: Turn, sheet: Sheet) -> Markup:
    """Return the lines above every card: which unit and round, how far."""
    done, total = sheet.progress()
    return turn.t("{unit}\n{bar} {done}/{total}", unit=where(turn, sheet), bar=bar(done, total), done=done, total=total)


def headline(turn: Turn, sheet: Sheet) -> Markup:
    """Return the same on one line, for cards that are long already."""
    done, total = sheet.progress()
    return turn.t("{unit} · {done}/{total}", unit=where(turn, sheet), done=done, total=total)


def where(turn: Turn, sheet: Sheet) -> Markup:
    """Return which unit is visited, and in which round where the visit belongs to one."""
    unit = turn.t("<b>{unit}</b>", unit=sheet.visit.unit.name)
    if not sheet.round:
        return unit
    return turn.t("{unit} · round {number}", unit=unit, number=turn.speech.ordinal(sheet.round))


def item_title(turn: Turn, sheet: Sheet, screen: Item) -> Markup:
    """Return the item's number and what it is about."""
    title = asked_in(turn.speech, sheet.walk, sheet.main(screen))
    return turn.t("<b>{number}. {title}</b>", number=screen.key, title=clipped(title, 600))


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


def value_text(turn: Turn, sheet: Sheet, question: Question) -> str:
    """Return an answer as a person reads it: choice labels, or the words and numbers themselves."""
    value = sheet.walk.value(question.path)
    if question.kind not in {"select_one", "select_multiple"}:
        return clipped(in_words(turn.speech, sheet.walk, question), WORDS)
    names = value.split() if question.kind == "select_multiple" else [value]
    return listed(turn, (labelled(turn.speech, sheet.walk, question, name) for name in names if name))


def unit_label(visit: Visit) -> str:
    """Return what a button calls the unit of a visit."""
    return brief(visit.unit.name, UNIT)


def clipped(words: str, most: int) -> str:
    """Return words as they stand, cut where a card would grow too long; the rest stays in the record."""
    return words if len(words) <= most else words[: most - 1] + "…"


def numbers_of(turn: Turn, screens: Iterable[Screen]) -> str:
    """Return the keys of items as a list, three and more numbers in a row as a span."""
    runs: list[list[tuple[int, ...]]] = []
    for key in sorted({key_of(screen) for screen in screens}):
        if runs and len(key) == 1 and runs[-1][-1] == (key[0] - 1,):
            runs[-1].append(key)
        else:
            runs.append([key])
    written = ([".".join(map(str, key)) for key in run] for run in runs)
    spans = ([f"{run[0]}–{run[-1]}"] if len(run) >= FEW else run for run in written)
    return listed(turn, (span for run in spans for span in run))


def key_of(screen: Screen) -> tuple[int, ...]:
    """Return an item's key as numbers: of a screen of the form, its number."""
    return tuple(map(int, screen.key.split("."))) if isinstance(screen, Item) else (screen.number or 0,)


def lacking(turn: Turn, sheet: Sheet, *, among_others: bool = False) -> Markup:
    """Return one sentence that says what is missing, by item number; or that nothing is.

    ``among_others``: in a list of visits, where nothing can be handed in.
    """
    what = missing(turn, sheet)
    if what:
        return turn.t("Still open: {what}.", what=what)
    if sheet.visit.state == "submitted":
        return turn.t("Nothing is missing.")
    if among_others:
        return turn.t("Complete, not submitted yet.")
    if not sheet.labour.submits:
        return turn.t("Nothing is missing; the group's leader submits it.")
    return turn.t("Nothing is missing; you can submit it.")


def missing(turn: Turn, sheet: Sheet, *, exactly: bool = False) -> Markup:
    """Return what is missing in words, '' when nothing is; ``exactly`` names every item, however many there are."""
    unfinished = sheet.unfinished()
    unanswered = [screen for screen in unfinished if not sheet.answered(screen)]
    lacks = [(screen, sheet.missing(screen)[0]) for screen in unfinished if sheet.answered(screen)]
    bare = [screen for screen, question in lacks if question.kind in {"image", "text"}]
    other = [(screen, question) for screen, question in lacks if question.kind not in {"image", "text"}]
    parts = []
    if len(unanswered) > FEW and not exactly:
        parts.append(turn.n("{count} item not answered", "{count} items not answered", len(unanswered)))
    elif unanswered:
        parts.append(turn.t("not answered: {numbers}", numbers=numbers_of(turn, unanswered)))
    if bare:
        parts.append(
            turn.n(
                "item {numbers} needs a photo or a sentence",
                "items {numbers} need a photo or a sentence",
                len(bare),
                numbers=numbers_of(turn, bare),
            )
        )
    most = len(other) if exactly else FEW
    for screen, question in other[:most][:MANY]:
        label = brief(asked_in(turn.speech, sheet.walk, question), LABEL)
        parts.append(turn.t("item {number} lacks “{label}”", number=screen.key, label=label))
    rest = len(other) - min(most, MANY)
    if rest > 0:
        parts.append(turn.n("{count} item more", "{count} items more", rest))
    return reduce(lambda one, other: turn.t("{one}; {other}", one=one, other=other), parts) if parts else Markup("")
