"""How the bot is doing, for those who look after it: versions, queues, files, and what was set aside.

Shows counts and numbers, the sender's name where an update was set aside, and never what was written. A set-aside
update can be tried again or given up here; giving up asks first, for what was sent is gone then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers import menu
from handlers.belonging import campaign_of, zone_of
from handlers.chat import Button
from handlers.errors import Stale
from handlers.journey import Journey, data, number
from handlers.panel import show
from handlers.text import mark
from storage import people, schema
from storage.chat import inbox, outbox
from storage.chat.inbox import State
from storage.files import evidence

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from handlers.chat import Rows
    from handlers.turn import Turn
    from storage.chat.inbox import Arrival

SHOWN: Final = 3
"""How many set-aside updates are shown at once: more would not fit a telephone, and they come up as these go."""

PRIORITIES: Final = {
    "reply": mark("replies {count}"),
    "reminder": mark("reminders {count}"),
    "bulk": mark("notices {count}"),
    "stranger": mark("to strangers {count}"),
}


async def status(turn: Turn, _: object) -> None:
    """Show everything on one screen."""
    kind, revision = await schema.described(turn.db)
    aside = await inbox.set_aside(turn.db, SHOWN)
    depth = await inbox.depth(turn.db)
    about = {"version": turn.kit.version, "database": kind, "revision": revision or "–"}
    lines = [
        turn.t("<b>How the bot is doing</b>"),
        turn.t("Xundu {version} · {database} · schema {revision}", **about),
        _received(turn, depth),
        await _to_send(turn),
        await _files(turn),
        turn.t("Set aside: {count}", count=depth.aside),
    ]
    zone = zone_of(await campaign_of(turn.db, None))
    lines += [await _described(turn, one, zone) for one in aside]
    if depth.aside > len(aside):
        lines.append(turn.t("and {count} more", count=depth.aside - len(aside)))
    show(turn, Markup("\n").join(lines), _buttons(turn, aside))


def _received(turn: Turn, depth: inbox.Depth) -> Markup:
    """Say what waits for its turn; the update that asks is no news."""
    waiting = depth.waiting - 1
    if waiting <= 0 or depth.oldest is None:
        return turn.t("Received: nothing waits")
    return turn.t("Received: {count} wait, the first for {age}", count=waiting, age=_age(turn, depth.oldest))


async def _to_send(turn: Turn) -> Markup:
    waiting, oldest = await outbox.backlog(turn.db, turn.now)
    parts = [turn.t(PRIORITIES[priority.name], count=count) for priority, count in waiting.items() if count]
    if not parts:
        return turn.t("To send: nothing waits")
    what = Markup(" · ").join(parts)
    if oldest is None:
        return turn.t("To send: {what}", what=what)
    return turn.t("To send: {what}; the oldest waits for {age}", what=what, age=_age(turn, oldest))


async def _files(turn: Turn) -> Markup:
    found = await evidence.standing(turn.db)
    counts = {state.value: count for state, count in found.items()}
    return turn.t("Files: {stored} here, {waiting} on their way, {failed} not to be had", **counts)


async def _described(turn: Turn, one: Arrival, zone: tzinfo) -> Markup:
    sender = await people.by_telegram(turn.db, one.chat_id) if one.chat_id > 0 else None
    return turn.t(
        "№ {number} · {moment} · {who} · {error}",
        number=one.id,
        moment=turn.speech.moment(one.received_at, zone),
        who=sender.name if sender is not None else one.chat_id,
        error=one.error or "–",
    )


def _age(turn: Turn, since: datetime) -> str:
    return turn.speech.span(max(turn.now - since, turn.now - turn.now))


def _buttons(turn: Turn, aside: list[Arrival]) -> Rows:
    rows = [
        (
            Button(turn.label("Try {number} again", number=one.id), data("status", "replay", one.id)),
            Button(turn.label("Give up {number} …", number=one.id), data("status", "drop", one.id)),
        )
        for one in aside
    ]
    return (*rows, (Button(turn.label("Look again"), data("status", "show")), *menu.way_back(turn.speech)))


async def _set_aside(turn: Turn, args: tuple[str, ...]) -> Arrival:
    """Return the update a button is about, ours until the turn ends; Stale when somebody has dealt with it."""
    found = await inbox.get(turn.db, number(args, 0), lock=True)
    if found is None or found.state is not State.aside:
        raise Stale
    return found


async def replay(turn: Turn, args: tuple[str, ...]) -> None:
    """Put an update back in line; it is the next of its chat."""
    found = await _set_aside(turn, args)
    found.replay()
    _note(turn, "inbox.replayed", found)
    turn.toast(turn.label("{number} is back in line.", number=found.id))
    await _again(turn)


async def drop(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask before an update is given up."""
    found = await _set_aside(turn, args)
    buttons = (
        (Button(turn.label("Give it up for good"), data("status", "gone", found.id)),),
        (Button(turn.label("Keep it"), data("status", "show")),),
    )
    show(turn, turn.t("Give up № {number}? What was sent with it will be gone.", number=found.id), buttons)


async def gone(turn: Turn, args: tuple[str, ...]) -> None:
    """Give an update up, and what it carried."""
    found = await _set_aside(turn, args)
    found.drop()
    _note(turn, "inbox.dropped", found)
    turn.toast(turn.label("{number} is given up.", number=found.id))
    await _again(turn)


async def _again(turn: Turn) -> None:
    await turn.db.flush()
    await status(turn, "")


def _note(turn: Turn, action: str, found: Arrival) -> None:
    turn.record(action, f"arrival:{found.id}")


STATUS = Journey(
    name="status",
    commands={"status": menu.command("status", status)},
    taps={"show": status, "replay": replay, "drop": drop, "gone": gone},
)
