"""Functions on strings and on chosen items: ``concat``, ``regex``, ``selected`` and their kin."""

from __future__ import annotations

import base64
import binascii
import hashlib
import math
import re
from typing import TYPE_CHECKING

from forms.context import Signature
from forms.grammar import XPathError, mark
from forms.patterns import pattern_of
from forms.values import to_number, to_text, words

if TYPE_CHECKING:
    from forms.context import Context, Run
    from forms.values import Value

Args = tuple["Run", ...]
MAX_TEXT = 200_000
"""Characters that texts put together may come to; expressions that double one another would fill the memory."""


def _text(c: Context, args: Args, at: int = 0) -> str:
    """Give the argument as a string; the context node's when there is none."""
    return to_text(args[at](c)) if at < len(args) else c.node.string


def _number(c: Context, args: Args, at: int) -> float:
    return to_number(args[at](c), c.world.zone)


def _whole(c: Context, args: Args, at: int) -> int | None:
    """Read the argument as JavaScript's parseInt does: the digits it begins with."""
    found = re.match(r"\s*([+-]?\d+)", _text(c, args, at), re.ASCII)
    return int(found[1]) if found else None


def strings(value: Value) -> list[str]:
    """Every string in a value: one for each node, or just the one."""
    return [node.string for node in value] if isinstance(value, list) else [to_text(value)]


def _concat(c: Context, args: Args) -> Value:
    return _together("", [text for arg in args for text in strings(arg(c))])


def _join(c: Context, args: Args) -> Value:
    return _together(_text(c, args), [text for arg in args[1:] for text in strings(arg(c))])


def _together(between: str, texts: list[str]) -> str:
    if sum(map(len, texts)) + len(between) * len(texts) > MAX_TEXT:
        raise XPathError(mark("The text grows longer than {most} characters."), most=MAX_TEXT)
    return between.join(texts)


def _length(c: Context, args: Args) -> Value:
    text = _text(c, args)
    # UTF-16 units, as both of ODK's engines count: an emoji beyond the basic plane is two.
    return float(len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2)


def _normalize(c: Context, args: Args) -> Value:
    return re.sub(r"[ \t\r\n]{2,}", " ", _text(c, args).strip(" \t\r\n"))


def _before(c: Context, args: Args) -> Value:
    text, needle = _text(c, args), _text(c, args, 1)
    return text[: text.index(needle)] if needle in text else ""


def _after(c: Context, args: Args) -> Value:
    return _text(c, args).partition(_text(c, args, 1))[2] if _text(c, args, 1) else _text(c, args)


def _substring(c: Context, args: Args) -> Value:
    text = _text(c, args)
    start = _number(c, args, 1)
    length = _number(c, args, 2) if len(args) > 2 else float("inf")  # noqa: PLR2004 - the optional third
    if math.isnan(start) or math.isnan(length) or math.isnan(start + length):
        return ""
    first = _half_up(start) - 1
    last = min(first + _half_up(length), float(len(text)))
    return text[int(max(first, 0)) : int(last)] if max(first, 0) < last else ""


def _half_up(value: float) -> float:
    return value if math.isinf(value) else float(math.floor(value + 0.5))


def _substr(c: Context, args: Args) -> Value:
    text = _text(c, args)
    size = len(text)
    start = _whole(c, args, 1)
    end = _whole(c, args, 2) if len(args) > 2 else size  # noqa: PLR2004 - the optional third
    if start is None or end is None:
        return ""
    start, end = (min(max(at + size if at < 0 else at, 0), size) for at in (start, end))
    return text[start:end]


def _translate(c: Context, args: Args) -> Value:
    text, old, new = _text(c, args), _text(c, args, 1), _text(c, args, 2)
    table: dict[int, str | None] = {}
    for at, char in enumerate(old):
        table.setdefault(ord(char), new[at] if at < len(new) else None)
    return text.translate(table)


def _regex(c: Context, args: Args) -> Value:
    pattern = pattern_of(_text(c, args, 1))
    return pattern is not None and pattern.found_in(_text(c, args))


def _digest(c: Context, args: Args) -> Value:
    name = _text(c, args, 1).replace("-", "").lower()
    if name not in ("md5", "sha1", "sha256", "sha384", "sha512"):
        return ""
    made = hashlib.new(name, _text(c, args).encode(), usedforsecurity=False).digest()
    as_hex = len(args) > 2 and _text(c, args, 2) == "hex"  # noqa: PLR2004 - the optional third
    return made.hex() if as_hex else base64.b64encode(made).decode()


def _base64_decode(c: Context, args: Args) -> Value:
    text = re.sub(r"[ \t\r\n\f]", "", _text(c, args)).rstrip("=")
    try:  # as browsers read it: the end may be missing
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode(errors="replace")
    except (binascii.Error, ValueError):
        return ""


def _selected(c: Context, args: Args) -> Value:
    return _text(c, args, 1).strip(" \t\r\n") in (words(_text(c, args)) or [""])


def _selected_at(c: Context, args: Args) -> Value:
    chosen, at = words(_text(c, args)), _whole(c, args, 1)
    return chosen[at] if at is not None and 0 <= at < len(chosen) else ""


def _coalesce(c: Context, args: Args) -> Value:
    return next((found for at in range(len(args)) if (found := _text(c, args, at))), "")


def _choice_name(c: Context, args: Args) -> Value:
    return c.world.choice_label(c.origin, _text(c, args, 1), _text(c, args))


FUNCTIONS: dict[str, Signature] = {
    "string": Signature(_text, 0, 1),
    "concat": Signature(_concat, 0, None),
    "join": Signature(_join, 1, None),
    "contains": Signature(lambda c, a: _text(c, a, 1) in _text(c, a), 2, 2),
    "starts-with": Signature(lambda c, a: _text(c, a).startswith(_text(c, a, 1)), 2, 2),
    "ends-with": Signature(lambda c, a: _text(c, a).endswith(_text(c, a, 1)), 2, 2),
    "substring": Signature(_substring, 2, 3),
    "substr": Signature(_substr, 2, 3),
    "substring-before": Signature(_before, 2, 2),
    "substring-after": Signature(_after, 2, 2),
    "translate": Signature(_translate, 3, 3),
    "string-length": Signature(_length, 0, 1),
    "normalize-space": Signature(_normalize, 0, 1),
    "regex": Signature(_regex, 2, 2),
    "digest": Signature(_digest, 2, 3),
    "base64-decode": Signature(_base64_decode, 1, 1),
    "coalesce": Signature(_coalesce, 2, None),
    "selected": Signature(_selected, 2, 2),
    "selected-at": Signature(_selected_at, 2, 2),
    "count-selected": Signature(lambda c, a: float(len(words(_text(c, a)))), 1, 1),
    "jr:choice-name": Signature(_choice_name, 2, 2),
    "jr:itext": Signature(lambda c, a: c.world.translation(_text(c, a)), 1, 1),
}
