"""Forms made up at random, and answers to them: every type, column and function, in any nesting.

A form is made from a number alone, so that a difference found once can be looked at again.
"""

# ruff: noqa: E501 - lists of expressions read best close together
from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from forms.question import MEDIA, SILENT

if TYPE_CHECKING:
    from forms.question import Definition, Question
    from forms.walk import Walk

COLUMNS = (
    "type", "name", "label", "hint", "relevant", "required", "required_message", "constraint", "constraint_message",
    "calculation", "trigger", "choice_filter", "parameters", "repeat_count", "default", "appearance", "read_only",
)  # fmt: skip
LISTS = {
    "small": [("a", "x"), ("b", "y"), ("c", "x")],
    "town": [("hz", "a"), ("nb", "a"), ("wz", "b"), ("bj", "c"), ("12", "c")],
    "scale": [("1", "x"), ("2", "x"), ("3", "y"), ("other", "y")],
}
CSV = 'key,name,price,f\na,Apple,3.5,x\nb,"Ba, nana",2,y\nc,Cherry,,x\nhz,Kiwi,4,a\n'
ATTACHMENTS = {"fruit.csv": CSV}
ASKED = ("text", "integer", "decimal", "date", "time", "dateTime", "select_one", "select_multiple", "rank", "range",
         "acknowledge", "image", "audio", "video", "file", "barcode", "geopoint", "geotrace", "geoshape", "note",
         "calculate", "hidden")  # fmt: skip
WEIGHTS = (6, 8, 4, 3, 1, 2, 8, 6, 2, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 2, 8, 1)


@dataclass
class Made:
    """A form as rows by column."""

    rows: list[dict[str, str]] = field(default_factory=list)

    def markdown(self) -> str:
        """Write the form as an author would."""
        lines = ["| survey |", "| | " + " | ".join(COLUMNS) + " |"]
        lines += ["| | " + " | ".join(row.get(column, "") for column in COLUMNS) + " |" for row in self.rows]
        lines += ["| choices |", "| | list_name | name | label | f |"]
        lines += [f"| | {name} | {value} | {name} {value} | {f} |" for name, rows in LISTS.items() for value, f in rows]
        lines += ["| settings |", "| | form_title | form_id | version | instance_name |"]
        lines += ["| | Made | made | 3 | concat('n', ${q1}) |"]
        return "\n".join(lines)


