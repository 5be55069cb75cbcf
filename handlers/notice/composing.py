"""Writing a notice: whatever is sent while it is being written becomes a part of it, formatted as it was sent.

Each part keeps the number of the message it came in, so that a later edit of that message is taken over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup, escape

from handlers import aside, menu
from handlers.chat import MAX_FILE_BYTES, Attachment, Button, Text
from handlers.errors import Stale, UserError
from handlers.journey import data, number
from handlers.notice import copies
from handlers.text import mark
from handlers.whom import scope
from storage.people import Role
from storage.voices import notices

if TYPE_CHECKING:
    from handlers.chat import Message
    from handlers.turn import Turn
    from storage.voices.notices import Notice

KINDS: Final = {"photo": "photo", "file": "document", "video": "video", "voice": "voice"}
"""What a file that was sent is sent again as."""

TOO_LONG = mark("A notice has at most {most} characters; this one would have {count}. Please shorten it by {over}.")
TOO_MANY = mark("A notice takes at most {most} pictures and files. The others were kept.")
TOO_BIG = mark("A file of a notice may have at most {most} MB.")
UNFIT = mark("A notice takes words, pictures, files, videos and voice notes.")
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
    await compose(turn, await mine_unsent(turn, args))


async def empty(turn: Turn, args: tuple[str, ...]) -> None:
    """Take all content out again."""
    notice = await mine_unsent(turn, args)
    notice.body = {"parts": []}
    await compose(turn, notice)


async def compose(turn: Turn, notice: Notice) -> None:
    """Show what the notice says so far and wait for more."""
    aside.hold(turn, "notice", step="compose", notice=notice.id)
    parts = notice.body["parts"]
    drop = Button(turn.label("Throw away"), data("notice", "drop", notice.id))
    if not parts:
        turn.card(turn.t(PROMPT), ((Button(turn.label("◀ Back"), data("notice", "list")), drop),))
        return
    words, files = copies.words_of(notice.body), copies.files_of(notice.body)
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
    if notice is None or notice.author_id != turn.who.id or not notice.unsent:
        aside.let_go(turn, "notice")
        return False
    part = part_of(sent)
    parts = [*notice.body["parts"], part]
    _check(parts)
    notice.body = {"parts": parts}
    await compose(turn, notice)
    return True


async def revised(turn: Turn, sent: Message) -> bool:
    """Take over a later version of a message that a notice being written came from."""
    if turn.conversation.journey != "notice" or turn.state.get("step") != "compose":
        return False
    notice = await notices.get(turn.db, int(turn.state["notice"]), lock=True)
    if notice is None or not any(one["message"] == sent.message_id for one in notice.body["parts"]):
        return False
    parts = [part_of(sent) if one["message"] == sent.message_id else one for one in notice.body["parts"]]
    _check(parts)
    notice.body = {"parts": parts}
    await compose(turn, notice)
    return True


def part_of(sent: Message) -> dict[str, Any]:
    """Return a message as a part of a notice; raises UserError for what cannot be one."""
    if isinstance(sent, Text):
        return {"message": sent.message_id, "html": sent.html or str(escape(sent.text))}
    if not isinstance(sent, Attachment) or (sent.kind == "voice" and sent.mime not in ("", "audio/ogg")):
        raise UserError(UNFIT)
    if sent.size > MAX_FILE_BYTES * 2:
        raise UserError(TOO_BIG, most=MAX_FILE_BYTES * 2 // 2**20)
    return {
        "message": sent.message_id,
        "html": sent.html or str(escape(sent.caption)),
        "media": KINDS[sent.kind],
        "file_id": sent.file_id,
    }


def _check(parts: list[dict[str, Any]]) -> None:
    body = {"parts": parts}
    fits(copies.words_of(body))
    if len(copies.files_of(body)) > copies.MOST_FILES:
        raise UserError(TOO_MANY, most=copies.MOST_FILES)


def fits(html: str, most: int = copies.LONGEST) -> None:
    """Raise UserError for words that are too long."""
    count = copies.length(html)
    if count > most:
        raise UserError(TOO_LONG, most=most, count=count, over=count - most)


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
