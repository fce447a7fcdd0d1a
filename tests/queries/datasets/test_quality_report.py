"""Rows and files that differ from what the dataset's card promises are counted and sentence."""

import pyarrow.parquet as pq

from queries.datasets.quality_report import missing_column_sentences
from tests.support import tiny_dataset
from tests.support.odd_rows import ODD_ROWS
from tests.support.stores import prepare_store


def test_files_without_the_column_redacted_are_named(tmp_path):
    tiny_dataset.write(tmp_path / "raw" / "a.parquet", tiny_dataset.ROWS[:6])
    early = tiny_dataset.table(tiny_dataset.ROWS[6:]).drop_columns("redacted")
    pq.write_table(early, tmp_path / "raw" / "b.parquet")
    manifest = prepare_store(tmp_path / "raw", tmp_path / "store").manifest()
    sentence = (
        "The column redacted is missing in 1 of 2 files; it was derived from NAME_n placeholders."
    )
    assert list(missing_column_sentences(manifest)) == [sentence]


def test_oddities_are_counted(tmp_path):
    version = prepare_store(
        tiny_dataset.write(tmp_path / "raw.parquet", ODD_ROWS), tmp_path / "store"
    )
    assert version.manifest()["oddities"] == {
        "conversation_null": 2,
        "conversation_empty": 1,
        "message_null": 2,
        "role_unknown": 1,
        "turn_disagrees": 2,
        "moderation_null": 2,
        "moderation_fewer": 1,
        "moderation_more": 2,
        "moderation_user_only": 1,
        "moderation_undealt": 2,
        "moderation_incomplete": 3,
        "model_null": 1,
        "language_null": 1,
        "redacted_null": 1,
    }


def test_a_verdict_that_contradicts_its_categories_is_counted(tmp_path):
    only_category, only_verdict = tiny_dataset.verdict("hate"), tiny_dataset.verdict()
    only_category["flagged"], only_verdict["flagged"] = False, True
    rows = [
        tiny_dataset.row("a", "m", "English", ("x", only_category), "y"),
        tiny_dataset.row("b", "m", "English", ("x", only_verdict), "y"),
        tiny_dataset.row("c", "m", "English", ("x", tiny_dataset.verdict("hate")), "y"),
    ]
    version = prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", rows), tmp_path / "store")
    assert version.manifest()["oddities"] == {"verdict_disagrees": 2}
