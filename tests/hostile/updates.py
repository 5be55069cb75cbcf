"""Makes updates: meant, forged, spun from the Bot API's own types, and broken field by field.

Everything comes from one seeded ``Random``, so that an update that did harm can be made again.
"""

from __future__ import annotations

import copy
import typing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Literal

import aiogram.types
from aiogram.types.base import TelegramObject

from handlers.journeys import JOURNEYS
from tests.bot import raw
from tests.hostile.words import PATHS, words

if TYPE_CHECKING:
    from random import Random

    from pydantic.fields import FieldInfo

KINDS = ("message", "edited_message", "callback_query", "my_chat_member")
NUMBERS = (
    0, 1, -1, 7, 70, 2**31, -(2**31), 2**53, 2**63 - 1, 2**63, -(2**63), 2**64, 10**30, 4242, 999,
)  # fmt: skip
FLOATS = (0.0, -0.0, 30.25, 90.0001, 181.0, -1e308, 1e308, float("nan"), float("inf"), 1e-320)
VERBS = tuple(f"{journey.name}.{verb}" for journey in JOURNEYS for verb in journey.taps if verb != "gone")
"""Every button there is but the last step of erasing oneself, after which the people of the test would be fewer."""


@dataclass(slots=True)
class Actor:
    """Somebody with a telephone; ``seen`` are the buttons the bot has shown them: (message id, data)."""

    id: int
    name: str
    seen: list[tuple[int, str]] = field(default_factory=list)

    @property
    def user(self) -> dict[str, Any]:
        return {"id": self.id, "is_bot": False, "first_name": self.name, "language_code": "zh-hans"}

    @property
    def chat(self) -> dict[str, Any]:
        return {"id": self.id, "type": "private", "first_name": self.name}


