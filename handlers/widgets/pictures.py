"""What a form shows beside its words: the pictures and sounds of a question, then those of its choices.

Pure: a walk and what is here go in; what can be shown comes out, in order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from handlers.widgets.words import asked_in, labelled

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from forms.question import Question
    from forms.texts import Text
    from forms.walk import Walk
    from handlers.text import Speech


@dataclass(frozen=True, slots=True)
class Shown:
    """One file of a form: ``name`` as the form calls it, ``choice`` the value it belongs to, '' for the question."""

    kind: str
    name: str
    choice: str = ""

    def caption(self, speech: Speech, walk: Walk, question: Question) -> str:
        """Return what it belongs to."""
        return labelled(speech, walk, question, self.choice) if self.choice else asked_in(speech, walk, question)


def shown_with(walk: Walk, question: Question, here: Container[str], language: str) -> list[Shown]:
    """Return what is to be seen or heard with a question and is here: its own first, then that of its choices."""
    found = [Shown(kind, name) for kind, name in _files(question.texts.get("label"), language)]
    if question.choices:
        offered = walk.choices(question.path)
        found += [Shown(kind, name, one.value) for one in offered for kind, name in _files(one.text, language)]
    return [one for one in found if one.name in here]


def _files(text: Text | None, language: str) -> list[tuple[str, str]]:
    """Return (kind, name) of the files that go with a text; the larger picture in place of the smaller."""
    files: Mapping[str, str] = text.pictures(language) if text is not None else {}
    kinds = [kind for kind in files if kind != "image" or "big-image" not in files]
    return [("image" if kind == "big-image" else kind, files[kind].rpartition("/")[2]) for kind in kinds]
