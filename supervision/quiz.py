"""A quiz: 3 to 10 questions with one right choice or several, and why; drawn in a new order each time.

Pure: questions as people type them and as packs have them go in, what was right comes out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from random import Random

FEWEST: Final = 3
MOST: Final = 10
CHOICES: Final = 6
TEXT: Final = 300
CHOICE: Final = 60
WHY: Final = 300
MARKS: Final = (60, 80, 100)
"""Shares of right answers, in per cent, that may be asked for."""

_ORDINAL: Final = re.compile(r"^\s*(?:\d{1,2}|[A-Ha-h])\s*[.、．)）:：]\s*")
_RIGHT: Final = re.compile(r"^\s*[*＊√✓✔✅]\s*|\s*[*＊√✓✔✅]\s*$")
_WHY: Final = re.compile(r"^\s*(?:解析|理由|依据|因为|why|because)\s*[:：]\s*", re.IGNORECASE)


class Unclear(ValueError):
    """A question that cannot be one; ``why`` says what is wrong: empty, long, choices, label, same, right, reason."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Question:
    """One question; ``right`` are the places of the choices that are right, ``why`` says why.

    ``every``: all that are right have to be chosen and no other; without it, any one of them will do.
    """

    text: str
    choices: tuple[str, ...]
    right: frozenset[int]
    why: str = ""
    every: bool = False

    def holds(self, chosen: Collection[int]) -> bool:
        """Tell whether what was chosen is right."""
        return set(chosen) == self.right if self.every else len(chosen) == 1 and set(chosen) <= self.right

    def as_data(self) -> dict[str, Any]:
        """Return it as plain JSON data."""
        made = {"text": self.text, "choices": list(self.choices), "right": sorted(self.right), "why": self.why}
        return made | ({"every": True} if self.every else {})

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Question:
        """Read what :meth:`as_data` wrote."""
        right, why = frozenset(data["right"]), str(data.get("why", ""))
        return cls(str(data["text"]), tuple(data["choices"]), right, why, every=bool(data.get("every", False)))


def checked(one: Question) -> Question:
    """Return the question; raises Unclear for one that cannot be asked."""
    if not one.text:
        raise Unclear("empty")
    if len(one.text) > TEXT:
        raise Unclear("long")
    if not 2 <= len(one.choices) <= CHOICES:  # noqa: PLR2004 - one is no choice
        raise Unclear("choices")
    if any(not label or len(label) > CHOICE for label in one.choices):
        raise Unclear("label")
    if len(set(one.choices)) < len(one.choices):
        raise Unclear("same")
    if not one.right or len(one.right) == len(one.choices):
        raise Unclear("right")
    if len(one.why) > WHY:
        raise Unclear("reason")
    return one


def typed(words: str) -> Question:
    """Read a question as people type it; raises Unclear.

    The first line asks, each further one is a choice, with ``*`` or ``√`` at one that is right; where several are
    marked all of them have to be chosen. A line that begins with 「解析：」 (``why:``) says why.
    """
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    if not lines:
        raise Unclear("empty")
    text, why = _ORDINAL.sub("", lines[0]) or lines[0], ""
    choices: list[str] = []
    right: set[int] = set()
    for line in lines[1:]:
        if reason := _WHY.match(line):
            why = line[reason.end() :].strip()
            continue
        label = _RIGHT.sub("", line)
        if label != line:
            right.add(len(choices))
        bare = _ORDINAL.sub("", label)
        if bare != label and _RIGHT.match(bare):  # "A. *right" as well as "*A. right"
            bare = _RIGHT.sub("", bare)
            right.add(len(choices))
        choices.append((bare or label).strip())
    return checked(Question(text, tuple(choices), frozenset(right), why, every=len(right) > 1))


def sheets(text: str) -> tuple[tuple[str, tuple[Question, ...]], ...]:
    """Read ready-made quizzes: ``# title``, then questions as people type them, an empty line between two; Unclear."""
    found = []
    for part in re.split(r"^# ", text, flags=re.MULTILINE)[1:]:
        title, _, body = part.partition("\n")
        asked = tuple(typed(block) for block in re.split(r"\n\s*\n", body.strip()) if block.strip())
        found.append((title.strip(), asked))
    return tuple(found)


def needed(questions: int, mark: int) -> int:
    """Return how many right answers a mark in per cent asks for, of so many questions; at least one."""
    return max(1, -(-questions * mark // 100))


def order(questions: int, random: Random) -> list[int]:
    """Return the places of the questions in a new order."""
    return random.sample(range(questions), questions)


def right(questions: Sequence[Question], answers: Mapping[int, Collection[int]]) -> int:
    """Return how many answers are right; ``answers`` is place of the question -> places of what was chosen."""
    return sum(1 for at, one in enumerate(questions) if one.holds(answers.get(at, ())))
