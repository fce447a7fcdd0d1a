"""First prompts: the first user message of each conversation."""

import string

import pyarrow as pa
import pyarrow.compute as pc

from queries.datasets.turns import first_prompts
from queries.store.part_reader import PartReader

_PUNCTUATION = {ord(letter): None for letter in string.punctuation}


def first_prompt_rows(part: PartReader, *, with_text: bool = True) -> pa.Table:
    """The first prompts of the selected conversations of a part.

    Returns:
        ``id_rank``, ``text_chars`` and, with `with_text`, ``text``: a row for each conversation
        whose first user message has a text, sorted by ``id_rank``.
    """
    columns = ["id_rank", "text_chars", *(["text"] if with_text else [])]
    rows = part.messages([*columns, "role"])
    is_user = pc.fill_null(pc.equal(rows["role"].cast(pa.string()), "user"), False).to_numpy()
    first = first_prompts(is_user, rows["id_rank"].to_numpy())
    rows = rows.take(pa.array(first)).select(columns)
    return rows.filter(pc.is_valid(rows["text_chars"]))


def prompt_words(text: str) -> str:
    """The key by which the authors of the dataset deduplicated prompts before clustering them.

    Source: FastChat, `topic_clustering.py`: ASCII punctuation removed, in lower case, words sorted.
    """
    bare = text.strip().translate(_PUNCTUATION)
    return "".join(sorted(bare.lower().split(" ")))
