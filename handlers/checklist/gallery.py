"""Shows what lies with an item: lists it, sends a piece back to look at, removes one, reports one that is no good.

Nothing is deleted: a removed piece is marked and stays in the history.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from forms.question import MEDIA
from handlers.chat import Button
from handlers.checklist.card import counted
from handlers.checklist.filing import screen_of, settle_in
from handlers.checklist.sharing import tell
from handlers.checklist.steps import held, hold, opened
from handlers.errors import Stale
from handlers.journey import data, number, word
from handlers.progress import brief, called, header, item_title
from handlers.shared_copy import shared_copy
from handlers.sheet import pictures, sheet_of
from handlers.text import mark
from handlers.widgets.words import labelled
from storage import people
from storage.files import evidence as evidences
from storage.visit import asides, visits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from handlers.chat import Rows, Timer
    from handlers.items import Item
    from handlers.sheet import Sheet
    from handlers.turn import Turn
    from storage.files.evidence import Evidence

FILE: Final = mark("File")
KINDS: Final = {"photo": mark("Photo"), "voice": mark("Voice note"), "video": mark("Video"), "place": mark("Place")}
"""What a piece is called in a list."""

WHY: Final = (
    ("mistake", mark("Sent by mistake")),
    ("twice", mark("Sent twice")),
    ("unclear", mark("Cannot be made out")),
    ("elsewhere", mark("Belongs elsewhere")),
)
"""The usual reasons for removing a piece, as they are stored and as they are said."""

LONGEST_WHY: Final = 500
"""Characters of a reason that are kept."""

MOST_ASIDE: Final = 5
"""Answers that were not taken and that a card names."""

A_PAGE: Final = 8
"""Pieces on one card: their buttons must fit on a phone."""


async def evidence(turn: Turn, args: tuple[str, ...]) -> None:
    """List the evidence of one item, each piece with a button to see it and one to remove it."""
    sheet = await opened(turn, number(args, 0), to_write=False)
    page = number(args, 2) if len(args) > 2 else 0  # noqa: PLR2004 - visit, item, page
    screen = sheet.screen(word(args, 1))
    _gallery(turn, sheet, screen, page, beside=await _set_aside(turn, sheet, screen))


async def _set_aside(turn: Turn, sheet: Sheet, screen: Item) -> list[Markup]:
    """Return what colleagues would have answered on an item and let go: it stays to be seen, by whom and when."""
    questions = {sheet.stored(one.path): one for one in screen.questions}
    found = []
    for one in (await asides.of_paths(turn.db, sheet.visit.id, list(questions)))[-MOST_ASIDE:]:
        question, who = questions[one.path], called(await people.by_id(turn.db, one.by_id))
        chosen = question.kind == "select_one"
        said = labelled(turn.speech, sheet.walk, question, one.value) if chosen else one.value
        when = turn.speech.moment(one.at, sheet.zone)
        found.append(turn.t("{who} had “{answer}” at {when}; not taken.", who=who, answer=brief(said, 60), when=when))
    return found


def _gallery(
    turn: Turn,
    sheet: Sheet,
    screen: Item,
    page: int = 0,
    *,
    removed: Evidence | None = None,
    beside: Sequence[Markup] = (),
) -> None:
    """Draw the list; ``removed`` is the piece that was removed just now and can be brought back."""
    visit, pieces = sheet.visit.id, sheet.evidence_of(screen)
    last = max(0, (len(pieces) - 1) // A_PAGE)
    page = min(max(page, 0), last)
    lines = [header(turn, sheet) + Markup("\n"), item_title(turn, sheet, screen)]
    rows = []
    for at, piece in list(enumerate(pieces, 1))[page * A_PAGE : (page + 1) * A_PAGE]:
        lines.append(_line(turn, sheet, at, piece))
        row = []
        if piece.kind != "place":
            row.append(Button(turn.label("Look at {at}", at=at), data("checklist", "look", visit, piece.id)))
        if sheet.visit.state != "submitted":
            row.append(Button(turn.label("✕ Remove {at}", at=at), data("checklist", "remove", visit, piece.id, page)))
        rows.append(tuple(row))
    if not pieces:
        lines.append(turn.t("Nothing lies with this item yet. Send a photo, a file, a voice note, a video or a place."))
    lines += [Markup(), *beside] if beside else []
    if last:
        pages = [Button("◀", data("checklist", "evidence", visit, screen.key, page - 1))] if page else []
        if page < last:
            pages.append(Button("▶", data("checklist", "evidence", visit, screen.key, page + 1)))
        rows.append(tuple(pages))
    if removed is not None:
        lines.append(Markup("\n") + turn.t("✓ Removed: {what}", what=counted(turn, removed.kind, 1)))
        rows.append((Button(turn.label("↶ Undo"), data("checklist", "restore", visit, removed.id, page)),))
    back = turn.label("◀ Back to item {number}", number=screen.key)
    rows.append((Button(back, data("checklist", "go", visit, screen.key, 0)),))
    hold(turn, sheet, screen)
    turn.card(Markup("\n").join(lines), tuple(row for row in rows if row))


def _line(turn: Turn, sheet: Sheet, at: int, piece: Evidence) -> Markup:
    """Return one line about a piece: what it is, when it was sent, and what is wrong with it if anything is."""
    when = turn.speech.moment(piece.sent_at, sheet.zone)
    line = turn.t("{at}. {what} {when}", at=at, what=turn.label(KINDS.get(piece.kind, FILE)), when=when)
    if piece.latitude is not None and piece.longitude is not None:
        line += turn.t(" {latitude}, {longitude}", latitude=f"{piece.latitude:.5f}", longitude=f"{piece.longitude:.5f}")
    if piece.caption:
        line += turn.t(" “{words}”", words=brief(piece.caption, 60))
    if piece.forwarded:
        line += turn.t(" (forwarded)")
    if not piece.is_usable:
        line += turn.t(" (cannot be opened)")
    return line


def _piece(sheet: Sheet, piece_id: int) -> tuple[Evidence, Item]:
    """Return a piece of this visit's evidence and the screen it lies with; Stale when it is gone."""
    for screen in sheet.numbered():
        for piece in sheet.evidence_of(screen):
            if piece.id == piece_id:
                return piece, screen
    raise Stale


