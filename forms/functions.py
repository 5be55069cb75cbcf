"""The function library of ODK's XPath, put together from its parts; the name as written is the key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forms import (
    library_dates,
    library_instances,
    library_nodes,
    library_numbers,
    library_others,
    library_places,
    library_text,
)

if TYPE_CHECKING:
    from forms.context import Signature

LIBRARY: dict[str, Signature] = {
    **library_others.FUNCTIONS,
    **library_instances.FUNCTIONS,
    **library_text.FUNCTIONS,
    **library_numbers.FUNCTIONS,
    **library_nodes.FUNCTIONS,
    **library_dates.FUNCTIONS,
    **library_places.FUNCTIONS,
}
