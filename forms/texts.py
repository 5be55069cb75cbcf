"""What a form says, in every language it says it in, with the places where an answer is shown inside the text.

pyxform writes ``-`` where a translation is missing; here that means "not translated" and another language speaks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from forms.xpath import Expression

Part = "str | Expression"
Parts = tuple["str | Expression", ...]

MISSING: Parts = ("-",)
_CODE = re.compile(r"\(([A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*)\)\s*$")


@dataclass(frozen=True, slots=True)
class Languages:
    """The languages of one form, as it names them (``中文 (zh_CN)``), and how a code like ``zh_CN`` finds its own."""

    names: tuple[str, ...]
    default: str
    _found: dict[str, str] = field(default_factory=dict, compare=False, repr=False)

    def find(self, code: str) -> str:
        """Give the form's own name for a language asked for by name or code; its default when it has none such."""
        found = self._found.get(code)
        if found is None:
            found = self._found[code] = self._search(code)
        return found

    def _search(self, code: str) -> str:
        wanted = _plain(code)
        for name in self.names:
            if wanted in (_plain(name), self.code(name)):
                return name
        primary = wanted.partition("-")[0]
        for name in self.names:
            if primary and self.code(name).partition("-")[0] == primary:
                return name
        return self.default

    @staticmethod
    def code(name: str) -> str:
        """Give the machine-readable part of a language's name, lower case with hyphens."""
        match = _CODE.search(name)
        return _plain(match[1] if match else name)

    def order(self, code: str) -> tuple[str, ...]:
        """Give the languages to try for a text: the one asked for, the default, then the others."""
        return tuple(dict.fromkeys((self.find(code), self.default, *self.names, "")))


def coded(name: str) -> bool:
    """Whether a language's name has its code behind it."""
    return _CODE.search(name) is not None


def _plain(code: str) -> str:
    return code.strip().lower().replace("_", "-")


@dataclass(frozen=True, slots=True)
class Text:
    """One text in its languages; ``media`` maps a language to {``image``/``audio``/``video``: address}."""

    languages: Languages
    variants: Mapping[str, Parts]
    media: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def parts(self, language: str) -> Parts:
        """Give the pieces of the text in the best language there is: strings, and expressions to be shown."""
        fallback: Parts = ()
        for name in self.languages.order(language):
            found = self.variants.get(name)
            if found and found != MISSING:
                return found
            fallback = fallback or found or ()
        return fallback if len(self.variants) == 1 else ()

    def plain(self, language: str) -> str:
        """Give the text with ``…`` where an answer would be shown."""
        return self.shown(language, lambda _expression: "…")

    def shown(self, language: str, show: Callable[[Expression], str]) -> str:
        """Give the text with each expression replaced by what ``show`` makes of it, without the space around it."""
        return self.exact(language, show).strip()

    def exact(self, language: str, show: Callable[[Expression], str]) -> str:
        """Give the text as expressions see it, with the space around it."""
        found = self.parts(language)
        return "".join(part if isinstance(part, str) else show(part) for part in found)

    def pictures(self, language: str) -> Mapping[str, str]:
        """Give the media that go with the text, by kind."""
        for name in self.languages.order(language):
            if self.media.get(name):
                return self.media[name]
        return {}

    def expressions(self) -> list[Expression]:
        """Every expression shown in any language."""
        return [part for parts in self.variants.values() for part in parts if not isinstance(part, str)]
