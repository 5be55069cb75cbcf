"""Sees to it that an event is what it claims to be, whatever its update held: the right types, in bounds, storable.

One library coerces what does not fit, the other does not look; and JSON can hold numbers no column takes, half
surrogates, and moments no calendar knows. Behind this door nobody has to think of that again.
"""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime
from functools import lru_cache
from math import isfinite
from typing import Any, TypeVar

from handlers.chat import Event, Message, Moved, Place, Sender, Tap
from storage.entity import LARGEST, storable

LONGEST_NAME = 256
"""Characters; Telegram's own first and last names have 64 each."""

_YEARS = range(1970, 9000)
_LATITUDE, _LONGITUDE = 90.0, 180.0

T = TypeVar("T", Event, Sender)


class Unsound(ValueError):
    """An update that Telegram never made."""


def sound(event: Event) -> Event:
    """Return the event, its texts storable; raises Unsound when a value is of no sense or nobody could have sent it."""
    found = _checked(event)
    if isinstance(found, Place):
        _on_earth(found)
    if isinstance(found, Message | Tap) and found.message_id <= 0:
        raise Unsound("no message has this number")
    if isinstance(found, Moved) and (found.private or found.chat_id >= 0 or found.to_chat_id >= 0):
        raise Unsound("only groups move")
    # A private chat has its person's number: what comes in it comes from them and from nobody else.
    if found.private and (found.sender is None or found.sender.id != found.chat_id):
        raise Unsound("somebody else's chat")
    return found


def _on_earth(place: Place) -> None:
    if abs(place.latitude) > _LATITUDE or abs(place.longitude) > _LONGITUDE:
        raise Unsound("a place that is nowhere")


def _checked(whole: T) -> T:
    """Check every field by its type; return a copy where something had to be put right."""
    better: dict[str, Any] = {}
    for name, kind, may_miss in _fields_of(type(whole)):  # type: ignore[arg-type] # a class can always be a key
        value = getattr(whole, name)
        if value is None and may_miss:
            continue
        right = _put_right(value, kind)
        if right is not value:
            better[name] = right
    return replace(whole, **better) if better else whole


@lru_cache(maxsize=64)
def _fields_of(kind: type[Event | Sender]) -> tuple[tuple[str, str, bool], ...]:
    """Give the fields of an event: (name, type, whether it may be None)."""
    found = [(one.name, str(one.type)) for one in fields(kind)]
    return tuple((name, said.removesuffix(" | None"), said.endswith("| None")) for name, said in found)


def _put_right(value: object, kind: str) -> object:
    match kind:
        case "int" if type(value) is int and abs(value) <= LARGEST:
            return value
        case "str" if isinstance(value, str):
            clean = storable(value)
            return value if clean == value else clean
        case "bool" if isinstance(value, bool):
            return value
        case "float" if type(value) in (int, float) and isfinite(value):  # type: ignore[arg-type] # a number, just checked
            return value
        case "datetime" if isinstance(value, datetime) and value.tzinfo is not None and value.year in _YEARS:
            return value
        case "Sender" if isinstance(value, Sender):
            short = value if len(value.name) <= LONGEST_NAME else replace(value, name=value.name[:LONGEST_NAME])
            return _checked(short)
    raise Unsound(f"not a {kind}")
