"""An export plan: which conversations, in which shape and format.

A plan is plain data: its keys in a manifest are the names of the command line's options.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, get_args

from queries.errors import UsageError
from queries.export.shapes import SHAPES
from queries.filters import Filters, Slice
from queries.filters.filters import Intersection
from queries.filters.parsing import filters_from_dict

Format = Literal["parquet", "jsonl", "csv", "xlsx", "hf"]
"""A file, or for `hf` a folder that the library `datasets` of Hugging Face loads."""

Per = Literal["model", "language", "category"]
SampleOrder = Literal["shuffled", "score", "user_score"]
Distinct = Literal["prompts", "words"]

ROWS_MAX = 2**31
SEED_MAX = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample of a slice.

    Attributes:
        rows: the number of conversations; there may be fewer in the slice.
        per: draw this many of each model, language, or category with a flagged message.
        groups: with `per`, only the models or languages with the most conversations of the slice.
        order: which conversations come first. `shuffled` sorts by the MD5 of id and seed, which is
            the same on any machine. `score` takes the highest score of any message, and
            `user_score` of any user message: in any category, or in that of `per`. Ties are
            shuffled.
        seed: the seed of the shuffle.
    """

    rows: int
    per: Per | None = None
    groups: int | None = None
    order: SampleOrder = "shuffled"
    seed: int = 0

    def __post_init__(self) -> None:
        """Validate the attributes.

        Raises:
            UsageError: one is invalid.
        """
        _check_integer("rows of a sample", self.rows, 1, ROWS_MAX)
        _check_integer("seed", self.seed, 0, SEED_MAX)
        _check_one_of("per", self.per, (None, *get_args(Per)))
        _check_one_of("order", self.order, get_args(SampleOrder))
        if self.groups is not None:
            _check_integer("groups", self.groups, 1, ROWS_MAX)
            if self.per not in ("model", "language"):
                raise UsageError("A number of groups needs a sample per model or language.")


@dataclass(frozen=True, slots=True)
class Selection:
    """Some of the conversations of a plan. The steps apply in the order of the attributes.

    Attributes:
        filters: filters within those of the plan.
        min_prompt_chars: the least length of the first prompt, in characters.
        max_prompt_chars: the greatest length of the first prompt, in characters.
        distinct: one conversation, the one with the smallest id, for each first prompt. `prompts`
            compares them as the filter `unique_prompts` does, but within the slice; `words` also
            ignores the order of words, as the authors of the dataset did for their clusters.
        sample: a sample of what is left; None for all.
    """

    filters: Filters = field(default_factory=Filters)
    min_prompt_chars: int | None = None
    max_prompt_chars: int | None = None
    distinct: Distinct | None = None
    sample: Sample | None = None

    def __post_init__(self) -> None:
        """Validate the attributes.

        Raises:
            UsageError: one is invalid.
        """
        _check_one_of("distinct", self.distinct, (None, *get_args(Distinct)))
        bounds = [b for b in (self.min_prompt_chars, self.max_prompt_chars) if b is not None]
        for bound in bounds:
            _check_integer("length of a prompt", bound, 0, ROWS_MAX)
        if bounds != sorted(bounds):
            raise UsageError(
                f"No prompt has at least {bounds[0]} and at most {bounds[1]} characters."
            )

    @property
    def reads_prompts(self) -> bool:
        """Whether the selection depends on the text or the length of first prompts."""
        return self.has_bounds or self.distinct == "words"

    @property
    def has_bounds(self) -> bool:
        """Whether the length of the first prompt is bounded."""
        return (self.min_prompt_chars, self.max_prompt_chars) != (None, None)


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """What to export, and how.

    Attributes:
        filters: the slice.
        picks: the selections of the slice. A conversation in several of them is exported once.
        shape: what a row is, a name in `queries.export.shapes.SHAPES`.
        format: how rows are written.
        has_bom: a CSV begins with a byte order mark, by which Excel knows that it is UTF-8.
        columns: the columns, in this order; empty for all of the shape.
        is_masked: contact data and secrets in texts are replaced by placeholders.
        includes_sexual_minors: include texts flagged as sexual/minors; otherwise their covers
            stand there.
        name: the preset that the selections come from.
    """

    filters: Filters = field(default_factory=Filters)
    picks: tuple[Selection, ...] = field(default_factory=lambda: (Selection(),))
    shape: str = "published"
    format: Format = "parquet"
    has_bom: bool = False
    columns: tuple[str, ...] = ()
    is_masked: bool = True
    includes_sexual_minors: bool = False
    name: str | None = None

    def __post_init__(self) -> None:
        """Validate the attributes.

        Raises:
            UsageError: one is invalid.
        """
        _check_one_of("shape", self.shape, tuple(SHAPES))
        _check_one_of("format", self.format, get_args(Format))
        if self.has_bom and self.format != "csv":
            raise UsageError("Only a CSV has a byte order mark: leave --bom out.")
        if not self.picks:
            raise UsageError("An export needs at least one selection of conversations.")

    def slice_of(self, selection: Selection) -> Slice:
        """The slice that a selection is taken from."""
        if selection.filters in (Filters(), self.filters):
            return self.filters
        if self.filters == Filters():
            return selection.filters
        return Intersection(self.filters, selection.filters)

    @property
    def needs_index(self) -> bool:
        """Whether a filter of the plan needs the search index."""
        return self.has_filter("text") or self.has_filter("near")

    def has_filter(self, name: str) -> bool:
        """Whether a filter is in force for the plan or one of its selections."""
        filters = (self.filters, *(selection.filters for selection in self.picks))
        return any(getattr(f, name) != getattr(Filters(), name) for f in filters)

    def values(self) -> dict[str, Any]:
        """The plan as plain values for a manifest, in a fixed order and without None."""
        values = asdict(self) | {"filters": self.filters.values(), "columns": list(self.columns)}
        values["picks"] = [_selection_values(selection) for selection in self.picks]
        return _without_none(values)


