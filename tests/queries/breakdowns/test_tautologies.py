"""Which differences follow from what two slices were chosen by."""

import pytest

from queries.breakdowns.all_differences import all_differences
from queries.breakdowns.tautologies import decided_categories, decided_measures, is_decided_mix
from queries.filters import Filters
from queries.filters.filters import Complement
from queries.filters.min_score import MinScore

FLAGS = {
    "flagged_share",
    "user_flagged_share",
    "assistant_flagged_share",
    "both_given_user_share",
}


@pytest.mark.parametrize(
    ("a", "b", "measures"),
    [
        (Filters(), Filters(), set()),
        (Filters(model=("x",)), Filters(model=("y",)), set()),
        (Filters(flagged="any"), None, FLAGS),
        (Filters(flagged="any"), Filters(flagged="none"), FLAGS),
        (Filters(flagged="any"), Filters(flagged="any", model=("x",)), set()),
        (Filters(flagged="user"), None, {"flagged_share", "user_flagged_share"}),
        (Filters(), Filters(flagged="assistant"), FLAGS - {"user_flagged_share"}),
        (Filters(flagged="user"), Filters(flagged="assistant"), FLAGS),
        (Filters(category=("hate",)), None, {"flagged_share"}),
        (Filters(redacted=True), Filters(redacted=False), {"redacted_share"}),
        (Filters(has_code=False), None, {"with_code_share"}),
        (Filters(max_turns=3), Filters(), {"single_turn_share", "mean_turn_count"}),
        (Filters(unique_prompts=True), Filters(), {"repeated_prompt_share"}),
    ],
)
def test_measures_that_filters_decide(a, b, measures):
    assert decided_measures(a, Complement(a) if b is None else b) == measures


def test_mixes_and_categories_that_filters_decide():
    a = Filters(model=("x",), category=("hate",), min_score=(MinScore("sexual", 0.5),))
    b = Filters(category=("violence",), min_turns=2)
    decided = [of for of in ("model", "language", "category", "turns") if is_decided_mix(a, b, of)]
    assert decided == ["model", "turns"]
    assert decided_categories(a, b) == {"hate", "violence", "sexual"}
    assert decided_categories(a, a) == set()
    assert is_decided_mix(Filters(flagged="any"), Filters(flagged="none"), "category")


def test_all_differences_leave_out_what_is_decided_or_nothing(tiny_store):
    """gpt-4 has 2 of the 12; none is flagged as anything but hate, and nothing in gpt-4 is."""
    rows = all_differences(tiny_store, Filters(model=("gpt-4",)), against="rest")
    assert set(rows["of"]) == {"measure", "language", "category", "turns"}
    assert rows["difference"].notna().all()
    assert not ((rows["value_a"] == 0) & (rows["value_b"] == 0)).any()
    measures = rows[rows["of"] == "measure"].set_index("name")
    assert measures.loc["with_code_share", "difference"] == 0.5
    assert measures["value"].isna().all()
    languages = rows[rows["of"] == "language"]
    assert len(languages) <= 5
    assert languages["name"].isna().all()
