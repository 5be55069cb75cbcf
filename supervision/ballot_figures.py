"""What may be published of a survey: for every question how many said what, by area and by level. Pure.

Everything goes through supervision/suppression.py. A mean stands only where nothing had to be put together: with it,
what was put together could be taken apart again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from supervision.ballot import NUMBER, SCALE
from supervision.suppression import groups_of, rows_of, side_by_side, totals

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from supervision.ballot import Item
    from supervision.suppression import Groups


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a breakdown: the areas or levels it stands for, its figures, and a number's mean."""

    names: tuple[str, ...]
    figures: tuple[int, ...]
    mean: float | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """What may be said about one question; ``cells`` are (labels put together, how many)."""

    item: Item
    count: int
    cells: tuple[tuple[tuple[str, ...], int], ...] = ()
    mean: float | None = None
    by_area: tuple[Row, ...] = ()
    by_level: tuple[Row, ...] = ()


def figures_of(items: Sequence[Item], tally: Mapping[str, Any], least: int, places: Iterable[str]) -> list[Figures]:
    """Return the figures of every question that is counted and may be shown; ``places`` are all that were asked."""
    everywhere = {*places, *tally}
    found = []
    for item in items:
        if item.counted:
            table = {
                place: tuple(tally.get(place, {}).get(item.key) or [0] * len(item.choices)) for place in everywhere
            }
            found.append(_choices(item, table, least))
        elif item.kind == NUMBER:
            sums = {place: tuple(tally.get(place, {}).get(item.key) or (0, 0.0)) for place in everywhere}
            found.append(_number(item, sums, least))
    return [one for one in found if one.count >= least]


def _choices(item: Item, table: Mapping[str, Sequence[int]], least: int) -> Figures:
    whole = [sum(column) for column in zip(*table.values(), strict=True)] or [0] * len(item.choices)
    groups = groups_of(whole, least)
    if not groups:
        return Figures(item, 0)
    cells = tuple(
        (tuple(item.choices[at] for at in group), count)
        for group, count in zip(groups, totals(whole, groups), strict=True)
    )
    mean = None
    if item.kind == SCALE and all(len(group) == 1 for group in groups):
        mean = sum((item.low + at) * count for at, count in enumerate(whole)) / sum(whole)
    areas, levels = _divided(table, groups, least)
    by_area, by_level = _summed(table, 0), _summed(table, 1)
    return Figures(
        item,
        sum(whole),
        cells,
        mean,
        tuple(Row(rows, _together(by_area, rows, groups)) for rows in areas),
        tuple(Row(rows, _together(by_level, rows, groups)) for rows in levels),
    )


def _number(item: Item, sums: Mapping[str, Sequence[float]], least: int) -> Figures:
    count = int(sum(one[0] for one in sums.values()))
    if count < least:
        return Figures(item, 0)
    table = {place: (int(one[0]),) for place, one in sums.items()}
    areas, levels = _divided(table, ((0,),), least)
    mean = sum(one[1] for one in sums.values()) / count
    return Figures(item, count, (), mean, _means(sums, areas, 0), _means(sums, levels, 1))


def _means(sums: Mapping[str, Sequence[float]], rows: tuple[tuple[str, ...], ...], part: int) -> tuple[Row, ...]:
    made = []
    for names in rows:
        own = [one for place, one in sums.items() if _part(place, part) in names]
        count = int(sum(one[0] for one in own))
        made.append(Row(names, (count,), sum(one[1] for one in own) / count))
    return tuple(made)


def _divided(
    table: Mapping[str, Sequence[int]], groups: Groups, least: int
) -> tuple[tuple[tuple[str, ...], ...], tuple[tuple[str, ...], ...]]:
    """Return the rows of areas and of levels that may stand side by side; the areas alone where they may not."""
    joint = {(_part(place, 0), _part(place, 1)): counts for place, counts in table.items()}
    areas = rows_of(_summed(table, 0), groups, least)
    levels = rows_of(_summed(table, 1), groups, least)
    if areas and levels and not side_by_side(joint, areas, levels, groups, least):
        levels = ()
    return areas, levels


def _summed(table: Mapping[str, Sequence[int]], part: int) -> dict[str, tuple[int, ...]]:
    """Put a table by place together to one by area (0) or by level (1)."""
    found: dict[str, tuple[int, ...]] = {}
    for place, counts in table.items():
        key = _part(place, part)
        found[key] = tuple(a + b for a, b in zip(found.get(key, (0,) * len(counts)), counts, strict=True))
    return found


def _part(place: str, part: int) -> str:
    return [*place.split("|"), ""][part]


def _together(table: Mapping[str, Sequence[int]], rows: tuple[str, ...], groups: Groups) -> tuple[int, ...]:
    return tuple(map(sum, zip(*(totals(table[row], groups) for row in rows), strict=True)))
