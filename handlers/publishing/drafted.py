"""A form that was sent in and is not published: what it asks, what is wrong with it, and its publication.

Publishing changes nothing that anybody is doing: a visit keeps the version it began with. Only the sender sees a draft.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from handlers.access import may
from handlers.chat import Button
from handlers.errors import Stale, UserError
from handlers.journey import data, number
from handlers.progress import brief, listed
from handlers.publishing import faults as wrong
from handlers.publishing import preview, versions
from handlers.publishing.compared import compared
from handlers.publishing.fitness import unasked
from handlers.text import mark
from storage.campaign import drafts
from storage.campaign import forms as form_versions
from storage.campaign.drafts import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forms.form import Form
    from handlers.chat import Rows
    from handlers.turn import Turn
    from storage.campaign.drafts import FormDraft

FAULTS: Final = 8
"""Problems on one page."""

NAMED: Final = 10
"""Questions that are named in a list of those no visit can ask."""

TAKEN = mark(
    "Version {version} of this form was published before, with other content. "
    "Write another version into the column version of the sheet settings, and send the file again."
)
ASKS_NOTHING = mark(
    "This form asks nothing, so nobody could fill it in. "
    "Write questions into the sheet “survey”, and send the file again."
)
LISTS_MISSING = mark("The form needs these lists first: {names}. Please send them to this chat.")


async def card(turn: Turn, draft: FormDraft) -> tuple[Markup, Rows]:
    """Draw a draft as it stands: what it is, what is to be known about it, and what can be done with it."""
    if draft.state is State.refused:
        return _faults(turn, draft, 0)
    if draft.state is State.waiting:
        return turn.t("Reading “{name}” …", name=draft.name), ()
    form = await turn.kit.shelf.draft(turn.db, draft)
    standing = await form_versions.latest(turn.db, draft.form_id)
    lines = [
        turn.t("<b>{title}</b>", title=draft.title or draft.form_id),
        turn.t("{form} · version {version}", form=draft.form_id, version=draft.version or "–"),
        turn.n("{count} question, from {name}", "{count} questions, from {name}", preview.count(form), name=draft.name),
    ]
    lines += _lacking(turn, draft)
    lines += await _unseen(turn, draft, form)
    if lacks := unasked(form):
        labels = listed(turn, [brief(one.label(turn.speech.language) or one.name, 20) for one in lacks[:NAMED]])
        lines.append(
            turn.n(
                "⚠ Visits cannot ask {count} question of it: {names}",
                "⚠ Visits cannot ask {count} questions of it: {names}",
                len(lacks),
                names=labels,
            )
        )
    if await _taken(turn, draft):
        lines.append(Markup("⚠ ") + turn.t(TAKEN, version=draft.version or "–"))
    if standing is not None and standing.sha256 == draft.sha256:
        lines.append(turn.t("This is exactly what is published."))
    elif standing is not None:
        lines.append(turn.t("Published now: version {version}.", version=standing.version or "–"))
    return Markup("\n").join(lines), _buttons(
        turn, draft, news=standing is not None and standing.sha256 != draft.sha256
    )


async def _unseen(turn: Turn, draft: FormDraft, form: Form) -> list[Markup]:
    """Say which pictures and sounds the form shows are here, and which are not."""
    names = sorted(form.media())
    if not names:
        return []
    here = {one.name for one in await drafts.files_of(turn.db, draft.id)}
    lacks = [name for name in names if name not in here]
    if not lacks:
        return [turn.n("🖼 {count} picture or sound is here.", "🖼 {count} pictures and sounds are here.", len(names))]
    named = listed(turn, lacks[:NAMED]) + ("…" if len(lacks) > NAMED else "")
    said = turn.n(
        "🖼 {count} picture or sound that the form shows is not here: {names}. Send it as a file, named like that; "
        "the form can be published without.",
        "🖼 {count} pictures and sounds that the form shows are not here: {names}. Send them as files, named like that; "
        "the form can be published without.",
        len(lacks),
        names=named,
    )
    return [said]


def _lacking(turn: Turn, draft: FormDraft) -> list[Markup]:
    wanted = draft.found.get("wanted", ())
    return [Markup("⚠ ") + turn.t(LISTS_MISSING, names=listed(turn, wanted))] if wanted else []


async def _taken(turn: Turn, draft: FormDraft) -> bool:
    """Tell whether this version was published with other content."""
    known = await form_versions.of_version(turn.db, draft.form_id, draft.version)
    return known is not None and known.sha256 != draft.sha256


def _buttons(turn: Turn, draft: FormDraft, *, news: bool) -> Rows:
    count = len(draft.found.get("warnings", ()))
    look = [Button(turn.label("Questions"), data("publishing", "asks", draft.id, 0))]
    if count:
        look.append(Button(turn.label("Notes ({count})", count=count), data("publishing", "warnings", draft.id, 0)))
    if news:
        look.append(Button(turn.label("What is new"), data("publishing", "changes", draft.id, 0)))
    act = [Button(turn.label("Try it"), data("trial", "begin", "draft", draft.id))]
    if may(turn.person, "publishing.publish", turn.now):
        act.append(Button(turn.label("Publish …"), data("publishing", "publish", draft.id)))
    leave = (
        Button(turn.label("Throw away …"), data("publishing", "drop", draft.id)),
        Button(turn.label("◀ Forms"), data("publishing", "list", 0)),
    )
    return tuple(look), tuple(act), leave


async def _mine(turn: Turn, args: tuple[str, ...], *, lock: bool = False) -> FormDraft:
    """Return the draft a button is about; Stale when it is gone, or somebody else's."""
    found = await drafts.get(turn.db, number(args, 0), lock=lock)
    if found is None or found.person_id != turn.who.id:
        raise Stale
    return found


