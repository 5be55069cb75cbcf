"""Walks the checklist by tapping: answer, toggle, go back, look over, let a photo wait.

A tap names its question and the answer its card was showing. Where that answer has changed since, nothing is written
until the person has seen both and chosen. Must not read messages (see ``sending``) nor draw (see ``card``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handlers.chat import Button
from handlers.checklist.card import Receipt, note_card, overview_card, question_card
from handlers.errors import Stale, UserError
from handlers.journey import data, number
from handlers.sheet import Sheet, sheet_of
from handlers.text import mark
from storage import people, visits

if TYPE_CHECKING:
    from forms.question import Question, Screen
    from handlers.turn import Turn

SUBMITTED = mark("This visit has been submitted; nothing was changed. Withdraw it first if something is wrong.")


async def opened(turn: Turn, visit_id: int, *, to_write: bool = True) -> Sheet:
    """Load a visit's checklist for this person.

    Stale when it is not theirs, UserError when it is wanted for writing and has been handed in.
    """
    visit = await visits.get(turn.db, visit_id)
    if visit is None or not visit.open_to(turn.who):
        raise Stale
    if to_write and visit.state == "submitted":
        raise UserError(SUBMITTED)
    return await sheet_of(turn, visit)


# --- showing ---


def show(turn: Turn, sheet: Sheet, screen: Screen, receipt: Receipt | None = None, *, again: bool = False) -> None:
    """Show the card of a screen: what is open on it first, otherwise its main question."""
    skipped = _skipped(turn, screen.number)
    waiting = [] if again else sheet.open_questions(screen, skipped)
    question = waiting[0] if waiting else sheet.main(screen)
    hold(turn, sheet, screen, skipped=skipped, asking=question.path)
    turn.card(*question_card(turn, sheet, screen, question, receipt))


def hold(turn: Turn, sheet: Sheet, screen: Screen, **more: Any) -> None:  # noqa: ANN401 - JSON data of the journey
    """Remember where the person is."""
    turn.remember("checklist", visit=sheet.visit.id, number=screen.number, **more)


def show_overview(turn: Turn, sheet: Sheet, receipt: Receipt | None = None) -> None:
    """Show the whole checklist at a glance; the item the person was on stays the one that photos go to."""
    at = turn.state.get("number") if turn.conversation.journey == "checklist" else None
    turn.remember("checklist", visit=sheet.visit.id, number=at, mode="overview")
    turn.card(*overview_card(turn, sheet, receipt))


def advance(turn: Turn, sheet: Sheet, screen: Screen, receipt: Receipt | None = None) -> None:
    """Go where the walk goes from a screen: its next follow-up, the next open item, or the overview."""
    if sheet.open_questions(screen, _skipped(turn, screen.number)):
        show(turn, sheet, screen, receipt)
        return
    following = sheet.next_open(after=screen.number or 0)
    if following is None or following is screen:
        show_overview(turn, sheet, receipt)
    else:
        show(turn, sheet, following, receipt)


def _skipped(turn: Turn, at: int | None) -> list[str]:
    """Return the follow-ups the person let wait on this item, forgotten once they move to another."""
    state = turn.state if turn.conversation.journey == "checklist" else {}
    return list(state.get("skipped", [])) if state.get("number") == at else []


# --- writing ---


async def write(turn: Turn, sheet: Sheet, question: Question, value: str, message_id: int | None = None) -> None:
    """Write one answer, keep its history, and bring the walk up to date."""
    answer = await visits.write(
        turn.db,
        sheet.visit,
        question.path,
        value,
        by=turn.who,
        now=turn.now,
        chat_id=turn.chat_id,
        message_id=message_id,
    )
    sheet.answers[question.path] = answer
    sheet.walk.set(question.path, value)


def refuse_violation(turn: Turn, sheet: Sheet, question: Question, value: str) -> None:
    """Raise the form's own words when it does not allow the value."""
    violation = sheet.walk.check(question.path, value)
    if violation is not None:
        words = violation.message(turn.speech.language)
        if words:
            raise UserError(mark("{words}"), words=words)
        raise UserError(mark("The form does not allow this answer. Nothing was changed."))


