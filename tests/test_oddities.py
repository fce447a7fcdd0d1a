"""Rows and files that differ from what the dataset's card promises are counted and said."""

import pyarrow.parquet as pq

from queries.oddities import redaction_sentence
from tests import tiny
from tests.conftest import prepared
from tests.test_lossless import ODD_ROWS


def test_it_is_said_which_files_lack_the_redaction(tmp_path):
    tiny.write(tmp_path / "raw" / "a.parquet", tiny.ROWS[:6])
    early = tiny.table(tiny.ROWS[6:]).drop_columns("redacted")
    pq.write_table(early, tmp_path / "raw" / "b.parquet")
    manifest = prepared(tmp_path / "raw", tmp_path / "store").manifest()
    said = (
        "The column redacted is missing in 1 of 2 files; it was derived from NAME_n placeholders."
    )
    assert redaction_sentence(manifest) == said


def test_oddities_are_counted(tmp_path):
    version = prepared(tiny.write(tmp_path / "raw.parquet", ODD_ROWS), tmp_path / "store")
    assert version.manifest()["oddities"] == {
        "conversation_null": 2,
        "conversation_empty": 1,
        "message_null": 2,
        "role_unknown": 1,
        "turn_disagrees": 2,
        "moderation_null": 2,
        "moderation_fewer": 1,
        "moderation_more": 2,
        "moderation_incomplete": 3,
        "model_null": 1,
        "language_null": 1,
        "redacted_null": 1,
    }


def test_a_verdict_that_contradicts_its_categories_is_counted(tmp_path):
    only_category, only_verdict = tiny.verdict("hate"), tiny.verdict()
    only_category["flagged"], only_verdict["flagged"] = False, True
    rows = [
        tiny.row("a", "m", "English", ("x", only_category), "y"),
        tiny.row("b", "m", "English", ("x", only_verdict), "y"),
        tiny.row("c", "m", "English", ("x", tiny.verdict("hate")), "y"),
    ]
    version = prepared(tiny.write(tmp_path / "raw.parquet", rows), tmp_path / "store")
    assert version.manifest()["oddities"] == {"verdict_disagrees": 2}
