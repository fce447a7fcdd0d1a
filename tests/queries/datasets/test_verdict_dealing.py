"""Which message a moderation entry belongs to: any, a user message, or nobody knows."""

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from queries.datasets.canonical import CANONICAL_SCHEMA
from queries.datasets.verdict_dealing import deal_verdicts, dealt_verdicts
from queries.prepare.flatten import flatten
from tests.support import tiny_dataset
from tests.support.stores import prepare_store, stored_rows

CLEAN, HATE = tiny_dataset.verdict(), tiny_dataset.verdict("hate")
KEY = bytes(32)


def row(roles, entries, letter="a"):
    """A published row with messages of these roles and these moderation entries."""
    return {
        **tiny_dataset.row(letter, "m", "English"),
        "conversation": [{"role": role, "content": f"{n}"} for n, role in enumerate(roles)],
        "openai_moderation": entries,
    }


CHAT = ("user", "assistant", "user", "assistant")


@pytest.mark.parametrize(
    ("roles", "entries", "wanted"),
    [
        (CHAT, [CLEAN, HATE, CLEAN, CLEAN], [False, True, False, False]),
        (CHAT, [CLEAN, HATE], [False, None, True, None]),
        (CHAT[:2], [HATE], [True, None]),
        (CHAT[:3], [CLEAN, HATE], [False, None, True]),
        (("assistant", *CHAT), [CLEAN, HATE], [None, False, None, True, None]),
        (("system", *CHAT), [CLEAN, HATE], [None, False, None, True, None]),
        (("user", "user"), [HATE, CLEAN], [True, False]),
        (CHAT, [None, HATE], [None, None, True, None]),
        (CHAT, [HATE], None),
        (CHAT, [CLEAN, HATE, CLEAN], None),
        (CHAT, [HATE] * 5, None),
        (("system", *CHAT), [CLEAN] * 4, None),
        (("user", None), [HATE], None),
        ((), [HATE], None),
        (CHAT, [], [None] * 4),
        (CHAT, None, [None] * 4),
    ],
)
def test_entries_are_dealt_where_there_is_no_doubt(roles, entries, wanted):
    dealt = dealt_verdicts(row(roles, entries))
    flags = [entry and entry["flagged"] for entry in dealt.of_messages]
    assert flags == (wanted or [None] * len(roles))
    assert len(dealt.undealt) == (len(entries) if wanted is None else 0)
    table = pa.Table.from_pylist([row(roles, entries)], CANONICAL_SCHEMA)
    flat = flatten(table.to_batches()[0], KEY)
    assert flat.messages["is_flagged"].to_pylist() == flags
    assert flat.conversations["undealt_count"].to_pylist() == [len(dealt.undealt)]


def test_a_conversation_that_is_null_has_undealt_entries():
    null = {**row((), [HATE, CLEAN]), "conversation": None}
    assert dealt_verdicts(null).undealt == [HATE, CLEAN]


@pytest.mark.parametrize(
    ("entries", "verdicts"),
    [
        ([CLEAN] * 4, (False, False, False)),
        ([CLEAN, HATE, CLEAN, CLEAN], (True, False, True)),
        ([CLEAN, CLEAN], (None, False, None)),
        ([CLEAN, HATE], (True, True, None)),
        ([CLEAN, None, CLEAN, CLEAN], (None, False, None)),
        ([HATE, None, CLEAN, CLEAN], (True, True, None)),
        ([CLEAN, {**CLEAN, "flagged": None}, CLEAN, CLEAN], (None, False, None)),
        ([CLEAN, {**CLEAN, "category_scores": None}, CLEAN, CLEAN], (False, False, False)),
        ([CLEAN, {**CLEAN, "categories": None}, CLEAN, CLEAN], (False, False, False)),
        ([CLEAN] * 3, (None, None, None)),
        ([CLEAN, HATE, CLEAN], (True, None, None)),
        ([], (None, None, None)),
        (None, (None, None, None)),
    ],
)
def test_a_conversation_is_flagged_clean_or_unknown(entries, verdicts):
    table = pa.Table.from_pylist([row(CHAT, entries)], CANONICAL_SCHEMA)
    conversations = flatten(table.to_batches()[0], KEY).conversations
    names = ("is_flagged", "is_user_flagged", "is_assistant_flagged")
    assert tuple(conversations[name][0].as_py() for name in names) == verdicts


