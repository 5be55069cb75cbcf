"""What came of a survey: how many have answered, what may be shown of it, as words, a picture and a table.

Results grow by ten answers at a time and by ten at least when the survey closes, never by one: from two pictures a
minute apart nobody can tell what the one in between said. What may be shown, supervision/ballot_figures.py decides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape

from handlers.belonging import campaign_of, zone_of
from handlers.chat import Button, Say, Tap
from handlers.errors import UserError
from handlers.journey import data
from handlers.once import put_once
from handlers.survey.making import STATES, mine, name_of
from handlers.text import mark
from reports.sheet import workbook
from storage.chat import outbox
from storage.voices import deliveries, surveys
from storage.voices.deliveries import State as Fate
from storage.voices.surveys import State
from supervision.ballot import TEXT
from supervision.ballot_figures import figures_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from handlers.chat import Rows
    from handlers.turn import Turn
    from reports.sheet import Cell, Sheet
    from storage.voices.surveys import Survey
    from supervision.ballot_figures import Figures, Row

SHOWN: Final = 3300
"""Characters of results in one message."""

A_PICTURE: Final = 36
"""Bars on one picture."""

PICTURES: Final = 6
TONES: Final = ("done", "partly", "planned", "late", "open", "muted")
"""Colours of answers side by side; what has more of them is in the table only."""

WORDS: Final = 12
"""Answers in words shown in the chat; all of them are in the table."""

NOTHING = mark(
    "There is nothing to show yet: results appear in steps, from {count} answers on, or when the survey closes."
)
TOO_FEW = mark("Fewer than {least} people answered, so nothing is shown: it would say who said what.")


async def show(turn: Turn, args: tuple[str, ...]) -> None:
    """Show how far a survey is and what came of it."""
    await keep(turn, await mine(turn, args))


async def keep(turn: Turn, survey: Survey) -> None:
    """Show it in the message that was tapped."""
    text, rows = await panel(turn, survey)
    live = await outbox.card_of(turn.db, turn.chat_id)
    if isinstance(turn.event, Tap) and turn.event.message_id != live:
        turn.change(text, rows)
    else:
        turn.card(text, rows, final=True)


async def panel(turn: Turn, survey: Survey) -> tuple[Markup, Rows]:
    """Return the panel of a survey: its state, turnout, results."""
    lines = [
        turn.t("<b>{title}</b> · {state}", title=name_of(turn, survey), state=turn.label(STATES[survey.state])),
        await _turnout(turn, survey),
    ]
    if survey.closes_at is not None and survey.state is State.open:
        zone = zone_of(await campaign_of(turn.db, None))
        lines.append(turn.t("Open until {time}", time=turn.speech.moment(survey.closes_at, zone)))
    found = shown(survey)
    lines += _in_words(turn, found) if found else [await _nothing(turn, survey)]
    text = Markup("\n").join(lines)
    if len(text) > SHOWN:
        text = Markup("\n").join([*lines[:3], turn.t("The results are long; please take the picture or the table.")])
    return text, _buttons(turn, survey, some=bool(found))


def shown(survey: Survey) -> list[Figures]:
    """Return what may be shown."""
    return figures_of(survey.items, survey.tally, survey.least, set(survey.places.values()))


async def _nothing(turn: Turn, survey: Survey) -> Markup:
    if survey.state is State.closed:
        return turn.t(TOO_FEW, least=survey.least)
    if survey.notice_id is not None and await _asked(turn, survey.notice_id) < survey.least:
        return turn.t("Fewer than {least} people: no result will be shown.", least=survey.least)
    return turn.t(NOTHING, count=2 * surveys.BATCH)


async def _turnout(turn: Turn, survey: Survey) -> Markup:
    if survey.notice_id is None:
        return turn.n("{count} answer", "{count} answers", survey.cast)
    asked = await _asked(turn, survey.notice_id)
    return turn.t("{cast} of {sent} have answered", cast=survey.cast, sent=max(asked, survey.cast))


async def _asked(turn: Turn, notice_id: int) -> int:
    """Return how many have it or are about to get it."""
    found, _ = await deliveries.counts(turn.db, notice_id)
    return found[Fate.sent] + found[Fate.waiting] + found[Fate.queued]


def _in_words(turn: Turn, found: list[Figures]) -> list[Markup]:
    lines = []
    for one in found:
        lines.append(Markup("\n<b>{}</b>").format(_title(one)))
        lines += [
            Markup("{} {} · {}%").format(_listed(turn, labels),
                                         count, round(100 * count / one.count))
            for labels, count in one.cells
        ]  # fmt: skip
        if one.mean is not None:
            lines.append(turn.t("mean {mean}", mean=f"{one.mean:.1f}"))
    return lines


def _listed(turn: Turn, names: Sequence[str]) -> str:
    """Write names one after another, as the person's language does."""
    return turn.label(", ").join(names)


