"""Which days are worked: those of the country, and what the campaign decides for itself, typed in a line.

"10-23 to 10-25", and the reason, is enough. What has been planned already waits for the next day that is worked; what
has not is planned by the calendar as it stands now.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers import reminding
from handlers.calendar.places import country_name, country_named
from handlers.chat import Button
from handlers.errors import Stale, UserError
from handlers.journey import data, number, word
from handlers.text import mark
from storage.campaign import calendars, campaigns
from supervision.calendar import DAY, kept
from supervision.register.across import window
from supervision.register.cells import day as read_day

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from handlers.chat import Rows
    from handlers.turn import Turn
    from storage.campaign.calendars import CalendarDay
    from storage.campaign.campaigns import Campaign
    from supervision.calendar import Calendar

AHEAD: Final = 45
"""Days that are looked ahead for days off that are not weekends, and for weekends that are worked."""

MOST: Final = 31
"""Days decided at once; longer is a mistake in the year."""

REASON: Final = 60
SHOWN: Final = 8
FAR: Final = timedelta(days=60)
WEEKEND: Final = 5

_PAUSES: Final = {0xFF0C: " ", 0xFF1A: " "}
"""The full-width comma and colon between a day and the reason."""

COUNTRIES: Final = {
    "CN": mark("China: holidays and the workdays that make up for them"),
    "": mark("Weekends only"),
}

NO_CAMPAIGN = mark("There is no campaign yet. /campaign starts one; its calendar comes with it.")
NO_DAYS = mark("“{words}” names no day. Write it as 2026-10-23, or 10-23 to 10-25, and the reason behind it.")
BACKWARDS = mark("The last day lies before the first. Please type both again.")
OUTSIDE = mark("The campaign lasts from {first} to {last}; {day} is not near it. Nothing was changed.")
TOO_MANY = mark("That is {count} days; at most {most} at once. Nothing was changed.")
LONG_REASON = mark("The reason is longer than {most} characters. Nothing was changed; please send it shorter.")
NO_COUNTRY = mark("“{words}” is no country whose holidays are known. Write its name or two letters, such as DE.")


async def calendar(turn: Turn, args: object) -> None:
    """Show the calendar of a campaign: the one a button names, else the one that is on."""
    if isinstance(args, tuple) and args:
        campaign = await asked(turn, args)
    else:
        current = await campaigns.current(turn.db, turn.now)
        if current is None:
            raise UserError(NO_CAMPAIGN)
        campaign = current
    await show(turn, campaign)


async def asked(turn: Turn, args: tuple[str, ...]) -> Campaign:
    """Return the campaign a button is about; Stale when there is none."""
    found = await campaigns.get(turn.db, number(args, 0))
    if found is None:
        raise Stale
    return found


async def show(turn: Turn, campaign: Campaign) -> None:
    """Show the calendar, and hold the chat for nothing."""
    turn.remember("calendar")
    decided = await calendars.days_of(turn.db, campaign.id)
    rule = await calendars.calendar_of(turn.db, campaign)
    today = campaigns.day_in(campaign.zone, turn.now)
    lines = [
        turn.t("<b>Working calendar</b> · {title}", title=campaign.title_in(turn.speech.language)),
        turn.t("Holidays: {country}", country=_country(turn, campaign.country or "")),
        *_ahead(turn, rule, today, {one.day for one in decided}),
    ]
    if not rule.known(campaign.ends_on):
        lines.append(turn.t("The holidays of {year} are not known yet.", year=campaign.ends_on.year))
    if decided:
        lines.append(Markup("\n") + turn.t("<b>Decided for this campaign</b>"))
        lines += [_decided(turn, one) for one in decided]
    turn.card(Markup("\n").join(lines), _buttons(turn, campaign, [one for one in decided if one.day >= today]))


def _country(turn: Turn, code: str) -> str:
    return turn.label(COUNTRIES[code]) if code in COUNTRIES else country_name(turn.speech, code)


def _ahead(turn: Turn, rule: Calendar, today: date, decided: Collection[date]) -> list[Markup]:
    """Say which stretches of the next weeks are not what the days of the week would be.

    What was decided for the campaign stands by itself below, with its reason, and is not said twice.
    """
    odd = [
        (day, works)
        for day in (today + DAY * at for at in range(AHEAD))
        if (works := rule.works(day)) != (day.weekday() < WEEKEND) and day not in decided
    ]
    if not odd and decided:
        return []
    if not odd:
        return [turn.t("The next {count} days are as the week has them.", count=AHEAD)]
    lines = []
    for first, last, works in _stretches(odd):
        days = {"first": turn.speech.day(first), "last": turn.speech.day(last)}
        if first == last:
            said = turn.t("{first}: worked", **days) if works else turn.t("{first}: off", **days)
        else:
            said = turn.t("{first} – {last}: worked", **days) if works else turn.t("{first} – {last}: off", **days)
        lines.append(said)
    return lines[:SHOWN]


def _stretches(odd: Sequence[tuple[date, bool]]) -> Iterator[tuple[date, date, bool]]:
    """Give days that follow each other as one stretch: (first, last, worked)."""
    first, last, works = odd[0][0], *odd[0]
    for day, now in odd[1:]:
        if day == last + DAY and now == works:
            last = day
            continue
        yield first, last, works
        first, last, works = day, day, now
    yield first, last, works


def _decided(turn: Turn, one: CalendarDay) -> Markup:
    day = turn.speech.day(one.day)
    said = turn.t("{first}: worked", first=day) if one.works else turn.t("{first}: off", first=day)
    return said + Markup(" · {}").format(one.why) if one.why else said


def _buttons(turn: Turn, campaign: Campaign, decided: Sequence[CalendarDay]) -> Rows:
    drops = [
        Button(f"✕ {turn.speech.day(one.day)}", data("calendar", "drop", campaign.id, one.day.isoformat()))
        for one in decided[:SHOWN]
    ]
    return (
        *[tuple(drops[at : at + 2]) for at in range(0, len(drops), 2)],
        (
            Button(turn.label("A day off …"), data("calendar", "ask", campaign.id, "off")),
            Button(turn.label("A day worked …"), data("calendar", "ask", campaign.id, "on")),
        ),
        (
            Button(turn.label("Whose holidays"), data("calendar", "whose", campaign.id)),
            Button(turn.label("Time zones"), data("calendar", "groups", campaign.id)),
        ),
        (Button(turn.label("◀ Campaign"), data("campaign", "show", campaign.id)),),
    )


def _back(turn: Turn, campaign: Campaign) -> tuple[Button, ...]:
    return (Button(turn.label("↩ Back"), data("calendar", "show", campaign.id)),)


# --- deciding ---


async def ask(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask which days, and hold the chat until they come."""
    campaign = await asked(turn, args)
    what = word(args, 1)
    if what not in ("off", "on"):
        raise Stale
    turn.remember("calendar", ask=what, campaign=campaign.id)
    example = campaigns.day_in(campaign.zone, turn.now) + timedelta(days=3)
    text = (
        turn.t("Which days are off? Type them with the reason, for example: {day} local holiday", day=example)
        if what == "off"
        else turn.t("Which days are worked? Type them with the reason, for example: {day} makes up for it", day=example)
    )
    turn.card(text, (_back(turn, campaign),))


