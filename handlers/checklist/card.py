"""Draws the live card of the walk: one item with its choices (see ``choosing``), and what it still lacks.

Pure drawing: it reads a sheet and returns text and buttons. It writes nothing and does not decide what comes next.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from forms import bounds
from handlers.chat import Button
from handlers.checklist import asking, choosing, lines
from handlers.journey import data
from handlers.outline import GONE
from handlers.progress import WORDS, clipped, header, item_title, listed, value_text
from handlers.text import mark
from handlers.widgets.pictures import shown_with

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from forms.question import Question
    from handlers.chat import Rows
    from handlers.items import Item
    from handlers.sheet import Sheet
    from handlers.turn import Turn

CHOSEN: Final = frozenset({"select_one", "select_multiple"})
"""Kinds whose buttons show the answer."""

SEVERAL: Final = 5
"""Keys of one number that are named."""

NOTE: Final = 120
"""Characters of a note that a card shows while something else is asked."""

LONG: Final = 1200
"""Characters of the form's own guidance that a card shows."""

WHICH = mark("There are several of item {number} here: {keys}. Please say which, such as “{key} ✗”.")
"""A number alone, where a repeat has an item of it in each instance."""

NO_SUCH = mark("⚠ There is no item {numbers}; nothing was recorded for it.")

_GRADE: Final = re.compile(r"(?<=[。.；;])\s*(?=[^。.；;:：\d]{1,24}[:：])")
"""Where guidance goes on to the next grade: ``…说得清。部分：…``."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was just stored and can be taken back: a line under the card, for this once."""

    text: Markup
    undo: int = 0
    """The message that brought it, 0 when there is nothing to undo."""
    until: int = 0
    """The last of several messages that brought it together, 0 when one did."""
    left: tuple[str | int, ...] = ()
    """Lines that were not understood, and numbers that no item here has: they stay on the card, message after message,
    until something is tapped."""
    drop: bool = False
    """Something still waits to be filed, and can be given up."""
    complaint: Markup | None = None
    """Why the newest message was not taken."""
    wrong: bool = False
    """It tells of several pieces or lines, one of which may lie with the wrong item."""
    moves: Sequence[Sequence[Sequence[str]]] = ()
    """Rows of (label, what the button carries): each moves something to the item it was likelier meant for."""
    run: Mapping[str, Any] | None = None
    """What was filed one after the other and is told of here, as the chat remembers it while this stands."""