async def look(turn: Turn, args: tuple[str, ...]) -> None:
    """Show one stored piece in the place of the list; no copy of it stays in the chat."""
    sheet = await opened(turn, number(args, 0), to_write=False)
    piece, screen = _piece(sheet, number(args, 1))
    if not piece.is_usable:
        turn.toast(turn.label("This file cannot be opened. Please remove it and send it again."), alert=True)
    elif not piece.blob_sha256:
        turn.toast(turn.label("This file is still being fetched. Please try again in a moment."), alert=True)
    else:
        document = None if piece.kind == "photo" else await shared_copy(turn, piece)
        if document is None and piece.kind != "photo":
            return
        hold(turn, sheet, screen)
        text, rows = _shown(turn, sheet, screen, piece)
        if document is None:
            turn.pictured_card(text, rows, picture=piece.blob_sha256)
        else:
            turn.pictured_card(text, rows, document=document, filename=piece.filename)


def _shown(turn: Turn, sheet: Sheet, screen: Item, piece: Evidence) -> tuple[Markup, Rows]:
    """Return what stands under a piece that is looked at, and the way to the next one and back."""
    visit, pieces = sheet.visit.id, sheet.evidence_of(screen)
    at = pieces.index(piece)
    text = turn.t("<b>Item {number}</b>", number=screen.key) + Markup("\n") + _line(turn, sheet, at + 1, piece)
    can = [one for one in pieces if one.blob_sha256 and one.is_usable]
    here, row = can.index(piece), []
    if here:
        row.append(Button("◀", data("checklist", "look", visit, can[here - 1].id)))
    row.append(Button(turn.label("☰ List"), data("checklist", "evidence", visit, screen.key, at // A_PAGE)))
    if here + 1 < len(can):
        row.append(Button("▶", data("checklist", "look", visit, can[here + 1].id)))
    ways = []
    if sheet.visit.state != "submitted":
        remove_it = data("checklist", "remove", visit, piece.id, at // A_PAGE)
        ways.append(Button(turn.label("✕ Remove {at}", at=at + 1), remove_it))
        move_it = data("checklist", "move", visit, f"e{piece.id}", piece.message_id or 0)
        ways.append(Button(turn.label("↪ Move"), move_it))
    back = turn.label("◀ Back to item {number}", number=screen.key)
    ways.append(Button(back, data("checklist", "go", visit, screen.key, 0)))
    return text, (tuple(row), tuple(ways))


async def remove(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask why a piece is to be removed: one tap for the usual reasons, or a sentence."""
    sheet = await opened(turn, number(args, 0))
    piece, screen = _piece(sheet, number(args, 1))
    page = number(args, 2) if len(args) > 2 else 0  # noqa: PLR2004 - visit, piece, page
    visit = sheet.visit.id
    at = sheet.evidence_of(screen).index(piece) + 1
    text = Markup("\n").join(
        [
            header(turn, sheet) + Markup("\n"),
            _line(turn, sheet, at, piece),
            Markup("\n") + turn.t("Why remove it? Tap a reason, or write one. It stays in the history."),
        ]
    )
    reasons = [Button(turn.label(said), data("checklist", "removed", visit, piece.id, page, why)) for why, said in WHY]
    keep = Button(turn.label("Keep it"), data("checklist", "evidence", visit, screen.key, page))
    hold(turn, sheet, screen, mode="removing", piece=piece.id, page=page)
    turn.card(text, (*zip(reasons[::2], reasons[1::2], strict=True), (keep,)))


async def removed(turn: Turn, args: tuple[str, ...]) -> None:
    """Remove a piece for one of the usual reasons; the gallery is shown again."""
    sheet = await opened(turn, number(args, 0))
    piece, screen = _piece(sheet, number(args, 1))
    why = args[3] if len(args) > 3 else ""  # noqa: PLR2004 - visit, piece, page, reason
    if why not in dict(WHY):
        raise Stale
    turn.toast(turn.label("Removed. It stays in the history."))
    await tell(turn, sheet)
    _take_out(turn, sheet, screen, piece, why, number(args, 2))


async def said_why(turn: Turn, sheet: Sheet, words: str) -> bool:
    """Take a sentence as the reason that was asked for; False when none was."""
    state = held(turn, sheet)
    if state.get("mode") != "removing":
        return False
    try:
        piece, screen = _piece(sheet, int(state.get("piece", 0)))
    except Stale:
        return False
    await tell(turn, sheet)
    _take_out(turn, sheet, screen, piece, words.strip()[:LONGEST_WHY], int(state.get("page", 0)))
    return True


def _take_out(turn: Turn, sheet: Sheet, screen: Item, piece: Evidence, why: str, page: int) -> None:
    piece.remove(turn.who, turn.now, why=why)
    forget(sheet, [piece])
    _gallery(turn, sheet, screen, page, removed=piece)


async def restore(turn: Turn, args: tuple[str, ...]) -> None:
    """Bring back a piece that was removed."""
    sheet = await opened(turn, number(args, 0))
    piece = await evidences.get(turn.db, number(args, 1))
    screen = screen_of(sheet, piece.path) if piece is not None and piece.visit_id == sheet.visit.id else None
    if piece is None or screen is None:
        raise Stale
    if piece.removed_at is not None:
        piece.restore()
        settle_in(sheet, piece)
        await tell(turn, sheet)
        sheet.evidence.sort(key=lambda one: one.id)
        turn.toast(turn.label("Undone."))
    _gallery(turn, sheet, screen, number(args, 2) if len(args) > 2 else 0)  # noqa: PLR2004 - visit, piece, page


def forget(sheet: Sheet, pieces: list[Evidence]) -> None:
    """Take pieces out of the sheet and let the questions for files fall back to what is left."""
    sheet.evidence = [piece for piece in sheet.evidence if piece not in pieces]
    left = pictures(sheet.form, sheet.evidence)
    for path in {piece.path for piece in pieces}:
        question = sheet.asked_for(path)
        if question is not None and question.kind in MEDIA:
            sheet.put(question.path, left.get(path, ""))


async def unreadable(turn: Turn, timer: Timer) -> None:
    """Tell the sender that a file could not be opened or fetched; its item asks for another one by itself.

    A message of its own with a way to the item: whatever the person is doing now goes on.
    """
    piece = await evidences.get(turn.db, int(timer.args.get("evidence", 0)))
    if piece is None or piece.removed_at is not None or turn.person is None:
        return
    visit = await visits.get(turn.db, piece.visit_id)
    if visit is None or not visit.open_to(turn.who, turn.now):
        return
    sheet = await sheet_of(turn, visit)
    screen = next((one for one in sheet.numbered() if piece in sheet.evidence_of(one)), None)
    where = turn.t("{unit}, item {number}", unit=visit.unit.name, number=screen.key if screen else "—")
    if timer.args.get("why") == "corrupt":
        said = turn.t("This picture cannot be opened; please take it again. Everything else is here.")
    else:
        said = turn.t(
            "A file you sent could not be fetched from Telegram; please send it once more. Everything else is here."
        )
    turn.say(where + Markup("\n") + said, _way(turn, sheet, screen))


def _way(turn: Turn, sheet: Sheet, screen: Item | None) -> Rows:
    """Return the button that leads to where another one can be sent."""
    visit = sheet.visit
    if visit.state == "submitted":
        mine = visit.submitted_by == turn.who.id
        return ((Button(turn.label("↶ Withdraw"), data("visit", "withdraw", visit.id)),),) if mine else ()
    if screen is None:
        return ()
    go = data("checklist", "go", visit.id, screen.key, 0)
    return ((Button(turn.label("Go to item {number}", number=screen.key), go),),)
