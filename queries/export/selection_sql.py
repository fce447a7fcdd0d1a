"""The selection of an export as SQL: the ids of its conversations, by DuckDB alone."""

from collections.abc import Iterator

from queries.export.plan import ExportPlan, Sample, Selection
from queries.filters.compile import literal_where, quote
from queries.schema import CATEGORIES, ROLES, Role, score_column

_FIRST_PROMPTS = """first_prompts as (
    from (
        select id_rank, text as first_prompt, text_chars as first_prompt_chars
        from messages
        where role = 'user'
        qualify row_number() over (partition by id_rank order by message_index) = 1
    )
    where first_prompt is not null
)"""

_SPACES = (
    r"[\x{9}-\x{D}\x{1C}-\x{20}\x{85}\x{A0}\x{1680}\x{2000}-\x{200A}"
    r"\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}]+"
)
_WORDS = (
    "array_to_string(list_sort(string_split(lower(regexp_replace(regexp_replace(first_prompt, "
    f"'^{_SPACES}|{_SPACES}$', '', 'g'), '[[:punct:]]', '', 'g')), ' ')), '')"
)
_DISTINCT = {"prompts": "prompt_group", "words": _WORDS}


def selection_sql(plan: ExportPlan) -> str:
    """A DuckDB statement that returns the sorted ids of the conversations of an export.

    Comments at its top name the relations that it reads.
    """
    selections = enumerate(plan.picks, start=1)
    steps = [list(_steps(plan, selection, number)) for number, selection in selections]
    reads_messages = any(selection.reads_prompts for selection in plan.picks)
    relations = [_FIRST_PROMPTS] if reads_messages else []
    relations += [f"{name} as (\n    {text}\n)" for step in steps for name, text in step]
    selected = [f"select conversation_id from {step[-1][0]}" for step in steps]  # noqa: S608
    return "\n".join(
        [
            *_header(plan, reads_messages=reads_messages),
            "with",
            ",\n".join(relations),
            "\nunion\n".join(selected),
            "order by conversation_id",
        ]
    )


def _header(plan: ExportPlan, *, reads_messages: bool) -> Iterator[str]:
    for table in ("conversations", *(["messages"] if reads_messages else [])):
        yield f"-- {table}: STORE/versions/VERSION/{table}/*.parquet"
    if plan.has_filter("near"):
        yield "-- found_by_meaning: the id_rank of each conversation that is near in meaning"
    if plan.has_filter("text"):
        yield "-- found_by_text: the id_rank of each conversation that the words search finds"


def _steps(plan: ExportPlan, selection: Selection, number: int) -> Iterator[tuple[str, str]]:
    """The relations of a selection, each made from the one before."""
    name = f"slice_{number}"
    yield name, f"from conversations where {literal_where(plan.slice_of(selection).clauses())}"
    if selection.reads_prompts:
        low, high = selection.min_prompt_chars or 0, selection.max_prompt_chars
        upper = "" if high is None else f" and first_prompt_chars <= {high}"
        joined = f"from {name} join first_prompts using (id_rank)"
        name = f"prompted_{number}"
        yield name, f"{joined} where first_prompt_chars >= {low}{upper}"
    if selection.distinct is not None:
        value = _DISTINCT[selection.distinct]
        first = f"row_number() over (partition by {value} order by conversation_id) = 1"
        text = f"from {name} where {value} is not null\n    qualify {first}"
        name = f"distinct_{number}"
        yield name, text
    if selection.sample is not None:
        categories = selection.filters.category or plan.filters.category or CATEGORIES
        yield f"sample_{number}", _sample_sql(name, selection.sample, categories)


def _sample_sql(name: str, sample: Sample, categories: tuple[str, ...]) -> str:
    if sample.per == "category":
        return "\n    union\n    ".join(_category_sql(name, sample, c) for c in categories)
    order = _order_sql(sample, CATEGORIES)
    if sample.per is None:
        return f"from {name} order by {order} limit {sample.rows}"
    within = f"from {name}"
    if sample.groups is not None:
        top = (
            f"select {sample.per} as top from {name} group by all "  # noqa: S608
            f"order by count(*) desc, top nulls last limit {sample.groups}"
        )
        within += f" join ({top}) on {sample.per} is not distinct from top"
    position = f"row_number() over (partition by {sample.per} order by {order})"
    return f"{within}\n    qualify {position} <= {sample.rows}"


def _category_sql(name: str, sample: Sample, category: str) -> str:
    flagged = f"list_contains(flagged_categories, {quote(category)})"
    order = _order_sql(sample, (category,))
    return (
        f"(select conversation_id from {name} where {flagged} "  # noqa: S608
        f"order by {order} limit {sample.rows})"
    )


def _order_sql(sample: Sample, categories: tuple[str, ...]) -> str:
    shuffle = f"md5(conversation_id || {quote(str(sample.seed))}), conversation_id"
    if sample.order == "shuffled":
        return shuffle
    roles: tuple[Role, ...] = ("user",) if sample.order == "user_score" else ROLES
    scores = ", ".join(score_column(role, c) for c in categories for role in roles)
    return f"greatest({scores}) desc nulls last, {shuffle}"
