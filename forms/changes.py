"""Says what changed between two versions of a form, and what that means for the answers there are.

Nodes are told apart by their paths, as stored answers are. A version that is published never changes; this is for the
author of the next one. Sentences are English; ``kind`` and ``lost`` are for programs.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from forms.question import SELECTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from forms.form import Form
    from forms.question import Definition, Question
    from forms.xpath import Expression

_OWN = ""
"""No language in particular: the form's default."""
_RULES = {
    "relevant": "when it is asked", "required": "when it must be answered", "constraint": "which answers may stand",
    "calculate": "how it is worked out", "readonly": "when it may be changed", "count": "how often it is repeated",
}  # fmt: skip
_CARRIED = {
    ("int", "decimal"), ("int", "string"), ("decimal", "string"), ("date", "string"), ("date", "dateTime"),
    ("time", "string"), ("dateTime", "string"), ("barcode", "string"), ("string", "barcode"), ("geopoint", "string"),
}  # fmt: skip
"""Changes of type that keep every answer."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference; ``lost`` says whether answers given before may be lost, or no longer fit."""

    path: str
    kind: str
    what: str
    means: str
    lost: bool = False

    def __str__(self) -> str:
        return f"{self.path}: {self.what}. {self.means}"

    def plain(self) -> dict[str, object]:
        """Give it as data."""
        return asdict(self)


def changes(old: Form, new: Form) -> list[Change]:
    """Compare two versions, the older first; in the order of the newer, what was removed after it."""
    found: list[Change] = []
    if old.form_id != new.form_id:
        found.append(
            Change("", "form_id", f"the form is called {new.form_id}, no longer {old.form_id}",
                   "It counts as another form: nothing is carried over", lost=True)
        )  # fmt: skip
    if old.version == new.version:
        said = f"both are version {new.version}" if new.version else "neither says its version"
        found.append(Change("", "version", said, "Two versions must be told apart: give the new one another version"))
    for path, definition in new.definitions.items():
        before = old.definitions.get(path)
        found += _changed(old, new, before, definition) if before is not None else [_added(old, definition)]
    found += [_removed(new, one) for path, one in old.definitions.items() if path not in new.definitions]
    return found


def _added(old: Form, definition: Definition) -> Change:
    names = [path for path, one in old.definitions.items() if one.name == definition.name and not one.children]
    if names and not definition.children:
        means = "Answers given there are not carried over"
        return Change(definition.path, "moved", f"it was at {names[0]}", means, lost=True)
    what = "a repeat" if definition.repeat else "a group" if definition.children else "a question"
    if definition.question is not None and not definition.question.asks:
        what = "a value that is worked out"
    means = "It has no answers yet"
    if definition.required is not None:
        means += "; where it is required, whoever takes up an old visit must answer it"
    return Change(definition.path, "added", f"{what} is new", means)


def _removed(new: Form, definition: Definition) -> Change:
    moved = any(one.name == definition.name and not one.children for one in new.definitions.values())
    silent = definition.question is not None and not definition.question.asks
    what = "it is no longer there" + (" (moved)" if moved else "")
    means = "Answers to it stay with old records and are not asked for again"
    return Change(
        definition.path, "removed", what, "Old records keep what it held" if silent else means, lost=not silent
    )


def _changed(old: Form, new: Form, before: Definition, after: Definition) -> Iterator[Change]:
    path = after.path
    if before.repeat != after.repeat:
        means = "Answers have other paths in a repeat and are not carried over"
        what = "it is now repeated" if after.repeat else "it is no longer repeated"
        yield Change(path, "repeat", what, means, lost=True)
    if before.question is not None and after.question is not None:
        yield from _asked(old, new, before.question, after.question)
    for rule, says in _RULES.items():
        one, two = _source(getattr(before, rule)), _source(getattr(after, rule))
        if one != two:
            means = f"This says {says}; answers there are stay and are looked at anew"
            yield Change(path, rule, f"{rule} was “{one or 'nothing'}” and is “{two or 'nothing'}”", means)
    if before.default != after.default:
        yield Change(
            path, "default", f"it begins with “{after.default}”, not “{before.default}”", "Only new fillings do"
        )


def _source(expression: Expression | None) -> str:
    return " ".join(expression.source.split()) if expression is not None else ""


def _asked(old: Form, new: Form, before: Question, after: Question) -> Iterator[Change]:
    path = after.path
    if (before.kind, before.type) != (after.kind, after.type):
        kept = after.kind in (before.kind, "text") or (before.kind, after.kind) == ("select_one", "select_multiple")
        lost = not kept or (before.type != after.type and (before.type, after.type) not in _CARRIED)
        means = "Answers of the old kind may not fit the new one" if lost else "Answers of the old kind fit the new one"
        yield Change(
            path, "type", f"it was {before.kind} ({before.type}) and is {after.kind} ({after.type})", means, lost
        )
    if after.kind in SELECTS and before.kind in SELECTS:
        yield from _choices(before, after)
    for language in dict.fromkeys((*old.languages, *new.languages)) or ("",):
        for role in ("label", "hint"):
            one, two = getattr(before, role)(language), getattr(after, role)(language)
            if one != two:
                where = f" in {language}" if language else ""
                yield Change(path, role, f"the {role}{where} was “{one}” and is “{two}”", "Only the wording is new")


def _choices(before: Question, after: Question) -> Iterator[Change]:
    one, two = ({choice.value: choice for choice in question.choices} for question in (before, after))
    gone, come = [value for value in one if value not in two], [value for value in two if value not in one]
    if gone:
        means = "Answers that chose these are no longer among the choices, and count as blank"
        yield Change(after.path, "choices", f"no longer offered: {', '.join(gone)}", means, lost=True)
    if come:
        yield Change(after.path, "choices", f"newly offered: {', '.join(come)}", "Nobody has chosen these yet")
    renamed = [value for value in one if value in two and one[value].label(_OWN) != two[value].label(_OWN)]
    if renamed:
        yield Change(after.path, "choices", f"worded anew: {', '.join(renamed)}", "Old answers read as the new wording")
