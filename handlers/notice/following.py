"""What became of a notice, for whoever sent it: the live figures, the names behind each, and what can still be done.

The figures are read from the ledger every time; nothing is counted on the side.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import blake2s
from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape

from handlers import aside, menu
from handlers.belonging import campaign_of, zone_of
from handlers.chat import Button, Tap, Text
from handlers.errors import Stale, UserError
from handlers.journey import data, number, word
from handlers.notice.composing import compose, mine_out
from handlers.notice.copies import LEADS
from handlers.panel import show as show_panel
from handlers.parts import CAPTION, LONGEST, first_words, fits
from handlers.progress import bar
from handlers.text import mark
from handlers.whom import scope
from storage.chat import outbox, timers
from storage.voices import deliveries, notices, surveys
from storage.voices.deliveries import State as Fate
from storage.voices.notices import State

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from handlers.chat import Message, Rows, Timer
    from handlers.text import Speech
    from handlers.turn import Turn
    from storage.database import Session
    from storage.voices.notices import Notice

SHOWN: Final = 10
PEOPLE: Final = 30
"""Names on one screen."""

REST: Final = timedelta(hours=1)
"""So long nobody is reminded again."""

STATES: Final = {
    State.draft: mark("draft"),
    State.planned: mark("planned"),
    State.sending: mark("going out"),
    State.held: mark("held"),
    State.sent: mark("sent"),
    State.stopped: mark("stopped"),
    State.expired: mark("expired"),
}
QUIET: Final = frozenset({State.held, State.stopped, State.expired})
"""States that have to be said: nothing goes out by itself any more."""

NAMED: Final = {
    "unread": (mark("Not read yet"), Fate.sent, False),
    "read": (mark("Read"), Fate.sent, True),
    "blocked": (mark("Have stopped the bot"), Fate.blocked, None),
    "failed": (mark("Could not be delivered"), Fate.failed, None),
    "skipped": (mark("Not sent"), Fate.skipped, None),
}
TOO_SOON = mark("They were reminded at {time}. Please leave them an hour.")
ALL_READ = mark("Everybody who got it has read it; nobody needs reminding.")
STILL_OUT = mark("It is still going out. Please remind when everybody has it.")
HELD = mark(
    "The notice “{name}” is held: whoever wrote it may no longer send. {sent} of {size} have it. Going on is up to you."
)
DUE = mark("“{name}”: the time to read it is over. {read} of {sent} have read it.")


async def listed(turn: Turn, _: object = None) -> None:
    """List the latest notices: one's own, or everybody's for the office and administrators."""
    aside.let_go(turn, "notice")
    everybody = await scope(turn) is None
    found = await notices.by(turn.db, None if everybody else turn.who.id, SHOWN)
    mine = [one for one in found if one.author_id == turn.who.id or not one.unsent]
    shown = [one for one in mine if (one.body["parts"] or not one.unsent) and not LEADS.keys() & one.body.keys()]
    begin = Button(turn.label("Write a notice"), data("notice", "begin"))
    said = turn.t("<b>Notices</b>") if shown else turn.t("No notices yet. Write one, and see who has read it.")
    rows = [(Button(_line(turn, one), data("notice", "show", one.id)),) for one in shown]
    turn.card(said, ((begin,), *rows, menu.way_back(turn.speech)))


def _line(turn: Turn, notice: Notice) -> str:
    name = first_words(notice.body, 14) or turn.label("Pictures and files")
    return f"{turn.label(STATES[notice.state])} · {name}"


async def show(turn: Turn, args: tuple[str, ...]) -> None:
    """Show how far a notice is, live from now on in this message."""
    notice = await notices.get(turn.db, number(args, 0), lock=True)
    if notice is not None and notice.unsent and notice.author_id == turn.who.id:
        await turn.enter("notice", notice=notice.id)
        return
    await keep(turn, await mine_out(turn, args))


async def keep(turn: Turn, notice: Notice) -> None:
    """Show the card of a notice in the message that was tapped, where it stays and goes on changing."""
    text, rows = await figures(turn, notice)
    if not isinstance(turn.event, Tap):
        raise TypeError("the card of a notice comes of a tap")
    if notice.author_id == turn.who.id:
        notice.card, notice.shown, notice.shown_at = turn.event.message_id, seen(text, rows), turn.now
    if await outbox.card_of(turn.db, turn.chat_id) == turn.event.message_id:
        turn.card(text, rows, final=True)
    else:
        turn.change(text, rows)


def seen(text: Markup, rows: Rows) -> str:
    """Return what tells one look of the card from another, its buttons included."""
    return blake2s(repr((str(text), rows)).encode(), digest_size=12).hexdigest()


async def figures(turn: Turn, notice: Notice) -> tuple[Markup, Rows]:
    """Return the live card of a notice in the person's language."""
    return await card_of(turn.db, notice, turn.speech, turn.now)


