"""Strict mode: what Telegram's published limits let through, and how long it tells the others to wait.

Published are about 30 messages a second for a bot, one a second in a chat with short bursts, and 20 a minute in a
group. No exception for edits is published, so an edit counts as a message here; ``edit_cost`` is there for who believes
otherwise. Whoever is refused is let in again when the time that was told is over, and not before. Real seconds.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from sandbox.faults import Rates

MINUTE = 60.0
MANY = 5_000


@dataclass(slots=True)
class Lane:
    """One chat, or all together: what was let through, and until when nothing is."""

    shut_until: float = 0.0
    due: float = 0.0
    spent: deque[tuple[float, float]] = field(default_factory=deque)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A call that came too early; ``early``: it had been told when to come again and did not wait."""

    limit: str
    retry_after: int
    early: bool


class Limits:
    """Counts the messages of one bot against the rates."""

    def __init__(self, rates: Rates, now: Callable[[], float] = time.monotonic) -> None:
        self._rates = rates
        self._now = now
        self._all = Lane()
        self._paid = Lane()
        self._lanes: dict[int, Lane] = {}

    def take(self, chat_id: int, cost: float, *, paid: bool = False) -> Refusal | None:
        """Let a call of so many messages through and count it, or say why not; what is refused does not count.

        A broadcast that is paid for counts among its like only, and not against what a bot may send for nothing.
        """
        now = self._now()
        if len(self._lanes) > MANY:
            self._lanes = {one: lane for one, lane in self._lanes.items() if not _idle(lane, now)}
        lane = self._lanes.setdefault(chat_id, Lane())
        whole = self._paid if paid else self._all
        for limit, where in (("overall", whole), ("chat", lane)):
            if where.shut_until > now:
                return Refusal(limit, ceil(where.shut_until - now), early=True)
        for limit, where, wait in self._waits(chat_id, lane, cost, now, paid=paid):
            if wait > 0:
                where.shut_until = now + ceil(wait)
                return Refusal(limit, ceil(wait), early=False)
        whole.spent.append((now, cost))
        lane.due = max(now, lane.due) + cost / self._rates.chat_per_second
        if chat_id < 0:
            lane.spent.append((now, cost))
        return None

    def _waits(self, chat_id: int, lane: Lane, cost: float, now: float, *, paid: bool) -> list[tuple[str, Lane, float]]:
        rates = self._rates
        whole, most = (self._paid, rates.paid_per_second) if paid else (self._all, rates.per_second)
        waits = [
            ("overall", whole, _window_wait(whole.spent, most, 1.0, cost, now)),
            ("chat", lane, _bucket_wait(lane.due - now, rates.chat_per_second, rates.chat_burst, cost)),
        ]
        if chat_id < 0:
            waits.append(("group", lane, _window_wait(lane.spent, rates.group_per_minute, MINUTE, cost, now)))
        return waits


def _bucket_wait(owed: float, rate: float, burst: float, cost: float) -> float:
    """Return how long until ``cost`` fits, ``owed`` seconds of sending being ahead of the clock already."""
    # What never fits, an album larger than the burst, passes when all is quiet.
    return owed - max(burst - cost, 0) / rate


def _window_wait(spent: deque[tuple[float, float]], most: float, seconds: float, cost: float, now: float) -> float:
    """Return how long until ``cost`` fits into any ``seconds``."""
    while spent and spent[0][0] + seconds <= now:
        spent.popleft()
    room = most - cost - sum(one for _, one in spent)
    for at, one in spent:
        if room >= 0:
            break
        room += one
        wait = at + seconds - now
        if room >= 0:
            return wait
    return 0.0


def _idle(lane: Lane, now: float) -> bool:
    still = [at for at, _ in lane.spent if at + MINUTE > now]
    return not still and lane.due <= now and lane.shut_until <= now
