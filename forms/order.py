"""Sorts things so that each comes after what it waits for, and finds those that wait for each other."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

T = TypeVar("T", bound=Hashable)


class _Search(Generic[T]):
    """Tarjan's search for circles, without recursion: an outsider chose how long the chains are."""

    def __init__(self, after: Mapping[T, Iterable[T]]) -> None:
        self.after = after
        self.number: dict[T, int] = {}
        self.low: dict[T, int] = {}
        self.stack: list[T] = []
        self.stacked: set[T] = set()
        self.path: list[tuple[T, Iterator[T]]] = []
        self.groups: list[list[T]] = []

    def enter(self, one: T) -> None:
        self.number[one] = self.low[one] = len(self.number)
        self.stack.append(one)
        self.stacked.add(one)
        self.path.append((one, iter(self.after.get(one, ()))))

    def advance(self) -> None:
        """Go on from the end of the path: one step down, or back up when there is none."""
        one, targets = self.path[-1]
        for target in targets:
            if target not in self.number:
                self.enter(target)
                return
            if target in self.stacked:
                self.low[one] = min(self.low[one], self.number[target])
        self.path.pop()
        if self.path:
            above = self.path[-1][0]
            self.low[above] = min(self.low[above], self.low[one])
        if self.low[one] == self.number[one]:
            self.close(one)

    def close(self, first: T) -> None:
        group: list[T] = []
        while not group or group[-1] != first:
            group.append(self.stack.pop())
            self.stacked.discard(group[-1])
        self.groups.append(group[::-1])


def groups_in_order(every: Iterable[T], after: Mapping[T, Iterable[T]]) -> list[list[T]]:
    """Sort ``every`` so that each comes before those in ``after[it]``; those in a circle share a group."""
    search = _Search(after)
    for one in every:
        if one not in search.number:
            search.enter(one)
            while search.path:
                search.advance()
    return search.groups[::-1]
