"""The policy for enquiries: within how many worked days they are answered, and whether anybody may answer alone.

Pure. A pack's ``campaign.toml`` may say it under ``[enquiries]``; what it leaves out is as usual.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import Final

MOST_DAYS: Final = 60


class PolicyError(ValueError):
    """A pack's policy cannot be used: the sentence says why."""


@dataclass(frozen=True, slots=True)
class Policy:
    """``days`` and, once it was passed up, ``office_days`` are worked days; ``collective``: two have to agree."""

    days: int = 3
    office_days: int = 5
    collective: bool = True


def policy(campaign: str) -> Policy:
    """Read the policy of a pack from its ``campaign.toml``; raises PolicyError for one that cannot be used."""
    raw = tomllib.loads(campaign).get("enquiries", {})
    if unknown := set(raw) - {"days", "office_days", "collective"}:
        raise PolicyError(f"enquiries: there is nothing called {', '.join(sorted(unknown))}")
    made = Policy(**raw)
    if not all(type(one) is int and 0 < one <= MOST_DAYS for one in (made.days, made.office_days)):
        raise PolicyError(f"enquiries: days and office_days are whole numbers from 1 to {MOST_DAYS}")
    if not isinstance(made.collective, bool):
        raise PolicyError("enquiries: collective is true or false")
    return made
