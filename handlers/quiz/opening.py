"""Opening a quiz: what passes it, whether whoever has not passed starts the visits of a round, and closing it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from handlers import aside, whom
from handlers.belonging import campaign_of
from handlers.chat import Button
from handlers.errors import Stale, UserError
from handlers.journey import data, number
from handlers.quiz import standing
from handlers.quiz.making import mine_draft
from handlers.rows import CHOSEN, in_rows
from handlers.text import mark
from storage.campaign import campaigns
from storage.people import FIELD
from storage.voices import notices, quizzes
from storage.voices.quizzes import State
from supervision.quiz import FEWEST, MARKS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from handlers.turn import Turn
    from storage.campaign.campaigns import Round
    from storage.voices.quizzes import Quiz

TOO_FEW = mark("A quiz has at least 3 questions. Please send some more.")


async def look(turn: Turn, args: tuple[str, ...]) -> None:
    """Show what will be opened, and for whom."""
    quiz = await mine_draft(turn, args)
    if len(quiz.asks) < FEWEST:
        raise UserError(TOO_FEW)
    await _show(turn, quiz)


async def _show(turn: Turn, quiz: Quiz) -> None:
    aside.hold(turn, "quiz", step="look", quiz=quiz.id)
    count = len(await _takers(turn))
    lines = [
        Markup("<b>{}</b>").format(quiz.title),
        turn.n("{count} question, in a new order each time", "{count} questions, in a new order each time",
               len(quiz.asks)),
        turn.n("For {count} person who goes on visits", "For {count} people who go on visits", count),
        turn.t("Passed with {right} right answers.", right=quiz.needed),
    ]  # fmt: skip
    marks = tuple(
        Button(f"{CHOSEN if one == quiz.mark else ''}{one}%", data("quiz", "mark", quiz.id, one)) for one in MARKS
    )
    rounds = await _rounds(turn)
    keeps = [
        Button(
            (CHOSEN if one.id == quiz.round_id else "")
            + turn.label("Round {number}", number=turn.speech.ordinal(one.number)),
            data("quiz", "round", quiz.id, one.id),
        )
        for one in rounds
    ]
    if rounds:
        lines.append(turn.t("Whoever has not passed does not start a visit of the round chosen below:"))
        keeps.append(
            Button(
                ("" if quiz.round_id else CHOSEN) + turn.label("Keeps nobody back"), data("quiz", "round", quiz.id, 0)
            )
        )
    opens = (Button(turn.label("Open it, and tell them"), data("quiz", "go", quiz.id)),)
    back = (Button(turn.label("◀ Back"), data("quiz", "draft", quiz.id)),)
    turn.card(Markup("\n").join(lines), (marks, *in_rows(keeps), opens, back))


async def _rounds(turn: Turn) -> Sequence[Round]:
    """Return the rounds that are not over."""
    campaign = await campaign_of(turn.db, None)
    if campaign is None:
        return []
    today = campaigns.day_in(campaign.zone, turn.now)
    return [one for one in await campaigns.rounds_of(turn.db, campaign.id) if one.ends_on >= today]


async def mark_(turn: Turn, args: tuple[str, ...]) -> None:
    """Set what passes it."""
    quiz = await mine_draft(turn, args)
    if number(args, 1) not in MARKS:
        raise Stale
    quiz.mark = number(args, 1)
    await _show(turn, quiz)


async def round_(turn: Turn, args: tuple[str, ...]) -> None:
    """Set which round's visits wait for it, none with 0."""
    quiz, wanted = await mine_draft(turn, args), number(args, 1)
    if wanted and wanted not in {one.id for one in await _rounds(turn)}:
        raise Stale
    quiz.round_id = wanted or None
    await _show(turn, quiz)


async def _takers(turn: Turn) -> set[int]:
    """Return everybody who goes on visits."""
    return {one.person for one in (await whom.crowd(turn)).belongings if one.role in FIELD}


async def go(turn: Turn, args: tuple[str, ...]) -> None:
    """Open it, and tell everybody who is to take it."""
    quiz = await mine_draft(turn, args)
    if len(quiz.asks) < FEWEST:
        raise UserError(TOO_FEW)
    quiz.open(turn.now)
    takers = await _takers(turn) - {turn.who.id}
    if takers:
        notice = await notices.add(turn.db, turn.who.id, turn.now)
        said = turn.n(
            "📝 <b>{title}</b>\n\nA short quiz: {count} question, and why after each answer; {right} right pass it.",
            "📝 <b>{title}</b>\n\nA short quiz: {count} questions, and why after each answer; {right} right pass it.",
            len(quiz.asks), title=quiz.title, right=quiz.needed,
        )  # fmt: skip
        if quiz.round_id:
            said += Markup("\n") + turn.t("Please pass it before you start the round's visits.")
        notice.body = {"parts": [{"message": 0, "html": str(said)}], "quiz": quiz.id, "captioned": False}
        await notices.send(turn.db, notice, takers, turn.now)
        quiz.notice_id = notice.id
    turn.record("quiz.opened", f"quiz:{quiz.id}", people=len(takers), round=quiz.round_id or 0)
    aside.let_go(turn, "quiz")
    await standing.panel(turn, quiz)


async def end(turn: Turn, args: tuple[str, ...]) -> None:
    """Close it: it keeps nobody back any more."""
    quiz = await quizzes.get(turn.db, number(args, 0), lock=True)
    if quiz is None or quiz.state is not State.open:
        raise Stale
    quiz.close(turn.now)
    notice = await notices.get(turn.db, quiz.notice_id, lock=True) if quiz.notice_id is not None else None
    if notice is not None and notice.state in (notices.State.sending, notices.State.held):
        await notices.stop(turn.db, notice, turn.now)
    turn.record("quiz.closed", f"quiz:{quiz.id}")
    await standing.panel(turn, quiz)
