"""The first prompts that topics and the map are made of: one a prompt group, with a vector."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from queries.prepare.index.index_texts import message_files
from queries.search.index import SearchIndex
from queries.store.layout import Version

CHARS_MIN, CHARS_MAX = 32, 1_536
"""The lengths of first prompts that have a topic, as in the paper of LMSYS-Chat-1M."""

_Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class FirstPrompts:
    """Distinct first prompts; every array has a value for each.

    Attributes:
        groups: their prompt groups.
        prompts: their numbers in the index.
        messages: the numbers of their messages.
        is_covered: whether the message is flagged, so that its text is covered.
    """

    groups: _Numbers
    prompts: _Numbers
    messages: _Numbers
    is_covered: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        """The number of prompts."""
        return len(self.groups)


def topic_prompts(version: Version, index: SearchIndex, removed: pa.Array) -> FirstPrompts:
    """The first prompts of a version that have a vector and `CHARS_MIN` to `CHARS_MAX` characters.

    The arguments are those of `distinct_first_prompts`.
    """
    return distinct_first_prompts(version, index, removed, (CHARS_MIN, CHARS_MAX))


def distinct_first_prompts(
    version: Version,
    index: SearchIndex,
    removed: pa.Array,
    lengths: tuple[int, int] = (0, 2**31),
) -> FirstPrompts:
    """The first prompts of a version that have a vector and so many characters.

    Of the conversations of a prompt group, the first one that meets this stands for the group.

    Args:
        version: the version.
        index: its index, with vectors.
        removed: ids of conversations that are left out.
        lengths: the fewest and the most characters.
    """
    groups = _prompt_groups(version, removed)
    messages, ranks, chars, covers = _first_user_messages(version)
    prompts = index.prompt_of_message[messages].astype(np.int64)
    is_kept = (chars >= lengths[0]) & (chars <= lengths[1]) & (prompts >= 0) & (groups[ranks] >= 0)
    kept = np.flatnonzero(is_kept)
    distinct, first = np.unique(groups[ranks[kept]], return_index=True)
    kept = kept[first]
    order = np.argsort(messages[kept], kind="stable")
    kept = kept[order]
    return FirstPrompts(distinct[order], prompts[kept], messages[kept], covers[kept] > 0)


def _prompt_groups(version: Version, removed: pa.Array) -> _Numbers:
    """The prompt group of each conversation, by rank; -1 without one."""
    columns = []
    for path in sorted(version.table("conversations").glob("*.parquet")):
        rows = pq.read_table(path, columns=["conversation_id", "prompt_group"])
        is_removed = pc.is_in(rows["conversation_id"], removed.cast(pa.string()))
        groups = pc.if_else(is_removed, None, rows["prompt_group"])
        columns.append(groups.fill_null(-1).to_numpy())
    return np.concatenate([np.empty(0, np.int64), *columns]).astype(np.int64)


def _first_user_messages(version: Version) -> tuple[_Numbers, _Numbers, _Numbers, _Numbers]:
    """Number, rank of the conversation, characters and covers of each first user message."""
    parts: list[tuple[_Numbers, ...]] = []
    first = 0
    for path in message_files(version):
        names = ["role", "id_rank", "text_chars", "cover_bits"]
        rows = pq.read_table(path, columns=names)
        is_user = pc.equal(rows["role"].cast(pa.string()), "user").fill_null(False)
        numbers = np.flatnonzero(is_user.to_numpy())
        ranks = rows["id_rank"].to_numpy()[numbers]
        numbers = numbers[np.unique(ranks, return_index=True)[1]]
        chars = rows["text_chars"].fill_null(0).to_numpy()[numbers]
        covers = rows["cover_bits"].fill_null(0).to_numpy()[numbers]
        parts.append((first + numbers, rows["id_rank"].to_numpy()[numbers], chars, covers))
        first += rows.num_rows
    if not parts:
        return (np.empty(0, np.int64),) * 4
    whole = [np.concatenate(columns).astype(np.int64) for columns in zip(*parts, strict=True)]
    return whole[0], whole[1], whole[2], whole[3]
