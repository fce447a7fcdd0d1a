"""Pages while an index is built: its progress, why it ended, and the index taken up by itself."""

import time

import pytest

from queries.errors import IndexMissingError
from queries.prepare.index import quick_step
from queries.prepare.index.build import build_index
from queries.runtime.progress import Silent
from queries.search.index_summary import time_left
from queries.store.index_progress import STALE_SECONDS
from queries.store.layout import StorePath
from tests.app.support.components import components, data, error_texts, notices, whole
from tests.app.support.index_builds import written
from tests.app.support.search_page import result_count
from tests.support.fake_embedder import DictionaryEmbedder, TokenDictionary

SENTENCE = "Building the search index. Step 7 of 10, embedding prompts: 42 %, about 3 min left."


def test_the_progress_stands_on_the_page_and_in_the_sidebar(opened, accepted):
    written(accepted)
    app = whole(opened(accepted, "search"))
    for key in ("search_index", "sidebar_index"):
        drawn = data(app, key)
        assert drawn["text"] == SENTENCE
        assert drawn["share"] == 0.42
        # What is read aloud changes with the step and each quarter of it.
        assert drawn["announced"] == "Search index: Step 7 of 10, embedding prompts, 25 %"
    assert not app.text_input(key="text").value
    overview = whole(opened(accepted))
    assert "sidebar_index" in components(overview)
    assert "search_index" not in components(overview)


def test_before_the_first_step_nothing_is_measured(opened, accepted):
    written(accepted, title="", done=0, total=0, seconds_left=None)
    drawn = data(whole(opened(accepted, "search")), "search_index")
    assert (drawn["text"], drawn["share"]) == ("The search index is about to be built.", None)


def test_words_are_searched_while_vectors_are_made(opened, accepted):
    build_index(StorePath(accepted), None, Silent())
    written(accepted)
    app = whole(opened(accepted, "search", q="raining"))
    assert data(app, "search_index")["text"] == SENTENCE
    assert notices(app) == []
    assert result_count(app) == "1–1 of 1 conversation"


def test_a_build_that_ended_says_so_and_how_it_goes_on(opened, accepted):
    written(accepted, state="failed", problem=f"There is no room in {accepted}/versions.")
    app = opened(accepted, "search")
    assert notices(app) == [
        "The search index is not complete: its build has ended. There is no room in DIR/versions. "
        "Start it again with: chatscape index. It goes on where it stopped."
    ]
    assert error_texts(app) == [str(IndexMissingError("DIR"))]
    written(accepted, written_at=time.time() - STALE_SECONDS - 5)
    assert "its build has ended. Start it again" in notices(opened(accepted, "search"))[0]
    assert notices(opened(accepted)) == []


def test_a_complete_index_reports_no_old_build(opened, accepted, monkeypatch):
    monkeypatch.setattr("queries.search.index.load_embedder", lambda _: DictionaryEmbedder())
    build_index(StorePath(accepted), DictionaryEmbedder(), Silent())
    written(accepted, state="failed", problem="It was stopped.")
    app = whole(opened(accepted, "search", q="raining"))
    assert notices(app) == []
    assert not {"search_index", "sidebar_index"} & components(app)


def test_an_open_page_takes_up_an_index_of_its_data(opened, accepted, monkeypatch):
    monkeypatch.setattr("queries.search.index.load_embedder", lambda _: DictionaryEmbedder())
    written(accepted)
    app = whole(opened(accepted, "search", q="raining"))
    build_index(StorePath(accepted), DictionaryEmbedder(), Silent())
    app = whole(app.run())
    assert result_count(app).startswith("1–12 of 12 conversations: 1 contain the words")
    assert not any("newer version" in element.value for element in app.markdown)
    assert not {"search_index", "sidebar_index"} & components(app)


def quick_index(folder, tmp_path, monkeypatch):
    """Build an index with quick vectors, which the model would take 25 minutes to replace."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(quick_step, "_seconds_per_prompt", lambda *_: 100.0)
    build_index(StorePath(folder), TokenDictionary(), Silent(), quick="only")


def test_meaning_is_searched_with_quick_vectors_while_the_model_is_at_work(
    opened, accepted, tmp_path, monkeypatch
):
    quick_index(accepted, tmp_path, monkeypatch)
    written(accepted, has_quick_step=True)
    app = whole(opened(accepted, "search", q="raining"))
    assert data(app, "search_index")["text"] == SENTENCE.replace("7 of 10", "13 of 16")
    assert notices(app) == []
    assert result_count(app).startswith("1–12 of 12 conversations: 1 contain the words")
    (sentence,) = [caption.value for caption in app.caption if "Quick vectors" in caption.value]
    assert "Quick vectors, an approximation of dictionary" in sentence
    assert "are being made, and are expected to replace these in about 3 min" in sentence
    captions = [caption.value for caption in opened(accepted, "search").caption]
    assert any("replace these in about 3 min" in caption for caption in captions)
    written(accepted, state="failed", problem="It was stopped.")
    app = whole(opened(accepted, "search", q="raining"))
    (sentence,) = [caption.value for caption in app.caption if "Quick vectors" in caption.value]
    assert "take about 25 min on this machine, and replace these when they are complete" in sentence


def test_a_build_of_the_model_that_ended_is_told_of_quick_vectors(
    opened, accepted, tmp_path, monkeypatch
):
    quick_index(accepted, tmp_path, monkeypatch)
    written(accepted, state="failed", problem="It was stopped.")
    assert "its build has ended. It was stopped." in notices(opened(accepted, "search"))[0]
    written(accepted, kind="quick", state="failed", problem="It was stopped.")
    assert notices(opened(accepted, "search")) == []


def test_an_open_page_takes_up_the_vectors_of_the_model(opened, accepted, tmp_path, monkeypatch):
    monkeypatch.setattr("queries.search.index.load_embedder", lambda _: DictionaryEmbedder())
    quick_index(accepted, tmp_path, monkeypatch)
    written(accepted)
    app = whole(opened(accepted, "search", q="raining"))
    build_index(StorePath(accepted), TokenDictionary(), Silent())
    app = whole(app.run())
    assert not any("Quick vectors" in caption.value for caption in app.caption)
    assert not {"search_index", "sidebar_index"} & components(app)


def test_a_version_that_was_deleted_since_is_replaced_without_a_word(opened, accepted):
    app = whole(opened(accepted))
    for name in ("one", "two", "three"):
        build_index(StorePath(accepted), DictionaryEmbedder(name=name), Silent())
    assert notices(whole(app.run())) == []


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        *((0, "less than 1 min left"), (59, "less than 1 min left"), (60, "about 1 min left")),
        *((5_000, "about 83 min left"), (5_400, "about 2 h left"), (36_000, "about 10 h left")),
    ],
)
def test_the_time_left_is_shown_in_words(seconds, words):
    assert time_left(seconds) == words
