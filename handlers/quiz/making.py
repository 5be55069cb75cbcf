"""Making a quiz: from a pack, from a published form, or question by question, a few lines each."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape

from handlers import aside
from handlers.belonging import campaign_of
from handlers.chat import Button, Text
from handlers.errors import Stale, UserError
from handlers.journey import data, number
from handlers.progress import brief
from handlers.quiz.from_form import questions_of
from handlers.quiz.taking import listed, name_of
from handlers.text import mark
from storage.campaign import forms
from storage.voices import quizzes
from storage.voices.quizzes import Quiz, State
from supervision.quiz import FEWEST, MOST, Question, Unclear, sheets, typed

if TYPE_CHECKING:
    from handlers.chat import Message
    from handlers.turn import Turn

SHOWN: Final = 10
TITLE: Final = 60
BRIEF: Final = 120
SHORT: Final = 24
"""Characters of a question and of a choice on the card of a draft: ten of them stand on it, and it holds 4096."""

WRONG: Final = {
    "empty": mark("Please write the question in the first line."),
    "long": mark("A question has at most 300 characters. Please shorten it."),
    "choices": mark("A question has 2 to 6 choices, each in a line of its own. Please send it again."),
    "label": mark("A choice has at most 60 characters. Please shorten it."),
    "same": mark("Two choices are the same. Please change one and send it again."),
    "right": mark("Put * in front of the choice that is right, and not in front of all of them. Please send it again."),
    "reason": mark("A reason has at most 300 characters. Please shorten it."),
}
FULL = mark("A quiz has at most 10 questions. This one was not added.")
NO_TITLE = mark("A title has 1 to 60 characters. Please send a shorter one.")
NO_FORM = mark("This form has no question with a right answer: a choice whose constraint says which one is right.")
WORDS_WANTED = mark("Please type the question; pictures and files have no place in a quiz.")


async def begin(turn: Turn, _: object) -> None:
    """Offer what to begin with: a ready-made quiz, a published form, nothing."""
    rows: list[tuple[Button, ...]] = [(Button(turn.label("Write the questions"), data("quiz", "new")),)]
    rows += [(Button(title, data("quiz", "ready", at)),) for at, (title, _) in enumerate(await _ready(turn))]
    if await forms.count(turn.db):
        rows.append((Button(turn.label("From a published form…"), data("quiz", "forms")),))
    rows.append((Button(turn.label("◀ Back"), data("quiz", "list")),))
    turn.card(turn.t("<b>New quiz</b>\nWhat do you want to begin with?"), tuple(rows))


async def _ready(turn: Turn) -> tuple[tuple[str, tuple[Question, ...]], ...]:
    """Return the ready-made quizzes of the campaign's pack."""
    campaign = await campaign_of(turn.db, None)
    pack = campaign.pack if campaign and campaign.pack else "theme-education"
    place = files("packs").joinpath(pack).joinpath("quiz.md")
    return sheets(place.read_text(encoding="utf-8")) if place.is_file() else ()


async def ready(turn: Turn, args: tuple[str, ...]) -> None:
    """Make a draft of a ready-made quiz."""
    offered, at = await _ready(turn), number(args, 0)
    if not 0 <= at < len(offered):
        raise Stale
    title_, questions = offered[at]
    await _begun(turn, title_, questions)


async def published(turn: Turn, _: object) -> None:
    """List published forms to make a quiz of: an XLSForm that was sent in is one of them."""
    found = await forms.every(turn.db, offset=0, limit=SHOWN)
    rows = [(Button(one.title or one.form_id, data("quiz", "form", one.id)),) for one in found]
    said = turn.t(
        "Which form? In an XLSForm the constraint of a choice says which answer is right (<code>. = 'b'</code>), "
        "and the constraint_message says why."
    )
    turn.card(said, (*rows, (Button(turn.label("◀ Back"), data("quiz", "begin")),)))


async def form(turn: Turn, args: tuple[str, ...]) -> None:
    """Make a draft of a published form."""
    version = await forms.get(turn.db, number(args, 0))
    if version is None:
        raise Stale
    read = await turn.kit.shelf.form(turn.db, version.id)
    questions = questions_of(read, turn.speech.language, turn.now)
    if not questions:
        raise UserError(NO_FORM)
    await _begun(turn, (version.title or version.form_id)[:TITLE], questions)


async def new(turn: Turn, _: object) -> None:
    """Begin with nothing: ask for the title."""
    await _begun(turn, "", ())


