"""The filter `near` on pages: links, chips, and sentences for what cannot be followed."""

import math
import re
from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

from queries.store.layout import StorePath
from queries.store.model_hash import model_hash
from tests.app.support.components import captions, notices, texts, whole
from tests.app.support.sample_rows import sample_rows, similarities
from tests.app.support.search_page import cards, result_ids

TEXT = "write a poem"


def model_of(folder):
    return model_hash(StorePath(folder).current().manifest()["steps"]["index"])


def near_count(cut: float) -> int:
    return sum(similarity >= cut for similarity in similarities(TEXT).values())


def chips(app: AppTest) -> list[str]:
    return [b.label.replace("\\", "") for b in app.button if (b.key or "").startswith("drop_")]


def test_a_link_keeps_what_is_near_on_every_page(indexed, indexed_folder):
    model, many = model_of(indexed_folder), near_count(0.555)
    assert 20 < many < 1_000
    phrase = f"close in meaning to ‘{TEXT}’ (similarity at least 0.555)"
    for view in ("overview", "models", "browse", "export", "search"):
        app = whole(indexed(view, near=f"0.555:{TEXT}"))
        assert texts(app)[0] == f"{many} conversations: {phrase}"
        # The link that a reader passes on says with which model.
        assert app.query_params == {"near": f"0.555@{model}:{TEXT}"}
        assert chips(app) == [phrase]
        assert notices(app) == []
    app = whole(app.button(key="drop_near_None").click().run())
    assert texts(app)[0] == "2,000 conversations: all conversations"
    assert app.query_params == {}


def test_a_link_of_another_model_is_ignored_in_a_sentence(indexed, indexed_folder):
    app = whole(indexed("overview", near=f"0.555@00c0ffee:{TEXT}", language="English"))
    (notice,) = notices(app)
    assert notice == (
        "The filter near was made with another embedding model (00c0ffee) than that of this search "
        f"index ({model_of(indexed_folder)}), so it cannot be followed: search for its text again. "
        "The filter by meaning was ignored."
    )
    assert texts(app)[0].endswith("conversations: English")
    assert app.query_params == {"language": "English"}
    assert chips(app) == ["English"]


def test_a_malformed_filter_is_ignored_in_a_sentence(indexed):
    app = whole(indexed("overview", near="2:egg"))
    (notice,) = notices(app)
    assert notice.endswith("not '2:egg'. It was ignored.")
    assert app.query_params == {}


def test_without_vectors_words_go_on(opened, words_folder):
    app = whole(opened(words_folder, "overview", near=f"0.555:{TEXT}", text="needle"))
    (notice,) = notices(app)
    assert notice.startswith("The search index was built without vectors")
    assert notice.endswith("The filter by meaning was ignored.")
    assert texts(app)[0].startswith("1 conversation: a message with")
    assert app.query_params == {"text": "needle"}


def test_without_an_index_it_says_so(opened, accepted):
    app = whole(opened(accepted, "overview", near=f"0.555:{TEXT}"))
    (notice,) = notices(app)
    assert "no search index" in notice
    assert app.query_params == {}


def kept(app: AppTest) -> list[str]:
    return [sentence for sentence in captions(app) if sentence.startswith("Keeps ")]


def export_link(app: AppTest) -> dict[str, list[str]]:
    """The query parameters of the link to the page Export beside the results."""
    (link,) = [e.proto for e in app.main.get("page_link") if e.proto.label == "Export"]
    assert link.page == "export"
    return parse_qs(link.query_string)


@pytest.mark.parametrize("mode", ["meaning", "both"])
def test_results_by_meaning_are_kept_down_to_the_last_one_shown(indexed, indexed_folder, mode):
    app = whole(indexed("search", q=TEXT, mode=mode))
    last = min(card["similarity"] for card in cards(app) if card["similarity"] is not None)
    cut = math.floor(last * 100) / 100
    assert app.number_input(key="near_least").value == cut
    many = near_count(cut)
    assert kept(app) == [f"Keeps {many} conversations."]
    near = f"{cut}@{model_of(indexed_folder)}:{TEXT}"
    parameters = {"near": [near], "shape": ["published"], "export_format": ["jsonl"]}
    assert export_link(app) == parameters
    app = whole(app.button(key="keep_near").click().run())
    assert app.query_params["near"] == near
    assert texts(app)[0].startswith(f"{many} conversations: close in meaning to ‘{TEXT}’")
    assert app.button(key="keep_near").disabled
    assert kept(app) == [f"Keeps {many} conversations."]
    app = whole(indexed("export", **{name: value[0] for name, value in parameters.items()}))
    assert f"{many} conversations will be written." in texts(app)
    assert app.selectbox(key="export_format").value == "jsonl"


def test_a_lower_cut_keeps_more_and_the_nearest_are_of_the_store(indexed, indexed_folder):
    app = whole(indexed("search", q=TEXT, mode="meaning", language="English"))
    app = whole(app.number_input(key="near_least").set_value(0.5).run())
    english = {key for key, row in sample_rows().items() if row["language"] == "English"}
    near = {key for key, similarity in similarities(TEXT).items() if similarity >= 0.5}
    assert kept(app) == [f"Keeps {len(english & near)} conversations in this slice."]
    app = whole(app.segmented_control(key="near_by").set_value("top").run())
    assert app.number_input(key="near_top").value == 20
    app = whole(app.number_input(key="near_top").set_value(2_000).run())
    assert kept(app) == [
        f"Keeps {len(english):,} conversations in this slice. "
        "The 2,000 nearest are of the whole store."
    ]
    app = whole(app.button(key="keep_near").click().run())
    assert app.query_params["near"] == f"top2000@{model_of(indexed_folder)}:{TEXT}"
    app = whole(app.button(key="drop_near_None").click().run())
    assert "near" not in app.query_params


def test_what_is_similar_to_a_message_is_kept_by_its_place_and_not_its_text(indexed):
    key, turn = "425329e0288d639bf2f9bd2f0464b98a", "6"
    app = whole(indexed("search", like=key, like_turn=turn))
    nearest = set(result_ids(app)[:7])
    app = whole(app.segmented_control(key="near_by").set_value("top").run())
    app = whole(app.number_input(key="near_top").set_value(7).run())
    assert kept(app) == ["Keeps 7 conversations."]
    app = whole(app.button(key="keep_near").click().run())
    assert texts(app)[0] == (
        f"7 conversations: the 7 closest in meaning to turn {turn} of conversation {key}"
    )
    assert re.fullmatch(rf"top7@[0-9a-f]{{8}}~{turn}:{key}", app.query_params["near"])
    assert set(result_ids(app)) == nearest


def test_a_slice_has_one_filter_by_meaning(indexed):
    app = whole(indexed("search", q="weather", mode="meaning", near=f"0.3:{TEXT}"))
    assert app.button(key="keep_near").disabled
    assert not [e for e in app.main.get("page_link") if e.proto.label == "Export"]


def test_a_search_by_words_is_exported_as_it_is(indexed):
    app = whole(indexed("search", q="museum", mode="words"))
    assert export_link(app)["text"] == ["museum"]
    assert not app.main.number_input
