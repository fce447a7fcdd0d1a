"""The page that compares two slices: which they are, what differs, and the words of each."""

import pytest

from tests.app.support.components import (
    captions,
    components,
    data,
    names,
    notes,
    notices,
    send,
    table,
    texts,
    traces,
    unescaped,
    whole,
)

pytestmark = pytest.mark.usefixtures("served")


def sides(app):
    return [
        unescaped(mark) for mark in app.main.markdown if mark.value.startswith(("**A**", "**B**"))
    ]


def test_without_a_second_slice_it_says_how_to_choose_one(opened, accepted):
    app = whole(opened(accepted, "compare"))
    assert app.title[0].value == "Compare"
    assert sides(app)[0] == "**A** 12 conversations: all conversations"
    assert sides(app)[1].startswith("**B** is not set.")
    assert "table_comparison" not in components(app)
    assert not [button for button in app.button if button.key == "swap"]


def suggestions(app):
    buttons = [button for button in app.button if str(button.key).startswith("suggestion_")]
    return [button.label.replace("\\", "") for button in buttons]


def test_it_suggests_comparisons_of_what_is_most_frequent(opened, accepted):
    app = whole(opened(accepted, "compare"))
    assert suggestions(app) == [
        "vicuna-13b and koala-13b",
        "English and Arabic",
        "Flagged and not flagged",
    ]
    app = whole(app.button(key="suggestion_1").click().run())
    assert app.query_params == {"language": "English", "against": "language=Arabic"}
    assert suggestions(app) == []
    assert "table_comparison" in components(app)
    app = whole(app.button(key="swap").click().run())
    assert app.query_params == {"language": "Arabic", "against": "language=English"}


def test_suggestions_stay_inside_the_slice(opened, accepted):
    app = whole(opened(accepted, "compare", model="gpt-4"))
    assert "vicuna-13b and koala-13b" not in suggestions(app)
    assert "Flagged and not flagged" not in suggestions(app)  # Neither of the two is flagged.
    app = whole(opened(accepted, "compare", flagged="any"))
    app = whole(app.button(key="suggestion_0").click().run())
    assert app.query_params["flagged"] == "any"
    assert "flagged=any" in app.query_params["against"]


def test_a_slice_stands_against_everything_else(opened, accepted):
    app = whole(opened(accepted, "compare", model="gpt-4", against="rest"))
    assert sides(app) == [
        "**A** 2 conversations: gpt-4",
        "**B** 10 conversations: everything but: gpt-4",
    ]
    assert notices(app) == []
    rows = table(app, "table_comparison")
    assert {name: (row["A"], row["B"]) for name, row in rows.items()} == {
        "Any message flagged": ("0 %", "30.0 %"),
        "User message flagged (attempt)": ("0 %", "20.0 %"),
        "Assistant message flagged (success)": ("0 %", "20.0 %"),
        "Assistant flagged, given a flagged user message": ("–", "50.0 %"),
        "Names redacted": ("0 %", "10.0 %"),
        "Single turn": ("100 %", "80.0 %"),
        "With a code block": ("50.0 %", "0 %"),
        "First prompt repeats in the store": ("50.0 %", "20.0 %"),
        "Mean turns": ("1.00", "1.30"),
        "Mean characters of all prompts of a conversation": ("22.00", "19.80"),
        "Mean characters of all responses of a conversation": ("15.50", "8.20"),
    }
    assert rows["With a code block"]["Difference"] == "+50.00 points"
    assert rows["Mean turns"]["Difference"] == "−0.30"
    small = notes(app, "table_comparison")
    assert small["With a code block"]["Difference"] == "+0.86 to +90.55"
    assert small["Assistant flagged, given a flagged user message"]["A"] == "n = 0"
    assert {row["small"] for row in data(app, "table_comparison")["rows"]} == {True}


def test_filters_in_the_address_are_the_second_slice(opened, accepted):
    query = {"model": "claude-1", "against": "model=gpt-4", "of": "model"}
    app = whole(opened(accepted, "compare", **query))
    assert sides(app)[1] == "**B** 2 conversations: gpt-4"
    assert notices(app) == []
    assert table(app, "table_shifts")["gpt-4"]["Difference"] == "−100.00 points"


def test_the_overlap_of_both_slices_is_stated(opened, accepted):
    app = whole(opened(accepted, "compare", against="model=gpt-4"))
    (sentence,) = notices(app)
    assert sentence.startswith("2 conversations are in both slices. This makes differences smaller")


@pytest.mark.parametrize(
    ("against", "sentence"),
    [
        ("nonsense", "Slice B in this link is not valid: There is no filter 'nonsense'."),
        (
            "min_turns=x",
            "Slice B in this link is not valid: The filter min_turns takes a whole number",
        ),
        (
            "model=a&flagged=b",
            "Slice B in this link is not valid: The filter flagged takes one of any",
        ),
    ],
)
def test_an_unreadable_second_slice_is_reported(opened, accepted, against, sentence):
    app = whole(opened(accepted, "compare", against=against))
    assert notices(app)[0].startswith(sentence)
    assert sides(app)[1].startswith("**B** is not set.")


def test_an_empty_second_slice_is_reported(opened, accepted):
    app = whole(opened(accepted, "compare", against="min_turns=999"))
    assert notices(app) == ["B is empty. Choose another slice."]
    assert sides(app)[1] == "**B** 0 conversations: at least 999 turns"
    assert "table_comparison" not in components(app)


def test_everything_has_no_rest(opened, accepted):
    app = whole(opened(accepted, "compare", against="rest"))
    assert notices(app) == [
        "A contains all conversations, so nothing is left for B. Choose filters in the sidebar."
    ]
    assert sides(app)[1] == "**B** 0 conversations: everything but: all conversations"


