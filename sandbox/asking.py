"""The Bot API methods that set or ask something: the bot itself, its menus, chats, files, and answers to presses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sandbox import groups
from sandbox.errors import QUERY_TOO_OLD, BadRequestError
from sandbox.files import DOWNLOAD_BYTES
from sandbox.formatting import units

if TYPE_CHECKING:
    from aiogram.methods import (
        AnswerCallbackQuery,
        DeleteMyCommands,
        GetChat,
        GetChatAdministrators,
        GetChatMember,
        GetChatMemberCount,
        GetFile,
        GetMe,
        GetMyCommands,
        LeaveChat,
        SetMyCommands,
    )

    from sandbox.calls import Call
    from sandbox.model import Json

MOST_COMMANDS = 100
ANSWER_UNITS = 200
LIMITS = {"name": 64, "description": 512, "short_description": 120}
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"[a-z]{2}")


async def get_me(call: Call[GetMe]) -> Json:
    """Return the bot."""
    return call.world.profile.me()


async def answer_callback_query(call: Call[AnswerCallbackQuery]) -> bool:
    """Answer a press, within 150 seconds; only the first answer is shown."""
    args, world = call.args, call.world
    press = world.answered(args.callback_query_id)
    if press is None:
        raise BadRequestError(QUERY_TOO_OLD)
    if units(args.text or "") > ANSWER_UNITS:
        raise BadRequestError("MESSAGE_TOO_LONG")
    if args.url and not args.url.startswith(("https://t.me/", "http://t.me/", "tg://")):
        raise BadRequestError("URL_INVALID")
    answer: Json = {"text": args.text or "", "alert": bool(args.show_alert), "url": args.url or ""}
    if press.answer is not None and not press.answer.done():
        press.answer.set_result(answer)
    if answer["text"] and not press.shown:
        chat = world.chats[press.chat_id]
        seen = {"text": answer["text"], "alert": answer["alert"], "at": world.clock.now().isoformat()}
        # In a group nobody but the one who has pressed sees the answer.
        chat.toasts.append(seen if chat.group is None else {**seen, "for": press.user_id})
        world.changed(chat)
    press.shown = True
    return True


async def get_file(call: Call[GetFile]) -> Json:
    """Return where a file of up to 20 MB can be downloaded."""
    file = call.world.files.get(call.args.file_id)
    if file is None:
        raise BadRequestError("invalid file_id")
    if file.size > DOWNLOAD_BYTES:
        raise BadRequestError("file is too big")
    return {**file.shown(), "file_path": file.path}


async def get_chat(call: Call[GetChat]) -> Json:
    """Return everything about a chat."""
    chat = call.world.chat_of(call.args.chat_id)
    info: Json = {
        **call.world.shown(chat),
        "accent_color_id": chat.id % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": False,
            "limited_gifts": False,
            "unique_gifts": False,
            "premium_subscription": False,
            "gifts_from_channels": False,
        },
    }
    if chat.pinned:
        info["pinned_message"] = chat.messages[chat.pinned[-1]]
    return info


async def get_chat_member(call: Call[GetChatMember]) -> Json:
    """Return who somebody is in a chat; of a private one the person and the bot are members."""
    chat = call.world.chat_of(call.args.chat_id)
    if chat.group is not None:
        member = groups.membership(call.world, chat, call.args.user_id)
        if member is None:
            raise BadRequestError("PARTICIPANT_ID_INVALID")
        return member
    users = {chat.id: call.world.phones[chat.id].user(), call.world.profile.id: call.world.profile.user()}
    if call.args.user_id not in users:
        raise BadRequestError("PARTICIPANT_ID_INVALID")
    return {"user": users[call.args.user_id], "status": "member"}


async def get_chat_member_count(call: Call[GetChatMemberCount]) -> int:
    """Return how many people and bots are in a chat."""
    group = call.world.chat_of(call.args.chat_id).group
    return len(group.members) + 1 if group is not None else 2


async def get_chat_administrators(call: Call[GetChatAdministrators]) -> list[Json]:
    """Return who runs a group: its creator, and the bot when it is an administrator."""
    chat = call.world.chat_of(call.args.chat_id)
    if chat.group is None:
        raise BadRequestError("there are no administrators in the private chat")
    ids = [chat.group.creator, *([call.world.profile.id] if chat.group.bot == "administrator" else [])]
    return [one for user_id in ids if (one := groups.membership(call.world, chat, user_id)) is not None]


async def leave_chat(call: Call[LeaveChat]) -> bool:
    """Leave a group."""
    chat = call.world.chat_of(call.args.chat_id)
    if chat.group is None:
        raise BadRequestError("chat member status can't be changed in private chats")
    groups.leave(call.world, chat)
    return True


async def set_my_commands(call: Call[SetMyCommands]) -> bool:
    """Set the command menu of a scope and language."""
    commands = [one.model_dump(mode="json", exclude_none=True) for one in call.args.commands]
    if len(commands) > MOST_COMMANDS:
        raise BadRequestError("BOT_COMMANDS_TOO_MUCH")
    for one in commands:
        one["command"] = one["command"].removeprefix("/")
        if not _COMMAND.fullmatch(one["command"]):
            raise BadRequestError("BOT_COMMAND_INVALID")
        if not 1 <= units(one["description"].strip()) <= 256:  # noqa: PLR2004 - Telegram's limit
            raise BadRequestError("BOT_COMMAND_DESCRIPTION_INVALID")
    scope = _scope(call)
    call.world.profile.commands.setdefault(scope, {})[_language(call.args.language_code)] = commands
    _menu_changed(call, scope)
    return True


async def get_my_commands(call: Call[GetMyCommands]) -> list[Json]:
    """Return the command menu of exactly one scope and language."""
    return call.world.profile.commands.get(_scope(call), {}).get(_language(call.args.language_code), [])


async def delete_my_commands(call: Call[DeleteMyCommands]) -> bool:
    """Remove the command menu of a scope and language, so that the wider one shows."""
    scope = _scope(call)
    call.world.profile.commands.get(scope, {}).pop(_language(call.args.language_code), None)
    _menu_changed(call, scope)
    return True


async def set_my_text(call: Call[Any]) -> bool:
    """Set the bot's name, description or short description in a language."""
    kind = _text_kind(call)
    text = getattr(call.args, kind) or ""
    if units(text) > LIMITS[kind]:
        raise BadRequestError(f"BOT_{'TITLE' if kind == 'name' else 'DESCRIPTION'}_TOO_LONG")
    call.world.profile.texts[kind][_language(call.args.language_code)] = text
    call.world.save()
    return True


