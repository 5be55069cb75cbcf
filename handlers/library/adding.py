"""Putting something into the library: whatever is sent becomes a part of it; its first line is its title.

Once published it goes to everybody who goes on visits as a notice with a receipt, so who has read it is followed there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers import aside, parts, whom
from handlers.chat import Button, Text
from handlers.errors import Stale, UserError
from handlers.journey import data, number, word
from handlers.library.shelves import called, listed, short
from handlers.rows import CHOSEN, in_rows
from handlers.text import mark
from storage.people import FIELD
from storage.voices import library, library_files, notices
from storage.voices.library import LibraryItem, State
from storage.voices.library_files import LibraryFile

if TYPE_CHECKING:
    from handlers.chat import Message
    from handlers.turn import Turn

TITLE: Final = 60
TOPIC: Final = 20
READABLE: Final = (".txt", ".md", ".csv", ".docx", ".pptx", ".xlsx", ".pdf")
"""How files are called whose words are read; bot/background/document_work.py reads them."""

NO_TITLE = mark("A title has 1 to 60 characters. Please send a shorter one.")
NO_TOPIC = mark("A topic has 1 to 20 characters. Please send a shorter one.")
NAMELESS = mark("It has no title yet: please send a line of words, or tap “Title…”.")
PROMPT = mark(
    "<b>New in the library</b>\nPlease send what it says: words, links, pictures, files, in any order. "
    "The first line becomes its title."
)


async def begin(turn: Turn, _: object) -> None:
    """Open an empty item; one that is still empty is used again."""
    mine = await library.drafts(turn.db, turn.who.id)
    fresh = next((one for one in mine if not one.body["parts"]), None)
    item = fresh or await library.add(turn.db, LibraryItem(author_id=turn.who.id, created_at=turn.now))
    await compose(turn, item)


async def edit(turn: Turn, args: tuple[str, ...]) -> None:
    """Go on with a draft."""
    await compose(turn, await _draft(turn, args))


async def empty(turn: Turn, args: tuple[str, ...]) -> None:
    """Take everything out again."""
    item = await _draft(turn, args)
    item.title = ""
    item.write({"parts": []}, "")
    await compose(turn, item)


async def drop(turn: Turn, args: tuple[str, ...]) -> None:
    """Throw a draft away."""
    await library.drop(turn.db, await _draft(turn, args))
    aside.let_go(turn, "library")
    await listed(turn)


async def compose(turn: Turn, item: LibraryItem) -> None:
    """Show what it says so far, and wait for more."""
    aside.hold(turn, "library", step="compose", item=item.id)
    drop_it = Button(turn.label("Throw away"), data("library", "drop", item.id))
    back = Button(turn.label("◀ Library"), data("library", "list"))
    if not item.body["parts"]:
        turn.card(turn.t(PROMPT), ((back, drop_it),))
        return
    files = parts.files_of(item.body)
    lines = [
        Markup("📚 <b>{}</b>").format(_title(item) or turn.label("without a title")),
        turn.t("Topic: {topic}", topic=called(turn, item.topic)),
        Markup(parts.under(_title(item), parts.words_of(item.body))),  # noqa: S704 - made by the driver from what was sent
    ]
    if files:
        lines.append(turn.n("📎 {count} picture or file", "📎 {count} pictures and files", len(files)))
    lines.append(turn.t("<i>Send more, or publish.</i>"))
    count = len(await _readers(turn))

    def to(verb: str, *more: object) -> str:
        return data("library", verb, item.id, *more)

    telling = turn.speech.n("Publish, and tell {count} person", "Publish, and tell {count} people", count).striptags()
    out = telling if count else turn.label("Publish")
    supervisors = Button((CHOSEN if item.internal else "") + turn.label("Supervisors only"), to("whose", 1))
    everybody = Button(("" if item.internal else CHOSEN) + turn.label("Everybody"), to("whose", 0))
    rows = (
        (Button(out, to("publish")),),
        (Button(turn.label("Title…"), to("title")), Button(turn.label("Topic…"), to("under"))),
        (supervisors, everybody),
        (Button(turn.label("Start over"), to("empty")), drop_it),
        (back,),
    )
    turn.card(Markup("\n").join(one for one in lines if one), rows)


def _title(item: LibraryItem) -> str:
    """Return its title: what was typed, else the first line of what it says, else what its file is called."""
    if item.title:
        return item.title
    plain = parts.plain_of(item.body)
    return plain.splitlines()[0].strip()[:TITLE] if plain else ""


async def intake(turn: Turn, sent: Message) -> bool:
    """Take a part of it."""
    item = await library.get(turn.db, int(turn.state["item"]), lock=True)
    if item is None or item.author_id != turn.who.id or item.state is not State.draft:
        aside.let_go(turn, "library")
        return False
    body = parts.with_part(item.body, sent)
    item.write(body, parts.plain_of(body))
    await compose(turn, item)
    return True


async def revised(turn: Turn, sent: Message) -> bool:
    """Take over a later version of a message that it came from."""
    if turn.conversation.journey != "library" or turn.state.get("step") != "compose":
        return False
    item = await library.get(turn.db, int(turn.state["item"]), lock=True)
    if item is None or not any(one["message"] == sent.message_id for one in item.body["parts"]):
        return False
    return await intake(turn, sent)


async def title(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask for another title."""
    item = await _draft(turn, args)
    aside.hold(turn, "library", step="title", item=item.id)
    turn.card(turn.t("Please type its title."), ((Button(turn.label("◀ Back"), data("library", "edit", item.id)),),))


