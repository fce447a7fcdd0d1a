"""What a browser is sent of a message, and where a strip of scores sees a change."""

import json
import math

import pandas as pd
import pytest

from dashboard.components.strip import changes
from dashboard.message import Shown, message
from queries.schema import CATEGORIES, column_suffix

HERE = "a" * 32
CLEAN = {f"score_{column_suffix(category)}": 0.0 for category in CATEGORIES}
UNJUDGED = dict.fromkeys(CLEAN, math.nan)
OPENED = {
    "nothing": {},
    "this one": {"uncovered": {(HERE, 3)}},
    "another one": {"uncovered": {(HERE, 2), ("b" * 32, 3)}},
    "all": {"is_uncovered": True},
    "all and another one": {"is_uncovered": True, "uncovered": {(HERE, 2)}},
}
WHOLE = {"unfolded": {(HERE, 3)}}


def row(text="hello", *flags, is_flagged=None, scores=CLEAN, **changed):
    return {
        "message_index": 3,
        "turn_number": 2,
        "role": "user",
        "text": text,
        "text_chars": None if text is None else len(text),
        "flagged_categories": list(flags),
        "is_flagged": bool(flags) if is_flagged is None else is_flagged,
        **scores,
        **changed,
    }


def sent(row, *, how="plain", is_reached=True, published=None, **opened):
    return message(row, HERE, Shown(how, **opened), is_reached=is_reached, published=published)


def joined(sent):
    """The text of a message that has neither chips nor code."""
    return "".join(piece for node in sent["nodes"] for piece in node["block"])


@pytest.mark.parametrize(
    ("flags", "opened", "is_covered"),
    [
        ((), "nothing", False),
        (("hate",), "nothing", True),
        (("hate",), "this one", False),
        (("hate",), "another one", True),
        (("hate",), "all", False),
        (("sexual/minors",), "nothing", True),
        (("sexual/minors",), "all", True),
        (("sexual/minors", "hate"), "all and another one", True),
        (("sexual/minors",), "this one", False),
    ],
)
@pytest.mark.parametrize("how", ["plain", "rendered", "published"])
def test_a_covered_message_is_not_sent(flags, opened, is_covered, how):
    published = {"message": {"content": "@secret@"}}
    found = sent(row("@secret@", *flags), how=how, published=published, **OPENED[opened])
    assert bool(found["cover"]) == is_covered
    assert ("@secret@" in str(found)) != is_covered
    assert found["staysCovered"] == (is_covered and "sexual/minors" in flags)


def test_a_message_is_not_sent_before_the_reader_comes_to_it():
    found = sent(row("@secret@"), is_reached=False)
    assert "@secret@" not in str(found)
    assert (found["nodes"], found["chars"], found["size"]) == (None, 8, "8 chars")


@pytest.mark.parametrize(
    ("is_flagged", "flags", "said", "named"),
    [
        (True, ["hate"], "published as flagged", ["hate"]),
        (True, [], "published as flagged", ["flagged"]),
        (False, ["hate"], "published as not flagged", ["hate"]),
        (None, ["hate"], "no published verdict", ["hate"]),
        (False, [], "published as not flagged", []),
        (pd.NA, [], "no published verdict", []),
    ],
)
def test_the_verdict_is_as_published(is_flagged, flags, said, named):
    found = sent({**row("x", *flags), "is_flagged": is_flagged})
    assert (found["verdict"], found["flags"]) == (said, named)
    assert bool(found["cover"]) == bool(named)


def test_scores_have_four_digits_and_what_is_no_number_is_none():
    odd = (0.123456, 1e-9, math.inf, math.nan)
    scores = {**CLEAN, **dict(zip(CLEAN, odd, strict=False))}
    assert sent(row(scores=scores))["scores"] == [0.1235, 1e-9, None, None, *[0.0] * 7]
    assert sent(row(scores=UNJUDGED))["scores"] is None


@pytest.mark.parametrize(
    ("role", "shown", "kind"),
    [
        ("user", "user", "user"),
        ("assistant", "assistant", "assistant"),
        ("system", "system", "other"),
        ("\u202euser", "[U+202E]user", "other"),
        (None, "(no role)", "other"),
        ("", "", "other"),
    ],
)
def test_a_role_is_one_of_two_or_another(role, shown, kind):
    found = sent(row(role=role))
    assert (found["role"], found["kind"]) == (shown, kind)


