"""A slice in words: for captions, chips and manifests."""

from collections.abc import Iterator
from dataclasses import dataclass

from queries.filter_values import MinScore
from queries.filters import Both, Filters, Rest, Slice

_FLAGGED = {
    "any": "flagged",
    "none": "no message flagged",
    "user": "a user message flagged",
    "assistant": "an assistant message flagged",
}

_MESSAGE = {None: "a message", "user": "a user message", "assistant": "an assistant message"}


@dataclass(frozen=True, slots=True)
class Phrase:
    """One constraint in words.

    Attributes:
        field: the field of `Filters` it comes from.
        value: which value of a field that holds several; None for the whole field.
        text: the words.
    """

    field: str
    value: str | None
    text: str


def name_of(value: object) -> str:
    """A model or a language as it is shown, also where the data has none or an empty one."""
    if not isinstance(value, str):
        return "(none given)"
    return value if value.strip() else "(empty name)"


def phrases(filters: Filters) -> Iterator[Phrase]:
    """Every constraint in words, one for each value that can be taken away on its own."""
    for name in ("model", "language"):
        for value in getattr(filters, name):
            yield Phrase(name, value, name_of(value))
    if filters.min_turns is not None:
        yield Phrase("min_turns", None, f"at least {_turns(filters.min_turns)}")
    if filters.max_turns is not None:
        yield Phrase("max_turns", None, f"at most {_turns(filters.max_turns)}")
    if filters.flagged is not None:
        yield Phrase("flagged", None, _FLAGGED[filters.flagged])
    for value in filters.category:
        yield Phrase("category", value, f"flagged as {value}")
    for floor in filters.min_score:
        yield Phrase("min_score", str(floor), _score(floor))
    if filters.redacted is not None:
        yield Phrase("redacted", None, "redacted" if filters.redacted else "not redacted")
    if filters.has_code is not None:
        yield Phrase("has_code", None, "with code" if filters.has_code else "without code")
    if filters.text is not None:
        yield Phrase("text", None, f"{_MESSAGE[filters.text_role]} with ‘{filters.text}’")
    if filters.word is not None:
        yield Phrase("word", None, f"first prompt has “{filters.word}”")
    if filters.prompt_group is not None:
        yield Phrase("prompt_group", None, "one repeated first prompt")
    if filters.unique_prompts:
        yield Phrase("unique_prompts", None, "one for each first prompt")


def describe(filters: Slice) -> str:
    """The slice in words, e.g. "claude-1 or gpt-4; English; at least 3 turns; flagged"."""
    match filters:
        case Rest():
            return f"everything but: {describe(filters.filters)}"
        case Both():
            return f"{describe(filters.first)}; and also: {describe(filters.second)}"
        case Filters():
            return _described(filters)


def _described(filters: Filters) -> str:
    by_field: dict[str, list[str]] = {}
    for phrase in phrases(filters):
        by_field.setdefault(phrase.field, []).append(phrase.text)
    joined = [
        (" and " if field == "min_score" else " or ").join(texts)
        for field, texts in by_field.items()
    ]
    return "; ".join(joined) or "all conversations"


def _turns(count: int) -> str:
    return "1 turn" if count == 1 else f"{count:,} turns"


def _score(floor: MinScore) -> str:
    role = "" if floor.role == "any" else f"{floor.role} "
    return f"{role}{floor.category} score of at least {floor.score:g}"
