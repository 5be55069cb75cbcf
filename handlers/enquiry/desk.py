"""What waits for an answer and what one asked oneself; how an enquiry looks to whoever may see it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape

from handlers import aside, menu
from handlers.access import CARETAKERS, may
from handlers.belonging import reads_internal, roles_of
from handlers.campaign import folder
from handlers.chat import Button
from handlers.errors import Stale
from handlers.journey import data, number
from handlers.text import mark
from storage import people
from storage.campaign import campaigns
from storage.people import FIELD, Role
from storage.vault.sealed import readable
from storage.voices import enquiries, library
from storage.voices.enquiries import State
from supervision.enquiries import Policy, policy

if TYPE_CHECKING:
    from handlers.chat import Rows
    from handlers.text import Speech
    from handlers.turn import Turn
    from storage.campaign.campaigns import Campaign
    from storage.people import Person
    from storage.voices.enquiries import Enquiry

SHOWN: Final = 6
LABEL: Final = 16
STATES: Final = {
    State.open: mark("to be answered"),
    State.proposed: mark("to be agreed"),
    State.answered: mark("answered"),
    State.withdrawn: mark("taken back"),
}


@cache
def policy_of(pack: str) -> Policy:
    """Return what a pack says about enquiries."""
    return policy(folder(pack).joinpath("campaign.toml").read_text(encoding="utf-8")) if pack else Policy()


async def rules(turn: Turn, one: Enquiry) -> Policy:
    """Return the policy that an enquiry is under."""
    return policy_of((await campaign_of(turn, one)).pack or "")


async def campaign_of(turn: Turn, one: Enquiry) -> Campaign:
    """Return the campaign of an enquiry."""
    found = await campaigns.get(turn.db, one.campaign_id)
    if found is None:
        raise Stale
    return found


def groups_of(turn: Turn) -> set[int]:
    """Return the groups for which the person may answer."""
    held = turn.who.roles_now(turn.now)
    return {one.group_id for one in held if one.role in FIELD and one.group_id is not None}


def in_office(turn: Turn) -> bool:
    """Tell whether the person answers for the office."""
    return bool(roles_of(turn.person, turn.now) & CARETAKERS)


def answers(turn: Turn, one: Enquiry) -> bool:
    """Tell whether the person is one of those who answer this: nobody answers what they asked themselves."""
    if one.asker_id == turn.who.id:
        return False
    return in_office(turn) if one.group_id is None else one.group_id in groups_of(turn)


async def may_take_over(turn: Turn, one: Enquiry) -> bool:
    """Tell whether the person may have the office answer: of the office, and the group's day has passed."""
    if one.group_id is None or not one.waits or one.asker_id == turn.who.id or not in_office(turn):
        return False
    campaign = await campaign_of(turn, one)
    return one.due_on < campaigns.day_in(campaign.zone, turn.now)


async def answerers(turn: Turn, one: Enquiry) -> list[Person]:
    """Return everybody who may answer an enquiry and can be written to."""
    roles = FIELD if one.group_id is not None else {Role.admin, Role.office}
    found: dict[int, Person] = {}
    for role in sorted(roles):
        for person in await people.with_role(turn.db, role, turn.now, one.group_id):
            found[person.id] = person
    return [found[at] for at in sorted(found) if at != one.asker_id and found[at].telegram_id is not None]


def question_of(one: Enquiry) -> str:
    """Return what was asked; raises CannotOpen where it is sealed and there is no key."""
    return str(readable(one.question)["words"])


def answer_of(one: Enquiry) -> str:
    """Return the answer, '' when there is none yet."""
    return str(readable(one.answer).get("words", ""))


def brief(words: str, most: int = LABEL) -> str:
    """Return the beginning of some words, for a button."""
    flat = " ".join(words.split())
    return flat if len(flat) <= most else flat[:most] + "…"


async def listed(turn: Turn) -> bool:
    """Show what waits for an answer from here, and what one has asked; True when nothing waits.

    Then what is typed next is a question; where something waits it could be an answer, and is taken for neither.
    """
    aside.let_go(turn, "enquiry")
    waiting = [
        one
        for one in await enquiries.waiting(turn.db, groups=groups_of(turn), office=in_office(turn))
        if answers(turn, one)
    ]
    mine = await enquiries.asked_by(turn.db, turn.who.id, SHOWN)
    lines = [turn.t("<b>Enquiries</b>")]
    ask = (Button(turn.label("Ask something"), data("enquiry", "new")),)
    rows: list[tuple[Button, ...]] = [ask] if waiting else []
    if waiting:
        lines.append(turn.n("{count} waits for an answer from you.", "{count} wait for an answer from you.",
                            len(waiting)))  # fmt: skip
        rows += [(_button(turn, one, turn.speech.day(one.due_on)),) for one in waiting[:SHOWN]]
    if mine:
        lines.append(turn.t("Yours are below, the latest first."))
        rows += [(_button(turn, one, turn.label(STATES[one.state])),) for one in mine]
    if not waiting and not mine:
        lines.append(turn.t("Not sure what is right? Ask in your own words; the answer comes back here."))
    elif not waiting:
        lines.append(turn.t("Type your question here."))
    if may(turn.person, "enquiry.publish", turn.now):
        old = await enquiries.answered(turn.db, groups=groups_of(turn), office=True, limit=3)
        rows += [(_button(turn, one, turn.label(STATES[one.state])),) for one in old if one.asker_id != turn.who.id]
    rows.append(menu.way_back(turn.speech))
    turn.card(Markup("\n").join(lines), tuple(rows))
    return not waiting


