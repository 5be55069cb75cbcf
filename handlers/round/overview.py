"""The rounds of a campaign, and one of them: its window, what it is about, how many units that is and which.

Shows only; an administrator changes it (editing.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers.access import may
from handlers.campaign import terms_of
from handlers.chat import Button
from handlers.errors import Stale, UserError
from handlers.journey import data, number
from handlers.progress import brief, listed
from handlers.rows import in_rows
from handlers.text import mark
from storage.campaign import calendars, campaigns, forms, itineraries
from supervision.itinerary import workdays

if TYPE_CHECKING:
    from collections.abc import Sequence

    from handlers.chat import Rows
    from handlers.turn import Turn
    from storage.campaign.campaigns import Campaign, Round, Unit

NAMES: Final = 12

NO_CAMPAIGN = mark("There is no campaign yet. An administrator starts it with /campaign.")


async def rounds(turn: Turn, args: object) -> None:
    """List the rounds of the campaign that is on, or of the one a button names."""
    if isinstance(args, tuple) and args:
        campaign = await campaigns.get(turn.db, number(args, 0))
        if campaign is None:
            raise Stale
    else:
        campaign = await campaigns.current(turn.db, turn.now)
    if campaign is None:
        raise UserError(NO_CAMPAIGN)
    found = await campaigns.rounds_of(turn.db, campaign.id)
    said = [turn.t("<b>Rounds</b> · {title}", title=campaign.title_in(turn.speech.language))]
    for one in found:
        units = len(await itineraries.units_of(turn.db, one))
        line = turn.t(
            "Round {number}: {first} – {last}",
            number=turn.speech.ordinal(one.number),
            first=turn.speech.day(one.starts_on),
            last=turn.speech.day(one.ends_on),
        )
        said.append(line + Markup(" · ") + turn.n("{count} unit", "{count} units", units))
        said[-1] += Markup(" · ") + stand(turn, campaign, one)
    if not found:
        said.append(turn.t("There is none yet."))
    buttons = [
        Button(turn.label("Round {number}", number=turn.speech.ordinal(one.number)), data("round", "one", one.id))
        for one in found
    ]
    rows: list[tuple[Button, ...]] = [*in_rows(buttons)]
    last: tuple[Button, ...] = (Button(turn.label("◀ Campaign"), data("campaign", "show", campaign.id)),)
    if may(turn.person, "round.new", turn.now):
        last = (Button(turn.label("New round"), data("round", "new", campaign.id)), *last)
    turn.remember("round", campaign=campaign.id)
    turn.card(Markup("\n").join(said), (*rows, last))


def stand(turn: Turn, campaign: Campaign, one: Round) -> Markup:
    """Say whether a round is ahead, under way, over or closed."""
    today = campaigns.day_in(campaign.zone, turn.now)
    if one.closed_at is not None:
        return turn.t("it is closed")
    if today < one.starts_on:
        return turn.t("ahead")
    return turn.t("under way") if today <= one.ends_on else turn.t("over")


async def asked(turn: Turn, args: tuple[str, ...]) -> tuple[Round, Campaign]:
    """Return the round a button is about, and its campaign."""
    one = await campaigns.round_of(turn.db, number(args, 0))
    campaign = await campaigns.get(turn.db, one.campaign_id) if one is not None else None
    if one is None or campaign is None:
        raise Stale
    return one, campaign


async def show(turn: Turn, args: tuple[str, ...]) -> None:
    """Show one round."""
    await draw(turn, *await asked(turn, args))


async def draw(turn: Turn, one: Round, campaign: Campaign, said_first: Sequence[Markup] = ()) -> None:
    """Draw one round, after what is to be said first."""
    units = await itineraries.units_of(turn.db, one)
    calendar = await calendars.calendar_of(turn.db, campaign)
    days = len(workdays(calendar, one.starts_on, one.ends_on))
    visits = [each for each in await itineraries.standing(turn.db, one.id) if each.day is not None]
    form = await forms.of_round(turn.db, one.id)
    said = [
        *said_first,
        turn.t("<b>Round {number}</b>", number=turn.speech.ordinal(one.number))
        + Markup(" · ")
        + stand(turn, campaign, one),
        turn.n(
            "{first} – {last}, {count} working day",
            "{first} – {last}, {count} working days",
            days,
            first=turn.speech.day(one.starts_on),
            last=turn.speech.day(one.ends_on),
        ),
        turn.t("Levels: {what}", what=_levels(turn, campaign, one)),
        turn.t("Areas: {what}", what=_some(turn, [each.replace("/", "") for each in one.areas or ()])),
        turn.t("Tags: {what}", what=_some(turn, [tag_title(turn, campaign, each) for each in one.tags or ()])),
        turn.t("Groups: {what}", what=await _groups(turn, one)),
        turn.t("Form: {what}", what=f"{form.title} {form.version}" if form else turn.label("the newest of the pack")),
        turn.n("<b>{count} unit</b> in all", "<b>{count} units</b> in all", len(units)),
    ]
    if visits:
        said.append(turn.n("{count} visit has a day", "{count} visits have a day", len(visits)))
    for each in (day for day in (one.starts_on, one.ends_on) if not calendar.known(day)):
        said.append(turn.t("The holidays of {year} are not known yet.", year=each.year))
        break
    turn.remember("round", campaign=campaign.id, round=one.id)
    turn.card(Markup("\n").join(said), _buttons(turn, one, units))


def _buttons(turn: Turn, one: Round, units: Sequence[Unit]) -> Rows:
    rows: list[tuple[Button, ...]] = [
        (
            Button(turn.label("Units by name {count}", count=len(units)), data("round", "names", one.id, 0)),
            Button(turn.label("Itinerary"), data("itinerary", "show", one.id, 0)),
        )
    ]
    if may(turn.person, "round.dates", turn.now):
        if one.closed_at is None:
            rows += [
                (
                    Button(turn.label("Dates"), data("round", "dates", one.id)),
                    Button(turn.label("Levels"), data("round", "levels", one.id)),
                    Button(turn.label("Areas"), data("round", "areas", one.id)),
                ),
                (
                    Button(turn.label("Tags"), data("round", "tags", one.id)),
                    Button(turn.label("Groups"), data("round", "groups", one.id)),
                    Button(turn.label("Form"), data("publishing", "list", 0)),
                ),
                (Button(turn.label("Close the round …"), data("round", "close", one.id)),),
            ]
        else:
            rows.append((Button(turn.label("Open it again"), data("round", "open", one.id)),))
    return (*rows, (Button(turn.label("◀ Rounds"), data("round", "all", one.campaign_id)),))


def _some(turn: Turn, words: Sequence[str]) -> str:
    return listed(turn, words) or turn.label("all")


def _levels(turn: Turn, campaign: Campaign, one: Round) -> str:
    return _some(turn, [level_title(turn, campaign, each) for each in one.levels or ()])


def level_title(turn: Turn, campaign: Campaign, level: int) -> str:
    """Return what a level is called in the campaign."""
    title = terms_of(campaign.pack).level_titles.get(level, {}).get(turn.speech.language, "")
    return turn.label("{level} {title}", level=level, title=title).strip()


def tag_title(turn: Turn, campaign: Campaign, code: str) -> str:
    """Return what a tag is called in the campaign."""
    titles = next((each.titles for each in terms_of(campaign.pack).tags if each.code == code), {})
    return titles.get(turn.speech.language) or code


async def _groups(turn: Turn, one: Round) -> str:
    chosen = set(one.group_ids or ())
    found = [each.name for each in await campaigns.groups_of(turn.db, one.campaign_id) if each.id in chosen]
    return _some(turn, found)


async def names(turn: Turn, args: tuple[str, ...]) -> None:
    """Show a page of the units of a round, by name."""
    one, campaign = await asked(turn, args)
    units = await itineraries.units_of(turn.db, one)
    groups = {each.id: each.name for each in await campaigns.groups_of(turn.db, campaign.id)}
    pages = max(1, -(-len(units) // NAMES))
    at = min(max(number(args, 1), 0), pages - 1)
    said = [
        turn.n(
            "<b>Round {number}: {count} unit</b>",
            "<b>Round {number}: {count} units</b>",
            len(units),
            number=turn.speech.ordinal(one.number),
        )
    ]
    said += [
        Markup("{}. {} · {}").format(
            place, brief(each.name, 30), groups.get(each.group_id or 0, turn.label("no group"))
        )
        for place, each in enumerate(units[at * NAMES : (at + 1) * NAMES], at * NAMES + 1)
    ]
    moves = tuple(
        Button(words, data("round", "names", one.id, to))
        for words, to in (("‹", at - 1), (f"{at + 1}/{pages}", at), ("›", at + 1))
        if pages > 1 and 0 <= to < pages
    )
    back = (Button(turn.label("↩ Back"), data("round", "one", one.id)),)
    turn.card(Markup("\n").join(said), (*((moves,) if moves else ()), back))
