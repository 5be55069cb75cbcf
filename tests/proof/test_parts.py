"""What the proof finds has a place to be published in."""

from __future__ import annotations

from benchmarks.figures import PAGE
from benchmarks.proof.__main__ import PARTS


def test_the_page_has_a_place_for_every_part_of_the_proof() -> None:
    page = PAGE.read_text("utf-8")
    for part in PARTS:
        assert f"<!-- bench:proof-{part} -->" in page
        assert f"<!-- end:proof-{part} -->" in page