def _title(one: Figures) -> str:
    return f"{one.item.key}. {one.item.text}"


def _buttons(turn: Turn, survey: Survey, *, some: bool) -> Rows:
    def to(verb: str) -> str:
        return data("survey", verb, survey.id)

    rows: list[tuple[Button, ...]] = []
    if some:
        rows.append((Button(turn.label("Picture"), to("chart")), Button(turn.label("Table"), to("table"))))
        if any(one.kind == TEXT for one in survey.items):
            rows.append((Button(turn.label("What was written"), to("words")),))
    if survey.state is State.open:
        if survey.link is not None:
            rows.append((Button(turn.label("Link and poster"), to("poster")),))
        if survey.notice_id is not None:
            rows.append((Button(turn.label("Remind who has not answered"), to("remind")),))
        rows.append((Button(turn.label("New version"), to("again")), Button(turn.label("Close now"), to("end"))))
    else:
        rows.append((Button(turn.label("Ask again"), to("again")),))
    rows.append((Button(turn.label("Refresh"), to("show")), Button(turn.label("◀ Surveys"), data("survey", "list"))))
    return tuple(rows)


async def chart(turn: Turn, args: tuple[str, ...]) -> None:
    """Send the results as pictures."""
    survey = await mine(turn, args)
    found = _some(turn, survey)
    under = turn.label("{count} answers, anonymous", count=survey.moved)
    pages: list[list[dict[str, Any]]] = [[]]
    for one in found:
        for bars in (_bars(turn, one), *_divided_bars(turn, one)):
            if sum(len(each["rows"]) for each in pages[-1]) + len(bars["rows"]) > A_PICTURE:
                pages.append([])
            pages[-1].append(bars)
    heading = {"title": survey.title, "under": under}
    for page in pages[:PICTURES]:
        blocks = [("heading", heading), *(("bars", one) for one in page)]
        said = Markup("<b>{}</b>").format(survey.title)
        turn.reply(Say(text=str(said), drawing={"theme": "light", "blocks": blocks}))


def _bars(turn: Turn, one: Figures) -> dict[str, Any]:
    """Return the bars of a question, as reports/drawing.py takes them."""
    end = "" if one.mean is None else " · " + turn.label("mean {mean}", mean=f"{one.mean:.1f}")
    if not one.cells:
        rows = [(turn.label("{count} answers", count=one.count), [("done", one.count)], end)]
        return {"title": _title(one), "keys": [], "rows": rows}
    rows = [
        (_listed(turn, labels), [("done", count)], f"{count} · {round(100 * count / one.count)}%")
        for labels, count in one.cells
    ]
    return {"title": _title(one) + end, "keys": [], "rows": rows, "whole": one.count}


def _divided_bars(turn: Turn, one: Figures) -> list[dict[str, Any]]:
    """Return the same by area and by level, as far as it may be shown: a bar a row, in the colours of the answers."""
    made = []
    for title, rows, says in (
        (turn.label("By area"), one.by_area, "{number}"),
        (turn.label("By level"), one.by_level, turn.speech.sentence(mark("Level {number}"))),
    ):
        if not rows or len(one.cells) > len(TONES):
            continue
        keys = [(tone, _listed(turn, labels)) for tone, (labels, _) in zip(TONES, one.cells, strict=False)]
        shown_rows = [_divided_row(turn, row, says, counted=bool(one.cells)) for row in rows]
        made.append({"title": f"{one.item.key}. {title}", "keys": keys, "rows": shown_rows})
    return made


