"""Breakdowns by topic against figures counted with pandas, and scipy's residuals."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency
from scipy.stats.contingency import expected_freq

from queries.breakdowns.comparison import shifts
from queries.breakdowns.registry import run_breakdown
from queries.filters import Filters
from queries.open_store import open_store
from queries.settings import Settings
from queries.statistics.intervals import wilson
from tests.support.topic_stores import subject_rows, topic_store


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    made, _ = subject_rows()
    folder = topic_store(tmp_path_factory.mktemp("topics"), made).path
    opened = open_store(folder, Settings())
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def conversations(store):
    with store.relations.cursor() as cursor:
        return cursor.sql("from conversations").df()


def rows_of(store, name, **filters):
    return run_breakdown(store, name, Filters(**filters), {})


@pytest.mark.parametrize("level", ["topic", "subtopic"])
def test_shares_are_of_the_conversations_with_a_topic(store, conversations, level):
    rows = rows_of(store, f"{level}s", model=("gpt-4",)).set_index(level)
    known = conversations[conversations["model"] == "gpt-4"].dropna(subset=[level])
    counts = known[level].value_counts()
    assert rows["conversation_count"].to_dict() == counts.to_dict()
    assert rows["topic_share"].sum() == pytest.approx(1)
    low, high = wilson(rows["conversation_count"], len(known))
    assert np.allclose(rows[["topic_low", "topic_high"]], np.column_stack([low, high]))
    assert (rows["flagged_share"] == 0).all()
    assert (rows["judged_count"] == rows["conversation_count"]).all()


def test_residuals_are_those_of_the_contingency_table(store, conversations):
    rows = rows_of(store, "topic_models")
    table = pd.crosstab(conversations["topic"], conversations["model"])
    total = table.to_numpy().sum()
    expected = pd.DataFrame(expected_freq(table), table.index, table.columns)
    row_shares = (1 - table.sum(axis=1) / total).to_numpy()[:, None]
    column_shares = (1 - table.sum() / total).to_numpy()
    residuals = (table - expected) / np.sqrt(expected * row_shares * column_shares)
    for row in rows.to_dict("records"):
        assert row["conversation_count"] == table.loc[row["topic"], row["model"]]
        assert row["expected_count"] == pytest.approx(expected.loc[row["topic"], row["model"]])
        assert row["residual"] == pytest.approx(residuals.loc[row["topic"], row["model"]])
    code = rows.loc[rows["residual"].idxmax()]
    assert code["topic_share"] == 1
    assert code["corrected_p"] < 0.01


def test_one_language_has_no_residual(store):
    rows = rows_of(store, "topic_languages")
    assert rows["language"].tolist() == ["English"] * len(rows)
    assert rows["residual"].isna().all()


def test_examples_are_the_nearest_and_the_farthest_prompts(store, conversations):
    rows = rows_of(store, "topic_examples")
    for topic, own in rows.groupby("topic"):
        members = conversations[conversations["topic"] == topic].sort_values(
            ["topic_distance", "conversation_id"]
        )
        typical = own[own["kind"] == "typical"]["conversation_id"].tolist()
        assert typical == members["conversation_id"].head(3).tolist()
        farthest = own[own["kind"] == "borderline"]["topic_distance"].max()
        assert farthest == members["topic_distance"].max()
        assert len(own) == 6


def test_shifts_of_topics_are_of_the_conversations_with_a_topic(store, conversations):
    known = conversations.dropna(subset=["topic"])
    table = pd.crosstab(known["topic"], known["model"])
    rows = shifts(store, Filters(model=("gpt-4",)), against="model=vicuna-13b", of="topic")
    assert set(rows["value"]) == set(table.index)
    for row in rows.to_dict("records"):
        for side, model in (("a", "gpt-4"), ("b", "vicuna-13b")):
            assert row[f"count_{side}"] == table.loc[row["value"], model]
            assert row[f"total_{side}"] == table[model].sum()
        test = chi2_contingency(
            [[row[f"count_{s}"], row[f"total_{s}"] - row[f"count_{s}"]] for s in "ab"],
            correction=False,
        )
        assert row["p_value"] == pytest.approx(test.pvalue)


def test_a_store_without_topics_has_no_rows(tiny_store):
    for name in ("topics", "subtopics", "topic_models", "topic_languages", "topic_examples"):
        assert rows_of(tiny_store, name).empty
    assert shifts(tiny_store, Filters(), against="rest", of="topic").empty
