"""What a bar, a cell or a row stands for as a filter: a text like an address, ``model=gpt-4``."""

from collections.abc import Iterable
from urllib.parse import urlencode


def pick(**values: object) -> str | None:
    """The filters that some values stand for; None where one of them is missing.

    A number of turns is both the least and the most.
    """
    said: list[tuple[str, str]] = []
    for field, value in values.items():
        if value is None or value != value:
            return None
        names = ("min_turns", "max_turns") if field == "turns" else (field,)
        said += [(name, str(value)) for name in names]
    return urlencode(said)


def picks(field: str, values: Iterable[object]) -> list[str | None]:
    """The filter that each value of a field stands for."""
    return [pick(**{field: value}) for value in values]
