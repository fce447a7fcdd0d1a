"""Which data a version holds: what is said of a published dataset is said of that one only."""

import pytest

from queries.datasets.lmsys_chat import LMSYS_CHAT
from queries.datasets.loaded import is_published, loaded_dataset


def manifest(*files, is_synthetic=False):
    sources = [{"path": f"/data/{name}", "row_count": rows} for name, rows in files]
    return {"dataset": LMSYS_CHAT.name, "is_synthetic": is_synthetic, "sources": sources}


SHARD = "train-0000{}-of-00006-4feeb3f83346a0e9.parquet"
# A million in six parts: four of 166,667 and two of 166,666.
SHARDS = [(SHARD.format(n), 166_667 if n < 4 else 166_666) for n in range(6)]


@pytest.mark.parametrize(
    "files",
    [
        SHARDS,
        SHARDS[:1],
        SHARDS[4:],
        [("lmsys.parquet", 1_000_000)],
        [("a.parquet", 400_000), ("b.parquet", 600_000)],
    ],
)
def test_the_published_files_are_known_by_their_number_of_rows(files):
    loaded = loaded_dataset(manifest(*files))
    assert loaded.name == "LMSYS-Chat-1M"
    assert "210,479 people" in loaded.caveat
    assert "210,479" in loaded.about
    assert "0.36" in loaded.scores_caveat
    assert loaded.input_limits == (1_536, 2_560)


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ([("mine.parquet", 5_162)], "mine.parquet"),
        ([("a.parquet", 1), ("b.parquet", 2), ("c.parquet", 3)], "3 files"),
        ([(SHARD.format(0), 166_660)], SHARD.format(0)),
        ([("train-00000-of-00000.parquet", 1_000)], "train-00000-of-00000.parquet"),
        ([("LMSYS-Chat-1M.parquet", 999_999)], "LMSYS-Chat-1M.parquet"),
    ],
)
def test_other_files_are_named_and_nothing_else_is_said_of_them(files, name):
    loaded = loaded_dataset(manifest(*files))
    assert loaded.name == name
    assert not loaded.is_synthetic
    assert_silent(loaded)
    assert f"`{files[0][0]}`" in loaded.about


def test_the_sample_is_called_synthetic_however_large_it_is():
    loaded = loaded_dataset(manifest(("sample.parquet", 1_000_000), is_synthetic=True))
    assert (loaded.name, loaded.is_synthetic) == ("Synthetic sample", True)
    assert_silent(loaded)
    assert "generated" in loaded.caveat


def assert_silent(loaded):
    """Nothing is said that is true of the published dataset alone."""
    for text in (loaded.caveat, loaded.about, loaded.scores_caveat):
        assert not any(figure in text for figure in ("210,479", "million", "0.36", "2023"))
    assert loaded.input_limits == ()


def test_a_dataset_without_a_known_size_is_never_recognised():
    from dataclasses import replace

    info = replace(LMSYS_CHAT.info, published_count=None)
    assert not is_published(info, [{"path": "a.parquet", "row_count": 1_000_000}])
    assert not is_published(LMSYS_CHAT.info, [])
