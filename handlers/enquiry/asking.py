"""Asking: a few words, and it is on its way to whoever has to answer; it can be taken back until it is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers import aside, belonging, reminding
from handlers.access import CARETAKERS
from handlers.chat import Button, Say, Text
from handlers.enquiry import desk
from handlers.errors import Stale, UserError
from handlers.journey import data
from handlers.text import mark, speech
from storage.campaign import calendars, campaigns
from storage.people import Role
from storage.voices import enquiries
from storage.voices.enquiries import Enquiry

if TYPE_CHECKING:
    from handlers.chat import Message
    from handlers.turn import Turn
    from storage.people import Appointment

FEWEST: Final = 4
LONGEST: Final = 500
LEADING: Final = frozenset({Role.leader, Role.deputy})
WORDS_WANTED = mark("Please type your question; pictures and files cannot be asked.")
TOO_SHORT = mark("Please ask in a sentence, so that it can be answered.")
TOO_LONG = mark("A question has at most {most} characters; please shorten it by {over}.")
NO_CAMPAIGN = mark("No campaign is set up yet, so nobody could answer. Please ask again later.")


NOBODY = mark("Nobody else is in the office yet, so nobody could answer. Please invite one more person with /invite.")


async def opened(turn: Turn, words: str = "") -> None:
    """Answer the command: show what there is, or ask what was typed behind it."""
    if len(words.strip()) >= FEWEST:
        await _ask(turn, _checked(words))
    else:
        await listed(turn)


async def listed(turn: Turn, _: object = None) -> None:
    """Show what there is; where nothing waits for an answer from here, what is typed next is a question."""
    if await desk.listed(turn):
        aside.hold(turn, "enquiry", step="ask")


async def new(turn: Turn, _: object) -> None:
    """Ask what the question is."""
    aside.hold(turn, "enquiry", step="ask")
    said = turn.t(
        "<b>Ask something</b>\nPlease type it in your own words. It goes to those who answer for you; "
        "the answer comes back to you here."
    )
    turn.card(said, ((Button(turn.label("◀ Back"), data("enquiry", "list")),),))


async def asked(turn: Turn, sent: Message) -> bool:
    """Take the question that was typed."""
    if not isinstance(sent, Text):
        raise UserError(WORDS_WANTED)
    await _ask(turn, _checked(sent.text))
    return True


async def _ask(turn: Turn, words: str) -> None:
    """Keep the question, and tell whoever has to answer."""
    role = _asks_as(turn)
    group_id = await _group(turn, role)
    campaign = await belonging.campaign_of(turn.db, group_id)
    if campaign is None:
        raise UserError(NO_CAMPAIGN)
    days = desk.policy_of(campaign.pack or "").days
    calendar = await calendars.calendar_of(turn.db, campaign)
    one = await enquiries.add(
        turn.db,
        Enquiry(
            campaign_id=campaign.id,
            asker_id=turn.who.id,
            unit_id=role.unit_id if role is not None else None,
            group_id=group_id,
            question={"words": words},
            asked_at=turn.now,
            due_on=calendar.shifted(campaigns.day_in(campaign.zone, turn.now), days),
        ),
    )
    turn.record("enquiry.asked", f"enquiry:{one.id}")
    if group_id is not None and not await desk.answerers(turn, one):
        one.group_id = None  # a group nobody is in yet answers nothing
    if one.group_id is None and not await desk.answerers(turn, one):
        raise UserError(NOBODY)
    await tell(turn, one)
    await reminding.replan(turn.db, campaign, turn.now)
    aside.let_go(turn, "enquiry")
    said = turn.t(
        "Asked: “{words}”\n{who} answers by {day}; you are told here.",
        words=words,
        who=await desk.answering_party(turn, one),
        day=turn.speech.day(one.due_on),
    )
    back = Button(turn.label("◀ Enquiries"), data("enquiry", "list"))
    turn.card(
        said, ((Button(turn.label("Take the question back"), data("enquiry", "withdraw", one.id)), back),), final=True
    )


def _checked(typed: str) -> str:
    words = typed.strip()
    if len(words) < FEWEST:
        raise UserError(TOO_SHORT)
    if len(words) > LONGEST:
        raise UserError(TOO_LONG, most=LONGEST, over=len(words) - LONGEST)
    return words


def _asks_as(turn: Turn) -> Appointment | None:
    """Return the role somebody asks in: the one nearest to the ground."""
    order = list(Role)
    held = [one for one in turn.who.roles_now(turn.now) if one.role not in CARETAKERS]
    return max(held, key=lambda one: (order.index(one.role), -one.id), default=None)


async def _group(turn: Turn, role: Appointment | None) -> int | None:
    """Return the group that answers: that of the unit or the own one; what a leader asks goes to the office."""
    if role is None or role.role in LEADING:
        return None
    unit = await campaigns.unit(turn.db, role.unit_id) if role.unit_id is not None else None
    return unit.group_id if unit is not None and unit.group_id is not None else role.group_id


async def tell(turn: Turn, one: Enquiry) -> None:
    """Tell everybody who may answer it that it is there."""
    for person in await desk.answerers(turn, one):
        theirs = speech(person.language)
        said = theirs.t(
            "✋ An enquiry from {who}, to be answered by {day}:\n“{words}”",
            who=await desk.from_whom(turn, one),
            day=theirs.day(one.due_on),
            words=desk.question_of(one),
        )
        button = Button(theirs.label("Look at it"), data("enquiry", "show", one.id))
        turn.reply(Say(text=str(said), buttons=((button,),)), to=person.telegram_id or 0)


async def withdraw(turn: Turn, args: tuple[str, ...]) -> None:
    """Take one's own question back, as long as it is not answered."""
    one = await desk.seen(turn, args, lock=True)
    if one.asker_id != turn.who.id or not one.waits:
        raise Stale
    one.withdraw()
    turn.record("enquiry.withdrawn", f"enquiry:{one.id}")
    turn.toast(turn.label("Taken back."))
    await desk.panel(turn, one)
