"""Writing a notice: whatever is sent while it is being written becomes a part of it, formatted as it was sent.

Each part keeps the number of the message it came in, so that a later edit of that message is taken over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from handlers import aside, menu, parts
from handlers.chat import Button
from handlers.errors import Stale
from handlers.journey import data, number
from handlers.text import mark
from handlers.whom import scope
from storage.people import Role
from storage.voices import notices

if TYPE_CHECKING:
    from handlers.chat import Message
    from handlers.turn import Turn
    from storage.voices.notices import Notice

PROMPT = mark(
    "<b>New notice</b>\nPlease send what it is to say: formatted words, pictures, files, an album, in any order."
)


async def begin(turn: Turn, _: object) -> None:
    """Open an empty notice and ask for its content; one that is still empty is used again."""
    mine = await notices.by(turn.db, turn.who.id, 1)
    fresh = mine[0] if mine and mine[0].state is notices.State.draft and not mine[0].body["parts"] else None
    notice = fresh or await notices.add(turn.db, turn.who.id, turn.now)
    await compose(turn, notice)


async def edit(turn: Turn, args: tuple[str, ...]) -> None:
    """Go back to the content of an unsent notice."""
    await compose(turn, await mine_draft(turn, args))


async def empty(turn: Turn, args: tuple[str, ...]) -> None:
    """Take all content out again."""
    notice = await mine_draft(turn, args)
    notice.body = {"parts": []}
    await compose(turn, notice)


async def compose(turn: Turn, notice: Notice) -> None:
    """Show what the notice says so far and wait for more."""
    aside.hold(turn, "notice", step="compose", notice=notice.id)
    drop = Button(turn.label("Throw away"), data("notice", "drop", notice.id))
    if not notice.body["parts"]:
        turn.card(turn.t(PROMPT), ((Button(turn.label("◀ Back"), data("notice", "list")), drop),))
        return
    words, files = parts.words_of(notice.body), parts.files_of(notice.body)
    lines = [turn.t("<b>New notice</b>"), Markup(words)]  # noqa: S704 - made by the driver from what was sent
    if files:
        lines.append(turn.n("📎 {count} picture or file", "📎 {count} pictures and files", len(files)))
    lines.append(turn.t("<i>Send more, or go on.</i>"))
    onward = Button(turn.label("For whom? ▶"), data("notice", "whom", notice.id))
    again = Button(turn.label("Start over"), data("notice", "empty", notice.id))
    turn.card(Markup("\n").join(one for one in lines if one), ((onward,), (again, drop)))


async def intake(turn: Turn, sent: Message) -> bool:
    """Take a part of the notice that is being written."""
    notice = await notices.get(turn.db, int(turn.state["notice"]), lock=True)
    if notice is None or notice.author_id != turn.who.id or notice.state is not notices.State.draft:
        aside.let_go(turn, "notice")
        return False
    notice.body = parts.with_part(notice.body, sent)
    await compose(turn, notice)
    return True


async def revised(turn: Turn, sent: Message) -> bool:
    """Take over a later version of a message that a notice being written came from."""
    if turn.conversation.journey != "notice" or turn.state.get("step") != "compose":
        return False
    notice = await notices.get(turn.db, int(turn.state["notice"]), lock=True)
    if notice is None or notice.state is not notices.State.draft:
        return False
    if not any(one["message"] == sent.message_id for one in notice.body["parts"]):
        return False
    notice.body = parts.with_part(notice.body, sent)
    await compose(turn, notice)
    return True


async def drop(turn: Turn, args: tuple[str, ...]) -> None:
    """Throw an unsent notice away."""
    notice = await mine_unsent(turn, args)
    await notices.drop(turn.db, notice)
    aside.let_go(turn, "notice")
    turn.card(
        turn.t("Thrown away; nothing was sent."),
        ((Button(turn.label("Write a notice"), data("notice", "begin")),), menu.way_back(turn.speech)),
    )


async def mine_unsent(turn: Turn, args: tuple[str, ...]) -> Notice:
    """Return the unsent notice a button of its author names; raises Stale."""
    notice = await notices.get(turn.db, number(args, 0), lock=True)
    if notice is None or notice.author_id != turn.who.id or not notice.unsent:
        raise Stale
    return notice


async def mine_draft(turn: Turn, args: tuple[str, ...]) -> Notice:
    """Return it where it can still be changed: one that has its time goes out as it was seen, so Stale for that too."""
    notice = await mine_unsent(turn, args)
    if notice.state is not notices.State.draft:
        raise Stale
    return notice


async def mine_out(turn: Turn, args: tuple[str, ...]) -> Notice:
    """Return the notice that is out and that the person may look after: its author, the office, an administrator.

    A leader's rights are those of its author alone.
    """
    notice = await notices.get(turn.db, number(args, 0), lock=True)
    if notice is None or notice.unsent:
        raise Stale
    if notice.author_id != turn.who.id and await scope(turn) is not None:
        raise Stale
    return notice


def may_send(roles: frozenset[Role]) -> bool:
    """Tell whether somebody with these roles may send notices."""
    return not roles.isdisjoint({Role.admin, Role.office, Role.leader})
