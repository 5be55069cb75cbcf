"""From the words to the sending: for whom, how it will look, when, how urgent, by when it is to be read.

The number on the button is the number of people it is sent to: where somebody came or went since the button was shown,
the button is shown anew instead. After the sending the audience never changes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers import aside, whom
from handlers.addressing import Addressing
from handlers.belonging import campaign_of, roles_of, zone_of
from handlers.chat import Button, Card, Text
from handlers.errors import Stale, UserError
from handlers.journey import data, number, word
from handlers.notice import following
from handlers.notice.composing import may_send, mine_draft, mine_unsent
from handlers.notice.copies import Copy
from handlers.parts import first_words
from handlers.rows import CHOSEN
from handlers.text import mark
from storage.chat import timers
from storage.voices import notices
from supervision.audience import Audience
from supervision.moments import moment_in

if TYPE_CHECKING:
    from datetime import tzinfo

    from handlers.chat import Message, Rows, Timer
    from handlers.turn import Turn
    from storage.voices.notices import Notice

NOBODY = mark("Nobody fits this choice, so it would be sent to nobody. Please choose others.")
NOTHING = mark("The notice has no content yet. Please write something first.")
PAST = mark("{time} is past. Please give a time that is still to come.")
NO_TIME = mark("I did not understand the time. Please write for example 18:00, tomorrow 9:00, 11-25 14:00 or 2 hours.")
TOO_SHORT = mark(
    "It would expire {expires}, before it is to be read by {read}. Please choose another time for one of them."
)
TOO_LATE = mark("That is more than a year away. Please give an earlier time.")
CHANGED = mark("It is {count} people now: somebody came or went. Please look again and send.")
LOST = mark("Your notice “{name}” was not sent at its time: your role had ended. It is kept as a draft.")
LOST_CROWD = mark(
    "Your notice “{name}” was not sent at its time: nobody fits its audience any more. Please choose again."
)

FARTHEST: Final = timedelta(days=366)
OFFERED: Final = (
    (mark("in 1 hour"), 1, -1),
    (mark("today 18:00"), 0, 18),
    (mark("tomorrow 9:00"), 24, 9),
    (mark("tomorrow 18:00"), 24, 18),
)
"""Moments on buttons: the label, hours from now, the full hour of that day (-1: none). Those that are past are not."""

QUESTIONS: Final = {
    "send": mark("When is it to be sent?"),
    "read": mark("By when is it to be read?"),
    "expire": mark("When does it expire? Copies are then marked as no longer valid."),
}


async def choose(turn: Turn, args: tuple[str, ...]) -> None:
    """Show for whom it is."""
    notice = await mine_draft(turn, args)
    if not notice.body["parts"]:
        raise UserError(NOTHING)
    aside.hold(turn, "notice", step="whom", notice=notice.id)
    chosen = Audience.from_data(notice.audience)
    text, rows = await whom.overview(turn, "notice", notice.id, chosen)
    onward = Button(turn.label("Preview ▶"), data("notice", "preview", notice.id))
    back = Button(turn.label("◀ Content"), data("notice", "edit", notice.id))
    turn.card(text, (*rows, (back,) if chosen.empty else (back, onward)))


ADDRESSING: Final = Addressing("notice", mine_draft, choose)
"""How the audience of a notice is chosen."""


# --- how it will look, and the last settings ---


async def preview(turn: Turn, args: tuple[str, ...]) -> None:
    """Show the notice exactly as a recipient sees it, and below it what is left to decide."""
    notice = await mine_unsent(turn, args)
    if not notice.body["parts"]:
        raise UserError(NOTHING)
    for message in (await copy_of(turn, notice)).messages(sample=True):
        turn.reply(message)
    text, rows = await _last_look(turn, notice)
    turn.reply(Card(text=str(text), buttons=rows))


async def settings(turn: Turn, args: tuple[str, ...]) -> None:
    """Show what is left to decide, in place."""
    await _show(turn, await mine_unsent(turn, args))


async def _show(turn: Turn, notice: Notice) -> None:
    turn.card(*await _last_look(turn, notice))


async def _last_look(turn: Turn, notice: Notice) -> tuple[Markup, Rows]:
    aside.hold(turn, "notice", step="look", notice=notice.id)
    chosen = Audience.from_data(notice.audience)
    count = (await whom.crowd(turn)).size(chosen)
    zone = await zone_for(turn)
    if not count:
        raise UserError(NOBODY)
    lines = [
        turn.t("To: {whom}", whom=await whom.described(turn, chosen)),
        turn.n("<b>{count} person</b>", "<b>{count} people</b>", count),
    ]
    lines += [turn.t("Urgent: goes first, and sounds at night too")] if notice.urgent else []
    lines += [_moment(turn, mark("To be read by {time}"), notice.read_by, zone)] if notice.read_by else []
    lines += [_moment(turn, mark("Expires {time}"), notice.expires_at, zone)] if notice.expires_at else []
    lines += [_moment(turn, mark("<b>Will be sent {time}</b>"), notice.send_at, zone)] if notice.send_at else []
    of = notice.id
    if notice.state is notices.State.planned:
        take_back = Button(turn.label("Do not send at that time"), data("notice", "unplan", of))
        return Markup("\n").join(lines), ((take_back,), (Button(turn.label("◀ Back"), data("notice", "list")),))
    send = Button(
        turn.speech.n("Send to {count} person", "Send to {count} people", count).striptags(),
        data("notice", "send", of, count),
    )
    urgent = Button((CHOSEN if notice.urgent else "") + turn.label("Urgent"), data("notice", "urgent", of))
    rows = (
        (send,),
        (Button(turn.label("Send later…"), data("notice", "when", of, "send")), urgent),
        (
            Button(turn.label("Read by…"), data("notice", "when", of, "read")),
            Button(turn.label("Expires…"), data("notice", "when", of, "expire")),
        ),
        (
            Button(turn.label("◀ Content"), data("notice", "edit", of)),
            Button(turn.label("◀ For whom"), data("notice", "whom", of)),
        ),
    )
    return Markup("\n").join(lines), rows


def _moment(turn: Turn, message: str, at: datetime | None, zone: tzinfo) -> Markup:
    return turn.t(message, time=turn.speech.moment(at, zone) if at else "")


async def urgent(turn: Turn, args: tuple[str, ...]) -> None:
    """Make it urgent, or not."""
    notice = await mine_draft(turn, args)
    notice.urgent = not notice.urgent
    await _show(turn, notice)


async def when(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask for a moment: of sending, reading or expiring."""
    notice = await mine_draft(turn, args)
    what = word(args, 1)
    if what not in QUESTIONS:
        raise Stale
    aside.hold(turn, "notice", step="when", notice=notice.id, what=what)
    zone = await zone_for(turn)
    offered = [
        Button(turn.label(label), data("notice", "at", notice.id, what, hours, clock))
        for label, hours, clock in OFFERED
        if _offered(turn.now, zone, hours, clock) > turn.now
    ]
    none = () if what == "send" else (Button(turn.label("No limit"), data("notice", "at", notice.id, what, -1, -1)),)
    back = Button(turn.label("◀ Back"), data("notice", "settings", notice.id))
    typing = turn.t("Tap, or type a time: 18:00, tomorrow 9:00, 11-25 14:00, 2 hours.")
    turn.card(turn.t(QUESTIONS[what]) + Markup("\n") + typing, (tuple(offered[:2]), tuple(offered[2:]), (back, *none)))


