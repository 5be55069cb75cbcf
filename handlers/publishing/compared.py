"""What is new in a form against the version before it, in the language of whoever is about to publish it.

What changed is found by :mod:`forms.changes`; here it is said by the question's own words instead of its path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from forms.changes import changes
from handlers.progress import brief
from handlers.publishing.preview import KINDS
from handlers.text import mark

if TYPE_CHECKING:
    from collections.abc import Mapping

    from forms.changes import Change
    from forms.form import Form
    from forms.question import Question
    from handlers.text import Speech

LABEL: Final = 60

SAID: Final[Mapping[str, str]] = {
    "added": mark("+ {label}"),
    "removed": mark("− {label}"),
    "moved": mark("{label}: stands in another group"),
    "repeat": mark("{label}: repeated or no longer so"),
    "relevant": mark("{label}: asked under another condition"),
    "required": mark("{label}: must be answered, or no longer so"),
    "constraint": mark("{label}: other answers are allowed"),
    "calculate": mark("{label}: worked out otherwise"),
    "readonly": mark("{label}: may be changed under another condition"),
    "count": mark("{label}: repeated another number of times"),
    "default": mark("{label}: begins with another answer"),
    "hint": mark("{label}: another hint"),
    "choices": mark("{label}: other choices"),
}
"""What is said of a change, by its kind; a new wording and another kind of question are said with what was."""

LOST: Final = mark("answers given before may no longer fit")


def compared(speech: Speech, old: Form, new: Form) -> list[Markup]:
    """Return one line for each thing that is new, in the order of the form; what was removed after it."""
    lines: list[Markup] = []
    seen: set[tuple[str, str]] = set()
    for change in changes(old, new):
        known = (change.path, change.kind)
        said = _said(speech, old, new, change) if known not in seen else None
        if said is None:
            continue
        seen.add(known)
        lines.append(said + Markup("\n   ⚠ ") + speech.t(LOST) if change.lost else said)
    return lines


def _said(speech: Speech, old: Form, new: Form, change: Change) -> Markup | None:
    """Say one change; None for what a person never sees."""
    before, after = old.questions.get(change.path), new.questions.get(change.path)
    shown = after or before
    unseen = shown is not None and not shown.asks and shown.kind != "note"
    nameless = shown is None and change.kind not in {"added", "removed", "repeat", "relevant"}
    label = "" if unseen or nameless else _label(speech, old, new, change.path)
    if not label:
        return None
    if before is not None and after is not None and change.kind in {"label", "type"}:
        return _reworded(speech, before, after) if change.kind == "label" else _retyped(speech, label, before, after)
    return speech.t(SAID[change.kind], label=label) if change.kind in SAID else None


def _reworded(speech: Speech, before: Question, after: Question) -> Markup | None:
    """Say a new wording; None for one in another language than this person's."""
    one, two = before.label(speech.language), after.label(speech.language)
    if one == two:
        return None
    return speech.t("“{old}” is now “{new}”", old=brief(one, LABEL), new=brief(two, LABEL))


def _retyped(speech: Speech, label: str, before: Question, after: Question) -> Markup:
    kinds = {"old": _kind(speech, before), "new": _kind(speech, after)}
    return speech.t("{label}: was “{old}”, is “{new}”", label=label, **kinds)


def _label(speech: Speech, old: Form, new: Form, path: str) -> str:
    """Return what a question or a group is called, in the newer version where it is there; '' when it has no label."""
    for form in (new, old):
        question = form.questions.get(path)
        if question is not None:
            return brief(question.label(speech.language) or question.name, LABEL)
        for screen in form.screens:
            for section in screen.sections:
                if section.path == path and (title := section.title(speech.language)):
                    return brief(title, LABEL)
    return ""


def _kind(speech: Speech, question: Question) -> str:
    return speech.label(KINDS[question.kind]) if question.kind in KINDS else question.kind
