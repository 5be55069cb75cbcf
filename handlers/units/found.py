"""What a register that was sent in would change, and what is wrong with it: looked at first, then applied as a whole.

Counts come first, names behind a button. What was shown is what is done: when the register has changed meanwhile, it
is shown anew and nothing is applied.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from handlers import arranging
from handlers.campaign import terms_of
from handlers.chat import Button
from handlers.errors import Stale, UserError
from handlers.journey import data, number
from handlers.once import put_once
from handlers.reasons import LONGEST, REASONS, UNSAID
from handlers.register_words import FIELDS, fault_of, said
from handlers.text import mark
from storage.campaign import campaigns, register, register_files
from storage.campaign.register_files import State
from supervision.register.comparing import compare
from supervision.register.model import register_of

if TYPE_CHECKING:
    from handlers.chat import Rows
    from handlers.turn import Turn
    from storage.campaign.register_files import RegisterFile

FAULTS: Final = 8
REMARKS: Final = 3
"""Remarks that are named on the card itself; all of them are behind a button."""

NAMES: Final = 15
MOST_UNITS: Final = 5_000
"""Units that are applied in a chat; a longer register would keep everybody waiting, and goes by the command line."""

TOO_MANY = mark(
    "The register has {count} units; in the chat {most} can be imported at once. "
    "Please have whoever runs the bot import it: xundu import units FILE"
)
CHANGED = mark("The register was changed by somebody else meanwhile. Nothing was imported; please send the file again.")
REASON_WANTED = mark("Please type the reason in at most {most} characters.")

KINDS: Final = {
    "added": mark("New units"),
    "changed": mark("Changed units"),
    "dropped": mark("Units that drop out"),
    "returned": mark("Units that come back"),
}


async def file(turn: Turn, args: tuple[str, ...]) -> None:
    """Show a register that was sent in."""
    one = await _mine(turn, args)
    turn.remember("units", campaign=one.campaign_id)
    turn.card(*card(turn, one))


async def _mine(turn: Turn, args: tuple[str, ...], *, lock: bool = False, whole: bool = False) -> RegisterFile:
    found = await register_files.get(turn.db, number(args, 0), lock=lock, whole=whole)
    if found is None or found.person_id != turn.who.id:
        raise Stale
    return found


def card(turn: Turn, one: RegisterFile) -> tuple[Markup, Rows]:
    """Draw what was found: what is wrong, or what would change and the buttons to do it."""
    if one.state is State.waiting:
        return turn.t("Reading “{name}” …", name=one.name), (_back(turn),)
    if one.found["wrong"]:
        return _wrong(turn, one, 0)
    counts: dict[str, int] = one.found["changes"]["counts"]
    if one.found["changes"]["nothing"]:
        text = turn.t("“{name}” says what the register says already. There is nothing to import.", name=one.name)
        return text, (*_look(turn, one, counts), (_throw(turn, one), *_back(turn)))
    lines = [turn.t("<b>“{name}”</b> can be imported. It would change this:", name=one.name), *_counted(turn, counts)]
    if one.found["remarked"]:
        lines.append(turn.n("⚠ {count} remark, no obstacle", "⚠ {count} remarks, no obstacle", one.found["remarked"]))
        lines += [Markup("   {}").format(said(turn.speech, fault_of(each))) for each in one.found["remarks"][:REMARKS]]
    lines.append(turn.t("\nNothing has been stored yet."))
    return Markup("\n").join(lines), (*_look(turn, one, counts), *_act(turn, one, counts))


def _counted(turn: Turn, counts: dict[str, int]) -> list[Markup]:
    said = [
        turn.t("· units: {added} new, {changed} changed, {dropped} drop out", **counts),
    ]
    if counts["returned"]:
        said.append(turn.n("· {count} unit comes back", "· {count} units come back", counts["returned"]))
    if counts["groups"] or counts["regrouped"]:
        said.append(turn.t("· groups: {groups} new, {regrouped} with other areas", **counts))
    if counts["people"]:
        said.append(turn.n("· {count} place in the groups", "· {count} places in the groups", counts["people"]))
    if counts["rounds"]:
        said.append(turn.n("· {count} round", "· {count} rounds", counts["rounds"]))
    if counts["by_area"]:
        said.append(
            turn.n(
                "· {count} unit names no group and gets that of its area",
                "· {count} units name no group and get that of their area",
                counts["by_area"],
            )
        )
    return said


def _look(turn: Turn, one: RegisterFile, counts: dict[str, int]) -> Rows:
    looks = [
        Button(
            turn.label("{what} {count}", what=turn.label(title), count=counts[kind]),
            data("units", "names", one.id, kind, 0),
        )
        for kind, title in KINDS.items()
        if counts[kind]
    ]
    if one.found["remarked"]:
        count = one.found["remarked"]
        looks.append(Button(turn.label("Remarks {count}", count=count), data("units", "remarks", one.id, 0)))
    return tuple(tuple(looks[at : at + 2]) for at in range(0, len(looks), 2))


def _act(turn: Turn, one: RegisterFile, counts: dict[str, int]) -> Rows:
    if not counts["dropped"]:
        return (Button(turn.label("Import"), data("units", "apply", one.id, "keep", _seen(one))),), (
            _throw(turn, one),
            *_back(turn),
        )
    rest = counts["added"] + counts["changed"] + counts["returned"]
    rows = [(Button(turn.label("Import, {count} drop out …", count=counts["dropped"]), data("units", "why", one.id)),)]
    if rest or counts["groups"] or counts["rounds"] or counts["people"]:
        rows.append(
            (
                Button(
                    turn.label("Import, keep those not in the file"), data("units", "apply", one.id, "keep", _seen(one))
                ),
            )
        )
    return (*rows, (_throw(turn, one), *_back(turn)))


def _seen(one: RegisterFile) -> str:
    """Return what makes a button good for these changes only: the number of a file is given again some day."""
    return str(one.found["changes"]["digest"])[:8]


def _throw(turn: Turn, one: RegisterFile) -> Button:
    return Button(turn.label("Do not import"), data("units", "drop", one.id))


def _back(turn: Turn) -> tuple[Button, ...]:
    return (Button(turn.label("◀ Register"), data("units", "show")),)


# --- what is wrong ---


async def faults(turn: Turn, args: tuple[str, ...]) -> None:
    """Show another page of what is wrong."""
    turn.card(*_wrong(turn, await _mine(turn, args), number(args, 1)))


async def remarks(turn: Turn, args: tuple[str, ...]) -> None:
    """Show what is worth knowing about the file and stops nothing."""
    one = await _mine(turn, args)
    title = turn.t("<b>Good to know</b>")
    turn.card(*_listing(turn, one, "remarks", number(args, 1), title))


def _wrong(turn: Turn, one: RegisterFile, asked: int) -> tuple[Markup, Rows]:
    title = turn.n(
        "<b>“{name}”: {count} thing to put right.</b> Nothing was imported.",
        "<b>“{name}”: {count} things to put right.</b> Nothing was imported.",
        one.found["wrong"],
        name=one.name,
    )
    text, rows = _listing(turn, one, "faults", asked, title)
    text += Markup("\n\n") + turn.t("Put it right in the file and send the whole file again.")
    more = []
    if one.found.get("marked"):
        more.append(Button(turn.label("The file with marks"), data("units", "marked", one.id)))
    if one.found["remarked"]:
        count = one.found["remarked"]
        more.append(Button(turn.label("Remarks {count}", count=count), data("units", "remarks", one.id, 0)))
    leave = (_throw_wrong(turn, one), *_back(turn))
    return text, (*rows[:-1], *((tuple(more),) if more else ()), leave)


def _throw_wrong(turn: Turn, one: RegisterFile) -> Button:
    return Button(turn.label("Throw away"), data("units", "drop", one.id))


def _listing(turn: Turn, one: RegisterFile, verb: str, asked: int, title: Markup) -> tuple[Markup, Rows]:
    every: list[Any] = one.found[verb]
    pages = max(1, -(-len(every) // FAULTS))
    at = min(max(asked, 0), pages - 1)
    lines = [
        Markup("{}. {}").format(place, said(turn.speech, fault_of(each)))
        for place, each in enumerate(every[at * FAULTS : (at + 1) * FAULTS], at * FAULTS + 1)
    ]
    back = (Button(turn.label("↩ Back"), data("units", "file", one.id)),)
    return Markup("\n").join([title, *lines]), (*_turning(turn, one, (verb,), at, pages), back)


def _turning(turn: Turn, one: RegisterFile, what: tuple[str, ...], at: int, pages: int) -> Rows:
    verb, *rest = what
    moves = []
    if at > 0:
        moves.append(Button("‹", data("units", verb, one.id, *rest, at - 1)))
    if pages > 1:
        moves.append(Button(f"{at + 1}/{pages}", data("units", verb, one.id, *rest, at)))
    if at + 1 < pages:
        moves.append(Button("›", data("units", verb, one.id, *rest, at + 1)))
    del turn
    return (tuple(moves),) if moves else ()


async def marked(turn: Turn, args: tuple[str, ...]) -> None:
    """Send the workbook back with every fault marked in it."""
    one = await _mine(turn, args)
    content = await register_files.marked_of(turn.db, one.id)
    if content is None:
        raise Stale
    stem = one.name.rpartition(".")[0] or one.name
    turn.say(
        turn.t("Red cells are to be put right, yellow ones are remarks; the first sheet lists them all."),
        document=await put_once(turn, content),
        filename=f"{stem}-{turn.label('marked')}.xlsx",
    )


# --- what would change ---


async def names(turn: Turn, args: tuple[str, ...]) -> None:
    """Show a page of the units of one kind of change, by name."""
    one = await _mine(turn, args)
    kind = args[1] if len(args) > 1 else ""
    if kind not in KINDS or "changes" not in one.found:
        raise Stale
    every: list[Any] = one.found["changes"][kind]
    pages = max(1, -(-len(every) // NAMES))
    at = min(max(number(args, 2), 0), pages - 1)
    total = one.found["changes"]["counts"][kind]
    title = Markup("<b>{}</b>").format(turn.label("{what} {count}", what=turn.label(KINDS[kind]), count=total))
    shown = [_named(turn, each) for each in every[at * NAMES : (at + 1) * NAMES]]
    if at + 1 == pages and total > len(every):
        shown.append(turn.t("… and {count} more", count=total - len(every)))
    back = (Button(turn.label("↩ Back"), data("units", "file", one.id)),)
    turn.card(Markup("\n").join([title, *shown]), (*_turning(turn, one, ("names", kind), at, pages), back))


def _named(turn: Turn, each: list[Any]) -> Markup:
    line = Markup("{} {}").format(each[0], each[1])
    for field, before, after in each[2] if len(each) > 2 else ():  # noqa: PLR2004 - a changed unit has its fields third
        line += Markup("\n   ") + turn.t(
            "{field}: {before} → {after}",
            field=turn.label(FIELDS[field]),
            before=before or "–",
            after=after or "–",
        )
    return line


# --- doing it ---


async def why(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask why units drop out: the reason stands with each of them from then on."""
    one = await _mine(turn, args)
    if "changes" not in one.found:
        raise Stale
    turn.remember("units", campaign=one.campaign_id, why=one.id)
    count = one.found["changes"]["counts"]["dropped"]
    text = turn.n(
        "Why does {count} unit drop out? Its records stay. Choose, or type the reason.",
        "Why do {count} units drop out? Their records stay. Choose, or type the reason.",
        count,
    )
    chosen = [
        Button(turn.label(title), data("units", "apply", one.id, code, _seen(one)))
        for code, title in REASONS.items()
        if code != UNSAID
    ]
    rows = [tuple(chosen[at : at + 2]) for at in range(0, len(chosen), 2)]
    turn.card(text, (*rows, (Button(turn.label("↩ Back"), data("units", "file", one.id)),)))


