"""The adapter of LMSYS-Chat-1M (Zheng et al. 2023, arXiv 2309.11998).

Source: its dataset card. There are two releases, with and without the column `redacted`.
"""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from queries.datasets.adapter import DatasetInfo
from queries.datasets.canonical import CANONICAL_SCHEMA
from queries.datasets.conform import conform, lists_with_any, schema_problems

CURRENT_SCHEMA = CANONICAL_SCHEMA
"""The current release. The canonical schema was modelled on it, so the two are the same."""

EARLY_SCHEMA = pa.schema([field for field in CURRENT_SCHEMA if field.name != "redacted"])
"""The first release (2023-09), without `redacted`."""

_REDACTED_NAME = r"\bNAME_\d+"


class LmsysChat:
    """LMSYS-Chat-1M, and every dataset with its columns."""

    name = "lmsys-chat-1m"
    info = DatasetInfo(
        title="LMSYS-Chat-1M",
        folder="lmsys_chat",
        caveat=(
            "Conversations are not independent: 210,479 people wrote the million conversations of "
            "LMSYS-Chat-1M, and models were not assigned at random. The true uncertainty is larger "
            "than the intervals."
        ),
        scores_caveat=(
            "Scores are not calibrated probabilities, and the published flags have low recall: the "
            "paper gives the moderation model of 2023 a micro-F1 of 0.36."
        ),
        # The demo site cut prompts (FastChat): until May 2023, and from then on.
        input_limits=(1_536, 2_560),
        published_count=1_000_000,
    )
    published_schema = CURRENT_SCHEMA
    optional_columns = ("turn", "language", "openai_moderation", "redacted")
    id_column = "conversation_id"

    def problems(self, schema: pa.Schema) -> Iterator[str]:
        """Missing or repeated columns, and columns of another type."""
        return schema_problems(schema, self.published_schema, self.optional_columns)

    def to_conversations(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The rows with decoded columns.

        Where a file lacks them, turns are counted, `redacted` is derived, and languages and
        verdicts are null.
        """
        present = set(batch.schema.names)
        conversation = conform(batch["conversation"], CURRENT_SCHEMA.field("conversation").type)
        absent = {"turn": _count_turns(conversation), "conversation": conversation}
        columns = [
            conform(batch[field.name], field.type)
            if field.name in present
            else absent.get(field.name, pa.nulls(batch.num_rows, field.type))
            for field in EARLY_SCHEMA
        ]
        rows = pa.record_batch(columns, schema=EARLY_SCHEMA)
        if "redacted" not in present:
            return derive_redacted(rows)
        redacted = conform(batch["redacted"], pa.bool_())
        return pa.record_batch([*rows.columns, redacted], schema=CURRENT_SCHEMA)

    def to_published(self, rows: pa.Table) -> pa.Table:
        """The rows as they are."""
        return rows.select(self.published_schema.names)


LMSYS_CHAT = LmsysChat()


def _count_turns(conversation: pa.Array) -> pa.Array:
    """Turns as the card counts them: half the messages, rounded down."""
    return pc.divide(pc.list_value_length(conversation), 2).cast(pa.int64())


def derive_redacted(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Rows of `EARLY_SCHEMA` in `CURRENT_SCHEMA`.

    `redacted` is true where any message contains a placeholder ``NAME_n``, as in the release.
    """
    conversation = batch["conversation"]
    texts = conversation.flatten().field("content").cast(pa.binary())
    has_name = pc.match_substring_regex(texts, _REDACTED_NAME).fill_null(False)
    redacted = lists_with_any(conversation, has_name)
    return pa.record_batch([*batch.columns, redacted], schema=CURRENT_SCHEMA)
