"""A trial of a form: somebody who answers for forms walks one, published or not, and nothing of it is stored.

What is answered lies in the conversation for as long as the trial goes on, and nowhere else: no visit, no evidence, no
file is touched. ``order`` says what comes next, ``card`` draws, the widgets (handlers/widgets) ask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from forms.canonical import InvalidAnswer
from forms.walk import Walk
from handlers.access import may
from handlers.belonging import campaign_of, zone_of
from handlers.chat import Attachment, Place, Text
from handlers.errors import Stale, UserError
from handlers.journey import Journey, number
from handlers.progress import clipped
from handlers.text import mark
from handlers.trial import scanning
from handlers.trial.card import asked_at, picture_rows, stop_card
from handlers.trial.order import instances, stops
from handlers.widgets.asked import chosen
from handlers.widgets.kinds import widget_of
from handlers.widgets.pictures import shown_with
from storage.campaign import drafts

if TYPE_CHECKING:
    from forms.form import Form
    from handlers.chat import Message, Rows, Timer
    from handlers.trial.order import Stop
    from handlers.turn import Turn
    from handlers.widgets.asked import Step

FORBIDDEN = mark("The form does not allow this answer. Nothing was changed.")
NO_USE = mark("This question is answered by the buttons on its card.")
CAPTION: Final = 300
GONE = mark("The form that was being tried is no longer here.")


async def begin(turn: Turn, args: tuple[str, ...]) -> None:
    """Begin at the first question."""
    kind, about = (args[0] if args else ""), number(args, 1)
    turn.remember("trial", of=kind, id=about, answers={}, at="", began=turn.now.isoformat())
    walk = await _walk(turn)
    turn.remember("trial", **turn.state, media=sorted(await _media(turn, walk.form)))
    _show(turn, walk, 0)


async def _media(turn: Turn, form: Form) -> dict[str, str]:
    """Return the pictures and sounds of the form that are here, {name: SHA-256}; of a draft's, '' in its place."""
    about = int(turn.state["id"])
    if turn.state.get("of") == "version":
        return dict(await turn.kit.shelf.media(turn.db, about, form))
    names = form.media()
    return {one.name: "" for one in await drafts.files_of(turn.db, about) if one.name in names} if names else {}


async def _form(turn: Turn) -> Form:
    """Return the form that is tried: Stale when it is gone, or a draft of somebody else's."""
    kind, about = turn.state.get("of"), turn.state.get("id")
    if not isinstance(about, int):
        raise Stale
    if kind == "version":
        try:
            return await turn.kit.shelf.form(turn.db, about)
        except LookupError as error:
            raise Stale from error
    draft = await drafts.get(turn.db, about)
    if kind != "draft" or draft is None or draft.person_id != turn.who.id or draft.state is not drafts.State.read:
        raise Stale
    return await turn.kit.shelf.draft(turn.db, draft)


async def _walk(turn: Turn) -> Walk:
    """Open the walk as it was left."""
    if turn.conversation.journey != "trial":
        raise Stale
    zone = zone_of(await campaign_of(turn.db, None))
    state = turn.state
    return Walk(
        await _form(turn),
        {str(path): str(value) for path, value in dict(state.get("answers", {})).items()},
        now=turn.now.astimezone(zone),
        instance_id=f"trial:{state.get('id')}:{state.get('began')}",
    )


def _show(turn: Turn, walk: Walk, at: int, *, held: str = "", at_length: bool = False) -> None:
    """Show a stop, and remember where one is and what was answered."""
    found, _ = stops(walk)
    at = min(max(at, 0), len(found))
    kept = {name: turn.state.get(name) for name in ("of", "id", "began", "media")}
    key = found[at].key if at < len(found) else ""
    turn.remember("trial", **kept, answers=walk.values(), at=key, held=held)
    turn.card(*stop_card(turn, walk, at, held=held, at_length=at_length, media=turn.state.get("media")))


def _here(turn: Turn, walk: Walk) -> int:
    """Return the stop one is at; the end when it is gone."""
    found, _ = stops(walk)
    return next((at for at, one in enumerate(found) if one.key == turn.state.get("at")), len(found))


