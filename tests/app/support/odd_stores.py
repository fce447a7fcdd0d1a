"""Stores of few and of strange conversations, for the pages that have to say something of them."""

from typing import Any

from tests.support.tiny_dataset import ROWS, row, verdict

MISSING = "violence/graphic"
HOSTILE = "**b** $x$ :red[y] <i> [l](http://example.com) ![i](http://example.com/i.png)"
HOSTILE_LANGUAGE = "it's · 12 <b>&amp;"
_LETTERS = "0123456789abcdefghijklmnopqrs"


def _without(category: str, conversation: dict[str, Any]) -> dict[str, Any]:
    """A row in which a category has neither verdict nor score."""
    kinds = ("categories", "category_scores")
    entries = [
        {**entry, **{kind: {**entry[kind], category: None} for kind in kinds}}
        for entry in conversation["openai_moderation"]
    ]
    return {**conversation, "openai_moderation": entries}


def _doubtful() -> list[dict[str, Any]]:
    """Two conversations flagged, one not, four of which nobody knows; "a" has undealt entries."""
    clean, hate = verdict(), verdict("hate")
    moderations = {
        "a": [clean, hate, clean],
        "b": [hate, clean],
        "c": [clean] * 4,
        "d": None,
        "e": [],
        "f": [clean, None, clean, clean],
        "0": [clean] * 3,
    }
    return [
        {**row(c, "gpt-4", "English", "hi", "yes", "go on", "no"), "openai_moderation": entries}
        for c, entries in moderations.items()
    ]


def _many(count, first, model, prompt):
    """Conversations that begin alike, enough of them to tell a word from chance."""
    return [
        row("a", model, "English", prompt, "x") | {"conversation_id": f"{first + n:032x}"}
        for n in range(count)
    ]


ROWS_OF: dict[str, list[dict[str, Any]]] = {
    "nobody": [],
    "one": ROWS[:1],
    "twenty-nine": [row(c, "gpt-4", "English", f"hi {c}", "there") for c in _LETTERS],
    "plain": [row(c, "gpt-4", "English", f"hello {c}", "x") for c in "abc"],
    "category missing": [_without(MISSING, conversation) for conversation in ROWS],
    "nulls": [
        row("a", None, None, "hi", "x"),
        row("b", None, "English", ("yo", verdict("hate")), "x"),
        row("c", "gpt-4", None, "z", ("x", verdict("sexual"))),
    ],
    "hostile": [
        row("a", HOSTILE, HOSTILE_LANGUAGE, "x", ("y", verdict("hate"))),
        row("b", "=1+1", "\u202eevil\x00", "x", "y"),
    ],
    "silent": [{**row("a", "gpt-4", "English"), "conversation": None, "openai_moderation": None}],
    "unjudged": [{**row("a", "", "", "hi", "x"), "openai_moderation": None, "turn": None}],
    "doubtful": _doubtful(),
    "many models": [
        *(row(f"{n:02}", f"model-{n:02}", "English", f"hi {n}", "x") for n in range(60)),
        row("60", "model-07", "English", "hi", "x"),
    ],
    "repeats": [row(c, f"m{c}", "English", ("poison", verdict("hate")), "x") for c in "123"],
    "words": [
        *_many(60, 0, "gpt-4", "apple pie"),
        *_many(60, 100, "koala-13b", "rocket ship"),
        *_many(50, 200, "koala-13b", ("poison", verdict("hate"))),
    ],
}
