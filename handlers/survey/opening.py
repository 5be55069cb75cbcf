"""Opening a survey: to people who are chosen, or to anybody by link and code; reminding the silent; closing.

Who is reminded is worked out from tokens at that moment, and of what anybody said nothing is read.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape

from handlers import aside, whom
from handlers.addressing import Addressing
from handlers.belonging import campaign_of, zone_of
from handlers.chat import Button
from handlers.errors import Stale, UserError
from handlers.journey import data, number
from handlers.link import link_of
from handlers.once import put_once
from handlers.rows import CHOSEN
from handlers.survey import results
from handlers.survey.answering import key_of
from handlers.survey.making import NO_QUESTIONS, mine, mine_draft, name_of
from handlers.text import mark
from storage.chat import timers
from storage.voices import notices, surveys
from storage.voices.surveys import State
from supervision.audience import Audience
from supervision.suppression import places_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from handlers.chat import Timer
    from handlers.turn import Turn
    from storage.voices.notices import Notice
    from storage.voices.surveys import Survey

DAYS: Final = (1, 3, 7, 14, 30)
NOBODY = mark("Nobody fits this choice, so it would be sent to nobody. Please choose others.")
ALL_IN = mark("Everybody who got it has answered; nobody needs reminding.")
NO_LINK = mark("This survey was sent to chosen people and has no link.")
TOO_LIKE = mark(
    "The same was asked of nearly the same people: only {count} differ, and comparing the two results would tell what "
    "they said. Please choose the same people, or at least {least} others."
)
LINK_OVER = mark("This survey is closed, so its link leads nowhere any more. “Ask again” makes a new one.")
REST: Final = timedelta(hours=1)
TOO_SOON = mark("They were reminded less than an hour ago. Please leave them a little time.")


async def how(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask for whom it is: people who are chosen, or anybody with the link."""
    survey = await mine_draft(turn, args)
    if not survey.asks:
        raise UserError(NO_QUESTIONS)
    aside.hold(turn, "survey", step="how", survey=survey.id)
    turn.card(
        turn.t(
            "<b>{title}</b>\nFor whom?\n"
            "Chosen people get it here in their chats. A link and a code on a wall are for anybody with Telegram; "
            "each account answers once.",
            title=survey.title,
        ),
        (
            (Button(turn.label("Chosen people"), data("survey", "whom", survey.id)),),
            (Button(turn.label("Anybody, by link and code"), data("survey", "look", survey.id, 1)),),
            (Button(turn.label("◀ Back"), data("survey", "draft", survey.id)),),
        ),
    )


async def choose(turn: Turn, args: tuple[str, ...]) -> None:
    """Show for whom it is."""
    survey = await mine_draft(turn, args)
    aside.hold(turn, "survey", step="how", survey=survey.id)
    chosen = Audience.from_data(survey.audience)
    text, rows = await whom.overview(turn, "survey", survey.id, chosen)
    onward = Button(turn.label("Go on ▶"), data("survey", "look", survey.id, 0))
    back = Button(turn.label("◀ Back"), data("survey", "how", survey.id))
    turn.card(text, (*rows, (back,) if chosen.empty else (back, onward)))


ADDRESSING: Final = Addressing("survey", mine_draft, choose)
"""How the audience of a survey is chosen."""


# --- the last look, and opening ---


async def look(turn: Turn, args: tuple[str, ...]) -> None:
    """Show what will be opened, for whom and for how long."""
    survey, by_link = await mine_draft(turn, args), number(args, 1) == 1
    count = 0 if by_link else len(await _people(turn, survey))
    if not by_link and not count:
        raise UserError(NOBODY)
    if not by_link:
        await _apart(turn, survey)
    aside.hold(turn, "survey", step="how", survey=survey.id)
    lines = [Markup("<b>{}</b>").format(name_of(turn, survey))]
    lines.append(turn.n("{count} question", "{count} questions", len(survey.items)))
    if by_link:
        lines.append(turn.t("For anybody with the link, once for each Telegram account"))
    else:
        lines.append(turn.t("To: {whom}", whom=await whom.described(turn, Audience.from_data(survey.audience))))
        lines.append(turn.n("<b>{count} person</b>", "<b>{count} people</b>", count))
        if count < survey.least:
            lines.append(turn.t("Fewer than {least} people: no result will be shown.", least=survey.least))
    lines.append(turn.t("Open for how many days?"))
    days = tuple(
        Button((CHOSEN if one == survey.days else "") + str(one), data("survey", "days", survey.id, int(by_link), one))
        for one in DAYS
    )
    opens = Button(turn.label("Open it"), data("survey", "start", survey.id, int(by_link), count))
    back = Button(turn.label("◀ Back"), data("survey", "how", survey.id))
    turn.card(Markup("\n").join(lines), (days, (opens,), (back,)))


