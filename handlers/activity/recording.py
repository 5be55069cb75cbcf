"""Records an activity with one tap, and completes it with whatever is sent: a number, words, a place, photos.

It counts from the first tap: whatever is never added was not worth a question.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from handlers import learning
from handlers.activity.card import card, list_card
from handlers.chat import Attachment, Button, Place, Text
from handlers.errors import Stale, Unsuitable, UserError
from handlers.journey import data, number
from handlers.menu import way_back
from handlers.progress import unit_label
from handlers.text import mark
from storage import audit
from storage.files import evidence
from storage.files.evidence import Evidence
from storage.visit import activities, agenda, visits
from storage.visit.activities import MOST_COUNTED, Kind, path_of

if TYPE_CHECKING:
    from markupsafe import Markup

    from handlers.chat import Message
    from handlers.turn import Turn
    from storage.visit.activities import Activity
    from storage.visit.visits import Visit

NAME: Final = "activity"
SHOWN: Final = 8
LONGEST: Final = 4000
LONGEST_PLACE: Final = 60

_COUNT: Final = re.compile(r"\s*(\d{1,9})\s*(?:人|名|位|份|本|people|persons?|documents?)?\s*[。.]?\s*", re.IGNORECASE)


async def choose(turn: Turn, words: str = "") -> None:
    """Ask on which visit, unless there is only one."""
    del words
    mine = await agenda.planned_for(turn.db, turn.who, turn.now)
    if len(mine) == 1:
        await show_list(turn, mine[0])
    elif not mine:
        turn.card(turn.t("No visit is open that an activity could belong to."), (way_back(turn.speech),))
    else:
        rows = tuple((Button(unit_label(one), data(NAME, "visit", one.id)),) for one in mine[:SHOWN])
        turn.card(turn.t("<b>Activities</b>\nOn which visit?"), (*rows, way_back(turn.speech)))


async def tap_choose(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask on which visit."""
    del args
    await choose(turn)


async def _visit(turn: Turn, visit_id: int) -> Visit:
    visit = await visits.get(turn.db, visit_id)
    if visit is None or not visit.open_to(turn.who, turn.now):
        raise Stale
    return visit


async def _loaded(turn: Turn, activity_id: int) -> tuple[Visit, Activity]:
    found = await activities.get(turn.db, activity_id, lock=True)
    if found is None:
        raise Stale
    return await _visit(turn, found.visit_id), found


async def tap_visit(turn: Turn, args: tuple[str, ...]) -> None:
    """Show the activities of a visit."""
    await show_list(turn, await _visit(turn, number(args, 0)))


async def show_list(turn: Turn, visit: Visit) -> None:
    """Show what was done on a visit."""
    await turn.db.flush()
    found = await activities.of_visit(turn.db, visit.id)
    tallies = await activities.tally_of_visit(turn.db, visit.id)
    zone = await turn.kit.shelf.zone(turn.db, visit.unit.campaign_id)
    turn.remember(NAME, doing="list", visit=visit.id)
    turn.card(*list_card(turn, visit, found, tallies, zone))


async def _show(turn: Turn, visit: Visit, activity: Activity, *, doing: str = "", note: Markup | None = None) -> None:
    pieces = [one for one in await evidence.of_visit(turn.db, visit.id) if one.path == path_of(activity)]
    turn.remember(NAME, doing=doing or "one", activity=activity.id)
    turn.card(*card(turn, visit, activity, len(pieces), doing=doing, note=note))


async def add(turn: Turn, args: tuple[str, ...]) -> None:
    """Record an activity of this kind now."""
    visit = await _visit(turn, number(args, 0))
    try:
        kind = Kind(args[1])
    except (IndexError, ValueError) as error:
        raise Stale from error
    if await learning.kept_back(turn, visit):
        return
    if visit.state == "planned":
        visit.open(turn.now)
    made = await activities.add(turn.db, visit, kind, turn.who, turn.now, place=visit.unit.name)
    _note_down(turn, "activity.recorded", made, kind=kind.value)
    await _show(turn, visit, made)


def _note_down(turn: Turn, action: str, activity: Activity, **details: Any) -> None:  # noqa: ANN401 - JSON data
    audit.record(turn.db, action, now=turn.now, person_id=turn.who.id, details=details, of=activity)


async def open_one(turn: Turn, args: tuple[str, ...]) -> None:
    """Show one activity."""
    await _show(turn, *await _loaded(turn, number(args, 0)))


async def count(turn: Turn, args: tuple[str, ...]) -> None:
    """Take how many from a button; the same again takes it away."""
    visit, activity = await _loaded(turn, number(args, 0))
    chosen = number(args, 1)
    _check(chosen)
    _count(turn, activity, None if activity.count == chosen else chosen)
    await _show(turn, visit, activity)