async def typed(turn: Turn, words: str) -> None:
    """Take the days or the country that was asked for."""
    campaign = await asked(turn, (str(turn.state["campaign"]),))
    if turn.state["ask"] == "country":
        code = country_named(words)
        if not kept(code):
            raise UserError(NO_COUNTRY, words=words[:40])
        await _keep(turn, campaign, code)
        return
    first, last, why = _read(words, campaigns.day_in(campaign.zone, turn.now).year)
    count = (last - first).days + 1
    for day in (first, last):
        if not campaign.starts_on - FAR <= day <= campaign.ends_on + FAR:
            raise UserError(OUTSIDE, first=campaign.starts_on, last=campaign.ends_on, day=day.isoformat())
    if count > MOST:
        raise UserError(TOO_MANY, count=count, most=MOST)
    works = turn.state["ask"] == "on"
    for at in range(count):
        await calendars.decide(turn.db, campaign.id, first + DAY * at, works=works, why=why)
    turn.record("calendar.decided", f"campaign:{campaign.id}", first=first.isoformat(), days=count, works=works)
    await _changed(turn, campaign)


def _read(words: str, year: int) -> tuple[date, date, str]:
    """Return the first and last day and the reason; the days are as many of the first words as make sense."""
    parts = words.translate(_PAUSES).split()
    for cut in range(min(len(parts), 4), 0, -1):
        head = " ".join(parts[:cut])
        one = read_day(head, year)
        found = (one, one) if one else window(head, year)
        if found and found[1] < found[0]:
            raise UserError(BACKWARDS)
        if found:
            why = " ".join(parts[cut:])
            if len(why) > REASON:
                raise UserError(LONG_REASON, most=REASON)
            return found[0], found[1], why
    raise UserError(NO_DAYS, words=words[:40])


async def drop(turn: Turn, args: tuple[str, ...]) -> None:
    """Let the rule hold for a day again."""
    campaign = await asked(turn, args)
    try:
        day = date.fromisoformat(word(args, 1))
    except ValueError as error:
        raise Stale from error
    await calendars.undecide(turn.db, campaign.id, day)
    turn.record("calendar.undecided", f"campaign:{campaign.id}", day=day.isoformat())
    await _changed(turn, campaign)


async def _changed(turn: Turn, campaign: Campaign) -> None:
    await reminding.replan(turn.db, campaign, turn.now)
    turn.toast(turn.label("Noted. It can be taken back here."))
    await show(turn, campaign)


# --- whose holidays ---


async def whose(turn: Turn, args: tuple[str, ...]) -> None:
    """Offer the countries, and take a typed one."""
    campaign = await asked(turn, args)
    turn.remember("calendar", ask="country", campaign=campaign.id)
    rows = tuple(
        (Button(turn.label(words), data("calendar", "country", campaign.id, code or "-")),)
        for code, words in COUNTRIES.items()
    )
    said = turn.t("Whose holidays does the campaign keep? Tap one, or type a country or its two letters.")
    turn.card(said, (*rows, _back(turn, campaign)))


async def country(turn: Turn, args: tuple[str, ...]) -> None:
    """Keep the holidays of a country from now on."""
    campaign = await asked(turn, args)
    code = word(args, 1).replace("-", "")
    if code not in COUNTRIES:
        raise Stale
    await _keep(turn, campaign, code)


async def _keep(turn: Turn, campaign: Campaign, code: str) -> None:
    campaign.country = code or None
    turn.record("calendar.country", f"campaign:{campaign.id}", country=code)
    await turn.db.flush()
    await _changed(turn, campaign)