def _stop(walk: Walk, at: int) -> Stop:
    found, _ = stops(walk)
    if not 0 <= at < len(found):
        raise Stale
    return found[at]


# --- answering ---


async def tap(turn: Turn, args: tuple[str, ...]) -> None:
    """Take a tap on a widget; one on an old card is shown where one is now."""
    walk = await _walk(turn)
    at = number(args, 0)
    stop = _stop(walk, at)
    if stop.question is None or len(args) != 2 or stop.key != turn.state.get("at"):  # noqa: PLR2004 - stop and word
        _show(turn, walk, _here(turn, walk))
        return
    asked = asked_at(turn, walk, at, stop.question, str(turn.state.get("held", "")))
    _take(turn, walk, at, stop, widget_of(stop.question).tapped(asked, args[1]))


async def message(turn: Turn, sent: Message) -> bool:
    """Take what is sent for the question on the card."""
    if not isinstance(sent, Text | Attachment | Place):
        raise UserError(NO_USE)
    try:
        walk = await _walk(turn)
    except Stale:
        turn.leave()
        turn.say(turn.t(GONE))
        return True
    at = _here(turn, walk)
    found, _ = stops(walk)
    stop = found[at] if at < len(found) else None
    if stop is None or stop.question is None:
        raise UserError(NO_USE)
    asked = asked_at(turn, walk, at, stop.question, str(turn.state.get("held", "")))
    if stop.question.kind == "barcode" and isinstance(sent, Attachment):
        await scanning.look(turn, sent, stop)
        turn.card(*_drawn(turn, walk, at, Markup("\n\n") + turn.t("Reading the code …")))
        return True
    step = widget_of(stop.question).sent(asked, sent)
    if step is None:
        raise UserError(NO_USE)
    _take(turn, walk, at, stop, step)
    return True


async def complain(turn: Turn, sent: Message, said: Markup) -> bool:
    """Say on the card why a message was not taken: the question stays in sight."""
    del sent
    if not may(turn.person, "trial.message", turn.now):
        return False
    try:
        walk = await _walk(turn)
    except Stale:
        return False
    turn.card(*_drawn(turn, walk, _here(turn, walk), turn.t("\n\n⚠ {complaint}", complaint=said)))
    return True


def _drawn(turn: Turn, walk: Walk, at: int, said: Markup) -> tuple[Markup, Rows]:
    """Draw a stop with something said beneath."""
    text, rows = stop_card(turn, walk, at, held=str(turn.state.get("held", "")), media=turn.state.get("media"))
    return text + said, rows


async def code(turn: Turn, timer: Timer) -> None:
    """Take the code that was read in a photo, while the question it was sent for is still on the card."""
    if not may(turn.person, "trial.message", turn.now) or not scanning.awaited(turn, timer):
        return
    try:
        walk = await _walk(turn)
    except Stale:
        return
    at = _here(turn, walk)
    found, _ = stops(walk)
    if at >= len(found):
        return
    try:
        _take(turn, walk, at, found[at], chosen(scanning.read(timer)))
    except UserError as error:
        said = turn.t(error.message, **error.values)
        turn.card(*_drawn(turn, walk, at, turn.t("\n\n⚠ {complaint}", complaint=said)))


def _take(turn: Turn, walk: Walk, at: int, stop: Stop, step: Step) -> None:
    """Answer in the walk, as a visit would: what the form forbids is refused in its own words."""
    if step.value is not None:
        try:
            violation = walk.check(stop.path, step.value)
            if violation is not None and violation.kind == "constraint":
                words = violation.message(turn.speech.language)
                raise UserError(mark("{words}"), words=words) if words else UserError(FORBIDDEN)
            walk.set(stop.path, step.value)
        except InvalidAnswer as error:
            raise UserError(FORBIDDEN) from error
    _show(turn, walk, at + 1 if step.done else at, held=step.held)


# --- moving ---


async def go(turn: Turn, args: tuple[str, ...]) -> None:
    """Show another stop."""
    _show(turn, await _walk(turn), number(args, 0))


