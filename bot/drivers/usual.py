"""Reads what nearly every update is without making a library's objects of it: a tap on a card, words to the bot.

Only what is exactly as Telegram writes it; whatever has a field more, or one of another type, is read by the library,
so that nothing here has to know what it means. A test holds both ways to the same events.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeGuard

from bot.drivers.soundness import sound
from handlers.chat import Sender, Tap, Text

if TYPE_CHECKING:
    from bot.drivers.driver import Clock, Raw
    from handlers.chat import Event

_Fields = dict[str, type]
_NONE: Final[_Fields] = {}
_TAP: Final[_Fields] = {"id": str, "from": dict, "message": dict, "chat_instance": str, "data": str}
_CARD: Final[_Fields] = {"message_id": int, "chat": dict, "date": int}
_WORDS: Final[_Fields] = {"message_id": int, "from": dict, "chat": dict, "date": int, "text": str}
_ENTITY: Final[_Fields] = {"type": str, "offset": int, "length": int}
_CHAT: Final[_Fields] = {"id": int, "type": str}
_USER: Final[_Fields] = {"id": int, "is_bot": bool, "first_name": str}
_USER_TOO: Final[_Fields] = {"last_name": str, "language_code": str, "username": str, "is_premium": bool}
_ABOUT_CHAT: Final[_Fields] = {"first_name": str, "last_name": str, "username": str}
_PRIVATE: Final = "private"
_COMMAND: Final = "bot_command"


def usual(raw: Raw, clock: Clock) -> Event | None:
    """Return the event of a bare update in a private chat; None where a library has to look. Raises Unsound."""
    if len(raw) != 2 or type(raw.get("update_id")) is not int:  # noqa: PLR2004 - its number and the one thing it tells
        return None
    if "callback_query" in raw:
        event = _tap(raw["callback_query"], clock)
    else:
        event = _words(raw["message"]) if "message" in raw else None
    return None if event is None else sound(event)


def _tap(tap: object, clock: Clock) -> Event | None:
    if not _is(tap, _TAP) or not _is(tap["message"], _CARD):
        return None
    chat, sender = tap["message"]["chat"], _sender(tap["from"])
    if sender is None or not _is_private(chat):
        return None
    return Tap(
        chat_id=chat["id"],
        at=clock(),
        sender=sender,
        private=True,
        data=tap["data"],
        message_id=tap["message"]["message_id"],
        callback_id=tap["id"],
    )


def _words(message: object) -> Event | None:
    if not _is(message, _WORDS, {"entities": list}) or not _is_private(message["chat"]):
        return None
    if not all(_is(one, _ENTITY) and one["type"] == _COMMAND for one in message.get("entities", ())):
        return None
    sender = _sender(message["from"])
    if sender is None:
        return None
    return Text(
        chat_id=message["chat"]["id"],
        at=datetime.fromtimestamp(message["date"], UTC),
        sender=sender,
        private=True,
        message_id=message["message_id"],
        text=message["text"],
    )


def _sender(user: object) -> Sender | None:
    if not _is(user, _USER, _USER_TOO):
        return None
    last = user.get("last_name")
    name = f"{user['first_name']} {last}" if last else user["first_name"]
    return Sender(id=user["id"], name=name, language=user.get("language_code", ""))


def _is_private(chat: object) -> bool:
    return _is(chat, _CHAT, _ABOUT_CHAT) and chat["type"] == _PRIVATE


def _is(value: object, fields: _Fields, more: _Fields = _NONE) -> TypeGuard[Raw]:
    """Tell whether a value is an object with these fields, perhaps some ``more``, and no others, each of its type."""
    if type(value) is not dict:
        return False
    for name, kind in fields.items():
        if type(value.get(name)) is not kind:
            return False
    if len(value) == len(fields):
        return True
    return all(name in fields or type(one) is more.get(name) for name, one in value.items())