async def _readable(turn: Turn, args: tuple[str, ...], *, lock: bool = False) -> FormDraft:
    found = await _mine(turn, args, lock=lock)
    if found.state is not State.read:
        raise Stale
    return found


# --- looking ---


async def draft(turn: Turn, args: tuple[str, ...]) -> None:
    """Show a draft; from then on a list it asked for is put beside it."""
    found = await _mine(turn, args)
    turn.remember("publishing", draft=found.id)
    turn.card(*await card(turn, found))


async def enter(turn: Turn, *, of: object, about: object) -> None:
    """Come back from a trial to the form that was tried, or to the list when it is gone."""
    turn.remember("publishing")
    try:
        if of == "draft":
            await draft(turn, (str(about),))
        else:
            await versions.version(turn, (str(about),))
    except Stale:
        await versions.show_list(turn, 0)


async def asks(turn: Turn, args: tuple[str, ...]) -> None:
    """Show a page of its questions."""
    found = await _readable(turn, args)
    pages = preview.pages(turn.speech, await turn.kit.shelf.draft(turn.db, found))
    at = versions.page(args, 1, len(pages))
    moves = versions.turning("asks", found.id, at, len(pages))
    turn.card(pages[at], (*moves, _back(turn, found)))


async def warnings(turn: Turn, args: tuple[str, ...]) -> None:
    """Show what the converter has to say about it."""
    found = await _readable(turn, args)
    said = [wrong.said(turn, one) for one in found.found.get("warnings", ())]
    _listing(turn, found, "warnings", args, said, turn.t("<b>Good to know</b>"))


async def faults(turn: Turn, args: tuple[str, ...]) -> None:
    """Show another page of what is wrong with it."""
    found = await _mine(turn, args)
    turn.card(*_faults(turn, found, number(args, 1)))


async def changes(turn: Turn, args: tuple[str, ...]) -> None:
    """Show what is new against the version that is published."""
    found = await _readable(turn, args)
    standing = await form_versions.latest(turn.db, found.form_id)
    if standing is None:
        raise Stale
    before = await turn.kit.shelf.form(turn.db, standing.id)
    said = compared(turn.speech, before, await turn.kit.shelf.draft(turn.db, found))
    title = turn.t("<b>What is new since version {version}</b>", version=standing.version or "–")
    _listing(turn, found, "changes", args, said or [turn.t("Nothing that anybody sees.")], title)