class Maker:
    """Makes one form out of a number."""

    def __init__(self, seed: int, size: int = 14) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - it makes forms, it guards nothing
        self.size = size
        self.made = Made()
        self.kinds: dict[str, str] = {}
        self.lists: dict[str, str] = {}
        self.above: dict[str, tuple[str, ...]] = {}
        """The repeats around each question."""
        self.repeats: list[str] = []
        self.inside: tuple[str, ...] = ()
        self.count = 0

    def form(self) -> Made:
        """Make it."""
        self.question("integer")
        while self.count < self.size:
            self.anything(0)
        return self.made

    def name(self) -> str:
        self.count += 1
        return f"q{self.count}"

    def row(self, **cells: str) -> None:
        self.made.rows.append({key: value for key, value in cells.items() if value})

    def anything(self, depth: int) -> None:
        roll = self.dice.random()
        if depth < 3 and roll < 0.12:
            self.group("group", depth)
        elif depth < 3 and roll < 0.26:
            self.group("repeat", depth)
        else:
            self.question()

    def group(self, kind: str, depth: int) -> None:
        name = self.name()
        cells = {"relevant": self.truth() if self.dice.random() < 0.3 else ""}
        if kind == "repeat":
            if self.dice.random() < 0.4:
                cells["repeat_count"] = self.dice.choice(
                    ["2", self.number_of_some(), "count-selected(" + self.reference() + ")"]
                )
            self.repeats.append(name)
        elif self.dice.random() < 0.3:
            cells["appearance"] = "field-list"
        elif self.dice.random() < 0.2:
            cells["read_only"] = ""
        self.row(type=f"begin {kind}", name=name, label=f"Label {name}", **cells)
        outer = self.inside
        if kind == "repeat":
            self.inside = (*outer, name)
        for _ in range(self.dice.randint(1, 4)):
            self.anything(depth + 1)
        self.inside = outer
        self.row(type=f"end {kind}")

    # --- questions ------------------------------------------------------------------------------------------------

    def question(self, kind: str = "") -> None:
        kind = kind or self.dice.choices(ASKED, WEIGHTS)[0]
        name = self.name()
        cells = {"label": f"Label {name}"}
        if kind in ("select_one", "select_multiple", "rank"):
            cells |= self.from_list(name) if kind == "rank" else self.choices(name)
        if kind == "range":
            cells["parameters"] = self.dice.choice(["start=0 end=10 step=1", "start=-1 end=1 step=0.5", ""])
        if kind == "calculate":
            cells = {"calculation": self.value()}
        elif kind == "hidden":
            cells = {"default": self.dice.choice(["", "5", "h"])}
        elif kind != "note":
            cells |= self.rules(kind)
        elif self.dice.random() < 0.5:
            cells["label"] = f"Shows {self.reference()}"
        if kind not in ("calculate", "hidden") and self.dice.random() < 0.25:
            cells["relevant"] = self.truth()
        self.row(type=self.typed(kind, name), name=name, **cells)
        if kind not in MEDIA:  # ODK's engine does not blank a file that is not relevant; see the decisions
            self.kinds[name], self.above[name] = kind, self.inside

    def typed(self, kind: str, name: str) -> str:
        """Write the type with its list."""
        if name not in self.lists:
            return kind
        return f"{kind}{'_from_file' if '.' in self.lists[name] else ''} {self.lists[name]}"

    def choices(self, name: str) -> dict[str, str]:
        if self.dice.random() < 0.15:
            self.lists[name] = "fruit.csv"
            return {"parameters": "value=key label=name"}
        return self.from_list(name)

    def from_list(self, name: str) -> dict[str, str]:
        self.lists[name] = self.dice.choice(list(LISTS))
        cells = {}
        if self.dice.random() < 0.35:
            cells["choice_filter"] = self.dice.choice(
                [f"f = {self.reference()}", f"selected({self.reference()}, f)", f"f = 'x' or {self.truth()}", "name != 'a'",
                 f"f = {self.reference()} and position() < 3"]
            )  # fmt: skip
        elif self.dice.random() < 0.1:
            cells["parameters"] = "randomize=true, seed=7"
        return cells

    def rules(self, kind: str) -> dict[str, str]:
        cells = {}
        dice = self.dice
        if dice.random() < 0.3:
            cells["required"] = dice.choice(["yes", self.truth()])
        if dice.random() < 0.25:
            cells["constraint"] = dice.choice([". != 3", f". > {self.reference()}", self.truth(), "string-length(.) < 4",
                                               "regex(., '^[a-c0-9 ]+$')", "not(selected(., 'b'))"])  # fmt: skip
        if dice.random() < 0.12 and kind in ("text", "integer", "decimal"):
            cells["calculation"] = self.value()
        elif dice.random() < 0.15:
            cells["default"] = self.default(kind)
        if dice.random() < 0.08 and kind in ("text", "integer", "decimal"):
            cells["read_only"] = dice.choice(["yes", self.truth()])
        sources = [one for one in self.kinds if self.kinds[one] not in SILENT and self.kinds[one] != "note"
                   and self.above[one] == self.inside]  # fmt: skip
        if sources and dice.random() < 0.08 and kind in ("text", "integer") and "default" not in cells:
            cells["trigger"] = "${" + dice.choice(sources) + "}"
            cells["calculation"] = self.value()
        return cells

    def default(self, kind: str) -> str:
        dice = self.dice
        if dice.random() < 0.3 and kind not in ("image", "audio", "video", "file"):
            return self.value()
        return {"text": "abc", "integer": "4", "decimal": "2.5", "date": "2026-02-03", "select_one": "a",
                "select_multiple": "a c", "range": "1"}.get(kind, "")  # fmt: skip

    # --- expressions ----------------------------------------------------------------------------------------------

    def reference(self) -> str:
        """A question that is there already."""
        return "${" + self.dice.choice(list(self.kinds)) + "}" if self.kinds else "'1'"

    def single(self) -> str:
        """A question that is one node, seen from here."""
        fitting = [one for one, above in self.above.items() if above == self.inside[: len(above)]]
        return "${" + self.dice.choice(fitting) + "}" if fitting else "'a'"

    def number_of_some(self) -> str:
        numbers = [one for one in self.kinds if self.kinds[one] in ("integer", "range", "calculate")]
        return "${" + self.dice.choice(numbers) + "}" if numbers else "2"

    def place(self) -> str:
        """A place that is there already: ODK's engine gives up on anything else."""
        places = [one for one in self.kinds if self.kinds[one] in ("geotrace", "geoshape") and not self.above[one]]
        return f"if(${{{places[0]}}} = '', '1 2;3 4', ${{{places[0]}}})" if places else "'1 2;3 4;5 1;1 2'"

    def number(self) -> str:
        dice, one = self.dice, self.reference
        return dice.choice([
            self.number_of_some(), "2", "3.5", f"number({one()})", f"string-length({one()})", f"count({one()})" if self.kinds else "6",
            f"sum({one()})", f"count-selected({one()})", "position(..)", f"round({one()}, 1)", f"int({one()})",
            f"abs({one()})", f"min({one()}, {one()})", f"max({one()})", f"{one()} * 2", f"{one()} + {one()}",
            f"{one()} - 1", f"{one()} div 4", f"{one()} mod 3", f"pow({one()}, 2)", f"coalesce({one()}, 7)",
            f"count-non-empty({one()})" if self.kinds else "8", f"sqrt({one()})", f"decimal-date-time({one()})", f"distance({self.place()})",
            f"area({self.place()})", f"if({self.truth()}, {one()}, 5)", f"floor({one()})", f"-{one()}", f"log10({one()})",
            f"exp10({one()})", f"decimal-time({one()})", *self.about_repeats(),
        ])  # fmt: skip

    def about_repeats(self) -> list[str]:
        if not self.repeats:
            return []
        repeat = self.dice.choice(self.repeats)
        within = [one for one, above in self.above.items() if above and above[-1] == repeat]
        found = [f"count(${{{repeat}}})"]
        if within and len(self.above[within[0]]) == 1:
            one = self.dice.choice(within)
            found += [f"indexed-repeat(${{{one}}}, ${{{repeat}}}, {self.dice.randint(1, 2)})",
                      f"sum(${{{one}}}[. > 1])", f"count(${{{one}}}[. != ''])"]  # fmt: skip
        return found

    def text(self) -> str:
        dice, one = self.dice, self.reference
        selects = [
            name for name, kind in self.kinds.items() if kind == "select_one" and self.above[name] == self.inside
        ]
        select = "${" + dice.choice(selects) + "}" if selects else ""
        return dice.choice([
            one(), "'lit'", f"concat({one()}, '-', {one()})", f"substr({one()}, 0, 2)", f"join(', ', {one()})",
            f"substring-before({one()}, 'b')", f"substring-after({one()}, 'a')", f"translate({one()}, 'abc', 'AB')",
            f"normalize-space({one()})", f"selected-at({one()}, 1)", f"string({one()})", f"once({one()})",
            f"format-date({one()}, '%Y-%n-%e %b %a')", f"format-date-time({one()}, '%H:%M')", f"date({one()})",
            f"digest({one()}, 'MD5', 'hex')", f"coalesce({one()}, 'none')", f"if({self.truth()}, {one()}, 'no')",
            f"jr:choice-name({select}, '{select}')" if select else one(), f"base64-decode({one()})",
            f"instance('small')/root/item[name = {self.single()}]/label", "string(position(..))",
            f"boolean-from-string({one()})", f"substring({one()}, 2)", f"name({one()})" if self.kinds else one(),
        ])  # fmt: skip

    def value(self) -> str:
        """Any expression that comes to a value."""
        return self.number() if self.dice.random() < 0.55 else self.text()

    def truth(self) -> str:
        """Any expression that comes to a truth."""
        one = self.reference
        found = self.dice.choice([
            f"{one()} = 'a'", f"{one()} != ''", f"{one()} > 2", f"{one()} = {one()}", f"selected({one()}, 'b')",
            f"not({one()} = 3)", f"regex({one()}, '[a-b]')", f"contains({one()}, 'a')", f"starts-with({one()}, 'h')",
            f"ends-with({one()}, 'z')", f"boolean({one()})", f"{one()} <= {one()}", f"{one()}", "true()",
            f"string-length({one()}) > 1", f"checklist(1, 2, {one()} = 'a', {one()} > 1)",
            f"weighted-checklist(2, 9, {one()} = 'a', 2, {one()} > 1, 3)", f"{one()} >= '2026-01-01'",
            f"count-selected({one()}) > 1", "position(..) = 1", f"{one()} < 4",
        ])  # fmt: skip
        if self.dice.random() < 0.2:
            return f"({found}) {self.dice.choice(['and', 'or'])} ({self.truth()})"
        return found


