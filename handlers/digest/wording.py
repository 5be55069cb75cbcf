"""A digest in words: one line each, numbers before adjectives, short enough to stand under a picture."""

from __future__ import annotations

from datetime import timedelta
from functools import reduce
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers.progress import brief
from handlers.text import mark
from storage.campaign import campaigns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import tzinfo

    from handlers.text import Speech
    from supervision.digest import Facts, Going

NAMED: Final = 3
"""Units named in a line; the rest is counted."""

PEOPLE: Final = 2
"""People named beside a visit; the rest is counted."""

NAME: Final = 14
GROUPS: Final = 12
"""Groups with a line of their own in the office's digest: a caption holds 1,024 characters."""

A_DAY: Final = timedelta(days=1)


def title(words: Speech, facts: Facts, name: str) -> Markup:
    """Return whose digest it is, the day, and which day of which round."""
    said = words.t("<b>{name}</b> · {day}", name=name, day=words.day(facts.today))
    if not facts.number:
        return said
    number = words.ordinal(facts.number)
    if not facts.day:
        return said + Markup(" · ") + words.t("Round {number}", number=number)
    return said + Markup(" · ") + words.t("Round {number}, day {at}", number=number, at=facts.day)


def quiet(words: Speech, facts: Facts, name: str) -> Markup:
    """Return the one line of a day without news."""
    return words.t(
        "{name}: nothing new today, all on course ({done}/{total}).",
        name=name,
        done=facts.coverage.covered,
        total=facts.coverage.total,
    )


def lines(words: Speech, facts: Facts, zone: tzinfo) -> list[Markup]:
    """Return what a digest says below its title, one line each, and only where there is something."""
    said = [_coverage(words, facts)] if facts.number else []
    if facts.now_on:
        done, total = sum(one.done for one in facts.now_on), len(facts.now_on)
        said.append(words.t("Planned today: {total}, handed in: {done}", total=total, done=done))
    if facts.moved:
        said.append(_moved(words, facts, zone))
    if facts.late:
        said.append(words.t("⚠ Not handed in {count}: {names}", count=len(facts.late), names=named(words, facts.late)))
    if facts.stuck:
        said.append(words.t("⚠ Stuck {count}: {names}", count=len(facts.stuck), names=named(words, facts.stuck)))
    if facts.items:
        said.append(words.n("⚠ {count} work item late", "⚠ {count} work items late", len(facts.items)))
    if facts.overdue:
        said.append(_overdue(words, facts))
    if facts.open:
        said.append(_open(words, facts))
    if facts.ahead and facts.coming is not None:
        day = words.day(facts.coming)
        said.append(
            words.t("{day}: {count} planned, {areas}", day=day, count=len(facts.ahead), areas=_areas(words, facts))
        )
    return said


def _overdue(words: Speech, facts: Facts) -> Markup:
    return words.n(
        "⚠ Not put right within {within} working days: {count} matter",
        "⚠ Not put right within {within} working days: {count} matters",
        facts.overdue,
        within=facts.within,
    )


def _open(words: Speech, facts: Facts) -> Markup:
    """Return how many matters are open, parted where there are both kinds."""
    if facts.missing and facts.partly:
        return words.t(
            "Open matters {count}: not done {missing}, partly {partly}",
            count=facts.open,
            missing=facts.missing,
            partly=facts.partly,
        )
    said = mark("Open matters {count}: not done") if facts.missing else mark("Open matters {count}: partly done")
    return words.t(said, count=facts.open)


def _coverage(words: Speech, facts: Facts) -> Markup:
    done, total = facts.coverage.covered, facts.coverage.total
    if facts.gained:
        return words.t("Covered {done}/{total} (+{gained})", done=done, total=total, gained=facts.gained)
    return words.t("Covered {done}/{total}", done=done, total=total)


def _moved(words: Speech, facts: Facts, zone: tzinfo) -> Markup:
    """Return what was handed in and what that found; from when on, where it is more than a day."""
    if any(facts.found):
        said = words.t("Handed in {count}, found wanting {found}", count=len(facts.moved), found=sum(facts.found))
    else:
        said = words.t("Handed in {count}, nothing found wanting", count=len(facts.moved))
    day = campaigns.day_in(zone, facts.since)
    if facts.today - day > A_DAY:
        said = words.t("{what} (since {day})", what=said, day=words.day(day))
    return said


def _areas(words: Speech, facts: Facts) -> str:
    """Return where the next day's visits are, the most first."""
    counted: dict[str, int] = {}
    for one in facts.ahead:
        area = one.area.rpartition("/")[2] or words.label("no area")
        counted[area] = counted.get(area, 0) + 1
    ranked = sorted(counted.items(), key=lambda each: (-each[1], each[0]))
    return _listed(words, (f"{area} {count}" for area, count in ranked[:NAMED]), len(ranked) - NAMED)


def named(words: Speech, visits: Iterable[Going]) -> str:
    """Return some units by name, the rest counted."""
    every = list(visits)
    return _listed(words, (brief(one.unit, NAME) for one in every[:NAMED]), len(every) - NAMED)


def _listed(words: Speech, each: Iterable[str], more: int) -> str:
    found = list(each)
    said = reduce(lambda one, other: words.label("{one}, {other}", one=one, other=other), found) if found else ""
    return words.label("{names} +{count} more", names=said, count=more) if more > 0 else said


def _people(words: Speech, every: list[str]) -> str:
    """Return two people by name, the rest counted."""
    said = _listed(words, every[:PEOPLE], 0)
    if len(every) <= PEOPLE:
        return said
    return words.label("{names} and others, {total} in all", names=said, total=len(every))


def state(words: Speech, one: Going, names: Mapping[int, str]) -> str:
    """Return how far a visit is and with whom it lies."""
    if one.done:
        return words.label("handed in")
    if one.why:
        said = words.label("cannot be done: {why}", why=brief(one.why, 40))
    elif one.begun and one.idle:
        said = words.label("no answer for {count} working days", count=one.idle)
    else:
        said = words.label("under way") if one.begun else words.label("not begun")
    who = _people(words, [names.get(person) or "—" for person in one.people])
    return f"{said} · {who}" if who else said


def of_groups(words: Speech, facts: Facts, names: Mapping[int, str]) -> list[Markup]:
    """Return a line for each group, those with something late first."""
    late: dict[int, int] = {}
    for one in facts.late:
        late[one.group_id] = late.get(one.group_id, 0) + 1
    opened = dict(facts.open_in)
    ranked = sorted(
        (each for each in facts.groups if each[0] in names),
        key=lambda each: (-late.get(each[0], 0), each[1].covered - each[1].total, each[0]),
    )
    said = []
    for group_id, counts in ranked[:GROUPS]:
        line = words.t("{name} {done}/{total}", name=names[group_id], done=counts.covered, total=counts.total)
        if late.get(group_id):
            line += Markup(" · ") + words.t("late {count}", count=late[group_id])
        if opened.get(group_id):
            line += Markup(" · ") + words.t("open {count}", count=opened[group_id])
        said.append(line)
    if len(ranked) > GROUPS:
        said.append(words.t("… and {count} more", count=len(ranked) - GROUPS))
    return said
