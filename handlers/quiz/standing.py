"""Who has passed a quiz and who has not, for a leader of the own group, for the office of all; and letting somebody go.

Letting somebody start visits without having passed is a leader's decision with a reason: it goes into the chain of
custody, and whoever looks at the quiz later sees it.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape

from handlers import aside, whom
from handlers.access import may
from handlers.chat import Button, Say, Text
from handlers.errors import Stale, UserError
from handlers.journey import data, number, word
from handlers.text import mark, speech
from storage import people
from storage.people import FIELD
from storage.voices import quizzes
from storage.voices.quizzes import State

if TYPE_CHECKING:
    from handlers.chat import Message, Rows
    from handlers.turn import Turn
    from storage.voices.quizzes import Quiz, QuizResult

PAGE: Final = 8
REASON: Final = 100
REASONS: Final = {
    "offline": mark("Has studied it with the group"),
    "urgent": mark("The visit cannot wait"),
    "device": mark("Telephone or network out of order"),
}
"""Codes of the usual reasons for letting somebody go, and what they are called; others are typed."""
NOT_ONESELF = mark("Nobody lets themselves go: please pass the quiz, or ask the office.")
REASON_WANTED = mark("Please say why in at most {most} characters.")


async def show(turn: Turn, args: tuple[str, ...]) -> None:
    """Show who has passed."""
    quiz = await quizzes.get(turn.db, number(args, 0))
    if quiz is None or quiz.state is State.draft:
        raise Stale
    await panel(turn, quiz, max(0, number(args, 1)) % 10**6)


async def panel(turn: Turn, quiz: Quiz, page: int = 0) -> None:
    """Show how many have passed, who has not, and what can be done."""
    ids = await _mine(turn)
    found = await quizzes.results(turn.db, quiz.id, ids)
    named = await people.names(turn.db, ids)
    behind = sorted(
        (one for one in ids if one not in found or not found[one].clear), key=lambda one: (named.get(one, ""), one)
    )
    passed = sum(one.passed_at is not None for one in found.values())
    lines = [
        Markup("<b>{}</b>").format(quiz.title),
        turn.t("{passed} of {count} have passed.", passed=passed, count=len(ids)),
    ]
    waived = [one for one in found.values() if one.passed_at is None and one.waived_at is not None]
    lines += [_waived(turn, one, named.get(one.person_id, "")) for one in waived[:PAGE]]
    if behind:
        lines.append(turn.t("Not passed:"))
    page = min(page, max(0, (len(behind) - 1) // PAGE))
    shown = behind[page * PAGE : (page + 1) * PAGE]
    lines += [_behind(turn, quiz, named.get(one, ""), found.get(one)) for one in shown]
    turn.card(
        Markup("\n").join(lines), _buttons(turn, quiz, [(one, named.get(one, "")) for one in shown], page, behind)
    )


def _waived(turn: Turn, one: QuizResult, name: str) -> Markup:
    reason = REASONS.get(one.reason)
    words = turn.label(reason) if reason else one.reason
    return turn.t("↷ {who}: let go, {reason}", who=name, reason=words)


def _behind(turn: Turn, quiz: Quiz, name: str, one: QuizResult | None) -> Markup:
    if one is None or not one.tries:
        return turn.t("· {who}: not tried", who=name)
    return turn.t("· {who}: {best}/{count} right", who=name, best=one.best, count=len(quiz.asks))


def _buttons(turn: Turn, quiz: Quiz, shown: list[tuple[int, str]], page: int, behind: list[int]) -> Rows:
    rows: list[tuple[Button, ...]] = []
    lets_go = quiz.state is State.open and quiz.round_id is not None and may(turn.person, "quiz.waive", turn.now)
    if lets_go:
        rows += [
            (Button(turn.label("Let go: {who}", who=name[:12]), data("quiz", "waive", quiz.id, one)),)
            for one, name in shown
            if one != turn.who.id
        ]
    turning = [
        Button(label, data("quiz", "show", quiz.id, to))
        for label, to in (("‹", page - 1), ("›", page + 1))
        if 0 <= to * PAGE < len(behind)
    ]
    if turning:
        rows.append(tuple(turning))
    if may(turn.person, "quiz.end", turn.now) and quiz.state is State.open:
        told = [Button(turn.label("Who has been told"), data("notice", "show", quiz.notice_id))]
        rows.append((*(told if quiz.notice_id else ()), Button(turn.label("Close it"), data("quiz", "end", quiz.id))))
    rows.append((Button(turn.label("◀ Quizzes"), data("quiz", "list")),))
    return tuple(rows)


async def _mine(turn: Turn) -> set[int]:
    """Return those who are to take quizzes and whom the person answers for: the own groups, or everybody."""
    return {one.person for one in (await whom.crowd(turn)).belongings if one.role in FIELD}


# --- letting somebody go without ---


async def waive(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask why somebody may start visits without having passed."""
    quiz, person_id, name = await _whom(turn, args)
    aside.hold(turn, "quiz", step="reason", quiz=quiz.id, person=person_id)
    rows = [
        (Button(turn.label(words), data("quiz", "reason", quiz.id, person_id, code)),)
        for code, words in REASONS.items()
    ]
    back = Button(turn.label("◀ Back"), data("quiz", "show", quiz.id, 0))
    said = turn.t(
        "Let {who} start visits without having passed? It is recorded with your name. Why? Tap, or type a reason.",
        who=name,
    )
    turn.card(said, (*rows, (back,)))


