"""Finding something in the library: topics by taps, words by typing them, and reading an item as it was put in.

Whoever does not supervise sees what is for everybody, and does not see that there is more.
"""

from __future__ import annotations

from hashlib import blake2s
from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape

from handlers import aside, menu
from handlers.access import may
from handlers.belonging import campaign_of, reads_internal, zone_of
from handlers.chat import Button, Card, Say, Text
from handlers.errors import Stale, UserError
from handlers.journey import data, number, word
from handlers.parts import albums, files_of, under, words_of
from handlers.rows import in_rows
from handlers.text import mark
from storage.voices import library, library_files, notices
from storage.voices.library import State
from supervision.passage import passage, where

if TYPE_CHECKING:
    from handlers.chat import Message, Rows
    from handlers.turn import Turn
    from storage.voices.library import LibraryItem

SHOWN: Final = 8
"""Items on one card."""

TOPICS: Final = 12
LABEL: Final = 18
PHRASE: Final = 60
WORDS_WANTED = mark("Please type the words to look for, such as meeting minutes.")
TOO_LONG = mark("Please look for a few words only.")


def internal(turn: Turn) -> bool:
    """Tell whether the person sees what is for those who supervise."""
    return reads_internal(turn.person, turn.now)


def short(topic: str) -> str:
    """Return what a button carries for a topic."""
    return blake2s(topic.encode(), digest_size=5).hexdigest()


def called(turn: Turn, topic: str) -> str:
    """Return what a topic is called."""
    return topic or turn.label("Other")


async def asked(turn: Turn, words: str = "") -> None:
    """Answer the command: show the library, or what was looked for behind it."""
    if words.strip():
        await _find(turn, words)
    else:
        await listed(turn)


async def listed(turn: Turn, _: object = None) -> None:
    """Show the topics, and wait for words to look for."""
    aside.hold(turn, "library", step="search")
    topics = await library.topics(turn.db, internal=internal(turn))
    count = sum(one for _, one in topics)
    adds = may(turn.person, "library.begin", turn.now)
    rows: list[tuple[Button, ...]] = list(
        in_rows(
            [
                Button(f"{called(turn, topic)[:LABEL]} {many}", data("library", "topic", short(topic), 0))
                for topic, many in topics[:TOPICS]
            ]
        )
    )
    if adds:
        rows.append((Button(turn.label("Put something in"), data("library", "begin")),))
        drafts = await library.drafts(turn.db, turn.who.id)
        rows += [(Button(turn.label("draft") + " · " + _named(turn, one), _edit(one)),) for one in drafts[:2]]
    rows.append(menu.way_back(turn.speech))
    if count:
        said = turn.n("<b>Policy library</b> · {count} item", "<b>Policy library</b> · {count} items", count)
        said += Markup("\n") + turn.t("Type words to look for, or tap a topic.")
    else:
        said = turn.t("<b>Policy library</b>\nNothing is in it yet.")
    turn.card(said, tuple(rows))


def _edit(item: LibraryItem) -> str:
    return data("library", "edit", item.id)


def _named(turn: Turn, item: LibraryItem) -> str:
    name = item.title or " ".join(item.words.split()) or turn.label("without a title")
    return name[:LABEL] + ("…" if len(name) > LABEL else "")


async def topic(turn: Turn, args: tuple[str, ...]) -> None:
    """Show a topic's items, the latest first."""
    wanted, page = word(args, 0), max(0, number(args, 1)) % 10**6
    topics = dict(await library.topics(turn.db, internal=internal(turn)))
    name = next((one for one in topics if short(one) == wanted), None)
    if name is None:
        raise Stale
    count, found = await library.under(turn.db, name, internal=internal(turn), limit=SHOWN, skip=page * SHOWN)
    aside.hold(turn, "library", step="search")
    lines = [turn.t("<b>{title}</b> · {count}", title=called(turn, name), count=count)]
    lines += [Markup("{}. {}").format(at, one.title) for at, one in enumerate(found, page * SHOWN + 1)]
    turning = [
        Button(label, data("library", "topic", wanted, to))
        for label, to in (("‹", page - 1), ("›", page + 1))
        if 0 <= to * SHOWN < count
    ]
    turn.card(Markup("\n").join(lines), _to_open(turn, found, page * SHOWN + 1, turning))


def _to_open(turn: Turn, found: object, first: int, more: list[Button] | None = None) -> Rows:
    items: list[LibraryItem] = list(found)  # type: ignore[call-overload] # a sequence of them
    rows = [
        (Button(f"{at}. {_named(turn, one)}", data("library", "open", one.id)),) for at, one in enumerate(items, first)
    ]
    back = Button(turn.label("◀ Library"), data("library", "list"))
    return (*rows, (back, *(more or ())))


async def searched(turn: Turn, sent: Message) -> bool:
    """Look for what was typed."""
    if not isinstance(sent, Text):
        raise UserError(WORDS_WANTED)
    await _find(turn, sent.text)
    return True


