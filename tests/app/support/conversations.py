"""Conversations that a reader can open, each with what is odd about it; ids are its letter."""

from typing import Any

from tests.support.tiny_dataset import row, verdict

SECRETS = ("@rude@", "@blow@", "@young@", "@unnamed@")
"""What is in the flagged messages of the conversation c, in the order of its turns."""

MASKED = "Write to jo@example.com, NAME_1, or call +1 202-555-0143"
SHARED = "What is the tallest tree?"
REPEATS = 45
"""Conversations that begin with `SHARED`."""

LONG_MESSAGES = 400
FOLDED = "word and " * 3_000
"""27,000 characters."""

CODE = "Look:\n```python\nprint(1)  # one\n```\n**bold** and $x^2$"


def _unnamed() -> dict[str, Any]:
    return {**verdict(), "flagged": True}


def _covered() -> dict[str, Any]:
    rude, blow, young, unnamed = SECRETS
    return row(
        "c",
        "gpt-4",
        "English",
        ("Say it " + rude, verdict("hate", "harassment")),
        "No.",
        ("Then hit " + blow, verdict("violence")),
        "Never.",
        ("And " + young, verdict("sexual/minors", "sexual")),
        "No!",
        ("Why " + unnamed, _unnamed()),
        "So.",
    )


def _steps() -> dict[str, Any]:
    """A user's scores of violence rise three times, the assistant's once; the last has none."""

    def at(score: float) -> dict[str, Any]:
        entry = verdict()
        scores = {**dict.fromkeys(entry["category_scores"], 0.0), "violence": score}
        return {**entry, "category_scores": scores}

    scores = (0.0005, 0.02, 0.009, 0.3, 0.095, 0.5, 0.91)
    messages = ((f"step {n}", at(score)) for n, score in enumerate(scores))
    conversation = row("s", "gpt-4", "English", *messages, "end")
    conversation["openai_moderation"][6]["flagged"] = True
    return {**conversation, "openai_moderation": [*conversation["openai_moderation"][:7], None]}


ROWS: list[dict[str, Any]] = [
    _covered(),
    _steps(),
    row("l", "vicuna-13b", "English", *(f"message {n}" for n in range(LONG_MESSAGES))),
    row("f", "vicuna-13b", "English", FOLDED, "a" * 6_000, "b" * 6_001, "short"),
    row("m", "no-such-model", None, MASKED, "Done, NAME_1.", redacted=True),
    row("t", "gpt-4", "English", CODE, "plain"),
    row("1", "gpt-4", "English", "only one"),
    {**row("n", "gpt-4", "English"), "conversation": None, "openai_moderation": None},
    {**row("u", "gpt-4", "English", "hi", "ho"), "openai_moderation": None, "redacted": None},
    {
        **row("h", "gpt-4", "English", ("@half@", verdict("hate")), "second", "third", "fourth"),
        "openai_moderation": [verdict("hate"), verdict()],
    },
    *(
        row(f"{n:02}", f"model-{n % 3}", "English", SHARED, f"answer {n}" * (n + 1))
        for n in range(REPEATS)
    ),
    row("r", "gpt-4", "English", (" " + SHARED.upper(), verdict("hate")), "again"),
]
"""56 conversations; those that repeat have ids of two digits."""


def secrets_sent(app):
    """Which secrets are anywhere in what the browser gets: any element of the page."""
    page = " ".join(str(element.proto) for element in app._tree if hasattr(element, "proto"))
    return {secret for secret in SECRETS if secret in page}