def _divided_row(turn: Turn, row: Row, says: str, *, counted: bool) -> tuple[str, list[tuple[str, float]], str]:
    """Return the bar of an area or a level: its answers side by side, or how many they are with their mean."""
    name = _listed(turn, [says.format(number=name) if name else turn.label("elsewhere") for name in row.names])
    if counted:
        parts: list[tuple[str, float]] = list(zip(TONES, row.figures, strict=False))
        return name, parts, turn.label("{count} answers", count=sum(row.figures))
    mean = f"{row.mean:.1f}" if row.mean is not None else ""
    return name, [("done", row.figures[0])], turn.label("mean {mean}", mean=mean)


async def table(turn: Turn, args: tuple[str, ...]) -> None:
    """Send the results as a workbook: the whole, by area, by level, and what was written."""
    survey = await mine(turn, args)
    found = _some(turn, survey)
    sheets: list[Sheet] = [(turn.label("Results"), _whole(turn, found))]
    for name, rows in (
        (turn.label("By area"), [(one, one.by_area) for one in found if one.by_area]),
        (turn.label("By level"), [(one, one.by_level) for one in found if one.by_level]),
    ):
        if rows:
            sheets.append((name, _divided(turn, rows)))
    for item in survey.items:
        said = await surveys.words(turn.db, survey, item.key) if item.kind == TEXT else []
        if len(said) >= survey.least:
            sheets.append((f"{item.key}", [[item.text], *([one] for one in said)]))
    content = workbook(sheets)
    turn.say(
        turn.t(
            "{title}: figures of fewer than {least} people are put together.", title=survey.title, least=survey.least
        ),
        document=await put_once(turn, content),
        filename=f"survey-{survey.id}.xlsx",
    )


def _whole(turn: Turn, found: list[Figures]) -> list[list[Cell]]:
    rows: list[list[Cell]] = [[turn.label("Question"), turn.label("Answer"), turn.label("Number"), turn.label("Share")]]
    for one in found:
        rows += [
            [_title(one), _listed(turn, labels), count, round(count / one.count, 3)] for labels, count in one.cells
        ]
        if one.mean is not None:
            rows.append([_title(one), turn.label("mean"), one.count, round(one.mean, 2)])
    return rows


def _divided(turn: Turn, found: list[tuple[Figures, tuple[Row, ...]]]) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for one, parts in found:
        labels: list[Cell] = [_listed(turn, labels) for labels, _ in one.cells] or [
            turn.label("Number"),
            turn.label("mean"),
        ]
        rows.append([_title(one), *labels])
        for part in parts:
            name = _listed(turn, [name or turn.label("elsewhere") for name in part.names])
            mean: list[Cell] = [round(part.mean, 2)] if part.mean is not None else []
            rows.append([name, *part.figures, *mean])
        rows.append([])
    return rows


async def words(turn: Turn, args: tuple[str, ...]) -> None:
    """Show some of what was written, in no order; nothing where fewer wrote than may be shown."""
    survey = await mine(turn, args)
    _some(turn, survey)
    for item in survey.items:
        if item.kind != TEXT:
            continue
        said = await surveys.words(turn.db, survey, item.key)
        lines = [Markup("<b>{}. {}</b>").format(item.key, item.text)]
        if len(said) < survey.least:
            lines.append(turn.t("Fewer than {least} people wrote something, so it is not shown.", least=survey.least))
        else:
            lines += [Markup("· ") + escape(one[:200]) for one in said[:WORDS]]
        turn.say(Markup("\n").join(lines))


def _some(turn: Turn, survey: Survey) -> list[Figures]:
    """Return what may be shown; raises UserError when that is nothing."""
    found = shown(survey)
    if not found:
        del turn
        if survey.state is State.closed:
            raise UserError(TOO_FEW, least=survey.least)
        raise UserError(NOTHING, count=2 * surveys.BATCH)
    return found
