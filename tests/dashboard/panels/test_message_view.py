"""The payload of a message, and the changes marked in the score strip."""

import json
import math

import pandas as pd
import pytest

from dashboard.panels.conversation.message_view import RenderOptions, message_payload
from dashboard.panels.conversation.score_strip import score_changes
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


def sent(row, *, how="plain", is_loaded=True, published=None, **opened):
    return message_payload(
        row, HERE, RenderOptions(how, **opened), is_loaded=is_loaded, published=published
    )


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
    message = sent(row("@secret@", *flags), how=how, published=published, **OPENED[opened])
    assert bool(message["cover"]) == is_covered
    assert ("@secret@" in str(message)) != is_covered
    assert message["staysCovered"] == (is_covered and "sexual/minors" in flags)


def test_the_text_of_a_message_is_not_sent_before_it_is_loaded():
    message = sent(row("@secret@"), is_loaded=False)
    assert "@secret@" not in str(message)
    assert (message["nodes"], message["chars"], message["size"]) == (None, 8, "8 chars")


@pytest.mark.parametrize(
    ("is_flagged", "flags", "verdict", "named"),
    [
        (True, ["hate"], "published as flagged", ["hate"]),
        (True, [], "published as flagged", ["flagged"]),
        (False, ["hate"], "published as not flagged", ["hate"]),
        (None, ["hate"], "no published verdict", ["hate"]),
        (False, [], "published as not flagged", []),
        (pd.NA, [], "no published verdict", []),
    ],
)
def test_the_verdict_is_as_published(is_flagged, flags, verdict, named):
    message = sent({**row("x", *flags), "is_flagged": is_flagged})
    assert (message["verdict"], message["flags"]) == (verdict, named)
    assert bool(message["cover"]) == bool(named)


def test_scores_have_four_digits_and_non_numbers_are_none():
    odd = (0.123456, 1e-9, math.inf, math.nan)
    scores = {**CLEAN, **dict(zip(CLEAN, odd, strict=False))}
    assert sent(row(scores=scores))["scores"] == [0.1235, 1e-9, None, None, *[0.0] * 7]
    assert sent(row(scores=UNJUDGED))["scores"] is None


@pytest.mark.parametrize(
    ("role", "label", "kind"),
    [
        ("user", "user", "user"),
        ("assistant", "assistant", "assistant"),
        ("system", "system", "other"),
        ("\u202euser", "[U+202E]user", "other"),
        (None, "(no role)", "other"),
        ("", "", "other"),
    ],
)
def test_a_role_is_user_assistant_or_other(role, label, kind):
    message = sent(row(role=role))
    assert (message["role"], message["kind"]) == (label, kind)


def test_a_message_without_text_is_empty():
    message = sent(row(None))
    assert (message["nodes"], message["chars"], message["size"], message["isCut"]) == (
        [],
        0,
        "",
        False,
    )


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("a" * 6_000, 6_000),
        ("a" * 6_001, 3_000),
        ("a" * 2_900 + "\n" + "b" * 9_000, 2_900),
        ("a" * 2_900 + " " + "b" * 50_000, 2_900),
        ("a" * 1_499 + "\n" + "b" * 9_000, 3_000),  # So far before, a line would cost half of it.
    ],
)
def test_a_long_message_is_truncated_at_a_line_or_word(text, length):
    message = sent(row(text))
    assert joined(message) == text[:length]
    assert (message["isCut"], message["isWhole"]) == (length < len(text), False)
    whole = sent(row(text), **WHOLE)
    assert joined(whole) == text
    assert not whole["isCut"]


def test_at_most_two_million_characters_are_sent():
    message = sent(row("a" * 2_000_001), **WHOLE)
    assert (message["isCut"], message["isWhole"]) == (True, True)


def test_secrets_across_the_cut_are_masked():
    text = "x" * 2_990 + " jo.with.a.long.name@example.com " + "y" * 9_000
    assert "jo.with" not in str(sent(row(text)))


@pytest.mark.parametrize("how", ["plain", "rendered", "published"])
def test_contact_data_is_a_chip_with_its_kind(how):
    text = "to jo@example.com"
    published = {"message": {"content": text, "role": "user"}, "openai_moderation": None}
    message = sent(row(text), how=how, published=published)
    assert "jo@" not in str(message)
    assert "{'mask': 'email address'}" in str(message["nodes"])
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
def test_a_change_is_a_new_verdict_or_a_tenfold_score_of_the_same_role(rows, changed):
    def message_row(role, score, is_flagged=False):
        if math.isnan(score):
            return row(role=role, scores=UNJUDGED, is_flagged=None)
        return judged(role, score, is_flagged=is_flagged)

    assert list(score_changes([message_row(*values) for values in rows])) == changed


def test_a_change_names_the_category_of_the_highest_score():
    rows = [judged("user", 0.01, category="hate"), judged("user", 0.4, category="self-harm/intent")]
    assert list(score_changes(rows)) == ["", "self-harm/intent 0.01 → 0.4"]


def test_new_categories_are_a_change():
    rows = [row("x", "hate"), row("x", "hate"), row("x", "hate", "violence"), row("x", "violence")]
    changes = ["flagged", "", "flagged as hate, violence", "flagged as violence"]
    assert list(score_changes(rows)) == changes
