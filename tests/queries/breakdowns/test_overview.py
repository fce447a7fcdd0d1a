"""Figures counted by hand on twelve conversations, or by plain SQL on the raw sample."""

import math

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from queries.breakdowns.facets import facets
from queries.breakdowns.overview import (
    category_counts,
    filter_counts,
    language_mix,
    model_mix,
    slice_size,
    turn_histogram,
)
from queries.breakdowns.registry import run_breakdown
from queries.conversations.detail import conversation
from queries.display.readable_rows import readable_text
from queries.filters import Filters
from queries.filters.min_score import MinScore
from queries.open_store import open_store
from queries.schema import CATEGORIES
from queries.serialisation.records import records
from queries.settings import Settings
from queries.statistics.intervals import wilson
from tests.support import tiny_dataset
from tests.support.oracle import bare
from tests.support.paths import SAMPLE
from tests.support.stores import prepare_store


def test_model_mix_counts_and_shares_the_slice(tiny_store):
    assert model_mix(tiny_store, Filters(flagged="none")).to_dict("list") == {
        "model": ["vicuna-13b", "claude-1", "gpt-4", "koala-13b"],
        "conversation_count": [3, 2, 2, 2],
        "slice_share": [3 / 9, 2 / 9, 2 / 9, 2 / 9],
    }


def test_language_mix_keeps_null_and_unknown_apart(tiny_store):
    languages = language_mix(tiny_store, Filters())
    counts = dict(
        zip(languages["language"].fillna("NULL"), languages["conversation_count"], strict=True)
    )
    assert counts == {
        "English": 7,
        "Arabic": 1,
        "Hebrew": 1,
        "Portuguese": 1,
        "unknown": 1,
        "NULL": 1,
    }


def test_slice_size_of_the_twelve(tiny_store):
    size = slice_size(tiny_store, Filters()).iloc[0]
    assert size["conversation_count"] == 12
    assert size["message_count"] == 30
    assert (size["model_count"], size["language_count"]) == (4, 5)
    assert size["mean_turn_count"] == (10 + 2 + 3) / 12
    assert (size["flagged_count"], size["redacted_count"]) == (3, 1)
    assert size["flagged_share"] == 0.25
    assert size["redacted_share"] == 1 / 12


def test_mean_lengths_are_over_messages_not_conversations(tiny_store):
    size = slice_size(tiny_store, Filters(min_turns=3)).iloc[0]
    assert size["mean_prompt_chars"] == (len("hi") + len("1") + len("3")) / 3
    assert size["mean_response_chars"] == (len("Hello!") + len("2") + len("4")) / 3


def test_an_empty_slice_has_no_rates(tiny_store):
    size = slice_size(tiny_store, Filters(model=("none",))).iloc[0]
    assert size["conversation_count"] == size["message_count"] == 0
    for name in (
        "mean_turn_count",
        "mean_prompt_chars",
        "flagged_share",
        "flagged_low",
        "redacted_share",
    ):
        assert math.isnan(size[name])


def test_a_category_counts_what_its_filter_keeps(tmp_path):
    verdict = tiny_dataset.verdict("hate")
    verdicts = [verdict, {**verdict, "flagged": False}, {**verdict, "flagged": None}]
    rows = [
        tiny_dataset.row(c, "m", "x", ("t", v), "y") for c, v in zip("abc", verdicts, strict=True)
    ]
    prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", rows), tmp_path / "store")
    store = open_store(tmp_path / "store", Settings())
    assert category_counts(store, Filters())["conversation_count"].tolist() == [3]
    assert slice_size(store, Filters(category=("hate",)))["conversation_count"].tolist() == [3]
    for letter in "abc":
        message = records(conversation(store, letter * 32).messages)[0]
        assert readable_text(message, is_uncovered=False, is_unmasked=False) == (
            "Covered: flagged as hate"
        )
    store.close()


