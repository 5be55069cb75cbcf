"""What can be done about a reminder: go to it, be told later, hand it to somebody else, say why it cannot be done.

Shown in the reminder's own message, beside whatever else is going on.
"""

from __future__ import annotations

from datetime import time, timedelta
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers import reminding
from handlers.chat import Button, Say, Text
from handlers.errors import Stale, UserError
from handlers.journey import answered, data, number
from handlers.panel import show
from handlers.reminder.telling import line, named, standing
from handlers.reminding import Hold
from handlers.text import mark, speech
from storage import audit, people
from storage.campaign import calendars, campaigns, reminders
from storage.campaign.reminders import Reminder, State
from storage.people import FIELD, Role
from supervision.calendar import moment

if TYPE_CHECKING:
    from handlers.chat import Message, Rows
    from handlers.turn import Turn
    from storage.campaign.campaigns import Campaign
    from storage.people import Person

REASON: Final = 200
CHOICES: Final = 12
VISITING: Final = {
    "tomorrow": ("visit", "prepare"),
    "start": ("visit", "prepare"),
    "submit": ("visit", "open"),
    "mend": ("correction", "open"),
    "judge": ("correction", "look"),
    "left": ("checklist", "team"),
}
"""Where a reminder of a visit leads: before it, to its briefing."""

OVER: Final = {
    Hold.done: mark("{name}: this is done. Thank you."),
    Hold.moved: mark("{name}: this has another day by now. You will be told again before it."),
    Hold.passed: mark("{name}: somebody else sees to this by now. You need do nothing."),
}
"""What is said of a reminder that holds no longer."""

NOTHING = mark("There is nothing left to be done about this. Thank you.")
REASON_WANTED = mark("Please say why in at most {most} characters.")


async def _mine(turn: Turn, args: tuple[str, ...]) -> Reminder:
    found = await reminders.get(turn.db, number(args, 0))
    if found is None or found.person_id != turn.who.id:
        raise Stale
    return found


async def _campaign(turn: Turn, one: Reminder) -> Campaign:
    campaign = await campaigns.get(turn.db, one.campaign_id)
    if campaign is None:
        raise Stale
    return campaign


async def _holding(turn: Turn, args: tuple[str, ...]) -> tuple[Reminder, Campaign] | None:
    """Return a reminder and its campaign; None, and a word about it, where nothing is left to be done about it."""
    one = await _mine(turn, args)
    campaign = await _campaign(turn, one)
    hold = (await reminding.holds(turn.db, campaign, turn.now, [one]))[one.id]
    if hold is Hold.due and one.state is not State.handed:
        return one, campaign
    name = await named(turn, one)
    if one.state is State.handed and hold in (Hold.due, Hold.passed):
        taker = await reminders.taker_of(turn.db, one)
        said = turn.t("{name}: {who} has taken this over.", name=name, who=taker or "—")
    else:
        said = turn.t(OVER[hold], name=name)
    show(turn, said, await _whole(turn, one))
    return None


async def _whole(turn: Turn, one: Reminder) -> Rows:
    """Return the way back to the message that it came in, where that says more than this."""
    if len(await reminders.told_with(turn.db, one)) <= 1:
        return ()
    return ((Button(turn.label("◀ All reminders"), data("reminder", "all", one.id)),),)


async def whole(turn: Turn, args: tuple[str, ...]) -> None:
    """Show again all that came in one message, as it stands now."""
    one = await _mine(turn, args)
    show(turn, *await standing(turn, await _campaign(turn, one), await reminders.told_with(turn.db, one)))


async def opened(turn: Turn, args: tuple[str, ...]) -> None:
    """Show one reminder and what can be done about it."""
    found = await _holding(turn, args)
    if found is not None:
        one, campaign = found
        calendar = await calendars.calendar_of(turn.db, campaign)
        said = await line(turn, campaign, calendar, one)
        if one.state is State.explained:
            said += Markup("\n") + turn.t("You said: {why}", why=one.why)
        show(turn, said, (*_buttons(turn, one), *await _whole(turn, one)))