async def at(turn: Turn, args: tuple[str, ...]) -> None:
    """Take one of the moments that were offered."""
    notice = await mine_draft(turn, args)
    what, hours, clock = word(args, 1), number(args, 2), number(args, 3)
    if what not in QUESTIONS or abs(hours) > FARTHEST.days * 24:
        raise Stale
    if hours < 0:
        await _settle_on(turn, notice, what, None)
        return
    await _settle_on(turn, notice, what, _offered(turn.now, await zone_for(turn), hours, clock))


def _offered(now: datetime, zone: tzinfo, hours: int, clock: int) -> datetime:
    """Return the moment so many hours from now, at that full hour of its day unless ``clock`` is negative."""
    moment = now + timedelta(hours=hours)
    if clock < 0:
        return moment
    return moment.astimezone(zone).replace(hour=min(clock, 23), minute=0, second=0, microsecond=0)


async def typed_time(turn: Turn, sent: Message) -> bool:
    """Take a moment that was typed."""
    if not isinstance(sent, Text):
        return False
    notice = await mine_draft(turn, (str(turn.state["notice"]),))
    moment = moment_in(sent.text, turn.now, await zone_for(turn))
    if moment is None:
        raise UserError(NO_TIME)
    await _settle_on(turn, notice, str(turn.state["what"]), moment)
    return True