def question_card(
    turn: Turn,
    sheet: Sheet,
    screen: Item,
    question: Question,
    receipt: Receipt | None = None,
    *,
    at_length: bool = False,
    page: int | None = None,
    held: str = "",
) -> tuple[Markup, Rows]:
    """Return the card that asks one question of a screen: the item itself, or one of its follow-ups.

    ``at_length`` adds the form's guidance: what each answer means. ``page`` is that of very many choices;
    ``held`` is what the question's widget holds.
    """
    main = sheet.main(screen)
    parts = [header(turn, sheet)]
    section = sheet.section(screen)
    if section:
        parts.append(turn.t("<i>{section}</i>", section=section))
    parts[-1] += Markup("\n")
    parts.append(item_title(turn, sheet, screen))
    if question is main:
        hint = sheet.walk.hint(main.path, turn.speech.language)
        if hint:
            shown = clipped(hint, LONG // 2)
            parts.append(turn.t("What to look at: {hint}", hint=shown) if main.kind in CHOSEN else Markup.escape(shown))
        guidance = sheet.walk.guidance(main.path, turn.speech.language)
        if guidance and at_length:
            parts.append(Markup.escape(_GRADE.sub("\n", clipped(guidance, LONG))))
        if question.kind not in CHOSEN and question.kind != "image" and sheet.answered(screen):
            parts.append(turn.t("Answer: <b>{answer}</b>", answer=value_text(turn, sheet, main)))
    else:
        parts.append(turn.t("Answer: <b>{answer}</b>", answer=value_text(turn, sheet, main)))
        parts.append(_ask(turn, sheet, screen, question, held))
    parts.extend(
        turn.t("<i>{note}</i>", note=clipped(sheet.walk.label(one.path, turn.speech.language), WORDS))
        for one in sheet.notes(screen)
    )
    parts.extend(_given(turn, sheet, screen, question))
    if sheet.labour.theirs(screen):
        parts.append(turn.t("👤 {who} has this item.", who=sheet.labour.name(sheet.labour.holder(screen))))
    choices = choosing.answers(turn, sheet, screen, question, page, held)
    how = _how(turn, sheet, screen, question, held) if question is main else Markup("")
    if how:
        parts.append(how)
    tools = _tools(turn, sheet, screen, question, at_length=at_length)
    return finished(parts, choices + tools, receipt, sheet, turn)


def _ask(turn: Turn, sheet: Sheet, screen: Item, question: Question, held: str) -> Markup:
    """Return the sentence that asks a follow-up, in the form's own words."""
    lang = turn.speech.language
    label = clipped(sheet.walk.label(question.path, lang), LONG // 2)
    if sheet.walk.required(question.path) and question.kind in {"image", "text"}:
        words = question.required_message(lang)
        if words:
            return turn.t("{words}", words=words)
    hint = clipped(sheet.walk.hint(question.path, lang), WORDS)
    how = _how(turn, sheet, screen, question, held)
    asked = turn.t("<b>{label}</b>", label=label) + (Markup("\n") + Markup.escape(hint) if hint else Markup(""))
    return asked + (Markup("\n") + how if how else Markup(""))


def _how(turn: Turn, sheet: Sheet, screen: Item, question: Question, held: str) -> Markup:
    """Return how a question is answered that its buttons do not tell it of."""
    if question.kind in asking.BY_FILE or asking.by_widget(question, held) or choosing.very_many(sheet, question):
        return asking.how(turn, sheet, screen, question, held)
    match question.kind:
        case "select_one" | "select_multiple":
            return Markup("")
        case "image":
            return asking.how(turn, sheet, screen, question, held)
        case "integer" | "decimal":
            return _how_much(turn, question)
        case "date":
            return turn.t("Tap a day, or send a date such as 2026-10-16.")
        case _:
            return turn.t("Send it as a message.")


def _how_much(turn: Turn, question: Question) -> Markup:
    """Return how a number is given, with the range the form allows where it says one."""
    ends = bounds.of_number(question).both
    if question.kind == "integer":
        if ends:
            return turn.t("Send a whole number, {least} to {most}.", least=f"{ends[0]:g}", most=f"{ends[1]:g}")
        return turn.t("Send a whole number.")
    if ends:
        return turn.t("Send a number, {least} to {most}.", least=f"{ends[0]:g}", most=f"{ends[1]:g}")
    return turn.t("Send a number.")


def _given(turn: Turn, sheet: Sheet, screen: Item, asked: Question) -> list[Markup]:
    """Return what already lies with the item: its notes, numbers and evidence."""
    lines = []
    for question in screen.questions:
        value = sheet.walk.value(question.path)
        if question is asked or question is sheet.main(screen) or not value or not sheet.walk.relevant(question.path):
            continue
        if question.kind == "text":
            lines.append(turn.t("✎ {note}", note=clipped(value, NOTE)))
        elif question.kind not in {"image", *asking.BY_FILE}:
            label = sheet.walk.label(question.path, turn.speech.language)
            lines.append(turn.t("{label}: {value}", label=label, value=value_text(turn, sheet, question)))
    return lines


def _tools(turn: Turn, sheet: Sheet, screen: Item, question: Question, *, at_length: bool) -> Rows:
    """Return the rows under the choices: what lets a follow-up wait; back, overview, on; note, evidence, guidance.

    Back and on stand where the thumb found them on the card before, whatever the item.
    """
    visit, number = sheet.visit.id, screen.key
    main, at = sheet.main(screen), screen.questions.index(question)
    written = sheet.visit.state == "submitted"
    first = () if written else _waits(turn, sheet, screen, question)
    moves = []
    if sheet.neighbour(screen, -1):
        moves.append(Button("◀", data("checklist", "back", visit, number)))
    moves.append(Button(turn.label("☰ Overview"), data("checklist", "overview", visit)))
    moves.append(Button("▶", data("checklist", "next", visit, number, at)))
    tools = []
    if sheet.note(screen) is not None and not written:
        tools.append(Button(turn.label("✎ Note"), data("checklist", "note", visit, number)))
    usable = sum(piece.is_usable for piece in sheet.evidence_of(screen))
    tools.append(Button(f"📎 {usable}", data("checklist", "evidence", visit, number)))
    if shown_with(sheet.walk, question, sheet.media, turn.speech.language):
        at = screen.questions.index(question)
        tools.append(Button("🖼", data("checklist", "picture", visit, number, at, 0)))
    if sheet.labour.several and not written:
        tools.append(_claim(turn, sheet, screen))
    if question is main and sheet.walk.guidance(question.path, turn.speech.language):
        tools.append(Button("ⓘ", data("checklist", "hint", visit, number, *([0] if at_length else []))))
    return (*first, tuple(moves), tuple(tools))


def _claim(turn: Turn, sheet: Sheet, screen: Item) -> Button:
    """Return the button that takes an item on, or hands over what is one's own."""
    visit, who = sheet.visit.id, sheet.labour.holder(screen)
    if who and (who == turn.who.id or turn.who.id in sheet.labour.lead):
        return Button(turn.label("👤 Hand over"), data("checklist", "hand", visit, screen.key))
    return Button("✋", data("checklist", "claim", visit, screen.key))


def _waits(turn: Turn, sheet: Sheet, screen: Item, question: Question) -> Rows:
    """Return the row that is done with a question: ticked enough, later, or the main answer once more."""
    visit, number, at = sheet.visit.id, screen.key, screen.questions.index(question)
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
        lines = [*([receipt.text] if receipt.text else []), *_untaken(turn, sheet, receipt)]
        if receipt.complaint:
            lines.append(turn.t("⚠ {complaint}", complaint=receipt.complaint))
        if lines:
            parts.append(Markup("\n") + Markup("\n").join(lines))
        if receipt.undo:
            what = (receipt.undo, receipt.until) if receipt.until else (receipt.undo,)
            undo = Button(turn.label("↶ Undo"), data("checklist", "undo", sheet.visit.id, *what))
            wrong = [Button(turn.label("↪ Wrong item?"), data("checklist", "wrong", sheet.visit.id))] * receipt.wrong
            moves = [tuple(Button(*one) for one in row) for row in receipt.moves]
            beside = moves.pop() if len(moves) == 1 and not wrong and len(moves[0]) == 1 else ()
            rows = (*rows, *moves, (*wrong, *beside, undo))
        if receipt.drop:
            rows = (
                *rows,
                (Button(turn.label("✕ Discard what is not filed"), data("checklist", "drop", sheet.visit.id)),),
            )
    return Markup("\n").join(parts), rows


def _untaken(turn: Turn, sheet: Sheet, receipt: Receipt) -> list[Markup]:
    """Return what to say of lines that were not recorded: of numbers no item here has, and of those not understood."""
    said = []
    spared_here = {screen.number for screen in sheet.spared()}
    numbers = [one for one in receipt.left if isinstance(one, int)]
    several = [one for one in numbers if sheet.alike(one)]
    spared = [one for one in numbers if one in spared_here]
    none = [one for one in numbers if one not in (*several, *spared)]
    said += [Markup("⚠ ") + turn.t(WHICH, **which(turn, sheet, number)) for number in several]
    if spared:
        said.append(
            turn.n(
                "⚠ Item {numbers} does not apply to this unit; nothing was recorded.",
                "⚠ Items {numbers} do not apply to this unit; nothing was recorded.",
                len(spared),
                numbers=listed(turn, spared),
            )
        )
    if none:
        said.append(turn.t(NO_SUCH, numbers=listed(turn, none)))
    keys = [one for one in receipt.left if isinstance(one, str) and lines.is_key(one)]
    said += [Markup("⚠ ") + turn.t(GONE, number=one) for one in keys if sheet.removed(one)]
    said += [turn.t(NO_SUCH, numbers=one) for one in keys if not sheet.removed(one)]
    left = [one for one in receipt.left if isinstance(one, str) and one not in keys]
    lines_left = Markup("").join(turn.t("“{line}”", line=one) for one in left)
    if lines_left:
        said.append(turn.t("⚠ Not understood, not recorded: {lines}", lines=lines_left))
    return said


def which(turn: Turn, sheet: Sheet, number: int) -> dict[str, object]:
    """Return what fills :data:`WHICH` for a number."""
    keys = [one.key for one in sheet.alike(number)]
    named = listed(turn, keys[:SEVERAL]) + ("…" if len(keys) > SEVERAL else "")
    return {"number": number, "keys": named, "key": keys[0]}


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
        case "text":
            return turn.n("{count} message", "{count} messages", count)
        case _:
            return turn.n("{count} file", "{count} files", count)


def note_card(turn: Turn, sheet: Sheet, screen: Item, receipt: Receipt | None = None) -> tuple[Markup, Rows]:
    """Return the card that waits for one sentence on an item."""
    note, number = sheet.note(screen), screen.key
    written = sheet.walk.value(note.path) if note else ""
    parts = [header(turn, sheet) + Markup("\n"), item_title(turn, sheet, screen)]
    row = [Button(turn.label("↩ No note"), data("checklist", "go", sheet.visit.id, number, 0))]
    if note is not None and written:
        parts.append(turn.t("✎ {note}", note=clipped(written, LONG)))
        parts.append(turn.t("Send one message; it is added to the note on item {number}.", number=number))
        clear = data("checklist", "clear", sheet.visit.id, number, sheet.seen(note.path))
        row.append(Button(turn.label("✕ Clear the note"), clear))
    else:
        parts.append(turn.t("Send one message; it becomes the note on item {number}.", number=number))
    return finished(parts, (tuple(row),), receipt, sheet, turn)
