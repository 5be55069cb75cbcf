"""A draw as it is published: one JSON file that holds all it takes to work it out again, and the working out.

Independent of any database: ``xundu draw verify`` reads nothing else. Whoever trusts no program of ours finds the rules
in supervision/draw.py, and a few lines of any language are enough.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from supervision import draw
from supervision.draw import DrawError, Entry

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT: Final = "xundu-draw"
VERSION: Final = 1
UNIFORM: Final = "uniform"
STRATIFIED: Final = "stratified"
METHODS: Final[Mapping[str, Any]] = {UNIFORM: draw.uniform, STRATIFIED: draw.stratified}


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One draw; moments are ISO text in UTC, ``number`` counts the draws of whoever made them."""

    number: int
    commitment: str
    committed_at: str
    seed: str
    method: str
    size: int
    population: tuple[Entry, ...]
    drawn: tuple[str, ...]
    drawn_at: str

    def written(self) -> bytes:
        """Write it as JSON that people can read, too."""
        data = {
            "format": FORMAT,
            "version": VERSION,
            "number": self.number,
            "commitment": self.commitment,
            "committed_at": self.committed_at,
            "seed": self.seed,
            "method": self.method,
            "size": self.size,
            "population": [{"name": one.name, "stratum": one.stratum} for one in self.population],
            "drawn": list(self.drawn),
            "drawn_at": self.drawn_at,
        }
        return json.dumps(data, ensure_ascii=False, indent=1).encode() + b"\n"

    @classmethod
    def read(cls, written: bytes) -> Record:
        """Read what :meth:`written` wrote; raises DrawError for anything else."""
        try:
            data = json.loads(written)
            known = data["format"] == FORMAT and data["version"] == VERSION
            made = cls(
                number=int(data["number"]),
                commitment=str(data["commitment"]),
                committed_at=str(data["committed_at"]),
                seed=str(data["seed"]),
                method=str(data["method"]),
                size=int(data["size"]),
                population=tuple(Entry(str(one["name"]), str(one["stratum"])) for one in data["population"]),
                drawn=tuple(str(one) for one in data["drawn"]),
                drawn_at=str(data["drawn_at"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise DrawError("this is not a record of a draw") from error
        if not known:
            raise DrawError("this is not a record of a draw, or of a version that is not known here")
        return made

    def faults(self) -> list[str]:
        """Work the draw out again; return what is wrong, nothing when it is just as it should be."""
        try:
            seed = bytes.fromhex(self.seed)
            promised = draw.commitment(seed)
        except ValueError:
            return ["the seed is not 64 hexadecimal digits"]
        found = []
        if promised != self.commitment:
            found.append("the seed is not the one whose hash was shown before the draw")
        if self.committed_at > self.drawn_at:
            found.append("the hash was shown after the draw")
        if self.method not in METHODS:
            return [*found, f"there is no method {self.method[:40]!r}"]
        try:
            again = [one.name for one in METHODS[self.method](self.population, self.size, seed)]
        except DrawError as error:
            return [*found, str(error)]
        if again != list(self.drawn):
            at = next((n for n, pair in enumerate(zip(again, self.drawn, strict=False)) if pair[0] != pair[1]), None)
            where = f", at place {at + 1}" if at is not None else ""
            found.append(f"the seed draws something else than what the record says{where}")
        return found