def _button(turn: Turn, one: Enquiry, state: str) -> Button:
    del turn
    return Button(f"{state} · {brief(question_of(one))}", data("enquiry", "show", one.id))


async def show(turn: Turn, args: tuple[str, ...]) -> None:
    """Show an enquiry to its asker, to whoever answers it, and to the office once it is answered or late."""
    await panel(turn, await seen(turn, args))


async def seen(turn: Turn, args: tuple[str, ...], *, lock: bool = False) -> Enquiry:
    """Return the enquiry that a button names and the person may see; raises Stale."""
    one = await enquiries.get(turn.db, number(args, 0), lock=lock)
    if one is None:
        raise Stale
    through = in_office(turn) and one.state is State.answered
    if one.asker_id != turn.who.id and not answers(turn, one) and not through and not await may_take_over(turn, one):
        raise Stale
    return one


async def panel(turn: Turn, one: Enquiry) -> None:
    """Show an enquiry with what can be done about it."""
    aside.let_go(turn, "enquiry")
    turn.card(await text_of(turn, one), await _buttons(turn, one))


async def text_of(turn: Turn, one: Enquiry) -> Markup:
    """Say what was asked, by whom, by when it is due, and what the answer is or may become."""
    mine = one.asker_id == turn.who.id
    lines = [turn.t("<b>Enquiry {number}</b> · {state}", number=one.id, state=turn.label(STATES[one.state]))]
    if not mine:
        lines.append(turn.t("From: {who}", who=await from_whom(turn, one)))
    lines.append(turn.t("“{words}”", words=question_of(one)))
    if one.waits:
        who = await answering_party(turn, one)
        lines.append(turn.t("To be answered by {who} by {day}", who=who, day=turn.speech.day(one.due_on)))
    if answer_of(one) and (one.state is State.answered or not mine):
        head = mark("<b>Answer</b>") if one.state is State.answered else mark("<b>Proposed answer</b>")
        lines += [turn.t(head), escape(answer_of(one))]
        lines += await rests_on(turn, one, turn.speech, internal=reads_internal(turn.person, turn.now))
        if not mine:
            lines.append(await _by(turn, one))
    return Markup("\n").join(lines)


async def answering_party(turn: Turn, one: Enquiry) -> str:
    """Return who has to answer: a group by its name, or the office."""
    group = await campaigns.group(turn.db, one.group_id) if one.group_id is not None else None
    return group.name if group is not None else turn.label("the office")


async def from_whom(turn: Turn, one: Enquiry) -> str:
    """Return who asked, with the unit."""
    name = (await people.names(turn.db, {one.asker_id})).get(one.asker_id, "") or turn.label("somebody who has left")
    unit = await campaigns.unit(turn.db, one.unit_id) if one.unit_id is not None else None
    return turn.label("{who} ({unit})", who=name, unit=unit.name) if unit is not None else name


async def rests_on(turn: Turn, one: Enquiry, theirs: Speech, *, internal: bool) -> list[Markup]:
    """Say what the answer rests on, nothing where it rests on no item.

    ``internal``: whether the reader reads what is for those who supervise; who does not is not told what it is called.
    """
    item = await library.get(turn.db, one.item_id) if one.item_id is not None else None
    if item is None:
        return []
    if item.internal and not internal:
        return [theirs.t("According to: an internal document")]
    return [theirs.t("According to: “{title}”", title=item.title)]


async def _by(turn: Turn, one: Enquiry) -> Markup:
    ids = {at for at in (one.answered_by, one.agreed_by) if at is not None}
    names = await people.names(turn.db, ids)
    by = names.get(one.answered_by or 0, "")
    if one.agreed_by is not None:
        return turn.t("<i>Written by {who}, agreed to by {other}</i>", who=by, other=names.get(one.agreed_by, ""))
    return turn.t("<i>Written by {who}</i>", who=by)


async def _buttons(turn: Turn, one: Enquiry) -> Rows:
    def to(verb: str, *more: object) -> str:
        return data("enquiry", verb, one.id, *more)

    rows: list[tuple[Button, ...]] = []
    if one.waits and answers(turn, one):
        rules_here = await rules(turn, one)
        if one.state is State.proposed and (not rules_here.collective or one.answered_by != turn.who.id):
            rows.append((Button(turn.label("Agree, and send it"), to("agree", stamp(one))),))
        again = mark("Write another answer") if one.state is State.proposed else mark("Answer from the library")
        rows.append((Button(turn.label(again), to("cite")),))
        if one.group_id is not None:
            rows.append((Button(turn.label("Pass it up to the office"), to("up")),))
    elif await may_take_over(turn, one):
        rows.append((Button(turn.label("Have the office answer"), to("up")),))
    if one.waits and one.asker_id == turn.who.id:
        rows.append((Button(turn.label("Take the question back"), to("withdraw")),))
    item = await library.get(turn.db, one.item_id) if one.item_id is not None else None
    reads = item is not None and (not item.internal or reads_internal(turn.person, turn.now))
    if item is not None and one.state is State.answered and reads:
        rows.append((Button(turn.label("What it rests on"), data("library", "open", item.id)),))
    if one.state is State.answered and may(turn.person, "enquiry.publish", turn.now):
        if one.published_id is None:
            rows.append((Button(turn.label("Put into the library"), to("publish")),))
        else:
            rows.append((Button(turn.label("In the library"), data("library", "open", one.published_id)),))
    rows.append((Button(turn.label("◀ Enquiries"), data("enquiry", "list")),))
    return tuple(rows)


def stamp(one: Enquiry) -> int:
    """Return what tells one proposal from another: whoever agrees agrees to what they saw."""
    return int(one.proposed_at.timestamp()) if one.proposed_at is not None else 0
