"""What a selection has to choose, worked out from the source file."""

import hashlib

import pyarrow.parquet as pq

from queries.export.plan import ExportPlan, Selection
from queries.export.selection import conversation_ids, select_conversations
from queries.filters import Filters
from tests.support.oracle import Conversation
from tests.support.paths import SAMPLE

SOURCE = {row["conversation_id"]: Conversation(row) for row in pq.read_table(SAMPLE).to_pylist()}


def ids_of(store, *picks, filters=None):
    plan = ExportPlan(filters=filters or Filters(), picks=picks or (Selection(),))
    return conversation_ids(store, select_conversations(store, plan).ranks)


def drawn(ids, count, seed):
    """The first ids in the order of the MD5 of id and seed."""
    return sorted(ids, key=lambda i: hashlib.md5(f"{i}{seed}".encode()).hexdigest())[:count]


def highest(ids, count, seed, score):
    """Ids with the highest score, equal ones in the order of the shuffle."""
    place = {id_: n for n, id_ in enumerate(drawn(ids, None, seed))}
    return sorted(ids, key=lambda id_: (-score(SOURCE[id_]), place[id_]))[:count]


def score_of(conversation, *categories, roles=("user", "assistant")):
    scores = [m.number(c) for m in conversation.messages if m.role in roles for c in categories]
    return max(scores, default=float("-inf"))
