"""What shall go wrong, how often, and the dice that decide: the same seed gives the same fate to the same call.

A fate hangs on the seed, the method, the chat and how many calls of that kind there were before, never on the clock
or on what happens in other chats, so a run can be repeated although its calls come in another order. Nothing here
does any harm; that is for :mod:`sandbox.trouble` and :mod:`sandbox.mischief`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from hashlib import blake2b
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

Share = Annotated[float, Field(ge=0, le=1)]
Fault = Literal[
    "flood", "http_500", "http_502", "reset", "hang", "slow", "lost_reply", "cut_reply", "late_reply"
]  # fmt: skip
FAULTS: tuple[Fault, ...] = get_args(Fault)
BEFORE = frozenset({"flood", "http_500", "http_502", "reset", "hang"})
"""Faults of which the call never hears: it is not performed."""


class Rates(BaseModel):
    """Telegram's limits; ``edit_cost``: how much of a message an edit counts for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    per_second: int = Field(default=30, ge=1)
    chat_per_second: float = Field(default=1.0, gt=0)
    chat_burst: int = Field(default=3, ge=1)
    group_per_minute: int = Field(default=20, ge=1)
    paid_per_second: int = Field(default=1000, ge=1)
    edit_cost: float = Field(default=1.0, ge=0)


class Settings(BaseModel):
    """Everything that can be made to go wrong; shares are of the calls or updates that it may hit, from 0 to 1.

    ``methods`` and ``chats`` narrow what calls are hit (None: all), times are real seconds. ``strict``: keep to
    ``rates`` and refuse what goes beyond.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    seed: int = 0
    flood: Share = 0
    http_500: Share = 0
    http_502: Share = 0
    reset: Share = 0
    hang: Share = 0
    slow: Share = 0
    lost_reply: Share = 0
    cut_reply: Share = 0
    late_reply: Share = 0
    duplicate_update: Share = 0
    reorder_updates: Share = 0
    retry_after: int = Field(default=3, ge=1, le=3600)
    hang_seconds: float = Field(default=90.0, ge=0, le=3600)
    slow_seconds: float = Field(default=2.0, ge=0, le=600)
    hold_seconds: float = Field(default=0.5, ge=0, le=60)
    methods: frozenset[str] | None = None
    chats: frozenset[int] | None = None
    strict: bool = False
    rates: Rates = Rates()

    @field_validator("methods")
    @classmethod
    def _in_lower_case(cls, methods: frozenset[str] | None) -> frozenset[str] | None:
        return frozenset(one.lower() for one in methods) if methods is not None else None

    @model_validator(mode="after")
    def _at_most_all(self) -> Settings:
        if sum(self.share(one) for one in FAULTS) > 1:
            message = f"the shares of {', '.join(FAULTS)} add up to more than 1"
            raise ValueError(message)
        return self

    def share(self, fault: Fault) -> float:
        """Return how often a fault happens."""
        share: float = getattr(self, fault)
        return share

    @property
    def calls(self) -> bool:
        """Whether any call is in danger."""
        return self.strict or any(self.share(one) for one in FAULTS)

    @property
    def updates(self) -> bool:
        """Whether any update is in danger."""
        return bool(self.duplicate_update or self.reorder_updates)

    def hits(self, method: str, chat_id: int) -> bool:
        """Tell whether a call is one of those that may be hit."""
        if self.methods is not None and method not in self.methods:
            return False
        return self.chats is None or chat_id in self.chats


class Planned(BaseModel):
    """A fault for certain: it hits the next ``times`` calls of a method (None: any but getUpdates) to a chat."""

    model_config = ConfigDict(extra="forbid")

    fault: Fault
    method: str | None = None
    chat: int | None = None
    times: int = Field(1, ge=1, le=100_000)

    def fits(self, method: str, chat_id: int) -> bool:
        """Tell whether a call is one it waits for."""
        wanted = method != "getupdates" if self.method is None else method == self.method.lower()
        return wanted and self.chat in (None, chat_id)


@dataclass(slots=True)
class Dice:
    """Throws of a seed, each of them numbered within its kind."""

    seed: int
    thrown: defaultdict[tuple[str, int], int]

    @classmethod
    def of(cls, seed: int) -> Dice:
        """Begin anew with a seed."""
        return cls(seed, defaultdict(int))

    def throw(self, kind: str, chat_id: int) -> float:
        """Return the next number of a kind and chat, from 0 up to 1."""
        number = self.thrown[kind, chat_id]
        self.thrown[kind, chat_id] = number + 1
        return self.at(f"{kind}/{chat_id}/{number}")

    def at(self, name: str) -> float:
        """Return the number that belongs to a name."""
        digest = blake2b(f"{self.seed}/{name}".encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big") / 2**64


class Faults:
    """The settings in force, what is planned, and how often each thing was done."""

    def __init__(self) -> None:
        self.settings = Settings()
        self.planned: list[Planned] = []
        self.counts: Counter[str] = Counter()
        self.dice = Dice.of(0)

    def put(self, settings: Settings) -> None:
        """Take new settings; the dice begin anew, the counts go on."""
        self.settings = settings
        self.dice = Dice.of(settings.seed)

    def choose(self, method: str, chat_id: int) -> Fault | None:
        """Return what happens to a call, None when nothing does; ``method`` in lower case."""
        for one in self.planned:
            if one.fits(method, chat_id):
                one.times -= 1
                if not one.times:
                    self.planned.remove(one)
                return one.fault
        if not self.settings.hits(method, chat_id):
            return None
        thrown = self.dice.throw(method, chat_id)
        for fault in FAULTS:
            thrown -= self.settings.share(fault)
            if thrown < 0:
                return fault
        return None
