"""The file in which a build of an index says where it stands."""

from dataclasses import replace

import pytest

from queries.store.index_progress import (
    IndexProgress,
    index_progress_path,
    read_index_progress,
    write_index_progress,
)
from queries.store.layout import StorePath

EMBEDDING = IndexProgress(
    "meaning", 7, 1_000.0, title="Embedding prompts", done=300, total=1_200, unit="prompts"
)


def test_what_is_written_is_read(tmp_path):
    store = StorePath(tmp_path)
    assert read_index_progress(store) is None
    write_index_progress(store, EMBEDDING)
    assert read_index_progress(store) == EMBEDDING
    assert [path.name for path in store.state_path.iterdir()] == ["index-progress.json"]


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "null", "{}", '{"kind": "words"}', '\x00\xff{"kind"'),
        '{"kind": "words", "process": 1, "written_at": null}',
    ],
)
def test_a_damaged_file_is_no_progress(tmp_path, text):
    path = index_progress_path(StorePath(tmp_path))
    path.parent.mkdir()
    path.write_text(text)
    assert read_index_progress(StorePath(tmp_path)) is None


def test_a_file_of_a_later_version_is_read_as_far_as_it_is_known(tmp_path):
    store = StorePath(tmp_path)
    write_index_progress(store, EMBEDDING)
    path = index_progress_path(store)
    path.write_text(path.read_text().replace("{", '{"colour": "blue", ', 1))
    assert read_index_progress(store) == EMBEDDING


def test_steps_are_counted_by_what_is_built():
    assert (EMBEDDING.step_number, EMBEDDING.step_count, EMBEDDING.share) == (7, 10, 0.25)
    words = replace(EMBEDDING, kind="words", title="Indexing masked messages", total=0)
    assert (words.step_number, words.step_count, words.share) == (4, 4, 0.0)
    assert replace(EMBEDDING, title="").step_number is None


@pytest.mark.parametrize(
    ("state", "now", "is_alive"),
    [
        *(("building", 1_030.0, True), ("building", 1_031.0, False)),
        # The clock was set back.
        *(("building", 900.0, False), ("done", 1_001.0, False), ("failed", 1_001.0, False)),
    ],
)
def test_a_build_without_a_sign_of_life_is_dead(state, now, is_alive):
    assert replace(EMBEDDING, state=state).is_alive(now) is is_alive
