"""Releases sentences of an interview one by one: word for word, without a name, seen beforehand, to be taken back.

Choosing is by tapping sentences, or by sending the passage itself. What is released stands in storage/visit/quotes.py
with no way back to here; which quotes came of this interview is known in its own box alone.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers.chat import Button, Say, Text
from handlers.errors import Stale, UserError
from handlers.interview import visiting
from handlers.interview.talk import OPENING, hold, interview_of, leads, trouble, visit_of
from handlers.journey import data, number
from handlers.progress import clipped
from handlers.rows import CHOSEN
from handlers.text import mark, speech
from storage import people
from storage.people import Role
from storage.visit import interviews, quotes

if TYPE_CHECKING:
    from handlers.chat import Message, Rows
    from handlers.turn import Turn
    from storage.visit.interviews import Interview

SHOWN: Final = 12
"""Sentences on a page."""

LENGTH: Final = 200
MOST: Final = 2000
"""Characters of one quote; a longer one would not fit a message with what stands around it."""

_SENTENCE: Final = re.compile(r"[^。！？!?…\n]*(?:[。！？!?…]+[”」』）)\"]*|\n|$)")
NOT_SAID = mark("This passage does not stand in the interview word for word. Copy it from there, or tap sentences.")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an entry: where it begins and ends in what was said."""

    entry_id: int
    start: int
    end: int
    words: str


async def _sentences(turn: Turn, interview: Interview) -> tuple[list[Sentence], dict[int, str]]:
    """Return every sentence that was typed, and the words of each entry."""
    try:
        said = interviews.opened(turn.db, interview, await interviews.entries(turn.db, interview.id))
    except OPENING as error:
        raise trouble(error) from error
    whole = {one.entry.id: one.words for one in said if one.words}
    return [
        Sentence(entry, found.start(), found.end(), found.group())
        for entry, words in whole.items()
        for found in _SENTENCE.finditer(words)
        if found.group().strip()
    ], whole


async def quoted(turn: Turn, interview: Interview) -> list[int]:
    """Return the numbers of the quotes that came of an interview and stand; raises what can go wrong with a seal."""
    box = interviews.box_of(turn.db, interview)
    made = [
        int(json.loads(interviews.words_of(box, one))["quote"])
        for one in await interviews.quote_entries(turn.db, interview.id)
    ]
    return [one.id for one in await quotes.standing(turn.db, made)]


async def _own(turn: Turn, args: tuple[str, ...]) -> Interview:
    return await interview_of(turn, number(args, 0), own=True)


async def sentences(turn: Turn, args: tuple[str, ...]) -> None:
    """Show the sentences to choose from."""
    await _choose(turn, await _own(turn, args), [], number(args, 1) if len(args) > 1 else 0, looks=True)


