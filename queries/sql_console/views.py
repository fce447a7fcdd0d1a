"""The views that statements read, with texts covered and masked as everywhere else."""

from queries.display.covers import REVEALED_ONE_BY_ONE
from queries.masking.parallel import mask_column
from queries.schema import CONVERSATIONS, MESSAGES, Column

VIEW_SCHEMA = "console"
"""The DuckDB schema of the views."""

_CONVERSATION_FLAGS = "flagged_categories"
_MESSAGE_FLAGS = "main.flagged_categories(cover_bits)"
_MAYBE = "case when is_flagged is null and flag_bits = 0 then 'perhaps ' else '' end"
_COVER = (
    "'Covered: ' || {maybe} || 'flagged' || "
    "case when len({flags}) > 0 then ' as ' || array_to_string({flags}, ', ') else '' end"
)

_OMITTED = (
    *("flag_bits", "cover_bits", "highest_level", "length_class"),
    *("searchable_opening", "opening_words"),
)


def _is_offered(column: Column) -> bool:
    return column.name not in _OMITTED and not column.name.startswith("level_")


VIEWS: dict[str, tuple[Column, ...]] = {
    "conversations": tuple(filter(_is_offered, CONVERSATIONS)),
    "messages": tuple(filter(_is_offered, MESSAGES)),
    "slice": tuple(filter(_is_offered, CONVERSATIONS)),
}
"""The columns of each view: all conversations, all messages, the conversations of the slice."""

EXAMPLES = {
    "Models by their share of flagged conversations": """\
select model, count(*) as conversations, avg(is_flagged::int) as flagged_share
from slice
group by model
order by flagged_share desc""",
    "How long answers are, by turn": """\
select turn_number, count(*) as answers, median(text_chars) as median_chars
from messages semi join slice using (id_rank)
where role = 'assistant' and turn_number <= 10
group by turn_number
order by turn_number""",
    "First refusals in short conversations": """\
select conversation_id, model, text
from messages semi join slice using (id_rank)
where role = 'assistant' and turn_number = 1 and text_chars < 200
    and text ilike 'I''m sorry%'
limit 100""",
    "Scores of user messages beside those of answers": """\
select language, round(avg(user_score_harassment), 4) as user_score,
    round(avg(assistant_score_harassment), 4) as answer_score, count(*) as conversations
from slice
group by language
having count(*) >= 30
order by user_score desc""",
}
"""Example statements, by title."""

FUNCTIONS = {
    "masked_text": lambda texts: mask_column(texts),
    "masked_opening": lambda texts: mask_column(texts, "opening"),
}
"""Functions that mask a column of texts, by their names in SQL."""


def view_statements(*, is_uncovered: bool, is_unmasked: bool, has_slice: bool) -> list[str]:
    """Statements that create the views over the relations of a store.

    Args:
        is_uncovered: include texts of flagged messages, except those of sexual/minors.
        is_unmasked: include contact data and secrets.
        has_slice: a table `slice_members` holds the conversations of the slice; otherwise the slice
            is all conversations.
    """
    opening = _text(
        "opening",
        "coalesce(is_flagged, false) or len(flagged_categories) > 0",
        f"list_contains(flagged_categories, '{REVEALED_ONE_BY_ONE}')",
        _CONVERSATION_FLAGS,
        is_uncovered=is_uncovered,
        mask=None if is_unmasked else "masked_opening",
    )
    text = _text(
        "text",
        "cover_bits > 0",
        f"list_contains({_MESSAGE_FLAGS}, '{REVEALED_ONE_BY_ONE}')",
        _MESSAGE_FLAGS,
        is_uncovered=is_uncovered,
        mask=None if is_unmasked else "masked_text",
    )
    within = "semi join main.slice_members using (id_rank)" if has_slice else ""
    columns = {name: ", ".join(column.name for column in VIEWS[name]) for name in VIEWS}
    return [
        f"create schema {VIEW_SCHEMA}",
        f"create view {VIEW_SCHEMA}.conversations as select {columns['conversations']} "  # noqa: S608
        f"from (select * replace ({opening}) from main.conversations)",
        f"create view {VIEW_SCHEMA}.messages as select {columns['messages']} "  # noqa: S608
        f"from (select * replace ({text}) from main.messages)",
        f"create view {VIEW_SCHEMA}.slice as from {VIEW_SCHEMA}.conversations {within}",
        f"set schema = '{VIEW_SCHEMA}'",
    ]


def _text(
    name: str, covered: str, stays_covered: str, flags: str, *, is_uncovered: bool, mask: str | None
) -> str:
    """A text column, covered and masked."""
    readable = name if mask is None else f"main.{mask}({name})"
    cover = _COVER.format(flags=flags, maybe=_MAYBE if name == "text" else "''")
    is_covered = stays_covered if is_uncovered else covered
    return f"case when {is_covered} then {cover} else {readable} end as {name}"