def test_a_flagged_message_is_covered_though_another_has_no_verdict(tmp_path):
    row = tiny_dataset.row("a", "m", "x", ("t", tiny_dataset.verdict("hate")), "y", "z", "z")
    row["openai_moderation"] = row["openai_moderation"][:2]
    prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", [row]), tmp_path / "store")
    store = open_store(tmp_path / "store", Settings())
    messages = records(conversation(store, "a" * 32).messages)
    texts = [readable_text(m, is_uncovered=False, is_unmasked=False) for m in messages]
    assert texts == ["Covered: flagged as hate", "y", "z", "z"]
    store.close()


def test_category_counts_are_of_conversations(tiny_store):
    categories = category_counts(tiny_store, Filters()).set_index("category")
    assert categories["conversation_count"].to_dict() == {
        "harassment": 1,
        "hate": 1,
        "sexual": 1,
        "sexual/minors": 1,
        "violence": 1,
    }
    assert set(categories["judged_count"]) == {12}


def test_turn_histogram_of_the_twelve(tiny_store):
    turns = turn_histogram(tiny_store, Filters())
    assert turns[["turn_count", "conversation_count"]].to_numpy().tolist() == [
        [1, 10],
        [2, 1],
        [3, 1],
    ]


def test_filter_counts_are_what_the_filters_keep(tiny_store):
    assert filter_counts(tiny_store, Filters()).iloc[0].to_dict() == {
        "any_flagged_count": 3,
        "none_flagged_count": 9,
        "unknown_flagged_count": 0,
        "user_flagged_count": 2,
        "assistant_flagged_count": 2,
        "redacted_count": 1,
        "not_redacted_count": 11,
        "with_code_count": 1,
        "without_code_count": 11,
        "unique_prompt_count": 10,
    }


def test_facets_disregard_what_is_chosen_in_their_own_filter(tiny_store):
    chosen = Filters(model=("gpt-4",), flagged="none")
    counts = facets(lambda query, filters: query(tiny_store, filters), chosen)
    assert counts["model"] == {"vicuna-13b": 3, "claude-1": 2, "gpt-4": 2, "koala-13b": 2}
    assert counts["language"] == {"English": 2}
    assert counts["flagged"] == {"any": 0, "none": 2, "unknown": 0, "user": 0, "assistant": 0}
    assert counts["has_code"] == {True: 1, False: 1}
    assert counts["category"] == {}
    assert counts["unique_prompts"] == {True: 2}


@pytest.fixture(scope="module")
def raw():
    """The raw sample in plain DuckDB: an oracle that does not use the store."""
    with duckdb.connect() as plain:
        plain.execute(f"create view raw as from '{SAMPLE}'")
        plain.execute(
            "create view messages as select conversation_id, model, language, turn, "
            "unnest(conversation) as message, unnest(openai_moderation) as verdict from raw"
        )
        yield plain


def test_overview_equals_plain_sql_on_the_raw_file(raw, sample_store):
    size = slice_size(sample_store, Filters()).iloc[0]
    wanted = raw.execute(
        """
        select
            (select count(*) from raw),
            (select count(*) from messages),
            (select count(distinct model) from raw),
            (select count(distinct language) from raw),
            (select avg(turn) from raw),
            (select avg(length(message.content)) from messages where message.role = 'user'),
            (select avg(length(message.content)) from messages where message.role = 'assistant'),
            (select count(distinct conversation_id) from messages where verdict.flagged),
            (select count(*) from raw where redacted)
        """
    ).fetchone()
    names = [
        *("conversation_count", "message_count", "model_count", "language_count"),
        *("mean_turn_count", "mean_prompt_chars", "mean_response_chars"),
        *("flagged_count", "redacted_count"),
    ]
    assert size[names].tolist() == pytest.approx(list(wanted))
    assert size["judged_count"] == size["category_judged_count"] == size["conversation_count"]


