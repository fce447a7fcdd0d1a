"""Cross-filtering: choosing a mark of a chart or a row of a table filters all pages."""

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from dashboard.state import filter_state
from queries.errors import FilterError
from queries.filters import Filters
from queries.filters.filters import FIELD_NAMES, MULTI_VALUED
from queries.filters.parsing import filters_from_pairs


def toggle_filter_token(token: str) -> None:
    """Toggle the filters of a filter token. For callbacks."""
    try:
        choice = filters_from_pairs(parse_qsl(token, keep_blank_values=True))
    except FilterError:
        return  # Only a manipulated page sends an invalid token.
    filter_state.set_filters(toggled(filter_state.current_choice(), choice))


def toggled(filters: Filters, choice: Filters) -> Filters:
    """The filters after a mark was chosen.

    A choice that is in force already is removed. Otherwise a single field with several values gets
    one more; several fields (a cell of a heat map) replace the values of these fields.

    Args:
        filters: the filters in force.
        choice: the filters of the mark.
    """
    names = [name for name in FIELD_NAMES if getattr(choice, name) != getattr(Filters(), name)]
    is_single = len(names) == 1 and names[0] in MULTI_VALUED
    changed: dict[str, Any]
    if is_single:
        before, values = set(getattr(filters, names[0])), set(getattr(choice, names[0]))
        changed = {names[0]: tuple(before - values if values <= before else before | values)}
        return replace(filters, **changed)
    is_on = all(getattr(filters, name) == getattr(choice, name) for name in names)
    source = Filters() if is_on else choice
    changed = {name: getattr(source, name) for name in names}
    return replace(filters, **changed)
