"""The interviews of a visit: how many of how many, one's own, and the way to begin one.

Other people's interviews are counted and never named; the leader of the group sees them all.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers import learning
from handlers.chat import Button, Text
from handlers.errors import Stale, UserError
from handlers.interview import asking
from handlers.interview.talk import (
    NO_KEY,
    OPENING,
    counted,
    guide_of,
    hold,
    leads,
    trouble,
    visit_of,
    zone_of,
)
from handlers.journey import data, number
from handlers.menu import way_back
from handlers.progress import brief, called, listed, unit_label
from handlers.text import mark
from storage import audit, people
from storage.vault import sealed
from storage.vault.sealing import NoKey
from storage.visit import agenda, interviewees, interviews, quotes, talks
from storage.visit.interviews import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from handlers.chat import Message
    from handlers.turn import Turn
    from storage.visit.interviews import Entry, Interview
    from storage.visit.visits import Visit

SHOWN: Final = 8
MOST_NAMES: Final = 300
MOST_DUE: Final = 100_000
SHOWN_NAMES: Final = 30

_WORD: Final = re.compile(r"[\s,，、(（]")
"""What stands between a name and a post."""

_COUNT: Final = re.compile(r"(\d{1,9})\s*[人名]?")

NOT_A_NUMBER = mark("Please send a whole number such as 12, or the names, one on each line.")


async def choose(turn: Turn, words: str = "") -> None:
    """Ask on which visit, unless there is only one."""
    del words
    mine = await agenda.planned_for(turn.db, turn.who, turn.now)
    if len(mine) == 1:
        await show(turn, mine[0])
        return
    if not mine:
        turn.card(turn.t("No visit is open that an interview could belong to."), (way_back(turn.speech),))
        return
    rows = tuple((Button(unit_label(one), data("interview", "visit", one.id)),) for one in mine[:SHOWN])
    turn.card(turn.t("<b>Interview</b>\nOn which visit?"), (*rows, way_back(turn.speech)))


async def tap_choose(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask on which visit."""
    del args
    await choose(turn)


async def tap_visit(turn: Turn, args: tuple[str, ...]) -> None:
    """Show the interviews of a visit."""
    await show(turn, await visit_of(turn, number(args, 0)))


async def begin(turn: Turn, args: tuple[str, ...]) -> None:
    """Begin an interview and ask its first question."""
    visit = await visit_of(turn, number(args, 0))
    if await learning.kept_back(turn, visit):
        return
    visits_open = visit.state
    try:
        made = await interviews.begin(turn.db, visit, turn.who, await guide_of(turn, visit), turn.now)
    except NoKey as error:
        raise UserError(NO_KEY) from error
    if visits_open == "planned":
        visit.open(turn.now)
    note_down(turn, "interview.started", made)
    await asking.show(turn, made)


def note_down(turn: Turn, action: str, interview: Interview, entry: Entry | None = None) -> None:
    """Write down in the visit's chain what was done to an interview, or to one entry of it; never words."""
    audit.record(
        turn.db,
        action,
        now=turn.now,
        person_id=turn.who.id,
        of=entry or interview,
        chain=interview.chain,
    )


async def show(turn: Turn, visit: Visit) -> None:
    """Show the card of a visit's interviews."""
    every = await interviews.of_visit(turn.db, visit.id)
    seen = [one for one in every if one.open_to(turn.who, turn.now) and one.box is not None]
    lines = [
        turn.t("<b>Interviews</b> · {unit}", unit=visit.unit.name),
        *await coverage_lines(turn, visit, every),
        *await _lines(turn, visit, seen),
    ]
    others = len(every) - len(seen)
    if others:
        lines.append(
            turn.n(
                "{count} by others: only the interviewer and the group's leader can open it.",
                "{count} by others: only the interviewer and the group's leader can open them.",
                others,
            )
        )
    if sealed.keys(turn.db) is None:
        lines.append(turn.t(NO_KEY))
    hold(turn, "visit", visit=visit.id)
    turn.card(Markup("\n").join(lines), await _buttons(turn, visit, seen))


async def _buttons(turn: Turn, visit: Visit, seen: Sequence[Interview]) -> tuple[tuple[Button, ...], ...]:
    rows: list[tuple[Button, ...]] = []
    if sealed.keys(turn.db) is not None:
        rows.append((Button(turn.label("🗣 Begin an interview"), data("interview", "begin", visit.id)),))
    opens = [Button(str(at), data("interview", _opens(turn, one), one.id)) for at, one in enumerate(seen[-SHOWN:], 1)]
    rows += [tuple(opens[at : at + 4]) for at in range(0, len(opens), 4)]
    if leads(turn, visit):
        row = [Button(turn.label("How many are due"), data("interview", "due", visit.id))]
        if count := len(await quotes.of_group(turn.db, visit.group_id, visit.unit_id)):
            row.append(Button(turn.label("Quotes {count}", count=count), data("interview", "quotes", visit.id)))
        rows.append(tuple(row))
    rows.append((Button(turn.label("◀ Checklist"), data("checklist", "overview", visit.id)),))
    return tuple(rows)


