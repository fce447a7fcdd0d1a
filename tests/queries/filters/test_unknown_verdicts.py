"""`any`, `none` and `unknown` partition every slice: against plain SQL on the published file."""

import csv
import json
from contextlib import closing
from typing import get_args

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queries.breakdowns.facets import facets
from queries.breakdowns.overview import category_counts, filter_counts, slice_size
from queries.conversations.detail import conversation
from queries.display.covers import NO_VERDICT
from queries.filters import Filters
from queries.filters.compile import duckdb_where, lance_where
from queries.filters.describe import describe
from queries.filters.filters import Flagged
from queries.open_store import open_store
from queries.prepare.index.build import build_index
from queries.runtime.progress import Silent
from queries.settings import Settings
from queries.store.layout import StorePath
from tests.support import tiny_dataset
from tests.support.command_line import command_output
from tests.support.exports import exported, rows_of
from tests.support.slices import ids_in_slice
from tests.support.stores import prepare_store
from tests.support.strategies import filters as any_filters

CLEAN = tiny_dataset.verdict()
FLAGS = {name: tiny_dataset.verdict(name) for name in ("hate", "violence", "sexual/minors")}
ENTRIES = (
    *(None, CLEAN, *FLAGS.values()),
    {**CLEAN, "flagged": None},
    {**FLAGS["hate"], "flagged": None},
    {**FLAGS["hate"], "flagged": False},
    {**CLEAN, "flagged": True},
    {**CLEAN, "categories": None},
    {**FLAGS["violence"], "category_scores": None},
    {"categories": None, "category_scores": None, "flagged": None},
)
PARTS = ("any", "none", "unknown")

# The rule, in SQL of our own over the published columns.
VERDICT = """
    case
        when list_bool_or(list_transform(openai_moderation, lambda e: e.flagged)) then 'any'
        when
            len(conversation) > 0
            and len(openai_moderation) = len(conversation)
            and len(list_filter(openai_moderation, lambda e: e.flagged is null)) = 0
            then 'none'
        else 'unknown'
    end
"""


