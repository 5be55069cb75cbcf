"""Lines that name their items, as this visit has them: ``7 ✗ 记录缺失``, and ``7.2 ✗`` inside a repeat.

What a line says is read by forms/quick.py, which knows numbers only. Here a number becomes an item: inside a repeat the
one in the instance where somebody stands, or the only one there is; where several could be meant, none is. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from forms import quick

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from forms.question import Choice, Screen
    from handlers.items import Item
    from handlers.sheet import Sheet

_SIGN: Final = "✅✓✔√☑❌✗✘×◐△"
_KEYED: Final = re.compile(r"\s*(?P<before>第\s*|[#＃]\s*)?(?P<number>\d{1,3})(?P<rest>(?:\.\d{1,3})+)(?![\d.])")
"""The key of an item inside a repeat, at the beginning of a line."""

_NEXT: Final = re.compile(rf"(?<=[\s{_SIGN}])(?=\d{{1,3}}(?:\.\d{{1,3}})+\s*[{_SIGN}])")
"""Where a line goes on to the next such item: ``7.1 ✅ 7.2 ❌``."""

_ALONE: Final = re.compile(r"\s*(第|#|＃)?\s*(\d{1,3}(?:\.\d{1,3})*)\s*([题项条])?\s*[.。、:：)）]?\s*")
"""Nothing but an item: ``7``, ``第7题``, ``#7.2``, ``7、``."""


@dataclass(frozen=True, slots=True)
class Line(quick.Entry):
    """One line, with the key of the item it means: '' when it means none, or when several could be meant."""

    key: str = ""


def read(sheet: Sheet, words: str, here: Item | None = None) -> list[Line]:
    """Read a message line by line; ``here`` is the item on screen."""
    if not any(screen.repeats for screen in sheet.form.screens):
        return [_line(sheet, entry, here) for entry in quick.read(words, sheet.form, _offered(sheet, here))]
    found: list[Line] = []
    for written in words.splitlines():
        for piece in _NEXT.split(written):
            found += _read_piece(sheet, piece, here)
    return found


def _read_piece(sheet: Sheet, piece: str, here: Item | None) -> list[Line]:
    keyed = _KEYED.match(quick.plain(piece))
    screen = sheet.form.screen(int(keyed["number"])) if keyed is not None else None
    if keyed is None or screen is None or not screen.repeats:
        return [_line(sheet, entry, here) for entry in quick.read(piece, sheet.form, _offered(sheet, here))]
    key = keyed["number"] + keyed["rest"]
    rest = piece[len(keyed[0]) :]
    item = sheet.find(key)
    bare = quick.read(f"{keyed['before'] or ''}{keyed['number']}{rest}", sheet.form, _offered(sheet, item or here))
    if len(bare) == 1 and bare[0].matched and (item is not None or bare[0].choice is not None):
        return [_keyed(replace(bare[0], line=piece.strip()), key)]
    return [Line(piece.strip())]


def _offered(sheet: Sheet, here: Item | None) -> Callable[[Screen], Sequence[Choice]]:
    """Return what tells which choices a screen of the form offers now."""

    def offered(screen: Screen) -> Sequence[Choice]:
        if not screen.repeats:
            return sheet.offered(screen)
        item = sheet.meant(screen.number, here)
        if item is not None:
            return sheet.offered(item)
        return screen.main.choices if screen.main is not None else ()

    return offered


def _line(sheet: Sheet, entry: quick.Entry, here: Item | None) -> Line:
    item = sheet.meant(entry.number, here) if entry.number is not None else None
    return _keyed(entry, item.key if item is not None else "")


def _keyed(entry: quick.Entry, key: str) -> Line:
    return Line(entry.line, entry.number, entry.screen, entry.choice, entry.note, entry.doubtful, key)


def answered_with(item: Item, entry: quick.Entry) -> Line:
    """Return an entry as one that means this item."""
    return _keyed(replace(entry, number=item.number, screen=item), item.key)


def is_key(words: str) -> bool:
    """Tell whether words are the key of an item inside a repeat."""
    return re.fullmatch(r"\d{1,3}(?:\.\d{1,3})+", words) is not None


def alone(words: str) -> tuple[str, bool] | None:
    """Return the key that words are and nothing else, and whether they say that it is one (``第7题``, not ``7``)."""
    found = _ALONE.fullmatch(words)
    return (found[2], bool(found[1] or found[3])) if found is not None else None
