"""Questions of a quick survey: written in a few lines, asked one at a time, counted without names. Pure.

A matrix is asked as a sequence, one statement after another with the same answers. Answers are plain text: the place of
a choice, a number, or words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

CHOICE: Final = "choice"
SCALE: Final = "scale"
MATRIX: Final = "matrix"
NUMBER: Final = "number"
TEXT: Final = "text"

MOST_QUESTIONS: Final = 10
MOST_ITEMS: Final = 30
MOST_CHOICES: Final = 12
LONGEST: Final = 300
"""Characters of a question."""

LABEL: Final = 60
"""Characters of a choice or a statement."""

WORDS: Final = 500
"""Characters of an answer in words."""

LARGEST: Final = 10**9

_SCALE: Final = re.compile(r"(\d{1,2})\s*[-–~～至到]\s*(\d{1,2})")
_BULLET: Final = re.compile(r"^[-·•*]\s*")
_ORDINAL: Final = re.compile(r"^(?:\d{1,2}|[A-Za-z])[.、)）．]\s*")
_SHARE: Final = re.compile(r"[/／|｜]")


class Unclear(ValueError):
    """What was written is no question; ``why`` is one of: empty, long, choices, label, scale, same."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Question:
    """One question; ``choices`` are the answers of a choice or a matrix, ``rows`` the statements of a matrix."""

    kind: str
    text: str
    choices: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    low: int = 0
    high: int = 0

    def as_data(self) -> dict[str, Any]:
        """Return it as plain JSON data."""
        return {
            "kind": self.kind,
            "text": self.text,
            "choices": list(self.choices),
            "rows": list(self.rows),
            "low": self.low,
            "high": self.high,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Question:
        """Read what :meth:`as_data` wrote."""
        return cls(
            str(data["kind"]),
            str(data["text"]),
            tuple(data.get("choices", ())),
            tuple(data.get("rows", ())),
            int(data.get("low", 0)),
            int(data.get("high", 0)),
        )


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is asked: ``key`` names its answer, ``choices`` are the buttons there are."""

    key: str
    kind: str
    text: str
    under: str = ""
    choices: tuple[str, ...] = ()
    low: int = 0

    def accepts(self, answer: str) -> bool:
        """Tell whether an answer is one."""
        if self.kind in (CHOICE, SCALE):
            return answer.isdecimal() and answer.isascii() and int(answer) < len(self.choices)
        if self.kind == NUMBER:
            return number_in(answer) is not None
        return 0 < len(answer) <= WORDS

    @property
    def counted(self) -> bool:
        """Whether answers are counted by choice."""
        return self.kind in (CHOICE, SCALE)


def items_of(questions: Sequence[Question]) -> tuple[Item, ...]:
    """Return everything that is asked, in order."""
    items: list[Item] = []
    for at, one in enumerate(questions, 1):
        if one.kind == MATRIX:
            items += [Item(f"{at}.{row}", CHOICE, text, one.text, one.choices) for row, text in enumerate(one.rows, 1)]
        elif one.kind == SCALE:
            steps = tuple(str(step) for step in range(one.low, one.high + 1))
            items.append(Item(str(at), SCALE, one.text, choices=steps, low=one.low))
        else:
            items.append(Item(str(at), one.kind, one.text, choices=one.choices))
    return tuple(items)


def typed(words: str) -> Question:
    """Read a question as people type it; raises Unclear.

    The first line asks. Below it: a choice a line; ``1-5`` for a scale; ``#`` for a number; statements with a dash in
    front and one line of answers with strokes between them for a matrix; nothing for words.
    """
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    if not lines:
        raise Unclear("empty")
    text, rest = _ORDINAL.sub("", lines[0]) or lines[0], lines[1:]
    if len(text) > LONGEST:
        raise Unclear("long")
    if not rest:
        return Question(TEXT, text)
    if rest in (["#"], ["＃"]):
        return Question(NUMBER, text)
    if len(rest) == 1 and (scale := _SCALE.fullmatch(rest[0])):
        low, high = int(scale[1]), int(scale[2])
        if not 0 < high - low < MOST_CHOICES:
            raise Unclear("scale")
        return Question(SCALE, text, low=low, high=high)
    rows = [_BULLET.sub("", line) for line in rest if _BULLET.match(line)]
    others = [line for line in rest if not _BULLET.match(line)]
    if rows and others:
        return Question(MATRIX, text, _choices(_SHARE.split(others[-1])), _labels(rows))
    return Question(CHOICE, text, _choices(rows or (_SHARE.split(rest[0]) if len(rest) == 1 else rest)))


def _choices(written: Iterable[str]) -> tuple[str, ...]:
    choices = _labels(_ORDINAL.sub("", one.strip()) or one.strip() for one in written if one.strip())
    if not 2 <= len(choices) <= MOST_CHOICES:  # noqa: PLR2004 - one is no choice
        raise Unclear("choices")
    return choices


def _labels(written: Iterable[str]) -> tuple[str, ...]:
    labels = tuple(written)
    if any(len(one) > LABEL for one in labels):
        raise Unclear("label")
    if len(set(labels)) < len(labels):
        raise Unclear("same")
    return labels


def number_in(words: str) -> float | None:
    """Return the number that was typed; None when it is none or beyond all measure."""
    try:
        found = float(words.strip().replace(",", "").replace("，", ""))
    except ValueError:
        return None
    return found if abs(found) <= LARGEST else None


# --- counting ---


def counted(tally: dict[str, Any], items: Sequence[Item], answers: Mapping[str, str], place: str) -> None:
    """Add one person's answers to a tally: place -> item -> counts by choice, or how many and their sum."""
    here = tally.setdefault(place, {})
    for item in items:
        answer = answers.get(item.key, "")
        if not answer:
            continue
        if item.counted:
            row = here.setdefault(item.key, [0] * len(item.choices))
            row[int(answer)] += 1
        elif item.kind == NUMBER:
            row = here.setdefault(item.key, [0, 0.0])
            row[0] += 1
            row[1] += number_in(answer) or 0.0


# --- ready-made surveys ---


def sheets(text: str) -> tuple[tuple[str, tuple[Question, ...]], ...]:
    """Read ready-made surveys: ``# title``, then questions as people type them, an empty line between two; Unclear."""
    found: list[tuple[str, tuple[Question, ...]]] = []
    for part in re.split(r"^# ", text, flags=re.MULTILINE)[1:]:
        title, _, body = part.partition("\n")
        questions = tuple(typed(block) for block in re.split(r"\n\s*\n", body.strip()) if block.strip())
        found.append((title.strip(), questions))
    return tuple(found)
