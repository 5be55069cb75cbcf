"""A ready-made campaign as data: what a pack's ``campaign.toml`` says, read and checked, and nothing done with it yet.

Days in a pack are counted from the campaign's first day (day 0), so the same pack serves whenever it is started.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Mapping


PUT_RIGHT: Final = 15
"""Worked days to put a matter right, where a pack says nothing of it."""


class PackError(ValueError):
    """The pack cannot be used: the sentence says which entry and why."""


@dataclass(frozen=True, slots=True)
class Window:
    """A round as the pack has it: ``first`` and ``last`` are days from the campaign's first, both included."""

    number: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """A phase as the pack has it: ``first`` and ``last`` are days from the campaign's first, both included."""

    code: str
    title: Mapping[str, str]
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Task:
    """A work item as the pack has it: ``phase`` by its code, ``owner`` a role, ``due`` a day from the first."""

    number: int
    phase: str
    owner: str
    due: int
    title: Mapping[str, str]
    done_when: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Pack:
    """What a campaign starts from; ``title`` is {language: text}, ``form`` the file name of its checklist.

    ``country`` is whose holidays it keeps, as ISO 3166 has it; '' for none.
    """

    name: str
    title: Mapping[str, str]
    timezone: str
    country: str
    form: str
    first_day: date
    length: int
    rounds: tuple[Window, ...]
    phases: tuple[Stretch, ...] = ()
    tasks: tuple[Task, ...] = ()
    discipline: Mapping[str, str] = field(default_factory=dict)
    """What nobody does on a visit, in one line, {language: text}; empty where the pack says nothing of it."""
    put_right: int = PUT_RIGHT
    """Worked days within which what was found wanting is to be put right; later it is overdue."""

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone its campaigns live by."""
        return ZoneInfo(self.timezone)

    def day(self, offset: int, starts_on: date) -> date:
        """Return the date of a day of the campaign."""
        return starts_on + timedelta(days=offset)


def read(text: str) -> Pack:
    """Read a ``campaign.toml``; raises PackError when an entry is missing or of the wrong kind."""
    try:
        raw = tomllib.loads(text)
        return Pack(
            name=_of(raw, "name", str),
            title=_of(raw, "title", dict),
            timezone=_of(raw, "timezone", str),
            country=str(raw.get("country", "")),
            form=_of(raw, "form", str),
            first_day=_of(raw, "first_day", date),
            length=_of(raw, "last_day", int),
            rounds=tuple(
                Window(_of(one, "number", int), _of(one, "first_day", int), _of(one, "last_day", int))
                for one in raw.get("rounds", ())
            ),
            phases=tuple(_phase(one) for one in raw.get("phases", ())),
            tasks=tuple(_task(one) for one in raw.get("work_items", ())),
            discipline=_of(raw, "discipline", dict) if "discipline" in raw else {},
            put_right=_within(raw),
        )
    except tomllib.TOMLDecodeError as error:
        raise PackError(f"campaign.toml is not TOML: {error}") from error


def _of(raw: Mapping[str, Any], key: str, kind: type) -> Any:  # noqa: ANN401 - the kind is checked here
    value = raw.get(key)
    if not isinstance(value, kind):
        raise PackError(f"{key}: {'missing' if value is None else f'should be {kind.__name__}'}")
    return value


def _within(raw: Mapping[str, Any]) -> int:
    days = raw.get("put_right_within", PUT_RIGHT)
    if not isinstance(days, int) or isinstance(days, bool) or days < 1:
        raise PackError("put_right_within: should be a number of worked days, 1 or more")
    return days


def _phase(raw: Mapping[str, Any]) -> Stretch:
    return Stretch(
        _of(raw, "code", str), _of(raw, "title", dict), _of(raw, "first_day", int), _of(raw, "last_day", int)
    )


def _task(raw: Mapping[str, Any]) -> Task:
    return Task(
        number=_of(raw, "number", int),
        phase=_of(raw, "phase", str),
        owner=_of(raw, "owner", str),
        due=_of(raw, "due_day", int),
        title=_of(raw, "title", dict),
        done_when=_of(raw, "done_when", dict),
    )