async def card_of(db: Session, notice: Notice, speech: Speech, now: datetime) -> tuple[Markup, Rows]:
    """Return the live card of a notice: sent, read, unread, blocked, failed, not sent, how long it will still take."""
    found, read = await deliveries.counts(db, notice.id)
    sent, t = found[Fate.sent], speech.t
    settled = notice.size - found[Fate.waiting] - found[Fate.queued]
    name = first_words(notice.body) or speech.label("Pictures and files")
    lines = [
        speech.n("Notice “{name}” → {count} person", "Notice “{name}” → {count} people", notice.size, name=name),
        Markup("{} ").format(bar(settled, notice.size)) + t("sent {sent}/{size}", sent=sent, size=notice.size),
    ]
    parts = [t("read {count}", count=read), t("unread {count}", count=sent - read)]
    parts += [t("waiting {count}", count=notice.size - settled)] if settled < notice.size else []
    for fate, words in (
        (Fate.blocked, mark("stopped the bot {count}")),
        (Fate.failed, mark("failed {count}")),
        (Fate.skipped, mark("not sent {count}")),
    ):
        parts += [t(words, count=found[fate])] if found[fate] else []
    lines.append(Markup(" · ").join(parts))
    under_way = notice.state is State.sending and settled < notice.size
    lines += [_state(notice, speech, now, settled)] if under_way or notice.state in QUIET else []
    return Markup("\n").join(lines), _buttons(notice, speech, found, sent - read)


def _state(notice: Notice, speech: Speech, now: datetime, settled: int) -> Markup:
    left = notice.size - settled
    if notice.state is not State.sending or not settled or notice.started_at is None:
        return speech.t("<i>{state}</i>", state=speech.label(STATES[notice.state]))
    span = (now - notice.started_at) / settled * left
    return speech.t("<i>about {span} left</i>", span=speech.span(max(span, timedelta(seconds=1))))


def _buttons(notice: Notice, speech: Speech, found: dict[Fate, int], unread: int) -> Rows:
    def to(verb: str, *more: object) -> str:
        return data("notice", verb, notice.id, *more)

    rows: list[tuple[Button, ...]] = []
    if unread and notice.out:
        rows.append((Button(speech.label("The {count} who have not read it", count=unread), to("names", "unread", 0)),))
        if notice.state is not State.sending:
            rows.append((Button(speech.label("Remind these {count}", count=unread), to("chase")),))
    others = [one for one in ("blocked", "failed", "skipped") if found[Fate(one)]]
    others = ["read", *others] if found[Fate.sent] > unread else others
    if others:
        rows.append((Button(speech.label("Other names"), to("names", others[0], 0)),))
    if notice.state is State.held:
        rows.append((Button(speech.label("Go on sending"), to("resume")), Button(speech.label("Stop"), to("stop"))))
    elif notice.state is State.sending:
        rows.append((Button(speech.label("Correct"), to("correct")), Button(speech.label("Stop"), to("stop"))))
    elif notice.out:
        rows.append((Button(speech.label("Correct"), to("correct")), Button(speech.label("Let expire"), to("end"))))
    rows.append(
        (Button(speech.label("Refresh"), to("show")), Button(speech.label("◀ Notices"), data("notice", "list")))
    )
    return tuple(rows)


async def names(turn: Turn, args: tuple[str, ...]) -> None:
    """Name the people behind a figure; never those whom a survey reminded, for they are who had not answered."""
    notice = await mine_out(turn, args)
    if await surveys.reminded_by(turn.db, notice):
        raise Stale
    which, page = word(args, 1), max(0, number(args, 2))
    if which not in NAMED:
        raise Stale
    title, fate, read = NAMED[which]
    count, found = await deliveries.names(turn.db, notice.id, fate, read=read, limit=PEOPLE, skip=page % 10**6 * PEOPLE)
    zone = zone_of(await campaign_of(turn.db, None))
    lines = [turn.t("<b>{title}</b> {count}", title=turn.label(title), count=count)]
    lines += [_named(turn, name, at, zone) for name, at in found]
    counts, has_read = await deliveries.counts(turn.db, notice.id)
    there = {"read": has_read, "unread": counts[Fate.sent] - has_read} | {one.value: counts[one] for one in Fate}
    others = [
        Button(f"{turn.label(words)} {there[one]}", data("notice", "names", notice.id, one, 0))
        for one, (words, _, _) in NAMED.items()
        if one != which and there[one]
    ]
    turning = [
        Button(label, data("notice", "names", notice.id, which, to))
        for label, to in (("‹", page - 1), ("›", page + 1))
        if 0 <= to * PEOPLE < count
    ]
    back = Button(turn.label("◀ Back"), data("notice", "show", notice.id))
    rows = (*((one,) for one in others), (back, *turning))
    show_panel(turn, Markup("\n").join(lines), rows)


def _named(turn: Turn, name: str, at: datetime | None, zone: tzinfo) -> Markup:
    who = escape(name) if name else turn.t("somebody who has left")
    return who if at is None else who + Markup(" ") + escape(turn.speech.moment(at, zone))


# --- what can still be done ---


