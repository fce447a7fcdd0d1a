"""What a statement of one's own reads: the views, covered, masked and without what was removed."""

import duckdb
import pytest

from queries.filters import Filters
from queries.open_store import open_store
from queries.removal.remove import remove
from queries.settings import Settings
from queries.sql_console.console import SqlConsole, SqlRequest
from queries.sql_console.errors import SqlRefusedError
from queries.sql_console.views import EXAMPLES, VIEWS
from queries.sql_console.worker_client import START_SECONDS, Limits
from queries.store.layout import StorePath
from queries.store.store import Store
from tests.support.console import answered, rows
from tests.support.paths import SAMPLE

SEXUAL_MINORS = "Covered: flagged as sexual, sexual/minors"


def texts(console: SqlConsole, store: Store, **how: object) -> dict[tuple[str, int], str]:
    sql = "select conversation_id[1], message_index, text from messages"
    return {(key, index): text for key, index, text in rows(console, store, sql, **how)}


def test_the_views_have_the_rows_of_the_raw_data(console, sample_store):
    with duckdb.connect() as connection:
        raw = connection.execute(
            "select model, count(*), sum(turn), count(*) filter (list_contains("
            "list_transform(openai_moderation, lambda m: m.flagged), true)) "
            f"from '{SAMPLE}' where language = 'English' group by 1 order by 1"
        ).fetchall()
        messages = connection.execute(f"select sum(len(conversation)) from '{SAMPLE}'").fetchall()
    sql = (
        "select model, count(*), sum(turn_count)::bigint, count(*) filter (is_flagged) "
        "from {} group by 1 order by 1"
    )
    english = Filters(language=("English",))
    assert rows(console, sample_store, sql.format("slice"), filters=english) == raw
    everything = rows(console, sample_store, sql.format("conversations"), filters=english)
    assert sum(row[1] for row in everything) == 2_000
    assert rows(console, sample_store, "select count(*) from messages") == messages


@pytest.mark.parametrize(
    "filters",
    [
        Filters(),
        Filters(flagged="any"),
        Filters(model=("gpt-4", "koala-13b"), max_turns=1),
        Filters(unique_prompts=True),
        Filters(model=("nobody",)),
    ],
)
def test_the_slice_is_that_of_every_other_query(console, tiny_store, filters):
    ids = tiny_store.run("slice_members", filters)["id_rank"].tolist()
    assert [
        rank
        for (rank,) in rows(
            console, tiny_store, "select id_rank from slice order by 1", filters=filters
        )
    ] == sorted(ids)


def test_every_documented_column_is_there_and_no_other(console, tiny_store):
    for view, columns in VIEWS.items():
        rows = answered(console, tiny_store, f"from {view} limit 0").rows
        assert rows.column_names == [column.name for column in columns]


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_run(console, sample_store, name):
    assert answered(console, sample_store, EXAMPLES[name]).rows.num_rows > 0


def test_texts_are_covered_and_masked_until_it_is_asked_for(console, tiny_store):
    given = texts(console, tiny_store)
    assert given["a", 0] == "How do I boil an egg?"
    assert given["2", 0] == "Mail me at [email address] or [phone number]"
    assert given["e", 0] == "Covered: flagged as harassment"
    assert given["e", 3] == "Covered: flagged as harassment, hate"
    assert given["e", 2] == "Please"
    assert given["4", 1] == SEXUAL_MINORS
    uncovered = texts(console, tiny_store, is_uncovered=True)
    assert uncovered["e", 3] == "[rude]"
    assert uncovered["4", 1] == SEXUAL_MINORS
    assert uncovered["2", 0] == given["2", 0]
    unmasked = texts(console, tiny_store, is_unmasked=True)
    assert unmasked["2", 0] == "Mail me at jo@example.com or +1 202-555-0143"
    assert unmasked["e", 3] == given["e", 3]


def test_openings_are_covered_and_masked_as_in_a_list(console, tiny_store):
    sql = "select conversation_id[1], opening from slice"
    given = dict(rows(console, tiny_store, sql))
    assert given["e"] == "Covered: flagged as harassment, hate"
    assert given["4"] == SEXUAL_MINORS
    assert given["2"] == "Mail me at [email address] or [phone number]"
    uncovered = dict(rows(console, tiny_store, sql, is_uncovered=True))
    assert uncovered["e"] == "Say something rude"
    assert uncovered["4"] == SEXUAL_MINORS


