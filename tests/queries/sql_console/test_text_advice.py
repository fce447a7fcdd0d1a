"""A statement that searches texts for too long: how to run it with the filter `text`."""

import pytest

from queries.sql_console.console import SqlRequest
from queries.sql_console.errors import SqlFailedError
from queries.sql_console.text_advice import text_advice
from queries.sql_console.worker_client import Limits

OVER_SLICE = "(from messages semi join slice using (id_rank))"


@pytest.mark.parametrize(
    ("sql", "words", "rewritten"),
    [
        (
            "select count(*) from messages where text ilike '%credit card%'",
            "'credit card'",
            f"select count(*) from {OVER_SLICE} as messages where text ilike '%credit card%'",
        ),
        (
            "select m.text from messages m\n where contains(lower(m.text), 'refund')",
            "refund",
            f"select m.text from {OVER_SLICE} m where contains(lower(m.text), 'refund')",
        ),
        (
            "select 1 from messages as m where regexp_matches(text, '\\bnumpy\\b') limit 5",
            "numpy",
            f"select 1 from {OVER_SLICE} as m where regexp_matches(text, '\\bnumpy\\b') limit 5",
        ),
        (
            "select model from conversations where opening like 'Write %'",
            "Write",
            "select model from slice where opening like 'Write %'",
        ),
        (
            "select 1 from messages where text like '%' || role || '%'",
            "WORDS",
            f"select 1 from {OVER_SLICE} as messages where text like '%' || role || '%'",
        ),
    ],
)
def test_the_statement_is_rewritten(sql, words, rewritten):
    advice = text_advice(sql)
    assert "filter `text`" in advice
    assert f"--text {words}" in advice
    assert advice.endswith(rewritten)


def test_a_statement_over_the_slice_stays_as_it_is():
    sql = "select 1 from messages semi join slice using (id_rank) where text like '%a refund%'"
    assert text_advice(sql).endswith("with the same statement.")


def test_other_statements_get_no_advice():
    assert text_advice("select model, count(*) from slice group by model") == ""
    assert text_advice("select text from messages limit 10") == ""


@pytest.mark.parametrize("alias", ["", " m", " as m"])
def test_the_rewritten_statement_runs_and_keeps_the_rows(console, tiny_store, alias):
    sql = f"select conversation_id, text from messages{alias} where text ilike '%egg%' order by all"
    rewritten = text_advice(sql).partition("with this statement: ")[2]
    rows = console.run(tiny_store, SqlRequest(rewritten)).rows
    assert rows.num_rows
    assert rows.equals(console.run(tiny_store, SqlRequest(sql)).rows)


def test_the_error_of_a_late_statement_says_it(console, tiny_store):
    sql = "select count(*) from messages, range(1000000) a, range(1000000) b where text like '%x%'"
    with pytest.raises(SqlFailedError, match=r"(?s)0\.3 s.*filter `text` \(--text WORDS\)"):
        console.run(tiny_store, SqlRequest(sql), Limits(seconds=0.3))