def test_a_message_without_text_is_empty():
    found = sent(row(None))
    assert (found["nodes"], found["chars"], found["size"], found["isCut"]) == ([], 0, "", False)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a" * 6_000, 6_000),
        ("a" * 6_001, 3_000),
        ("a" * 2_900 + "\n" + "b" * 9_000, 2_900),
        ("a" * 2_900 + " " + "b" * 50_000, 2_900),
        ("a" * 1_499 + "\n" + "b" * 9_000, 3_000),  # So far before, a line would cost half of it.
    ],
)
def test_a_long_message_is_cut_at_the_end_of_a_line_or_of_a_word(text, kept):
    found = sent(row(text))
    assert joined(found) == text[:kept]
    assert (found["isCut"], found["isWhole"]) == (kept < len(text), False)
    whole = sent(row(text), **WHOLE)
    assert joined(whole) == text
    assert not whole["isCut"]


def test_of_an_endless_message_two_million_characters_are_sent():
    found = sent(row("a" * 2_000_001), **WHOLE)
    assert (found["isCut"], found["isWhole"]) == (True, True)


def test_what_is_masked_is_masked_across_the_cut():
    text = "x" * 2_990 + " jo.with.a.long.name@example.com " + "y" * 9_000
    assert "jo.with" not in str(sent(row(text)))


@pytest.mark.parametrize("how", ["plain", "rendered", "published"])
def test_contact_data_is_a_chip_that_says_what_it_was(how):
    text = "to jo@example.com"
    published = {"message": {"content": text, "role": "user"}, "openai_moderation": None}
    found = sent(row(text), how=how, published=published)
    assert "jo@" not in str(found)
    assert "{'mask': 'email address'}" in str(found["nodes"])
    seen = sent(row(text), is_unmasked=True, how=how, published=published)
    assert "jo@example.com" in str(seen["nodes"])


def test_the_published_message_is_its_json():
    published = {"message": {"content": 'a\n```\n"b" é', "role": "user"}, "openai_moderation": None}
    (code,) = sent(row("other"), how="published", published=published)["nodes"]
    text = "".join(piece for _, pieces in code["code"] for piece in pieces)
    assert json.loads(text) == published
    assert "é" in text


def judged(role, score, *, is_flagged=False, category="violence"):
    return row(
        role=role,
        is_flagged=is_flagged,
        scores={**CLEAN, f"score_{column_suffix(category)}": score},
    )


@pytest.mark.parametrize(
    ("rows", "changed"),
    [
        ([("user", 0.5)], [""]),
        ([("user", 0.01), ("user", 0.5)], ["", "violence 0.01 → 0.5"]),
        ([("user", 0.05), ("user", 0.4)], ["", ""]),
        ([("user", 0.0), ("user", 0.009)], ["", ""]),
        ([("user", 0.0), ("user", 0.02)], ["", "violence 0 → 0.02"]),
        ([("user", 0.9), ("user", 0.001)], ["", ""]),
        ([("user", 0.01), ("assistant", 0.5), ("user", 0.02)], ["", "", ""]),
        ([("user", 0.01), ("assistant", 0.5), ("user", 0.2)], ["", "", "violence 0.01 → 0.2"]),
        ([("user", 0.1, True)], ["flagged"]),
        ([("user", 0.1, True), ("user", 0.1, True)], ["flagged", ""]),
        ([("user", 0.1, True), ("user", 0.1)], ["flagged", "no longer flagged"]),
        ([("user", 0.1), ("assistant", 0.1, True), ("user", 0.1)], ["", "flagged", ""]),
        ([("user", math.nan), ("user", 0.5), ("user", math.nan)], ["", "", ""]),
    ],
)
def test_a_change_is_of_the_verdict_or_tenfold_of_the_same_role(rows, changed):
    def made(role, score, is_flagged=False):
        if math.isnan(score):
            return row(role=role, scores=UNJUDGED, is_flagged=None)
        return judged(role, score, is_flagged=is_flagged)

    assert list(changes([made(*one) for one in rows])) == changed


def test_a_change_names_the_category_of_the_highest_score():
    rows = [judged("user", 0.01, category="hate"), judged("user", 0.4, category="self-harm/intent")]
    assert list(changes(rows)) == ["", "self-harm/intent 0.01 → 0.4"]


def test_a_change_is_also_of_the_categories():
    rows = [row("x", "hate"), row("x", "hate"), row("x", "hate", "violence"), row("x", "violence")]
    found = ["flagged", "", "flagged as hate, violence", "flagged as violence"]
    assert list(changes(rows)) == found
