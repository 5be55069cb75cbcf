"""Draws the live card of a trial: a question, a repeat's list, or what it all came to.

Pure drawing; that nothing is stored stands on every card.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers.chat import Button
from handlers.journey import data
from handlers.progress import bar, brief, clipped
from handlers.trial.order import instances, screen_of, stops
from handlers.widgets.asked import Asked
from handlers.widgets.kinds import widget_of
from handlers.widgets.pictures import shown_with
from handlers.widgets.words import asked_in, in_words

if TYPE_CHECKING:
    from collections.abc import Container

    from forms.question import Definition, Question
    from forms.walk import Walk
    from handlers.chat import Rows
    from handlers.trial.order import Stop
    from handlers.turn import Turn

LABEL: Final = 600
NOTE: Final = 400
ANSWER: Final = 60
SHOWN: Final = 40
"""Answers, or instances of a repeat, on one card."""


def asked_at(turn: Turn, walk: Walk, at: int, question: Question, held: str) -> Asked:
    """Return a question as its widget sees it; its taps name the stop they belong to."""
    return Asked(turn.speech, walk, question, walk.now, lambda word: data("trial", "tap", at, word), held)


def stop_card(
    turn: Turn,
    walk: Walk,
    at: int,
    *,
    held: str = "",
    at_length: bool = False,
    media: Container[str] | None = None,
) -> tuple[Markup, Rows]:
    """Draw one stop; what comes after the last one is the end. ``media`` is what the form shows and is here."""
    found, closing = stops(walk)
    if at >= len(found):
        return _end(turn, walk, found, closing)
    stop = found[at]
    parts = [
        turn.t("Trial of “{title}”: nothing is stored.", title=brief(walk.form.title, 40)),
        Markup("{} {}/{}\n").format(bar(at, len(found)), at + 1, len(found)),
    ]
    parts += [
        Markup("<i>{}</i>").format(clipped(walk.label(path, turn.speech.language), NOTE)) for path in stop.notes[:5]
    ]
    if stop.question is None:
        more, rows = _another(turn, walk, at, stop)
        return Markup("\n").join([*parts, *more]), (*rows, _moves(turn, at))
    parts += _question(turn, walk, stop.question, at_length=at_length)
    asked = asked_at(turn, walk, at, stop.question, held)
    widget = widget_of(stop.question)
    how = widget.how(asked)
    parts += [how] if how else []
    tools = list(_moves(turn, at))
    if shown_with(walk, stop.question, media or (), turn.speech.language):
        tools.insert(1, Button("🖼", data("trial", "picture", at, 0)))
    if walk.guidance(stop.path, turn.speech.language):
        tools.insert(1, Button("ⓘ", data("trial", "hint", at, 0 if at_length else 1)))
    return Markup("\n").join(parts), (*widget.rows(asked), tuple(tools))


def _moves(turn: Turn, at: int) -> tuple[Button, ...]:
    moves = [Button("◀", data("trial", "go", at - 1))] if at else []
    return (
        *moves,
        Button(turn.label("End the trial"), data("trial", "end")),
        Button("▶", data("trial", "go", at + 1)),
    )


def picture_rows(turn: Turn, at: int, which: int, count: int) -> Rows:
    """Return the ways on from a picture: the other ones of its question, and back."""
    moves = tuple(
        Button(sign, data("trial", "picture", at, to))
        for sign, to in (("◀", which - 1), (f"{which + 1}/{count}", which), ("▶", which + 1))
        if 0 <= to < count and count > 1
    )
    back = (Button(turn.label("↩ Back"), data("trial", "go", at)),)
    return (moves, back) if moves else (back,)


def _question(turn: Turn, walk: Walk, question: Question, *, at_length: bool) -> list[Markup]:
    language, path = turn.speech.language, question.path
    screen = screen_of(walk, path)
    lines = []
    section = walk.section(screen, language) if screen is not None else ""
    if section:
        lines.append(Markup("<i>{}</i>").format(brief(section, 80)))
    if screen is not None and len(screen.questions) > 1 and screen.text is not None:
        lines.append(Markup("{}").format(brief(walk.title(screen, language), 80)))
    label = clipped(asked_in(turn.speech, walk, question) or question.name, LABEL)
    number = f"{screen.number}. " if screen is not None and screen.number is not None else ""
    star = " *" if walk.required(path) else ""
    lines.append(Markup("<b>{}{}</b>{}").format(number, label, star))
    hint = walk.hint(path, language)
    lines += [Markup("{}").format(clipped(hint, NOTE))] if hint else []
    if at_length:
        lines.append(Markup("{}").format(clipped(walk.guidance(path, language), LABEL)))
    value = in_words(turn.speech, walk, question)
    if value:
        lines.append(turn.t("Answer: <b>{answer}</b>", answer=brief(value, 200)))
    return lines


def _another(turn: Turn, walk: Walk, at: int, stop: Stop) -> tuple[list[Markup], Rows]:
    """Draw the list of a repeat: what there is, each to be changed or taken away, and whether there is another."""
    there = instances(walk, stop.path)
    title = _title(turn, walk, stop.again)
    lines = [Markup("<b>{}</b>").format(title)]
    rows: list[tuple[Button, ...]] = []
    for number, path in enumerate(there[:SHOWN], 1):
        lines.append(Markup("{}. {}").format(number, _summary(turn, walk, path)))
        rows.append(
            (
                Button(turn.label("✎ Change {number}", number=number), data("trial", "into", at, number)),
                Button(turn.label("✕ Remove {number}", number=number), data("trial", "remove", at, number)),
            )
        )
    if not there:
        lines.append(turn.t("None so far."))
    label = turn.label("+ Add another") if there else turn.label("+ Add one")
    rows.append((Button(label, data("trial", "add", at)), Button(turn.label("No more"), data("trial", "go", at + 1))))
    return lines, tuple(rows)


def _title(turn: Turn, walk: Walk, repeat: Definition | None) -> str:
    for screen in walk.form.screens:
        for section in screen.sections:
            if section.repeat is repeat and (title := section.title(turn.speech.language)):
                return title
    return repeat.name if repeat is not None else ""


def _summary(turn: Turn, walk: Walk, path: str) -> str:
    """Return the first answers of an instance, as somebody would tell it apart by."""
    answers = [
        in_words(turn.speech, walk, replace(question, path=one))
        for one, question in walk.nodes()
        if question is not None and question.asks and one.startswith(f"{path}/") and walk.value(one)
    ]
    return brief(" · ".join(answers[:3]), ANSWER) or "–"


def _end(turn: Turn, walk: Walk, found: list[Stop], closing: tuple[str, ...]) -> tuple[Markup, Rows]:
    """Draw what it came to: the answers, and what stands in the way of handing in."""
    language = turn.speech.language
    lines = [turn.t("<b>End of the trial</b> of “{title}”. Nothing was stored.", title=brief(walk.form.title, 40))]
    lines += [Markup("<i>{}</i>").format(clipped(walk.label(path, language), NOTE)) for path in closing[:5]]
    given = [one.question for one in found if one.question is not None and walk.value(one.path)]
    for one in given[:SHOWN]:
        label = brief(walk.label(one.path, language) or one.name, 30)
        lines.append(Markup("{}: <b>{}</b>").format(label, brief(in_words(turn.speech, walk, one), ANSWER)))
    if len(given) > SHOWN:
        lines.append(turn.t("and {count} more", count=len(given) - SHOWN))
    wrong = walk.violations()
    if wrong:
        lines.append(turn.t("\nIn the way of handing in:"))
    for violation in wrong[:8]:
        label = brief(walk.label(violation.path, language) or violation.path.rpartition("/")[2], 30)
        said = violation.message(language) or (
            turn.label("not answered") if violation.kind == "required" else turn.label("not allowed")
        )
        lines.append(Markup("⚠ {}: {}").format(label, brief(said, 120)))
    if not wrong:
        lines.append(turn.t("\n✓ It could be handed in."))
    rows = (
        (
            Button("◀", data("trial", "go", max(len(found) - 1, 0))),
            Button(turn.label("Once more"), data("trial", "over")),
        ),
        (Button(turn.label("End the trial"), data("trial", "end")),),
    )
    return Markup("\n").join(lines), rows
