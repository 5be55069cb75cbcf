"""What a person sees on the phone, read as a person would: which card is up, and what can be tapped on it.

Knows the bot's buttons by what they carry, and nothing of its database.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Button:
    """A button: what it says, and what it carries taken apart."""

    label: str
    data: str

    @property
    def verb(self) -> str:
        """The journey and the verb."""
        return self.data.partition(":")[0]

    @property
    def numbers(self) -> tuple[int, ...]:
        """The arguments, all of which are numbers on the cards of the walk."""
        return tuple(int(one) for one in self.data.split(":")[1:])


@dataclass(frozen=True, slots=True)
class Screen:
    """The newest card with buttons; ``message_id`` 0 when there is none. ``toasts`` are the latest answers to taps."""

    message_id: int = 0
    text: str = ""
    buttons: tuple[Button, ...] = ()
    last_row: tuple[Button, ...] = ()
    toasts: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    greeted: bool = False

    @classmethod
    def of(cls, chat: Json) -> Screen:
        """Read a chat as the phone API gives it."""
        toasts = tuple((one["at"], one["text"]) for one in chat["toasts"])
        theirs = [one for one in chat["messages"] if one["from"] == "bot"]
        for message in reversed(theirs):
            rows = [
                tuple(Button(one["text"], one["data"]) for one in row if "data" in one) for row in message["buttons"]
            ]
            if any(rows):
                flat = tuple(button for row in rows for button in row)
                return cls(message["id"], message.get("text", ""), flat, rows[-1], toasts, greeted=True)
        return cls(toasts=toasts, greeted=bool(theirs))

    def having(self, verb: str) -> list[Button]:
        """Return the buttons of a verb."""
        return [one for one in self.buttons if one.verb == verb]

    @property
    def kind(self) -> str:
        """What card it is: none, list, summary, overview, note, change, item or other."""
        verbs = {one.verb for one in self.buttons}
        found = "other"
        if not self.message_id:
            found = "none"
        elif "checklist.next" in verbs:
            found = "item"
        elif "checklist.change" in verbs:
            found = "change"
        elif "visit.withdraw" in verbs:
            found = "summary"
        elif "visit.open" in verbs:
            found = "list"
        elif "visit.submit" in verbs or ("checklist.go" in verbs and "visit.today" in verbs):
            found = "overview"
        elif "checklist.go" in verbs:
            found = "note"
        return found

    @property
    def place(self) -> tuple[object, ...]:
        """Where the walk is: two cards of one place ask the same thing."""
        on = self.having("checklist.next")
        where = on[0].numbers if on else tuple(one.data for one in self.buttons[:1])
        return (self.kind, *where)

    @property
    def pieces(self) -> int:
        """How many pieces of evidence the card counts."""
        counted = [one.label for one in self.buttons if one.label.startswith("📎")]
        return int(counted[0].split()[-1]) if counted else 0
