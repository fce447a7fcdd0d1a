"""A slice in words: for captions, chips and manifests."""

from collections.abc import Iterator
from dataclasses import dataclass

from queries.filters.filters import FILTER_SPECS, Complement, Filters, Intersection, Slice


@dataclass(frozen=True, slots=True)
class FilterPhrase:
    """One constraint in words.

    Attributes:
        field: the field of `Filters` it comes from.
        value: the value, of a field that holds several; None for the whole field.
        text: the words.
    """

    field: str
    value: str | None
    text: str


def filter_phrases(filters: Filters) -> Iterator[FilterPhrase]:
    """Each constraint in words, one for each value that can be removed on its own."""
    for name, spec, value in filters.constrained():
        if spec.phrase is None:
            continue
        if spec.is_multi_valued:
            for item in value:
                yield FilterPhrase(name, str(item), spec.phrase(item, filters))
        else:
            yield FilterPhrase(name, None, spec.phrase(value, filters))


def describe(filters: Slice) -> str:
    """The slice in words, e.g. "claude-1 or gpt-4; English; at least 3 turns; flagged"."""
    match filters:
        case Complement():
            return f"everything but: {describe(filters.filters)}"
        case Intersection():
            return f"{describe(filters.first)}; and also: {describe(filters.second)}"
        case Filters():
            return _describe_filters(filters)


def _describe_filters(filters: Filters) -> str:
    by_field: dict[str, list[str]] = {}
    for phrase in filter_phrases(filters):
        by_field.setdefault(phrase.field, []).append(phrase.text)
    joined = [
        # A conversation reaches all minimum scores, but has one of the chosen values.
        (" and " if FILTER_SPECS[field].kind == "score" else " or ").join(texts)
        for field, texts in by_field.items()
    ]
    return "; ".join(joined) or "all conversations"