@pytest.mark.parametrize(
    "sql",
    [
        "select count(*) from messages where text like '%jo@%'",
        "select count(*) from messages where contains(reverse(text), '@oj')",
        "select count(*) from messages where md5(substr(text, 12, 14)) = md5('jo@example.com')",
        "select count(*) from slice where opening like '%202-555%'",
        "select count(*) from messages where text like '%rude]%' or text like '%something rude%'",
    ],
)
def test_what_is_masked_or_covered_cannot_be_asked_for(console, tiny_store, sql):
    assert rows(console, tiny_store, sql) == [(0,)]
    unmasked = rows(console, tiny_store, sql, is_unmasked=True, is_uncovered=True)
    assert unmasked[0][0] >= 1


@pytest.mark.parametrize("are_others_removed", [False, True])
def test_what_is_removed_while_a_process_was_ready_ends_no_statement(
    console, own_folder, are_others_removed
):
    """The process may read the tombstones of its start only: a removal writes them anew."""
    store = open_store(own_folder, Settings())
    if are_others_removed:
        remove(StorePath(own_folder), ["b" * 32], "asked", "somebody")
    console.prestart_worker(store)
    assert console._prestarted._has_output(START_SECONDS)
    remove(StorePath(own_folder), ["a" * 32], "asked", "somebody")
    rows = console.run(store, SqlRequest("select conversation_id from conversations")).rows
    assert "a" * 32 not in rows["conversation_id"].to_pylist()
    assert rows.num_rows == (10 if are_others_removed else 11)
    store.close()


def test_what_is_removed_is_in_no_view_also_not_when_a_process_was_ready(console, own_folder):
    store = open_store(own_folder, Settings())
    console.prestart_worker(store)
    remove(StorePath(own_folder), ["a" * 32, "f" * 32], "asked", "somebody")
    sql = "select count(*), count(*) filter (conversation_id[1] in ('a', 'f')) from {}"
    for view, count in (("conversations", 10), ("slice", 10), ("messages", 26)):
        assert rows(console, store, sql.format(view)) == [(count, 0)]
    # g is all that is left of the three that ask how to boil an egg.
    (size,) = rows(
        console, store, "select prompt_group_size from slice where conversation_id[1] = 'g'"
    )
    assert size == (1,)


def test_rows_beyond_the_limit_are_left_out_and_reported(console, tiny_store):
    for count, is_cut in ((11, True), (12, False), (13, False)):
        result = console.run(
            tiny_store, SqlRequest("from slice order by id_rank"), Limits(rows=count)
        )
        assert (result.rows.num_rows, result.is_cut) == (min(count, 12), is_cut)
        assert result.rows["id_rank"].to_pylist() == list(range(min(count, 12)))
    result = console.run(
        tiny_store,
        SqlRequest("select range, repeat('x', 1000) from range(100000)"),
        Limits(rows=100_000, result_bytes=5_000_000),
    )
    assert result.is_cut
    assert 0 < result.rows.nbytes <= 5_000_000
    # Also where what is fetched at once would be too much.
    assert result.rows.num_rows > 4_000
    wide = SqlRequest("select repeat('x', 100000) as text from range(100)")
    result = console.run(tiny_store, wide, Limits(result_bytes=2_000_000))
    assert result.is_cut
    assert 10 <= result.rows.num_rows <= 20


def test_values_of_every_kind_come_over(console, tiny_store):
    sql = (
        "select null, 1.5::decimal(9, 2), 170141183460469231731687303715884105727::hugeint, "
        "date '2024-02-29', [1, null], {'a': 'b'}, map {'k': 1}, 'مرحبا', '\\x00'::blob, true, "
        "'nan'::double, interval 1 day, uuid '00000000-0000-0000-0000-000000000001'"
    )
    (row,) = rows(console, tiny_store, sql)
    assert len(row) == 13
    assert row[0] is None
    assert row[7] == "مرحبا"


def test_a_statement_may_have_two_columns_of_one_name(console, tiny_store):
    assert rows(console, tiny_store, "select 1 as a, 2 as a") == [(1, 2)]


def test_problems_are_those_of_the_writer(console, tiny_store):
    with pytest.raises(SqlRefusedError, match=r'(?s)column "foo" not found.*LINE 1'):
        answered(console, tiny_store, "select foo from slice")
    with pytest.raises(SqlRefusedError, match="Could not convert string"):
        answered(console, tiny_store, "select cast(model as integer) from slice")
    with pytest.raises(SqlRefusedError, match=r"^Write a SELECT first\.$"):
        answered(console, tiny_store, "  \n ")