def _check(value: int) -> None:
    if not 0 <= value <= MOST_COUNTED:
        raise UserError(mark("Please send a number from 0 to {most}."), most=MOST_COUNTED)


def _count(turn: Turn, activity: Activity, value: int | None) -> None:
    activity.count, activity.changed_at = value, turn.now
    _note_down(turn, "activity.counted", activity, count=value)


async def place(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask where it was."""
    visit, activity = await _loaded(turn, number(args, 0))
    await _show(turn, visit, activity, doing="place")


async def clear(turn: Turn, args: tuple[str, ...]) -> None:
    """Empty the points."""
    visit, activity = await _loaded(turn, number(args, 0))
    activity.points, activity.changed_at = "", turn.now
    await _show(turn, visit, activity)


async def remove(turn: Turn, args: tuple[str, ...]) -> None:
    """Take it out of the tally; it can be put back."""
    visit, activity = await _loaded(turn, number(args, 0))
    activity.remove(turn.who, turn.now)
    _note_down(turn, "activity.removed", activity)
    await _show(turn, visit, activity)


async def restore(turn: Turn, args: tuple[str, ...]) -> None:
    """Put it back."""
    visit, activity = await _loaded(turn, number(args, 0))
    activity.restore()
    _note_down(turn, "activity.restored", activity)
    await _show(turn, visit, activity)


# --- what is sent ---


async def message(turn: Turn, sent: Message) -> bool:
    """Take what is sent while one activity is on screen; the list of them has no use for it."""
    if turn.state.get("doing") not in {"one", "place"}:
        return False
    visit, activity = await _loaded(turn, int(turn.state["activity"]))
    if activity.removed_at is not None:
        return False
    if isinstance(sent, Text):
        _words(turn, activity, sent.text)
    elif isinstance(sent, Attachment | Place):
        await _attach(turn, visit, activity, sent)
        if isinstance(sent, Attachment) and sent.caption:
            _points(turn, activity, sent.caption)
    else:
        raise Unsuitable
    await _show(turn, visit, activity)
    return True


def _words(turn: Turn, activity: Activity, words: str) -> None:
    if turn.state.get("doing") == "place":
        name = " ".join(words.split())
        if len(name) > LONGEST_PLACE:
            raise UserError(mark("Please keep the place to {most} characters."), most=LONGEST_PLACE)
        activity.place, activity.changed_at = name, turn.now
    elif found := _COUNT.fullmatch(words):
        _check(int(found[1]))
        _count(turn, activity, int(found[1]))
    else:
        _points(turn, activity, words)


def _points(turn: Turn, activity: Activity, words: str) -> None:
    """Add words to the points, each message on a line of its own."""
    points = f"{activity.points}\n{words}".strip("\n")
    if len(points) > LONGEST:
        raise UserError(mark("The points would be over {most} characters. Please shorten them."), most=LONGEST)
    activity.points, activity.changed_at = points, turn.now


async def _attach(turn: Turn, visit: Visit, activity: Activity, sent: Attachment | Place) -> None:
    piece = Evidence(
        visit_id=visit.id,
        path=path_of(activity),
        kind="place",
        sender_id=turn.who.id,
        sent_at=sent.at,
        chat_id=sent.chat_id,
        message_id=sent.message_id,
        forwarded=sent.forwarded,
    )
    if isinstance(sent, Place):
        piece.latitude, piece.longitude = sent.latitude, sent.longitude
    else:
        piece.kind, piece.file_id, piece.unique_id = sent.kind, sent.file_id, sent.unique_id
        piece.album_id, piece.name, piece.mime, piece.size = sent.album_id, sent.name, sent.mime, sent.size
        piece.caption = sent.caption
        turn.attached += 1
    await evidence.attach(turn.db, piece)


async def complain(turn: Turn, sent: Message, said: Markup) -> bool:
    """Say on the card of the activity why something was not taken."""
    del sent
    if turn.state.get("doing") not in {"one", "place"}:
        return False
    try:
        visit, activity = await _loaded(turn, int(turn.state["activity"]))
    except Stale:
        return False
    await _show(
        turn,
        visit,
        activity,
        doing="place" if turn.state["doing"] == "place" else "",
        note=turn.t("⚠ {problem}", problem=said),
    )
    return True


async def give_up(turn: Turn) -> bool:
    """Leave the place as it is; False when nobody asked for it."""
    if turn.state.get("doing") != "place":
        return False
    await _show(turn, *await _loaded(turn, int(turn.state["activity"])))
    return True