def test_undealt_entries_count_for_the_conversation_and_cover_its_messages(tmp_path):
    rows = [
        row(CHAT, [CLEAN, HATE, CLEAN], "a"),
        row(CHAT, [{**CLEAN, "flagged": True}] * 3, "b"),
        row(CHAT, [CLEAN] * 3, "c"),
        row(CHAT, [CLEAN, HATE], "d"),
    ]
    version = prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", rows), tmp_path / "store")
    conversations = pq.read_table(version.table("conversations"))
    assert conversations["flagged_categories"].to_pylist() == [["hate"], [], [], ["hate"]]
    assert conversations["first_flagged_turn"].to_pylist() == [None, None, None, 2]
    assert conversations["user_score_hate"].to_pylist() == [None, None, None, 0.9]
    messages = pq.read_table(version.table("messages"))
    assert messages["flag_bits"].to_pylist() == [0] * 14 + [4, 0]
    hate, flagged = 1 << 2, 1 << 15
    covers = [hate | flagged] * 4 + [flagged] * 4 + [0] * 4 + [0, 0, hate | flagged, 0]
    assert messages["cover_bits"].to_pylist() == covers
    assert version.manifest()["oddities"]["moderation_undealt"] == 3
    assert version.manifest()["oddities"]["moderation_user_only"] == 1


def test_a_level_of_no_score_is_null(tmp_path):
    scoreless = {**HATE, "category_scores": None}
    rows = [row(("user",), [scoreless], "a"), row(("user",), [CLEAN], "b")]
    version = prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", rows), tmp_path / "store")
    messages = pq.read_table(version.table("messages"))
    for name in ("level_hate", "highest_level"):
        assert messages[name].is_null().to_pylist() == [True, False]


roles = st.lists(st.sampled_from(("user", "assistant", "system", None)), max_size=6)
entries = st.none() | st.lists(st.sampled_from((None, CLEAN, HATE)), max_size=7)


@given(st.lists(st.tuples(roles, entries), max_size=5))
@settings(max_examples=60, deadline=None)
def test_rows_are_dealt_alike_alone_and_together(pairs):
    rows = [row(*pair) for pair in pairs]
    table = pa.Table.from_pylist(rows, CANONICAL_SCHEMA)
    batch = (
        table.combine_chunks().to_batches()[0]
        if rows
        else pa.RecordBatch.from_pylist([], CANONICAL_SCHEMA)
    )
    conversation, moderation = batch["conversation"], batch["openai_moderation"]
    dealing = deal_verdicts(conversation, moderation)
    parents = pc.list_parent_indices(conversation).to_numpy()
    is_user = pc.equal(conversation.flatten().field("role"), "user").fill_null(False)
    positions = dealing.entry_positions(parents, is_user.to_numpy(zero_copy_only=False))
    together = moderation.flatten().take(positions).to_pylist()
    alone = [entry for each in rows for entry in dealt_verdicts(each).of_messages]
    assert together == alone


def test_what_was_published_comes_back_however_it_was_dealt(tmp_path):
    entries = [[CLEAN, HATE], [CLEAN] * 3, [HATE] * 9, [], None, [CLEAN, None], [None] * 4]
    rows = [row(CHAT, each, letter) for letter, each in zip("abcdefg", entries, strict=True)]
    version = prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", rows), tmp_path / "store")
    assert stored_rows(version).to_pylist() == rows
    verbatim = pq.read_table(version.table("verbatim"))["conversation_id"].to_pylist()
    assert [id_[0] for id_ in verbatim] == ["b", "c", "f", "g"]
