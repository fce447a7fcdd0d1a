"""What counts as near, and how a similarity is written."""

import pytest

from queries.search.model_files import BUNDLED
from queries.search.similarity_floor import nearness_floor, nothing_near, similarity_text


@pytest.mark.parametrize(
    ("similarity", "text"),
    [
        (0.0, "0.00"),
        (0.5, "0.50"),
        (0.29, "0.29"),
        (0.989, "0.98"),
        (0.994, "0.99"),
        (0.9999, "0.99"),
        (1.0, "0.99"),
    ],
)
def test_different_texts_are_never_called_the_same(similarity, text):
    assert similarity_text(similarity) == text


@pytest.mark.parametrize(
    ("name", "floor"),
    [(BUNDLED, 0.57), ("multilingual", 0.88), (f"quick vectors of {BUNDLED}", 0.97)],
)
def test_each_model_has_a_floor_of_its_own(name, floor):
    assert nearness_floor({"name": name}) == floor
    assert nothing_near(floor, {"name": name}) is None
    note = nothing_near(floor - 0.005, {"name": name})
    assert note is not None
    assert note.startswith(f"Nothing is near: the nearest has similarity {floor - 0.01:.2f}.")
    assert note.endswith(f"below {floor:.2f}.")


@pytest.mark.parametrize("model", [None, {"name": "mine"}, {"name": BUNDLED, "truncated_from": 9}])
def test_nothing_is_said_of_a_model_that_was_not_measured(model):
    assert nearness_floor(model) is None
    assert nothing_near(0.01, model) is None
