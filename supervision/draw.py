"""A random draw that anybody can work out again: which of a list, by which seed, and that nobody could choose.

Before the list is known the bot settles on a seed and shows its hash (the commitment); afterwards it shows the seed.
So nobody could fit the list to the seed, nor the seed to the list. What follows is all there is to it:

1. ``commitment = SHA-256(seed)``, the seed being 32 bytes; both are written as 64 hexadecimal digits.
2. Block ``i`` (0, 1, 2 …) is ``SHA-256("<seed in hexadecimal>:<i>")`` of that ASCII text, taken as a whole number with
   the most significant byte first. Blocks are used one after the other, through the whole draw.
3. A number below ``n`` is the next block modulo ``n``; a block that is not below the largest multiple of ``n`` that
   2^256 holds is passed over, so that every number is equally likely.
4. ``k`` of a list: for ``i`` from 0 to ``k - 1`` swap entry ``i`` with entry ``i + (a number below what is left)``.
   The first ``k`` entries, in that order, are drawn.
5. By strata: each stratum gets the whole part of ``k · its size / size of the list``; the seats left go to the largest
   remainders, one each. Of strata with the same remainder the order is drawn first, by rule 4, all of them, in the
   order in which they first appear. Then rule 4 in each stratum, in the order in which they first appear.

Pure: no clock, no database, no randomness but the seed it is handed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from fractions import Fraction
from itertools import count
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

SEED_BYTES: Final = 32
_RANGE: Final = 1 << 256


class DrawError(ValueError):
    """The draw cannot be made: the sentence says why."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One of those who can be drawn; ``stratum`` is '' where the draw does not look at any."""

    name: str
    stratum: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A list as it was sent: each name once, in the order of its first appearance, and the names that came again."""

    entries: tuple[Entry, ...]
    again: tuple[str, ...] = ()


def commitment(seed: bytes) -> str:
    """Return what is shown before the draw; raises DrawError for a seed of another size."""
    if len(seed) != SEED_BYTES:
        raise DrawError(f"a seed has {SEED_BYTES} bytes")
    return hashlib.sha256(seed).hexdigest()


def listed(lines: Iterable[tuple[str, str]]) -> Listed:
    """Make a list of (name, stratum) pairs: blanks around a name and empty names are dropped, each name kept once."""
    entries: dict[str, Entry] = {}
    again: dict[str, None] = {}
    for raw, stratum in lines:
        name = " ".join(raw.split())
        if name in entries:
            again[name] = None
        elif name:
            entries[name] = Entry(name, " ".join(stratum.split()))
    return Listed(tuple(entries.values()), tuple(again))


class _Numbers:
    """The blocks of a seed, one after the other."""

    def __init__(self, seed: bytes) -> None:
        self._blocks = self._made(seed.hex())

    @staticmethod
    def _made(seed: str) -> Iterator[int]:
        for at in count():
            yield int.from_bytes(hashlib.sha256(f"{seed}:{at}".encode("ascii")).digest(), "big")

    def below(self, limit: int) -> int:
        """Return a number from 0 to ``limit - 1``, each equally likely."""
        fair = _RANGE - _RANGE % limit
        return next(block for block in self._blocks if block < fair) % limit


def uniform(entries: Sequence[Entry], size: int, seed: bytes) -> tuple[Entry, ...]:
    """Draw ``size`` of the list, each of them equally likely; raises DrawError."""
    _check(entries, size, seed)
    return _drawn(list(entries), size, _Numbers(seed))


def stratified(entries: Sequence[Entry], size: int, seed: bytes) -> tuple[Entry, ...]:
    """Draw ``size`` of the list, from each stratum as many as its share; raises DrawError."""
    _check(entries, size, seed)
    numbers = _Numbers(seed)
    strata = _strata(entries)
    seats = _seats({name: len(members) for name, members in strata.items()}, size, numbers)
    return tuple(one for name, members in strata.items() for one in _drawn(members, seats[name], numbers))


def _check(entries: Sequence[Entry], size: int, seed: bytes) -> None:
    commitment(seed)
    if not 1 <= size <= len(entries):
        raise DrawError(f"{size} cannot be drawn of {len(entries)}")
    if len({one.name for one in entries}) != len(entries):
        raise DrawError("a name stands in the list twice")


def _drawn(entries: list[Entry], size: int, numbers: _Numbers) -> tuple[Entry, ...]:
    left = list(entries)
    for at in range(size):
        other = at + numbers.below(len(left) - at)
        left[at], left[other] = left[other], left[at]
    return tuple(left[:size])


def _strata(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for one in entries:
        found.setdefault(one.stratum, []).append(one)
    return found


def _seats(sizes: dict[str, int], size: int, numbers: _Numbers) -> dict[str, int]:
    """Share out the seats by largest remainder; the order of equal remainders is drawn."""
    total = sum(sizes.values())
    shares = {name: Fraction(size * held, total) for name, held in sizes.items()}
    seats = {name: int(share) for name, share in shares.items()}
    order = [one.name for one in _drawn([Entry(name) for name in sizes], len(sizes), numbers)]
    order.sort(key=lambda name: shares[name] - seats[name], reverse=True)  # keeps the drawn order of equal ones
    for name in order[: size - sum(seats.values())]:
        seats[name] += 1
    return seats