def _opens(turn: Turn, interview: Interview) -> str:
    """Return what a tap on an interview does: go on with one's own, else read it."""
    return "resume" if interview.state is State.open and interview.by_id == turn.who.id else "read"


async def _lines(turn: Turn, visit: Visit, seen: Sequence[Interview]) -> list[Markup]:
    zone = await zone_of(turn, visit)
    names = await people.names(turn.db, {one.by_id for one in seen})
    lines = []
    for at, one in enumerate(seen[-SHOWN:], 1):
        found = await interviews.entries(turn.db, one.id)
        lines.append(
            turn.t(
                "{at}. {when} · {who} · {what}{open}",
                at=at,
                when=turn.speech.moment(one.started_at, zone),
                who=names.get(one.by_id) or called(None),
                what=counted(turn, found) or turn.label("nothing yet"),
                open=turn.label(" · not ended") if one.state is State.open else "",
            )
        )
    return lines


# --- how many of how many ---


async def coverage_lines(turn: Turn, visit: Visit, every: Sequence[Interview]) -> list[Markup]:
    """Return how many people were talked with, of how many, and who is left where a list of names was given."""
    done = sum(one.ended_at is not None for one in every)
    due = await talks.of_visit(turn.db, visit)
    if due is None:
        return [turn.n("Talked with {count} person.", "Talked with {count} people.", done)]
    left = max(0, due.due - done)
    lines = [turn.t("Heart-to-heart talks {done}/{due}, {left} to go.", done=done, due=due.due, left=left)]
    if left == 0:
        lines = [turn.t("Heart-to-heart talks {done}/{due}: everybody.", done=done, due=due.due)]
    try:  # only to the leader: whoever is not named any more has been talked with
        missing = await not_yet(turn, visit) if leads(turn, visit) else []
    except OPENING:
        return lines
    if missing:
        shown = listed(turn, missing[:SHOWN_NAMES])
        more = len(missing) - SHOWN_NAMES
        lines.append(turn.t("Not yet: {names}{more}", names=shown, more=" …" if more > 0 else ""))
    return lines


async def not_yet(turn: Turn, visit: Visit) -> list[str]:
    """Return the names on the visit's list without an interview that this person may see.

    To the leader: with whom nobody has talked. Raises what can go wrong with a seal.
    """
    due = await talks.of_visit(turn.db, visit)
    roster = talks.names_in(turn.db, due)
    if not roster:
        return []
    seen = [one.id for one in await interviews.of_visit(turn.db, visit.id) if one.open_to(turn.who, turn.now)]
    known = (await interviewees.names(turn.db, seen)).values()
    return [name for name in roster if not any(said == name or _WORD.split(said, 1)[0] == name for said in known)]


async def due(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask the leader how many are to be talked with, or who."""
    visit = await visit_of(turn, number(args, 0))
    if not leads(turn, visit):
        raise Stale
    hold(turn, "due", visit=visit.id)
    asked = turn.t(
        "<b>Interviews</b> · {unit}\nHow many people are to be talked with? Send a number, or their names, one on each "
        "line: then it is also shown who is left.",
        unit=visit.unit.name,
    )
    turn.card(asked, ((Button(turn.label("◀ Back"), data("interview", "visit", visit.id)),),))


async def take_due(turn: Turn, message: Message) -> None:
    """Take the number, or the names."""
    visit = await visit_of(turn, int(turn.state["visit"]))
    if not leads(turn, visit):
        raise Stale
    if not isinstance(message, Text):
        raise UserError(NOT_A_NUMBER)
    lines = list(dict.fromkeys(" ".join(line.split()) for line in message.text.splitlines() if line.strip()))
    count, names = _count(lines)
    try:
        await talks.set_due(turn.db, visit, count, turn.who, turn.now, names)
    except NoKey as error:
        raise trouble(error) from error
    await show(turn, visit)


def _count(lines: Sequence[str]) -> tuple[int, Sequence[str]]:
    """Read a number, or a list of names."""
    if len(lines) == 1:
        counted = _COUNT.fullmatch(lines[0])
        if counted is None or not 1 <= int(counted[1]) <= MOST_DUE:
            raise UserError(NOT_A_NUMBER)
        return int(counted[1]), ()
    if not 1 <= len(lines) <= MOST_NAMES:
        raise UserError(mark("At most {most} names at a time, one on each line."), most=MOST_NAMES)
    return len(lines), [brief(line, 60) for line in lines]
