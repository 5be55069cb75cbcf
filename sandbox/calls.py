"""What a Bot API method gets to work with, and the small questions every method asks of its arguments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from aiogram.client.default import Default

from sandbox.errors import BadRequestError
from sandbox.formatting import Entity, Formatted, finish, units
from sandbox.htmltext import parse_html

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiogram.types import MessageEntity, ReplyParameters

    from sandbox.markup import Markup
    from sandbox.model import Chat, Json
    from sandbox.world import World

TEXT_UNITS = 4096
CAPTION_UNITS = 1024
TEXT_BYTES = 1 << 15
SETTABLE = frozenset({
    "bold", "italic", "underline", "strikethrough", "spoiler", "blockquote", "expandable_blockquote", "code", "pre",
    "text_link", "text_mention", "custom_emoji",
})  # fmt: skip

Args = TypeVar("Args")


@dataclass(frozen=True, slots=True)
class Call(Generic[Args]):
    """One well-formed call: the world it changes, the library's method object, its keyboard."""

    world: World
    args: Args
    markup: Markup | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """A result that Telegram explains with a description (``Webhook was set``)."""

    result: object
    description: str


def given(value: Any) -> Any:  # noqa: ANN401 - passes through whatever it is given
    """Return the value, or None when it is the library's mark for "not given"."""
    return None if isinstance(value, Default) else value


def formatted(text: str, parse_mode: object, entities: Sequence[MessageEntity] | None) -> Formatted:
    """Return text and entities as Telegram stores them; raises BadRequestError."""
    if len(text.encode("utf-8", "surrogatepass")) > TEXT_BYTES:
        raise BadRequestError("text is too long")
    mode = str(given(parse_mode) or "").lower()
    if mode == "html":
        return finish(*parse_html(text))
    if mode not in ("", "none"):
        raise BadRequestError("unsupported parse_mode")
    return finish(text, _settable(text, entities or ()))


def _settable(text: str, entities: Sequence[MessageEntity]) -> list[Entity]:
    size = units(text)
    kept = []
    for one in entities:
        if one.type not in SETTABLE or one.length <= 0:
            continue
        if one.offset < 0 or one.offset + one.length > size:
            raise BadRequestError(
                f"can't parse MessageEntity: entity beginning at UTF-16 offset {one.offset} is invalid"
            )
        kept.append(one.model_dump(exclude_none=True, mode="json"))
    return kept


def message_text(text: str, parse_mode: object, entities: Sequence[MessageEntity] | None) -> Json:
    """Return the text part of a message; raises BadRequestError when empty or over 4096 UTF-16 units."""
    if not text:
        raise BadRequestError("message text is empty")
    plain, found = formatted(text, parse_mode, entities)
    if not plain:
        raise BadRequestError("text must be non-empty")
    if units(plain) > TEXT_UNITS:
        raise BadRequestError("message is too long")
    return {"text": plain, "entities": found} if found else {"text": plain}


def caption_text(args: Any) -> Json:  # noqa: ANN401 - any of the methods and media that carry a caption
    """Return the caption part of a message, {} when there is none; raises BadRequestError over 1024 units."""
    if not args.caption:
        return {}
    plain, found = formatted(args.caption, args.parse_mode, args.caption_entities)
    if units(plain) > CAPTION_UNITS:
        raise BadRequestError("message caption is too long")
    content: Json = {"caption": plain} if plain else {}
    if found:
        content["caption_entities"] = found
    if given(getattr(args, "show_caption_above_media", None)) and content:
        content["show_caption_above_media"] = True
    return content


def reply_target(chat: Chat, args: Any) -> int | None:  # noqa: ANN401 - any of the methods that send
    """Return the id of the message replied to, if it is there; raises BadRequestError when it must be and is not."""
    parameters: ReplyParameters | None = args.reply_parameters
    wanted = parameters.message_id if parameters is not None else args.reply_to_message_id
    if not wanted:
        return None
    lenient = parameters.allow_sending_without_reply if parameters is not None else args.allow_sending_without_reply
    if wanted in chat.messages:
        return int(wanted)
    if given(lenient):
        return None
    raise BadRequestError("message to be replied not found")
