"""Raw updates as the Bot API sends them, for the tests of this folder."""

from __future__ import annotations

from typing import Any

PERSON = {"id": 4242, "is_bot": False, "first_name": "督导员", "last_name": "01", "language_code": "zh-hans"}
CHAT = {"id": 4242, "type": "private", "first_name": "督导员"}
GROUP = {"id": -100200, "type": "supergroup", "title": "二组"}
AT = 1_793_000_000


def message(
    update_id: int = 1, *, key: str = "message", chat: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """Make an update with one message; ``more`` goes into the message."""
    body = {"message_id": 77, "date": AT, "chat": chat or CHAT, "from": PERSON}
    return {"update_id": update_id, key: body | more}


def tap(update_id: int = 1, data: str = "visit.answer:7:ok", **more: Any) -> dict[str, Any]:
    """Make a press on a button of the bot's message 70."""
    shown = {"message_id": 70, "date": AT, "chat": CHAT, "text": "7/22"}
    query = {"id": "9001", "from": PERSON, "chat_instance": "1", "data": data, "message": shown}
    return {"update_id": update_id, "callback_query": query | more}


def membership(status: str, chat: dict[str, Any] | None = None) -> dict[str, Any]:
    """Make the update that tells of being blocked, let in or thrown out."""
    bot = {"id": 1, "is_bot": True, "first_name": "Xundu", "username": "xundu_bot"}
    old = {"user": bot, "status": "left"}
    new = {"user": bot, "status": status} | ({"until_date": 0} if status == "kicked" else {})
    change = {"chat": chat or CHAT, "from": PERSON, "date": AT, "old_chat_member": old, "new_chat_member": new}
    return {"update_id": 1, "my_chat_member": change}


PHOTO = [
    {"file_id": "small", "file_unique_id": "s", "width": 90, "height": 67, "file_size": 1000},
    {"file_id": "large", "file_unique_id": "l", "width": 1280, "height": 960, "file_size": 200_000},
]
DOCUMENT = {
    "file_id": "d",
    "file_unique_id": "du",
    "file_name": "台账.pdf",
    "mime_type": "application/pdf",
    "file_size": 9,
}
VOICE = {"file_id": "v", "file_unique_id": "vu", "duration": 3, "mime_type": "audio/ogg", "file_size": 5}
AUDIO = {"file_id": "a", "file_unique_id": "au", "duration": 61, "mime_type": "audio/mpeg", "file_name": "song.mp3"}
VIDEO = {"file_id": "f", "file_unique_id": "fu", "duration": 8, "width": 640, "height": 360, "mime_type": "video/mp4"}
NOTE = {"file_id": "n", "file_unique_id": "nu", "duration": 4, "length": 240}
STICKER = {
    "file_id": "st",
    "file_unique_id": "stu",
    "type": "regular",
    "width": 512,
    "height": 512,
    "is_animated": False,
    "is_video": False,
}
ORIGIN = {"type": "hidden_user", "date": AT - 60, "sender_user_name": "someone"}