def _buttons(turn: Turn, one: Reminder) -> Rows:
    kind, *ids = one.matter.split(":")
    rows: list[tuple[Button, ...]] = []
    if kind == "item":
        rows.append((Button(turn.label("Go to it"), data("plan", "item", ids[0])),))
    elif kind in ("meeting", "decision"):
        verb = "open" if kind == "meeting" else "decision"
        rows.append((Button(turn.label("Go to it"), data("meeting", verb, ids[0])),))
    elif kind == "uncovered":
        rows.append((Button(turn.label("Go to it"), data("coverage", "show", *ids)),))
    elif kind == "enquiry":
        rows.append((Button(turn.label("Go to it"), data("enquiry", "show", ids[0])),))
    elif kind in VISITING and turn.who.has(turn.now, *FIELD):
        rows.append((Button(turn.label("Go to it"), data(*VISITING[kind], ids[0])),))
    rows += [
        (
            Button(turn.label("In an hour"), data("reminder", "later", one.id, "hour")),
            Button(turn.label("Tomorrow morning"), data("reminder", "later", one.id, "day")),
        ),
        (
            Button(turn.label("Hand over …"), data("reminder", "hand", one.id)),
            Button(turn.label("Cannot be done …"), data("reminder", "why", one.id)),
        ),
    ]
    return tuple(rows)


async def later(turn: Turn, args: tuple[str, ...]) -> None:
    """Tell it again later, when the person may be told something."""
    found = await _holding(turn, args)
    if found is None:
        return
    one, campaign = found
    zone = await reminding.zone_of(turn.db, campaign, turn.who, turn.now)
    if args[1:] == ("hour",):
        wanted = turn.now + timedelta(hours=1)
    elif args[1:] == ("day",):
        wanted = moment(campaigns.day_in(zone, turn.now) + timedelta(days=1), time(9), zone)
    else:
        raise Stale
    at = await reminding.not_before(turn.db, campaign, turn.who, wanted)
    one.state, one.due_at = State.waiting, at
    await reminders.wake(turn.db, turn.who.id, turn.chat_id, at)
    said = turn.t(
        "{name}: you will be told again {when}.",
        name=await named(turn, one),
        when=turn.speech.moment(at, zone),
    )
    back = (Button(turn.label("↩ Back"), data("reminder", "open", one.id)),)
    show(turn, said, (back, *await _whole(turn, one)))


# --- handing over ---


async def hand(turn: Turn, args: tuple[str, ...]) -> None:
    """Offer the people of one's own groups."""
    found = await _holding(turn, args)
    if found is None:
        return
    one, _ = found
    others = await _others(turn)
    back = (Button(turn.label("↩ Back"), data("reminder", "open", one.id)),)
    if not others:
        show(turn, turn.t("There is nobody else in your group yet."), (back,))
        return
    buttons = [Button(name[:18], data("reminder", "handed", one.id, person)) for person, name in others.items()]
    rows = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
    show(turn, turn.t("Who takes over “{name}”?", name=await named(turn, one)), (*rows, back))


async def _others(turn: Turn) -> dict[int, str]:
    held = turn.who.roles_now(turn.now)
    groups = {one.group_id for one in held if one.group_id is not None}
    office = any(one.role in (Role.admin, Role.office) for one in held)
    found = {}
    for one in await people.at_work(turn.db, groups, turn.now):
        theirs = one.roles_now(turn.now)
        near = any(role.group_id in groups for role in theirs if role.group_id is not None)
        near = near or (office and any(role.role in (Role.admin, Role.office) for role in theirs))
        if near and one.id != turn.who.id and one.telegram_id is not None:
            found[one.id] = one.name
    return dict(list(found.items())[:CHOICES])


