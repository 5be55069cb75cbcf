"""A chat as the page shows it: a plain description of messages, keyboard and menu, made from Bot API data."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sandbox.htmlout import write_html
from sandbox.world import ACTION_SECONDS

if TYPE_CHECKING:
    from sandbox.model import Chat, Json, Phone
    from sandbox.world import World

FILES = ("document", "voice", "video", "sticker")
SERVICES = frozenset({
    "group_chat_created", "supergroup_chat_created", "new_chat_members", "left_chat_member", "migrate_to_chat_id",
    "migrate_from_chat_id",
})  # fmt: skip


def phone_view(phone: Phone) -> Json:
    """Return a phone as the list of phones shows it."""
    return {
        "id": phone.id,
        "name": phone.name,
        "language": phone.language_code,
        "note": phone.note,
        "start": phone.start,
        "blocked": phone.blocked,
        "offline": phone.offline,
        "started": phone.started,
        "deactivated": phone.deactivated,
    }


def group_view(chat: Chat) -> Json:
    """Return a group as the list of groups shows it; None in the place of ``moved_to`` while it has not moved."""
    group = chat.group
    if group is None:
        message = f"{chat.id} is no group"
        raise ValueError(message)
    return {
        "id": chat.id,
        "title": group.title,
        "kind": group.kind,
        "phones": list(group.members),
        "bot": group.bot,
        "moved_to": group.moved_to or None,
        "version": chat.version,
    }


def chat_view(world: World, chat: Chat, phone: Phone, last: int | None = None) -> Json:
    """Return a chat as a phone shows it; only the ``last`` messages when given."""
    messages = list(chat.messages.values())[-last if last else 0 :]
    acting = chat.action is not None and world.clock.seconds() - chat.action[1] < ACTION_SECONDS
    return {
        "phone": phone_view(phone),
        **({"group": group_view(chat)} if chat.group is not None else {}),
        "messages": [message_view(world, chat, one, phone.id) for one in messages],
        "keyboard": _keyboard(chat),
        "commands": world.profile.menu(chat.id, phone.id, phone.language_code),
        "description": world.profile.text("description", phone.language_code.partition("-")[0]),
        "toasts": [one for one in chat.toasts if one.get("for", phone.id) == phone.id],
        "pinned": chat.pinned,
        "action": chat.action[0] if chat.action is not None and acting else None,
        "version": chat.version,
    }


def _keyboard(chat: Chat) -> Json | None:
    if chat.keyboard is None:
        return None
    return {**chat.keyboard, "rows": [[key["text"] for key in row] for row in chat.keyboard["keyboard"]]}


def message_view(world: World, chat: Chat, message: Json, phone_id: int) -> Json:
    """Return one message as a phone shows it; in a group it says who has written it, and what has happened."""
    sender = message["from"]
    view: Json = {
        "id": message["message_id"],
        "from": "bot" if sender["is_bot"] else "me" if sender["id"] == phone_id else "other",
        "at": datetime.fromtimestamp(message["date"], UTC).isoformat(),
        "buttons": [[_button(one) for one in row] for row in _rows(message)],
        "edited": "edit_date" in message,
        "deleted": False,
    }
    for part, marks in (("text", "entities"), ("caption", "caption_entities")):
        if part in message:
            view[part] = message[part]
            view[f"{part}_html"] = write_html(message[part], message.get(marks, []))
            view[marks] = message.get(marks, [])
    if "photo" in message:
        view["photo"] = _file(world, message["photo"][-1])
    view |= {kind: _file(world, message[kind]) for kind in FILES if kind in message}
    view |= {kind: message[kind] for kind in ("location", "contact") if kind in message}
    if chat.group is not None:
        view["sender"] = {"id": sender["id"], "name": sender["first_name"]}
        view |= (
            {"service": {kind: message[kind] for kind in SERVICES & message.keys()}}
            if SERVICES & message.keys()
            else {}
        )
    if "reply_to_message" in message:
        view["reply_to"] = message["reply_to_message"]["message_id"]
    if "media_group_id" in message:
        view["album"] = message["media_group_id"]
    if "forward_origin" in message:
        view["forwarded"] = message["forward_origin"].get("sender_user_name", "")
    if chat.reactions.get(message["message_id"]):
        view["reactions"] = chat.reactions[message["message_id"]]
    return view


def _rows(message: Json) -> list[list[Json]]:
    rows: list[list[Json]] = message.get("reply_markup", {}).get("inline_keyboard", [])
    return rows


def _button(button: Json) -> Json:
    view: Json = {"text": button["text"]}
    if "callback_data" in button:
        view["data"] = button["callback_data"]
    if "url" in button:
        view["url"] = button["url"]
    return view


def _file(world: World, shown: Json) -> Json:
    file = world.files.unique(shown["file_unique_id"])
    return {
        "url": f"files/{shown['file_unique_id']}",
        "name": shown.get("file_name") or (file.path.partition("/")[2] if file else ""),
        "mime": shown.get("mime_type") or (file.mime if file else ""),
        "size": shown.get("file_size", 0),
        "width": shown.get("width", 0),
        "height": shown.get("height", 0),
        "duration": shown.get("duration", 0),
    }
