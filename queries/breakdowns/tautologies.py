"""What two slices were chosen by: a difference in that says nothing about them."""

from collections.abc import Iterator, Mapping

from queries.filters import Filters, Slice
from queries.filters.min_score import MinScore

_MEASURES: Mapping[str, tuple[str, ...]] = {
    "min_turns": ("single_turn_share", "mean_turn_count"),
    "max_turns": ("single_turn_share", "mean_turn_count"),
    "category": ("flagged_share",),
    "redacted": ("redacted_share",),
    "has_code": ("with_code_share",),
    "prompt_group": ("repeated_prompt_share",),
    "unique_prompts": ("repeated_prompt_share",),
}
"""The measures that each filter decides."""

_MIXES: Mapping[str, str] = {
    "model": "model",
    "language": "language",
    "topic": "topic",
    "subtopic": "topic",
    "flagged": "category",
    "min_turns": "turns",
    "max_turns": "turns",
}
"""The mix that each filter decides as a whole."""


def decided_measures(a: Filters, b: Slice) -> frozenset[str]:
    """The measures whose difference follows from the filters of two slices.

    Args:
        a: slice A.
        b: slice B: other filters, or the complement of A.
    """
    names = {name for field in _choosing_fields(a, b) for name in _MEASURES.get(field, ())}
    return frozenset(names | set(_decided_flag_measures(a, b)))


def is_decided_mix(a: Filters, b: Slice, of: str) -> bool:
    """Whether the differences of a whole mix follow from the filters of two slices.

    Args:
        a: slice A.
        b: slice B.
        of: one of ``comparison.MIXES``.
    """
    return any(_MIXES.get(field) == of for field in _choosing_fields(a, b))


def decided_categories(a: Filters, b: Slice) -> frozenset[str]:
    """The categories by which two slices were chosen: by a flag or by a score."""
    names: set[str] = set()
    for field in _choosing_fields(a, b) & {"category", "min_score"}:
        for side in (a, b):
            values = getattr(side, field) if isinstance(side, Filters) else ()
            names.update(v.category if isinstance(v, MinScore) else v for v in values)
    return frozenset(names)


def _choosing_fields(a: Filters, b: Slice) -> frozenset[str]:
    """The filters in which two slices differ; against everything else, all those of A."""
    values = a.values()
    others = b.values() if isinstance(b, Filters) else {}
    return frozenset(name for name in {*values, *others} if values.get(name) != others.get(name))


def _decided_flag_measures(a: Filters, b: Slice) -> Iterator[str]:
    """The measures that the filter `flagged` decides. One role leaves the other's verdict open."""
    if "flagged" not in _choosing_fields(a, b):
        return
    chosen = {a.flagged, b.flagged if isinstance(b, Filters) else None} - {None}
    yield "flagged_share"
    if chosen - {"assistant"}:
        yield "user_flagged_share"
    if chosen - {"user"}:
        yield from ("assistant_flagged_share", "both_given_user_share")
