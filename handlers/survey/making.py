"""Making a survey: from a pack, from a published form, or question by question, a few lines each.

A survey that is open is never changed under those who answer it: changing it makes a draft of the next version.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape

from handlers import aside, menu
from handlers.belonging import campaign_of
from handlers.chat import Button, Text
from handlers.errors import Stale, UserError
from handlers.journey import data, number
from handlers.survey.from_form import questions_of
from handlers.text import mark
from handlers.whom import scope
from storage.campaign import forms
from storage.voices import surveys
from storage.voices.surveys import State, Survey
from supervision import ballot
from supervision.ballot import MOST_ITEMS, MOST_QUESTIONS, Question, Unclear, items_of, sheets, typed

if TYPE_CHECKING:
    from handlers.chat import Message, Rows
    from handlers.turn import Turn

SHOWN: Final = 10
TITLE: Final = 60
"""Characters of a title."""

STATES: Final = {State.draft: mark("draft"), State.open: mark("open"), State.closed: mark("closed")}
WRONG: Final = {
    "empty": mark("Please write the question in the first line."),
    "long": mark("A question has at most 300 characters. Please shorten it."),
    "choices": mark("A question has 2 to 12 choices, each in a line of its own. Please send it again."),
    "label": mark("A choice or a statement has at most 60 characters. Please shorten it."),
    "scale": mark("A scale has 2 to 12 steps, such as 1-5 or 1-10. Please send it again."),
    "same": mark("Two choices are the same. Please change one and send it again."),
}
FULL = mark("A survey has at most 10 questions; the statements of a matrix count, up to 30. This one was not added.")
NO_TITLE = mark("A title has 1 to 60 characters. Please send a shorter one.")
NO_FORM = mark("This form asks nothing that a survey can ask: choices, numbers and words.")
WORDS_WANTED = mark("Please type the question; pictures and files have no place in a survey.")
NO_QUESTIONS = mark("The survey has no question yet. Please send the first one.")


async def listed(turn: Turn, _: object = None) -> None:
    """List the latest surveys: one's own, or everybody's for the office and administrators."""
    aside.let_go(turn, "survey")
    everybody = await scope(turn) is None
    found = await surveys.by(turn.db, None if everybody else turn.who.id, SHOWN)
    shown = [one for one in found if one.state is not State.draft or one.author_id == turn.who.id]
    begin = Button(turn.label("New survey"), data("survey", "begin"))
    rows = [(Button(f"{turn.label(STATES[one.state])} · {name_of(turn, one)}", _to(one)),) for one in shown]
    said = (
        turn.t("<b>Quick surveys</b>")
        if rows
        else turn.t("No surveys yet. Answers are anonymous, and results appear as they come in.")
    )
    turn.card(said, ((begin,), *rows, menu.way_back(turn.speech)))


def _to(survey: Survey) -> str:
    return data("survey", "draft" if survey.state is State.draft else "show", survey.id)


def name_of(turn: Turn, survey: Survey) -> str:
    """Return what a survey is called."""
    return survey.title or turn.label("without a title")


async def begin(turn: Turn, _: object) -> None:
    """Offer what to begin with: a ready-made survey, a published form, nothing."""
    rows: list[tuple[Button, ...]] = [(Button(turn.label("Write the questions"), data("survey", "new")),)]
    rows += [(Button(title, data("survey", "ready", at)),) for at, (title, _) in enumerate(await _ready(turn))]
    if await forms.count(turn.db):
        rows.append((Button(turn.label("From a published form…"), data("survey", "forms")),))
    rows.append((Button(turn.label("◀ Back"), data("survey", "list")),))
    turn.card(turn.t("<b>New survey</b>\nWhat do you want to begin with?"), tuple(rows))


async def _ready(turn: Turn) -> tuple[tuple[str, tuple[Question, ...]], ...]:
    """Return the ready-made surveys of the campaign's pack."""
    campaign = await campaign_of(turn.db, None)
    pack = campaign.pack if campaign and campaign.pack else "theme-education"
    place = files("packs").joinpath(pack).joinpath("surveys.md")
    return sheets(place.read_text(encoding="utf-8")) if place.is_file() else ()


async def ready(turn: Turn, args: tuple[str, ...]) -> None:
    """Make a draft of a ready-made survey."""
    offered, at = await _ready(turn), number(args, 0)
    if not 0 <= at < len(offered):
        raise Stale
    title, questions = offered[at]
    await _draft(turn, title, questions)


async def published(turn: Turn, _: object) -> None:
    """List published forms to make a survey of: an XLSForm that was sent in is one of them."""
    found = await forms.every(turn.db, offset=0, limit=SHOWN)
    rows = [(Button(one.title or one.form_id, data("survey", "form", one.id)),) for one in found]
    back = (Button(turn.label("◀ Back"), data("survey", "begin")),)
    turn.card(
        turn.t("Which form? An XLSForm that was sent in under /forms is here once it is published."), (*rows, back)
    )


async def form(turn: Turn, args: tuple[str, ...]) -> None:
    """Make a draft of a published form."""
    version = await forms.get(turn.db, number(args, 0))
    if version is None:
        raise Stale
    questions = questions_of(await turn.kit.shelf.form(turn.db, version.id), turn.speech.language)
    if not questions:
        raise UserError(NO_FORM)
    await _draft(turn, (version.title or version.form_id)[:TITLE], questions)


async def new(turn: Turn, _: object) -> None:
    """Begin with nothing: ask for the title."""
    await _draft(turn, "", ())


