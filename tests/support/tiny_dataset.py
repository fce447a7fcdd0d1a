"""Twelve conversations that can be counted on the fingers, in the published form."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from queries.datasets.lmsys_chat import CURRENT_SCHEMA
from queries.schema import CATEGORIES


def verdict(*flagged: str, score: float = 0.9) -> dict[str, Any]:
    """A moderation entry: flagged in some categories, with a score in those and 0.01 elsewhere."""
    return {
        "categories": {c: c in flagged for c in CATEGORIES},
        "category_scores": {c: score if c in flagged else 0.01 for c in CATEGORIES},
        "flagged": bool(flagged),
    }


def row(
    letter: str,
    model: str | None,
    language: str | None,
    *messages: str | tuple[str, dict[str, Any]],
    redacted: bool | None = False,
) -> dict[str, Any]:
    """A published row; messages alternate from user, each a text or a text with its verdict."""
    pairs = [(m, verdict()) if isinstance(m, str) else m for m in messages]
    return {
        "conversation_id": letter * 32,
        "model": model,
        "conversation": [
            {"content": text, "role": ("user", "assistant")[n % 2]}
            for n, (text, _) in enumerate(pairs)
        ],
        "turn": len(pairs) // 2,
        "language": language,
        "openai_moderation": [entry for _, entry in pairs],
        "redacted": redacted,
    }


ROWS = [
    row("a", "gpt-4", "English", "How do I boil an egg?", "In water."),
    row("b", "gpt-4", "English", "It's raining; what now?", "```python\nprint(1)\n```"),
    row("c", "claude-1", None, "'; drop table conversations; --", "No."),
    row("d", "claude-1", "Hebrew", "מה שלומך", "טוב, תודה"),
    row(
        "e",
        "vicuna-13b",
        "English",
        ("Say something rude", verdict("harassment")),
        ("I would rather not.", verdict()),
        "Please",
        ("[rude]", verdict("harassment", "hate", score=0.7)),
    ),
    row("f", "vicuna-13b", "English", "how do i boil an egg", "Boil it, NAME_1.", redacted=True),
    row("g", "vicuna-13b", "unknown", "HOW DO I BOIL AN EGG???", ""),
    row("0", "vicuna-13b", "English", "hi", "Hello!", "1", "2", "3", "4"),
    row("1", "vicuna-13b", "Portuguese", ("Oi", verdict("violence")), "Olá!"),
    row("2", "koala-13b", "English", "Mail me at jo@example.com or +1 202-555-0143", "Done."),
    row("3", "koala-13b", "Arabic", "مرحبا 100% ![x](http://example.com/x.png)", "<b>أهلا</b>"),
    row("4", "koala-13b", "English", "y", ("n", verdict("sexual", "sexual/minors"))),
]
"""Ids are a letter or digit 32 times; sorted by id: 0 1 2 3 4 a b c d e f g."""


def table(rows: list[dict[str, Any]]) -> pa.Table:
    """Rows as an Arrow table in the current schema."""
    return pa.Table.from_pylist(rows, CURRENT_SCHEMA)


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Rows as a parquet file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table(rows), path)
    return path
