"""Taking a quiz: one card, a tap a question, why after each answer; as often as somebody likes, the best try counts.

What is half done lies in the chat's own state; which question was wrong is stored nowhere.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers import aside, menu
from handlers.access import may
from handlers.belonging import roles_of
from handlers.chat import Button
from handlers.errors import Stale, UserError
from handlers.journey import data, number
from handlers.text import mark
from storage.people import FIELD
from storage.voices import quizzes
from storage.voices.quizzes import State
from supervision.quiz import order, right

if TYPE_CHECKING:
    from handlers.turn import Turn
    from storage.voices.quizzes import Quiz, QuizResult
    from supervision.quiz import Question

SHOWN: Final = 8
STATES: Final = {State.draft: mark("draft"), State.open: mark("open"), State.closed: mark("closed")}
OVER = mark("This quiz is closed; nobody has to take it any more.")
NOT_YOURS = mark("This quiz is for those who go on visits.")


async def listed(turn: Turn, _: object = None) -> None:
    """List the quizzes there are: how one stands oneself, and for whoever looks after them how all do."""
    aside.let_go(turn, "quiz")
    makes = may(turn.person, "quiz.begin", turn.now)
    found = await quizzes.latest(turn.db, SHOWN, drafts_of=turn.who.id if makes else None)
    rows: list[tuple[Button, ...]] = []
    if makes:
        rows.append((Button(turn.label("New quiz"), data("quiz", "begin")),))
    for one in found:
        label = f"{await _stands(turn, one)} · {name_of(turn, one)}"
        rows.append((Button(label, data("quiz", "draft" if one.state is State.draft else "open", one.id)),))
    rows.append(menu.way_back(turn.speech))
    said = turn.t("<b>Quizzes</b>") if found else turn.t("<b>Quizzes</b>\nNone yet. When one is opened, you are told.")
    turn.card(said, tuple(rows))


async def _stands(turn: Turn, quiz: Quiz) -> str:
    """Say in a word how the person stands with a quiz; for whoever does not take it, how it stands itself."""
    if quiz.state is State.open and takes(turn):
        mine = (await quizzes.results(turn.db, quiz.id, [turn.who.id])).get(turn.who.id)
        if mine is not None and mine.clear:
            return turn.label("✓ passed") if mine.passed_at else turn.label("✓ let go")
        return turn.label("not passed") if mine is not None and mine.tries else turn.label("to do")
    return turn.label(STATES[quiz.state])


def takes(turn: Turn) -> bool:
    """Tell whether the person is to take quizzes."""
    return bool(roles_of(turn.person, turn.now) & FIELD)


def name_of(turn: Turn, quiz: Quiz) -> str:
    """Return what a quiz is called."""
    return quiz.title or turn.label("without a title")


async def open_(turn: Turn, args: tuple[str, ...]) -> None:
    """Show a quiz before it begins, with how one stands."""
    quiz = await _seen(turn, args)
    mine = (await quizzes.results(turn.db, quiz.id, [turn.who.id])).get(turn.who.id)
    lines = [Markup("<b>{}</b>").format(quiz.title), _asks(turn, quiz)]
    if mine is not None and mine.tries:
        lines.append(_best(turn, quiz, mine))
    rows: list[tuple[Button, ...]] = []
    if quiz.state is State.open and takes(turn):
        again = mark("Try again") if mine is not None and mine.tries else mark("Begin")
        rows.append((Button(turn.label(again), data("quiz", "start", quiz.id)),))
    if may(turn.person, "quiz.show", turn.now):
        rows.append((Button(turn.label("Who has passed"), data("quiz", "show", quiz.id, 0)),))
    rows.append((Button(turn.label("◀ Quizzes"), data("quiz", "list")),))
    turn.card(Markup("\n").join(lines), tuple(rows))


def _asks(turn: Turn, quiz: Quiz) -> Markup:
    return turn.n(
        "{count} question · {right} right pass it", "{count} questions · {right} right pass it",
        len(quiz.asks), right=quiz.needed,
    )  # fmt: skip


def _best(turn: Turn, quiz: Quiz, mine: QuizResult) -> Markup:
    if mine.passed_at is not None:
        return turn.t("✓ Passed, {best} of {count} right.", best=mine.best, count=len(quiz.asks))
    return turn.t("Not passed yet: the best try had {best} of {count} right.", best=mine.best, count=len(quiz.asks))


async def _seen(turn: Turn, args: tuple[str, ...]) -> Quiz:
    quiz = await quizzes.get(turn.db, number(args, 0))
    if quiz is None or quiz.state is State.draft:
        raise Stale
    return quiz


async def start(turn: Turn, args: tuple[str, ...]) -> None:
    """Begin a try: the questions come in a new order."""
    quiz = await _seen(turn, args)
    if not takes(turn):
        raise UserError(NOT_YOURS)
    if quiz.state is State.closed:
        raise UserError(OVER)
    mine = await quizzes.result(turn.db, quiz.id, turn.who.id)
    random = Random(f"{quiz.id}:{turn.who.id}:{mine.tries}")  # noqa: S311 - an order is no secret
    places = order(len(quiz.asks), random)
    aside.hold(turn, "quiz", step="take", quiz=quiz.id, order=places, at=0, answers={})
    _ask(turn, quiz)


def _ask(turn: Turn, quiz: Quiz) -> None:
    """Show the question it is at; where all that is right has to be chosen, what is chosen so far is ticked."""
    at, places, picked = int(turn.state["at"]), turn.state["order"], turn.state.get("picked", [])
    one = quiz.asks[places[at]]
    lines = [Markup("<b>{}</b>  {}/{}").format(quiz.title, at + 1, len(places)), Markup("{}").format(one.text)]
    if one.every:
        lines.append(turn.t("<i>Several are right: tap each of them, then Done.</i>"))
        rows = [
            (Button(("☑ " if place in picked else "☐ ") + label, data("quiz", "tick", quiz.id, places[at], place)),)
            for place, label in enumerate(one.choices)
        ]
        if picked:
            rows.append((Button(turn.label("Done ▶"), data("quiz", "done", quiz.id, places[at])),))
    else:
        rows = [
            (Button(label, data("quiz", "answer", quiz.id, places[at], place)),)
            for place, label in enumerate(one.choices)
        ]
    turn.card(Markup("\n").join(lines), tuple(rows))


async def _under_way(turn: Turn, args: tuple[str, ...]) -> Quiz:
    """Return the quiz that is being taken here; raises Stale for the button of another."""
    if turn.conversation.journey != "quiz" or turn.state.get("step") != "take":
        raise Stale
    if turn.state.get("quiz") != number(args, 0):
        raise Stale
    quiz = await quizzes.get(turn.db, number(args, 0))
    if quiz is None:
        raise Stale
    if quiz.state is not State.open:
        raise UserError(OVER)
    return quiz


async def answer(turn: Turn, args: tuple[str, ...]) -> None:
    """Take a choice, say whether it is right and why; the first tap stands."""
    quiz = await _under_way(turn, args)
    one, choice = _asked_now(turn, quiz, args), number(args, 2)
    if one.every or not 0 <= choice < len(one.choices):
        raise Stale
    _take(turn, quiz, one, [choice])


async def tick(turn: Turn, args: tuple[str, ...]) -> None:
    """Choose one of several, or choose it no more."""
    quiz = await _under_way(turn, args)
    one, choice, state = _asked_now(turn, quiz, args), number(args, 2), turn.state
    if not one.every or not 0 <= choice < len(one.choices):
        raise Stale
    picked = sorted({choice} ^ set(state.get("picked", [])))
    aside.hold(
        turn, "quiz", step="take", quiz=quiz.id, order=state["order"], at=state["at"], answers=state["answers"],
        picked=picked,
    )  # fmt: skip
    _ask(turn, quiz)


async def done(turn: Turn, args: tuple[str, ...]) -> None:
    """Take what is ticked."""
    quiz = await _under_way(turn, args)
    one, picked = _asked_now(turn, quiz, args), turn.state.get("picked", [])
    if not one.every or not picked:
        raise Stale
    _take(turn, quiz, one, picked)


def _asked_now(turn: Turn, quiz: Quiz, args: tuple[str, ...]) -> Question:
    """Return the question it is at; raises Stale for the button of another, or once it is answered."""
    state, question = turn.state, number(args, 1)
    if question != state["order"][int(state["at"])] or str(question) in state["answers"]:
        raise Stale
    return quiz.asks[question]


def _take(turn: Turn, quiz: Quiz, one: Question, chosen: list[int]) -> None:
    """Keep what was chosen, and say whether it is right and why."""
    state, at, places = turn.state, int(turn.state["at"]), turn.state["order"]
    answers = {**state["answers"], str(places[at]): chosen}
    aside.hold(turn, "quiz", step="take", quiz=quiz.id, order=places, at=at, answers=answers)
    lines = [Markup("<b>{}</b>  {}/{}").format(quiz.title, at + 1, len(places)), Markup("{}").format(one.text)]
    said = turn.label(", ").join(one.choices[place] for place in chosen)
    if one.holds(chosen):
        lines.append(turn.t("✅ Right: {choice}", choice=said))
    else:
        between = turn.label(", ") if one.every else turn.label(" or ")
        lines.append(turn.t("❌ You chose: {choice}", choice=said))
        wanted = between.join(one.choices[place] for place in sorted(one.right))
        lines.append(turn.t("Right is: {choice}", choice=wanted))
    if one.why:
        lines.append(turn.t("<i>Why: {why}</i>", why=one.why))
    onward = turn.label("Next ▶") if at + 1 < len(places) else turn.label("Finish ▶")
    turn.card(Markup("\n").join(lines), ((Button(onward, data("quiz", "next", quiz.id, at + 1)),),))


async def following(turn: Turn, args: tuple[str, ...]) -> None:
    """Go on to the next question, or to the result."""
    quiz = await _under_way(turn, args)
    state, to = turn.state, number(args, 1)
    places, answers = state["order"], state["answers"]
    if to != int(state["at"]) + 1 or len(answers) < to:
        raise Stale
    if to < len(places):
        aside.hold(turn, "quiz", step="take", quiz=quiz.id, order=places, at=to, answers=answers)
        _ask(turn, quiz)
        return
    await _finish(turn, quiz, {int(question): chosen for question, chosen in answers.items()})


async def _finish(turn: Turn, quiz: Quiz, answers: dict[int, list[int]]) -> None:
    """Count, keep the outcome, and say it."""
    count = right(quiz.asks, answers)
    mine = await quizzes.result(turn.db, quiz.id, turn.who.id)
    before = mine.passed_at
    mine.tried(count, quiz.needed, turn.now)
    if mine.passed_at is not None and before is None:
        turn.record("quiz.passed", f"quiz:{quiz.id}", right=count, tries=mine.tries)
    aside.let_go(turn, "quiz")
    total = len(quiz.asks)
    if count >= quiz.needed:
        said = turn.t("<b>{title}</b>\n✓ Passed: {right} of {count} right.", title=quiz.title, right=count, count=total)
        rows = ((Button(turn.label("◀ Quizzes"), data("quiz", "list")),),)
        turn.card(said, rows, final=True)
        return
    said = turn.t(
        "<b>{title}</b>\n{right} of {count} right; {needed} pass it. The questions come in another order next time.",
        title=quiz.title, right=count, count=total, needed=quiz.needed,
    )  # fmt: skip
    again = Button(turn.label("Try again"), data("quiz", "start", quiz.id))
    read = Button(turn.label("◀ Library"), "library.list")
    turn.card(said, ((again,), (read, Button(turn.label("◀ Quizzes"), data("quiz", "list")))))
