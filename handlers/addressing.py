"""The taps by which an audience is chosen, the same for whatever is addressed: a notice, a survey.

What is addressed belongs to a journey; it says where its draft comes from and what stands around the first screen.
The screens are those of handlers/whom.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from handlers import aside, whom
from handlers.chat import Text
from handlers.journey import word
from supervision.audience import Audience

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from handlers.chat import Message
    from handlers.journey import Press
    from handlers.turn import Turn
    from storage.entity import Json

NAME: Final = 30
"""Characters of a name that are looked for."""


class Addressed(Protocol):
    """What has an audience: a draft that nobody has got yet."""

    id: int
    audience: Json


@dataclass(frozen=True, slots=True)
class Addressing:
    """The choosing of a journey's audiences; ``draft`` returns what a button's arguments name or raises Stale.

    ``first`` shows the first screen, for whom it is. While names are looked for the journey holds the chat at step
    ``find``, and gives what is typed to :meth:`found`; the state keeps the draft under the journey's own name.
    """

    journey: str
    draft: Callable[[Turn, tuple[str, ...]], Awaitable[Addressed]]
    first: Press

    async def everyone(self, turn: Turn, args: tuple[str, ...]) -> None:
        """Choose everybody, or no longer."""
        draft = await self.draft(turn, args)
        chosen = Audience.from_data(draft.audience)
        draft.audience = Audience(everyone=not chosen.everyone, excepted=chosen.excepted).as_data()
        await self.first(turn, args)

    async def except_(self, turn: Turn, args: tuple[str, ...]) -> None:
        """Show what may be excepted."""
        draft = await self.draft(turn, args)
        turn.card(*await whom.exceptions(turn, self.journey, draft.id, Audience.from_data(draft.audience)))

    async def pick(self, turn: Turn, args: tuple[str, ...]) -> None:
        """Show one facet."""
        await self._facet(turn, await self.draft(turn, args), args[1:])

    async def chosen(self, turn: Turn, args: tuple[str, ...]) -> None:
        """Take a value in or out."""
        draft = await self.draft(turn, args)
        draft.audience = (await whom.chosen_by(turn, Audience.from_data(draft.audience), args[1:])).as_data()
        await self._facet(turn, draft, args[1:], find=str(turn.state.get("find", "")))

    async def found(self, turn: Turn, sent: Message) -> bool:
        """Narrow the list of people to those whose name has what was typed."""
        if not isinstance(sent, Text):
            return False
        draft = await self.draft(turn, (str(turn.state[self.journey]),))
        args = ("person", str(turn.state["facet"][1]), "0")
        await self._facet(turn, draft, args, find=sent.text.strip()[:NAME])
        return True

    async def _facet(self, turn: Turn, draft: Addressed, args: tuple[str, ...], find: str = "") -> None:
        chosen = Audience.from_data(draft.audience)
        text, rows = await whom.facet(turn, self.journey, draft.id, chosen, args, find)
        step = "find" if word(args, 0) == "person" else "whom"
        aside.hold(turn, self.journey, step=step, facet=list(args[:3]), find=find, **{self.journey: draft.id})
        turn.card(text, rows)