async def reason(turn: Turn, args: tuple[str, ...]) -> None:
    """Take one of the usual reasons."""
    code = word(args, 2)
    if code not in REASONS:
        raise Stale
    await _let_go(turn, args, code)


async def reasoned(turn: Turn, sent: Message) -> bool:
    """Take a reason that was typed."""
    words = " ".join(sent.text.split()) if isinstance(sent, Text) else ""
    if not 0 < len(words) <= REASON:
        raise UserError(REASON_WANTED, most=REASON)
    await _let_go(turn, (str(turn.state["quiz"]), str(turn.state["person"])), words)
    return True


async def _let_go(turn: Turn, args: tuple[str, ...], why: str) -> None:
    quiz, person_id, _ = await _whom(turn, args)
    one = await quizzes.result(turn.db, quiz.id, person_id)
    one.waive(turn.who.id, why, turn.now)
    # Words do not go into the chain, their digest does: whoever has the words can show that they are the same.
    said = {"reason": why} if why in REASONS else {"reason": "other", "words": sha256(why.encode()).hexdigest()}
    turn.record("quiz.waived", f"quiz:{quiz.id}", person=person_id, **said)
    aside.let_go(turn, "quiz")
    other = await people.by_id(turn.db, person_id)
    if other is not None and other.telegram_id is not None:
        theirs = speech(other.language)
        told = theirs.t("{who} lets you start visits without having passed “{title}”.", who=turn.who.name,
                        title=quiz.title)  # fmt: skip
        visits = Button(theirs.label("Visits today"), data("visit", "today"))
        turn.reply(Say(text=str(told), buttons=((visits,),)), to=other.telegram_id)
    await panel(turn, quiz)


async def _whom(turn: Turn, args: tuple[str, ...]) -> tuple[Quiz, int, Markup]:
    """Return the open quiz, the person and the name a button means; Stale for somebody else's people or a second go."""
    quiz, person_id = await quizzes.get(turn.db, number(args, 0)), number(args, 1)
    if quiz is None or quiz.state is not State.open or quiz.round_id is None or person_id not in await _mine(turn):
        raise Stale
    if person_id == turn.who.id:
        raise UserError(NOT_ONESELF)
    found = (await quizzes.results(turn.db, quiz.id, [person_id])).get(person_id)
    if found is not None and found.clear:
        raise Stale
    named = await people.names(turn.db, {person_id})
    return quiz, person_id, escape(named.get(person_id, ""))