async def _settle_on(turn: Turn, notice: Notice, what: str, moment: datetime | None) -> None:
    zone = await zone_for(turn)
    if moment is not None and moment <= turn.now:
        raise UserError(PAST, time=turn.speech.moment(moment, zone))
    if moment is not None and moment > turn.now + FARTHEST:
        raise UserError(TOO_LATE)
    read_by = moment if what == "read" else notice.read_by
    expires = moment if what == "expire" else notice.expires_at
    if what != "send" and read_by is not None and expires is not None and expires < read_by:
        raise UserError(TOO_SHORT, expires=turn.speech.moment(expires, zone), read=turn.speech.moment(read_by, zone))
    if what == "read":
        notice.read_by = moment
    elif what == "expire":
        notice.expires_at = moment
    elif moment is not None:
        await _plan(turn, notice, moment)
        return
    await _show(turn, notice)


async def _plan(turn: Turn, notice: Notice, moment: datetime) -> None:
    """Have it sent later; whom it reaches is looked up then."""
    for later in (notice.read_by, notice.expires_at):
        if later is not None and later <= moment:
            raise UserError(PAST, time=turn.speech.moment(later, await zone_for(turn)))
    notice.plan(moment)
    await timers.plan(turn.db, f"{notice.topic}:go", moment, turn.chat_id, "notice.go", {"notice": notice.id})
    turn.record("notice.planned", f"notice:{notice.id}")
    text, rows = await _last_look(turn, notice)
    aside.let_go(turn, "notice")
    turn.card(text, rows, final=True)


async def unplan(turn: Turn, args: tuple[str, ...]) -> None:
    """Make a planned notice a draft again."""
    notice = await mine_unsent(turn, args)
    if notice.state is not notices.State.planned:
        raise Stale
    await timers.cancel(turn.db, f"{notice.topic}:go")
    notice.unplan()
    await _show(turn, notice)


# --- sending ---


async def send(turn: Turn, args: tuple[str, ...]) -> None:
    """Send it, now, to exactly as many people as the button said."""
    notice = await mine_draft(turn, args)
    people = Audience.from_data(notice.audience).people((await whom.crowd(turn)).belongings)
    if not people:
        raise UserError(NOBODY)
    if len(people) != number(args, 1):
        text, rows = await _last_look(turn, notice)
        turn.card(text, rows)
        turn.toast(turn.label(CHANGED, count=len(people)), alert=True)
        return
    for passed in (notice.read_by, notice.expires_at):
        if passed is not None and passed <= turn.now:
            raise UserError(PAST, time=turn.speech.moment(passed, await zone_for(turn)))
    await out(turn, notice, people)
    aside.let_go(turn, "notice")
    await following.keep(turn, notice)


async def out(turn: Turn, notice: Notice, people: set[int]) -> None:
    """Begin to send, and plan what will be due because of it."""
    notice.body = notice.body | {"captioned": (await copy_of(turn, notice)).captioned}
    await notices.send(turn.db, notice, people, turn.now)
    for name, moment in (("due", notice.read_by), ("over", notice.expires_at)):
        if moment is not None:
            await timers.plan(
                turn.db, f"{notice.topic}:{name}", moment, turn.chat_id, f"notice.{name}", {"notice": notice.id}
            )
    turn.record("notice.sent", f"notice:{notice.id}", people=len(people))


async def go(turn: Turn, timer: Timer) -> None:
    """Send what was planned, if its author still may and it still has an audience."""
    notice = await notices.get(turn.db, int(timer.args["notice"]), lock=True)
    if notice is None or notice.state is not notices.State.planned or turn.person is None:
        return
    name = first_words(notice.body)
    people = Audience.from_data(notice.audience).people((await whom.crowd(turn)).belongings)
    if not may_send(roles_of(turn.person, turn.now)) or not people:
        notice.unplan()
        turn.say(turn.t(LOST if not may_send(roles_of(turn.person, turn.now)) else LOST_CROWD, name=name))
        return
    await out(turn, notice, people)
    show = Button(turn.label("How far it is"), data("notice", "show", notice.id))
    turn.say(
        turn.n(
            "Your notice “{name}” is now going out to {count} person.",
            "Your notice “{name}” is now going out to {count} people.",
            len(people),
            name=name,
        ),
        ((show,),),
    )


# --- what several steps need ---


async def zone_for(turn: Turn) -> tzinfo:
    """Return the zone whose clocks the author reads."""
    return zone_of(await campaign_of(turn.db, None))


async def copy_of(turn: Turn, notice: Notice) -> Copy:
    """Return the notice as a copy in the author's own language."""
    return Copy(notice, turn.who.name, turn.speech, await zone_for(turn))
