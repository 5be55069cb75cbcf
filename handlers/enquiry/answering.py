"""Answering: what it rests on is chosen first, then the words; it goes out once it is agreed to, or is passed up.

A group answers only from the library; what is not in there is for the office, which may answer without. Where the
policy says collectively, whoever wrote the answer cannot send it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape

from handlers import aside, reminding
from handlers.belonging import reads_internal
from handlers.chat import Button, Say, Text
from handlers.enquiry import asking, desk
from handlers.errors import Stale, UserError
from handlers.journey import data, number
from handlers.parts import plain_of
from handlers.text import mark, speech
from storage import people
from storage.campaign import calendars, campaigns
from storage.voices import library
from storage.voices.enquiries import NotAlone, State
from storage.voices.library import LibraryItem
from storage.voices.library import State as Shelved

if TYPE_CHECKING:
    from collections.abc import Sequence

    from handlers.chat import Message
    from handlers.turn import Turn
    from storage.voices.enquiries import Enquiry

LONGEST: Final = 1500
SHOWN: Final = 6
LABEL: Final = 18
TITLE: Final = 60
PHRASE: Final = 60
WORDS_WANTED = mark("Please type the answer; pictures and files belong into the library.")
TOO_LONG = mark("An answer has at most {most} characters; please shorten it by {over}.")
LOOK_WANTED = mark("Please type a few words to look for in the library.")
ALONE = mark("Nobody answers alone: whoever did not write the answer agrees to it, and then it goes out.")


async def _mine(turn: Turn, args: tuple[str, ...]) -> Enquiry:
    """Return an enquiry that waits for the person's answer; raises Stale."""
    one = await desk.seen(turn, args, lock=True)
    if not one.waits or not desk.answers(turn, one):
        raise Stale
    return one


async def cite(turn: Turn, args: tuple[str, ...]) -> None:
    """Offer what the answer may rest on: items like the question, others by their words."""
    one = await _mine(turn, args)
    found = await library.similar(turn.db, desk.question_of(one), internal=True, limit=SHOWN)
    await _offer(turn, one, found, "")


async def looked_for(turn: Turn, sent: Message) -> bool:
    """Look for what was typed in the library."""
    one = await _mine(turn, (str(turn.state["enquiry"]),))
    phrase = " ".join(sent.text.split()) if isinstance(sent, Text) else ""
    if not 0 < len(phrase) <= PHRASE:
        raise UserError(LOOK_WANTED)
    await _offer(turn, one, await library.search(turn.db, phrase, internal=True, limit=SHOWN), phrase)
    return True


async def _offer(turn: Turn, one: Enquiry, found: Sequence[LibraryItem], phrase: str) -> None:
    aside.hold(turn, "enquiry", step="cite", enquiry=one.id)
    lines = [turn.t("“{words}”", words=desk.question_of(one)), turn.t("<b>What does the answer rest on?</b>")]
    if found:
        lines.append(turn.t("Tap an item, or type words to look for others."))
    elif phrase:
        lines.append(turn.t("Nothing in the library has “{words}”. Try fewer or shorter words.", words=phrase))
    else:
        lines.append(turn.t("Type words to look for in the library."))
    rows = [
        (
            Button(
                item.title[:LABEL] + ("…" if len(item.title) > LABEL else ""), data("enquiry", "take", one.id, item.id)
            ),
        )
        for item in found
    ]
    if one.group_id is None:
        rows.append((Button(turn.label("Nothing in the library says it"), data("enquiry", "none", one.id)),))
    else:
        lines.append(turn.t("<i>Where the library says nothing, pass it up: nobody makes up an answer.</i>"))
        rows.append((Button(turn.label("Pass it up to the office"), data("enquiry", "up", one.id)),))
    rows.append((Button(turn.label("◀ Back"), data("enquiry", "show", one.id)),))
    turn.card(Markup("\n").join(lines), tuple(rows))


async def take(turn: Turn, args: tuple[str, ...]) -> None:
    """Rest the answer on an item, and ask for its words."""
    one, item = await _mine(turn, args), await library.get(turn.db, number(args, 1))
    if item is None or item.state is not Shelved.published:
        raise Stale
    _ask(turn, one, item.id, turn.t("According to: “{title}”", title=item.title))


async def none(turn: Turn, args: tuple[str, ...]) -> None:
    """Answer without the library: the office only, for nobody is above it."""
    one = await _mine(turn, args)
    if one.group_id is not None:
        raise Stale
    _ask(turn, one, None, turn.t("Without the library"))


def _ask(turn: Turn, one: Enquiry, item_id: int | None, rests: Markup) -> None:
    aside.hold(turn, "enquiry", step="answer", enquiry=one.id, item=item_id)
    said = Markup("\n").join(
        [turn.t("“{words}”", words=desk.question_of(one)), rests, turn.t("Please type the answer.")]
    )
    turn.card(said, ((Button(turn.label("◀ Back"), data("enquiry", "cite", one.id)),),))


async def written(turn: Turn, sent: Message) -> bool:
    """Take the words: where others have to agree they are told, else it can be sent."""
    one = await _mine(turn, (str(turn.state["enquiry"]),))
    if not isinstance(sent, Text) or not sent.text.strip():
        raise UserError(WORDS_WANTED)
    words = sent.text.strip()
    if len(words) > LONGEST:
        raise UserError(TOO_LONG, most=LONGEST, over=len(words) - LONGEST)
    one.propose(words, turn.state["item"], turn.who.id, turn.now)
    turn.record("enquiry.proposed", f"enquiry:{one.id}", item=one.item_id or 0)
    if (await desk.rules(turn, one)).collective:
        await _ask_others(turn, one)
    await desk.panel(turn, one)
    return True