@pytest.mark.parametrize(("query", "column"), [(model_mix, "model"), (language_mix, "language")])
def test_mixes_equal_plain_sql_on_the_raw_file(raw, sample_store, query, column):
    wanted = raw.execute(
        f"select {column}, count(*) from raw where turn >= 2 group by 1 order by 2 desc, 1"
    ).fetchall()
    mix = query(sample_store, Filters(min_turns=2))
    assert list(zip(mix[column], mix["conversation_count"], strict=True)) == wanted
    assert mix["slice_share"].sum() == pytest.approx(1)


def test_turns_equal_plain_sql_on_the_raw_file(raw, sample_store):
    wanted = raw.execute(
        "select turn, count(*) from raw where model = 'vicuna-13b' group by 1 order by 1"
    ).fetchall()
    turns = turn_histogram(sample_store, Filters(model=("vicuna-13b",)))
    assert list(zip(turns["turn_count"], turns["conversation_count"], strict=True)) == wanted


def test_categories_equal_plain_sql_on_the_raw_file(raw, sample_store):
    wanted = {}
    for category in CATEGORIES:
        (count,) = raw.execute(
            "select count(distinct conversation_id) from messages "
            f'where verdict.categories."{category}"'
        ).fetchone()
        if count:
            wanted[category] = count
    counts = category_counts(sample_store, Filters())
    assert dict(zip(counts["category"], counts["conversation_count"], strict=True)) == wanted
    assert counts["conversation_count"].is_monotonic_decreasing


@pytest.mark.parametrize("role", ["user", "assistant"])
def test_flags_and_scores_by_role_equal_plain_sql_on_the_raw_file(raw, sample_store, role):

    (flagged,) = raw.execute(
        "select count(distinct conversation_id) from messages "
        f"where verdict.flagged and message.role = '{role}'"
    ).fetchone()
    size = slice_size(sample_store, Filters(flagged=role))
    assert size["conversation_count"].tolist() == [flagged]
    (scored,) = raw.execute(
        "select count(distinct conversation_id) from messages "
        f"where verdict.category_scores.violence >= 0.25 and message.role = '{role}'"
    ).fetchone()
    size = slice_size(sample_store, Filters(min_score=(MinScore("violence", 0.25, role),)))
    assert size["conversation_count"].tolist() == [scored]


def test_distinct_first_prompts_equal_python_on_the_raw_file(sample_store):
    import pyarrow.parquet as pq

    rows = pq.read_table(SAMPLE)["conversation"].to_pylist()
    wanted = len({bare(messages[0]["content"]) for messages in rows})
    size = slice_size(sample_store, Filters(unique_prompts=True))
    assert size["conversation_count"].tolist() == [wanted]


def test_a_breakdown_by_name_is_what_the_dashboard_shows(sample_store):
    by_name = run_breakdown(sample_store, "slice_size", Filters(), {})
    assert by_name.equals(slice_size(sample_store, Filters()))
    assert "flagged_high" in by_name


def test_wilson_matches_a_published_example():
    # Newcombe (1998), Statistics in Medicine 17:857, Table I: 81/263 and 15/148.
    low, high = wilson([81, 15, 0], [263, 148, 20])
    assert low == pytest.approx([0.2553, 0.0624, 0.0], abs=5e-5)
    assert high == pytest.approx([0.3662, 0.1605, 0.1611], abs=5e-5)


@given(st.integers(1, 10**6), st.floats(0, 1))
@settings(max_examples=50, deadline=None)
def test_wilson_equals_scipy(total, share):
    count = int(total * share)
    low, high = wilson(count, total)
    wanted = binomtest(count, total).proportion_ci(0.95, method="wilson")
    assert (float(low), float(high)) == pytest.approx((wanted.low, wanted.high), abs=1e-12)


def test_wilson_of_nothing_is_unknown():
    low, high = wilson(0, 0)
    assert math.isnan(low)
    assert math.isnan(high)
