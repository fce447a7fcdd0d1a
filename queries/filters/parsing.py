"""Filters from names and texts, as a URL, a command line or a manifest has them."""

from collections.abc import Iterable, Mapping
from typing import Any

from queries.errors import FilterError
from queries.filters.filters import FIELD_NAMES, FILTER_SPECS, MULTI_VALUED, Filters
from queries.filters.values import format_value


def parse_value(name: str, text: str) -> Any:  # noqa: ANN401
    """One value of a filter from its text.

    Raises:
        FilterError: there is no such filter, or it cannot have this value.
    """
    if name not in FILTER_SPECS:
        raise FilterError(f"There is no filter {name!r}. The filters are {', '.join(FIELD_NAMES)}.")
    return FILTER_SPECS[name].parse(name, text)


def filters_from_pairs(pairs: Iterable[tuple[str, str]]) -> Filters:
    """Filters from names and texts, as a URL or a command line has them.

    Raises:
        FilterError: an unknown name, a single value given twice, or a value that its filter
            cannot have.
    """
    values: dict[str, Any] = {}
    for name, text in pairs:
        value = parse_value(name, text)
        if name in MULTI_VALUED:
            values[name] = (*values.get(name, ()), value)
        elif name in values and values[name] != value:
            raise FilterError(f"The filter {name} is given twice; give it once.")
        else:
            values[name] = value
    return Filters(**values)


def filters_from_dict(values: Mapping[str, Any]) -> Filters:
    """Filters from the plain values of a manifest.

    Raises:
        FilterError: an unknown name, or a value that its filter cannot have.
    """
    return filters_from_pairs(
        (name, format_value(item))
        for name, value in values.items()
        for item in (value if isinstance(value, list | tuple) else [value])
    )
