"""The canonical schema: what a dataset adapter turns published rows into, and `prepare` reads."""

import pyarrow as pa

from queries.schema import CATEGORIES

MESSAGE = pa.struct([("content", pa.string()), ("role", pa.string())])
FLAGS = pa.struct([(category, pa.bool_()) for category in CATEGORIES])
SCORES = pa.struct([(category, pa.float64()) for category in CATEGORIES])
VERDICT = pa.struct([("categories", FLAGS), ("category_scores", SCORES), ("flagged", pa.bool_())])

CANONICAL_SCHEMA = pa.schema(
    [
        ("conversation_id", pa.string()),
        ("model", pa.string()),
        ("conversation", pa.list_(MESSAGE)),
        ("turn", pa.int64()),
        ("language", pa.string()),
        ("openai_moderation", pa.list_(VERDICT)),
        ("redacted", pa.bool_()),
    ]
)
"""One row per conversation. `verdict_dealing` says which message a moderation entry belongs to."""