async def under(turn: Turn, args: tuple[str, ...]) -> None:
    """Offer the topics there are, or take a new one that is typed."""
    item = await _draft(turn, args)
    aside.hold(turn, "library", step="topic", item=item.id)
    topics = [topic for topic, _ in await library.topics(turn.db, internal=True) if topic]
    buttons = [Button(topic, data("library", "put", item.id, short(topic))) for topic in topics]
    back = Button(turn.label("◀ Back"), data("library", "edit", item.id))
    turn.card(turn.t("Under which topic? Tap one, or type a new one."), (*in_rows(buttons), (back,)))


async def put(turn: Turn, args: tuple[str, ...]) -> None:
    """Put it under a topic there is."""
    item, wanted = await _draft(turn, args), word(args, 1)
    topics = [topic for topic, _ in await library.topics(turn.db, internal=True)]
    topic = next((one for one in topics if short(one) == wanted), None)
    if topic is None:
        raise Stale
    item.topic = topic
    await compose(turn, item)


async def named(turn: Turn, sent: Message) -> bool:
    """Take a title or a topic that was typed."""
    item = await _draft(turn, (str(turn.state["item"]),))
    titling = turn.state["step"] == "title"
    words = " ".join(sent.text.split()) if isinstance(sent, Text) else ""
    if not 0 < len(words) <= (TITLE if titling else TOPIC):
        raise UserError(NO_TITLE if titling else NO_TOPIC)
    if titling:
        item.title = words
    else:
        item.topic = words
    await compose(turn, item)
    return True


async def whose(turn: Turn, args: tuple[str, ...]) -> None:
    """Let everybody see it, or only those who supervise."""
    item = await _draft(turn, args)
    item.internal = number(args, 1) == 1
    await compose(turn, item)


async def _draft(turn: Turn, args: tuple[str, ...]) -> LibraryItem:
    """Return the draft a button of its author names; raises Stale."""
    item = await library.get(turn.db, number(args, 0), lock=True)
    if item is None or item.author_id != turn.who.id or item.state is not State.draft:
        raise Stale
    return item


# --- publishing ---


async def _readers(turn: Turn) -> set[int]:
    """Return everybody who goes on visits, but for whoever publishes."""
    there = (await whom.crowd(turn)).belongings
    return {one.person for one in there if one.role in FIELD} - {turn.who.id}


async def publish(turn: Turn, args: tuple[str, ...]) -> None:
    """Let it be found, and send it to everybody who goes on visits, to be confirmed."""
    item = await _draft(turn, args)
    item.title = _title(item)
    if not item.title:
        raise UserError(NAMELESS)
    item.write(item.body, parts.plain_of(item.body))
    item.publish(turn.now)
    await _have_read(turn, item)
    readers = await _readers(turn)
    rows = [(Button(turn.label("◀ Library"), data("library", "list")),)]
    if readers:
        notice = await notices.add(turn.db, turn.who.id, turn.now)
        notice.body = _announced(turn, item)
        await notices.send(turn.db, notice, readers, turn.now)
        item.notice_id = notice.id
        rows.insert(0, (Button(turn.label("Who has read it"), data("notice", "show", notice.id)),))
    turn.record("library.published", f"library:{item.id}", people=len(readers))
    aside.let_go(turn, "library")
    said = turn.n(
        "“{title}” is in the library, and is going out to {count} person.",
        "“{title}” is in the library, and is going out to {count} people.",
        len(readers),
        title=item.title,
    )
    nobody = turn.t("“{title}” is in the library. Nobody goes on visits yet, so nobody is told.", title=item.title)
    turn.card(said if readers else nobody, tuple(rows), final=True)


async def _have_read(turn: Turn, item: LibraryItem) -> None:
    """Have the words of its files read, so that they are found as well."""
    named = [
        LibraryFile(item_id=item.id, file_id=str(one["file_id"]), name=str(one["name"]))
        for one in item.body["parts"]
        if one.get("media") == "document" and str(one.get("name", "")).lower().endswith(READABLE)
    ]
    await library_files.add(turn.db, named)
    turn.attached += len(named)  # whoever fetches files is woken


def _announced(turn: Turn, item: LibraryItem) -> dict[str, object]:
    """Return the body of the notice by which it reaches people: what it says under its title, and its files."""
    head = str(turn.t("📚 New in the library: <b>{title}</b>", title=item.title))
    words = parts.under(item.title, parts.words_of(item.body))
    head = "\n\n".join(one for one in (head, words) if one)
    files = [one | {"html": ""} for one in item.body["parts"] if one.get("media")]
    body: dict[str, object] = {"parts": [{"message": 0, "html": head}, *files], "library": item.id}
    return body | {"captioned": parts.captioned(body)}
