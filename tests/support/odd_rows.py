"""Rows of the published schema in which something is null, missing or does not add up."""

from tests.support import tiny_dataset

ODD_ROWS = [
    {**tiny_dataset.row("a", "m", "English", "x", "y"), "conversation": None},
    {**tiny_dataset.row("b", "m", "English", "x", "y"), "openai_moderation": None},
    {
        **tiny_dataset.row("c", "m", "English", "x", "y"),
        "openai_moderation": [tiny_dataset.verdict("hate")],
    },
    {
        **tiny_dataset.row("d", "m", "English", "x"),
        "openai_moderation": [tiny_dataset.verdict()] * 3,
    },
    {**tiny_dataset.row("e", "m", "English"), "openai_moderation": []},
    {
        **tiny_dataset.row("f", "m", "English", "x", "y"),
        "conversation": [None, {"content": "y", "role": None}],
    },
    {
        **tiny_dataset.row("g", "m", "English", "x"),
        "conversation": [{"content": None, "role": "user"}],
    },
    {
        **tiny_dataset.row("h", "m", "English", "x"),
        "conversation": [{"content": "s", "role": "system"}],
    },
    {**tiny_dataset.row("i", None, None, "x", redacted=None), "turn": None},
    {**tiny_dataset.row("j", "m", "English", "x", "y"), "turn": 7},
    {
        **tiny_dataset.row("k", "m", "English", "x"),
        "openai_moderation": [{**tiny_dataset.verdict("hate"), "category_scores": None}],
    },
    {
        **tiny_dataset.row("l", "m", "English", "x"),
        "openai_moderation": [{"categories": None, "category_scores": None, "flagged": None}],
    },
    {**tiny_dataset.row("m", "m", "English", "x"), "openai_moderation": [None]},
    {**tiny_dataset.row("n", "m", "English", "x"), "conversation": None, "openai_moderation": None},
]
