"""Shows what was said, word for word, to the interviewer and the leader of the group; every look is written down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers.chat import Button, Say
from handlers.errors import Stale, UserError
from handlers.interview.talk import OPENING, ends, hold, interview_of, length, questions_of, trouble, zone_of
from handlers.journey import data, number
from handlers.progress import called
from handlers.text import mark
from storage import people
from storage.visit import interviews, recordings
from storage.visit.interviews import State

if TYPE_CHECKING:
    from handlers.chat import Rows
    from handlers.interview.talk import Question
    from handlers.turn import Turn
    from storage.visit.interviews import Interview, Said

PAGE: Final = 3000
"""Characters of what was said on one page."""

PIECE: Final = 1500
"""A longer message is shown in pieces, none left out."""

RECORDINGS: Final = 8


async def read(turn: Turn, args: tuple[str, ...]) -> None:
    """Show a page of what was said."""
    page = number(args, 1) if len(args) > 1 else 0
    await show(turn, await interview_of(turn, number(args, 0)), page)


async def show(turn: Turn, interview: Interview, page: int = 0) -> None:
    """Show what was said, and note that somebody looked."""
    await turn.db.flush()
    try:
        said = interviews.opened(turn.db, interview, await interviews.entries(turn.db, interview.id))
    except OPENING as error:
        raise trouble(error) from error
    pages = _pages(turn, await questions_of(turn, interview), said)
    page = max(0, min(page, len(pages) - 1))
    interviews.look(turn.db, interview, turn.who, "said", turn.now)
    zone = await zone_of(turn, interview.visit)
    names = await people.names(turn.db, {interview.by_id})
    state = turn.label("not ended") if interview.state is State.open else turn.label("ended")
    head = turn.t(
        "🗣 <b>{unit}</b>\n{when} · {who} · {state}",
        unit=interview.visit.unit.name,
        when=turn.speech.moment(interview.started_at, zone),
        who=names.get(interview.by_id) or called(None),
        state=state,
    )
    hold(turn, "reading", interview=interview.id)
    turn.card(head + Markup("\n") + pages[page], await _buttons(turn, interview, said, page, len(pages)))


def _pages(turn: Turn, questions: list[Question], said: list[Said]) -> list[Markup]:
    """Return what was said under its questions, in pages that fit a message."""
    pages: list[list[Markup]] = [[]]
    room = PAGE
    for text in _blocks(turn, questions, said):
        if len(text.striptags()) > room and pages[-1]:
            pages.append([])
            room = PAGE
        pages[-1].append(text)
        room -= len(text)
    return [Markup("\n").join(one) or turn.t("Nothing was written down.") for one in pages]


def _blocks(turn: Turn, questions: list[Question], said: list[Said]) -> list[Markup]:
    blocks: list[Markup] = []
    voices = 0
    for at, question in enumerate(questions, 1):
        here = [one for one in said if one.entry.path == question.path]
        if not here:
            continue
        blocks.append(turn.t("\n<b>{at}. {question}</b>", at=at, question=question.label))
        for one in here:
            if one.entry.kind == "voice":
                voices += 1
                blocks.append(Markup.escape(f"🎤{voices} {length(one.entry.duration)}"))
            else:
                blocks += [Markup.escape(one.words[cut : cut + PIECE]) for cut in range(0, len(one.words), PIECE)]
    return blocks


async def _buttons(turn: Turn, interview: Interview, said: list[Said], page: int, pages: int) -> Rows:
    one, rows = interview.id, []
    if pages > 1:
        steps = [
            Button(sign, data("interview", "read", one, to))
            for sign, to in (("◀", page - 1), (f"{page + 1}/{pages}", page), ("▶", page + 1))
            if 0 <= to < pages
        ]
        rows.append(tuple(steps))
    voices = [each.entry for each in said if each.entry.kind == "voice"]
    play = [Button(f"🎤{at}", data("interview", "play", one, each.id)) for at, each in enumerate(voices, 1)]
    rows += [tuple(play[at : at + 4]) for at in range(0, min(len(play), RECORDINGS), 4)]
    own = interview.by_id == turn.who.id
    if own:
        goes_on = turn.label("Go on") if interview.state is State.open else turn.label("Add to it")
        row = [Button(goes_on, data("interview", "resume", one))]
        if interview.state is State.open:
            row.append(Button(turn.label("✓ End"), data("interview", "finish", one)))
        elif any(each.words for each in said):
            row.append(Button(turn.label("❝ Quote"), data("interview", "quote", one)))
        rows.append(tuple(row))
    elif interview.state is State.open and await ends(turn, interview):
        rows.append((Button(turn.label("✓ End"), data("interview", "finish", one)),))
    rows.append(
        (
            Button(turn.label("👤 Who"), data("interview", "who", one)),
            Button(turn.label("👁 Who has looked"), data("interview", "looks", one)),
        )
    )
    rows.append(
        (
            Button(turn.label("◀ Interviews"), data("interview", "visit", interview.visit_id)),
            Button(turn.label("Erase…"), data("interview", "erase", one)),
        )
    )
    return tuple(rows)


async def play(turn: Turn, args: tuple[str, ...]) -> None:
    """Send a recording to be listened to, and note that somebody did."""
    interview = await interview_of(turn, number(args, 0))
    found = await interviews.entries(turn.db, interview.id)
    entry = next((one for one in found if one.id == number(args, 1) and one.kind == "voice"), None)
    if entry is None:
        raise Stale
    if entry.state is interviews.Fetched.failed:
        raise UserError(mark("This recording could not be fetched from Telegram."))
    try:
        file_id = recordings.recording(interviews.box_of(turn.db, interview), entry)
    except OPENING as error:
        raise trouble(error) from error
    interviews.look(turn.db, interview, turn.who, "heard", turn.now)
    text = turn.t("🎤 {unit} · {length}", unit=interview.visit.unit.name, length=length(entry.duration))
    turn.reply(Say(text=str(text), media=(("voice", file_id),)))


async def looks(turn: Turn, args: tuple[str, ...]) -> None:
    """Show who has looked, and at what."""
    interview = await interview_of(turn, number(args, 0))
    await turn.db.flush()
    found = await interviews.looks(turn.db, interview.id)
    names = await people.names(turn.db, {one for one, *_ in found})
    zone = await zone_of(turn, interview.visit)
    said = {
        "said": turn.label("read what was said"),
        "who": turn.label("saw who it was"),
        "heard": turn.label("listened"),
    }
    lines = [turn.t("👁 <b>Who has looked</b>")]
    for person_id, what, times, at in found:
        who, when = names.get(person_id) or called(None), turn.speech.moment(at, zone)
        lines.append(turn.t("{when} · {who} · {what}", when=when, who=who, what=said.get(what, what)))
        if times > 1:
            lines[-1] += turn.t(" · {count} times", count=times)
    back = Button(turn.label("◀ Back"), data("interview", "read", interview.id))
    turn.card(Markup("\n").join(lines), ((back,),))