VALUES: dict[str, list[object]] = {
    "text": ["a", "b", "hz", "abc", "3", "12.5", " a  b ", "YWJj", "2026-10-16", "中文", "", "'\"<&>"],
    "integer": [0, 1, 2, 3, 4, 12, -5, 3.7, "5", "x", ""],
    "decimal": [0.5, 2, 3.25, -1e3, "7.10", "x", "", 1e21],
    "date": ["2026-10-16", "2024-02-29", "2025-12-31", "2026-13-01", "x", ""],
    "time": ["10:11:12", "10:11:12.345+08:00", "25:00:00", "x", ""],
    "datetime": ["2026-10-16T08:30:00.000+08:00", "2026-10-16T08:30:00", "2026-10-16", "x", ""],
    "range": [0, 1, 5, 10, 11, 0.5, "x", ""],
    "acknowledge": [True, ""],
    "barcode": ["6901234567892", "a", ""],
    "geopoint": ["30.25 120.16", "30.25 120.16 5 3.5", "0 0", "99 0", "x", ""],
    "geotrace": ["1 2;3 4", "1 2; 3 4; 5 6", "1 2", "1 2;1 2", ""],
    "geoshape": ["1 2;3 4;5 6;1 2", "1 2;3 4", "1 2;3 4;1 2", ""],
}
Deed = tuple[str, str, object]


