"""One process that has imported everything, from which the bots of all these tests start at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.proof.hatchery import CAN, Hatchery

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def hatchery() -> Iterator[Hatchery]:
    if not CAN:
        pytest.skip("the short runs need Linux; `make proof` does without")
    with Hatchery() as one:
        yield one