def _aim(sheet: Sheet, args: tuple[str, ...]) -> tuple[Screen, Question, str]:
    """Return what a tap is about: (screen, question, choice name); Stale when that is not there to be chosen."""
    screen = sheet.screen(number(args, 1))
    question = sheet.question(screen, number(args, 2))
    index = number(args, 3)
    if not 0 <= index < len(question.choices):
        raise Stale
    choice = question.choices[index].value
    offered = {one.value for one in sheet.walk.choices(question.path)}
    if not sheet.walk.relevant(question.path) or choice not in offered:
        raise Stale
    return screen, question, choice


async def answer(turn: Turn, args: tuple[str, ...]) -> None:
    """Choose one; go on by itself."""
    sheet = await opened(turn, number(args, 0))
    screen, question, choice = _aim(sheet, args)
    value = sheet.walk.value(question.path)
    if value == choice:
        turn.toast(_recorded(turn, screen, question, choice))
        if turn.state.get("asking") == question.path and turn.state.get("number") == screen.number:
            advance(turn, sheet, screen)
        return
    if value and sheet.seen(question.path) != number(args, 4):
        await _ask_before_changing(turn, sheet, screen, question, args)
        return
    await settle(turn, sheet, screen, question, choice)


async def settle(turn: Turn, sheet: Sheet, screen: Screen, question: Question, choice: str) -> None:
    """Write a choice and move on; an answer that the form forbids is refused in the form's words."""
    refuse_violation(turn, sheet, question, choice)
    await write(turn, sheet, question, choice)
    turn.toast(_recorded(turn, screen, question, choice))
    advance(turn, sheet, screen)


def _recorded(turn: Turn, screen: Screen, question: Question, choice: str) -> str:
    label = next(one.label(turn.speech.language) for one in question.choices if one.value == choice)
    return turn.label("Item {number}: {answer}", number=screen.number, answer=label)


async def _ask_before_changing(
    turn: Turn, sheet: Sheet, screen: Screen, question: Question, args: tuple[str, ...]
) -> None:
    """Show what the answer has become since the card was drawn, and let the person choose."""
    standing = sheet.answers[question.path]
    author = await people.by_id(turn.db, standing.by_id)
    labels = {one.value: one.label(turn.speech.language) for one in question.choices}
    text = turn.t(
        "<b>{number}. {title}</b>\n\n{who} answered “{old}” at {when}. Change it to “{new}”?",
        number=screen.number,
        title=sheet.walk.label(sheet.main(screen).path, turn.speech.language),
        who=author.name if author else "—",
        when=turn.speech.moment(standing.at, sheet.zone),
        old=labels.get(standing.value, standing.value),
        new=question.choices[number(args, 3)].label(turn.speech.language),
    )
    change = data("checklist", "change", *args[:4], standing.id)
    keep = data("checklist", "go", sheet.visit.id, screen.number)
    hold(turn, sheet, screen)
    turn.card(text, ((Button(turn.label("Change it"), change), Button(turn.label("Leave it"), keep)),))


async def change(turn: Turn, args: tuple[str, ...]) -> None:
    """Overwrite an answer after seeing it; asks again when it has moved on once more."""
    sheet = await opened(turn, number(args, 0))
    screen, question, choice = _aim(sheet, args)
    if sheet.seen(question.path) != number(args, 4) and sheet.walk.value(question.path) != choice:
        await _ask_before_changing(turn, sheet, screen, question, args)
        return
    await settle(turn, sheet, screen, question, choice)


async def toggle(turn: Turn, args: tuple[str, ...]) -> None:
    """Tick or untick one of several; the card stays until Done."""
    sheet = await opened(turn, number(args, 0))
    screen, question, choice = _aim(sheet, args)
    if sheet.seen(question.path) != number(args, 4):
        turn.toast(turn.label("This has changed since; please look again."))
    else:
        held = set(sheet.walk.value(question.path).split()) ^ {choice}
        value = " ".join(one.value for one in question.choices if one.value in held)
        refuse_violation(turn, sheet, question, value)
        await write(turn, sheet, question, value)
    hold(turn, sheet, screen, asking=question.path, skipped=_skipped(turn, screen.number))
    turn.card(*question_card(turn, sheet, screen, question))


