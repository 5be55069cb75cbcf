"""Answering a survey: one card, one tap a question, under a minute; and nothing of it stays with the person.

What is half done lies in the chat's own state and is gone when it is handed in or left. Nothing is recorded, in the
chain of custody or in the log, of who answered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from handlers import aside
from handlers.chat import Button, Text
from handlers.errors import Stale, UserError
from handlers.journey import data, number
from handlers.rows import in_rows
from handlers.text import mark
from storage.voices import notices, surveys
from supervision.ballot import NUMBER, TEXT, WORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from handlers.chat import Message, Rows
    from handlers.turn import Turn
    from storage.voices.surveys import Survey
    from supervision.ballot import Item

OVER = mark("This survey is closed. Thank you for wanting to answer.")
NOT_FOR_YOU = mark("This survey is for those it was sent to. If you should be among them, please ask whoever sent it.")
UNKNOWN = mark("This link leads to no survey. Please scan the code again, or ask whoever gave it to you.")
ONCE = mark("You have answered this survey already; everybody answers once. Thank you.")
NO_NUMBER = mark("Please type a number, such as 3 or 2.5.")
TOO_LONG = mark("An answer has at most {most} characters. Please shorten it by {over}.")
WORDS_WANTED = mark("Please type your answer, or tap “Skip”; pictures and files could tell who you are.")
TAP_ONE = mark("Please tap one of the answers, or type it.")
TAP_IN = mark("All is answered: please tap “Hand in”, or ◀ to change an answer.")
HOW_ANONYMOUS = mark(
    "<b>How is it anonymous?</b>\n"
    "· Your answers are stored without name, number, order or time; only the hour is kept.\n"
    "· That you have answered is kept apart, as a code whose key is destroyed when the survey closes.\n"
    "· Results never show fewer than {least} people.\n"
    "· What you type in words is shown as you wrote it: leave out what only you can know.\n"
    "· Telegram carries what you tap and type, as it carries every message. What you tapped is not left in this chat; "
    "what you typed is in your chat only, where you can delete it."
)


async def enter(turn: Turn, link: str) -> None:
    """Open the survey of a link, for whoever opened it."""
    survey = await surveys.by_link(turn.db, link.removeprefix(surveys.PREFIX))
    if survey is None:
        raise UserError(UNKNOWN)
    await _open(turn, survey)


async def open_(turn: Turn, args: tuple[str, ...]) -> None:
    """Open the survey that somebody was sent."""
    survey = await surveys.get(turn.db, number(args, 0))
    if survey is None:
        raise Stale
    await _open(turn, survey)


async def _open(turn: Turn, survey: Survey) -> None:
    await _check(turn, survey)
    if turn.conversation.journey != "survey" or turn.state.get("answering") != survey.id:
        aside.hold(turn, "survey", step="answer", answering=survey.id, at=0, answers={})
    _show(turn, survey)


async def _check(turn: Turn, survey: Survey) -> None:
    """Raise UserError for a survey that is over, not for this person, or answered already."""
    if not survey.takes(turn.now):
        raise UserError(OVER)
    if not survey.public and not (turn.person and await surveys.was_asked(turn.db, survey, turn.person.id)):
        raise UserError(NOT_FOR_YOU)
    if await surveys.has_answered(turn.db, survey, _voter(turn)):
        raise UserError(ONCE)


def _voter(turn: Turn) -> int:
    if turn.event.sender is None:
        raise LookupError("a survey was answered by nobody")
    return turn.event.sender.id


def _show(turn: Turn, survey: Survey) -> None:
    """Show the question it is at."""
    at, items = int(turn.state["at"]), survey.items
    if at >= len(items):
        _show_end(turn, survey, len(items))
        return
    item = items[at]
    lines = [Markup("<b>{}</b>").format(survey.title)]
    if not at:
        lines.append(
            turn.t(
                "Anonymous · {count} questions. Nobody can tell who said what; nothing of fewer than {least} is shown.",
                count=len(items),
                least=survey.least,
            )
        )
    lines.append(Markup("{}/{}  {}").format(at + 1, len(items), item.under or item.text))
    lines += [Markup("<b>{}</b>").format(item.text)] if item.under else []
    lines += [turn.t("<i>Type a number.</i>")] if item.kind == NUMBER else []
    lines += [turn.t("<i>Type a few words, or skip.</i>")] if item.kind == TEXT else []
    turn.card(Markup("\n").join(lines), _buttons(turn, survey, item, at))


def _buttons(turn: Turn, survey: Survey, item: Item, at: int) -> Rows:
    chosen = turn.state["answers"].get(item.key)
    rows = in_rows(
        [
            Button(("● " if str(place) == chosen else "") + label, data("survey", "answer", survey.id, at, place))
            for place, label in enumerate(item.choices)
        ]
    )
    last = [Button(turn.label("◀ Back"), data("survey", "go", survey.id, at - 1))] if at else []
    last += [Button(turn.label("Skip"), data("survey", "go", survey.id, at + 1))] if item.kind == TEXT else []
    last += [Button(turn.label("How is it anonymous?"), data("survey", "why", survey.id))] if not at else []
    return (*rows, tuple(last)) if last else rows


def _show_end(turn: Turn, survey: Survey, count: int) -> None:
    turn.card(
        turn.t(
            "<b>{title}</b>\nAll answered. Hand it in? Afterwards nobody can change it, you neither.",
            title=survey.title,
        ),
        (
            (Button(turn.label("Hand in"), data("survey", "cast", survey.id)),),
            (Button(turn.label("◀ Back"), data("survey", "go", survey.id, count - 1)),),
        ),
    )


async def answer(turn: Turn, args: tuple[str, ...]) -> None:
    """Take a choice and go on; a button of an earlier question answers that question."""
    survey, at = await _under_way(turn, args), number(args, 1)
    if survey is None:
        return
    items = survey.items
    if not 0 <= at < len(items) or not items[at].accepts(str(number(args, 2))) or not items[at].choices:
        raise Stale
    _keep(turn, items[at].key, str(number(args, 2)), at)
    _show(turn, survey)


def _keep(turn: Turn, key: str, value: str, at: int) -> None:
    answers = {**turn.state["answers"], key: value}
    aside.hold(turn, "survey", step="answer", answering=turn.state["answering"], at=at + 1, answers=answers)


async def go(turn: Turn, args: tuple[str, ...]) -> None:
    """Go to another question; one that was typed and is skipped loses its answer."""
    survey, to = await _under_way(turn, args), number(args, 1)
    if survey is None:
        return
    items = survey.items
    if not 0 <= to <= len(items):
        raise Stale
    answers = dict(turn.state["answers"])
    if to and to > int(turn.state["at"]) and items[to - 1].kind == TEXT:
        answers.pop(items[to - 1].key, None)
    missing = next((at for at, one in enumerate(items[:to]) if one.kind != TEXT and one.key not in answers), to)
    aside.hold(turn, "survey", step="answer", answering=survey.id, at=missing, answers=answers)
    _show(turn, survey)


async def typed(turn: Turn, sent: Message) -> bool:
    """Take a number or words."""
    survey = await surveys.get(turn.db, int(turn.state["answering"]))
    if survey is None or not survey.takes(turn.now):
        _over(turn)
        return True
    at, items = int(turn.state["at"]), survey.items
    if at >= len(items) or items[at].choices:
        return _named(turn, items, at, sent) and _went_on(turn, survey)
    if not isinstance(sent, Text):
        raise UserError(WORDS_WANTED if items[at].kind == TEXT else NO_NUMBER)
    words = sent.text.strip()
    if items[at].kind == TEXT and len(words) > WORDS:
        raise UserError(TOO_LONG, most=WORDS, over=len(words) - WORDS)
    if not items[at].accepts(words):
        raise UserError(WORDS_WANTED if items[at].kind == TEXT else NO_NUMBER)
    _keep(turn, items[at].key, words, at)
    _show(turn, survey)
    return True


def _named(turn: Turn, items: Sequence[Item], at: int, sent: Message) -> bool:
    """Take a choice that was typed, by its words or its number; False where somebody of the campaign means other work.

    Raises UserError for a stranger, who has nothing else here that words could be meant for.
    """
    words = sent.text.strip().casefold() if isinstance(sent, Text) else ""
    labels = [label.casefold() for label in items[at].choices] if at < len(items) else []
    if words in labels:
        _keep(turn, items[at].key, str(labels.index(words)), at)
        return True
    if words.isascii() and words.isdigit() and 0 < int(words[:3]) <= len(labels) and turn.person is None:
        _keep(turn, items[at].key, str(int(words[:3]) - 1), at)
        return True
    if turn.person is None:
        raise UserError(TAP_ONE if labels else TAP_IN)
    return False


def _went_on(turn: Turn, survey: Survey) -> bool:
    _show(turn, survey)
    return True


async def cast(turn: Turn, args: tuple[str, ...]) -> None:
    """Hand it in: from here on nobody, the person included, can say which answers were theirs."""
    if await _under_way(turn, args) is None:
        return
    survey = await surveys.get(turn.db, number(args, 0), lock=True)
    if survey is None:
        raise Stale
    await _check(turn, survey)
    answers = {str(key): str(value) for key, value in turn.state["answers"].items()}
    if any(one.kind != TEXT and not one.accepts(answers.get(one.key, "")) for one in survey.items):
        raise Stale
    await surveys.cast(turn.db, survey, _voter(turn), answers, await _place(turn, survey), turn.now)
    _leave(turn)
    why = Button(turn.label("How is it anonymous?"), data("survey", "why", survey.id))
    turn.card(turn.t("Thank you, it is handed in."), ((why,),), final=True)


async def _place(turn: Turn, survey: Survey) -> str:
    """Return what an answer may tell of where its giver belongs: only what enough of those asked share."""
    if turn.person is None or not survey.places:
        return ""
    mine = await notices.belongings(turn.db, turn.now, person_id=turn.person.id)
    return next((survey.places[key] for key in map(key_of, mine) if key in survey.places), "")


def key_of(one: object) -> str:
    """Return where a role places somebody, as a survey's places are keyed: the widest area, and the level."""
    areas, level = getattr(one, "areas", ()), getattr(one, "level", 0)
    return f"{areas[0].split('/')[0] if areas else ''}|{level or ''}"


async def why(turn: Turn, args: tuple[str, ...]) -> None:
    """Say how it is anonymous."""
    survey = await surveys.get(turn.db, number(args, 0))
    if survey is None:
        raise Stale
    turn.say(turn.t(HOW_ANONYMOUS, least=survey.least))


async def _under_way(turn: Turn, args: tuple[str, ...]) -> Survey | None:
    """Return the survey that is being answered here, None when it is over now; raises Stale for another's button."""
    if turn.conversation.journey != "survey" or turn.state.get("answering") != number(args, 0):
        raise Stale
    survey = await surveys.get(turn.db, number(args, 0))
    if survey is None:
        raise Stale
    if not survey.takes(turn.now):
        _over(turn)
        return None
    return survey


def _over(turn: Turn) -> None:
    """Say that it closed meanwhile; what was half done is gone."""
    _leave(turn)
    turn.card(turn.t(OVER), final=True)


def _leave(turn: Turn) -> None:
    """Forget what was half done."""
    aside.let_go(turn, "survey")