def _listing(
    turn: Turn, found: FormDraft, verb: str, args: tuple[str, ...], said: Sequence[Markup], title: Markup
) -> None:
    count = max(1, -(-len(said) // FAULTS))
    at = versions.page(args, 1, count)
    shown = said[at * FAULTS : (at + 1) * FAULTS]
    text = Markup("\n").join([title, *shown])
    turn.card(text, (*versions.turning(verb, found.id, at, count), _back(turn, found)))


def _faults(turn: Turn, found: FormDraft, asked: int) -> tuple[Markup, Rows]:
    problems = found.found.get("problems", ())
    count = max(1, -(-len(problems) // FAULTS))
    at = min(max(asked, 0), count - 1)
    title = turn.n(
        "<b>“{name}” cannot be used yet</b>: {count} thing to put right.",
        "<b>“{name}” cannot be used yet</b>: {count} things to put right.",
        len(problems),
        name=found.name,
    )
    said = [
        Markup("\n{}. ").format(place) + wrong.said(turn, one)
        for place, one in enumerate(problems[at * FAULTS : (at + 1) * FAULTS], at * FAULTS + 1)
    ]
    end = turn.t("\nNothing was published or changed. Put it right and send the file again.")
    rows = versions.turning("faults", found.id, at, count)
    leave = (
        Button(turn.label("Throw away …"), data("publishing", "drop", found.id)),
        Button(turn.label("◀ Forms"), data("publishing", "list", 0)),
    )
    return Markup("\n").join([title, *said, end]), (*rows, leave)


def _back(turn: Turn, found: FormDraft) -> tuple[Button, ...]:
    return (Button(turn.label("↩ Back"), data("publishing", "draft", found.id)),)


# --- publishing, throwing away ---


async def publish(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask before publishing."""
    found = await _readable(turn, args)
    await _publishable(turn, found)
    text = turn.t(
        "Publish <b>{title}</b>, version {version}?\n"
        "Visits that have begun keep the version they began with; which visits use this one is chosen afterwards.",
        title=found.title or found.form_id,
        version=found.version or "–",
    )
    sure = Button(turn.label("Publish"), data("publishing", "published", found.id))
    turn.card(text, ((sure, *_back(turn, found)),))


async def _publishable(turn: Turn, found: FormDraft) -> None:
    if not preview.count(await turn.kit.shelf.draft(turn.db, found)):
        raise UserError(ASKS_NOTHING)
    wanted = found.found.get("wanted", ())
    if wanted:
        raise UserError(LISTS_MISSING, names=listed(turn, wanted))
    if await _taken(turn, found):
        raise UserError(TAKEN, version=found.version or "–")


async def published(turn: Turn, args: tuple[str, ...]) -> None:
    """Publish it for good, and ask who is to use it."""
    found = await _readable(turn, args, lock=True)
    await _publishable(turn, found)
    files = await drafts.files_of(turn.db, found.id, whole=True)
    source = next((one.content for one in files if one.name == found.name), None)
    new = await form_versions.publish(
        turn.db,
        form_id=found.form_id,
        version=found.version,
        title=found.title,
        xform=await drafts.xform_of(turn.db, found.id),
        source=source or b"",
        source_name=found.name,
        now=turn.now,
    )
    shown = (await turn.kit.shelf.draft(turn.db, found)).media()
    kept = {one.name: await turn.kit.blobs.put_bytes(one.content) for one in files if one.name in shown and one.content}
    await form_versions.keep_media(turn.db, new.id, {name: stored.sha256 for name, stored in kept.items()})
    turn.kit.shelf.forget_media(new.id)
    turn.record("form.published", f"form:{new.id}", form=new.form_id, version=new.version)
    await drafts.drop(turn.db, found)
    turn.remember("publishing")
    turn.toast(turn.label("Published."))
    turn.card(*await versions.card(turn, new))


async def drop(turn: Turn, args: tuple[str, ...]) -> None:
    """Ask before throwing a draft away."""
    found = await _mine(turn, args)
    sure = Button(turn.label("Throw away"), data("publishing", "dropped", found.id))
    turn.card(turn.t("Throw “{name}” away? It was not published.", name=found.name), ((sure, *_back(turn, found)),))


async def dropped(turn: Turn, args: tuple[str, ...]) -> None:
    """Throw a draft away."""
    await drafts.drop(turn.db, await _mine(turn, args, lock=True))
    turn.remember("publishing")
    turn.toast(turn.label("Thrown away."))
    await versions.show_list(turn, 0)