def test_an_empty_first_slice_is_reported_with_its_rest(opened, accepted):
    app = whole(opened(accepted, "compare", against="rest", min_turns="999"))
    assert sides(app) == [
        "**A** 0 conversations: at least 999 turns",
        "**B** 12 conversations: everything but: at least 999 turns",
    ]


def test_buttons_choose_the_second_slice(opened, accepted):
    app = opened(accepted, "compare", model="gpt-4")
    app = whole(app.button(key="b_rest").click().run())
    assert app.query_params["against"] == "rest"
    assert not [button for button in app.button if button.key == "swap"]
    app = whole(app.button(key="b_now").click().run())
    assert app.query_params["against"] == "model=gpt-4"
    app = opened(accepted, "compare")
    app = whole(app.button(key="b_now").click().run())
    assert sides(app)[1] == "**B** 12 conversations: all conversations"


def test_the_slices_change_places_and_back(opened, accepted):
    query = {"model": "gpt-4", "against": "flagged=any&min_score=hate%3D0.5", "of": "turns"}
    app = opened(accepted, "compare", **query)
    before = sides(app)
    app = whole(app.button(key="swap").click().run())
    assert app.query_params == {
        "flagged": "any",
        "min_score": "hate=0.5",
        "against": "model=gpt-4",
        "of": "turns",
    }
    assert sides(app) == [
        "**A** 1 conversation: flagged; hate score of at least 0.5",
        "**B** 2 conversations: gpt-4",
    ]
    app = whole(app.button(key="swap").click().run())
    assert sides(app) == before


@pytest.mark.parametrize(
    ("of", "head", "name", "difference", "pick"),
    [
        ("model", "Model", "vicuna-13b", "+33.33 points", "model=vicuna-13b"),
        ("language", "Language", "(none given)", "−11.11 points", "language=%28none+given%29"),
        ("category", "Category", "hate", "+33.33 points", "category=hate"),
        ("turns", "Turns", "2 turns", "+33.33 points", "min_turns=2&max_turns=2"),
    ],
)
def test_every_mix_can_shift(opened, accepted, of, head, name, difference, pick):
    app = whole(opened(accepted, "compare", flagged="any", against="rest", of=of))
    rows = table(app, "table_shifts")
    assert rows[name]["Difference"] == difference
    assert next(iter(rows[name])) == head
    picks = {row["cells"][0]: row["token"] for row in data(app, "table_shifts")["rows"]}
    assert picks[name] == pick
    _, a, b = traces(app, "shifts")
    assert name in a["y"]
    assert dict(zip(a["y"], a["meta"], strict=True))[name] == pick
    assert "meta" not in b  # A mark of B is none of A, whose filters a choice changes.


def test_the_largest_shift_is_on_top(opened, accepted):
    app = opened(accepted, "compare", model="gpt-4", against="rest", of="model")
    assert names(app, "table_shifts") == ["gpt-4", "vicuna-13b", "koala-13b", "claude-1"]
    a, b = (dict(zip(trace["y"], trace["x"], strict=True)) for trace in traces(app, "shifts")[1:])
    assert (a["gpt-4"], b["gpt-4"]) == (100, 0)
    app = whole(send(app, "table_shifts", "chosen", "model=koala-13b"))
    assert sides(app)[0] == "**A** 5 conversations: gpt-4 or koala-13b"


def test_all_differences_are_one_picture_without_what_was_chosen(opened, accepted):
    app = whole(opened(accepted, "compare", flagged="any", against="rest"))
    shares, means = traces(app, "all_differences")
    labels = [row[0] for row in shares["customdata"]]
    assert labels[:4] == [
        "Names redacted",
        "Single turn",
        "With a code block",
        "First prompt repeats in the store",
    ]
    assert {"vicuna-13b", "(none given)", "2 turns"} <= set(labels)
    assert "hate" not in labels
    # 2 of 3 flagged ones have a single turn, 8 of 9 others.
    assert shares["x"][1] == pytest.approx(100 * (2 / 3 - 8 / 9))
    assert shares["meta"][:2] == ["redacted=true", "min_turns=1&max_turns=1"]
    assert means["customdata"][0][0] == "Mean turns"
    sentence = "Left out, because A and B were chosen by it: Any message flagged, User message"
    assert any(sentence in caption for caption in captions(app))
    assert not [name for name in names(app, "table_comparison") if "flagged" in name.lower()]


def test_recent_slices_are_offered_for_both_sides(opened, accepted):
    app = whole(opened(accepted, "compare", model="gpt-4"))
    app = whole(app.selectbox(key="pick_a").select("unique_prompts=false").run())
    assert app.query_params == {}
    assert app.selectbox(key="pick_a").options == ["all conversations", "gpt-4"]
    assert app.selectbox(key="pick_b").options[0] == "everything else"
    app = whole(app.selectbox(key="pick_b").select("model=gpt-4").run())
    assert app.query_params == {"against": "model=gpt-4"}
    app = whole(app.selectbox(key="pick_b").select("rest").run())
    app = whole(app.selectbox(key="pick_a").select("model=gpt-4").run())
    assert app.query_params == {"model": "gpt-4", "against": "rest"}
    assert sides(app)[0] == "**A** 2 conversations: gpt-4"


def test_no_shift_is_stated(opened, accepted):
    app = whole(opened(accepted, "compare", model="gpt-4", against="flagged=none", of="category"))
    assert "No differences." in texts(app)
    assert names(app, "table_shifts") == []


def test_an_unknown_mix_falls_back_to_one_that_was_not_chosen(opened, accepted):
    app = whole(opened(accepted, "compare", model="gpt-4", against="rest", of="zzz"))
    assert app.segmented_control(key="of").value == "language"
    assert "of" not in app.query_params
