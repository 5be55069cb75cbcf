"""Draws the live card of the walk: one item with its choices, and what it still lacks.

Pure drawing: it reads a sheet and returns text and buttons. It writes nothing and does not decide what comes next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from markupsafe import Markup

from handlers.chat import Button
from handlers.journey import data
from handlers.progress import clipped, header, item_title, listed

if TYPE_CHECKING:
    from forms.question import Question, Screen
    from handlers.chat import Rows
    from handlers.sheet import Sheet
    from handlers.turn import Turn

ROW_WIDTH = 30
"""How many half-width cells of button text fit beside one another on a 360 px phone."""

WORDS = 300
"""Characters of a note that a card shows; a message holds 4096 of everything."""

LONG = 1200
"""Characters of the form's own guidance that a card shows."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was just stored and can be taken back: a line under the card, for this once."""

    text: Markup
    undo: int = 0
    """The message that brought it, 0 when there is nothing to undo."""
    until: int = 0
    """The last of several messages that brought it together, 0 when one did."""
    left: tuple[str, ...] = ()
    """Lines that were not understood: they stay on the card, message after message, until something is tapped."""


def width(label: str) -> int:
    """Return how many half-width cells a label takes."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in label)


def in_rows(buttons: list[Button], room: int = ROW_WIDTH) -> Rows:
    """Lay buttons out in rows of equal number, as many in a row as fit."""
    if not buttons:
        return ()
    widest = max(width(button.label) for button in buttons) + 3
    fit = max(1, min(len(buttons), 4, room // widest))
    rows = -(-len(buttons) // fit)
    fit = -(-len(buttons) // rows)  # as even as can be: 4 + 1 becomes 3 + 2
    return tuple(tuple(buttons[at : at + fit]) for at in range(0, len(buttons), fit))


def value_text(turn: Turn, sheet: Sheet, question: Question) -> str:
    """Return an answer as a person reads it: choice labels, or the words and numbers themselves."""
    value = sheet.walk.value(question.path)
    if question.kind not in {"select_one", "select_multiple"}:
        return clipped(value, WORDS)
    names = value.split() if question.kind == "select_multiple" else [value]
    labels = {choice.value: choice.label(turn.speech.language) for choice in question.choices}
    return listed(turn, (labels.get(name, name) for name in names if name))


def question_card(
    turn: Turn,
    sheet: Sheet,
    screen: Screen,
    question: Question,
    receipt: Receipt | None = None,
    *,
    at_length: bool = False,
) -> tuple[Markup, Rows]:
    """Return the card that asks one question of a screen: the item itself, or one of its follow-ups.

    ``at_length`` adds the form's guidance: what each answer means.
    """
    main = sheet.main(screen)
    parts = [header(turn, sheet)]
    if screen.section(turn.speech.language):
        parts.append(turn.t("<i>{section}</i>", section=screen.section(turn.speech.language)))
    parts[-1] += Markup("\n")
    parts.append(item_title(turn, sheet, screen))
    if question is main:
        hint = sheet.walk.hint(main.path, turn.speech.language)
        if hint:
            parts.append(turn.t("What to look at: {hint}", hint=clipped(hint, LONG // 2)))
        guidance = sheet.walk.guidance(main.path, turn.speech.language)
        if guidance and at_length:
            parts.append(Markup.escape(clipped(guidance, LONG)))
        if question.kind in {"text", "integer", "decimal", "date"} and sheet.answered(screen):
            parts.append(turn.t("Answer: <b>{answer}</b>", answer=value_text(turn, sheet, main)))
    else:
        parts.append(turn.t("Answer: <b>{answer}</b>", answer=value_text(turn, sheet, main)))
        parts.append(_ask(turn, sheet, question))
    parts.extend(
        turn.t("<i>{note}</i>", note=clipped(sheet.walk.label(one.path, turn.speech.language), WORDS))
        for one in sheet.notes(screen)
    )
    parts.extend(_given(turn, sheet, screen, question))
    choices = _choices(turn, sheet, screen, question)
    if not choices and question is main:
        parts.append(_how(turn, question))
    return finished(parts, choices + _tools(turn, sheet, screen, question), receipt, sheet, turn)


def _ask(turn: Turn, sheet: Sheet, question: Question) -> Markup:
    """Return the sentence that asks a follow-up, in the form's own words."""
    lang = turn.speech.language
    label = clipped(sheet.walk.label(question.path, lang), LONG // 2)
    if sheet.walk.required(question.path) and question.kind in {"image", "text"}:
        words = question.required_message(lang)
        if words:
            return turn.t("{words}", words=words)
    hint = clipped(sheet.walk.hint(question.path, lang), WORDS)
    how = _how(turn, question) if question.kind not in {"select_one", "select_multiple"} else Markup("")
    asked = turn.t("<b>{label}</b>", label=label) + (Markup("\n") + Markup.escape(hint) if hint else Markup(""))
    return asked + (Markup("\n") + how if how else Markup(""))


def _how(turn: Turn, question: Question) -> Markup:
    """Return how a question without buttons is answered."""
    match question.kind:
        case "image":
            return turn.t("Send a photo.")
        case "integer":
            return turn.t("Send a whole number.")
        case "decimal":
            return turn.t("Send a number.")
        case "date":
            return turn.t("Send a date, such as 2026-10-16 or “yesterday”.")
        case _:
            return turn.t("Send it as a message.")


def _given(turn: Turn, sheet: Sheet, screen: Screen, asked: Question) -> list[Markup]:
    """Return what already lies with the item: its notes, numbers and evidence."""
    lines = []
    for question in screen.questions:
        value = sheet.walk.value(question.path)
        if question is asked or question is sheet.main(screen) or not value or not sheet.walk.relevant(question.path):
            continue
        if question.kind == "text":
            lines.append(turn.t("✎ {note}", note=clipped(value, WORDS)))
        elif question.kind in {"select_one", "select_multiple", "integer", "decimal", "date"}:
            label = sheet.walk.label(question.path, turn.speech.language)
            lines.append(turn.t("{label}: {value}", label=label, value=value_text(turn, sheet, question)))
    return lines


def _choices(turn: Turn, sheet: Sheet, screen: Screen, question: Question) -> Rows:
    """Return one button a choice; the chosen one is marked, a select_multiple toggles. None once handed in."""
    if question.kind not in {"select_one", "select_multiple"} or sheet.visit.state == "submitted":
        return ()
    at = screen.questions.index(question)
    several = question.kind == "select_multiple"
    held = set(sheet.walk.value(question.path).split()) if several else {sheet.walk.value(question.path)}
    offered = {choice.value for choice in sheet.walk.choices(question.path)}
    buttons = []
    for index, choice in enumerate(question.choices):
        if choice.value not in offered:
            continue
        label = choice.label(turn.speech.language)
        if several:
            label = f"☑ {label}" if choice.value in held else f"☐ {label}"
        elif choice.value in held:
            label = f"● {label}"
        verb = "toggle" if several else "answer"
        buttons.append(
            Button(label, data("checklist", verb, sheet.visit.id, screen.number, at, index, sheet.seen(question.path)))
        )
    return in_rows(buttons)


def _tools(turn: Turn, sheet: Sheet, screen: Screen, question: Question) -> Rows:
    """Return the rows under the choices: what lets a follow-up wait; back, overview, on; note, evidence, guidance.

    Back and on stand where the thumb found them on the card before, whatever the item.
    """
    visit, number = sheet.visit.id, screen.number or 0
    main, at = sheet.main(screen), screen.questions.index(question)
    written = sheet.visit.state == "submitted"
    first = () if written else _waits(turn, sheet, screen, question)
    moves = []
    if sheet.neighbour(number, -1):
        moves.append(Button("◀", data("checklist", "back", visit, number)))
    moves.append(Button(turn.label("☰ Overview"), data("checklist", "overview", visit)))
    moves.append(Button("▶", data("checklist", "next", visit, number, at)))
    tools = []
    if sheet.note(screen) is not None and not written:
        tools.append(Button(turn.label("✎ Note"), data("checklist", "note", visit, number)))
    tools.append(Button(f"📎 {len(sheet.evidence_of(screen))}", data("checklist", "evidence", visit, number)))
    if question is main and sheet.walk.guidance(question.path, turn.speech.language):
        tools.append(Button("ⓘ", data("checklist", "hint", visit, number)))
    return (*first, tuple(moves), tuple(tools))


def _waits(turn: Turn, sheet: Sheet, screen: Screen, question: Question) -> Rows:
    """Return the row that is done with a question: ticked enough, later, or the main answer once more."""
    visit, number, at = sheet.visit.id, screen.number or 0, screen.questions.index(question)
    main, row = sheet.main(screen), []
    if question.kind == "select_multiple" and sheet.walk.value(question.path):
        row.append(Button(turn.label("Done"), data("checklist", "later", visit, number, at)))
    elif question is not main:
        later = turn.label("Skip")
        if sheet.walk.required(question.path):
            later = turn.label("📷 Later") if question.kind in {"image", "text"} else turn.label("Later")
        row.append(Button(later, data("checklist", "later", visit, number, at)))
    if question is not main:
        row.append(Button(turn.label("↩ Change answer"), data("checklist", "again", visit, number)))
    return (tuple(row),) if row else ()


def finished(parts: list[Markup], rows: Rows, receipt: Receipt | None, sheet: Sheet, turn: Turn) -> tuple[Markup, Rows]:
    """Return a card's text and buttons, with what was just stored under them and a way to take it back."""
    if receipt is not None:
        if receipt.text:
            parts.append(Markup("\n") + receipt.text)
        if receipt.left:
            before = Markup("") if receipt.text else Markup("\n")
            lines = Markup("").join(turn.t("“{line}”", line=line) for line in receipt.left)
            parts.append(before + turn.t("⚠ Not understood, not recorded: {lines}", lines=lines))
        if receipt.undo:
            what = (receipt.undo, receipt.until) if receipt.until else (receipt.undo,)
            rows = (*rows, (Button(turn.label("↶ Undo"), data("checklist", "undo", sheet.visit.id, *what)),))
    return Markup("\n").join(parts), rows


def counted(turn: Turn, kind: str, count: int) -> Markup:
    """Return how many pieces of evidence of one kind, in words."""
    match kind:
        case "photo":
            return turn.n("{count} photo", "{count} photos", count)
        case "voice":
            return turn.n("{count} voice note", "{count} voice notes", count)
        case "video":
            return turn.n("{count} video", "{count} videos", count)
        case "place":
            return turn.n("{count} place", "{count} places", count)
        case _:
            return turn.n("{count} file", "{count} files", count)


def note_card(turn: Turn, sheet: Sheet, screen: Screen) -> tuple[Markup, Rows]:
    """Return the card that waits for one sentence on an item."""
    note, number = sheet.note(screen), screen.number
    written = sheet.walk.value(note.path) if note else ""
    parts = [header(turn, sheet) + Markup("\n"), item_title(turn, sheet, screen)]
    row = [Button(turn.label("↩ No note"), data("checklist", "go", sheet.visit.id, number))]
    if note is not None and written:
        parts.append(turn.t("✎ {note}", note=clipped(written, LONG)))
        parts.append(turn.t("Send one message; it is added to the note on item {number}.", number=number))
        clear = data("checklist", "clear", sheet.visit.id, number, sheet.seen(note.path))
        row.append(Button(turn.label("✕ Clear the note"), clear))
    else:
        parts.append(turn.t("Send one message; it becomes the note on item {number}.", number=number))
    return Markup("\n").join(parts), (tuple(row),)
