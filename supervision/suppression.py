"""Which figures of an anonymous survey may be published: nothing that would tell of fewer than so many people.

Small cells are not blanked but put together. What is published is a partition: every published figure is a sum of
groups that each stand for at least ``least`` people, so whatever is added, subtracted or compared, nothing comes out
that stands for fewer. A nought is small too: "nobody in this area is content" is said about everybody there. Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

Groups = tuple[tuple[int, ...], ...]
"""Which cells are published as one figure, each group in the order of its cells."""


def groups_of(counts: Sequence[int], least: int) -> Groups:
    """Put cells together until every group stands for ``least`` people; () when all of them together do not."""
    if sum(counts) < least:
        return ()
    small = [at for at, count in enumerate(counts) if count < least]
    rest = sorted((at for at, count in enumerate(counts) if count >= least), key=lambda at: (counts[at], at))
    # One small cell alone would be what is left of the whole; together they must hide one another.
    while small and rest and (len(small) == 1 or sum(counts[at] for at in small) < least):
        small.append(rest.pop(0))
    together = [tuple(sorted(small))] if small else []
    return tuple(sorted([*together, *((at,) for at in rest)]))


def totals(counts: Sequence[int], groups: Groups) -> tuple[int, ...]:
    """Return the figure of each group."""
    return tuple(sum(counts[at] for at in group) for group in groups)


def rows_of(table: Mapping[str, Sequence[int]], groups: Groups, least: int) -> tuple[tuple[str, ...], ...]:
    """Say which rows of a table (an area, a level) may be published, alone or put together; () for none of them.

    ``table`` is row -> counts of the same cells that ``groups`` was made of. What is left over is one row, for it could
    be worked out from the whole; it has to be as large as any other.
    """
    if not groups:
        return ()
    figures = {row: totals(counts, groups) for row, counts in table.items()}
    alone = sorted((row for row, own in figures.items() if min(own) >= least), key=lambda row: (sum(figures[row]), row))
    left = sorted(set(figures) - set(alone))

    def enough(rows: Collection[str]) -> bool:
        return all(sum(figures[row][at] for row in rows) >= least for at in range(len(groups)))

    while left and alone and (len(left) == 1 or not enough(left)):
        left.append(alone.pop(0))
    if not alone:
        return ()  # one row of everything says nothing new
    return (*((row,) for row in sorted(alone)), *([tuple(sorted(left))] if left else []))


def side_by_side(
    table: Mapping[tuple[str, str], Sequence[int]],
    first: tuple[tuple[str, ...], ...],
    second: tuple[tuple[str, ...], ...],
    groups: Groups,
    least: int,
) -> bool:
    """Tell whether two ways of dividing the same people may both be published.

    Where one area is all of a level, the difference of two large rows can be a small one: so wherever a row of the one
    meets a row of the other, that too has to be large, or nobody at all may belong there. ``table`` has an entry for
    every place where anybody was asked, answered or not.
    """
    for one in first:
        for other in second:
            met = [counts for (a, b), counts in table.items() if a in one and b in other]
            if met and any(sum(sum(counts[at] for at in group) for counts in met) < least for group in groups):
                return False
    return True


def places_of(asked: Sequence[tuple[str, str]], least: int) -> dict[str, str]:
    """Say what an answer may tell of where its giver belongs: "area|level" -> "area|level", "area|" or "".

    ``asked`` is (area, level) of everybody who is asked. Whatever an answer tells is shared by ``least`` of them; that
    holds for what is left over as well, which would otherwise be told by telling nothing.
    """
    by_area: dict[str, dict[str, int]] = {}
    for area, level in asked:
        levels = by_area.setdefault(area, {})
        levels[level] = levels.get(level, 0) + 1
    sizes = sorted((sum(levels.values()), area) for area, levels in by_area.items())
    left = {area for size, area in sizes if size < least or not area}
    for _, area in sizes:
        if not left or sum(size for size, one in sizes if one in left) >= least:
            break
        left.add(area)
    places: dict[str, str] = {}
    for area, levels in by_area.items():
        fine = min(levels.values()) >= least
        for level in levels:
            places[f"{area}|{level}"] = "" if area in left else f"{area}|{level}" if fine else f"{area}|"
    return places