async def again(turn: Turn, args: tuple[str, ...]) -> None:
    """Make the next version of a survey, as a draft; the one that is open stays as it is until that is opened."""
    old = await mine(turn, args)
    made = await _add(turn, old.title, old.asks)
    made.version, made.before_id, made.audience, made.least = old.version + 1, old.id, old.audience, old.least
    await show_draft(turn, made)


async def _draft(turn: Turn, title: str, questions: tuple[Question, ...]) -> None:
    await show_draft(turn, await _add(turn, title, questions))


async def _add(turn: Turn, title: str, questions: tuple[Question, ...]) -> Survey:
    kept = {"questions": [one.as_data() for one in questions]}
    return await surveys.add(turn.db, Survey(author_id=turn.who.id, title=title, questions=kept, created_at=turn.now))


async def draft(turn: Turn, args: tuple[str, ...]) -> None:
    """Go on with a draft."""
    await show_draft(turn, await mine_draft(turn, args))


async def show_draft(turn: Turn, survey: Survey) -> None:
    """Show what a draft asks, and wait for its title or the next question."""
    aside.hold(turn, "survey", step="question" if survey.title else "title", survey=survey.id)
    drop = Button(turn.label("Throw away"), data("survey", "drop", survey.id))
    back = Button(turn.label("◀ Back"), data("survey", "list"))
    if not survey.title:
        turn.card(turn.t("<b>New survey</b>\nPlease type its title."), ((back, drop),))
        return
    lines = [Markup("<b>{}</b>").format(survey.title), *(_line(turn, at, one) for at, one in enumerate(survey.asks, 1))]
    if len(survey.asks) < MOST_QUESTIONS:
        lines.append(turn.t(HOW))
    turn.card(Markup("\n").join(lines), _draft_buttons(turn, survey, (back, drop)))


HOW = mark(
    "<i>Type a question: the first line asks, then a choice a line. "
    "“1-5” is a scale, “#” a number, “- statement” lines with “good/fair/poor” below a matrix, nothing is words.</i>"
)


def _draft_buttons(turn: Turn, survey: Survey, last: tuple[Button, ...]) -> Rows:
    if not survey.asks:
        return (last,)
    take = Button(turn.label("Take the last one out"), data("survey", "pop", survey.id))
    on = Button(turn.label("For whom? ▶"), data("survey", "how", survey.id))
    return ((on,), (take, Button(turn.label("Another title"), data("survey", "title", survey.id))), last)


def _line(turn: Turn, at: int, one: Question) -> Markup:
    said = Markup("{}. {}").format(at, one.text)
    if one.kind == ballot.SCALE:
        return said + Markup(" [{}–{}]").format(one.low, one.high)
    if one.kind == ballot.NUMBER:
        return said + Markup(" ") + turn.t("[number]")
    if one.kind == ballot.TEXT:
        return said + Markup(" ") + turn.t("[words]")
    rows = Markup("").join(Markup("\n   · {}").format(row) for row in one.rows)
    return said + rows + Markup("\n   ") + Markup(" / ").join(escape(choice) for choice in one.choices)


async def intake(turn: Turn, sent: Message) -> bool:
    """Take the title or the next question."""
    survey = await surveys.get(turn.db, int(turn.state["survey"]), lock=True)
    if survey is None or survey.author_id != turn.who.id or survey.state is not State.draft:
        aside.let_go(turn, "survey")
        return False
    if not isinstance(sent, Text):
        raise UserError(WORDS_WANTED)
    if turn.state["step"] == "title":
        title = " ".join(sent.text.split())
        if not 0 < len(title) <= TITLE:
            raise UserError(NO_TITLE)
        survey.title = title
    else:
        _append(survey, sent.text)
    await show_draft(turn, survey)
    return True


def _append(survey: Survey, words: str) -> None:
    try:
        question = typed(words)
    except Unclear as unclear:
        raise UserError(WRONG[unclear.why]) from unclear
    asked = (*survey.asks, question)
    if len(asked) > MOST_QUESTIONS or len(items_of(asked)) > MOST_ITEMS:
        raise UserError(FULL)
    survey.questions = {"questions": [one.as_data() for one in asked]}


async def pop(turn: Turn, args: tuple[str, ...]) -> None:
    """Take the last question out."""
    survey = await mine_draft(turn, args)
    survey.questions = {"questions": survey.questions["questions"][:-1]}
    await show_draft(turn, survey)


async def title(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask for another title."""
    survey = await mine_draft(turn, args)
    aside.hold(turn, "survey", step="title", survey=survey.id)
    back = Button(turn.label("◀ Back"), data("survey", "draft", survey.id))
    turn.card(turn.t("<b>New survey</b>\nPlease type its title."), ((back,),))


async def drop(turn: Turn, args: tuple[str, ...]) -> None:
    """Throw a draft away."""
    await surveys.drop(turn.db, await mine_draft(turn, args))
    await listed(turn)


async def mine_draft(turn: Turn, args: tuple[str, ...]) -> Survey:
    """Return the draft a button of its author names; raises Stale."""
    survey = await mine(turn, args)
    if survey.state is not State.draft or survey.author_id != turn.who.id:
        raise Stale
    return survey


async def mine(turn: Turn, args: tuple[str, ...]) -> Survey:
    """Return a survey the person may look after: its author, the office, an administrator; raises Stale."""
    survey = await surveys.get(turn.db, number(args, 0), lock=True)
    if survey is None or (survey.author_id != turn.who.id and await scope(turn) is not None):
        raise Stale
    return survey
