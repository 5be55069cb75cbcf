"""What a form asks next: its questions as they stand, in order, and after every repeat whether there is another.

Pure: a walk goes in, stops come out. Notes stand with the question they come before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from forms.question import Definition, Question, Screen
    from forms.walk import Walk


@dataclass(frozen=True, slots=True)
class Stop:
    """One thing to be answered: a question, or (``again``) whether a repeat has another instance.

    ``path`` is the question's or the repeat's, with positions; ``notes`` are the paths of what is to be read before.
    """

    path: str
    question: Question | None = None
    again: Definition | None = None
    notes: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Return what the stop is known by while answers come and go."""
        return f"+{self.path}" if self.again is not None else self.path


def stops(walk: Walk) -> tuple[list[Stop], tuple[str, ...]]:
    """Return the stops of a walk in order, and the notes after the last of them."""
    found: list[Stop] = []
    notes: list[str] = []
    existing = {path for path, _ in walk.nodes()}
    root = walk.form.root
    for stop in _below(walk, root, root.path, existing):
        if stop.question is not None and stop.question.kind == "note":
            notes.append(stop.path)
        else:
            found.append(replace(stop, notes=tuple(notes)))
            notes = []
    return found, tuple(notes)


def _below(walk: Walk, definition: Definition, base: str, existing: set[str]) -> Iterator[Stop]:
    for child in definition.children:
        path = f"{base}/{child.name}"
        if child.repeat:
            yield from _repeat(walk, child, path, existing)
        elif child.children:
            yield from _below(walk, child, path, existing)
        elif child.question is not None and _asked(walk, child.question, path):
            yield Stop(path, question=replace(child.question, path=path))


def _repeat(walk: Walk, repeat: Definition, path: str, existing: set[str]) -> Iterator[Stop]:
    at = 1
    while f"{path}[{at}]" in existing:
        yield from _below(walk, repeat, f"{path}[{at}]", existing)
        at += 1
    above = path.rpartition("/")[0]
    relevant = walk.relevant(f"{path}[1]") if at > 1 else walk.relevant(above)
    if repeat.count is None and relevant:
        yield Stop(path, again=repeat)


def _asked(walk: Walk, question: Question, path: str) -> bool:
    if not walk.relevant(path):
        return False
    return question.kind == "note" or (question.asks and not walk.readonly(path))


def instances(walk: Walk, path: str) -> list[str]:
    """Return the paths of a repeat's instances."""
    existing = {one for one, _ in walk.nodes()}
    found: list[str] = []
    while f"{path}[{len(found) + 1}]" in existing:
        found.append(f"{path}[{len(found) + 1}]")
    return found


def screen_of(walk: Walk, path: str) -> Screen | None:
    """Return the screen a question stands on."""
    return next((one for one in walk.screens() if any(question.path == path for question in one.questions)), None)