def ugly_verdicts(count=240):
    """Rows whose moderation is whole, missing, partial, of user messages alone, or too long."""
    rows = []
    for n in range(count):
        length = n % 5
        users = (length + 1) // 2
        entries = [ENTRIES[(n * 7 + k * 3) % len(ENTRIES)] for k in range(9)]
        clean = [CLEAN] * 9
        moderation = (
            *(None, [], clean[:length], clean[:users], entries[:length], entries[:users]),
            *(entries[: length + 2], clean[: length + 1], entries[: max(length - 1, 0)]),
        )[n % 9]
        row = tiny_dataset.row("a", f"model-{n % 3}", ("English", "French", None)[n // 7 % 3])
        row |= {
            "conversation_id": f"{n:032x}",
            "conversation": None
            if n % 41 == 40
            else [
                {"role": ("user", "assistant")[k % 2], "content": f"text {n} {k}"}
                for k in range(length)
            ],
            "turn": users,
            "openai_moderation": moderation,
        }
        rows.append(row)
    return rows


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("verdicts")
    prepare_store(tiny_dataset.write(folder / "raw.parquet", ugly_verdicts()), folder / "store")
    build_index(StorePath(folder / "store"), None, Silent())
    return folder


@pytest.fixture(scope="module")
def store(folder):
    store = open_store(folder / "store", Settings())
    yield store
    store.close()


@pytest.fixture(scope="module")
def published(folder):
    """The id and the verdict of each conversation, by plain SQL on the published file."""
    with duckdb.connect() as plain:
        rows = plain.execute(
            f"select conversation_id, {VERDICT} from '{folder / 'raw.parquet'}'"
        ).fetchall()
    return dict(rows)


def test_each_part_is_what_plain_sql_says(store, published):
    for part in PARTS:
        wanted = {id_ for id_, verdict in published.items() if verdict == part}
        assert ids_in_slice(store, Filters(flagged=part)) == wanted
        assert len(wanted) > 20


slices = any_filters(
    st.sampled_from(["model-0", "model-1", "no model"]), st.sampled_from(["English", "French"])
)


@given(slices)
@settings(max_examples=150, deadline=None)
def test_any_none_and_unknown_partition_every_slice(store, published, filters):
    values = {name: getattr(filters, name) for name in Filters.__dataclass_fields__}
    values.pop("flagged")
    whole = ids_in_slice(store, Filters(**values))
    parts = [ids_in_slice(store, Filters(**values, flagged=part)) for part in PARTS]
    assert parts == [{id_ for id_ in whole if published[id_] == part} for part in PARTS]
    size = slice_size(store, Filters(**values)).iloc[0]
    assert size["judged_count"] == len(parts[0]) + len(parts[1])
    assert size["flagged_count"] == len(parts[0])
    counts = filter_counts(store, Filters(**values)).iloc[0]
    assert [counts[f"{part}_flagged_count"] for part in PARTS] == list(map(len, parts))


def test_the_facet_and_the_words_of_the_filter(store, published):
    counts = facets(lambda query, filters: query(store, filters), Filters())["flagged"]
    facet = {part: counts[part] for part in PARTS}
    assert facet == {part: list(published.values()).count(part) for part in PARTS}
    unknown = Filters(flagged="unknown")
    assert unknown.pairs() == [("flagged", "unknown")]
    assert describe(unknown) == "not known whether flagged"
    assert duckdb_where(unknown.clauses())[0] == "is_flagged is null"
    assert lance_where(unknown.clauses()) == "is_flagged is null"


def test_shares_of_categories_are_of_what_was_judged(store):
    rows = category_counts(store, Filters())
    size = slice_size(store, Filters()).iloc[0]
    assert set(rows["judged_count"]) == {size["category_judged_count"]}
    assert size["judged_count"] < size["category_judged_count"] < size["conversation_count"]
    assert (rows["flagged_share"] * rows["judged_count"]).round().tolist() == (
        rows["conversation_count"].tolist()
    )


@pytest.mark.parametrize("shape", ["published", "messages", "conversations", "prompts", "ids"])
def test_exports_of_the_parts_are_those_of_plain_sql(store, published, folder, shape):
    for part in PARTS:
        out = folder / f"{shape}-{part}.parquet"
        columns = () if shape == "messages" else ("conversation_id",)
        manifest = exported(store, out, shape=shape, columns=columns, filters=Filters(flagged=part))
        ids = {row["conversation_id"] for row in rows_of(out)}
        assert ids <= {id_ for id_, verdict in published.items() if verdict == part}
        assert manifest["counts"]["conversations"] == list(published.values()).count(part)


def test_a_csv_has_nothing_where_nothing_is_known(store, published, folder):
    out = folder / "conversations.csv"
    exported(
        store, out, shape="conversations", format="csv", columns=("conversation_id", "is_flagged")
    )
    words = {"any": "true", "none": "false", "unknown": ""}
    with out.open(newline="") as file:
        _, *lines = csv.reader(file)
    assert dict(lines) == {id_: words[verdict] for id_, verdict in published.items()}


def test_sql_views_have_null_where_nothing_is_known(capsys, folder, published):
    statement = "select is_flagged, count(*) as n from conversations group by all order by all"
    out = command_output(capsys, "sql", statement, "--store", folder / "store", "--format", "json")
    counts = {row["is_flagged"]: row["n"] for row in json.loads(out)}
    keys = {"none": False, "any": True, "unknown": None}
    assert counts == {keys[part]: list(published.values()).count(part) for part in PARTS}


def test_the_command_line_keeps_each_part(capsys, folder, published):
    for part in PARTS:
        listed = ("list", "--store", folder / "store", "--format", "json", "--limit", 1000)
        rows = json.loads(command_output(capsys, *listed, "--flagged", part))
        assert len(rows) == list(published.values()).count(part)
        wanted = {"any": True, "none": False, "unknown": None}[part]
        assert {row["is_flagged"] for row in rows} == {wanted}


def test_info_says_how_many_verdicts_are_known(capsys, folder, published):
    out = command_output(capsys, "info", "--store", folder / "store")
    unknown = list(published.values()).count("unknown")
    assert (
        f"Verdicts are known for {240 - unknown} of 240 conversations; --flagged unknown keeps the "
        "rest." in out
    )
    assert "the moderation entries cannot be dealt to messages with certainty, so no message" in out
    assert "there is a moderation entry for each user message alone." in out


def test_show_says_that_there_is_no_verdict(capsys, folder, published):
    id_ = f"{9:032x}"
    assert published[id_] == "unknown"
    out = command_output(capsys, "show", id_, "--store", folder / "store")
    assert out.count(f" · {NO_VERDICT}\n") == 4
    out = command_output(capsys, "show", id_, "--store", folder / "store", "--as", "markdown")
    assert "- Flags: no published verdict" in out
    assert f"## Turn 1 · user · {NO_VERDICT}" in out


PUBLIC_CASE = (
    *(None, None, None, [], [CLEAN]),
    *([{**CLEAN, "flagged": True}, CLEAN], [CLEAN, CLEAN], [CLEAN, CLEAN]),
    *([CLEAN, FLAGS["violence"]], [{**CLEAN, "flagged": None}] * 2),
)


def test_rows_without_verdicts_and_rows_with_verdicts_of_user_messages(tmp_path):
    rows = []
    for letter, entries in zip("012345678n", PUBLIC_CASE, strict=True):
        texts = ["u1", "a1", "u2", "a2"] if letter == "8" else ["q", "a"]
        rows.append(tiny_dataset.row(letter, "m", "English", *texts))
        rows[-1]["openai_moderation"] = entries
    prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", rows), tmp_path / "store")
    with closing(open_store(tmp_path / "store", Settings())) as store:
        counts = {
            part: len(ids_in_slice(store, Filters(flagged=part))) for part in get_args(Flagged)
        }
        size = slice_size(store, Filters()).iloc[0]
        messages = conversation(store, "8" * 32).messages
    assert counts == {"any": 2, "none": 2, "unknown": 6, "user": 2, "assistant": 0}
    assert (size["flagged_count"], size["judged_count"], size["flagged_share"]) == (2, 4, 0.5)
    flags = [None if pd.isna(flag) else bool(flag) for flag in messages["is_flagged"]]
    assert flags == [False, None, True, None]
