"""What makes a picture worth a question: it was used before, is older than the visit, or was taken far from the unit.

A doubt asks; it never accuses and never blocks. Pure: pictures come as fingerprints, places as degrees.

A fingerprint is a perceptual hash of 64 bits, by which it is found, and one of 256 bits, by which it is told from what
only looks alike at a glance. Fingerprints lie near each other when at most ``NEAR`` and ``ALIKE`` bits differ; cut into
four bands of 16 bits, two that are near share a band but for ``SLIPS`` bits, which is how they are found by an index.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date, datetime

NEAR: Final = 10
"""Bits of 64 that may differ. Measured figures are in docs/benchmarks.md."""

ALIKE: Final = 64
"""Bits of 256 that may differ."""

BANDS: Final = 4
BAND_BITS: Final = 16
SLIPS: Final = NEAR // BANDS
"""Bits that at least one band differs by at most, when ``NEAR`` differ in all."""

_EARTH_METRES: Final = 6_371_000.0
_FLIPS: Final = tuple(
    sum(1 << bit for bit in bits) for count in range(SLIPS + 1) for bits in combinations(range(BAND_BITS), count)
)


class Why(StrEnum):
    """Why a picture is asked about."""

    used = "used"
    alike = "alike"
    older = "older"
    far = "far"


@dataclass(frozen=True, slots=True)
class Print:
    """A picture's fingerprint."""

    bits: int
    wide: int

    @classmethod
    def read(cls, bits: str, wide: str) -> Print:
        """Make one of hexadecimal digits, 16 and 64 of them."""
        return cls(int(bits, 16), int(wide, 16))

    def is_near(self, other: Print) -> bool:
        """Tell whether two pictures look like one picture: resized, saved again, or cut at the edge."""
        return (self.bits ^ other.bits).bit_count() <= NEAR and (self.wide ^ other.wide).bit_count() <= ALIKE


def bands(bits: int) -> tuple[int, ...]:
    """Cut 64 bits into four bands, the lowest first."""
    return tuple(bits >> BAND_BITS * at & 0xFFFF for at in range(BANDS))


def neighbours(band: int) -> list[int]:
    """Return every band that this one could be of a fingerprint near by."""
    return [band ^ flip for flip in _FLIPS]


def is_older(taken: datetime | None, began: date | None) -> bool:
    """Tell whether a picture was taken on a day before the visit began; both as the clocks where it is."""
    return taken is not None and began is not None and taken.date() < began


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return how far two places lie apart; (latitude, longitude) in degrees."""
    a, b = math.radians(one[0]), math.radians(other[0])
    half = math.sin((b - a) / 2) ** 2
    half += math.cos(a) * math.cos(b) * math.sin(math.radians(other[1] - one[1]) / 2) ** 2
    return 2 * _EARTH_METRES * math.asin(math.sqrt(min(1.0, half)))


def roughly(distance: float) -> float:
    """Return a distance in kilometres as one says it: 0.8, 2.4, 12, 340."""
    kilometres = distance / 1000
    return round(kilometres, 1) if kilometres < 10 else float(round(kilometres))  # noqa: PLR2004 - two digits
