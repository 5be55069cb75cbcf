"""Which instances of a form's repeats stand on a visit, and where each of them is now.

An instance gets a number when it is added and keeps it for good; a number is never given twice. What is stored goes by
these numbers (``/data/room[3]/clean``), so that taking one away moves nobody's answer. A form counts positions instead:
after the second is gone the third is ``room[2]``. Here one is made of the other. That an instance was added or taken
away is stored like an answer, under the instance's own path; that nobody has another to add, under the repeat's.

Pure: it knows paths and nothing of forms, chats or databases.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

ADDED: Final = "1"
"""What is stored under an instance that somebody added; '' once it is taken away."""

ENOUGH: Final = "enough"
"""What is stored under a repeat when there is nothing more to add."""

_NUMBER: Final = re.compile(r"\[(\d+)\]")


def plain(path: str) -> str:
    """Return a path as the form defines it, without numbers or positions."""
    return _NUMBER.sub("", path)


def numbers_in(path: str) -> tuple[int, ...]:
    """Return the numbers (or positions) along a path, the outermost first."""
    return tuple(map(int, _NUMBER.findall(path)))


class Instances:
    """The instances of one visit; ``begun`` says how many there are in a place at first, None where nobody adds any.

    What grows by itself (``repeat_count``) has no numbers but its positions.
    """

    def __init__(self, stored: Mapping[str, str], begun: Callable[[str], int | None]) -> None:
        self._begun = begun
        self._marks: dict[str, dict[int, bool]] = {}
        for path, value in stored.items():
            place, number = _split(path)
            if place:
                self._marks.setdefault(place, {})[number] = bool(value)

    def numbers(self, place: str) -> list[int]:
        """Return the numbers of the instances that stand in one place (``/data/room``), in order."""
        marks = self._marks.get(place, {})
        begun = range(1, (self._begun(place) or 0) + 1)
        return sorted(number for number in {*begun, *marks} if marks.get(number, True))

    def following(self, place: str) -> int:
        """Return the number of the next instance that is added in a place."""
        return max((self._begun(place) or 0, *self._marks.get(place, {}))) + 1

    def taken_away(self, path: str) -> bool:
        """Tell whether a stored path is in an instance that there once was."""
        whole = [match for match in _NUMBER.finditer(path) if self._begun(path[: match.start()]) is not None]
        once = all(1 <= int(match[1]) < self.following(path[: match.start()]) for match in whole)
        return once and self.position(path) is None

    def position(self, path: str) -> str | None:
        """Return where a stored path is now, None when it is in an instance that was taken away."""
        found, done = "", 0
        for match in _NUMBER.finditer(path):
            place, at = path[: match.start()], int(match[1])
            if self._begun(place) is not None:
                numbers = self.numbers(place)
                if at not in numbers:
                    return None
                at = numbers.index(at) + 1
            found += f"{path[done : match.start()]}[{at}]"
            done = match.end()
        return found + path[done:]

    def stored(self, path: str) -> str:
        """Return how a path that is in a place now is stored: :meth:`position` the other way round."""
        found, done = "", 0
        for match in _NUMBER.finditer(path):
            found += path[done : match.start()]
            at = int(match[1])
            if self._begun(found) is not None:
                numbers = self.numbers(found)
                at = numbers[at - 1] if at <= len(numbers) else at
            found += f"[{at}]"
            done = match.end()
        return found + path[done:]

    def values(self, stored: Mapping[str, str]) -> dict[str, str]:
        """Return stored answers by where they are now, and beside them how many instances each repeat has."""
        found = {}
        for path, value in stored.items():
            if not _split(path)[0] and self._begun(path) is None:
                here = self.position(path)
                if here is not None:
                    found[here] = value
        return found | {place: str(size) for place, size in self._sizes(self._marks)}

    def _sizes(self, places: Iterable[str]) -> Iterable[tuple[str, int]]:
        for place in places:
            here = self.position(place)
            if here is not None and self._begun(place) is not None:
                yield here, len(self.numbers(place))


def _split(path: str) -> tuple[str, int]:
    """Return the place and the number of an instance's own path; ('', 0) for any other path."""
    if not path.endswith("]"):
        return "", 0
    place, _, number = path[:-1].rpartition("[")
    return (place, int(number)) if number.isdecimal() else ("", 0)
