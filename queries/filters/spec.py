"""What the program knows of a filter: the one declaration that everything else is derived from.

URL parameters, command-line options, chips, facets, SQL clauses and the widgets of the sidebar are
loops over these declarations.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from queries.filters.clauses import Clause

FilterKind = Literal["choice", "option", "flag", "switch", "number", "score", "text"]
"""What a filter holds: several texts; one of a few options; true, false or nothing; true or
nothing; a whole number; several minimum scores; a free text."""

Placement = Literal["main", "more"]
"""Where the sidebar draws the widget of a filter: always visible, or under “More filters”."""

ClauseRule = Callable[[Any, Any], Iterable[Clause]]
PhraseRule = Callable[[Any, Any], str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FilterSpec:
    """What the rest of the program needs to know of one filter.

    Attributes:
        kind: what the filter holds, and so its command-line option and its widget.
        label: the label of its widget.
        help: a sentence for the command line and the documentation.
        parse: a value from the name of the filter and a text; raises FilterError.
        clauses: the SQL conditions from the value and the whole `Filters`.
        phrase: one value in words from the value and the whole `Filters`; None for no chip.
        options: all values, in the order of the widget; empty where only the store knows them.
        option_labels: how the widget labels the options, where not by themselves.
        facet_query: a query of `queries/sql` with a row per option: a column with the name of the
            filter, and `conversation_count`.
        facet_columns: the column of ``sql/filter_counts.sql`` for each option. With neither of the
            two, the slice is counted once per option.
        placement: where the sidebar draws the usual widget of the kind; None for a filter with a
            widget of its own, or none.
        refines: the filter without which this one means nothing.
        column: the column of `conversations` it reads, where it is a single one.
    """

    kind: FilterKind
    label: str
    help: str
    parse: Callable[[str, str], Any]
    clauses: ClauseRule
    phrase: PhraseRule | None
    options: tuple[Any, ...] = ()
    option_labels: Mapping[Any, str] = field(default_factory=dict)
    facet_query: str | None = None
    facet_columns: Mapping[Any, str] = field(default_factory=dict)
    placement: Placement | None = None
    refines: str | None = None
    column: str | None = None

    @property
    def is_multi_valued(self) -> bool:
        """Whether the filter holds a tuple of values."""
        return self.kind in ("choice", "score")

    @property
    def has_open_options(self) -> bool:
        """Whether only the store knows which values there are."""
        return self.kind == "choice" and not self.options

    @property
    def has_facet(self) -> bool:
        """Whether conversations are counted for each option."""
        is_drawn = self.placement is not None and bool(self.options)
        return self.facet_query is not None or bool(self.facet_columns) or is_drawn
