"""The people, chats and presses of the offline Telegram, held in memory as plain data.

Messages, updates and files are kept as the very dictionaries the Bot API sends, so that nothing is translated on the
way out. These classes hold no network and no database; each can turn itself into JSON data and back.
"""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asyncio import Future

Json = dict[str, Any]

TOASTS_KEPT = 20


@dataclass(slots=True)
class Phone:
    """One person with a phone; ``started``: they have written to the bot; ``start``: the payload of their link.

    ``offline``: what they do waits in the phone. ``deactivated``: the account is gone, until it is activated again.
    """

    id: int
    name: str
    language_code: str
    note: str = ""
    start: str | None = None
    blocked: bool = False
    offline: bool = False
    started: bool = False
    deactivated: bool = False

    def user(self) -> Json:
        """Return the person as a Bot API User."""
        user: Json = {"id": self.id, "is_bot": False, "first_name": self.name}
        if self.language_code:
            user["language_code"] = self.language_code
        return user

    def dump(self) -> Json:
        """Return JSON data from which ``Phone(**data)`` makes the same phone."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class Group:
    """What makes a chat a group: ``kind`` is group or supergroup, ``members`` are phone ids, ``creator`` one of them.

    ``bot`` is the bot's standing: member, administrator, left, kicked, or none when it has never been here.
    ``moved_to`` is the supergroup that this group has become, 0 when it has not. ``numbered``: the newest message id
    of a supergroup, which counts its own messages. ``bot_spoke``: the bot said the latest word.
    """

    title: str
    kind: str = "group"
    creator: int = 0
    members: list[int] = field(default_factory=list)
    bot: str = "none"
    moved_to: int = 0
    numbered: int = 0
    bot_spoke: bool = False

    @property
    def inside(self) -> bool:
        """Whether the bot is in the group."""
        return self.bot in {"member", "administrator"}


@dataclass(slots=True)
class Chat:
    """The private chat of one phone with the bot, or a group.

    ``messages`` are Bot API Messages by id, oldest first, deleted ones gone. ``sealed`` are those that carried a reply
    keyboard, which Telegram never lets a bot edit. ``version`` grows by one with every visible change.
    """

    id: int
    messages: dict[int, Json] = field(default_factory=dict)
    keyboard: Json | None = None
    keyboard_from: int = 0
    pinned: list[int] = field(default_factory=list)
    sealed: set[int] = field(default_factory=set)
    reactions: dict[int, list[str]] = field(default_factory=dict)
    toasts: deque[Json] = field(default_factory=lambda: deque(maxlen=TOASTS_KEPT))
    version: int = 0
    action: tuple[str, int] | None = None
    group: Group | None = None

    def dump(self) -> Json:
        """Return the chat without its messages as JSON data."""
        return {
            "id": self.id,
            "keyboard": self.keyboard,
            "keyboard_from": self.keyboard_from,
            "pinned": self.pinned,
            "sealed": sorted(self.sealed),
            "reactions": {str(key): value for key, value in self.reactions.items()},
            "toasts": list(self.toasts),
            "version": self.version,
            "group": asdict(self.group) if self.group is not None else None,
        }

    @classmethod
    def load(cls, data: Json) -> Chat:
        """Make the chat from what :meth:`dump` returned."""
        fields = dict(data)
        fields["sealed"] = set(fields["sealed"])
        fields["reactions"] = {int(key): value for key, value in fields["reactions"].items()}
        fields["group"] = Group(**fields["group"]) if fields.get("group") else None
        fields["toasts"] = deque(fields["toasts"], maxlen=TOASTS_KEPT)
        return cls(**fields)


@dataclass(slots=True)
class Press:
    """A button pressed by ``user_id``, waiting for the bot's answer; ``at`` in seconds of the sandbox's clock."""

    id: str
    chat_id: int
    at: int
    answer: Future[Json] | None = None
    shown: bool = False
    user_id: int = 0
