"""Choices: one, several, or all of them in order; a page at a time, and found by typing where there are very many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from forms.canonical import InvalidAnswer
from forms.typed import typed
from handlers.chat import Text
from handlers.errors import Stale, UserError
from handlers.rows import CHOSEN, in_rows, width
from handlers.text import mark
from handlers.widgets.asked import Asked, Step, chosen, index
from handlers.widgets.words import labelled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forms.question import Choice
    from handlers.chat import Message, Rows

MOST: Final = 60
"""Choices under one message: Telegram takes 100 buttons, and nobody looks through more at once."""

A_PAGE: Final = 40
"""Choices on a page where there are more."""

LABEL: Final = 60
"""Characters of a label on a button."""

NONE_FOUND = mark("No choice has “{words}” in it. Type another part of it, or tap one.")

NOTHING = mark("With the answers so far there is nothing to choose here. Change an earlier answer, or go on.")


def _offered(asked: Asked) -> Sequence[Choice]:
    return asked.walk.choices(asked.question.path)


def _label(asked: Asked, choice: Choice) -> str:
    label = labelled(asked.speech, asked.walk, asked.question, choice.value)
    return label if len(label) <= LABEL else label[: LABEL - 1] + "…"


def _found(asked: Asked, words: str) -> list[tuple[int, Choice]]:
    """Return the choices with these words in their label, by their place among all that are offered."""
    wanted = words.casefold().split()
    return [
        (at, one)
        for at, one in enumerate(_offered(asked))
        if all(word in f"{_label(asked, one)} {one.value}".casefold() for word in wanted)
    ]


class Choices:
    """One of several, or several; what is held is a page (``p2``) or what was searched for (``s萧山``)."""

    def how(self, asked: Asked) -> Markup:
        """Say that typing finds, where there are many, and what was found; and where there is nothing to choose."""
        if not _offered(asked):
            return asked.speech.t(NOTHING)
        if len(_offered(asked)) <= MOST:
            return Markup()
        if asked.held.startswith("s"):
            found = _found(asked, asked.held[1:])
            return asked.speech.n(
                "{count} found for “{words}”.", "{count} found for “{words}”.", len(found), words=asked.held[1:]
            )
        count = len(_offered(asked))
        return asked.speech.n(
            "{count} choices: type a part of the one you look for.",
            "{count} choices: type a part of the one you look for.",
            count,
        )

    def rows(self, asked: Asked) -> Rows:
        """Return a button a choice, marked where it is chosen, and the pages."""
        shown = list(enumerate(_offered(asked)))
        if asked.held.startswith("s"):
            shown = _found(asked, asked.held[1:])
        pages = -(-len(shown) // A_PAGE) if len(shown) > MOST else 1
        page = self._page(asked, shown, pages)
        if pages > 1:
            shown = shown[page * A_PAGE : (page + 1) * A_PAGE]
        rows = in_rows(
            [asked.button(self._marked(asked, one), f"c{at}") for at, one in shown[:MOST]], self._widest(asked, shown)
        )
        rest = []
        if pages > 1:
            rest = [asked.button("‹", f"p{page - 1}")] if page else []
            rest.append(asked.button(f"{page + 1}/{pages}", f"p{page}"))
            rest += [asked.button("›", f"p{page + 1}")] if page + 1 < pages else []
        if asked.held.startswith("s"):
            rest.append(asked.button(asked.speech.label("All of them"), "p0"))
        if asked.question.kind == "select_multiple":
            rest.append(asked.button(asked.speech.label("Done"), "ok"))
        return (*rows, tuple(rest)) if rest else rows

    def _page(self, asked: Asked, shown: Sequence[tuple[int, Choice]], pages: int) -> int:
        if asked.held.startswith("p"):
            return min(index(asked.held, 10_000), pages - 1)
        held = asked.value.split()
        standing = next((at for at, (_, one) in enumerate(shown) if one.value in held), 0)
        return min(standing // A_PAGE, pages - 1)

    def _marked(self, asked: Asked, one: Choice) -> str:
        label = _label(asked, one)
        if asked.question.kind == "select_multiple":
            return f"☑ {label}" if one.value in asked.value.split() else f"☐ {label}"
        return CHOSEN + label if one.value == asked.value else label

    def _widest(self, asked: Asked, shown: Sequence[tuple[int, Choice]]) -> int:
        return max((width(CHOSEN + _label(asked, one)) for _, one in shown), default=0)

    def tapped(self, asked: Asked, word: str) -> Step:
        """Choose one, tick or untick one of several, turn a page."""
        if word.startswith("p"):
            return Step(held=word)
        if word == "ok":
            return Step(value=asked.value, done=True)
        offered = _offered(asked)
        return self._chosen(asked, offered[index(word, len(offered))].value)

    def _chosen(self, asked: Asked, value: str) -> Step:
        if asked.question.kind == "select_one":
            return chosen(value)
        ticked = set(asked.value.split()) ^ {value}
        return Step(value=" ".join(one.value for one in _offered(asked) if one.value in ticked), held=asked.held)

    def sent(self, asked: Asked, message: Message) -> Step | None:
        """Take a choice that is spelt out, or show those that have the words in them."""
        if not isinstance(message, Text):
            return None
        words = message.text.strip()
        try:
            value = typed(asked.question, words, now=asked.now, language=asked.speech.language, choices=_offered(asked))
        except InvalidAnswer:
            found = _found(asked, words)
            if not found:
                raise UserError(NONE_FOUND, words=words[:LABEL]) from None
            if len(found) == 1:
                return self._chosen(asked, found[0][1].value)
            return Step(held=f"s{words[:LABEL]}")
        return Step(value=value, done=asked.question.kind == "select_one")


class Ranking:
    """All of them in order, by tapping one after the other; what is held is the order so far."""

    def how(self, asked: Asked) -> Markup:
        """Show the order so far."""
        lines = [asked.speech.t("Tap them in order, the first one first.")]
        for place, one in enumerate(self._order(asked), 1):
            lines.append(Markup("{}. {}").format(place, _label(asked, one)))
        return Markup("\n").join(lines)

    def _order(self, asked: Asked) -> list[Choice]:
        by_value = {one.value: one for one in _offered(asked)}
        return [by_value[value] for value in (asked.held or asked.value).split() if value in by_value]

    def rows(self, asked: Asked) -> Rows:
        """Return those that have no place yet, and a way back."""
        order = self._order(asked)
        rest = [(at, one) for at, one in enumerate(_offered(asked)) if one not in order]
        rows = in_rows([asked.button(_label(asked, one), f"c{at}") for at, one in rest])
        if not order:
            return rows
        return (*rows, (asked.button(asked.speech.label("↶ Take the last one back"), "back"),))

    def tapped(self, asked: Asked, word: str) -> Step:
        """Give the next place to one, or take the last one back; the last place gives itself."""
        order = [one.value for one in self._order(asked)]
        offered = [one.value for one in _offered(asked)]
        if word == "back":
            if not order:
                raise Stale
            return Step(value="" if asked.value else None, held=" ".join(order[:-1]))
        value = offered[index(word, len(offered))]
        if value in order:
            raise Stale
        order.append(value)
        if len(order) == len(offered) - 1:
            order += [one for one in offered if one not in order]
        return chosen(" ".join(order)) if len(order) == len(offered) else Step(held=" ".join(order))

    def sent(self, asked: Asked, message: Message) -> Step | None:
        """Take the whole order spelt out, with commas."""
        if not isinstance(message, Text):
            return None
        try:
            return chosen(
                typed(
                    asked.question, message.text, now=asked.now, language=asked.speech.language, choices=_offered(asked)
                )
            )
        except InvalidAnswer:
            raise UserError(mark("Please tap all of them in order, or type them in order with commas.")) from None


class Acknowledging:
    """Something to be confirmed by one tap."""

    def how(self, asked: Asked) -> Markup:
        """Nothing: the button says it."""
        del asked
        return Markup()

    def rows(self, asked: Asked) -> Rows:
        """Return the one button."""
        label = asked.speech.label("Confirmed") if asked.value else asked.speech.label("I confirm")
        return ((asked.button(CHOSEN + label if asked.value else label, "ok"),),)

    def tapped(self, asked: Asked, word: str) -> Step:
        """Confirm."""
        del asked
        if word != "ok":
            raise Stale
        return chosen("OK")

    def sent(self, asked: Asked, message: Message) -> Step | None:
        """Take no message for a confirmation."""
        del asked, message
        return None