async def days(turn: Turn, args: tuple[str, ...]) -> None:
    """Take how long it is open."""
    survey, wanted = await mine_draft(turn, args), number(args, 2)
    if wanted not in DAYS:
        raise Stale
    survey.days = wanted
    await look(turn, args[:2])


async def start(turn: Turn, args: tuple[str, ...]) -> None:
    """Open it; an open survey takes the place of the version before it, which is closed."""
    survey, by_link = await mine_draft(turn, args), number(args, 1) == 1
    people = set() if by_link else await _people(turn, survey)
    if not by_link and (not people or len(people) != number(args, 2)):
        if not people:
            raise UserError(NOBODY)
        await look(turn, args[:2])
        return
    if not by_link:
        await _apart(turn, survey)
    closes = turn.now + timedelta(days=survey.days)
    if by_link:
        survey.public, survey.link = True, await _taken_over(turn, survey) or surveys.new_link()
    await surveys.start(turn.db, survey, turn.now, closes)
    if not by_link:
        survey.places = await _places(turn, people, survey.least)
        invited = await _send(
            turn, survey, people, mark("You are asked for your opinion; it takes less than a minute.")
        )
        survey.notice_id = invited.id
    await _replace(turn, survey)
    args_ = {"survey": survey.id}
    await timers.plan(turn.db, f"survey:{survey.id}:close", closes, turn.chat_id, "survey.close", args_)
    turn.record("survey.opened", f"survey:{survey.id}", version=survey.version, asked=len(people))
    aside.let_go(turn, "survey")
    await results.keep(turn, survey)


async def _apart(turn: Turn, survey: Survey) -> None:
    """Raise UserError where few people more or fewer were asked the same before: the two results would tell of them."""
    few = await surveys.too_like(turn.db, survey, await _people(turn, survey))
    if few:
        raise UserError(TOO_LIKE, count=few, least=survey.least)


async def _replace(turn: Turn, survey: Survey) -> None:
    before = await surveys.get(turn.db, survey.before_id, lock=True) if survey.before_id is not None else None
    if before is not None and before.state is State.open:
        await _close(turn, before)


async def _taken_over(turn: Turn, survey: Survey) -> str | None:
    """Take the link of the open version before it, if that has one: what hangs on walls then leads to the new one."""
    before = await surveys.get(turn.db, survey.before_id, lock=True) if survey.before_id is not None else None
    if before is None or before.state is not State.open or before.link is None:
        return None
    link, before.link = before.link, None
    await turn.db.flush()
    return link


async def _people(turn: Turn, survey: Survey) -> set[int]:
    return Audience.from_data(survey.audience).people((await whom.crowd(turn)).belongings)


async def _places(turn: Turn, people: Collection[int], least: int) -> dict[str, str]:
    """Return what answers may tell of where people belong; the first role of each that has a place counts."""
    first: dict[int, str] = {}
    for one in (await whom.crowd(turn)).belongings:
        if one.person in people:
            first.setdefault(one.person, key_of(one))
    asked = [(key.partition("|")[0], key.partition("|")[2]) for key in first.values()]
    return places_of(asked, 2 * least)