async def _begun(turn: Turn, title_: str, questions: tuple[Question, ...]) -> None:
    kept = {"questions": [one.as_data() for one in questions]}
    quiz = Quiz(author_id=turn.who.id, title=title_, questions=kept, created_at=turn.now)
    await show_draft(turn, await quizzes.add(turn.db, quiz))


async def draft(turn: Turn, args: tuple[str, ...]) -> None:
    """Go on with a draft."""
    await show_draft(turn, await mine_draft(turn, args))


async def show_draft(turn: Turn, quiz: Quiz) -> None:
    """Show the questions there are, and wait for the next one, or for the title first."""
    if not quiz.title:
        aside.hold(turn, "quiz", step="title", quiz=quiz.id)
        drop_it = Button(turn.label("Throw away"), data("quiz", "drop", quiz.id))
        back = Button(turn.label("◀ Back"), data("quiz", "list"))
        turn.card(turn.t("<b>New quiz</b>\nPlease type its title."), ((back, drop_it),))
        return
    aside.hold(turn, "quiz", step="question", quiz=quiz.id)
    asked = quiz.asks
    lines = [Markup("<b>{}</b>").format(quiz.title)]
    for at, one in enumerate(asked, 1):
        lines.append(Markup("{}. {}").format(at, brief(one.text, BRIEF)))
        lines.append(Markup("   ") + Markup(" / ").join(_choice(one, place) for place in range(len(one.choices))))
    lines.append(
        turn.t(
            "<i>Send a question: first what is asked, then a choice a line, * in front of the right one, "
            "or of each where several are right, and a line that begins with why: for the reason.</i>"
        )
    )
    rows: list[tuple[Button, ...]] = []
    if len(asked) >= FEWEST:
        rows.append((Button(turn.label("Go on ▶"), data("quiz", "look", quiz.id)),))
    else:
        lines.append(turn.n("{count} more is needed.", "{count} more are needed.", FEWEST - len(asked)))
    last = [Button(turn.label("Take the last one out"), data("quiz", "pop", quiz.id))] if asked else []
    rows.append((*last, Button(turn.label("Title…"), data("quiz", "title", quiz.id))))
    drop_it = Button(turn.label("Throw away"), data("quiz", "drop", quiz.id))
    rows.append((Button(turn.label("◀ Back"), data("quiz", "list")), drop_it))
    turn.card(Markup("\n").join(lines), tuple(rows))


def _choice(one: Question, place: int) -> Markup:
    return escape(("✓" if place in one.right else "") + brief(one.choices[place], SHORT))


async def intake(turn: Turn, sent: Message) -> bool:
    """Take a title or a question."""
    quiz = await mine_draft(turn, (str(turn.state["quiz"]),))
    if not isinstance(sent, Text):
        raise UserError(WORDS_WANTED)
    if turn.state["step"] == "title":
        words = " ".join(sent.text.split())
        if not 0 < len(words) <= TITLE:
            raise UserError(NO_TITLE)
        quiz.title = words
    else:
        _add(quiz, sent.text)
    await show_draft(turn, quiz)
    return True


def _add(quiz: Quiz, words: str) -> None:
    try:
        question = typed(words)
    except Unclear as unclear:
        raise UserError(WRONG[unclear.why]) from unclear
    if len(quiz.asks) >= MOST:
        raise UserError(FULL)
    quiz.questions = {"questions": [*quiz.questions["questions"], question.as_data()]}


async def pop(turn: Turn, args: tuple[str, ...]) -> None:
    """Take the last question out."""
    quiz = await mine_draft(turn, args)
    quiz.questions = {"questions": quiz.questions["questions"][:-1]}
    await show_draft(turn, quiz)


async def title(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask for another title."""
    quiz = await mine_draft(turn, args)
    aside.hold(turn, "quiz", step="title", quiz=quiz.id)
    back = Button(turn.label("◀ Back"), data("quiz", "draft", quiz.id))
    turn.card(turn.t("<b>{title}</b>\nPlease type its title.", title=name_of(turn, quiz)), ((back,),))


async def drop(turn: Turn, args: tuple[str, ...]) -> None:
    """Throw a draft away."""
    await quizzes.drop(turn.db, await mine_draft(turn, args))
    await listed(turn)


async def mine_draft(turn: Turn, args: tuple[str, ...]) -> Quiz:
    """Return the draft a button of its author names; raises Stale."""
    quiz = await quizzes.get(turn.db, number(args, 0), lock=True)
    if quiz is None or quiz.state is not State.draft or quiz.author_id != turn.who.id:
        raise Stale
    return quiz
