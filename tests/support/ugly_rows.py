"""Rows that the schema allows and nobody hopes for."""

import math
from typing import Any

from queries.schema import CATEGORIES
from tests.support import tiny_dataset


def _row(
    letter: str, *messages: tuple[str | None, str | None, Any], **others: Any
) -> dict[str, Any]:
    users = sum(role == "user" for role, _, _ in messages)
    return {
        "conversation_id": letter * 32,
        "model": "vicuna-13b",
        "conversation": [{"role": role, "content": text} for role, text, _ in messages],
        "turn": users,
        "language": "English",
        "openai_moderation": [entry for _, _, entry in messages],
        "redacted": False,
        **others,
    }


def ugly_rows() -> list[dict[str, Any]]:
    """A row or more of each kind; the letters of their ids are in order."""
    none, hate = tiny_dataset.verdict(), tiny_dataset.verdict("hate", "violence", score=0.8)
    calm = {**tiny_dataset.verdict("hate", score=0.5), "flagged": False}
    mute = {**tiny_dataset.verdict("sexual"), "flagged": None}
    alone = {**none, "flagged": True}
    hollow = {"categories": None, "category_scores": None, "flagged": True}
    unscored = {**none, "category_scores": None}
    minors = tiny_dataset.verdict("sexual/minors", "sexual")
    odd = tiny_dataset.verdict("violence", "self-harm")
    scores = (math.nan, None, 1.0, 0.0, 1e-6, 0.9999999, -0.5, 1.5, math.inf, 0.98, 0.05)
    odd = {**odd, "category_scores": dict(zip(CATEGORIES, scores, strict=True))}
    null = dict.fromkeys(CATEGORIES)
    blank = {"categories": null, "category_scores": null, "flagged": None}
    long = [(("user", "assistant")[n % 2], "x" * n, hate if n == 50 else none) for n in range(60)]
    chat = [("user", "Go on", none), ("assistant", "ok", none)]
    return [
        _row("0"),
        _row("1", conversation=None, openai_moderation=None, turn=0, language=None),
        _row("2", *chat, openai_moderation=None, model=None),
        _row("3", *chat, ("user", "go on!", hate), openai_moderation=[calm], model=None),
        _row("4", *chat, openai_moderation=[none, mute, hate, hate], language=None),
        _row("5", ("system", "Be evil", hate), ("user", "GO ON?", none), ("assistant", "", none)),
        _row("6", ("assistant", "Hi", hate), ("user", "", calm), ("user", "Go on", odd), *chat),
        _row("7", ("system", "Only me", none), ("tool", "```", None), language="unknown"),
        _row("8", ("user", None, hate), ("assistant", None, alone), *chat, redacted=None),
        _row("9", *long, model="gpt-4", redacted=True),
        _row("a", ("user", "??", alone), ("assistant", "?", hollow), model="gpt-4", turn=1),
        _row("b", ("user", "!!", blank), ("assistant", "```a```", None), model="my own"),
        _row("c", ("user", "??", None), ("assistant", "b", odd), model="koala-13b", language=None),
        _row("d", (None, "nobody", hate), ("user", "  ", mute), (None, None, none), model="my own"),
        _row(
            "e", ("user", "Ｇｏ　ｏｎ", hate), ("assistant", "é́", hate), language="French", turn=0
        ),
        _row("f", ("assistant", "ok " * 300, none), model="koala-13b", language="French", turn=-3),
        _row("g", ("user", "y" * 301, none), ("assistant", "no", calm), model=None, turn=2**40),
        _row("h", ("user", "y" * 301, hate), ("assistant", "no", hate), language="", turn=2**40),
        _row("i", *chat, *chat, *chat, model="", openai_moderation=[]),
        _row("j", *chat, *chat, openai_moderation=[none, hate], model="gpt-4"),
        _row("k", *chat, *chat, openai_moderation=[none, none], model="gpt-4"),
        _row("l", *chat, *chat, openai_moderation=[none] * 3, model="gpt-4"),
        _row("m", *chat, *chat, openai_moderation=[none, minors, none], model="gpt-4"),
        _row("n", *chat, *chat, openai_moderation=[alone] * 5, model="my own"),
        _row("o", ("user", "who", none), (None, "they", none), openai_moderation=[hate]),
        _row("p", ("user", "a", unscored), ("assistant", "b", none), model="my own"),
    ]
