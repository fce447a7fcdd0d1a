"""Slices for tests, and the ids in them by SQL that is written here."""

from queries.filters import Filters
from queries.filters.compile import duckdb_where
from queries.filters.min_score import MinScore
from queries.filters.values import ANY_GIVEN, NONE_GIVEN
from queries.store.store import Store


def ids_in_slice(store: Store, filters: Filters) -> set[str]:
    """First letters of the ids that a slice keeps, by SQL of our own over the condition."""
    condition, bound = duckdb_where(filters.clauses())
    with store.relations.cursor() as cursor:
        rows = cursor.execute(
            f"select conversation_id from conversations where {condition}", bound
        ).fetchall()
    return {id_ for (id_,) in rows}


SLICES = [
    Filters(model=("gpt-4",)),
    Filters(model=("vicuna-13b", "it's not a model", 'a "quoted" one \\ %')),
    Filters(language=("English", "unknown")),
    Filters(min_turns=2, max_turns=5),
    Filters(flagged="any"),
    Filters(flagged="none", has_code=True),
    Filters(flagged="user", language=("English",)),
    Filters(flagged="assistant"),
    Filters(category=("hate", "self-harm/intent", "sexual/minors")),
    Filters(min_score=(MinScore("violence", 0.25),)),
    Filters(min_score=(MinScore("harassment", 1e-7, "user"), MinScore("hate", 0.01, "assistant"))),
    Filters(redacted=True, unique_prompts=True),
    Filters(language=(NONE_GIVEN,)),
    Filters(model=(ANY_GIVEN,), language=(NONE_GIVEN, "English")),
]
