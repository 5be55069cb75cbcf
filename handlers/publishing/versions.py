"""Published forms: the list of them, each with its version, when and by whom, and how many visits use it.

A version is never changed and never deleted; retiring one lets no new round choose it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers.access import may
from handlers.belonging import campaign_of, zone_of
from handlers.chat import Button
from handlers.errors import Stale, UserError
from handlers.journey import data, number
from handlers.menu import way_back
from handlers.progress import brief, called, listed
from handlers.publishing import preview
from handlers.text import mark
from storage import audit, people
from storage.campaign import drafts
from storage.campaign import forms as form_versions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from handlers.chat import Rows
    from handlers.turn import Turn
    from storage.campaign.campaigns import Round
    from storage.campaign.forms import FormVersion, Use

SHOWN: Final = 6
"""Versions on one page."""

DRAFTS: Final = 3
"""Forms not yet published that stand in the list."""

TITLE: Final = 28
"""Characters of a title that fit on a button."""

CHOSEN = mark("This version is chosen for round {rounds}, which has not begun. Choose another form for it first.")


# --- pages, for all that is looked through here ---


def page(args: tuple[str, ...], at: int, count: int) -> int:
    """Return the page a button asks for, within what there is."""
    return min(max(number(args, at), 0), count - 1) if len(args) > at else 0


def turning(verb: str, about: int, at: int, count: int) -> Rows:
    """Return the row that turns pages, none when there is one page."""
    if count <= 1:
        return ()
    row = []
    if at:
        row.append(Button("◀", data("publishing", verb, about, at - 1)))
    row.append(Button(f"{at + 1}/{count}", data("publishing", verb, about, at)))
    if at + 1 < count:
        row.append(Button("▶", data("publishing", verb, about, at + 1)))
    return (tuple(row),)


# --- the list ---


async def forms(turn: Turn, words: str) -> None:
    """Open the forms: from now on a file that is sent is a form."""
    del words
    turn.remember("publishing")
    await show_list(turn, 0)


async def listed_at(turn: Turn, args: tuple[str, ...]) -> None:
    """Turn to a page of the list."""
    turn.remember("publishing")
    await show_list(turn, number(args, 0) if args else 0)


async def show_list(turn: Turn, asked: int) -> None:
    """Show a page of what is published, and what is not yet."""
    total = await form_versions.count(turn.db)
    pages = max(1, -(-total // SHOWN))
    at = min(max(asked, 0), pages - 1)
    shown = await form_versions.every(turn.db, offset=at * SHOWN, limit=SHOWN)
    use = await form_versions.uses(turn.db, [one.id for one in shown])
    lines = [turn.t("<b>Forms</b>")]
    rows: list[tuple[Button, ...]] = []
    for place, one in enumerate(shown, at * SHOWN + 1):
        lines += [await _line(turn, place, one, use[one.id])]
        label = f"{place}. {brief(one.title, TITLE)} {one.version}".rstrip()
        rows.append((Button(label, data("publishing", "version", one.id)),))
    if not shown:
        lines.append(turn.t("None is published yet."))
    mine = await drafts.of_person(turn.db, turn.who.id, DRAFTS)
    rows += [
        (Button(turn.label("Not published: {name}", name=brief(one.name, TITLE)), data("publishing", "draft", one.id)),)
        for one in mine
    ]
    lines.append(turn.t("\nTo check or publish a form, send it here as a file: .xlsx, .xls, .csv, .md or .xml."))
    if pages > 1:
        moves = [("◀", at - 1), (f"{at + 1}/{pages}", at), ("▶", at + 1)]
        rows.append(tuple(Button(label, data("publishing", "list", to)) for label, to in moves if 0 <= to < pages))
    turn.card(Markup("\n").join(lines), (*rows, way_back(turn.speech)))


async def _line(turn: Turn, place: int, one: FormVersion, use: Use) -> Markup:
    text = turn.t("\n{place}. <b>{title}</b> {version}", place=place, title=one.title, version=one.version)
    if one.retired_at is not None:
        text += turn.t(" (retired)")
    return text + Markup("\n   ") + await _published(turn, one) + Markup(" · ") + _visits(turn, use)


async def _published(turn: Turn, one: FormVersion) -> Markup:
    """Say when a version was published and by whom."""
    zone = zone_of(await campaign_of(turn.db, None))
    when = turn.speech.moment(one.published_at, zone)
    deeds = await audit.of_subject(turn.db, f"form:{one.id}")
    by = next((deed.person_id for deed in deeds if deed.action == "form.published"), None)
    if by is None:
        return turn.t("published {when}, with the campaign", when=when)
    return turn.t("published {when} by {who}", when=when, who=called(await people.by_id(turn.db, by)))


def _visits(turn: Turn, use: Use) -> Markup:
    if not use.visits:
        return turn.t("no visit uses it")
    return turn.n("{count} visit", "{count} visits", use.visits)


# --- one version ---


async def _found(turn: Turn, args: tuple[str, ...]) -> FormVersion:
    found = await form_versions.get(turn.db, number(args, 0))
    if found is None:
        raise Stale
    return found


async def card(turn: Turn, one: FormVersion) -> tuple[Markup, Rows]:
    """Draw one published version and what can be done with it."""
    use = (await form_versions.uses(turn.db, [one.id]))[one.id]
    form = await turn.kit.shelf.form(turn.db, one.id)
    lines = [
        turn.t("<b>{title}</b>", title=one.title),
        turn.t("{form} · version {version}", form=one.form_id, version=one.version or "–"),
        turn.n(
            "{count} question, from {name}", "{count} questions, from {name}", preview.count(form), name=one.source_name
        ),
        await _published(turn, one),
    ]
    if one.retired_at is not None:
        zone = zone_of(await campaign_of(turn.db, None))
        lines.append(turn.t("retired {when}", when=turn.speech.moment(one.retired_at, zone)))
    if use.visits:
        counts = {"planned": use.planned, "open": use.open, "submitted": use.submitted}
        lines.append(turn.t("Visits: {planned} not begun, {open} under way, {submitted} handed in", **counts))
    else:
        lines.append(turn.t("No visit uses it."))
    ahead = await form_versions.rounds_with(turn.db, one.id)
    if ahead:
        lines.append(turn.t("Chosen for round {rounds}", rounds=_numbers(turn, ahead)))
    return Markup("\n").join(lines), _actions(turn, one)


def _numbers(turn: Turn, rounds: Sequence[Round]) -> str:
    return listed(turn, [turn.speech.ordinal(one.number) for one in rounds])


def _actions(turn: Turn, one: FormVersion) -> Rows:
    rows: list[tuple[Button, ...]] = [
        (
            Button(turn.label("Questions"), data("publishing", "questions", one.id, 0)),
            Button(turn.label("Try it"), data("trial", "begin", "version", one.id)),
        )
    ]
    if one.retired_at is None and may(turn.person, "publishing.retire", turn.now):
        rows.append(
            (
                Button(turn.label("Use it for visits …"), data("publishing", "rounds", one.id)),
                Button(turn.label("Retire …"), data("publishing", "retire", one.id)),
            )
        )
    rows.append((Button(turn.label("◀ Forms"), data("publishing", "list", 0)),))
    return tuple(rows)


async def version(turn: Turn, args: tuple[str, ...]) -> None:
    """Show one version."""
    turn.remember("publishing")
    turn.card(*await card(turn, await _found(turn, args)))


async def questions(turn: Turn, args: tuple[str, ...]) -> None:
    """Show a page of what a version asks."""
    one = await _found(turn, args)
    pages = preview.pages(turn.speech, await turn.kit.shelf.form(turn.db, one.id))
    at = page(args, 1, len(pages))
    back = (Button(turn.label("↩ Back"), data("publishing", "version", one.id)),)
    turn.card(pages[at], (*turning("questions", one.id, at, len(pages)), back))


# --- retiring ---


async def retire(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask before retiring."""
    one = await _found(turn, args)
    text = turn.t(
        "Retire <b>{title}</b>, version {version}?\n"
        "No new visit will begin with it. Those that have it keep it, and their answers stay.",
        title=one.title,
        version=one.version or "–",
    )
    sure = Button(turn.label("Retire"), data("publishing", "retired", one.id))
    turn.card(text, ((sure, Button(turn.label("↩ Back"), data("publishing", "version", one.id))),))


async def retired(turn: Turn, args: tuple[str, ...]) -> None:
    """Retire a version; not one that a round to come is waiting for."""
    one = await _found(turn, args)
    ahead = [
        round_
        for round_ in await form_versions.rounds_with(turn.db, one.id)
        if round_.starts_on > await turn.kit.shelf.day(turn.db, round_.campaign_id, turn.now)
    ]
    if ahead:
        raise UserError(CHOSEN, rounds=_numbers(turn, ahead))
    if one.retired_at is None:
        one.retire(turn.now)
        turn.record("form.retired", f"form:{one.id}")
        turn.toast(turn.label("Retired."))
    turn.card(*await card(turn, one))
