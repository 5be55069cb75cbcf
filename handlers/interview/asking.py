"""Goes through the questions of an interview, one on the card at a time; ends it, and goes on with one that was ended.

What was said is counted on the card and never repeated there: a card may be looked at over a shoulder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from handlers.chat import Button
from handlers.errors import Stale, UserError
from handlers.interview import reading
from handlers.interview.talk import counted, ends, hold, interview_of, place_of, questions_of
from handlers.journey import data, number
from handlers.text import mark
from storage import audit
from storage.visit import interviewees, interviews
from storage.visit.interviews import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from handlers.chat import Rows
    from handlers.interview.talk import Question
    from handlers.turn import Turn
    from storage.visit.interviews import Entry, Interview

EMPTY = mark("Nothing has been written down yet. Please send what was said, or leave with ◀.")


async def show(turn: Turn, interview: Interview, note: Markup | None = None) -> None:
    """Show the question that the interview is at."""
    questions = await questions_of(turn, interview)
    at = place_of(questions, interview.at_path)
    interview.at_path = questions[at].path
    found = await interviews.entries(turn.db, interview.id)
    here = [one for one in found if one.path == questions[at].path]
    hold(turn, "asking", interview=interview.id)
    text = _text(turn, interview, questions, at, here, note)
    turn.card(text, _buttons(turn, interview, len(questions), at, here, named=await _named(turn, interview)))


async def _named(turn: Turn, interview: Interview) -> bool:
    return await interviewees.is_named(turn.db, interview.id)


def _text(
    turn: Turn,
    interview: Interview,
    questions: Sequence[Question],
    at: int,
    here: Sequence[Entry],
    note: Markup | None,
) -> Markup:
    asked = questions[at]
    lines = [
        turn.t("🗣 {unit} · {at}/{all}", unit=interview.visit.unit.name, at=at + 1, all=len(questions)),
        turn.t("<b>{question}</b>", question=asked.label),
    ]
    lines += [turn.t("<i>{hint}</i>", hint=asked.hint)] if asked.hint else []
    lines.append(Markup(""))
    if here:
        lines.append(turn.t("Kept here: {what}.", what=counted(turn, here)))
    else:
        lines.append(
            turn.t("Send it in their own words, typed or spoken, in as many messages as you like. Nothing is changed.")
        )
    return Markup("\n").join([*lines, *([note] if note else [])])


def _buttons(turn: Turn, interview: Interview, count: int, at: int, here: Sequence[Entry], *, named: bool) -> Rows:
    one = interview.id
    walk = [Button("◀", data("interview", "go", one, at - 1))] if at else []
    walk.append(Button(turn.label("☰ Look through"), data("interview", "read", one)))
    if at < count - 1:
        walk.append(Button("▶", data("interview", "go", one, at + 1)))
    who = turn.label("👤 Who: noted") if named else turn.label("👤 Who (optional)")
    rows = [
        tuple(walk),
        (Button(who, data("interview", "who", one)), Button(turn.label("✓ End"), data("interview", "finish", one))),
    ]
    back = [Button(turn.label("◀ Interviews"), data("interview", "visit", interview.visit_id))]
    if here:
        back.insert(0, Button(turn.label("↶ Take back the last"), data("interview", "drop", one, here[-1].id)))
    return (*rows, tuple(back))


async def go(turn: Turn, args: tuple[str, ...]) -> None:
    """Go to another question."""
    interview = await interview_of(turn, number(args, 0), own=True)
    questions = await questions_of(turn, interview)
    at = max(0, min(number(args, 1), len(questions) - 1))
    interview.at_path = questions[at].path
    await _again(turn, interview)


async def _again(turn: Turn, interview: Interview) -> None:
    """Show the question, or what was said where the interview was ended meanwhile."""
    if interview.state is State.open:
        await show(turn, interview)
    else:
        await reading.show(turn, interview)


async def finish(turn: Turn, args: tuple[str, ...]) -> None:
    """End the interview; one in which nothing was said cannot be ended."""
    interview = await interview_of(turn, number(args, 0), lock=True)
    if not await ends(turn, interview):
        raise Stale
    if interview.state is State.open:
        if not await interviews.entries(turn.db, interview.id):
            raise UserError(EMPTY)
        interview.finish(turn.now)
        _note_down(turn, "interview.ended", interview)
    await reading.show(turn, interview)


async def resume(turn: Turn, args: tuple[str, ...]) -> None:
    """Go on with one's own interview."""
    interview = await interview_of(turn, number(args, 0), own=True, lock=True)
    if interview.state is State.finished:
        interview.resume()
        _note_down(turn, "interview.resumed", interview)
    await show(turn, interview)


def _note_down(turn: Turn, action: str, interview: Interview) -> None:
    audit.record(turn.db, action, now=turn.now, person_id=turn.who.id, of=interview)


async def give_up(turn: Turn) -> bool:
    """Leave what is typed into the card for the question itself; False when that is on screen already."""
    if turn.state.get("doing") not in {"who", "quoting"} or "interview" not in turn.state:
        return False
    interview = await interview_of(turn, int(turn.state["interview"]), own=True)
    await _again(turn, interview)
    return True
