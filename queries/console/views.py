"""What people can ask SQL of: views whose texts are covered and masked as everywhere else."""

from queries.export.masks import masked_texts
from queries.reading import SHOWN_ALONE
from queries.schema import CATEGORIES, CONVERSATIONS, MESSAGES, Column, column_suffix

SCHEMA = "console"

_CONVERSATION_FLAGS = "flagged_categories"
_MESSAGE_FLAGS = "list_filter([{}], lambda name: name is not null)".format(
    ", ".join(
        f"case when is_flagged_{column_suffix(name)} then '{name}' end" for name in CATEGORIES
    )
)
_COVER = (
    "'Covered: flagged' || "
    "case when len({flags}) > 0 then ' as ' || array_to_string({flags}, ', ') else '' end"
)

_LEFT_OUT = ("flag_bits", "highest_level", "length_class")


def _is_offered(column: Column) -> bool:
    return column.name not in _LEFT_OUT and not column.name.startswith("level_")


VIEWS: dict[str, tuple[Column, ...]] = {
    "conversations": CONVERSATIONS,
    "messages": tuple(filter(_is_offered, MESSAGES)),
    "slice": CONVERSATIONS,
}
"""The columns of each view: all conversations, all messages, and the conversations of the slice."""

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
"""Statements to begin with, by what they tell."""

FUNCTIONS = {
    "masked_text": lambda texts: masked_texts(texts),
    "masked_opening": lambda texts: masked_texts(texts, "opening"),
}
"""What masks: functions of a column of texts, by their names in SQL."""


def view_statements(*, is_uncovered: bool, is_unmasked: bool, has_slice: bool) -> list[str]:
    """Statements that make the views over the relations of a store.

    Args:
        is_uncovered: texts of flagged messages are in them; those of sexual/minors never.
        is_unmasked: contact data is in them.
        has_slice: a table `slice_ranks` says which conversations the slice has; else all are.
    """
    opening = _text(
        "opening",
        "is_flagged or len(flagged_categories) > 0",
        f"list_contains(flagged_categories, '{SHOWN_ALONE}')",
        _CONVERSATION_FLAGS,
        is_uncovered=is_uncovered,
        mask=None if is_unmasked else "masked_opening",
    )
    text = _text(
        "text",
        "coalesce(is_flagged, false) or flag_bits > 0",
        f"coalesce(is_flagged_{column_suffix(SHOWN_ALONE)}, false)",
        _MESSAGE_FLAGS,
        is_uncovered=is_uncovered,
        mask=None if is_unmasked else "masked_text",
    )
    within = "semi join main.slice_ranks using (id_rank)" if has_slice else ""
    columns = {name: ", ".join(column.name for column in VIEWS[name]) for name in VIEWS}
    return [
        f"create schema {SCHEMA}",
        f"create view {SCHEMA}.conversations as select {columns['conversations']} "  # noqa: S608
        f"from (select * replace ({opening}) from main.conversations)",
        f"create view {SCHEMA}.messages as select {columns['messages']} "  # noqa: S608
        f"from (select * replace ({text}) from main.messages)",
        f"create view {SCHEMA}.slice as from {SCHEMA}.conversations {within}",
        f"set schema = '{SCHEMA}'",
    ]


def _text(
    name: str, covered: str, stays_covered: str, flags: str, *, is_uncovered: bool, mask: str | None
) -> str:
    """A column of texts as people see it."""
    shown = name if mask is None else f"main.{mask}({name})"
    cover = _COVER.format(flags=flags)
    is_covered = stays_covered if is_uncovered else covered
    return f"case when {is_covered} then {cover} else {shown} end as {name}"
