"""The Bot API methods that change or remove what is already in a chat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiogram.types import ReactionTypeEmoji

from sandbox.calls import Call, caption_text, message_text
from sandbox.errors import NOT_MODIFIED, BadRequestError
from sandbox.sending import media_content

if TYPE_CHECKING:
    from aiogram.methods import (
        DeleteMessage,
        DeleteMessages,
        EditMessageCaption,
        EditMessageMedia,
        EditMessageReplyMarkup,
        EditMessageText,
        PinChatMessage,
        SetMessageReaction,
        UnpinAllChatMessages,
        UnpinChatMessage,
    )

    from sandbox.model import Chat, Json

DELETABLE_SECONDS = 48 * 60 * 60
MOST_DELETED = 100
MEDIA = ("photo", "document", "voice", "video")
CAPTION = ("caption", "caption_entities", "show_caption_above_media")
_EMOJI = """
    👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌
    🕊 🤡 🥱 🥴 😍 🐳 ❤\u200d🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓
    🍾 💋 🖕 😈 😴 😭 🤓 👻 👨\u200d💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡
    🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷\u200d♂ 🤷 🤷\u200d♀
    😡
"""
REACTIONS = frozenset(_EMOJI.split())


async def edit_message_text(call: Call[EditMessageText]) -> Json:
    """Change the text of a message of the bot, and its buttons with it."""
    args = call.args
    content = message_text(args.text or "", args.parse_mode, args.entities)
    chat, old = _editable(call)
    if "text" not in old:
        raise BadRequestError("there is no text in the message to edit")
    return _change(call, chat, old, ("text", "entities"), content)


async def edit_message_caption(call: Call[EditMessageCaption]) -> Json:
    """Change the caption of a picture or file of the bot, and its buttons with it."""
    content = caption_text(call.args)
    chat, old = _editable(call)
    if not any(kind in old for kind in MEDIA):
        raise BadRequestError("there is no caption in the message to edit")
    return _change(call, chat, old, CAPTION, content)


async def edit_message_media(call: Call[EditMessageMedia]) -> Json:
    """Put another picture or file in the place of the present one, with a new caption and new buttons."""
    media = call.args.media
    kind = str(media.type)
    if kind not in {"photo", "video", "document"}:
        raise BadRequestError(f'can\'t parse InputMedia: type "{kind}" is unsupported')
    chat, old = _editable(call)
    if "voice" in old or "location" in old:
        raise BadRequestError("message can't be edited")
    content = await media_content(call.world.files, kind, media.media, media)
    chat, old = _editable(call)
    return _change(call, chat, old, ("text", "entities", *MEDIA, *CAPTION, "has_media_spoiler"), content)


async def edit_message_reply_markup(call: Call[EditMessageReplyMarkup]) -> Json:
    """Change only the buttons of a message of the bot."""
    chat, old = _editable(call)
    return _change(call, chat, old, (), {})


async def delete_message(call: Call[DeleteMessage]) -> bool:
    """Remove one message from the chat, the bot's or the person's."""
    chat = call.world.chat_of(call.args.chat_id)
    call.world.writable(chat)
    if not call.args.message_id:
        raise BadRequestError("message identifier is not specified")
    if call.args.message_id not in chat.messages:
        raise BadRequestError("message to delete not found")
    _delete(call, chat, call.args.message_id)
    return True


async def delete_messages(call: Call[DeleteMessages]) -> bool:
    """Remove several messages; those that are not there are skipped."""
    chat = call.world.chat_of(call.args.chat_id)
    call.world.writable(chat)
    ids = call.args.message_ids
    if not ids:
        raise BadRequestError("message identifiers are not specified")
    if len(ids) > MOST_DELETED:
        raise BadRequestError("too many message identifiers specified")
    for message_id in ids:
        if message_id in chat.messages:
            _delete(call, chat, message_id)
    return True


async def pin_chat_message(call: Call[PinChatMessage]) -> bool:
    """Pin a message at the top of the chat."""
    chat = call.world.chat_of(call.args.chat_id)
    call.world.writable(chat)
    if _is_guest(chat):
        raise BadRequestError("not enough rights to manage pinned messages in the chat")
    if call.args.message_id not in chat.messages:
        raise BadRequestError("message to pin not found")
    chat.pinned = [*(one for one in chat.pinned if one != call.args.message_id), call.args.message_id]
    call.world.changed(chat)
    return True


async def unpin_chat_message(call: Call[UnpinChatMessage]) -> bool:
    """Unpin one message, the newest pinned one when none is named."""
    chat = call.world.chat_of(call.args.chat_id)
    wanted = call.args.message_id or (chat.pinned[-1] if chat.pinned else 0)
    if wanted not in chat.messages:
        raise BadRequestError("message to unpin not found")
    chat.pinned = [one for one in chat.pinned if one != wanted]
    call.world.changed(chat)
    return True


async def unpin_all_chat_messages(call: Call[UnpinAllChatMessages]) -> bool:
    """Unpin every message."""
    chat = call.world.chat_of(call.args.chat_id)
    chat.pinned = []
    call.world.changed(chat)
    return True


async def set_message_reaction(call: Call[SetMessageReaction]) -> bool:
    """Put the bot's reaction on a message, or take it off; a bot may set one."""
    chat = call.world.chat_of(call.args.chat_id)
    call.world.writable(chat)
    if call.args.message_id not in chat.messages:
        raise BadRequestError("message to react not found")
    reactions = call.args.reaction or []
    if len(reactions) > 1:
        raise BadRequestError("REACTIONS_TOO_MANY")
    emojis = [one.emoji for one in reactions if isinstance(one, ReactionTypeEmoji)]
    if len(emojis) != len(reactions) or any(one.removesuffix("\ufe0f") not in REACTIONS for one in emojis):
        raise BadRequestError("REACTION_INVALID")
    chat.reactions[call.args.message_id] = emojis
    call.world.changed(chat)
    return True


