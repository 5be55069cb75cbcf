"""Reads answers typed in bursts: ``7 ✗ 记录缺失``, ``9 ✅``, ``第10题 部分 台账未更新``, one to a line.

A line must say which screen it means and, unless it says so explicitly (``第7题 …``, ``#7 …``), one of that screen's
choices; anything else is ordinary text, which is never taken for an answer (``9 people came``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from forms.form import Form
    from forms.question import Choice, Screen

_FAMILIES = {
    "yes": ("✅✓✔√☑🟢👍", ("对", "是"), ("yes", "ok", "pass", "good", "done", "met", "full", "in_place")),
    "partly": ("◐△◑▲🟡", ("半",), ("partial", "partly", "part", "some")),
    "no": ("❌✗✘×✖🔴👎", ("x", "错", "否"), ("no", "fail", "bad", "not", "none", "missing", "not_done", "absent")),
    "none": ("—–➖⚪", ("-", "无", "n/a", "na"), ("na", "n_a", "not_applicable", "n/a", "none")),
}
"""For each meaning: signs, words that need an end after them, and usual names of choices."""

_SIGNS = {sign: family for family, (signs, _, _) in _FAMILIES.items() for sign in signs}
_WORDS = {word: family for family, (_, words, _) in _FAMILIES.items() for word in words}
_END = r"(?=$|[\s,，。.;；:：、!！?？()（）\-—])"
_GAP = " \t\u3000,，。.;；:：、-—"
_LINE = re.compile(
    r"""\s*(?:(?P<explicit>第\s*|[#＃]\s*|(?:item|no\.?|question|q)\s*)?(?P<number>\d{1,3})(?P<counted>\s*[题项条])?)
    (?P<stop>[.、:：)）]?)(?P<space>\s*)(?P<rest>.*)""",
    re.VERBOSE | re.IGNORECASE,
)
_SHORT = 4
"""Letters of an English answer that sentences begin with: no, yes, done. Longer ones (partly) are meant when said."""
_LETTERS = "x对错"
"""Words that stand for a sign between two spaces: ``21 ✅ 22 x 口号多``; ``是``, ``半`` and ``无`` begin sentences."""
_SIGNED = rf"\d{{1,3}}(?:\s*[{''.join(_SIGNS)}]|[ \t]+[{_LETTERS}](?=$|[\s,，。;；:：、]))"
_LETTERED = re.compile(rf"\s*(\d{{1,3}})[ \t]+[{_LETTERS}](?!\s*\d)", re.IGNORECASE)
_NEXT = re.compile(rf"(?<=[\s{''.join(_SIGNS)},，、;；])(?={_SIGNED})", re.IGNORECASE)
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


@dataclass(frozen=True, slots=True)
class Match:
    """A choice found at the start of a text, and what stands after it.

    ``loose``: a sentence may well begin like this (``missing signatures``, ``no minutes``), so that a number before it
    need not be an item's. ``named``: it is not even what the form calls the choice, only what it stores.
    """

    value: str
    rest: str
    loose: bool = False
    named: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: ``screen`` and ``number`` None when it is no answer; ``choice`` None when it only names the screen.

    ``doubtful`` is the number of an item that the line may be meant for: too likely for a note, too unlikely for an
    answer (``2 no minutes``).
    """

    line: str
    number: int | None = None
    screen: Screen | None = None
    choice: str | None = None
    note: str = ""
    doubtful: int | None = None

    @property
    def matched(self) -> bool:
        """Whether the line says where it belongs."""
        return self.number is not None


def plain(text: str) -> str:
    """Make full-width letters, digits and spaces ordinary, character for character, and drop emoji variants."""
    return _unvaried(text).translate(_WIDE)


def _unvaried(text: str) -> str:
    return text.replace("\ufe0f", "").replace("\ufe0e", "")


def match(choices: Sequence[Choice], text: str, languages: Iterable[str] = ("",)) -> Match | None:
    """Find the choice that a text begins with: by its sign, its label in any of the languages, or its name."""
    text = plain(text).strip()
    found = _by_wording(choices, text, tuple(languages))
    return found if found is not None else _by_sign(choices, text, tuple(languages))


def read(text: str, form: Form, choices: Callable[[Screen], Sequence[Choice]] | None = None) -> list[Entry]:
    """Read a message line by line; ``choices`` tells what a screen offers now (all its choices by default).

    Notes keep the punctuation they were written with.
    """
    offered = choices or _all_choices
    entries = []
    for written in _unvaried(text).splitlines():
        line, at = plain(written), 0
        for piece in _pieces(line, form) if line.strip() else ():
            at = line.index(piece, at)
            entries.append(_as_written(_entry(piece.strip(), form, offered), written[at : at + len(piece)].strip()))
            at += len(piece)
    return entries


def _as_written(entry: Entry, written: str) -> Entry:
    """Give an entry its words back as they were written: character for character, its line is as long as they are."""
    at = entry.line.rfind(entry.note)
    return replace(entry, line=written, note=written[at : at + len(entry.note)])


def _all_choices(screen: Screen) -> Sequence[Choice]:
    return screen.main.choices if screen.main is not None else ()


def _pieces(line: str, form: Form) -> list[str]:
    """Part ``7✅ 8✅ 9x`` into three, where each piece is the number of an item and a sign, or a letter for one."""
    pieces = [piece for piece in _NEXT.split(line) if piece.strip()]
    if len(pieces) == 1 or not all(re.match(rf"\s*{_SIGNED}", piece, re.IGNORECASE) for piece in pieces):
        return [line]
    apart = all(_meant(before, piece, form) for before, piece in pairwise(pieces))
    return pieces if apart else [line]


def _meant(before: str, piece: str, form: Form) -> bool:
    """Tell whether a piece is an answer: with a letter, only of an item there is, and right after a bare answer.

    ``1 ❌ 长 2 x 宽 3`` and ``1 ❌ 2 x 3 米`` are notes.
    """
    if re.match(rf"\s*\d{{1,3}}\s*[{''.join(_SIGNS)}]", piece):
        return True
    lettered = _LETTERED.match(piece)
    bare = re.fullmatch(rf"\s*{_SIGNED}[\s,，、;；]*", before, re.IGNORECASE)
    return lettered is not None and bare is not None and form.screen(int(lettered[1])) is not None


def _entry(line: str, form: Form, offered: Callable[[Screen], Sequence[Choice]]) -> Entry:
    parts = _LINE.fullmatch(line)
    screen = form.screen(int(parts["number"])) if parts is not None else None
    if parts is None or screen is None:
        return Entry(line)
    number, rest = int(parts["number"]), parts["rest"].strip()
    explicit = parts["explicit"] is not None or parts["counted"] is not None
    apart = bool(parts["space"] or parts["stop"] or parts["counted"] or rest[:1] in _SIGNS)
    found = match(offered(screen), rest, form.languages or ("",)) if apart else None
    if found is not None and not (found.loose and (found.named or not explicit)):
        return Entry(line, number, screen, found.value, found.rest)
    if rest == "" or (explicit and apart):
        return Entry(line, number, screen, None, rest.lstrip(_GAP))
    return Entry(line, doubtful=number if found is not None and not found.named else None)


def _wordings(choice: Choice, languages: Sequence[str]) -> list[str]:
    return [wording for wording in dict.fromkeys((*_labels(choice, languages), choice.value)) if wording]


def _labels(choice: Choice, languages: Sequence[str]) -> list[str]:
    return [_unsigned(plain(choice.label(language))) for language in languages]


def _unsigned(label: str) -> str:
    """Take the sign off a label such as ``✅ 到位``."""
    return label.strip().lstrip("".join(_SIGNS) + " -").strip()


def _by_wording(choices: Sequence[Choice], text: str, languages: Sequence[str]) -> Match | None:
    wordings = [(wording, choice) for choice in choices for wording in _wordings(choice, languages)]
    bare = text.lstrip("".join(_SIGNS) + " ")
    for wording, choice in sorted(wordings, key=lambda pair: -len(pair[0])):
        found = re.match(re.escape(wording) + _END, bare, re.IGNORECASE)
        if found is not None and (bare == text or _sign_fits(choices, text, choice.value, languages)):
            rest = bare[found.end() :]
            named = wording not in _labels(choice, languages)
            runs_on = bare == text and rest[:1].isspace() and rest.strip(_GAP) != ""
            loose = runs_on and wording.isascii() and (named or len(wording) <= _SHORT)
            return Match(choice.value, rest.strip(_GAP + " \t"), loose, named)
    return None


def _sign_fits(choices: Sequence[Choice], text: str, value: str, languages: Sequence[str]) -> bool:
    """Whether the sign before a wording means the same choice as the wording."""
    signed = _by_sign(choices, text, languages)
    return signed is None or signed.value == value


def _by_sign(choices: Sequence[Choice], text: str, languages: Sequence[str]) -> Match | None:
    family = _SIGNS.get(text[:1])
    length = 1
    if family is None:
        word = next((one for one in _WORDS if re.match(re.escape(one) + _WORD_END, text, re.IGNORECASE)), None)
        if word is None:
            return None
        family, length = _WORDS[word], len(word)
    value = _meaning(choices, text[:1], family, languages)
    return Match(value, text[length:].strip(_GAP + " \t")) if value is not None else None


_WORD_END = r"(?=$|[\s,，。;；:：、])"


def _meaning(choices: Sequence[Choice], sign: str, family: str, languages: Sequence[str]) -> str | None:
    """Find the choice a sign stands for: one that wears it, one that wears its like, or one so named."""
    worn = [(plain(choice.label(language)).strip()[:1], choice.value) for choice in choices for language in languages]
    names = _FAMILIES[family][2]
    exact = [value for one, value in worn if one == sign]
    alike = [value for one, value in worn if one and (_SIGNS.get(one) or _WORDS.get(one)) == family]
    named = [choice.value for name in names for choice in choices if choice.value.lower() == name]
    return next(iter((*exact, *alike, *named)), None)
