"""First prompts: the first message of a user in a conversation."""

import string

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from queries.export.parts import Part

_PUNCTUATION = {ord(letter): None for letter in string.punctuation}


def first_prompts(part: Part, *, with_text: bool = True) -> pa.Table:
    """The first user messages of the chosen conversations of a part.

    Returns:
        ``id_rank``, ``text_chars`` and, if wanted, ``text``; a row for each conversation with a
        user message whose text is not null, in order.
    """
    columns = ["id_rank", "text_chars", *(["text"] if with_text else [])]
    rows = part.messages([*columns, "role"])
    rows = rows.filter(pc.fill_null(pc.equal(rows["role"].cast(pa.string()), "user"), False))
    ranks = rows["id_rank"].to_numpy()
    is_first = np.concatenate([[True], ranks[1:] != ranks[:-1]])[: len(ranks)]
    rows = rows.filter(pa.array(is_first)).select(columns)
    return rows.filter(pc.is_valid(rows["text_chars"]))


def prompt_words(text: str) -> str:
    """What the authors of the dataset told prompts apart by when they clustered them.

    Source: FastChat, `topic_clustering.py`: without ASCII punctuation, in small letters, and the
    words in alphabetical order.
    """
    bare = text.strip().translate(_PUNCTUATION)
    return "".join(sorted(bare.lower().split(" ")))
