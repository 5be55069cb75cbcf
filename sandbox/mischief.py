"""What goes wrong with updates: some come twice, and some are overtaken.

Telegram carries a person's messages and button presses in different queues, so a press can overtake a message and the
other way round; messages do not overtake messages, nor presses presses, and here they do not either. Update ids always
grow. An update that comes twice has the same id both times.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.faults import Faults
    from sandbox.model import Json
    from sandbox.updates import Updates

REMEMBERED = 2_000
PRESSES = "callback_query"


@dataclass(slots=True)
class Held:
    """Updates of one chat and one queue that wait to be overtaken."""

    timer: asyncio.TimerHandle
    presses: bool
    waiting: list[tuple[str, Json]]


class Mischief:
    """Repeats and holds back the updates of one sandbox."""

    def __init__(self, updates: Updates, faults: Faults) -> None:
        self._updates = updates
        self._faults = faults
        self._held: dict[int, Held] = {}
        self._seen: OrderedDict[int, None] = OrderedDict()
        self._again: dict[int, Json] = {}

    def put(self) -> None:
        """Follow the settings in force: step in front of the queue, or out of the way."""
        active = self._faults.settings.updates
        self._updates.mischief = self if active else None
        if not active:
            self.release_all()
            self._again = {}

    def hold(self, kind: str, payload: Json, chat_id: int) -> bool:
        """Take an update that has just come and return True, or leave it to be queued now."""
        presses = kind == PRESSES
        held = self._held.get(chat_id)
        if held is not None and held.presses == presses:
            held.waiting.append((kind, payload))
            return True
        if held is not None:
            self._updates.queue(kind, payload, chat_id)
            self._faults.counts["reorder_updates"] += 1
            self._release(chat_id)
            return True
        settings = self._faults.settings
        if self._faults.dice.throw(f"reorder/{presses}", chat_id) >= settings.reorder_updates:
            return False
        timer = asyncio.get_running_loop().call_later(settings.hold_seconds, self._release, chat_id)
        self._held[chat_id] = Held(timer, presses, [(kind, payload)])
        return True

    def comes_again(self, update_id: int) -> bool:
        """Tell, once for each update, whether it is to come a second time."""
        if update_id in self._seen:
            return False
        self._seen[update_id] = None
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        twice = self._faults.dice.at(f"duplicate/{update_id}") < self._faults.settings.duplicate_update
        if twice:
            self._faults.counts["duplicate_update"] += 1
        return twice

    def repeat(self, batch: list[Json], limit: int) -> list[Json]:
        """Return what a poll answers with: updates that were confirmed come again before the new ones."""
        if not batch:
            return batch
        first = batch[0]["update_id"]
        again = [self._again.pop(one) for one in sorted(self._again) if one < first]
        for update in batch:
            if self.comes_again(update["update_id"]):
                self._again[update["update_id"]] = update
        return [*again, *batch][:limit]

    def release_all(self) -> None:
        """Queue everything that is held back."""
        for chat_id in list(self._held):
            self._release(chat_id)

    def _release(self, chat_id: int) -> None:
        held = self._held.pop(chat_id)
        held.timer.cancel()
        for kind, payload in held.waiting:
            self._updates.queue(kind, payload, chat_id)
