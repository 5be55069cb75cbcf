"""Which units a round is about: by level, area, tag and group; what is not said leaves all in.

Pure. A unit that was visited in a round belongs to it whatever its scope says now; that is asked elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from supervision.register.areas import within

if TYPE_CHECKING:
    from collections.abc import Collection


@dataclass(frozen=True, slots=True)
class Scope:
    """What a unit must be to belong to a round: on one of the levels, in one of the areas, with one of the tags."""

    levels: tuple[int, ...] = ()
    areas: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    groups: tuple[int, ...] = ()

    def takes(self, level: int, area: str, tags: Collection[str], group_id: int | None) -> bool:
        """Tell whether such a unit belongs to it; no levels, areas, tags or groups: any."""
        return (
            (not self.levels or level in self.levels)
            and (not self.areas or any(within(area, one) for one in self.areas))
            and (not self.tags or not set(self.tags).isdisjoint(tags))
            and (not self.groups or group_id in self.groups)
        )

    @property
    def whole(self) -> bool:
        """Tell whether it leaves every unit in."""
        return not (self.levels or self.areas or self.tags or self.groups)