async def pick(turn: Turn, args: tuple[str, ...]) -> None:
    """Choose a sentence, or leave it out again."""
    interview = await _own(turn, args)
    at = number(args, 1)
    picked = _picked(turn, interview)
    picked = [one for one in picked if one != at] if at in picked else sorted([*picked, at])
    await _choose(turn, interview, picked, at // SHOWN)


def _picked(turn: Turn, interview: Interview) -> list[int]:
    mine = turn.state.get("doing") == "quoting" and turn.state.get("interview") == interview.id
    return [int(one) for one in turn.state.get("picked", ())] if mine else []


async def _choose(turn: Turn, interview: Interview, picked: list[int], page: int, *, looks: bool | None = None) -> None:
    """Show sentences; ``looks``: they are not on screen already, which the state tells unless it is said."""
    found, _ = await _sentences(turn, interview)
    here = turn.state.get("doing") == "quoting" and turn.state.get("interview") == interview.id
    if looks or not here:
        interviews.look(turn.db, interview, turn.who, "said", turn.now)
    last = max(0, -(-len(found) // SHOWN) - 1)
    page = max(0, min(page, last))
    shown = list(enumerate(found))[page * SHOWN : (page + 1) * SHOWN]
    hold(turn, "quoting", interview=interview.id, picked=picked)
    lines = [turn.t("❝ <b>Quote</b>\nTap the sentences to hand on, or send the very passage. No name goes with it.\n")]
    lines += [
        Markup.escape(f"{CHOSEN if at in picked else ''}{at + 1}. {clipped(one.words, LENGTH)}") for at, one in shown
    ]
    turn.card(Markup("\n").join(lines), await _buttons(turn, interview, picked, [at for at, _ in shown], (page, last)))


async def _buttons(turn: Turn, interview: Interview, picked: list[int], shown: list[int], at: tuple[int, int]) -> Rows:
    page, last = at
    one = interview.id
    each = [Button(f"{CHOSEN if n in picked else ''}{n + 1}", data("interview", "pick", one, n)) for n in shown]
    rows: list[tuple[Button, ...]] = [tuple(each[n : n + 4]) for n in range(0, len(each), 4)]
    if last:
        rows.append(
            tuple(
                Button(sign, data("interview", "quote", one, to))
                for sign, to in (("◀", page - 1), ("▶", page + 1))
                if 0 <= to <= last
            )
        )
    if picked:
        rows.append((Button(turn.label("Show what will be seen"), data("interview", "preview", one)),))
    try:
        out = await quoted(turn, interview)
    except OPENING as error:
        raise trouble(error) from error
    for n, quote_id in enumerate(out, 1):
        rows.append((Button(turn.label("↶ Take back quote {n}", n=n), data("interview", "return", one, quote_id)),))
    return (*rows, (Button(turn.label("◀ Back"), data("interview", "read", one)),))


async def take(turn: Turn, sent: Message) -> None:
    """Take a passage that was sent: it must stand in the interview word for word."""
    interview = await interview_of(turn, int(turn.state["interview"]), own=True)
    _, whole = await _sentences(turn, interview)
    words = sent.text if isinstance(sent, Text) else ""
    found = next(((one, said.find(words)) for one, said in whole.items() if words.strip() and words in said), None)
    if found is None:
        raise UserError(NOT_SAID)
    entry, start = found
    await _preview(turn, interview, [(entry, start, start + len(words))])


async def preview(turn: Turn, args: tuple[str, ...]) -> None:
    """Show exactly what will be seen."""
    interview = await _own(turn, args)
    found, _ = await _sentences(turn, interview)
    picked = [one for one in _picked(turn, interview) if one < len(found)]
    if not picked:
        raise Stale
    await _preview(turn, interview, _passages([found[one] for one in picked]))


def _passages(picked: list[Sentence]) -> list[tuple[int, int, int]]:
    """Join sentences that follow one another: what lies between them was said there, and nothing is put in."""
    passages: list[tuple[int, int, int]] = []
    for one in picked:
        if passages and passages[-1][0] == one.entry_id and passages[-1][2] == one.start:
            passages[-1] = (one.entry_id, passages[-1][1], one.end)
        else:
            passages.append((one.entry_id, one.start, one.end))
    return passages


async def _preview(turn: Turn, interview: Interview, passages: list[tuple[int, int, int]]) -> None:
    _, whole = await _sentences(turn, interview)
    words = _cut(whole, passages)
    hold(turn, "quoting", interview=interview.id, passages=passages)
    seen = Markup("\n\n").join(_seen(turn, interview, one) for one in words)
    turn.card(
        turn.t("The group's leader will see this and nothing else:\n\n{seen}", seen=seen),
        (
            (Button(turn.label("✓ Hand on"), data("interview", "release", interview.id)),),
            (Button(turn.label("◀ Choose again"), data("interview", "quote", interview.id)),),
        ),
    )


def _cut(whole: dict[int, str], passages: list[tuple[int, int, int]]) -> list[str]:
    words = [whole[entry][start:end] for entry, start, end in passages if entry in whole]
    words = [one.strip("\n") for one in words]
    if len(words) != len(passages) or not all(words):
        raise Stale
    if sum(map(len, words)) > MOST:
        raise UserError(mark("That is too long for a quote: at most {most} characters at a time."), most=MOST)
    return words


def _seen(turn: Turn, interview: Interview, words: str) -> Markup:
    return turn.t("“{words}”\n— {unit}", words=words, unit=interview.visit.unit.name)


async def release(turn: Turn, args: tuple[str, ...]) -> None:
    """Hand the passages on to the group's leader."""
    interview = await _own(turn, args)
    passages = [(int(a), int(b), int(c)) for a, b, c in turn.state.get("passages", ())]
    if turn.state.get("interview") != interview.id or not passages:
        raise Stale
    _, whole = await _sentences(turn, interview)
    visit = interview.visit
    day = await turn.kit.shelf.day(turn.db, visit.unit.campaign_id, turn.now)
    words = _cut(whole, passages)
    for (entry, start, end), one in zip(passages, words, strict=True):
        made = await quotes.release(turn.db, visit.group_id, visit.unit_id, one, day)
        link = json.dumps({"quote": made.id, "entry": entry, "from": start, "to": end})
        await interviews.add(turn.db, interview, "quote", link, turn.now, path="")
    visiting.note_down(turn, "interview.quoted", interview)
    await _tell_leaders(turn, interview, words)
    hold(turn, "quoting", interview=interview.id, picked=[])
    back = Button(turn.label("◀ Back"), data("interview", "quote", interview.id))
    done = turn.n(
        "✓ {count} quote handed on, without a name.", "✓ {count} quotes handed on, without a name.", len(words)
    )
    turn.card(done + Markup("\n") + turn.t("Until a finding has used it, it can be taken back."), ((back,),))


async def _tell_leaders(turn: Turn, interview: Interview, words: list[str]) -> None:
    """Let the leaders of the group have it at once, in their own language."""
    for person in await people.with_role(turn.db, Role.leader, turn.now, interview.visit.group_id):
        if person.telegram_id is None or person.id == turn.who.id:
            continue
        spoken = speech(person.language)
        for one in words:
            text = spoken.t(
                "❝ From an interview at {unit}, word for word:\n“{words}”", unit=interview.visit.unit.name, words=one
            )
            turn.reply(Say(text=str(text)), to=person.telegram_id)


async def take_back(turn: Turn, args: tuple[str, ...]) -> None:
    """Take a quote back, unless a finding has used it."""
    interview = await _own(turn, args)
    try:
        mine = await quoted(turn, interview)
    except OPENING as error:
        raise trouble(error) from error
    if number(args, 1) not in mine:
        raise Stale
    if not await quotes.take_back(turn.db, number(args, 1)):
        raise UserError(mark("A finding has used this quote, so it stays."))
    visiting.note_down(turn, "interview.quote_returned", interview)
    await _choose(turn, interview, [], 0)


async def released(turn: Turn, args: tuple[str, ...]) -> None:
    """Show the leader the quotes of a visit's unit."""
    visit = await visit_of(turn, number(args, 0))
    if not leads(turn, visit):
        raise Stale
    lines = [turn.t("❝ <b>Quotes</b> · {unit}", unit=visit.unit.name)]
    try:
        every = await quotes.of_group(turn.db, visit.group_id, visit.unit_id)
        lines += [turn.t("“{words}”", words=clipped(quotes.words_of(turn.db, one), 500)) for one in every]
    except OPENING as error:
        raise trouble(error) from error
    turn.card(clipped_lines(lines), ((Button(turn.label("◀ Back"), data("interview", "visit", visit.id)),),))


def clipped_lines(lines: list[Markup], most: int = 3500) -> Markup:
    """Join lines as far as they fit one message."""
    fitting: list[Markup] = []
    for line in lines:
        if sum(map(len, fitting)) + len(line) > most:
            fitting.append(Markup("…"))
            break
        fitting.append(line)
    return Markup("\n\n").join(fitting)
