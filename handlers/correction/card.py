"""Draws a ticket: for whoever mends it with the item's own widgets, for whoever judges it as before and after.

Pure drawing: it reads a desk and returns text and buttons.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers.chat import Button
from handlers.journey import data
from handlers.progress import brief, clipped, item_title
from handlers.text import mark
from handlers.widgets.asked import Asked
from handlers.widgets.kinds import widget_of
from handlers.widgets.words import asked_in, in_words
from storage.visit.corrections import State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from forms.question import Question
    from handlers.chat import Rows
    from handlers.correction.desk import Desk
    from handlers.turn import Turn

WORDS: Final = 400
LABEL: Final = 14
EARLIER: Final = 120
"""Characters of what was said before the last two: a message holds 4096 of everything."""

SHOWN: Final = 6
"""Things that were said, or pieces of evidence, on one card."""

QUOTED: Final = 3
"""Captions of new evidence on one card; each stands with its piece as well."""

TYPED_CODE = mark("Type what stands under the code. A photo is kept as evidence; it is not read here.")

STATES: Final[Mapping[State, str]] = {
    State.open: mark("With {who}, by {day}."),
    State.mended: mark("Mended by {who}; it stands once it is approved."),
    State.declined: mark("{who} leaves it as it is, and says why."),
    State.approved: mark("Approved: what was mended stands."),
    State.dropped: mark("Closed: the answer stands as it was."),
}


def heading(turn: Turn, desk: Desk) -> list[Markup]:
    """Return the lines that begin every card: which visit, which item."""
    lines = [turn.t("<b>Correction</b> · {unit}", unit=desk.sheet.visit.unit.name) + Markup("\n")]
    if desk.item is not None:
        lines.append(item_title(turn, desk.sheet, desk.item))
    else:
        lines.append(turn.t("<b>Item {number}</b>", number=desk.ticket.number))
    return lines


def differences(turn: Turn, desk: Desk) -> list[Markup]:
    """Return a line for each thing that was mended, before and after; what stays of the main answer otherwise."""
    lines = [
        turn.t(
            "{label}: {before} → <b>{after}</b>",
            label=_label(turn, desk, question),
            before=clipped(before, WORDS) or "—",
            after=clipped(after, WORDS) or "—",
        )
        for question, before, after in desk.changes(turn)
    ]
    if desk.fresh:
        said = [one.caption for one in desk.fresh if one.caption][:QUOTED]
        more = Markup("").join(turn.t(" “{words}”", words=brief(words, LABEL * 2)) for words in said)
        lines.append(turn.t("New evidence: 📎 {count}", count=len(desk.fresh)) + more)
    return lines


def _label(turn: Turn, desk: Desk, question: Question) -> str:
    if desk.item is not None and question.path == desk.sheet.main(desk.item).path:
        return turn.label("Answer")
    return brief(asked_in(turn.speech, desk.sheet.walk, question), LABEL * 2)


def standing(turn: Turn, desk: Desk) -> list[Markup]:
    """Return what was answered: the main answer and the words with it, as they stand."""
    if desk.item is None:
        return []
    main, note = desk.sheet.main(desk.item), desk.sheet.note(desk.item)
    answer = clipped(desk.before.get(main.path, ""), WORDS) or "—"
    settled = desk.ticket.state is State.approved
    lines = [
        turn.t("Answer: <b>{answer}</b>", answer=answer) if settled else turn.t("Answered: {answer}", answer=answer)
    ]
    if note is not None and (words := desk.before.get(note.path, "")):
        lines.append(turn.t("✎ {note}", note=clipped(words, WORDS)))
    return lines


def said(turn: Turn, desk: Desk, names: Mapping[int, str]) -> list[Markup]:
    """Return what leader and inspector wrote to each other about it, the latest last."""
    spoken = [(names.get(who, "") or "—", words) for who, _, words in desk.ticket.said if words]
    spoken = spoken[-SHOWN:]
    return [
        turn.t("{who}: {words}", who=who, words=clipped(words, WORDS if at >= len(spoken) - 2 else EARLIER))
        for at, (who, words) in enumerate(spoken)
    ]


def asked_on(turn: Turn, desk: Desk, at: int, held: str) -> Asked:
    """Return a question as its widget sees it; its taps find their way back to the ticket."""
    ticket = desk.ticket.id
    question = desk.asked()[at]
    return Asked(
        turn.speech,
        desk.sheet.walk,
        question,
        desk.sheet.now,
        lambda word: data("correction", "tap", ticket, at, word),
        held,
    )


def mend_card(
    turn: Turn, desk: Desk, names: Mapping[int, str], at: int = 0, held: str = "", complaint: Markup | None = None
) -> tuple[Markup, Rows]:
    """Return the card on which an item is mended; ``at`` is the question that is asked, 0 the one it is about."""
    asked = desk.asked()
    at = at if 0 <= at < len(asked) else 0
    lines = [*heading(turn, desk), *said(turn, desk, names), Markup(""), *standing(turn, desk)]
    lines += differences(turn, desk)
    question = asked_on(turn, desk, at, held)
    widget = widget_of(question.question)
    if at:
        lines.append(turn.t("\n<b>{label}</b>", label=asked_in(turn.speech, desk.sheet.walk, question.question)))
        if value := in_words(turn.speech, desk.sheet.walk, question.question):
            lines.append(turn.t("Answer: <b>{answer}</b>", answer=clipped(value, WORDS)))
    how = widget.how(question) if question.question.kind != "barcode" else turn.t(TYPED_CODE)
    lines += [how] if how else []
    if not at and desk.item is not None and desk.sheet.note(desk.item) is not None:
        lines.append(turn.t("\nA sentence you send is added to the note; photos and files are welcome."))
    if complaint is not None:
        lines.append(turn.t("\n⚠ {complaint}", complaint=complaint))
    rows = [*widget.rows(question), *_others(turn, desk, at), *_ends(turn, desk)]
    return Markup("\n").join(lines), tuple(rows)


def _others(turn: Turn, desk: Desk, at: int) -> Rows:
    """Return the ways to the other questions of the item, two in a row."""
    buttons = [
        Button(
            "✎ " + brief(_label(turn, desk, one), LABEL),
            data("correction", "at", desk.ticket.id, place),
        )
        for place, one in enumerate(desk.asked())
        if place != at
    ]
    return tuple(tuple(buttons[place : place + 2]) for place in range(0, len(buttons), 2))


def _ends(turn: Turn, desk: Desk) -> Rows:
    ticket = desk.ticket.id
    rows: list[tuple[Button, ...]] = [
        (
            Button(turn.label("✓ Mended"), data("correction", "done", ticket)),
            Button(turn.label("Leave as it is …"), data("correction", "why", ticket)),
        )
    ]
    if desk.fresh:
        last = desk.fresh[-1]
        label = turn.label("✕ Take the last 📎 back")
        rows.insert(0, (Button(label, data("correction", "remove", ticket, last.id)),))
    return (*rows, (Button(turn.label("◀ To do"), data("visit", "todo")),))


def look_card(turn: Turn, desk: Desk, names: Mapping[int, str]) -> tuple[Markup, Rows]:
    """Return the card on which a ticket is judged, or followed: what was said, before and after, how it stands."""
    ticket = desk.ticket
    who, day = names.get(ticket.to_id, "") or "—", turn.speech.day(ticket.due_on)
    lines = [*heading(turn, desk), *standing(turn, desk), Markup(""), *said(turn, desk, names)]
    if ticket.live:
        lines += differences(turn, desk)
        if desk.item is not None and desk.sheet.visit.state == "submitted":
            lines += _gaps(turn, desk)
    lines.append(Markup("\n") + turn.t(STATES[ticket.state], who=who, day=day))
    if desk.judge:
        lines.append(turn.t("You have mended it yourself, so {who} approves it.", who=desk.judge))
    elif ticket.state is State.approved and ticket.last(State.approved)[0] == ticket.last(State.mended)[0]:
        name = names.get(ticket.last(State.approved)[0], "") or "—"
        lines.append(turn.t("Mended and approved by {who} alone: nobody else led the group.", who=name))
    pieces = [
        Button(f"📎 {at}", data("correction", "piece", ticket.id, one.id))
        for at, one in enumerate(desk.fresh[:SHOWN], 1)
        if one.kind != "place"
    ]
    rows: list[tuple[Button, ...]] = [tuple(pieces)] if pieces and ticket.live else []
    rows += _verdicts(turn, desk)
    if desk.leads:
        rows.append((Button(turn.label("↩ Corrections"), data("correction", "pick", ticket.visit_id)),))
    rows.append((Button(turn.label("Summary"), data("visit", "summary", ticket.visit_id)),))
    return Markup("\n").join(lines), tuple(rows)


def _gaps(turn: Turn, desk: Desk) -> list[Markup]:
    """Say which items would be in the way of handing in, once this stands."""
    items = [one.key for one in desk.sheet.unfinished()]
    return [turn.t("⚠ With this, items would lack something: {numbers}", numbers=", ".join(items))] if items else []


def _verdicts(turn: Turn, desk: Desk) -> Rows:
    ticket = desk.ticket
    again = Button(turn.label("↩ Send back again …"), data("correction", "again", ticket.id))
    if not ticket.live or desk.sheet.visit.state != "submitted":
        return ()
    if desk.mendable and not desk.leads:
        return ((Button(turn.label("✎ Mend it"), data("correction", "open", ticket.id)),),)
    if not desk.leads:
        return ()
    if ticket.state is State.mended:
        approve = Button(turn.label("✓ Approve"), data("correction", "approve", ticket.id))
        return ((again,) if desk.judge else (approve, again),)
    if ticket.state is State.declined:
        return ((Button(turn.label("Let it stand"), data("correction", "drop", ticket.id)), again),)
    take = turn.label("✎ Mend it") if desk.mine else turn.label("✎ Mend it myself")
    return (
        (
            Button(take, data("correction", "mine", ticket.id)),
            Button(turn.label("✕ Take back"), data("correction", "drop", ticket.id)),
        ),
    )