def plan_from(values: Mapping[str, Any]) -> ExportPlan:
    """The plan with some plain values, the inverse of `ExportPlan.values`.

    Raises:
        UsageError: a key or a value is invalid.
    """
    try:
        _check_keys(values, ExportPlan)
        picks = tuple(_selection_from(selection) for selection in values.get("picks", [{}]))
        filters = filters_from_dict(values.get("filters", {}))
        columns = tuple(map(str, values.get("columns", ())))
        return ExportPlan(**{**values, "picks": picks, "filters": filters, "columns": columns})
    except (TypeError, AttributeError) as error:
        raise UsageError("The export plan is malformed.") from error


def _selection_values(selection: Selection) -> dict[str, Any]:
    values = asdict(selection) | {"filters": selection.filters.values()}
    if selection.sample is not None:
        values["sample"] = _without_none(asdict(selection.sample))
    return {name: value for name, value in _without_none(values).items() if value != {}}


def _selection_from(values: Mapping[str, Any]) -> Selection:
    _check_keys(values, Selection)
    attributes = {**values, "filters": filters_from_dict(values.get("filters", {}))}
    if values.get("sample") is not None:
        _check_keys(values["sample"], Sample)
        attributes["sample"] = Sample(**values["sample"])
    return Selection(**attributes)


def _without_none(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _check_keys(values: Mapping[str, Any], kind: type[Any]) -> None:
    names = [attribute.name for attribute in fields(kind)]
    if unknown := [name for name in values if name not in names]:
        raise UsageError(
            f"An export plan has no key {unknown[0]!r}; the keys are {', '.join(names)}."
        )


def _check_one_of(name: str, value: object, known: tuple[object, ...]) -> None:
    if value not in known:
        names = ", ".join(str(option) for option in known if option is not None)
        raise UsageError(f"The {name} of an export must be one of {names}; {value!r} is not.")


def _check_integer(name: str, value: object, low: int, high: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise UsageError(
            f"The {name} must be a whole number from {low} to {high}; {value!r} is not."
        )