def values_for(walk: Walk, path: str, question: Question) -> list[object]:
    """Give what may be answered to a question, some of it wrong."""
    if question.kind in ("select_one", "select_multiple", "rank"):
        offered = [choice.value for choice in walk.choices(path)]
        every = [choice.value for choice in question.choices]
        if question.kind == "select_one":
            return [*every, "nonsense", ""]
        if question.kind == "rank":
            return [offered, offered[::-1], offered[1:] + offered[:1], []]
        return [every[:1], every[1:], every[::-1], offered, ["nonsense", *every[:1]], []]
    if question.kind in ("image", "audio", "video", "file"):
        return ["a.jpg", "b c.pdf", ""]
    return VALUES.get(question.kind, VALUES["text"])


def deeds(walk: Walk) -> list[tuple[str, str, list[object]]]:
    """Give everything that can be done to a walk as it stands: what, where, and the values to choose from."""
    found: list[tuple[str, str, list[object]]] = []
    for path, question in walk.nodes():
        if question is not None:
            if question.kind not in SILENT and question.kind != "note" and not walk.readonly(path):
                found.append(("set", path, values_for(walk, path, question)))
        else:
            repeat = walk.form.definitions[plain(path)]
            if path.endswith("]") and growing(repeat) and not triggers_within(repeat):
                found.append(("remove", path, [None]))
            grown = [one for one in walk.form.definitions[plain(path)].children if one.repeat and growing(one)]
            found += [("add", f"{path}/{one.name}", [None]) for one in grown]
    return found


def triggers_within(repeat: Definition) -> bool:
    """Whether something inside a repeat is set by a trigger: ODK's engine does it no more after a removal."""
    return any(action.event == "xforms-value-changed" for one in repeat.family() for action in one.actions)


def plain(path: str) -> str:
    """Give a path without positions."""
    return "/".join(step.partition("[")[0] for step in path.split("/"))


def growing(definition: Definition) -> bool:
    """Whether a person adds and removes the instances of a repeat."""
    return definition.count is None and not definition.fixed
