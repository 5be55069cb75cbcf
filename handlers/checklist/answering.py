"""Takes what a widget was tapped for or sent on a visit: writes it, goes on, or shows how far it has come.

What a widget holds between two taps lies with the item in the conversation and is forgotten with it; only a whole
answer is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from forms.canonical import InvalidAnswer, canonical
from forms.question import SELECTS
from handlers.checklist.asking import BY_WIDGET, on_card
from handlers.checklist.card import Receipt, question_card
from handlers.checklist.steps import advance, held, hold, is_asking, let_wait, opened, refuse_violation, show, write
from handlers.errors import Stale, UserError
from handlers.journey import number, word
from handlers.progress import brief, value_text
from handlers.text import mark
from handlers.widgets.kinds import WIDGETS, widget_of
from handlers.widgets.words import asked_in

if TYPE_CHECKING:
    from forms.question import Question
    from handlers.chat import Message
    from handlers.items import Item
    from handlers.sheet import Sheet
    from handlers.turn import Turn
    from handlers.widgets.asked import Step

CHANGED = mark("This has changed since; please look again.")
FORBIDDEN = mark("The form does not allow this answer. Nothing was changed.")
WORDS = 5
"""What a widget's button carries: visit, item, question, the answer that was shown, and the widget's own word."""


def holding(turn: Turn, sheet: Sheet, screen: Item, question: Question) -> str:
    """Return what the question's widget holds: nothing once another question is on screen."""
    state = held(turn, sheet)
    here = state.get("number") == screen.key and is_asking(turn, sheet, question)
    return str(state.get("held", "")) if here else ""


async def widget(turn: Turn, args: tuple[str, ...]) -> None:
    """Take a tap on a widget; one on a card that showed another answer is shown anew first."""
    if len(args) != WORDS:
        raise Stale
    sheet = await opened(turn, number(args, 0))
    screen = sheet.screen(word(args, 1))
    question = sheet.question(screen, number(args, 2))
    if question.kind not in WIDGETS:
        raise Stale
    if not sheet.asks(question) or sheet.seen(question.path) != number(args, 3):
        turn.toast(turn.label(CHANGED))
        show(turn, sheet, screen)
        return
    asked = on_card(turn, sheet, screen, question, holding(turn, sheet, screen, question))
    await take(turn, sheet, screen, question, widget_of(question).tapped(asked, args[4]))


def wanted(turn: Turn, sheet: Sheet, screen: Item) -> Question | None:
    """Return the question on screen that its widget asks, None when it is of another kind."""
    state = held(turn, sheet)
    if state.get("mode") in {"overview", "note"} or state.get("number") != screen.key:
        return None
    asking = next((one for one in screen.questions if is_asking(turn, sheet, one)), None)
    return asking if asking is not None and asking.kind in BY_WIDGET and sheet.asks(asking) else None


async def sent(turn: Turn, sheet: Sheet, screen: Item, question: Question, message: Message) -> bool:
    """Take a message for a widget; False when it has no use for it."""
    asked = on_card(turn, sheet, screen, question, holding(turn, sheet, screen, question))
    step = widget_of(question).sent(asked, message)
    if step is None:
        return False
    await take(turn, sheet, screen, question, step, message.message_id)
    return True


def _stored(sheet: Sheet, question: Question, value: str) -> str:
    """Return a value as it is stored; UserError for one that the question cannot hold."""
    offered = sheet.walk.choices(question.path) if question.kind in SELECTS else ()
    try:
        return canonical(question, value, [one.value for one in offered])
    except InvalidAnswer as error:
        raise UserError(FORBIDDEN) from error


async def take(
    turn: Turn, sheet: Sheet, screen: Item, question: Question, step: Step, message_id: int | None = None
) -> None:
    """Write what a step came to and go on; what is not whole yet is held and shown."""
    if step.value is not None and step.value != sheet.walk.value(question.path):
        value = _stored(sheet, question, step.value)
        refuse_violation(turn, sheet, question, value)
        await write(turn, sheet, question, value, message_id)
    if not step.done:
        skipped = let_wait(turn, sheet, screen)
        hold(turn, sheet, screen, asking=sheet.stored(question.path), skipped=skipped, held=step.held)
        turn.card(*question_card(turn, sheet, screen, question, held=step.held))
        return
    label, value = (
        brief(asked_in(turn.speech, sheet.walk, question)),
        brief(value_text(turn, sheet, question)),
    )
    if message_id is None:
        turn.toast(turn.label("Item {number}: {answer}", number=screen.key, answer=value))
        advance(turn, sheet, screen)
    else:
        done = turn.t("✓ Recorded: {label} {value}", label=label, value=value)
        advance(turn, sheet, screen, Receipt(done, undo=message_id))
