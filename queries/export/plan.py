"""What an export is of: which conversations, in which shape, and how they are written.

A plan is plain data: the same words are options of the command line and keys of a manifest.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, get_args

from queries.errors import UsageError
from queries.filters import Both, Filters, Slice, filters_from

Shape = Literal["published", "messages", "conversations", "prompts", "chat", "ids"]
"""The source's own rows; a row a message; the facts of a conversation; first prompts; messages for
fine-tuning; ids alone."""

Format = Literal["parquet", "jsonl", "csv", "hf"]
"""A file, or for `hf` a folder that the library `datasets` of Hugging Face loads."""

Per = Literal["model", "language", "category"]
Order = Literal["shuffled", "score", "user_score"]
Distinct = Literal["prompts", "words"]

ROWS_MAX = 2**31
SEED_MAX = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Sample:
    """So many conversations of a slice.

    Attributes:
        rows: how many; fewer where there are fewer.
        per: so many of each model, language, or category that a message is flagged in.
        groups: with `per`, only the models or languages with the most conversations of the slice.
        order: which come first: in the order of the MD5 of id and seed, the same on any machine; or
            those with the highest score, of any category or of that of `per`, in any message or in
            those of the user. Equal scores are shuffled.
        seed: of the shuffle.
    """

    rows: int
    per: Per | None = None
    groups: int | None = None
    order: Order = "shuffled"
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be.

        Raises:
            UsageError: says which.
        """
        _whole("rows of a sample", self.rows, 1, ROWS_MAX)
        _whole("seed", self.seed, 0, SEED_MAX)
        _one_of("per", self.per, (None, *get_args(Per)))
        _one_of("order", self.order, get_args(Order))
        if self.groups is not None:
            _whole("groups", self.groups, 1, ROWS_MAX)
            if self.per not in ("model", "language"):
                raise UsageError("A number of groups goes with a sample per model or language.")


@dataclass(frozen=True, slots=True)
class Pick:
    """Some of the conversations of a plan. Steps are taken in the order of the attributes.

    Attributes:
        filters: what is kept, within the filters of the plan.
        min_prompt_chars: the first prompt has at least so many characters.
        max_prompt_chars: the first prompt has at most so many characters.
        distinct: one conversation, the one with the smallest id, for each first prompt: `prompts`
            tells them apart as the filter `unique_prompts` does, but within the slice; `words`
            regardless also of the order of words, as the authors of the dataset clustered them.
        sample: so many of what is left; all without one.
    """

    filters: Filters = field(default_factory=Filters)
    min_prompt_chars: int | None = None
    max_prompt_chars: int | None = None
    distinct: Distinct | None = None
    sample: Sample | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be.

        Raises:
            UsageError: says which.
        """
        _one_of("distinct", self.distinct, (None, *get_args(Distinct)))
        bounds = [b for b in (self.min_prompt_chars, self.max_prompt_chars) if b is not None]
        for bound in bounds:
            _whole("length of a prompt", bound, 0, ROWS_MAX)
        if bounds != sorted(bounds):
            raise UsageError(f"No prompt has at least {bounds[0]} and at most {bounds[1]} letters.")

    @property
    def reads_prompts(self) -> bool:
        """Whether the text or the length of first prompts is needed to tell what is picked."""
        return self.has_bounds or self.distinct == "words"

    @property
    def has_bounds(self) -> bool:
        """Whether first prompts have to have a length."""
        return (self.min_prompt_chars, self.max_prompt_chars) != (None, None)


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """What is exported, and how.

    Attributes:
        filters: the slice.
        picks: what of the slice; a conversation that several pick is there once.
        shape: what a row is.
        format: how rows are written.
        columns: those that are wanted, in this order; all of the shape without any.
        is_masked: contact data and secrets in texts are named, not shown.
        name: of the ready-made slice that the picks are.
    """

    filters: Filters = field(default_factory=Filters)
    picks: tuple[Pick, ...] = field(default_factory=lambda: (Pick(),))
    shape: Shape = "published"
    format: Format = "parquet"
    columns: tuple[str, ...] = ()
    is_masked: bool = True
    name: str | None = None

    def __post_init__(self) -> None:
        """Refuse a shape or a format that there is not.

        Raises:
            UsageError: says which.
        """
        _one_of("shape", self.shape, get_args(Shape))
        _one_of("format", self.format, get_args(Format))
        if not self.picks:
            raise UsageError("An export needs at least one pick of conversations.")

    def slice_of(self, pick: Pick) -> Slice:
        """The slice that a pick is taken from."""
        if pick.filters == Filters() or pick.filters == self.filters:
            return self.filters
        return pick.filters if self.filters == Filters() else Both(self.filters, pick.filters)

    @property
    def has_text(self) -> bool:
        """Whether a search index says what is in it."""
        return any(one.text is not None for one in (self.filters, *(p.filters for p in self.picks)))

    def values(self) -> dict[str, Any]:
        """The plan as plain values in one order: for a manifest. What is not said is left out."""
        said = asdict(self) | {"filters": self.filters.values(), "columns": list(self.columns)}
        said["picks"] = [_pick_values(pick) for pick in self.picks]
        return {name: value for name, value in said.items() if value is not None}


def plan_from(values: Mapping[str, Any]) -> ExportPlan:
    """The plan that plain values say.

    Raises:
        UsageError: a name or a value that there is not.
    """
    try:
        _known(values, ExportPlan)
        picks = tuple(_pick_from(pick) for pick in values.get("picks", [{}]))
        given = {**values, "picks": picks, "filters": filters_from(values.get("filters", {}))}
        return ExportPlan(**given | {"columns": tuple(map(str, values.get("columns", ())))})
    except (TypeError, AttributeError) as error:
        raise UsageError("The plan of an export has another form.") from error


def _pick_values(pick: Pick) -> dict[str, Any]:
    said = asdict(pick) | {"filters": pick.filters.values()}
    if pick.sample is not None:
        said["sample"] = _said(asdict(pick.sample))
    return {name: value for name, value in _said(said).items() if value != {}}


def _pick_from(values: Mapping[str, Any]) -> Pick:
    _known(values, Pick)
    given = {**values, "filters": filters_from(values.get("filters", {}))}
    if values.get("sample") is not None:
        _known(values["sample"], Sample)
        given["sample"] = Sample(**values["sample"])
    return Pick(**given)


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _known(values: Mapping[str, Any], kind: type[Any]) -> None:
    names = [known.name for known in fields(kind)]
    if unknown := [name for name in values if name not in names]:
        raise UsageError(
            f"There is no {unknown[0]!r} in the plan of an export; there is {', '.join(names)}."
        )


def _one_of(name: str, value: object, known: tuple[object, ...]) -> None:
    if value not in known:
        said = ", ".join(str(one) for one in known if one is not None)
        raise UsageError(f"The {name} of an export can be {said}; {value!r} is none of them.")


def _whole(name: str, value: object, low: int, high: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise UsageError(
            f"The {name} must be a whole number from {low} to {high}; {value!r} is not."
        )
