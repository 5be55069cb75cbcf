"""The offline Telegram itself: who there is, what was said, what the bot has set, and how all of it changes.

Both sides meet here: the Bot API posts, edits and deletes through these operations, and so do the phones. Every
operation changes memory at once, marks it to be written, tells the pages, and queues what the bot must hear. It must
know neither HTTP nor the parameters of any method.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from datetime import timedelta
from typing import TYPE_CHECKING

from sandbox.clock import Clock
from sandbox.errors import BadRequestError, ForbiddenError
from sandbox.files import Files
from sandbox.hub import Hub
from sandbox.journal import Journal
from sandbox.ledger import Ledger
from sandbox.model import Chat, Group, Json, Phone, Press
from sandbox.profile import Profile
from sandbox.updates import Updates, Waiting

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sandbox.markup import Markup

FIRST_PHONE_ID = 700_000_001
PRESS_SECONDS = 150
ACTION_SECONDS = 5


class World:
    """One bot and the people who can reach it.

    ``keep_messages``: how many messages of a chat are remembered, 0 for all.
    """

    def __init__(self, token: str, path: Path | None, bot_name: str, bot_username: str) -> None:
        self.clock = Clock()
        self.journal = Journal(path)
        self.files = Files(self.journal)
        self.journal.on_blobs_written = self.files.written
        self.hub = Hub()
        self.on_update: Callable[[Waiting], None] = lambda _: None
        self.on_webhook: Callable[[], None] = lambda: None
        self.updates = Updates(self.clock, self.journal, self._heard)
        self.profile = Profile(int(token.partition(":")[0]), bot_name, bot_username)
        self.phones: dict[int, Phone] = {}
        self.chats: dict[int, Chat] = {}
        self.presses: OrderedDict[str, Press] = OrderedDict()
        self.ledger = Ledger(self.clock)
        self.last_message_id = 0
        self.keep_messages = 0

    # --- life ---------------------------------------------------------------------------------------------------

    async def open(self) -> None:
        """Take up what was written down before."""
        for kind, key, body in await self.journal.open():
            self._restore(kind, key, body)
        for chat in self.chats.values():
            chat.messages = dict(sorted(chat.messages.items()))
        self.presses = OrderedDict(sorted(self.presses.items(), key=lambda item: item[1].at))
        self.updates.waiting = OrderedDict(sorted(self.updates.waiting.items()))

    def _restore(self, kind: str, key: str, body: Json) -> None:
        if kind == "phone":
            self.phones[body["id"]] = Phone(**body)
        elif kind == "chat":
            messages = self.chats[body["id"]].messages if body["id"] in self.chats else {}
            self.chats[body["id"]] = Chat.load(body)
            self.chats[body["id"]].messages = messages
        elif kind == "message":
            chat = self.chats.setdefault(int(key.partition(":")[0]), Chat(int(key.partition(":")[0])))
            chat.messages[body["message_id"]] = body
        elif kind == "press":
            self.presses[key] = Press(**body)
        elif kind == "update":
            self.updates.restore(body)
        elif kind == "file":
            self.files.restore(body)
        elif kind == "state":
            self.clock.ahead = timedelta(seconds=body["ahead"])
            self.last_message_id = body["last_message_id"]
            self.updates.last_id = body["last_update_id"]
            self.updates.allowed = body["allowed_updates"]
            self.profile.load(body["profile"])

    def dump(self) -> Json:
        """Return the counters and settings as JSON data."""
        return {
            "ahead": self.clock.ahead.total_seconds(),
            "last_message_id": self.last_message_id,
            "last_update_id": self.updates.last_id,
            "allowed_updates": self.updates.allowed,
            "profile": self.profile.dump(),
        }

    def save(self) -> None:
        """Mark counters and settings to be written."""
        self.journal.mark("state", "", self)

    async def close(self) -> None:
        """Write everything down."""
        self.save()
        await self.journal.close()

    def _heard(self, entry: Waiting) -> None:
        self.on_update(entry)

    # --- people -------------------------------------------------------------------------------------------------

    def add_phone(self, phone_id: int | None, name: str, language_code: str, note: str, start: str | None) -> Phone:
        """Make a phone, or give the phone of that id these properties; what its owner has done stays."""
        if phone_id is None:
            phone_id = max([FIRST_PHONE_ID - 1, *self.phones]) + 1
        phone = self.phones.get(phone_id)
        if phone is None:
            phone = self.phones[phone_id] = Phone(phone_id, name, language_code, note, start)
            self.chats[phone_id] = Chat(phone_id)
        else:
            phone.name, phone.language_code, phone.note, phone.start = name, language_code, note, start
        self.journal.mark("phone", str(phone_id), phone)
        self.changed(self.chats[phone_id])
        return phone

    def chat_of(self, chat_id: int | str) -> Chat:
        """Return the chat the bot means; raises BadRequestError when it has never heard of it or the group has moved.

        Raises ForbiddenError when the bot is no longer in the group.
        """
        try:
            chat = self.chats[int(chat_id)]
        except (KeyError, ValueError) as error:
            raise BadRequestError("chat not found") from error
        if chat.group is not None:
            _reachable(chat.group)
        elif not self.phones[chat.id].started:
            raise BadRequestError("chat not found")
        return chat

    def writable(self, chat: Chat) -> None:
        """Raise ForbiddenError when the person has blocked the bot, or is no more."""
        if chat.group is not None:
            return
        phone = self.phones[chat.id]
        if phone.deactivated:
            raise ForbiddenError("user is deactivated")
        if phone.blocked:
            raise ForbiddenError("bot was blocked by the user")

    def shown(self, chat: Chat) -> Json:
        """Return the chat as messages show it."""
        if chat.group is not None:
            return {"id": chat.id, "title": chat.group.title, "type": chat.group.kind}
        return {"id": chat.id, "first_name": self.phones[chat.id].name, "type": "private"}

    def changed(self, chat: Chat) -> None:
        """Note that a chat looks different now."""
        chat.version += 1
        self.journal.mark("chat", str(chat.id), chat)
        self.hub.changed(chat.id, chat.version)

    # --- messages -----------------------------------------------------------------------------------------------

    def compose(self, chat: Chat, sender: Json, content: Json, reply_to: int | None = None) -> Json:
        """Put a new message into the chat and return it; the message replied to is shown inside it."""
        message_id = self._next_id(chat)
        message: Json = {
            "message_id": message_id,
            "from": sender,
            "chat": self.shown(chat),
            "date": self.clock.seconds(),
        }
        original = chat.messages.get(reply_to) if reply_to is not None else None
        if original is not None:
            message["reply_to_message"] = {key: original[key] for key in original if key != "reply_to_message"}
        message.update(content)
        chat.messages[message_id] = message
        self.keep(chat, message)
        if self.keep_messages and len(chat.messages) > self.keep_messages:
            self._forget_oldest(chat)
        return message

    def _next_id(self, chat: Chat) -> int:
        """Return the next message id: a supergroup counts by itself, all other chats of the bot together."""
        if chat.group is not None and chat.group.kind == "supergroup":
            chat.group.numbered += 1
            return chat.group.numbered
        self.last_message_id += 1
        return self.last_message_id

    def _forget_oldest(self, chat: Chat) -> None:
        """Let go of messages beyond the bound, as if they had never been; what they brought stays."""
        for message_id in list(chat.messages)[: -self.keep_messages]:
            del chat.messages[message_id]
            chat.sealed.discard(message_id)
            chat.reactions.pop(message_id, None)
            self.journal.mark("message", f"{chat.id}:{message_id}", None)
        chat.pinned = [one for one in chat.pinned if one in chat.messages]

    def post(self, chat: Chat, content: Json, markup: Markup | None = None, reply_to: int | None = None) -> Json:
        """Let the bot say something; raises ForbiddenError when it is blocked."""
        self.writable(chat)
        chat.action = None
        if chat.group is not None:
            chat.group.bot_spoke = True
        message = self.compose(chat, self.profile.user(), content, reply_to)
        if markup is not None:
            self._apply(chat, message, markup)
        return message

    def _apply(self, chat: Chat, message: Json, markup: Markup) -> None:
        if markup.kind == "inline":
            message["reply_markup"] = markup.data
            return
        chat.sealed.add(message["message_id"])
        if markup.kind == "keyboard":
            chat.keyboard, chat.keyboard_from = markup.data, message["message_id"]
        elif markup.kind == "remove":
            chat.keyboard = None

    def keep(self, chat: Chat, message: Json) -> None:
        """Mark a message to be written and shown."""
        self.journal.mark("message", f"{chat.id}:{message['message_id']}", message)
        self.save()
        self.changed(chat)

    def replace(self, chat: Chat, old: Json, new: Json) -> Json:
        """Put a changed message in the place of the old one."""
        chat.messages[old["message_id"]] = new
        self.keep(chat, new)
        return new

    def remove(self, chat: Chat, message_id: int) -> None:
        """Take a message out of the chat."""
        del chat.messages[message_id]
        chat.sealed.discard(message_id)
        chat.reactions.pop(message_id, None)
        if message_id == chat.keyboard_from:
            # The reply keyboard belongs to the message that brought it, and goes with it.
            chat.keyboard, chat.keyboard_from = None, 0
        if message_id in chat.pinned:
            chat.pinned.remove(message_id)
        self.journal.mark("message", f"{chat.id}:{message_id}", None)
        self.changed(chat)

    # --- presses ------------------------------------------------------------------------------------------------

    def press(self, chat: Chat, message: Json, data: str, phone: Phone) -> Press:
        """Let a person press a button and tell the bot."""
        self._forget_old_presses()
        press = Press(str(secrets.randbits(62)), chat.id, self.clock.seconds(), user_id=phone.id)
        self.presses[press.id] = press
        written = {"id": press.id, "chat_id": press.chat_id, "at": press.at, "user_id": phone.id}
        self.journal.mark("press", press.id, written)
        query: Json = {
            "id": press.id,
            "from": phone.user(),
            "message": dict(message),
            "chat_instance": str(-chat.id * 7_919),
            "data": data,
        }
        self.updates.push("callback_query", query, chat.id)
        self.save()
        return press

    def answered(self, press_id: str) -> Press | None:
        """Return the press that may still be answered, or None when it is unknown or too old."""
        self._forget_old_presses()
        return self.presses.get(press_id)

    def _forget_old_presses(self) -> None:
        oldest = self.clock.seconds() - PRESS_SECONDS
        while self.presses and next(iter(self.presses.values())).at < oldest:
            key, _ = self.presses.popitem(last=False)
            self.journal.mark("press", key, None)


def _reachable(group: Group) -> None:
    if group.moved_to:
        raise BadRequestError("group chat was upgraded to a supergroup chat", {"migrate_to_chat_id": group.moved_to})
    if group.bot == "none":
        raise BadRequestError("chat not found")
    if not group.inside:
        how = "was kicked from" if group.bot == "kicked" else "is not a member of"
        raise ForbiddenError(f"bot {how} the {group.kind} chat")
