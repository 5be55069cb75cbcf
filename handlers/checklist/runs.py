"""What was sent one after the other and filed: a run. One receipt tells of all of it, and one list puts it right.

An evening's photos and lines arrive at once when there is a signal again; each is filed by a turn of its own, and the
card that is left says where all of it went (see ``receipts``). The run lies in the conversation as plain data until
something else is done.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from handlers.checklist.steps import held
from storage.chat import outbox

if TYPE_CHECKING:
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


@dataclass(frozen=True, slots=True)
class Filed:
    """One piece or line: its message, the item it was filed with, and what was written there because of it.

    ``kind`` is that of a piece of evidence, 'text' for a line. ``screen`` is the item it could have been meant for
    instead: the one on screen when it came, or the one just answered. ``sure``: it says itself where it belongs.
    ``was`` is the item it was moved from, ``beside`` what was noted with it because a colleague's answer stood.
    ``behind``: there its answer did not stand any more, because something later had said otherwise.
    """

    message_id: int
    key: str
    choice: str = ""
    note: str = ""
    kind: str = "text"
    screen: str = ""
    sure: bool = True
    was: str = ""
    beside: str = ""
    behind: bool = False


@dataclass(slots=True)
class Run:
    """What was filed one after the other; ``said`` is what was understood of each item, ``remarks`` what was not.

    ``moved`` is the first and the last place in ``filed`` of what was moved just now.
    """

    filed: list[Filed] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    moved: tuple[int, int] | None = None

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
        self.moved = None
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
    if await unread(turn, sheet):
        return run
    run.filed = [replace(one, sure=True) for one in run.filed]  # whoever read that receipt let it stand
    return run if named else Run()


def of(turn: Turn, sheet: Sheet) -> Run:
    """Return the run that the chat remembers."""
    kept = held(turn, sheet).get("run") or {}
    filed = [Filed(*one) for one in kept.get("filed", ())]
    first, last = kept.get("moved") or (-1, -1)
    moved = (first, last) if first >= 0 else None
    return Run(filed, dict(kept.get("said", {})), list(kept.get("remarks", ())), moved)


async def unread(turn: Turn, sheet: Sheet) -> bool:
    """Tell whether nobody can have read the card of what came just before: it came a moment ago, or is to be sent."""
    at = _at(turn, sheet)
    return at is not None and (turn.now - at < TOGETHER or await outbox.waits(turn.db, turn.chat_id))


def _at(turn: Turn, sheet: Sheet) -> datetime | None:
    """Return when the last of the run was filed."""
    at = (held(turn, sheet).get("run") or {}).get("at")
    return datetime.fromisoformat(at) if at is not None else None


def plain(turn: Turn, run: Run) -> dict[str, Any]:
    """Return a run as plain data, as it lies in the conversation for as long as its receipt stands."""
    filed = [list(astuple(one)) for one in run.filed]
    rest = {"moved": list(run.moved)} if run.moved is not None else {}
    return {"filed": filed, "said": run.said, "remarks": run.remarks, "at": turn.now.isoformat()} | rest


def keep(turn: Turn, run: Run) -> None:
    """Let the chat remember what a run has become, beside where the person is."""
    turn.remember("checklist", **{**turn.state, "run": plain(turn, run)})


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
