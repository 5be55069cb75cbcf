"""Imports aiogram without having every type of the Bot API built: each is built when it is first used.

While aiogram is imported it asks pydantic to build all of its four hundred models, each with all that it can hold,
which takes seconds and a hundred MiB; an ordinary bot uses a few dozen. What it asks for is put off here, and done
with the names that aiogram gave. An aiogram that asks otherwise is imported as ever. Nothing else is changed in it.
"""

from __future__ import annotations

import importlib
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def prepare() -> None:
    """Import aiogram, its models unbuilt; does nothing where it has been imported already."""
    if "aiogram" in sys.modules:
        return
    names: dict[str, Any] = {}
    with _put_off(names):
        types, methods = (importlib.import_module(f"aiogram.{one}.base") for one in ("types", "methods"))
    for base in (types.TelegramObject, methods.TelegramMethod, methods.Response) if names else ():
        _build_with(base, names)


@contextmanager
def _put_off(names: dict[str, Any]) -> Iterator[None]:
    """Build no model when asked to, but take down the names it was to be built with."""
    base = importlib.import_module("pydantic").BaseModel
    build = base.__dict__["model_rebuild"]

    def note(_: type, /, *, _types_namespace: Mapping[str, Any] | None = None, **__: object) -> None:
        names.update(_types_namespace or {})

    base.model_rebuild = classmethod(note)
    try:
        yield
    finally:
        base.model_rebuild = build


def _build_with(base: type, names: Mapping[str, Any]) -> None:
    """Have the models below ``base`` find these names whenever they are built; pydantic does so at their first use."""

    def build(cls: type, /, *, _types_namespace: Mapping[str, Any] | None = None, **how: Any) -> bool | None:  # noqa: ANN401 - as pydantic has them
        above: Any = super(base, cls)
        return above.model_rebuild(_types_namespace=_types_namespace or names, **how)  # type: ignore[no-any-return]

    base.model_rebuild = classmethod(build)  # type: ignore[attr-defined] # pydantic's own method, with the names