async def handed(turn: Turn, args: tuple[str, ...]) -> None:
    """Hand a reminder over: the other one is told at once, or as soon as they may be."""
    found = await _holding(turn, args)
    if found is None:
        return
    one, campaign = found
    to = number(args, 1)
    other = await people.by_id(turn.db, to) if to in await _others(turn) else None
    if other is None or other.telegram_id is None:
        raise Stale
    at = await reminding.not_before(turn.db, campaign, other, turn.now)
    if not await reminders.hand(turn.db, one, other.id, at):
        raise Stale
    await reminders.wake(turn.db, other.id, other.telegram_id, at)
    details = {"matter": one.matter, "to": other.id}
    audit.record(turn.db, "reminder.handed", f"reminder:{one.id}", now=turn.now, person_id=turn.who.id, details=details)
    said = turn.t("{who} takes over “{name}” and is told.", who=other.name, name=await named(turn, one))
    show(turn, said, await _whole(turn, one))


# --- answering with words ---


async def replied(turn: Turn, sent: Message) -> bool:
    """Give what answers the reminder of a meeting to its minutes; False for what was asked for, and for all else."""
    if turn.conversation.journey == "reminder" and "why" in turn.state:
        return False
    ids = answered(sent.reply_buttons, "reminder")
    found = [one for one in [await reminders.get(turn.db, each) for each in sorted(ids)] if one is not None]
    meant = {one.matter for one in found if one.kind == "meeting" and one.person_id == turn.who.id}
    if len(meant) != 1:
        return False
    await turn.enter("meeting", meeting=int(meant.pop().split(":")[1]), sent=sent)
    return True


# --- saying why not ---


async def why(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask why it cannot be done; whatever held the chat before goes on afterwards."""
    found = await _holding(turn, args)
    if found is None:
        return
    one, _ = found
    conversation = turn.conversation
    before = [conversation.journey, conversation.state]
    if conversation.journey == "reminder":
        before = conversation.state.get("back") or ["", {}]
    turn.remember("reminder", why=one.id, back=before)
    said = turn.t("“{name}”: why can it not be done? Please type it in a sentence.", name=await named(turn, one))
    show(turn, said, ((Button(turn.label("↩ Back"), data("reminder", "stay", one.id)),),))


async def stay(turn: Turn, args: tuple[str, ...]) -> None:
    """Say nothing after all, and show the reminder again; the chat goes on where it was."""
    if turn.conversation.journey == "reminder":
        _let_go(turn)
    await opened(turn, args)


async def message(turn: Turn, sent: Message) -> bool:
    """Take the sentence, tell the leaders, and let go of the chat."""
    if not isinstance(sent, Text) or "why" not in turn.state:
        return False
    words = " ".join(sent.text.split())
    if not words or len(words) > REASON:
        raise UserError(REASON_WANTED, most=REASON)
    asked = int(turn.state["why"])
    _let_go(turn)
    if await reminders.get(turn.db, asked) is None:  # it was put off, and done or moved meanwhile
        turn.say(turn.t(NOTHING))
        return True
    found = await _holding(turn, (str(asked),))
    if found is None:
        return True
    one, _ = found
    one.state, one.why = State.explained, words
    turn.say(turn.t("Noted, and passed on to who leads you."))
    for leader in await _above(turn):
        theirs = speech(leader.language)
        name = await named(turn, one, theirs)
        said = theirs.t("{who} cannot do “{name}”:\n{why}", who=turn.who.name, name=name, why=words)
        turn.reply(Say(text=str(said)), to=leader.telegram_id or 0)
    return True


async def _above(turn: Turn) -> list[Person]:
    """Return those who lead the person; the office for a leader."""
    groups = [one.group_id for one in turn.who.roles_now(turn.now) if one.group_id is not None]
    found = [
        leader
        for group_id in groups
        for leader in await people.with_role(turn.db, Role.leader, turn.now, group_id)
        if leader.id != turn.who.id
    ]
    found = found or await people.with_role(turn.db, Role.office, turn.now)
    return [one for one in found if one.telegram_id is not None and one.id != turn.who.id]


def _let_go(turn: Turn) -> None:
    journey, state = turn.state.get("back") or ["", {}]
    turn.remember(journey, **state)


async def give_up(turn: Turn) -> bool:
    """Say nothing after all."""
    _let_go(turn)
    turn.say(turn.t("Left as it was."))
    return True
