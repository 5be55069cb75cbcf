"""What a form says at a certain node of a certain walk: labels and messages with the answers they show filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forms.cells import Cell
from forms.grammar import XPathError
from forms.question import SELECTS
from forms.values import words
from forms.xpath import compiled

if TYPE_CHECKING:
    from forms.instance import Instance
    from forms.nodes import Node
    from forms.texts import Text


class Wording:
    """The texts of one walk. ``language`` is the one on show while a text is put together."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.form = instance.form
        self.language = self.form.default_language
        instance.world.choice_label = self.named
        instance.world.choice_of = self.chosen
        instance.world.translation = self.translated

    def at(self, cell: Cell, text: Text | None, language: str) -> str:
        """Give a text as it reads at a node, '' for none."""
        if text is None:
            return ""
        before, self.language = self.language, language
        try:
            return text.shown(language, lambda expression: expression.text(cell, self.instance.world))
        finally:
            self.language = before

    def of(self, cell: Cell, role: str, language: str) -> str:
        """Give a question's own text: ``label``, ``hint``, ``guidance`` or a message."""
        question = cell.definition.question
        return self.at(cell, question.texts.get(role) if question is not None else None, language)

    def choice(self, cell: Cell, value: str, language: str) -> str:
        """Give the label of one choice, the value itself when there is no such choice."""
        question = cell.definition.question
        known = (question.choices if question is not None else ()) or self.instance.choices(cell)
        choice = next((one for one in known if one.value == value), None)
        if choice is None or choice.text is None:
            return choice.label(language) if choice is not None else value
        return self.at(cell, choice.text, language) or value

    def answer(self, cell: Cell, language: str) -> str:
        """Give an answer as a person reads it: labels for choices, ``5`` for a decimal ``5.0``."""
        question = cell.definition.question
        if question is not None and question.kind in SELECTS:
            chosen = [cell.text] if question.kind == "select_one" else words(cell.text)
            comma = "、" if "zh" in self.form.tongues.code(self.form.tongues.find(language)) else ", "
            return comma.join(self.choice(cell, one, language) for one in chosen if one)
        return cell.text.removesuffix(".0") if cell.definition.type == "decimal" else cell.text

    def named(self, origin: Cell, path: str, value: str) -> str:
        """Answer ``jr:choice-name``: the label of a choice of the select at ``path``, seen from ``origin``."""
        try:
            found = compiled(path.strip()).nodes(origin, self.instance.world)
        except XPathError:
            return ""
        return self.chosen(found[0], value) if found else ""

    def chosen(self, cell: Node, value: str) -> str:
        """Answer ``choice-label``: the label of a choice of a select."""
        if not isinstance(cell, Cell) or not value or all(one.value != value for one in self.instance.choices(cell)):
            return ""
        text = next(one.text for one in self.instance.choices(cell) if one.value == value)
        if text is None:
            return self.choice(cell, value, self.language)
        return text.exact(self.language, lambda expression: expression.text(cell, self.instance.world))

    def translated(self, key: str) -> str:
        """Answer ``jr:itext``: a translation by its id."""
        text = self.form.itext.get(key)
        return text.plain(self.language) if text is not None else ""
