"""A regular expression as states that advance together (Thompson's construction): never slower than text times states.

Works on the tree that Python's own parser makes, and answers one question only: whether the pattern is found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    Test = Callable[[str], bool]
    Check = Callable[[str, int], bool]

MAX_STATES: Final = 4_000


class TooLarge(Exception):
    """The pattern has too many states, or something that states cannot do."""


def _word(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char == "_")


_CATEGORIES: Final[dict[str, Test]] = {
    "DIGIT": lambda char: "0" <= char <= "9",
    "SPACE": lambda char: char in " \t\n\r\f\v",
    "WORD": _word,
}


def _category(name: str) -> Test:
    kind = name.removeprefix("CATEGORY_")
    test = _CATEGORIES[kind.removeprefix("NOT_")]
    return (lambda char: not test(char)) if kind.startswith("NOT_") else test


def _between(low: int, high: int) -> Test:
    return lambda char: low <= ord(char) <= high


def _class(parts: list[tuple[Any, Any]]) -> Test:
    tests: list[Test] = []
    negated = False
    for op, about in parts:
        name = str(op)
        if name == "NEGATE":
            negated = True
        elif name == "LITERAL":
            tests.append(_between(about, about))
        elif name == "RANGE":
            tests.append(_between(*about))
        else:
            tests.append(_category(str(about)))
    known: dict[str, bool] = {}

    def test(char: str) -> bool:
        found = known.get(char)
        if found is None:
            found = known[char] = any(one(char) for one in tests) is not negated
        return found

    return test


def _boundary(text: str, at: int) -> bool:
    return (at > 0 and _word(text[at - 1])) is not (at < len(text) and _word(text[at]))


_PLACES: Final[dict[str, Check]] = {
    "AT_BEGINNING": lambda _text, at: at == 0,
    "AT_BEGINNING_STRING": lambda _text, at: at == 0,
    "AT_END": lambda text, at: at == len(text),
    "AT_END_STRING": lambda text, at: at == len(text),
    "AT_BOUNDARY": _boundary,
    "AT_NON_BOUNDARY": lambda text, at: not _boundary(text, at),
}


class Program:
    """States: each either reads a character (``tests``), checks its place (``checks``), or leads on for free."""

    def __init__(self) -> None:
        self.tests: dict[int, Test] = {}
        self.checks: dict[int, Check] = {}
        self.leads: list[list[int]] = []
        self.first = 0
        self.end = -1
        self.looks = False
        """Whether it looks ahead or back, which costs the length of the text at every character."""

    @property
    def size(self) -> int:
        """How many states there are."""
        return len(self.leads)

    def state(self, *leads: int) -> int:
        """Make a state that leads on for free; raises :class:`TooLarge`."""
        if len(self.leads) >= MAX_STATES:
            raise TooLarge
        self.leads.append(list(leads))
        return len(self.leads) - 1

    def reading(self, test: Test, then: int) -> int:
        """Make a state that reads one character."""
        made = self.state(then)
        self.tests[made] = test
        return made

    def checking(self, check: Check, then: int) -> int:
        """Make a state that leads on where its place is right."""
        made = self.state(then)
        self.checks[made] = check
        return made

    def found_in(self, text: str, start: int = 0, *, anywhere: bool = True) -> bool:
        """Whether it is found in a text, from ``start`` on, or only there."""
        now: set[int] = set()
        for at in range(start, len(text) + 1):
            if anywhere or at == start:
                now.add(self.first)
            now = self._free(now, text, at)
            if self.end in now:
                return True
            if at == len(text) or not (now or anywhere):
                return False
            char = text[at]
            now = {self.leads[one][0] for one in now if one in self.tests and self.tests[one](char)}
        return False

    def _free(self, states: set[int], text: str, at: int) -> set[int]:
        """Give every state that can be reached without reading."""
        found: set[int] = set()
        pending = list(states)
        while pending:
            one = pending.pop()
            if one in found:
                continue
            found.add(one)
            check = self.checks.get(one)
            if one not in self.tests and (check is None or check(text, at)):
                pending += self.leads[one]
        return found


def program_of(tree: Any) -> Program:  # noqa: ANN401 - re's own tree has no public type
    """Build the states of a parsed pattern; raises :class:`TooLarge`."""
    made = Program()
    made.end = made.state()
    made.first = _sequence(made, list(tree), made.end)
    return made


def _sequence(made: Program, tree: list[tuple[Any, Any]], then: int) -> int:
    for op, about in reversed(tree):
        then = _one(made, str(op), about, then)
    return then


def _one(made: Program, name: str, about: Any, then: int) -> int:  # noqa: ANN401 - as above
    """Build one piece of a pattern in front of what comes after it."""
    test = _test(name, about)
    if test is not None:
        return made.reading(test, then)
    if name == "AT" and str(about) in _PLACES:
        return made.checking(_PLACES[str(about)], then)
    if name == "BRANCH":
        return made.state(*(_sequence(made, list(one), then) for one in about[1]))
    if name == "SUBPATTERN" and not about[1]:
        return _sequence(made, list(about[3]), then)
    if name in ("MAX_REPEAT", "MIN_REPEAT"):
        return _repeat(made, about, then)
    if name in ("ASSERT", "ASSERT_NOT"):
        made.looks = True
        return made.checking(_look(about, wanted=name == "ASSERT"), then)
    raise TooLarge


def _test(name: str, about: Any) -> Test | None:  # noqa: ANN401 - as above
    """Give what a piece that reads one character asks of it, None for another piece."""
    if name == "LITERAL":
        return _between(about, about)
    if name == "NOT_LITERAL":
        return lambda char: ord(char) != about
    if name == "ANY":
        return lambda char: char != "\n"
    return _class(about) if name == "IN" else None


def _repeat(made: Program, about: tuple[int, int, Any], then: int) -> int:
    least, most, body = about
    if most > MAX_STATES:
        loop = made.state(then)
        made.leads[loop].insert(0, _sequence(made, list(body), loop))
        then = loop
    else:
        out = then
        for _ in range(most - least):
            then = made.state(_sequence(made, list(body), then), out)
    for _ in range(least):
        then = _sequence(made, list(body), then)
    return then


def _look(about: tuple[int, Any], *, wanted: bool) -> Check:
    """Build a look ahead, or back over a known number of characters."""
    direction, body = about
    inner = program_of(body)
    least, most = body.getwidth()
    if direction > 0:
        return lambda text, at: inner.found_in(text, at, anywhere=False) is wanted
    if least != most:
        raise TooLarge
    return lambda text, at: (at >= least and inner.found_in(text[:at], at - least, anywhere=False)) is wanted