async def _send(turn: Turn, survey: Survey, people: Collection[int], words: str) -> Notice:
    """Send the survey as a notice whose button opens it: the same ledger, limits and order as any other."""
    notice = await notices.add(turn.db, turn.who.id, turn.now)
    closes = turn.speech.moment(survey.closes_at or turn.now, zone_of(await campaign_of(turn.db, None)))
    said = turn.t(
        "🗳 <b>{title}</b>\n\n{words}\nAnonymous: nobody can tell who said what. Open until {time}.",
        title=survey.title,
        words=turn.t(words),
        time=closes,
    )
    notice.body = {"parts": [{"message": 0, "html": str(said)}], "survey": survey.id, "captioned": False}
    await notices.send(turn.db, notice, people, turn.now)
    return notice


async def remind(turn: Turn, args: tuple[str, ...]) -> None:
    """Remind those who have not answered; nobody is told who they are."""
    survey = await mine(turn, args)
    if not survey.takes(turn.now):
        raise Stale
    before = await notices.get(turn.db, survey.reminder_id) if survey.reminder_id is not None else None
    if before is not None and before.started_at is not None and turn.now < before.started_at + REST:
        raise UserError(TOO_SOON)
    silent = await surveys.silent(turn.db, survey)
    if not silent:
        raise UserError(ALL_IN)
    if before is not None:
        await surveys.forget_reminder(turn.db, before.id)
    words = mark("Your opinion is still missing; it takes less than a minute.")
    survey.reminder_id = (await _send(turn, survey, silent, words)).id
    turn.record("survey.reminded", f"survey:{survey.id}")
    turn.toast(turn.label("Those who have not answered are being reminded."))
    await results.keep(turn, survey)


async def poster(turn: Turn, args: tuple[str, ...]) -> None:
    """Send the link, and a poster with its code, as a picture and as a PDF for printing."""
    survey = await mine(turn, args)
    if survey.link is None or not survey.takes(turn.now):
        raise UserError(LINK_OVER if survey.public else NO_LINK)
    link = link_of(turn.kit.bot_username, surveys.PREFIX + survey.link)
    zone = zone_of(await campaign_of(turn.db, None))
    lines = (
        turn.label("Scan with your phone's camera; Telegram opens."),
        turn.label("{count} questions, less than a minute, anonymous", count=len(survey.items)),
    )
    until = turn.label("Open until {time}", time=turn.speech.moment(survey.closes_at or turn.now, zone))
    png, pdf = await asyncio.to_thread(_painted, survey.title, link, lines, until)
    turn.say(turn.t("{title}\n{link}", title=survey.title, link=link), picture=await put_once(turn, png))
    turn.say(turn.t("For printing, A4."), document=await put_once(turn, pdf), filename=f"survey-{survey.id}.pdf")


def _painted(title: str, link: str, lines: tuple[str, ...], foot: str) -> tuple[bytes, bytes]:
    """Return the poster as a PNG and as a PDF; meant for a thread."""
    from reports.poster import Poster  # noqa: PLC0415 - what draws is large, and a serving process seldom wants it

    made = Poster(title, link, lines, foot)
    return made.png(), made.pdf()


async def end(turn: Turn, args: tuple[str, ...]) -> None:
    """Close it now."""
    survey = await mine(turn, args)
    if survey.state is not State.open:
        raise Stale
    await _close(turn, survey)
    await results.keep(turn, survey)


async def over(turn: Turn, timer: Timer) -> None:
    """Close it at its time, and tell its author."""
    survey = await surveys.get(turn.db, int(timer.args["survey"]), lock=True)
    if survey is None or survey.state is not State.open:
        return
    await _close(turn, survey)
    show = Button(turn.label("Results"), data("survey", "show", survey.id))
    said = turn.n(
        "The survey “{title}” is closed: {count} answer.", "The survey “{title}” is closed: {count} answers.",
        survey.cast, title=escape(survey.title),
    )  # fmt: skip
    turn.say(said, ((show,),))


async def _close(turn: Turn, survey: Survey) -> None:
    await surveys.close(turn.db, survey, turn.now)
    await timers.cancel(turn.db, f"survey:{survey.id}:close")
    for notice_id in (survey.notice_id, survey.reminder_id):
        notice = await notices.get(turn.db, notice_id, lock=True) if notice_id is not None else None
        if notice is not None and notice.state in (notices.State.sending, notices.State.held):
            await notices.stop(turn.db, notice, turn.now)
    turn.record("survey.closed", f"survey:{survey.id}", answers=survey.cast)
