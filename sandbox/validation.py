"""Turns the parameters of a request into the Bot API library's own method object, or a refusal in Telegram's words.

The library's types decide what is well formed; this module only brings text to them (numbers, JSON, attached files)
and translates their complaints. It knows no method by name.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, get_args

from aiogram.types import InputFile
from pydantic import ValidationError

from sandbox.errors import BadRequestError
from sandbox.markup import Markup, read_markup

if TYPE_CHECKING:
    from aiogram.methods import TelegramMethod

    from sandbox.model import Json
    from sandbox.requests import Sent

ATTACH = "attach://"
MEDIA_FILES = ("media", "thumbnail", "cover", "photo")
PLAIN = (str, int, float, bool, type(None))
MISSING = {
    "chat_id": "chat_id is empty",
    "text": "message text is empty",
    "file_id": "file_id not specified",
    "latitude": "latitude is empty",
    "longitude": "longitude is empty",
    "photo": "there is no photo in the request",
    "document": "there is no document in the request",
    "voice": "there is no voice in the request",
    "video": "there is no video in the request",
    "action": "wrong parameter action in request",
    "message_id": "message identifier is not specified",
    "message_ids": "message identifiers are not specified",
    "callback_query_id": "query is too old and response timeout expired or query ID is invalid",
    "user_id": "invalid user_id specified",
}
NOT_JSON = {
    "media": "can't parse media JSON object",
    "commands": "can't parse commands JSON object",
    "scope": "can't parse BotCommandScope JSON object",
    "reaction": "can't parse reaction types JSON object",
    "reply_parameters": "can't parse reply parameters JSON object",
    "link_preview_options": "can't parse link preview options JSON object",
    "message_ids": "can't parse message_ids JSON object",
}


@dataclass(frozen=True, slots=True)
class Shape:
    """What a method's fields are made of: those sent as JSON, and those that can be files."""

    structured: frozenset[str]
    files: frozenset[str]


@dataclass(slots=True)
class Checked:
    """A well-formed call: the library's method object, and its keyboard checked apart."""

    args: Any
    markup: Markup | None


def check(model: type[TelegramMethod[Any]], sent: Sent) -> Checked:
    """Return the checked call; raises BadRequestError."""
    shape = shape_of(model)
    values = sent.values
    markup = read_markup(values.pop("reply_markup", None))
    for name, value in values.items():
        if name in shape.structured and isinstance(value, str):
            values[name] = _decode(name, value)
        if name in shape.files and isinstance(value, str) and value.startswith(ATTACH):
            values[name] = sent.files.get(value.removeprefix(ATTACH))
    for name, file in sent.files.items():
        if name in shape.files:
            values[name] = file
    if "media" in shape.structured:
        _attach_media(values.get("media"), sent)
    values = {name: value for name, value in values.items() if value is not None and value != ""}
    try:
        return Checked(model.model_validate(values), markup)
    except ValidationError as error:
        raise BadRequestError(_complaint(error)) from error


@cache
def shape_of(model: type[TelegramMethod[Any]]) -> Shape:
    """Return the shape of a method's fields, worked out once."""
    structured, files = set(), set()
    for name, field in model.model_fields.items():
        kinds = set(_leaves(field.annotation))
        if InputFile in kinds:
            files.add(name)
        if not any(kind in PLAIN[:4] for kind in kinds) and InputFile not in kinds:
            structured.add(name)
    return Shape(frozenset(structured), frozenset(files))


def _leaves(annotation: Any) -> list[Any]:  # noqa: ANN401 - an annotation may be anything
    if getattr(annotation, "__origin__", None) in (list, dict):
        return [annotation.__origin__]
    parts = get_args(annotation)
    return [leaf for part in parts for leaf in _leaves(part)] if parts else [annotation]


def _decode(name: str, value: str) -> object:
    if value == "":
        return None
    try:
        return json.loads(value)
    except ValueError as error:
        raise BadRequestError(NOT_JSON.get(name, f"can't parse {name} JSON object")) from error


def _attach_media(media: object, sent: Sent) -> None:
    items: list[Json] = [one for one in (media if isinstance(media, list) else [media]) if isinstance(one, dict)]
    for item in items:
        for name in MEDIA_FILES:
            value = item.get(name)
            if isinstance(value, str) and value.startswith(ATTACH):
                item[name] = sent.files.get(value.removeprefix(ATTACH))
        if item.get("media") in (None, ""):
            # python-telegram-bot leaves the pointer out when the one file lies under the parameter's own name.
            item["media"] = sent.files.get("media")
        if item["media"] is None:
            raise BadRequestError("can't parse InputMedia: media not found")
        if item.get("thumbnail") is None:
            item.pop("thumbnail", None)


def _complaint(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    field = str(first["loc"][0]) if first["loc"] else ""
    if first["type"] == "missing" and len(first["loc"]) == 1:
        return MISSING.get(field, f'Parameter "{field}" is required')
    if field in MISSING and field != "text" and len(first["loc"]) <= 2:  # noqa: PLR2004 - a field, or a branch of its union
        return MISSING[field]
    where = ".".join(str(part) for part in first["loc"])
    return f"can't parse field {where}: {first['msg']}"
