"""How fast we may speak: Telegram's limits as numbers, and what Telegram itself told us to wait for.

A limiter here only says *when* something may go; the dispatcher asks before it picks a message, so that the most urgent
one goes when there is room. (A limiter that is awaited hands out its turns in the order of asking, and then a reply
waits behind the bulk that asked earlier.) Times are seconds of a monotonic clock given by the caller.

A call counts from its start until a while after its answer, because it reached Telegram at some moment in between: so
however unevenly calls travel, no more of them arrive within a second than may.

A broadcast can be paid for (``allow_paid_broadcast``): up to 1000 a second that count against no free limit. Such calls
have a window and a pace of their own, and leave the free ones to the replies.

What a call costs: a new message 1. An edit in a private chat a quarter: Telegram documents its limits for sending only
and answers taps at a higher rate, but a storm of edits is refused as well. In a group everything counts in full.
"""

from __future__ import annotations

import math
from collections import deque

EDIT_COST = 0.25
_TIDY_ABOVE = 2000
_TIDY_SECONDS = 1.0
"""How often what is idle is looked for: in a fast broadcast each call would go through thousands that are not."""

_GROUP_SECONDS = 60.0


_LOOK_AGAIN = 0.05
"""Seconds after which to ask again when all depends on answers that are still to come."""


class Window:
    """At most ``limit`` in any stretch of ``seconds``, wherever between start and answer each call is counted."""

    __slots__ = ("_limit", "_open", "_seconds", "_spent", "_sum")

    def __init__(self, limit: float, seconds: float) -> None:
        self._limit = limit
        self._seconds = seconds
        self._spent: deque[tuple[float, float]] = deque()
        self._sum = 0.0
        self._open = 0.0

    @classmethod
    def of_rate(cls, rate: float) -> Window:
        """Make the window for a rate a second; it is longer than a second for a rate below one."""
        limit = max(1.0, float(int(rate)))
        return cls(limit, limit / rate)

    def ready_at(self, now: float, cost: float) -> float:
        """Say when ``cost`` fits: a moment not later than ``now`` means at once."""
        self._forget(now)
        room = self._limit - self._sum - self._open - cost
        if room >= 0.0:
            return now
        for at, spent in self._spent:
            room += spent
            if room >= 0.0:
                return at + self._seconds
        # With nothing under way it never fits by itself, so it may go when all is quiet.
        return now + _LOOK_AGAIN if self._open > 0.0 else now

    def take(self, cost: float) -> None:
        """Note that a call begins which costs so much."""
        self._open += cost

    def answered(self, now: float, cost: float) -> None:
        """Note that it has been answered, or has failed."""
        self._open = max(0.0, self._open - cost)
        self._spent.append((now, cost))
        self._sum += cost

    def idle(self, now: float) -> bool:
        """Tell whether forgetting this window changes nothing."""
        self._forget(now)
        return not self._spent and self._open <= 0.0

    def _forget(self, now: float) -> None:
        while self._spent and self._spent[0][0] + self._seconds <= now:
            self._sum -= self._spent.popleft()[1]
        if not self._spent:
            self._sum = 0.0


class Pace:
    """A steady ``rate`` a second after ``burst`` at once (the generic cell rate algorithm)."""

    __slots__ = ("_before", "_burst", "_due", "_interval")

    def __init__(self, rate: float, burst: float) -> None:
        self._interval = 1.0 / rate
        self._burst = burst
        self._due = 0.0
        self._before = 0.0

    def ready_at(self, now: float, cost: float) -> float:
        """Say when ``cost`` fits."""
        return max(now, self._due - (self._burst - cost) * self._interval)

    def take(self, now: float, cost: float) -> None:
        """Note that a call begins which costs so much; a chat has one at a time."""
        self._before = self._due
        self._due = max(now, self._before) + cost * self._interval

    def answered(self, now: float, cost: float) -> None:
        """Note that it has been answered, or has failed: it may have arrived as late as this."""
        self._due = max(now, self._before) + cost * self._interval

    def idle(self, now: float) -> bool:
        """Tell whether forgetting this pace changes nothing."""
        return self._due <= now


