"""Walks a form in the terminal: one question at a time, typed answers, the same rules as in the chat.

An author's dry run. Knows no chat and stores nothing; at the end the submission is printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from forms.canonical import InvalidAnswer
from forms.question import MEDIA, SELECTS
from forms.typed import typed
from forms.values import words
from handlers.text import mark

if TYPE_CHECKING:
    from typing import TextIO

    from forms.question import Question
    from forms.walk import Walk
    from handlers.text import Speech

USAGE = mark(
    "Enter keeps what is there; {clear} clears it; {back} goes back; {add} adds another, {remove} removes this one; "
    "{end} ends."
)
KEYS = {"clear": "-", "back": "<", "add": "+", "remove": "!", "end": "."}
_REASONS = {
    "not_a_number": mark("Please type a number."), "not_an_integer": mark("Please type a whole number."),
    "out_of_range": mark("This is outside what is allowed."),
    "not_a_date": mark("Please type a date, such as 2026-10-16."),
    "not_a_time": mark("Please type a time, such as 08:30."), "not_a_datetime": mark("Please type a date and a time."),
    "not_a_place": mark("Please type latitude and longitude, such as 30.25 120.16."),
    "not_a_choice": mark("This is not among the choices."),
    "too_many_choices": mark("Only one can be chosen."), "readonly": mark("The form does not let this be changed."),
    "ambiguous_date": mark("Which is the month? Please type it as 2026-10-16."),
    "no_question": mark("The form does not let this be changed."),
}  # fmt: skip
MISSING = mark("This answer is required.")
STANDS_NOT = mark("The form does not accept this answer.")


def walk(walk: Walk, language: str, source: TextIO, shown: TextIO, speech: Speech) -> None:
    """Ask every question that is relevant, in order; ends with what is missing and the submission."""
    language = language or walk.form.default_language
    shown.write(f"{walk.form.title} {walk.form.version}\n{speech.label(USAGE, **KEYS)}\n")
    at = 0
    while True:
        questions = _questions(walk)
        if at >= len(questions):
            break
        line = _asked(walk, questions[at], language, source, shown)
        if line is None or line == ".":
            break
        at = _moved(walk, questions, at, line, language, _Screen(shown, speech))
    for violation in walk.violations():
        said = violation.message(language) or speech.label(MISSING if violation.kind == "required" else STANDS_NOT)
        shown.write(f"! {walk.label(violation.path, language)}: {said}\n")
    shown.write(walk.xml() + "\n")


@dataclass(frozen=True, slots=True)
class _Screen:
    """Where words go, and in which language."""

    shown: TextIO
    speech: Speech

    def warn(self, said: str) -> None:
        self.shown.write(f"! {self.speech.sentence(said)}\n")


def _questions(walk: Walk) -> list[Question]:
    found = (question for screen in walk.screens() for question in screen.questions)
    return [question for question in found if walk.relevant(question.path)]


def _asked(walk: Walk, question: Question, language: str, source: TextIO, shown: TextIO) -> str | None:
    """Show a question and read a line; None when there is no more."""
    path = question.path
    star = " *" if walk.required(path) else ""
    shown.write(f"\n{walk.label(path, language) or question.name}{star}\n")
    if walk.hint(path, language):
        shown.write(f"  {walk.hint(path, language)}\n")
    if question.kind == "note" or walk.readonly(path):
        if walk.value(path):
            shown.write(f"  = {walk.shown(path, language)}\n")
        return ""
    if question.kind in SELECTS:
        chosen = words(walk.value(path)) if question.kind != "select_one" else [walk.value(path)]
        for number, choice in enumerate(walk.choices(path), 1):
            sign = "x" if choice.value in chosen else " "
            shown.write(f"  [{sign}] {number}. {walk.choice_label(path, choice.value, language)}\n")
    elif walk.value(path):
        shown.write(f"  = {walk.shown(path, language)}\n")
    shown.write(f"  {question.kind}> ")
    shown.flush()
    line = source.readline()
    return line.strip() if line else None


def _moved(walk: Walk, questions: list[Question], at: int, line: str, language: str, screen: _Screen) -> int:
    """Take a line; give where to go on."""
    question = questions[at]
    try:
        if line == "<":
            return _before(walk, questions, at)
        if line in ("+", "!"):
            return _repeated(walk, question.path, at, line)
        if line:
            walk.set(question.path, "" if line == "-" else _answer(walk, question, line, language))
    except InvalidAnswer as error:
        screen.warn(_REASONS.get(error.code, STANDS_NOT))
        return at
    violation = walk.violation(question.path)
    if violation is not None and line:
        screen.warn(violation.message(language) or STANDS_NOT)
        return at
    return at + 1


def _before(walk: Walk, questions: list[Question], at: int) -> int:
    """Give the question before this one that can be answered."""
    found = [one for one in range(at) if questions[one].kind != "note" and not walk.readonly(questions[one].path)]
    return found[-1] if found else at


def _repeated(walk: Walk, path: str, at: int, line: str) -> int:
    """Add an instance to the innermost repeat around a question, or take its own away."""
    instance = path[: path.rindex("]") + 1] if "]" in path else ""
    if not instance:
        raise InvalidAnswer("readonly", path)
    if line == "!":
        walk.remove(instance)
        return at
    added = walk.add(instance[: instance.rindex("[")])
    return next((n for n, one in enumerate(_questions(walk)) if one.path.startswith(f"{added}/")), at)


def _answer(walk: Walk, question: Question, line: str, language: str) -> str:
    """Read a typed answer; choices go by number, value or label."""
    offered = walk.choices(question.path)
    if question.kind in ("select_multiple", "rank"):
        return " ".join(_choice(walk, question, one, language) for one in line.replace(",", " ").split())
    if question.kind == "select_one":
        return _choice(walk, question, line, language)
    if question.kind in MEDIA:
        return line
    return typed(question, line, now=walk.now, language=language, choices=offered)


def _choice(walk: Walk, question: Question, text: str, language: str) -> str:
    offered = [choice.value for choice in walk.choices(question.path)]
    if text.isdecimal() and 1 <= int(text) <= len(offered):
        return offered[int(text) - 1]
    labels = {walk.choice_label(question.path, value, language): value for value in offered}
    return labels.get(text, text)
