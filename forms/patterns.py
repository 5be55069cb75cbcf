r"""Regular expressions of strangers, matched in bounded time.

Python's ``re`` tries one way after another, and ``(a+)+$`` has more ways than there is time; it can be neither limited
nor interrupted. So a pattern in which choices multiply is run here as a set of states that all advance together, one
character at a time: the cost is the length of the text times the size of the pattern, whatever both say. Only patterns
that look back at what they matched (``\1``) cannot be run so; of those, ``re`` is given short texts alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from forms.pattern_states import MAX_STATES, Program, TooLarge, program_of

if TYPE_CHECKING:
    from collections.abc import Iterable

_PIECE: Final = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|\$|\{,", re.DOTALL)
_IN_CLASS: Final = re.compile(r"\\.|\[|--|&&|~~|\|\|", re.DOTALL)
_SPACES: Final = "\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
"""What JavaScript takes for space besides ASCII's: also the wide one of Chinese."""

MAX_MATCHED: Final = 5_000
"""A longer text matches nothing: no message of a chat is as long."""

MAX_LOOKED: Final = 300
"""Likewise, where a pattern looks ahead or back."""

MAX_STEPS: Final = 2_000_000
"""Characters times states."""

MAX_TRIED: Final = 16
"""Characters of a text that is matched by trying, where ways multiply."""

MAX_WAYS: Final = 1_000
"""Ways that single choices of a pattern may multiply to before it is run as states."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern that can be run; ``program`` None when ``re`` is quick enough."""

    compiled: re.Pattern[str]
    program: Program | None
    most: int

    def found_in(self, text: str) -> bool:
        """Whether the pattern fits anywhere in a text; a text that is too long for it does not."""
        if len(text) > self.most:
            return False
        return self.program.found_in(text) if self.program is not None else self.compiled.search(text) is not None


@lru_cache(maxsize=512)
def pattern_of(source: str) -> Pattern | None:
    r"""Compile a JavaScript regular expression, None when it is not one: ``$`` is the very end, ``\d`` is ASCII."""
    translated = _PIECE.sub(lambda piece: _translated(piece[0]), re.sub(r"\(\?<(?![=!])", "(?P<", source))
    try:
        compiled = re.compile(translated, re.ASCII)
        tree = re._parser.parse(translated, re.ASCII)  # type: ignore[attr-defined]  # noqa: SLF001 - the tree re itself works on; nothing public gives it
    except (re.error, RecursionError, OverflowError):
        return None
    ways = _Ways()
    ways.of(tree)
    if not ways.multiply:
        return Pattern(compiled, None, MAX_MATCHED)
    try:
        program = program_of(tree)
    except TooLarge:
        return Pattern(compiled, None, MAX_TRIED)
    return Pattern(compiled, program, min(MAX_LOOKED if program.looks else MAX_MATCHED, MAX_STEPS // program.size))


def endless(source: str) -> bool:
    """Whether a pattern can only be matched against very short texts, so that its author had better write another."""
    found = pattern_of(source)
    return found is not None and found.most <= max(MAX_TRIED, MAX_STEPS // MAX_STATES // 2)


def _translated(piece: str) -> str:
    """Write a piece of a pattern as Python understands it: what ends a text, what is space, what repeats."""
    if piece.startswith("["):
        return "[" + _IN_CLASS.sub(lambda part: _of_class(part[0]), piece[1:-1]) + "]"
    return {"$": r"\Z", "{,": r"\{,", r"\s": rf"[\s{_SPACES}]", r"\S": rf"[^\s{_SPACES}]"}.get(piece, piece)


def _of_class(part: str) -> str:
    """Write a part of a class of characters; Python means to make more of ``[`` and of doubled signs one day."""
    if part.startswith("\\"):
        return rf"\s{_SPACES}" if part == r"\s" else part
    return part[:-1] + "\\" + part[-1]


class _Ways:
    """Looks through a pattern for choices that multiply."""

    def __init__(self) -> None:
        self.open = 0
        """Repeats without an end."""
        self.ways = 1

    @property
    def multiply(self) -> bool:
        return self.open > 1 or self.ways > MAX_WAYS

    def of(self, tree: Iterable[tuple[object, Any]], *, inside: bool = False) -> None:
        """Count; ``inside`` a repeat any choice multiplies without bound."""
        for op, about in tree:
            name = str(op)
            if name.endswith("REPEAT"):
                least, most, body = about
                loops = most != least
                if loops and inside:
                    self.ways = MAX_WAYS + 1
                if loops and most > MAX_WAYS:
                    self.open += 1
                elif loops:
                    self.ways *= most - least + 1
                self.of(body, inside=inside or most > 1)
            elif name == "BRANCH":
                self.ways = MAX_WAYS + 1 if inside else self.ways * len(about[1])
                for one in about[1]:
                    self.of(one, inside=inside)
            elif name in ("SUBPATTERN", "ASSERT", "ASSERT_NOT", "ATOMIC_GROUP"):
                self.of(about if name == "ATOMIC_GROUP" else about[-1], inside=inside)
