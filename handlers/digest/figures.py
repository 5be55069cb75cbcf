"""The buttons under a digest: each figure opens what is behind it, and whoever is late is asked with one tap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from handlers.chat import Button
from handlers.journey import data
from handlers.link import link_of
from handlers.progress import brief
from handlers.rows import in_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handlers.chat import Rows
    from handlers.text import Speech
    from supervision.digest import Facts

NUDGES: Final = 6
"""People who can be nudged from the digest itself; the rest from the list of what is late."""

GROUPS: Final = 24
PREFIX: Final = "digest-"
"""What a link from a group chat into the private chat begins with."""

TODAY: Final = "today"
NEXT: Final = "next"
LATE: Final = "late"
"""What narrows the list of open matters to those that are overdue."""


def _figures(words: Speech, facts: Facts, group_id: int) -> list[tuple[str, tuple[object, ...]]]:
    """Return each figure in words, and the verb and arguments that open it."""
    found: list[tuple[str, tuple[object, ...]]] = []
    if facts.now_on:
        done, total = sum(one.done for one in facts.now_on), len(facts.now_on)
        found.append((words.label("Today {done}/{total}", done=done, total=total), ("day", group_id, TODAY)))
    if facts.moved:
        found.append((words.label("Handed in {count}", count=len(facts.moved)), ("moved", group_id)))
    if facts.late:
        found.append((words.label("Late {count}", count=len(facts.late)), ("late", group_id)))
    if facts.stuck:
        found.append((words.label("Stuck {count}", count=len(facts.stuck)), ("stuck", group_id)))
    if facts.overdue:
        found.append((words.label("Overdue {count}", count=facts.overdue), ("matters", group_id, 0, LATE)))
    if facts.open:
        found.append((words.label("Open matters {count}", count=facts.open), ("matters", group_id, 0)))
    if facts.items:
        found.append((words.label("Late work items {count}", count=len(facts.items)), ("items", group_id)))
    if facts.ahead:
        found.append((words.label("Next day {count}", count=len(facts.ahead)), ("day", group_id, NEXT)))
    return found


def buttons(words: Speech, facts: Facts, group_id: int, names: Mapping[int, str], groups: Mapping[int, str]) -> Rows:
    """Return the buttons of a digest in a private chat; ``names`` are of those who are late."""
    looks = []
    if facts.round_id:
        done, total = facts.coverage.covered, facts.coverage.total
        label = words.label("Covered {done}/{total}", done=done, total=total)
        looks.append(Button(label, data("coverage", "show", facts.round_id, group_id)))
    looks += [Button(label, data("digest", *map(str, rest))) for label, rest in _figures(words, facts, group_id)]
    return (*in_rows(looks), *(nudges(words, facts, group_id, names, NUDGES) if not groups else _of(groups)))


def _of(groups: Mapping[int, str]) -> Rows:
    return in_rows([Button(brief(name, 10), data("digest", "show", one)) for one, name in groups.items()][:GROUPS])


def nudges(words: Speech, facts: Facts, group_id: int, names: Mapping[int, str], most: int) -> Rows:
    """Return a button for each of those who are late, the latest first."""
    found = [
        Button(
            words.label("Nudge {who} · {count}", who=brief(names.get(person) or "—", 8), count=count),
            data("digest", "nudge", group_id, person),
        )
        for person, count in facts.laggards().items()
    ]
    return in_rows(found[:most])


def links(words: Speech, facts: Facts, group_id: int, bot: str) -> Rows:
    """Return the buttons of a digest in a group chat: links to the private chat, where all else happens."""
    looks = []
    if facts.round_id:
        done, total = facts.coverage.covered, facts.coverage.total
        label = words.label("Covered {done}/{total}", done=done, total=total)
        looks.append(Button(label, url=link_of(bot, f"{PREFIX}show-{group_id}")))
    for label, (verb, *rest) in _figures(words, facts, group_id):
        looks.append(Button(label, url=link_of(bot, PREFIX + "-".join(map(str, (verb, *rest))))))
    return in_rows(looks)