async def _find(turn: Turn, phrase: str) -> None:
    phrase = " ".join(phrase.split())
    if not phrase:
        raise UserError(WORDS_WANTED)
    if len(phrase) > PHRASE:
        raise UserError(TOO_LONG)
    aside.hold(turn, "library", step="search")
    sees = internal(turn)
    found = await library.search(turn.db, phrase, internal=sees, limit=SHOWN + 1)
    exact = bool(found)
    if not exact:
        found = await library.similar(turn.db, phrase, internal=sees, limit=3)
    back = (Button(turn.label("◀ Library"), data("library", "list")),)
    if not found:
        said = turn.t("Nothing in the library has “{words}”. Try fewer or shorter words.", words=phrase)
        turn.card(said, (back,))
        return
    if exact:
        lines = [turn.t("<b>“{words}”</b>", words=phrase)]
    else:
        lines = [turn.t("Nothing has exactly “{words}”. These come close:", words=phrase)]
    for at, one in enumerate(found[:SHOWN], 1):
        lines.append(Markup("{}. <b>{}</b>\n{}").format(at, one.title, _around(turn, one, phrase)))
    if len(found) > SHOWN:
        lines.append(turn.t("There is more: one more word narrows it down."))
    turn.card(Markup("\n").join(lines), _to_open(turn, found[:SHOWN], 1))


def _around(turn: Turn, item: LibraryItem, phrase: str) -> Markup:
    """Return the passage around a hit, and the name of the file it stands in."""
    file, said = where(item.words, phrase)
    before, hit, after = passage(said.removeprefix(item.title), phrase)
    around = escape(before) + (Markup("<b>{}</b>").format(hit) if hit else "") + escape(after)
    return turn.t("📎 {name}: {words}", name=file, words=around) if file else around


# --- one item ---


async def open_(turn: Turn, args: tuple[str, ...]) -> None:
    """Show an item as it was put in: its files ahead, its words on the card."""
    item = await _seen(turn, args)
    aside.let_go(turn, "library")
    text, rows = await _text(turn, item), _buttons(turn, item)
    files = albums(files_of(item.body))
    for album in files:
        turn.reply(Say(text="", media=tuple(album), silent=True))
    if files:  # the card goes below them, and not above where it was tapped
        turn.reply(Card(text=str(text), buttons=rows))
    else:
        turn.card(text, rows)


async def _seen(turn: Turn, args: tuple[str, ...], *, lock: bool = False) -> LibraryItem:
    """Return an item that the person may read; raises Stale."""
    item = await library.get(turn.db, number(args, 0), lock=lock)
    if item is None or item.state is State.draft or (item.internal and not internal(turn)):
        raise Stale
    return item


async def _text(turn: Turn, item: LibraryItem) -> Markup:
    zone = zone_of(await campaign_of(turn.db, None))
    day = turn.speech.day((item.published_at or item.created_at).astimezone(zone).date())
    lines = [turn.t("📚 <b>{title}</b>\n{topic} · {day}", title=item.title, topic=called(turn, item.topic), day=day)]
    if item.state is State.withdrawn:
        lines.append(turn.t("<i>Withdrawn: this does not hold any more.</i>"))
    lines.append(Markup(under(item.title, words_of(item.body))))  # noqa: S704 - made by the driver from what was sent
    if may(turn.person, "library.begin", turn.now):
        unread = await library_files.unread(turn.db, item.id)
        lines += [turn.t("<i>Search finds nothing inside {name}: it holds no words.</i>", name=one) for one in unread]
    return Markup("\n\n").join(one for one in lines if one)


def _buttons(turn: Turn, item: LibraryItem) -> Rows:
    rows: list[tuple[Button, ...]] = []
    if may(turn.person, "library.withdraw", turn.now) and item.state is State.published:
        more = [Button(turn.label("Withdraw…"), data("library", "withdraw", item.id))]
        if item.notice_id is not None:
            more.insert(0, Button(turn.label("Who has read it"), data("notice", "show", item.notice_id)))
        rows.append(tuple(more))
    rows.append((Button(turn.label("◀ Library"), data("library", "list")),))
    return tuple(rows)


async def withdraw(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask whether it is to hold no longer."""
    item = await _seen(turn, args)
    if item.state is not State.published:
        raise Stale
    turn.card(
        turn.t(
            "Withdraw “{title}”? Nobody finds it any more; where an answer rests on it, it stays readable, marked.",
            title=item.title,
        ),
        (
            (Button(turn.label("Withdraw"), data("library", "gone", item.id)),),
            (Button(turn.label("◀ Back"), data("library", "open", item.id)),),
        ),
    )


async def gone(turn: Turn, args: tuple[str, ...]) -> None:
    """Withdraw it."""
    item = await _seen(turn, args, lock=True)
    if item.state is not State.published:
        raise Stale
    item.withdraw(turn.now)
    notice = await notices.get(turn.db, item.notice_id, lock=True) if item.notice_id is not None else None
    if notice is not None and notice.state in (notices.State.sending, notices.State.held):
        await notices.stop(turn.db, notice, turn.now)  # who has not got it yet is not told of what no longer holds
    turn.record("library.withdrawn", f"library:{item.id}")
    turn.toast(turn.label("Withdrawn."))
    await listed(turn)