async def hint(turn: Turn, args: tuple[str, ...]) -> None:
    """Show a question with the form's guidance, or without."""
    walk = await _walk(turn)
    at = number(args, 0)
    _stop(walk, at)
    _show(turn, walk, at, held=str(turn.state.get("held", "")), at_length=bool(number(args, 1)))


async def picture(turn: Turn, args: tuple[str, ...]) -> None:
    """Show one of the pictures or sounds of a question, in the place of its card."""
    walk = await _walk(turn)
    at, which = number(args, 0), number(args, 1)
    stop, here = _stop(walk, at), await _media(turn, walk.form)
    files = shown_with(walk, stop.question, here, turn.speech.language) if stop.question is not None else []
    if stop.question is None or not 0 <= which < len(files):
        raise Stale
    one = files[which]
    sha256 = here[one.name] or await _made(turn, one.name)
    text = Markup("{}").format(clipped(one.caption(turn.speech, walk, stop.question), CAPTION))
    rows = picture_rows(turn, at, which, len(files))
    if one.kind == "image":
        turn.pictured_card(text, rows, picture=sha256)
    else:
        turn.pictured_card(text, rows, document=sha256, filename=one.name)


async def _made(turn: Turn, name: str) -> str:
    """Make a file of a draft one that can be sent; it is not kept."""
    files = await drafts.files_of(turn.db, int(turn.state["id"]), whole=True)
    content = next((one.content for one in files if one.name == name), None)
    if content is None:
        raise Stale
    return (await turn.kit.blobs.put_once(content)).sha256


async def over(turn: Turn, args: tuple[str, ...]) -> None:
    """Begin once more, with nothing answered."""
    del args
    await _walk(turn)
    await begin(turn, (str(turn.state.get("of")), str(turn.state.get("id"))))


async def end(turn: Turn, args: tuple[str, ...]) -> None:
    """Go back to the form that was tried; what was answered is forgotten."""
    del args
    state = turn.state if turn.conversation.journey == "trial" else {}
    kind, about = state.get("of"), state.get("id")
    turn.leave()
    await turn.enter("publishing", of=kind, about=about)


async def give_up(turn: Turn) -> bool:
    """Leave the trial."""
    turn.leave()
    turn.say(turn.t("The trial is over; nothing of it was stored. /forms has the form."))
    return True


# --- repeats ---


def _repeat(walk: Walk, args: tuple[str, ...]) -> Stop:
    stop = _stop(walk, number(args, 0))
    if stop.again is None:
        raise Stale
    return stop


def _into(turn: Turn, walk: Walk, path: str) -> None:
    """Show the first question of an instance."""
    found, _ = stops(walk)
    at = next((at for at, one in enumerate(found) if one.path.startswith(f"{path}/")), _here(turn, walk))
    _show(turn, walk, at)


async def add(turn: Turn, args: tuple[str, ...]) -> None:
    """Add an instance and ask its first question."""
    walk = await _walk(turn)
    _into(turn, walk, walk.add(_repeat(walk, args).path))


async def into(turn: Turn, args: tuple[str, ...]) -> None:
    """Go back into an instance."""
    walk = await _walk(turn)
    there, at = instances(walk, _repeat(walk, args).path), number(args, 1)
    if not 1 <= at <= len(there):
        raise Stale
    _into(turn, walk, there[at - 1])


async def remove(turn: Turn, args: tuple[str, ...]) -> None:
    """Take an instance away; those after it move up."""
    walk = await _walk(turn)
    stop = _repeat(walk, args)
    there, which = instances(walk, stop.path), number(args, 1)
    if not 1 <= which <= len(there):
        raise Stale
    walk.remove(there[which - 1])
    found, _ = stops(walk)
    at = next((at for at, one in enumerate(found) if one.key == stop.key), len(found))
    _show(turn, walk, at)


TRIAL = Journey(
    name="trial",
    taps={
        "begin": begin,
        "tap": tap,
        "go": go,
        "hint": hint,
        "picture": picture,
        "over": over,
        "end": end,
        "add": add,
        "into": into,
        "remove": remove,
    },
    message=message,
    complain=complain,
    timers={"code": code},
    give_up=give_up,
)