# --- moving ---


async def go(turn: Turn, args: tuple[str, ...]) -> None:
    """Jump to an item."""
    sheet = await opened(turn, number(args, 0))
    show(turn, sheet, sheet.screen(number(args, 1)))


async def again(turn: Turn, args: tuple[str, ...]) -> None:
    """Show an item's main question again, to choose otherwise."""
    sheet = await opened(turn, number(args, 0))
    show(turn, sheet, sheet.screen(number(args, 1)), again=True)


async def back(turn: Turn, args: tuple[str, ...]) -> None:
    """Show the item before."""
    sheet = await opened(turn, number(args, 0))
    before = sheet.neighbour(number(args, 1), -1)
    show(turn, sheet, before or sheet.numbered()[0])


async def following(turn: Turn, args: tuple[str, ...]) -> None:
    """Show the item after this one, or a follow-up still open on it; the overview after the last."""
    sheet = await opened(turn, number(args, 0))
    screen = sheet.screen(number(args, 1))
    waiting = sheet.open_questions(screen, _skipped(turn, screen.number))
    if waiting and waiting[0].path != turn.state.get("asking"):
        show(turn, sheet, screen)
        return
    after = sheet.neighbour(screen.number or 0, +1)
    if after is None:
        show_overview(turn, sheet)
    else:
        show(turn, sheet, after)


async def later(turn: Turn, args: tuple[str, ...]) -> None:
    """Let a follow-up wait: the item stays open in the overview, the walk goes on."""
    sheet = await opened(turn, number(args, 0))
    screen = sheet.screen(number(args, 1))
    question = sheet.question(screen, number(args, 2))
    skipped = [*_skipped(turn, screen.number), question.path]
    rest = [one for one in sheet.open_questions(screen, skipped) if one.path not in skipped]
    if rest and rest[0].kind not in {"image", "text"}:
        hold(turn, sheet, screen, skipped=skipped)
        show(turn, sheet, screen)
        return
    after = sheet.next_open(after=screen.number or 0)
    if after is None or (after.number or 0) <= (screen.number or 0):
        show_overview(turn, sheet)
    else:
        show(turn, sheet, after)


async def overview(turn: Turn, args: tuple[str, ...]) -> None:
    """Show the whole checklist."""
    show_overview(turn, await opened(turn, number(args, 0), to_write=False))


async def note(turn: Turn, args: tuple[str, ...]) -> None:
    """Wait for one sentence on an item."""
    sheet = await opened(turn, number(args, 0))
    screen = sheet.screen(number(args, 1))
    if sheet.note(screen) is None:
        raise Stale
    hold(turn, sheet, screen, mode="note", skipped=_skipped(turn, screen.number))
    turn.card(*note_card(turn, sheet, screen))


async def hint(turn: Turn, args: tuple[str, ...]) -> None:
    """Show an item with all the form says about it: what each answer means."""
    sheet = await opened(turn, number(args, 0))
    screen = sheet.screen(number(args, 1))
    hold(turn, sheet, screen, asking=sheet.main(screen).path, skipped=_skipped(turn, screen.number))
    turn.card(*question_card(turn, sheet, screen, sheet.main(screen), at_length=True))


async def enter(turn: Turn, *, visit: int) -> None:
    """Come into a visit's checklist: the same place as last time, or the first open item."""
    sheet = await opened(turn, visit, to_write=False)
    held = turn.state if turn.conversation.journey == "checklist" and turn.state.get("visit") == visit else {}
    here = next((one for one in sheet.numbered() if one.number == held.get("number")), None)
    screen = here if here is not None and not sheet.complete(here) else sheet.next_open()
    if screen is None or sheet.visit.state == "submitted":
        show_overview(turn, sheet)
    else:
        show(turn, sheet, screen)