class Limits:
    """The limits of one bot: overall, per chat, per group, and the waits Telegram asked for."""

    def __init__(self, *, overall: float, chat: float, burst: int, group_minute: float, paid: float = 0.0) -> None:
        self._overall = Window.of_rate(overall)
        self._paid = (Window.of_rate(paid), Pace(paid, max(1.0, paid / 10))) if paid > 0.0 else None
        # Bulk goes at an even pace: not all at once at the beginning of a second, after which a reply would have to
        # wait for the rest of it. So it may take all there is, and whoever answers a person gets the next place.
        self._bulk = Pace(overall, max(1.0, overall / 10))
        self._chat = (chat, burst)
        self._group_minute = group_minute
        self._chats: dict[int, Pace] = {}
        self._groups: dict[int, Window] = {}
        self._refused: dict[int, float] = {}
        self._tidied_at = -math.inf
        self._all_until = 0.0

    @property
    def pays(self) -> bool:
        """Whether broadcasts are paid for."""
        return self._paid is not None

    def overall_at(self, now: float, cost: float, *, bulk: bool, paid: bool = False) -> float:
        """Say when anything may be sent at all; ``paid``: what is paid for, where anything is."""
        if paid and self._paid is not None:
            return max(self._all_until, *(one.ready_at(now, cost) for one in self._paid))
        at = max(self._all_until, self._overall.ready_at(now, cost))
        return max(at, self._bulk.ready_at(now, cost)) if bulk else at

    def chat_at(self, chat_id: int, now: float, cost: float) -> float:
        """Say when this chat may be sent to, the overall limit left aside."""
        at = max(now, self._refused.get(chat_id, 0.0))
        pace = self._chats.get(chat_id)
        if pace is not None:
            at = max(at, pace.ready_at(now, cost))
        window = self._groups.get(chat_id)
        if window is not None:
            at = max(at, window.ready_at(now, 1.0))
        return at

    def take(self, chat_id: int, now: float, cost: float, *, bulk: bool = False, paid: bool = False) -> None:
        """Note that a call to this chat is being made."""
        if now >= self._tidied_at + _TIDY_SECONDS:
            self._tidy(now)
        group = chat_id < 0
        spent = 1.0 if group else cost
        if paid and self._paid is not None:
            self._paid[0].take(spent)
            self._paid[1].take(now, spent)
        else:
            self._overall.take(spent)
            if bulk:
                self._bulk.take(now, spent)
        self._chats.setdefault(chat_id, Pace(*self._chat)).take(now, spent)
        if group:
            self._groups.setdefault(chat_id, Window(max(1.0, self._group_minute), _GROUP_SECONDS)).take(1.0)

    def answered(self, chat_id: int, now: float, cost: float, *, paid: bool = False) -> None:
        """Note that a call that was taken note of has been answered, or has failed."""
        group = chat_id < 0
        spent = 1.0 if group else cost
        whole = self._paid[0] if paid and self._paid is not None else self._overall
        whole.answered(now, spent)
        if chat_id in self._chats:
            self._chats[chat_id].answered(now, spent)
        if group and chat_id in self._groups:
            self._groups[chat_id].answered(now, 1.0)

    def refused(self, chat_id: int, now: float, seconds: float) -> bool:
        """Obey a 429 in its scope; True when it is taken to be meant for the whole bot.

        Telegram does not say which limit was hit. A group hits its own. One private chat that is refused is taken to
        have been too fast by itself; a second one while the first still waits means the bot as a whole is.
        """
        until = now + seconds
        everyone = chat_id > 0 and any(
            other != chat_id and other > 0 and end > now for other, end in self._refused.items()
        )
        self._refused[chat_id] = max(until, self._refused.get(chat_id, 0.0))
        if everyone:
            self.hold_all(until)
        return everyone

    def hold_all(self, until: float) -> None:
        """Send nothing to anybody before ``until``."""
        self._all_until = max(self._all_until, until)

    def _tidy(self, now: float) -> None:
        self._tidied_at = now
        if len(self._chats) + len(self._groups) + len(self._refused) <= _TIDY_ABOVE:
            return
        self._chats = {chat: pace for chat, pace in self._chats.items() if not pace.idle(now)}
        self._groups = {chat: window for chat, window in self._groups.items() if not window.idle(now)}
        self._refused = {chat: until for chat, until in self._refused.items() if until > now}
