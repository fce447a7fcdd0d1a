"""Which data this is: a badge on every page, captions of that data, and coverage beside rates."""

import re
from pathlib import Path

import pytest

from dashboard.pages import PAGES
from queries.store.layout import StorePath
from tests.app.support.components import captions, components, data, unescaped, whole

pytestmark = pytest.mark.usefixtures("served")

NAMES = [page.name for page in PAGES]


@pytest.mark.parametrize("name", NAMES)
def test_every_page_says_which_data_it_shows(opened, accepted, name):
    badge = data(opened(accepted, name), "badge")
    assert (badge["name"], badge["size"]) == ("tiny.parquet", "12 conversations")
    assert not badge["isSynthetic"]
    assert badge["href"] == "about"


def test_the_badge_counts_the_dataset_and_not_the_slice(opened, accepted):
    badge = data(whole(opened(accepted, "overview", model="gpt-4")), "badge")
    assert badge["size"] == "12 conversations"
    assert badge["href"] == "about?model=gpt-4"


def test_removed_conversations_leave_the_badge_at_once(opened, accepted):
    from queries.removal.remove import remove
    from tests.support.tiny_dataset import ROWS

    app = whole(opened(accepted, "overview"))
    remove(StorePath(accepted), [ROWS[0]["conversation_id"]], "a request", "a test")
    assert data(whole(app.run()), "badge")["size"] == "11 conversations"


def test_the_sample_is_marked(opened, sample_folder):
    badge = data(whole(opened(sample_folder, "overview")), "badge")
    assert (badge["name"], badge["isSynthetic"]) == ("Synthetic sample", True)


def test_no_badge_before_the_licence_is_accepted(opened, own_folder: Path):
    app = opened(own_folder, "overview")
    assert "badge" not in components(app)


@pytest.mark.parametrize("name", NAMES)
def test_no_page_says_of_this_data_what_is_known_of_another(opened, accepted, name):
    app = opened(accepted, name)
    said_here = " ".join([*captions(app), *(unescaped(text) for text in app.main.markdown)])
    assert not re.search(r"210,479|million conversations|micro-F1", said_here)


@pytest.mark.parametrize(
    ("name", "query", "known"),
    [
        ("overview", {}, r"verdicts known for 3 of 7 conversations$"),
        ("models", {}, r"· 1 model · verdicts known for 3 of 7 conversations$"),
        ("languages", {}, r"verdicts known for 3 of 7 conversations$"),
        ("moderation", {}, r"verdicts known for 3 of 7 conversations"),
        (
            "compare",
            {"against": "unique_prompts=false"},
            r"known for 3 of 7 conversations of A and 3 of 7 conversations of B; \d+ measures",
        ),
    ],
)
def test_rates_say_over_how_many_verdicts_they_are(opened, odd_store, name, query, known):
    app = whole(opened(odd_store("doubtful"), name, **query))
    assert any(re.search(known, caption) for caption in captions(app)), captions(app)


def test_nothing_is_said_of_coverage_where_all_verdicts_are_known(opened, accepted):
    for name in ("overview", "models", "compare"):
        app = whole(
            opened(
                accepted,
                name,
                **({"against": "rest", "model": "gpt-4"} if name == "compare" else {}),
            )
        )
        assert not any("verdicts known" in caption for caption in captions(app))
