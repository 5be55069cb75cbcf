"""Who looks after what: the division of labour of a group, as it is written in words, laid over a checklist.

Pure. What nobody's words name, or the words of two, belongs to nobody yet.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

SHORTEST: Final = 2
"""Characters of an aspect's name: one alone is found in anything."""

_ORDINAL: Final = re.compile(
    r"^\s*(?:[一二三四五六七八九十百]+、|[（(][一二三四五六七八九十\d]+[）)]|[IVXivx]+\.|\d+[.、])\s*"
)
_NUMBERS: Final = re.compile(r"第?\s*(\d{1,3})\s*(?:[-–—~～至到]\s*第?\s*(\d{1,3})\s*)?(?:题|项|条|号)")


def plain_title(title: str) -> str:
    """Return an aspect's name without its number: ``一、组织领导`` → ``组织领导``."""
    return _ORDINAL.sub("", title).strip().casefold()


def named_in(duties: str, aspects: Sequence[tuple[str, Iterable[str]]]) -> set[str]:
    """Return the numbers of the items that somebody's duties name: by their aspect, or as ``第3–7题``."""
    words, found = duties.casefold(), set[str]()
    for title, numbers in aspects:
        name = plain_title(title)
        if len(name) >= SHORTEST and name in words:
            found.update(numbers)
    every = {number for _, numbers in aspects for number in numbers}
    for first, last in _NUMBERS.findall(words):
        found.update(every & {str(one) for one in range(int(first), int(last or first) + 1)})
    return found


def divided(duties: Mapping[int, str], aspects: Sequence[tuple[str, Sequence[str]]]) -> dict[int, set[str]]:
    """Return which items each person has by their duties, {person: numbers}; what two would have, neither has."""
    named = {person: named_in(words, aspects) for person, words in duties.items()}
    return {
        person: found - {one for other, others in named.items() if other != person for one in others}
        for person, found in named.items()
    }
