"""``xundu forms check|diff|walk|fill``: forms on the disk, without a bot, a database or settings.

Reads and writes files and speaks to the terminal; what is true of a form is said by :mod:`forms`. ``check --json``,
``diff --json`` and ``fill`` write one JSON value to standard output, and what a person should know to standard error.
"""

from __future__ import annotations

import json
import sys
import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from bot.commands import form_files, form_terminal
from bot.hold import CommandError
from forms import filling
from forms.attachments import wanted
from forms.changes import LOSSES, NOTHING, changes
from forms.problems import FormError, mark, problem
from forms.walk import Walk

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from forms.convert import Converted
    from forms.form import Entity
    from forms.problems import Problem
    from handlers.text import Speech


ENTITIES = {
    (True, False): mark("makes entities in {dataset}: {saves}"),
    (False, True): mark("changes entities in {dataset}: {saves}"),
    (True, True): mark("makes or changes entities in {dataset}: {saves}"),
    (False, False): mark("names entities in {dataset}: {saves}"),
}
"""Whether entities are made, and whether they are changed → what is said of them."""


def run(given: argparse.Namespace) -> None:
    """Carry out one of the commands; raises :class:`bot.hold.CommandError` when it did not work."""
    {"check": _check, "diff": _diff, "walk": _walk, "fill": _fill}[given.what](given)


def _say(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(line + "\n")


# --- check ---


def _check(given: argparse.Namespace) -> None:
    speech = form_files.spoken(given.language)
    found = [_checked(file, given.attachments, speech) for file in given.files]
    if given.json:
        _say(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        for one in found:
            _say(*_told(one, speech))
    faults = sum(not one["usable"] for one in found)
    if faults:
        said = speech.label("{count} of {total} forms cannot be used.", count=faults, total=len(given.files))
        raise CommandError(said)


def _checked(file: Path, attachments: Path | None, speech: Speech) -> dict[str, object]:
    speak = speech.sentence
    try:
        made = form_files.read(file, attachments, speech)
    except FormError as error:
        problems = [
            {"sheet": one.sheet, "row": one.row, "column": one.column, "path": one.path, "message": one.said(speak)}
            for one in error.problems
        ]
        said = [one.told(speak) for one in error.problems]
        return {"file": str(file), "usable": False, "problems": problems, "said": said}
    form = made.form
    return {
        "file": str(file),
        "usable": True,
        "form_id": made.form_id,
        "title": made.title,
        "version": made.version,
        "languages": list(form.languages),
        "questions": sum(question.asks for question in form.questions.values()),
        "repeats": sum(one.repeat for one in form.definitions.values()),
        "entities": [_entity(one) for one in form.entities],
        "missing": list(wanted(made.xform)),
        "warnings": [one.told(speak) for one in (*made.warnings, *_pictures(file, attachments, made))],
    }


def _entity(one: Entity) -> dict[str, object]:
    deeds = {"makes": one.makes, "changes": one.changes}
    return {"dataset": one.dataset, "at": one.path, **deeds, "properties": dict(one.saves)}


def _pictures(file: Path, attachments: Path | None, made: Converted) -> list[Problem]:
    """Name the pictures and sounds that the form shows and that are not beside it."""
    around = form_files.beside(file, attachments)
    said = mark("{name} is not beside the form: it is shown without.")
    return [problem(said, name=name) for name in made.form.media() if name not in around]


def _told(one: dict[str, object], speech: Speech) -> list[str]:
    file = one["file"]
    said, warnings, entities = one.get("said"), one.get("warnings"), one.get("entities")
    if isinstance(said, list):
        return [f"{file}: {problem}" for problem in said]
    usable = speech.label(
        "{title}, version {version}, {count} questions: can be used.",
        title=one["title"], version=one["version"] or "–", count=one["questions"],
    )  # fmt: skip
    lines = [f"{file}: {usable}"]
    for entity in entities if isinstance(entities, list) else []:
        saves = ", ".join(f"{name} ← {path}" for name, path in entity["properties"].items()) or "–"
        said = ENTITIES[entity["makes"], entity["changes"]]
        lines.append(f"{file}: {speech.label(said, dataset=entity['dataset'], saves=saves)}")
    warning = speech.label("warning")
    return lines + [f"{file}: {warning}: {said}" for said in (warnings if isinstance(warnings, list) else [])]


# --- diff, walk, fill ---


def _diff(given: argparse.Namespace) -> None:
    speech = form_files.spoken(given.language)
    old, new = (form_files.usable(file, given.attachments, speech).form for file in (given.old, given.new))
    found = changes(old, new)
    if given.json:
        _say(json.dumps([one.plain(speech.sentence) for one in found], ensure_ascii=False, indent=2))
        return
    _say(*(one.told(speech.sentence) for one in found) if found else [speech.label(NOTHING)])
    lost = sum(one.lost for one in found)
    if lost:
        _say(speech.label(LOSSES, lost=lost, count=len(found)))


def _walk(given: argparse.Namespace) -> None:
    made = form_files.usable(given.file, given.attachments, form_files.spoken(given.language))
    form_terminal.walk(_opened(made), given.language, sys.stdin, sys.stdout, form_files.spoken(given.language))


def _fill(given: argparse.Namespace) -> None:
    speech = form_files.spoken(given.language)
    made = form_files.usable(given.file, given.attachments, speech)
    steps = _steps(given.answers, speech)
    walk = _opened(made)
    refused = filling.taken(walk, steps)
    _say(json.dumps(filling.state(walk), ensure_ascii=False, indent=1))
    if given.xml is not None:
        try:
            given.xml.write_text(walk.xml() + "\n", encoding="utf-8")
        except OSError as error:
            said = speech.label("{file} cannot be written ({said}).", file=given.xml, said=error.strerror)
            raise CommandError(f"--xml: {said}") from None
    if refused:
        said = speech.label("{count} of {total} steps were not taken:", count=len(refused), total=len(steps))
        raise CommandError("\n  ".join([said, *(one.told(speech.sentence) for one in refused)]))


def _steps(file: Path, speech: Speech) -> list[filling.Step]:
    """Read the answers; raises :class:`bot.hold.CommandError` that names each step that is none."""
    try:
        return filling.steps_of(json.loads(file.read_text(encoding="utf-8-sig")))
    except OSError as error:
        said = speech.label("{file} cannot be read ({said}).", file=file, said=error.strerror)
    except (ValueError, RecursionError) as error:
        said = speech.label("{file} is not JSON ({said}).", file=file, said=error)
    except FormError as error:
        said = "\n  ".join([f"{file}:", *(one.told(speech.sentence) for one in error.problems)])
    raise CommandError(f"--answers: {said}")


def _opened(made: Converted) -> Walk:
    return Walk(made.form, {}, now=datetime.now(form_files.here()), instance_id=str(uuid.uuid4()))