class Forge:
    """Makes the updates of some actors; ``others`` are buttons that were shown to somebody else."""

    def __init__(self, rng: Random, at: int) -> None:
        self.rng = rng
        self.at = at
        self.others: list[tuple[int, str]] = []
        self._next = 1_000_000

    def update(self, actor: Actor) -> dict[str, Any]:
        """One update of this actor, sound or not."""
        rng = self.rng
        made = self._meant(actor) if rng.random() < 0.65 else self._of_types(actor)
        if rng.random() < 0.4:
            made = self.broken(made)
        if rng.random() < 0.02:
            made = self._of_two(made, actor)
        if rng.random() < 0.97 or not isinstance(made.get("update_id"), int):
            self._next += 1
            made["update_id"] = self._next
        return made

    # --- as people do it ---

    def _meant(self, actor: Actor) -> dict[str, Any]:
        rng = self.rng
        part = rng.choices(
            (self._text, self._tap, self._file, self._place, self._edited, self._membership),
            (30, 45, 12, 3, 7, 3),
        )[0]
        return part(actor)

    def _about(self, actor: Actor) -> dict[str, Any]:
        return {
            "message_id": self.rng.randint(1, 5000),
            "date": self.at + self.rng.randint(0, 9),
            "chat": actor.chat,
            "from": actor.user,
        }

    def _text(self, actor: Actor) -> dict[str, Any]:
        body = self._about(actor) | {"text": words(self.rng)}
        if self.rng.random() < 0.1:
            body["forward_origin"] = raw.ORIGIN
        if self.rng.random() < 0.1:
            body["reply_to_message"] = self._about(actor) | {"text": words(self.rng)}
        return {"message": body}

    def _edited(self, actor: Actor) -> dict[str, Any]:
        body = (self._text if self.rng.random() < 0.6 else self._file)(actor)["message"]
        return {"edited_message": body | {"edit_date": self.at + 60}}

    def _file(self, actor: Actor) -> dict[str, Any]:
        rng = self.rng
        kind, lying = rng.choice(
            (
                ("photo", raw.PHOTO),
                ("document", raw.DOCUMENT | {"file_name": rng.choice(PATHS), "mime_type": words(rng)[:80]}),
                ("document", raw.DOCUMENT | {"mime_type": "image/jpeg", "file_size": rng.choice(NUMBERS)}),
                ("voice", raw.VOICE),
                ("audio", raw.AUDIO | {"file_name": rng.choice(PATHS)}),
                ("video", raw.VIDEO | {"file_name": rng.choice(PATHS)}),
                ("video_note", raw.NOTE),
                ("sticker", raw.STICKER),
            )
        )
        body = self._about(actor) | {kind: lying, "caption": words(rng)[:1024] if rng.random() < 0.5 else ""}
        if rng.random() < 0.2:
            body["media_group_id"] = rng.choice(("1", "2", words(rng)))
        return {"message": body}

    def _place(self, actor: Actor) -> dict[str, Any]:
        rng = self.rng
        where = {"latitude": rng.choice((30.25, *FLOATS)), "longitude": rng.choice((120.1, *FLOATS))}
        return {"message": self._about(actor) | {"location": where}}

    def _membership(self, actor: Actor) -> dict[str, Any]:
        made = raw.membership(self.rng.choice(("kicked", "member")), actor.chat)
        made["my_chat_member"]["from"] = actor.user
        return made

    def _tap(self, actor: Actor) -> dict[str, Any]:
        rng = self.rng
        chance = rng.random()
        if chance < 0.6 and actor.seen:
            message_id, data = rng.choice(actor.seen[-60:])
        elif chance < 0.75 and self.others:
            message_id, data = rng.choice(self.others)
        else:
            message_id, data = rng.randint(1, 5000), self._forged()
        if "profile.gone" in data:
            data = "profile.privacy"
        made = raw.tap(data=data)
        made["callback_query"] |= {
            "id": str(rng.randrange(10**18)),
            "from": actor.user,
            "message": {"message_id": message_id, "date": self.at, "chat": actor.chat, "text": "7/22"},
        }
        return made

    def _forged(self) -> str:
        rng = self.rng
        args = [
            str(rng.choice((*range(12), *NUMBERS, "x", "", "inspector", "admin", "zh_CN", "²", "１", words(rng)[:20])))
            for _ in range(rng.randint(0, 6))
        ]
        return ":".join((rng.choice((*VERBS, "once.forget", "welcome.start", "a.b", ".", "")), *args))

    # --- as the types allow it ---

    def _of_types(self, actor: Actor) -> dict[str, Any]:
        rng = self.rng
        fields = _fields(aiogram.types.Update)
        kind = rng.choice((*KINDS, *KINDS, *fields))
        if kind == "update_id":
            return {"update_id": self._number()}
        made = {kind: self._value(fields[kind].annotation, 0)}
        body = made[kind]
        if isinstance(body, dict) and rng.random() < 0.9:
            holder = body
            if kind == "callback_query":
                holder = body.setdefault("message", {"message_id": 1, "date": self.at})
                body["data"] = self._forged()
            if isinstance(holder, dict):
                holder["chat"] = actor.chat
                holder["from"] = actor.user
            body["from"] = actor.user
        return made

    def _value(self, kind: Any, depth: int) -> Any:  # noqa: C901, PLR0911 - one line a type
        rng = self.rng
        origin = typing.get_origin(kind)
        if origin is typing.Annotated:
            kind = typing.get_args(kind)[0]
            origin = typing.get_origin(kind)
        if origin in (typing.Union, UnionType):
            choices = [one for one in typing.get_args(kind) if one is not NoneType]
            return self._value(rng.choice(choices), depth)
        if origin is Literal:
            return rng.choice(typing.get_args(kind))
        if origin is list:
            return [self._value(typing.get_args(kind)[0], depth + 1) for _ in range(rng.randint(0, 3))]
        if isinstance(kind, type) and issubclass(kind, TelegramObject):
            return self._object(kind, depth)
        if kind is bool:
            return rng.random() < 0.5
        if kind is int:
            return self._number()
        if kind is float:
            return rng.choice(FLOATS)
        if kind in (datetime, timedelta):
            return rng.choice((self.at, 0, -1, 2**31, 253402300799, 10**15))
        if isinstance(kind, type) and issubclass(kind, str):
            return words(rng)
        return rng.choice((None, words(rng), self._number()))

    def _object(self, kind: type[TelegramObject], depth: int) -> dict[str, Any]:
        made = {}
        for name, one in _fields(kind).items():
            chance = 1.0 if one.is_required() else (0.12 if depth < 3 else 0.0)
            if depth < 7 and self.rng.random() < chance:
                made[one.alias or name] = self._value(one.annotation, depth + 1)
        return made

    def _number(self) -> int:
        return self.rng.choice(NUMBERS) if self.rng.random() < 0.5 else self.rng.randrange(-(2**40), 2**40)

    # --- as nobody ever should ---

    def broken(self, made: dict[str, Any]) -> dict[str, Any]:
        """The update with one to four of its fields made wrong: type, size, absence, depth."""
        made = copy.deepcopy(made)
        for _ in range(self.rng.randint(1, 4)):
            places = list(_places(made))
            if not places:
                break
            holder, key = self.rng.choice(places)
            if self.rng.random() < 0.25:
                del holder[key]
            else:
                holder[key] = self._wrong(holder[key])
        return made

    def _wrong(self, value: Any) -> Any:
        rng = self.rng
        deep: Any = rng.choice(({}, [], 0))
        for _ in range(rng.choice((10, 30, 60, 400))):
            deep = {"reply_to_message": deep} if rng.random() < 0.5 else [deep]
        return rng.choice(
            (
                None,
                True,
                "",
                [],
                {},
                deep,
                words(rng),
                str(value),
                [value],
                {"id": value},
                rng.choice(NUMBERS),
                rng.choice(FLOATS),
                -value if type(value) is int else value,
                value * 2 if isinstance(value, str) else value,
                "督" * rng.choice((10, 5000, 60000)),
            )
        )

    def _of_two(self, made: dict[str, Any], actor: Actor) -> dict[str, Any]:
        """Two things told by one update, perhaps from two chats."""
        other = Actor(self.rng.choice((actor.id, 4711)), "另一人", actor.seen)
        return self._meant(other) | made


def _fields(kind: type[TelegramObject]) -> dict[str, FieldInfo]:
    """What a type of the Bot API holds; it is built before: until then its fields name types that are not looked up."""
    kind.model_rebuild()
    return kind.model_fields


def _places(value: Any) -> typing.Iterator[tuple[Any, Any]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in list(items):
        yield value, key
        yield from _places(below)