def _is_guest(chat: Chat) -> bool:
    """Whether the bot is in a group without any rights there."""
    return chat.group is not None and chat.group.bot != "administrator"


def _editable(call: Call[Any]) -> tuple[Chat, Json]:
    args = call.args
    if args.inline_message_id:
        raise BadRequestError("MESSAGE_ID_INVALID")
    if args.chat_id is None:
        raise BadRequestError("chat_id is empty")
    chat = call.world.chat_of(args.chat_id)
    old = chat.messages.get(args.message_id or 0)
    if old is None:
        raise BadRequestError("message to edit not found")
    if not old["from"]["is_bot"] or old["message_id"] in chat.sealed:
        raise BadRequestError("message can't be edited")
    if call.markup is not None and call.markup.kind != "inline":
        raise BadRequestError("inline keyboard expected")
    return chat, old


def _change(call: Call[Any], chat: Chat, old: Json, fields: tuple[str, ...], content: Json) -> Json:
    new = {key: value for key, value in old.items() if key not in fields and key not in {"reply_markup", "edit_date"}}
    new.update(content)
    if call.markup is not None:
        new["reply_markup"] = call.markup.data
    if new == {key: value for key, value in old.items() if key != "edit_date"}:
        raise BadRequestError(NOT_MODIFIED)
    call.world.writable(chat)
    new["edit_date"] = call.world.clock.seconds()
    return call.world.replace(chat, old, new)


def _delete(call: Call[Any], chat: Chat, message_id: int) -> None:
    if _is_guest(chat) and not chat.messages[message_id]["from"]["is_bot"]:
        raise BadRequestError("message can't be deleted")
    if call.world.clock.seconds() - chat.messages[message_id]["date"] > DELETABLE_SECONDS:
        raise BadRequestError("message can't be deleted for everyone")
    call.world.remove(chat, message_id)
