"""Shows what a form shows with a question: its pictures and sounds, one after the other, each choice's with its button.

The file takes the place of the card and the card comes back; nothing is written here, a choice is made by ``tapping``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from handlers.chat import Button
from handlers.checklist.steps import hold, let_wait, opened
from handlers.errors import Stale
from handlers.journey import data, number, word
from handlers.progress import brief, clipped
from handlers.widgets.pictures import shown_with

if TYPE_CHECKING:
    from forms.question import Question
    from handlers.items import Item
    from handlers.sheet import Sheet
    from handlers.turn import Turn
    from handlers.widgets.pictures import Shown

CAPTION = 300


async def picture(turn: Turn, args: tuple[str, ...]) -> None:
    """Show one of the files of a question."""
    sheet = await opened(turn, number(args, 0), to_write=False)
    item = sheet.screen(word(args, 1))
    question, at = sheet.question(item, number(args, 2)), number(args, 3)
    files = shown_with(sheet.walk, question, sheet.media, turn.speech.language)
    if not 0 <= at < len(files):
        raise Stale
    one, visit, place = files[at], sheet.visit.id, item.questions.index(question)
    hold(turn, sheet, item, asking=sheet.stored(question.path), skipped=let_wait(turn, sheet, item))
    caption = clipped(one.caption(turn.speech, sheet.walk, question), CAPTION)
    text = Markup("<b>{}.</b> {}").format(item.key, caption)
    moves = [
        Button(sign, data("checklist", "picture", visit, item.key, place, to))
        for sign, to in (("◀", at - 1), (f"{at + 1}/{len(files)}", at), ("▶", at + 1))
        if 0 <= to < len(files) and len(files) > 1
    ]
    back = Button(turn.label("◀ Back to item {number}", number=item.key), data("checklist", "go", visit, item.key, 0))
    rows = tuple(row for row in (tuple(moves), _choose(turn, sheet, item, question, one), (back,)) if row)
    if one.kind == "image":
        turn.pictured_card(text, rows, picture=sheet.media[one.name])
    else:
        turn.pictured_card(text, rows, document=sheet.media[one.name], filename=one.name)


def _choose(turn: Turn, sheet: Sheet, item: Item, question: Question, one: Shown) -> tuple[Button, ...]:
    """Return the button that makes the choice a picture belongs to."""
    values = [choice.value for choice in question.choices]
    if one.choice not in values or sheet.visit.state == "submitted" or question.kind == "rank":
        return ()
    verb = "toggle" if question.kind == "select_multiple" else "answer"
    place = item.questions.index(question)
    tap = data("checklist", verb, sheet.visit.id, item.key, place, values.index(one.choice), sheet.seen(question.path))
    ticked = one.choice in sheet.walk.value(question.path).split()
    label = brief(one.caption(turn.speech, sheet.walk, question))
    return (
        Button(
            ("☑ " if ticked else "☐ ") + label if verb == "toggle" else turn.label("Take {value}", value=label), tap
        ),
    )
