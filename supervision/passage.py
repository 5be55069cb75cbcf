"""What is looked for in a text and where it stands: words of a phrase, the passage around a hit, likeness of texts.

Pure. Made for Chinese as for English: nobody writes spaces between Chinese words, so likeness goes by pairs of
characters.
"""

from __future__ import annotations

import re
from typing import Final

TRIGRAM: Final = 3
"""Characters a word must have to be looked up in an index of trigrams."""

WORDS: Final = 6
"""Words of one phrase that are looked for."""

LIKE: Final = 0.25
"""Share of a question's pairs that a text must have to be called like it at all."""

SEPARATOR: Final = "\f"
"""Stands between what an item says and each of its files, whose first line is its name."""

_PARTS: Final = re.compile(r"[\s,，、;；。?？!！:：]+")
_RUNS: Final = re.compile(r"[0-9a-z]+|[\u3400-\u9fff]+")


def looked_for(phrase: str) -> list[str]:
    """Return the words of a phrase, each once: what stands between spaces and commas."""
    return list(dict.fromkeys(one for one in _PARTS.split(phrase.strip()) if one))[:WORDS]


def put_behind(words: str, name: str, text: str) -> str:
    """Return the words of an item with those of one of its files behind them."""
    return f"{words}{SEPARATOR}{' '.join(name.split())}\n{text.replace(SEPARATOR, ' ')}"


def where(words: str, phrase: str) -> tuple[str, str]:
    """Return the part of an item that has most of a phrase: (the name of the file, '' for the item itself; its words).

    Of several that have as much it is the first one.
    """
    wanted = [one.casefold() for one in looked_for(phrase)]
    parts = words.split(SEPARATOR)
    counts = [sum(one in part.casefold() for one in wanted) for part in parts]
    at = counts.index(max(counts))
    if not at:
        return "", parts[0]
    name, _, text = parts[at].partition("\n")
    return name, text


def passage(text: str, phrase: str, around: int = 22) -> tuple[str, str, str]:
    """Return what stands before the first hit, the hit itself, and what follows; ('', '', beginning) for none.

    ``around`` is how many characters are kept on either side; lines are run together.
    """
    flat = " ".join(text.split())
    places = [(at, len(one)) for one in looked_for(phrase) if (at := flat.casefold().find(one.casefold())) >= 0]
    if not places:
        return "", "", _cut(flat, 2 * around)
    at, long = min(places)
    before = flat[max(0, at - around) : at]
    if at > around:
        before = "…" + before
    return before, flat[at : at + long], _cut(flat[at + long :], around)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[:most].rstrip() + "…"


def likeness(question: str, text: str) -> float:
    """Return which share of a question's words and pairs of characters a text has too, 0 when it is too small."""
    asked = _pieces(question)
    share = len(asked & _pieces(text)) / len(asked) if asked else 0.0
    return share if share >= LIKE else 0.0


def _pieces(text: str) -> set[str]:
    found: set[str] = set()
    for run in _RUNS.findall(text.casefold()):
        if run[0].isascii():
            found.add(run)
        else:
            found.update(run[at : at + 2] for at in range(max(1, len(run) - 1)))
    return found
