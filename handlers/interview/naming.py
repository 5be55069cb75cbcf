"""Who is talked with: a name and a post, or just a member of the staff; kept apart from what is said, and optional."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.chat import Button, Text
from handlers.errors import Stale, UserError
from handlers.interview import asking
from handlers.interview.talk import OPENING, hold, interview_of, trouble
from handlers.interview.visiting import not_yet
from handlers.journey import data, number
from handlers.progress import brief
from handlers.text import mark
from storage.visit import interviewees, interviews

if TYPE_CHECKING:
    from handlers.chat import Message
    from handlers.turn import Turn
    from storage.visit.interviews import Interview

LONGEST: Final = 100
OFFERED: Final = 12


async def who(turn: Turn, args: tuple[str, ...]) -> None:
    """Show who was written down and take another; the leader may look and not change it."""
    interview = await interview_of(turn, number(args, 0))
    try:
        name = (await interviewees.names(turn.db, [interview.id])).get(interview.id, "")
        offered = await not_yet(turn, interview.visit)
    except OPENING as error:
        raise trouble(error) from error
    if name:
        interviews.look(turn.db, interview, turn.who, "who", turn.now)
    now = turn.t("Now: {who}", who=name or turn.label("a member of the staff"))
    if interview.by_id != turn.who.id:
        back = Button(turn.label("◀ Back"), data("interview", "read", interview.id))
        turn.card(turn.t("👤 Who was talked with\n{now}", now=now), ((back,),))
        return
    hold(turn, "who", interview=interview.id)
    text = turn.t(
        "👤 Who is talked with\n{now}\n\nSend name and post, for instance “Zhang San, foreman”. It is kept apart from "
        "what is said; only you and the group's leader can see it.",
        now=now,
    )
    names = [(Button(brief(one, 20), data("interview", "named", interview.id, at)),) for at, one in enumerate(offered)]
    staff = Button(turn.label("A member of the staff"), data("interview", "staff", interview.id))
    back = Button(turn.label("◀ Back"), data("interview", "resume", interview.id))
    turn.card(text, (*names[:OFFERED], (staff,), (back,)))


async def named(turn: Turn, args: tuple[str, ...]) -> None:
    """Take a name from the visit's list."""
    interview = await interview_of(turn, number(args, 0), own=True)
    try:
        offered = await not_yet(turn, interview.visit)
    except OPENING as error:
        raise trouble(error) from error
    at = number(args, 1)
    if not 0 <= at < len(offered):
        raise Stale
    await _name(turn, interview, offered[at])


async def staff(turn: Turn, args: tuple[str, ...]) -> None:
    """Make it a member of the staff."""
    await _name(turn, await interview_of(turn, number(args, 0), own=True), "")


async def take(turn: Turn, message: Message) -> None:
    """Take a typed name."""
    interview = await interview_of(turn, int(turn.state["interview"]), own=True)
    words = " ".join(message.text.split()) if isinstance(message, Text) else ""
    if not words or len(words) > LONGEST:
        raise UserError(mark("Please send name and post as text, at most {most} characters."), most=LONGEST)
    await _name(turn, interview, words)


async def _name(turn: Turn, interview: Interview, name: str) -> None:
    try:
        await interviewees.name(turn.db, interview.id, name)
    except OPENING as error:
        raise trouble(error) from error
    await turn.db.flush()
    await asking.show(turn, interview, turn.t("✓ Noted who it is."))
