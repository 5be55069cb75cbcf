"""Draws what is on screen of a random draw. Pure: it reads a draw and returns text and buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers.chat import Button
from handlers.journey import data
from handlers.progress import brief, listed
from handlers.rows import CHOSEN, in_rows
from supervision.draw_record import STRATIFIED, UNIFORM

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from handlers.chat import Rows
    from handlers.turn import Turn
    from storage.visit.draws import Draw

NUMBERS: Final = (1, 2, 3, 5, 8, 10, 15, 20)
NAMES_SHOWN: Final = 60
SOME: Final = 5


def commitment_card(turn: Turn, draw: Draw, units: int, planned: int) -> tuple[Markup, Rows]:
    """Return the first card: the seed's hash, and where to draw from."""
    text = turn.t(
        "🎲 <b>Random draw {number}</b>\nThe seed is settled; this is its hash, shown before any list is known:\n"
        "<code>{hash}</code>\n\nDraw from what? Tap, or send a list: one name on each line, a category behind a comma "
        "where there is one; or a file (.xlsx, .csv, .txt).",
        number=draw.id,
        hash=draw.commitment,
    )
    rows = []
    if units:
        rows.append((Button(turn.label("Units of the group ({count})", count=units), data("draw", "units", draw.id)),))
    if planned:
        rows.append((Button(turn.label("Visits planned ({count})", count=planned), data("draw", "planned", draw.id)),))
    rows.append((Button(turn.label("Earlier draws"), data("draw", "earlier")),))
    return text, tuple(rows)


def list_card(
    turn: Turn, draw: Draw, method: str, again: Sequence[str] = (), note: Markup | None = None
) -> tuple[Markup, Rows]:
    """Return the second card: the list that was taken, and how many to draw."""
    entries, strata = draw.population, draw.strata
    some = listed(turn, (brief(one.name, 16) for one in entries[:SOME]))
    lines = [
        turn.t("🎲 <b>Random draw {number}</b>", number=draw.id),
        turn.n(
            "A list of {count}: {some}",
            "A list of {count}: {some}",
            len(entries),
            some=some + (" …" if len(entries) > SOME else ""),
        ),
    ]
    if draw.again:
        names = listed(turn, (brief(one, 16) for one in again[:SOME]))
        lines.append(
            turn.n(
                "{count} name stood there more than once and counts once{names}.",
                "{count} names stood there more than once and count once{names}.",
                draw.again,
                names=turn.label(": {names}", names=names) if names else "",
            )
        )
    lines.append(turn.t("How many are to be drawn? Tap, or send a number."))
    numbers = [Button(str(n), data("draw", "make", draw.id, n, method)) for n in NUMBERS if n <= len(entries)]
    rows = in_rows(numbers)
    if strata > 1:
        lines.append(turn.n("The list has {count} category.", "The list has {count} categories.", strata))
        said = {UNIFORM: turn.label("All alike"), STRATIFIED: turn.label("By category")}
        rows = (
            *rows,
            tuple(
                Button((CHOSEN if one == method else "") + label, data("draw", "method", draw.id, one))
                for one, label in said.items()
            ),
        )
    rows = (*rows, (Button(turn.label("◀ Another list"), data("draw", "list", draw.id)),))
    return Markup("\n").join([*lines, *([note] if note else [])]), rows


def result_card(turn: Turn, draw: Draw, zone: tzinfo) -> tuple[Markup, Rows]:
    """Return the last card: who was drawn, the seed, and the record to be handed on."""
    record = draw.record()
    drawn_at = draw.drawn_at or draw.committed_at
    lines = [
        turn.t("🎲 <b>Random draw {number}</b> · {when}", number=draw.id, when=turn.speech.moment(drawn_at, zone)),
        turn.t("{size} of {count}, by category:", size=draw.size, count=len(record.population))
        if draw.method == STRATIFIED
        else turn.t("{size} of {count}, all alike:", size=draw.size, count=len(record.population)),
    ]
    lines += [Markup.escape(f"{at}. {brief(name, 40)}") for at, name in enumerate(record.drawn[:NAMES_SHOWN], 1)]
    if (rest := len(record.drawn) - NAMES_SHOWN) > 0:
        lines.append(turn.n("and {count} more in the record", "and {count} more in the record", rest))
    lines += [
        turn.t(
            "\nHash, shown {when}: <code>{hash}</code>",
            when=turn.speech.moment(draw.committed_at, zone),
            hash=draw.commitment,
        ),
        turn.t("Seed: <code>{seed}</code>", seed=record.seed),
        turn.t("Nobody but your group has been told."),
    ]
    rows = (
        (Button(turn.label("📄 Record to check it by"), data("draw", "record", draw.id)),),
        (
            Button(turn.label("🎲 Draw again"), data("draw", "begin")),
            Button(turn.label("Earlier draws"), data("draw", "earlier")),
        ),
    )
    return Markup("\n").join(lines), rows
