"""What a person can do with the chat on their phone: write, send, tap, edit, block.

Each deed changes the chat as the Telegram app would and queues the update the bot gets for it. Nothing here knows
HTTP; refusals are PhoneError.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.errors import ApiError, PhoneError
from sandbox.formatting import finish, units
from sandbox.groups import hears

if TYPE_CHECKING:
    from sandbox.files import StoredFile
    from sandbox.model import Chat, Json, Phone
    from sandbox.world import World

TEXT_UNITS = 4096
CAPTION_UNITS = 1024
ALBUM_ITEMS = 10
TAP_SECONDS = 5.0
# The smallest WebP there is, 1 × 1: a sticker needs bytes, and nobody looks at these.
STICKER = bytes.fromhex("524946461a000000574542505650384c0d0000002f00000010071011118888fe0700")


@dataclass(slots=True)
class Enclosed:
    """A file on its way from a phone; sizes in pixels, ``duration`` in seconds."""

    content: bytes
    name: str = ""
    mime: str = ""
    measures: dict[str, int] = field(default_factory=dict)


class Person:
    """One phone in somebody's hand, with its chat with the bot, or a group, open."""

    def __init__(self, world: World, phone: Phone, chat: Chat | None = None) -> None:
        self._world = world
        self._phone = phone
        self.chat = world.chats[phone.id] if chat is None else chat

    @property
    def phone(self) -> Phone:
        """The phone."""
        return self._phone

    def text(self, text: str, reply_to: int | None = None, *, forwarded: bool = False) -> list[Json]:
        """Send words; longer than 4096 UTF-16 units they become several messages, as in the app."""
        cleaned, _ = finish(text, [])
        if not cleaned:
            raise PhoneError(400, "The message is empty.")
        return [self._say(_texted(part), reply_to, forwarded=forwarded) for part in _parts(cleaned)]

    def start(self, payload: str | None = None) -> Json:
        """Press Start, or open a deep link that carries ``payload``; unblocks the bot."""
        if self._phone.blocked and self.chat.group is None:
            self.block(blocked=False)
        payload = self._phone.start if payload is None else payload
        return self.text(f"/start {payload}" if payload else "/start")[0]

    def edit(self, message_id: int, text: str) -> Json:
        """Change one's own text or caption."""
        old = self.chat.messages.get(message_id)
        if old is None or old["from"]["id"] != self._phone.id:
            raise PhoneError(404, "There is no such message of yours.")
        self._open()
        cleaned, entities = finish(text, [])
        kind, marks = ("text", "entities") if "text" in old else ("caption", "caption_entities")
        if (not cleaned and kind == "text") or units(cleaned) > (TEXT_UNITS if kind == "text" else CAPTION_UNITS):
            raise PhoneError(400, "The text is empty or too long.")
        if kind == "caption" and not any(one in old for one in ("photo", "document", "voice", "video")):
            raise PhoneError(400, "This message cannot be edited.")
        new = {key: value for key, value in old.items() if key not in {kind, marks}}
        new |= {kind: cleaned} if cleaned else {}
        new |= {marks: entities} if entities else {}
        new["edit_date"] = self._world.clock.seconds()
        self._world.replace(self.chat, old, new)
        if hears(self._world, self.chat, new):
            self._world.updates.push("edited_message", new, self.chat.id)
        return new

    async def tap(self, message_id: int, data: str, *, wait: bool = True) -> Json:
        """Press a button; returns the bot's answer, or ``answered`` false when none came within five seconds."""
        message = self.chat.messages.get(message_id)
        if message is None or not message["from"]["is_bot"]:
            raise PhoneError(404, "There is no such message of the bot.")
        self._open()
        press = self._world.press(self.chat, message, data, self._phone)
        if not wait:
            return {"answered": False, "text": "", "alert": False}
        press.answer = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(TAP_SECONDS):
                return {"answered": True, **await press.answer}
        except TimeoutError:
            return {"answered": False, "text": "", "alert": False}

    async def send(self, kind: str, file: Enclosed, caption: str = "", reply_to: int | None = None) -> Json:
        """Send a photo, document, voice or video."""
        self._open()
        return self._say(await self._content(kind, file, caption), reply_to)

    async def album(self, files: list[tuple[str, Enclosed]], caption: str = "") -> list[Json]:
        """Send two to ten files at once: separate messages with one media_group_id, the caption on the first."""
        if not 1 < len(files) <= ALBUM_ITEMS:
            raise PhoneError(400, "An album has 2 to 10 items.")
        self._open()
        contents = [await self._content(kind, file, "" if at else caption) for at, (kind, file) in enumerate(files)]
        group = {"media_group_id": str(secrets.randbits(53))}
        return [self._say({**group, **content}) for content in contents]

    def location(self, latitude: float, longitude: float, accuracy: float | None = None) -> Json:
        """Send a place."""
        if abs(latitude) > 90 or abs(longitude) > 180:  # noqa: PLR2004 - degrees
            raise PhoneError(400, "Latitude goes from -90 to 90, longitude from -180 to 180.")
        place: Json = {"latitude": latitude, "longitude": longitude}
        return self._say({"location": place | ({"horizontal_accuracy": accuracy} if accuracy else {})})

    def sticker(self) -> Json:
        """Send a sticker."""
        file = self._world.files.add("sticker", STICKER, measures={"width": 512, "height": 512})
        kind = {"type": "regular", "is_animated": False, "is_video": False, "emoji": "👍"}
        return self._say({"sticker": {**file.shown("width", "height"), **kind}})

    def contact(self, phone_number: str = "", name: str = "") -> Json:
        """Send a contact, one's own when nothing is given."""
        own = {} if name else {"user_id": self._phone.id}
        number = phone_number or f"+86{self._phone.id:011d}"
        return self._say({"contact": {"phone_number": number, "first_name": name or self._phone.name, **own}})

    def deactivate(self, *, deactivated: bool) -> None:
        """Let the account be no more, or be again; the bot is not told, as on Telegram."""
        self._phone.deactivated = deactivated
        self._world.journal.mark("phone", str(self._phone.id), self._phone)
        self._world.changed(self._world.chats[self._phone.id])

    def block(self, *, blocked: bool) -> None:
        """Shut the bot out, or let it in again; the bot hears of it."""
        if self._phone.blocked == blocked:
            return
        self._phone.blocked = blocked
        world = self._world
        world.journal.mark("phone", str(self._phone.id), self._phone)
        world.changed(self.chat)
        if not self._phone.started:
            return
        was, now = ("member", "kicked") if blocked else ("kicked", "member")
        update: Json = {
            "chat": world.shown(self.chat),
            "from": self._phone.user(),
            "date": world.clock.seconds(),
            "old_chat_member": self._membership(was),
            "new_chat_member": self._membership(now),
        }
        world.updates.push("my_chat_member", update, self.chat.id)
        world.save()

    def _membership(self, status: str) -> Json:
        until = {"until_date": 0} if status == "kicked" else {}
        return {"user": self._world.profile.user(), "status": status, **until}

    def _open(self) -> None:
        group = self.chat.group
        if self._phone.deactivated:
            raise PhoneError(409, "This account is deactivated.")
        if group is None and self._phone.blocked:
            raise PhoneError(409, "You have blocked this bot.")
        if group is not None and group.moved_to:
            raise PhoneError(409, f"This group has become the supergroup {group.moved_to}.")
        if group is not None and self._phone.id not in group.members:
            raise PhoneError(409, "You are not in this group.")

    def _say(self, content: Json, reply_to: int | None = None, *, forwarded: bool = False) -> Json:
        self._open()
        world = self._world
        if forwarded:
            origin = {"type": "hidden_user", "date": world.clock.seconds(), "sender_user_name": "某人"}
            content = {"forward_origin": origin, **content}
        if not self._phone.started and self.chat.group is None:
            self._phone.started = True
            world.journal.mark("phone", str(self._phone.id), self._phone)
        if self.chat.keyboard is not None and self.chat.keyboard.get("one_time_keyboard") and self._pressed(content):
            self.chat.keyboard = None
        message = world.compose(self.chat, self._phone.user(), content, reply_to)
        if hears(world, self.chat, message):
            world.updates.push("message", message, self.chat.id)
        if self.chat.group is not None:
            self.chat.group.bot_spoke = False
        return message

    def _pressed(self, content: Json) -> bool:
        rows = (self.chat.keyboard or {}).get("keyboard", [])
        return any(button["text"] == content.get("text") for row in rows for button in row)

    async def _content(self, kind: str, file: Enclosed, caption: str) -> Json:
        if not file.content:
            raise PhoneError(400, "The file is empty.")
        text, entities = finish(caption, [])
        if units(text) > CAPTION_UNITS:
            raise PhoneError(400, "The caption is too long.")
        words: Json = ({"caption": text} if text else {}) | ({"caption_entities": entities} if entities else {})
        if kind == "photo":
            try:
                return {"photo": await self._world.files.add_photo(file.content), **words}
            except ApiError as error:
                raise PhoneError(400, f"The app cannot send this as a photo. {error.description}") from error
        return {kind: _shown(kind, self._store(kind, file)), **words}

    def _store(self, kind: str, file: Enclosed) -> StoredFile:
        mime = file.mime or {"voice": "audio/ogg", "video": "video/mp4"}.get(kind, "")
        name = "" if kind == "voice" else file.name
        return self._world.files.add(kind, file.content, name, mime, file.measures)


def _shown(kind: str, file: StoredFile) -> Json:
    if kind == "voice":
        return file.shown("duration", "mime")
    if kind == "video":
        return file.shown("width", "height", "duration", "name", "mime")
    return file.shown("name", "mime")


def _texted(text: str) -> Json:
    plain, entities = finish(text, [])
    return {"text": plain, "entities": entities} if entities else {"text": plain}


def _parts(text: str) -> list[str]:
    parts = []
    while units(text) > TEXT_UNITS:
        cut = len(text.encode("utf-16-le", "surrogatepass")[: TEXT_UNITS * 2].decode("utf-16-le", "ignore"))
        parts.append(text[:cut])
        text = text[cut:].lstrip()
    return [part for part in [*parts, text] if part.strip()]
