"""Keyboards: read from a request, checked as Telegram checks them, and handed on as Bot API data.

The shapes are checked by the Bot API library's own types; what those types allow and Telegram refuses (a button
without an action, 65 bytes of callback data, the hundred-and-first button) is checked here.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from aiogram.types import ForceReply, InlineKeyboardMarkup, ReplyKeyboardMarkup, ReplyKeyboardRemove
from pydantic import ValidationError

from sandbox.errors import BadRequestError

if TYPE_CHECKING:
    from sandbox.model import Json

DATA_BYTES = 64
INLINE_BUTTONS = 100
KEYBOARD_BUTTONS = 300
ROW_BUTTONS = 8

ACTIONS = (
    "url", "callback_data", "callback_game", "pay", "switch_inline_query", "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat", "login_url", "web_app", "copy_text", "disabled",
)  # fmt: skip
_LINK = re.compile(
    r"(?:https?://|tg://|ton://)?[^\s/.:]+(?:\.[^\s/.:]+)+(?::\d+)?(?:[/?#]\S*)?$|tg://\S+$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Markup:
    """A checked keyboard: ``kind`` is inline, keyboard, remove or force; ``data`` is what the Bot API would show."""

    kind: str
    data: Json


def read_markup(raw: object) -> Markup | None:
    """Return the keyboard in the ``reply_markup`` parameter, None when there is none; raises BadRequestError."""
    if raw is None or raw == "":
        return None
    return _from_text(raw) if isinstance(raw, str) else _from_json(raw)


@lru_cache(maxsize=4096)
def _from_text(raw: str) -> Markup | None:
    # Bots send the same keyboards over and over, and nobody changes a Markup once it is made.
    try:
        value = json.loads(raw)
    except ValueError as error:
        raise BadRequestError("Can't parse reply keyboard markup JSON object") from error
    return _from_json(value)


def _from_json(raw: object) -> Markup | None:
    if not isinstance(raw, dict):
        raise BadRequestError("Object expected as reply markup")
    if raw.get("keyboard"):
        return _keyboard(raw)
    if raw.get("inline_keyboard"):
        return _inline(raw)
    if raw.get("remove_keyboard"):
        return Markup("remove", _shape(ReplyKeyboardRemove, raw))
    if raw.get("force_reply"):
        return Markup("force", _shape(ForceReply, raw))
    return None


def _keyboard(raw: Json) -> Markup:
    _check_rows(raw["keyboard"], "keyboard")
    rows = [[{"text": one} if isinstance(one, str) else one for one in row] for row in raw["keyboard"] if row]
    data = _shape(ReplyKeyboardMarkup, {**raw, "keyboard": rows})
    _check_size(data["keyboard"], KEYBOARD_BUTTONS)
    for row in data["keyboard"]:
        for button in row:
            if not button["text"].strip():
                raise BadRequestError("Can't parse keyboard button: Keyboard button text must be non-empty")
    return Markup("keyboard", data)


def _inline(raw: Json) -> Markup | None:
    _check_rows(raw["inline_keyboard"], "inline_keyboard")
    rows = [row for row in raw["inline_keyboard"] if row]
    if not rows:
        return None
    for row in rows:
        for button in row:
            if not isinstance(button, dict):
                raise BadRequestError("Can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    data = _shape(InlineKeyboardMarkup, {"inline_keyboard": rows})
    _check_size(data["inline_keyboard"], INLINE_BUTTONS)
    for row in data["inline_keyboard"]:
        for button in row:
            _check_button(button)
    return Markup("inline", data)


def _check_rows(rows: object, field: str) -> None:
    if not isinstance(rows, list):
        raise BadRequestError(f'Can\'t parse reply keyboard markup JSON object: Field "{field}" must be of type Array')
    if not all(isinstance(row, list) for row in rows):
        owner = " of the InlineKeyboardMarkup" if field == "inline_keyboard" else ""
        raise BadRequestError(f'Field "{field}"{owner} must be an Array of Arrays')


def _check_size(rows: list[list[Json]], most: int) -> None:
    if sum(len(row) for row in rows) > most or any(len(row) > ROW_BUTTONS for row in rows):
        raise BadRequestError("reply markup is too long")


def _check_button(button: Json) -> None:
    action = next((name for name in ACTIONS if button.get(name) not in (None, "")), None)
    if action is None and not any(button.get(name) is not None for name in ACTIONS[4:6]):
        raise BadRequestError("Can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if not button["text"].strip():
        raise BadRequestError("BUTTON_TEXT_INVALID")
    if action == "callback_data" and len(button["callback_data"].encode()) > DATA_BYTES:
        raise BadRequestError("BUTTON_DATA_INVALID")
    if action == "url" and not _LINK.match(button["url"]):
        raise BadRequestError(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")


def _shape(model: type[Any], raw: Json) -> Json:
    try:
        data: Json = model.model_validate(raw).model_dump(exclude_none=True, mode="json")
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        kind = "inline keyboard" if model is InlineKeyboardMarkup else "keyboard"
        field = str(first["loc"][-1]) if first["loc"] else "?"
        reason = f'Can\'t find field "{field}"' if first["type"] == "missing" else f'Field "{field}": {first["msg"]}'
        raise BadRequestError(f"Can't parse {kind} button: {reason}") from error
    return data