async def typed_reason(turn: Turn, words: str) -> None:
    """Take a typed reason and import."""
    words = " ".join(words.split())
    if not words or len(words) > LONGEST:
        raise UserError(REASON_WANTED, most=LONGEST)
    one = await _mine(turn, (str(turn.state["why"]),), lock=True, whole=True)
    await _apply(turn, one, words, drop=True)


async def apply(turn: Turn, args: tuple[str, ...]) -> None:
    """Import all of it: with the reason the button carries, or without taking anything out."""
    one = await _mine(turn, args, lock=True, whole=True)
    reason = args[1] if len(args) > 1 else ""
    if (reason != "keep" and reason not in REASONS) or "changes" not in one.found or args[2:] != (_seen(one),):
        raise Stale
    await _apply(turn, one, reason, drop=reason != "keep")


async def _apply(turn: Turn, one: RegisterFile, reason: str, *, drop: bool) -> None:
    campaign = await campaigns.get(turn.db, one.campaign_id)
    if campaign is None or one.lines is None or "changes" not in one.found:
        raise Stale
    if one.found["units"] > MOST_UNITS:
        raise UserError(TOO_MANY, count=one.found["units"], most=MOST_UNITS)
    wanted = register_of(register_files.unpacked(one.lines))
    changes = compare(wanted, await register.standing(turn.db, campaign), terms_of(campaign.pack))
    if changes.digest != one.found["changes"]["digest"]:
        raise UserError(CHANGED)
    if not drop:
        changes = changes.kept()
    await register.apply(turn.db, campaign, changes, why=reason, now=turn.now, by=turn.who.id)
    await arranging.imported(turn.db, campaign, changes, turn.who.id, turn.now)
    await register_files.drop(turn.db, one)
    turn.remember("units", campaign=campaign.id)
    counts = one.found["changes"]["counts"] | {"dropped": len(changes.dropped)}
    lines = [turn.t("✓ Imported “{name}”.", name=one.name), *_counted(turn, counts)]
    rows: list[tuple[Button, ...]] = []
    if counts["people"]:
        lines.append(turn.t("\nThe people come in by invitation: one tap for each, under “Groups”."))
    rows.append((Button(turn.label("Groups"), data("campaign", "groups", campaign.id)), *_back(turn)))
    turn.toast(turn.label("Imported."))
    turn.card(Markup("\n").join(lines), tuple(rows))


async def drop(turn: Turn, args: tuple[str, ...]) -> None:
    """Throw the file away; nothing of it was stored."""
    one = await _mine(turn, args, lock=True)
    await register_files.drop(turn.db, one)
    turn.toast(turn.label("Thrown away."))
    from_here = (Button(turn.label("◀ Register"), data("units", "show")),)
    turn.card(turn.t("“{name}” was thrown away. Nothing was imported.", name=one.name), (from_here,))
