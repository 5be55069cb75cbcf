"""The sandbox's own book of what the bot did: every send, edit and deletion that was accepted, in order.

It is what "nothing lost, and what was repeated" is counted from, from the outside: a bot cannot write in it, and a
call whose answer was lost on the way is in it all the same. It keeps the newest entries only, and nothing survives a
restart.
"""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.clock import Clock
    from sandbox.model import Json

KEPT = 20_000
TEXT_KEPT = 300
BOOKED = ("send", "edit", "delete")
NOT_BOOKED = frozenset({"sendchataction", "deletewebhook", "deletemycommands"})


@dataclass(slots=True)
class Entry:
    """One accepted change; ``at`` in seconds since 1970 of the sandbox's clock.

    ``text`` is the beginning of what it says, '' for a deletion. ``reply`` tells what became of the answer: answered,
    lost, cut or late.
    """

    n: int
    at: float
    method: str
    chat_id: int
    message_id: int
    text: str = ""
    reply: str = "answered"

    def view(self) -> Json:
        """Return the entry as JSON data."""
        return asdict(self)


def booked(method: str) -> bool:
    """Tell whether a method, in lower case, belongs in the ledger."""
    return method.startswith(BOOKED) and method not in NOT_BOOKED


class Ledger:
    """The newest entries, numbered from 1."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self.total = 0

    @property
    def kept(self) -> int:
        """How many entries are kept."""
        return self._entries.maxlen or 0

    def keep(self, most: int) -> None:
        """Keep so many entries from now on."""
        self._entries = deque(self._entries, maxlen=most)

    def book(self, method: str, args: Any, result: object) -> list[Entry]:  # noqa: ANN401 - any of the methods
        """Write down what a call has changed and return the entries: one for each message."""
        at = self._clock.timestamp()
        if isinstance(result, dict):
            return [self._add(at, method, result["chat"]["id"], result)]
        if isinstance(result, list):
            return [self._add(at, method, one["chat"]["id"], one) for one in result]
        ids = [args.message_id] if hasattr(args, "message_id") else args.message_ids
        return [self._add(at, method, int(args.chat_id), {"message_id": one}) for one in ids]

    def since(self, after: int, limit: int) -> list[Entry]:
        """Return entries numbered above ``after``, oldest first; those that were let go of are not among them."""
        first = self.total - len(self._entries)
        skip = max(after - first, 0)
        return list(islice(self._entries, skip, skip + limit))

    def _add(self, at: float, method: str, chat_id: int, message: Json) -> Entry:
        self.total += 1
        text = message.get("text") or message.get("caption") or ""
        entry = Entry(self.total, at, method, chat_id, message["message_id"], text[:TEXT_KEPT])
        self._entries.append(entry)
        return entry
