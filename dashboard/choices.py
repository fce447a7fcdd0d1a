"""A mark of a chart or a row of a table becomes a filter, on all pages."""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from dashboard import sidebar
from queries.errors import FilterError
from queries.filters import FIELD_NAMES, REPEATED, Filters, filters_from_pairs


def choose(pick: str) -> None:
    """Toggle the filters that a pick stands for, before the next run."""
    try:
        wanted = filters_from_pairs(parse_qsl(pick, keep_blank_values=True))
    except FilterError:
        return  # Only a page that was tampered with sends another one.
    sidebar.seed(toggled(sidebar.chosen(), wanted))


def toggled(chosen: Filters, wanted: Filters) -> Filters:
    """The filters after a choice.

    What is chosen already is taken away. Else a single field that can have several values gets one
    more; several fields (a cell of a heat map) replace what was chosen in them.
    """
    names = [name for name in FIELD_NAMES if getattr(wanted, name) != getattr(Filters(), name)]
    is_single = len(names) == 1 and names[0] in REPEATED
    changed: dict[str, Any]
    if is_single:
        before, values = set(getattr(chosen, names[0])), set(getattr(wanted, names[0]))
        changed = {names[0]: tuple(before - values if values <= before else before | values)}
        return replace(chosen, **changed)
    is_on = all(getattr(chosen, name) == getattr(wanted, name) for name in names)
    source = Filters() if is_on else wanted
    changed = {name: getattr(source, name) for name in names}
    return replace(chosen, **changed)