async def _ask_others(turn: Turn, one: Enquiry) -> None:
    """Tell the others that an answer waits for their word; say so where there is nobody else."""
    others = [person for person in await desk.answerers(turn, one) if person.id != turn.who.id]
    for person in others:
        theirs = speech(person.language)
        said = theirs.t(
            "{who} has proposed an answer to enquiry {number}. It goes out when somebody else agrees.",
            who=turn.who.name,
            number=one.id,
        )
        button = Button(theirs.label("Look at it"), data("enquiry", "show", one.id))
        turn.reply(Say(text=str(said), buttons=((button,),)), to=person.telegram_id or 0)
    if others:
        said = turn.n(
            "Proposed. {count} other person has been asked to agree.",
            "Proposed. {count} other people have been asked to agree.",
            len(others),
        )
    elif one.group_id is not None:
        said = turn.t("Proposed, but nobody else of the group is here to agree. Please pass it up to the office.")
    else:
        said = turn.t("Proposed, but nobody else is here to agree. Please invite one more person.")
    turn.say(said)


async def agree(turn: Turn, args: tuple[str, ...]) -> None:
    """Agree to the answer that was shown, and let it go back to whoever asked."""
    one = await _mine(turn, args)
    if one.state is not State.proposed or number(args, 1) != desk.stamp(one):
        raise Stale
    try:
        one.agree(turn.who.id, turn.now, collectively=(await desk.rules(turn, one)).collective)
    except NotAlone as error:
        raise UserError(ALONE) from error
    turn.record("enquiry.answered", f"enquiry:{one.id}", item=one.item_id or 0, agreed=one.agreed_by or 0)
    await _send(turn, one)
    await _tell_writer(turn, one)
    turn.toast(turn.label("Sent to whoever asked."))
    await desk.panel(turn, one)


async def _tell_writer(turn: Turn, one: Enquiry) -> None:
    """Tell whoever wrote the answer that somebody else agreed and it went out."""
    writer = await people.by_id(turn.db, one.answered_by) if one.answered_by is not None else None
    if writer is None or writer.id == turn.who.id or writer.telegram_id is None:
        return
    theirs = speech(writer.language)
    said = theirs.t("{who} agreed to your answer to enquiry {number}; it went out.", who=turn.who.name, number=one.id)
    button = Button(theirs.label("Look at it"), data("enquiry", "show", one.id))
    turn.reply(Say(text=str(said), buttons=((button,),)), to=writer.telegram_id)


async def _send(turn: Turn, one: Enquiry) -> None:
    asker = await people.by_id(turn.db, one.asker_id)
    if asker is None or asker.telegram_id is None:
        return
    theirs = speech(asker.language)
    lines = [
        theirs.t("<b>The answer to your enquiry</b>"),
        theirs.t("“{words}”", words=desk.question_of(one)),
        escape(desk.answer_of(one)),
    ]
    reads = reads_internal(asker, turn.now)
    lines += await desk.rests_on(turn, one, theirs, internal=reads)
    rows: list[tuple[Button, ...]] = []
    item = await library.get(turn.db, one.item_id) if one.item_id is not None else None
    if item is not None and (reads or not item.internal):
        rows.append((Button(theirs.label("What it rests on"), data("library", "open", item.id)),))
    turn.reply(Say(text=str(Markup("\n\n").join(lines)), buttons=tuple(rows)), to=asker.telegram_id)


async def up(turn: Turn, args: tuple[str, ...]) -> None:
    """Pass it up to the office, or have it taken over there; its deadline begins anew."""
    one = await desk.seen(turn, args, lock=True)
    if one.group_id is None or not one.waits or not (desk.answers(turn, one) or await desk.may_take_over(turn, one)):
        raise Stale
    campaign = await desk.campaign_of(turn, one)
    calendar = await calendars.calendar_of(turn.db, campaign)
    days = desk.policy_of(campaign.pack or "").office_days
    one.pass_up(calendar.shifted(campaigns.day_in(campaign.zone, turn.now), days), turn.now)
    turn.record("enquiry.passed_up", f"enquiry:{one.id}")
    await asking.tell(turn, one)
    await reminding.replan(turn.db, campaign, turn.now)
    aside.let_go(turn, "enquiry")
    said = turn.t("Passed up: the office answers enquiry {number} by {day}.", number=one.id,
                  day=turn.speech.day(one.due_on))  # fmt: skip
    turn.card(said, ((Button(turn.label("◀ Enquiries"), data("enquiry", "list")),),), final=True)


async def publish(turn: Turn, args: tuple[str, ...]) -> None:
    """Put question and answer into the library for everybody, without whoever asked."""
    one = await desk.seen(turn, args, lock=True)
    if one.state is not State.answered or one.published_id is not None:
        raise Stale
    rests = await desk.rests_on(turn, one, turn.speech, internal=False)  # everybody will read it
    words = [escape(desk.question_of(one)), escape(desk.answer_of(one)), *rests]
    body = {"parts": [{"message": 0, "html": str(Markup("\n\n").join(words))}]}
    item = LibraryItem(author_id=turn.who.id, created_at=turn.now, internal=False, enquiry_id=one.id)
    item.title, item.topic = desk.brief(desk.question_of(one), TITLE - 1), turn.label("Enquiries answered")
    item.write(body, plain_of(body))
    item.publish(turn.now)
    one.published_id = (await library.add(turn.db, item)).id
    turn.record("enquiry.published", f"enquiry:{one.id}", item=item.id)
    turn.toast(turn.label("It is in the library now."))
    await desk.panel(turn, one)
