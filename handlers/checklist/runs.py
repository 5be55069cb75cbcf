"""What was sent one after the other and filed: a run. One receipt tells of all of it, and one list puts it right.

An evening's photos and lines arrive at once when there is a signal again; each is filed by a turn of its own, and the
card that is left says where all of it went. The run lies in the conversation as plain data until something else is
done.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from handlers.checklist.card import Receipt, counted
from handlers.checklist.steps import held
from handlers.progress import listed, numbers_of
from storage.chat import outbox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from handlers.items import Item
    from handlers.sheet import Sheet
    from handlers.turn import Turn
    from storage.files.evidence import Evidence

LONGEST: Final = 40
"""Pieces and lines that one receipt tells of."""

WIDEST: Final = 90
"""Messages, the bot's own among them, that one undo looks through."""

TOGETHER: Final = timedelta(seconds=1)
"""What is taken up so soon after the one before came with it: nobody has read a card in between."""

ENDS: Final = timedelta(minutes=10)
"""After such a pause what comes is another run: a receipt tells of what one has just sent, not of the whole morning."""

SHOWN: Final = 12
"""Items that a receipt names line by line."""


@dataclass(frozen=True, slots=True)
class Filed:
    """One piece or line: its message, the item it was filed with, and what was written there because of it.

    ``kind`` is that of a piece of evidence, 'text' for a line.
    """

    message_id: int
    key: str
    choice: str = ""
    note: str = ""
    kind: str = "text"


@dataclass(slots=True)
class Run:
    """What was filed one after the other; ``said`` is what was understood of each item, ``remarks`` what was not."""

    filed: list[Filed] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    @property
    def first(self) -> int:
        """The first message of the run, 0 when nothing was filed."""
        return min((one.message_id for one in self.filed), default=0)

    @property
    def last(self) -> int:
        """The last message of the run."""
        return max((one.message_id for one in self.filed), default=0)

    def add(self, one: Filed, said: str = "") -> None:
        """Add a piece or line; ``said`` is what was understood of its item, more of it where that had been said of."""
        self.filed.append(one)
        if said and one.kind != "text" and one.key in self.said:
            said = self.said[one.key] + said.removeprefix(one.key)
        if said:
            self.said[one.key] = said


async def going(turn: Turn, sheet: Sheet, message_id: int, *, named: bool) -> Run:
    """Return the run that a message goes on, an empty one where it begins another.

    A message that names its items goes on with whatever came just before; any other only with what came with it.
    """
    run, at = of(turn, sheet), _at(turn, sheet)
    if not run.filed or len(run.filed) >= LONGEST or message_id > run.first + WIDEST:
        return Run()
    if at is None or turn.now - at > ENDS:
        return Run()
    return run if named or await unread(turn, sheet) else Run()


def of(turn: Turn, sheet: Sheet) -> Run:
    """Return the run that the chat remembers."""
    kept = held(turn, sheet).get("run") or {}
    filed = [Filed(*one) for one in kept.get("filed", ())]
    return Run(filed, dict(kept.get("said", {})), list(kept.get("remarks", ())))


async def unread(turn: Turn, sheet: Sheet) -> bool:
    """Tell whether nobody can have read the card of what came just before: it came a moment ago, or is to be sent."""
    at = _at(turn, sheet)
    return at is not None and (turn.now - at < TOGETHER or await outbox.waits(turn.db, turn.chat_id))


def _at(turn: Turn, sheet: Sheet) -> datetime | None:
    """Return when the last of the run was filed."""
    at = (held(turn, sheet).get("run") or {}).get("at")
    return datetime.fromisoformat(at) if at is not None else None


def keep(turn: Turn, run: Run) -> None:
    """Let the chat remember a run, beside where the person is."""
    filed = [[one.message_id, one.key, one.choice, one.note, one.kind] for one in run.filed]
    stored: dict[str, Any] = {"filed": filed, "said": run.said, "remarks": run.remarks, "at": turn.now.isoformat()}
    turn.remember("checklist", **{**turn.state, "run": stored})


def receipt(turn: Turn, sheet: Sheet, run: Run, left: Sequence[str | int] = ()) -> Receipt:
    """Tell of all of a run at once: of lines alone on one line, else item by item."""
    told = _by_item(turn, sheet, run) if any(one.kind != "text" for one in run.filed) else _lines(turn, run)
    text = Markup("\n").join([*([told] if told else []), *map(Markup, run.remarks)])
    until = run.last if run.last != run.first else 0
    return Receipt(text, undo=run.first, until=until, left=tuple(left), wrong=len(run.filed) > 1)


def _lines(turn: Turn, run: Run) -> Markup:
    return turn.t("✓ Recorded: {items}", items="  ".join(run.said.values())) if run.said else Markup("")


def _by_item(turn: Turn, sheet: Sheet, run: Run) -> Markup:
    """Say how many were filed with which items, and of each item what."""
    places: dict[str, Counter[str]] = {}
    items: dict[str, Item] = {}
    for one in run.filed:
        item = where(turn, sheet, one)
        if item is not None:
            items[item.key] = item
            places.setdefault(item.key, Counter()).update([one.kind])
    lines = [
        turn.n(
            "✓ {count} filed with item {numbers}",
            "✓ {count} filed: items {numbers}",
            sum(sum(kinds.values()) for kinds in places.values()),
            numbers=numbers_of(turn, items.values()),
        )
    ]
    more = {one.key for one in run.filed if one.note} | {key for key, kinds in places.items() if set(kinds) != {"text"}}
    plain = [run.said.get(one.key, one.key) for one in sorted(items.values(), key=sheet.index) if one.key not in more]
    lines += [Markup.escape("  ".join(plain))] if plain else []
    shown = [one for one in sorted(items.values(), key=sheet.index) if one.key in more]
    lines += [_line(turn, run, one.key, places[one.key]) for one in shown[:SHOWN]]
    return Markup("\n").join(lines) + (Markup("\n…") if len(shown) > SHOWN else Markup(""))


def _line(turn: Turn, run: Run, key: str, kinds: Counter[str]) -> Markup:
    pieces = listed(turn, (counted(turn, kind, count) for kind, count in kinds.items() if kind != "text"))
    return Markup.escape("  ".join(filter(None, (run.said.get(key, key), pieces))))


def pieces_of(turn: Turn, sheet: Sheet, one: Filed) -> list[Evidence]:
    """Return the pieces that a message of this chat brought and that are still here."""
    if one.kind == "text":
        return []
    return [piece for piece in sheet.evidence if (piece.chat_id, piece.message_id) == (turn.chat_id, one.message_id)]


def where(turn: Turn, sheet: Sheet, one: Filed) -> Item | None:
    """Return the item something was filed with, as it lies now; None when it is not there any more."""
    if one.kind == "text":
        return sheet.find(one.key)
    return next((sheet.item_at(piece.path) for piece in pieces_of(turn, sheet, one)), None)