async def get_my_text(call: Call[Any]) -> Json:
    """Return the bot's name, description or short description in a language."""
    kind = _text_kind(call)
    language = _language(call.args.language_code)
    profile = call.world.profile
    return {kind: profile.name(language) if kind == "name" else profile.text(kind, language)}


def _text_kind(call: Call[Any]) -> str:
    method: str = call.args.__api_method__
    return {"Name": "name", "Description": "description"}.get(method[5:], "short_description")


def _scope(call: Call[Any]) -> str:
    scope = call.args.scope
    if scope is None:
        return "default"
    kind = str(scope.type)
    if kind not in {"chat", "chat_administrators", "chat_member"}:
        return kind
    chat = call.world.chat_of(scope.chat_id)
    return f"{kind}:{chat.id}:{scope.user_id}" if kind == "chat_member" else f"{kind}:{chat.id}"


def _language(code: str | None) -> str:
    if code and not _LANGUAGE.fullmatch(code):
        raise BadRequestError("invalid language code specified")
    return code or ""


def _menu_changed(call: Call[Any], scope: str) -> None:
    world = call.world
    world.save()
    _, _, narrow = scope.partition(":")
    for chat in [world.chats[int(narrow.partition(":")[0])]] if narrow else world.chats.values():
        world.changed(chat)