async def chase(turn: Turn, args: tuple[str, ...]) -> None:
    """Remind those who have it and have not read it, and nobody else."""
    notice = await mine_out(turn, args)
    if not notice.out:
        raise Stale
    found, read = await deliveries.counts(turn.db, notice.id)
    if notice.state is State.sending:
        raise UserError(STILL_OUT)
    if found[Fate.sent] <= read:
        raise UserError(ALL_READ)
    if _reminded(notice, turn.now) and notice.chased_at is not None:
        zone = zone_of(await campaign_of(turn.db, None))
        raise UserError(TOO_SOON, time=turn.speech.clock(notice.chased_at, zone))
    notice.chase(turn.now)
    turn.record("notice.chased", f"notice:{notice.id}", people=found[Fate.sent] - read)
    turn.toast(turn.label("{count} will be reminded.", count=found[Fate.sent] - read))
    await keep(turn, notice)


def _reminded(notice: Notice, now: datetime) -> bool:
    """Tell whether people were reminded of what it says now, less than an hour ago."""
    if notice.chased_at is None or now >= notice.chased_at + REST:
        return False
    return notice.corrected_at is None or notice.corrected_at <= notice.chased_at


async def stop(turn: Turn, args: tuple[str, ...]) -> None:
    """Send no further copy; what is out stays where it is."""
    notice = await mine_out(turn, args)
    if notice.state not in (State.sending, State.held):
        raise Stale
    await notices.stop(turn.db, notice, turn.now)
    turn.record("notice.stopped", f"notice:{notice.id}")
    turn.toast(turn.label("Stopped. What is already out can be corrected."))
    await keep(turn, notice)


async def resume(turn: Turn, args: tuple[str, ...]) -> None:
    """Go on with a notice that was held, in one's own name."""
    notice = await mine_out(turn, args)
    if notice.state is not State.held:
        raise Stale
    notice.go_on(turn.who.id)
    turn.record("notice.resumed", f"notice:{notice.id}")
    await keep(turn, notice)


async def end(turn: Turn, args: tuple[str, ...]) -> None:
    """Let a notice hold no longer: every delivered copy says so."""
    notice = await mine_out(turn, args)
    if not notice.out:
        raise Stale
    await _expire(turn, notice)
    await keep(turn, notice)


async def over(turn: Turn, timer: Timer) -> None:
    """Let a notice expire at its time."""
    notice = await notices.get(turn.db, int(timer.args["notice"]), lock=True)
    if notice is not None and notice.out:
        await _expire(turn, notice)


async def _expire(turn: Turn, notice: Notice) -> None:
    await notices.stop(turn.db, notice, turn.now)
    notice.expire(turn.now)
    for name in ("due", "over"):
        await timers.cancel(turn.db, f"{notice.topic}:{name}")
    turn.record("notice.expired", f"notice:{notice.id}")


async def due(turn: Turn, timer: Timer) -> None:
    """Tell the author, when the time to read it is over, who has not."""
    notice = await notices.get(turn.db, int(timer.args["notice"]))
    if notice is None or not notice.out or turn.person is None:
        return
    found, read = await deliveries.counts(turn.db, notice.id)
    buttons = ((Button(turn.label("How far it is"), data("notice", "show", notice.id)),),)
    said = turn.t(DUE, name=first_words(notice.body), read=read, sent=found[Fate.sent])
    turn.say(said, buttons)


async def correct(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask for the words that are to stand in all copies from now on."""
    notice = await mine_out(turn, args)
    if not notice.out:
        raise Stale
    aside.hold(turn, "notice", step="correct", notice=notice.id)
    said = turn.t(
        "<b>Correct the notice</b>\nPlease send the new words, the whole text. "
        "Every copy that is out is changed and marked as corrected, and is to be read anew. Files stay as they are."
    )
    back = Button(turn.label("◀ Back"), data("notice", "show", notice.id))
    turn.card(said, ((back,),))


async def corrected(turn: Turn, sent: Message) -> bool:
    """Take the new words: what was delivered is changed, what waits goes out with them."""
    if not isinstance(sent, Text):
        return False
    notice = await mine_out(turn, (str(turn.state["notice"]),))
    if not notice.out:
        raise Stale
    html = sent.html or str(escape(sent.text))
    fits(html, CAPTION if notice.body.get("captioned") else LONGEST)
    files = [part | {"html": ""} for part in notice.body["parts"] if part.get("media")]
    parts = [*files, {"message": sent.message_id, "html": html}]
    notice.correct({"parts": parts, "captioned": bool(notice.body.get("captioned"))}, turn.now)
    turn.record("notice.corrected", f"notice:{notice.id}", version=notice.version)
    aside.let_go(turn, "notice")
    turn.card(
        turn.t("The correction is on its way to every copy that is out."),
        ((Button(turn.label("How far it is"), data("notice", "show", notice.id)),),),
        final=True,
    )
    return True


async def enter(turn: Turn, notice: int) -> None:
    """Go on with an unsent notice."""
    found = await notices.get(turn.db, notice, lock=True)
    if found is None or found.author_id != turn.who.id or not found.unsent:
        raise Stale
    await compose(turn, found)
