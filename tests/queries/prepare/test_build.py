"""What prepare accepts, refuses, counts and keeps."""

import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from queries.datasets.lmsys_chat import CURRENT_SCHEMA, EARLY_SCHEMA
from queries.errors import StoreBusyError
from queries.prepare import build_plan as planning
from queries.prepare import scatter, sources
from queries.prepare.build import BuildResult, build_store
from queries.runtime.progress import Silent
from queries.store.layout import StorePath
from queries.store.write_lock import write_lock
from tests.support import tiny_dataset
from tests.support.paths import SAMPLE
from tests.support.stores import fix_group_key, prepare_store, stored_rows

IDS = [
    row["conversation_id"]
    for row in sorted(tiny_dataset.ROWS, key=lambda row: row["conversation_id"])
]


def conversations(folder: Path) -> pa.Table:
    version = StorePath(folder).current()
    return pa.concat_tables(
        [pq.read_table(p) for p in sorted(version.table("conversations").glob("*.parquet"))]
    )


def test_facts_of_a_conversation_can_be_counted_by_hand(tiny_folder):
    facts = {row["conversation_id"][0]: row for row in conversations(tiny_folder).to_pylist()}
    rude = facts["e"]
    assert rude["id_rank"] == 9
    assert rude["turn_count"] == 2
    assert rude["message_count"] == rude["moderation_count"] == 4
    assert rude["user_message_count"] == rude["assistant_message_count"] == 2
    assert rude["prompt_chars"] == len("Say something rude") + len("Please")
    assert rude["response_chars"] == len("I would rather not.") + len("[rude]")
    assert (rude["is_flagged"], rude["is_user_flagged"], rude["is_assistant_flagged"]) == (
        True,
    ) * 3
    assert rude["first_flagged_turn"] == 1
    assert rude["flagged_categories"] == ["harassment", "hate"]
    assert rude["user_score_harassment"] == 0.9
    assert rude["assistant_score_harassment"] == 0.7
    assert rude["assistant_score_violence"] == 0.01
    assert facts["a"]["opening"] == "How do I boil an egg?"
    assert facts["d"]["prompt_chars"] == 8
    assert facts["4"]["first_flagged_turn"] == 1
    assert facts["0"]["first_flagged_turn"] is None
    assert [facts[letter]["has_code"] for letter in "ab"] == [False, True]


def test_prompts_that_differ_in_case_and_marks_are_one_group(tiny_folder):
    rows = {row["conversation_id"][0]: row for row in conversations(tiny_folder).to_pylist()}
    assert len({rows[letter]["prompt_group"] for letter in "afg"}) == 1
    assert [rows[letter]["prompt_group_size"] for letter in "afgb"] == [3, 3, 3, 1]
    assert [rows[letter]["is_first_of_prompt"] for letter in "afg"] == [True, False, False]


def test_tables_are_sorted_by_id_and_messages_by_index(tiny_folder):
    version = StorePath(tiny_folder).current()
    assert conversations(tiny_folder)["conversation_id"].to_pylist() == IDS
    messages = pq.read_table(
        version.table("messages"), columns=["conversation_id", "message_index"]
    )
    pairs = list(zip(*messages.to_pydict().values(), strict=True))
    assert pairs == sorted(pairs)
    assert len(pairs) == sum(len(row["conversation"]) for row in tiny_dataset.ROWS)


def test_turns_of_messages_begin_with_user_messages(tmp_path):
    roles = ["system", "assistant", "user", "assistant", "assistant", "user"]
    row = {
        **tiny_dataset.row("a", "m", "English"),
        "conversation": [{"content": "x", "role": role} for role in roles],
        "openai_moderation": None,
    }
    version = prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", [row]), tmp_path / "store")
    messages = pq.read_table(version.table("messages"))
    assert messages["turn_number"].to_pylist() == [1, 1, 1, 1, 1, 2]


def test_many_small_parts_hold_the_same_as_one(tmp_path, monkeypatch):
    monkeypatch.setattr(planning, "PART_ROWS", 150)
    many = prepare_store(SAMPLE, fix_group_key(tmp_path / "many"))
    assert len(list(many.table("conversations").iterdir())) == 14
    monkeypatch.undo()
    single = prepare_store(SAMPLE, fix_group_key(tmp_path / "one"))
    assert stored_rows(many).equals(stored_rows(single))
    assert conversations(tmp_path / "many").equals(conversations(tmp_path / "one"))


def test_one_row_group_holds_a_whole_conversation(tmp_path, monkeypatch):
    monkeypatch.setattr("queries.prepare.gather.MESSAGE_GROUP_ROWS", 64)
    version = prepare_store(SAMPLE, tmp_path)
    seen: dict[str, set[int]] = {}
    for path in version.table("messages").iterdir():
        file = pq.ParquetFile(path)
        for group in range(file.num_row_groups):
            ids = file.read_row_group(group, columns=["conversation_id"])["conversation_id"]
            for id_ in ids.unique().to_pylist():
                seen.setdefault(id_, set()).add(group)
    assert len(seen) == 2_000
    assert {len(groups) for groups in seen.values()} == {1}


def test_the_first_release_is_accepted_and_redacted_is_derived(tmp_path):
    raw = tmp_path / "raw.parquet"
    pq.write_table(tiny_dataset.table(tiny_dataset.ROWS).select(EARLY_SCHEMA.names), raw)
    version = prepare_store(raw, tmp_path / "store")
    assert version.manifest()["redacted_is_derived"] is True
    redacted = conversations(tmp_path / "store").filter(pa.compute.field("is_redacted"))
    assert redacted["conversation_id"].to_pylist() == ["f" * 32]


def test_extra_columns_are_kept_out_and_named(tmp_path):
    rows = tiny_dataset.table(tiny_dataset.ROWS)
    extra = pa.array([{"content": "x", "role": "user", "tokens": 3}])
    messages = pa.chunked_array([pa.ListArray.from_arrays([0, 1, *[1] * 11], extra)])
    rows = rows.append_column("timestamp", pa.array(range(12))).set_column(
        2, "conversation", messages
    )
    pq.write_table(rows, tmp_path / "raw.parquet")
    version = prepare_store(tmp_path / "raw.parquet", tmp_path / "store")
    assert version.manifest()["dropped_columns"] == ["conversation.tokens", "timestamp"]


def test_files_folders_and_globs_are_the_same_data(tmp_path):
    half = tiny_dataset.write(tmp_path / "raw" / "a.parquet", tiny_dataset.ROWS[:6])
    tiny_dataset.write(tmp_path / "raw" / "b" / "b.parquet", tiny_dataset.ROWS[6:])
    by_folder = prepare_store(half.parent, tmp_path / "folder")
    by_glob = prepare_store(tmp_path / "raw" / "**" / "*.parquet", tmp_path / "glob")
    assert stored_rows(by_folder).equals(stored_rows(by_glob))
    assert by_folder.manifest()["counts"]["conversations"] == 12


def test_a_limit_takes_the_first_rows_in_the_order_of_files(tmp_path):
    tiny_dataset.write(tmp_path / "raw" / "a.parquet", tiny_dataset.ROWS[:6])
    tiny_dataset.write(tmp_path / "raw" / "b.parquet", tiny_dataset.ROWS[6:])
    for limit in (0, 1, 6, 8, 99):
        version = prepare_store(tmp_path / "raw", tmp_path / str(limit), limit=limit)
        expected = sorted(row["conversation_id"] for row in tiny_dataset.ROWS[:limit])
        assert conversations(tmp_path / str(limit))["conversation_id"].to_pylist() == expected
        assert version.manifest()["limit"] == limit


def test_long_texts_are_prepared_in_small_pieces(tmp_path, monkeypatch):
    seen = []
    flatten = scatter.flatten
    monkeypatch.setattr(sources, "BATCH_BYTES", 50_000)
    monkeypatch.setattr(planning, "PART_BYTES", 40_000)
    monkeypatch.setattr(scatter, "flatten", lambda b, key: seen.append(b.nbytes) or flatten(b, key))
    rows = [tiny_dataset.row(f"{n:02x}", "m", "English", f"{n} " * 5_000, "y") for n in range(40)]
    rows = [{**r, "conversation_id": r["conversation_id"][:32]} for r in rows]
    raw = tiny_dataset.write(tmp_path / "raw.parquet", rows)
    version = prepare_store(raw, tmp_path / "store")
    assert max(seen) <= 50_000
    assert len(seen) >= 10
    assert len(list(version.table("messages").iterdir())) > 1
    assert stored_rows(version).equals(pq.read_table(raw).sort_by("conversation_id"))


def test_the_manifest_names_sources_and_files_with_their_hashes(tiny_folder):
    import hashlib

    version = StorePath(tiny_folder).current()
    manifest = version.manifest()
    (source,) = manifest["sources"]
    raw = Path(source["path"]).read_bytes()
    assert source["sha256"] == hashlib.sha256(raw).hexdigest()
    assert (source["bytes"], source["row_count"]) == (len(raw), 12)
    for file in manifest["files"]:
        data = (version.path / file["path"]).read_bytes()
        assert file["sha256"] == hashlib.sha256(data).hexdigest()
    assert manifest["counts"] == {"conversations": 12, "messages": 30, "verbatim": 0}
    assert manifest["is_synthetic"] is False


def test_the_same_data_is_not_prepared_again(tmp_path):
    raw = tiny_dataset.write(tmp_path / "raw.parquet", tiny_dataset.ROWS)
    store = StorePath(tmp_path / "store")
    first = build_store(str(raw), store, Silent())
    second = build_store(str(raw), store, Silent())
    third = build_store(str(raw), store, Silent(), fresh=True)
    assert (first.is_new, second.is_new, third.is_new) == (True, False, True)
    assert first.version == second.version != third.version
    assert store.current() == third.version


def test_a_version_that_was_complete_but_not_live_becomes_live(tmp_path):
    raw = tiny_dataset.write(tmp_path / "raw.parquet", tiny_dataset.ROWS)
    store = StorePath(tmp_path / "store")
    built = build_store(str(raw), store, Silent()).version
    (store.path / "CURRENT").unlink()
    again = build_store(str(raw), store, Silent())
    assert again.version == built == store.current()


def test_the_version_before_the_live_one_is_kept_and_older_ones_are_deleted(tmp_path):
    store = StorePath(tmp_path / "store")
    built = [
        prepare_store(
            tiny_dataset.write(tmp_path / f"{n}.parquet", tiny_dataset.ROWS[:n]), store.path
        )
        for n in (3, 4, 5)
    ]
    assert store.versions() == built[1:]
    assert store.current() == built[2]
    assert not (built[2].path / "scatter").exists()


def test_a_second_prepare_on_the_same_store_is_refused(tmp_path):
    raw = tiny_dataset.write(tmp_path / "raw.parquet", tiny_dataset.ROWS)
    store = StorePath(tmp_path / "store")
    with (
        write_lock(store),
        pytest.raises(StoreBusyError, match=r"Another process \(.*\) is building the store"),
    ):
        build_store(str(raw), store, Silent())
    assert build_store(str(raw), store, Silent()).is_new


def test_data_that_is_live_already_waits_for_no_other_writer(tmp_path):
    """An index is built for hours; a second start of all services prepares the same data then."""
    raw = tiny_dataset.write(tmp_path / "raw.parquet", tiny_dataset.ROWS)
    store = StorePath(tmp_path / "store")
    live = prepare_store(raw, store.path)
    newer = tiny_dataset.write(tmp_path / "newer.parquet", tiny_dataset.ROWS[:5])
    with write_lock(store):
        assert build_store(str(raw), store, Silent()) == BuildResult(live, False, 0)
        for other, fresh in ((raw, True), (newer, False)):
            with pytest.raises(StoreBusyError):
                build_store(str(other), store, Silent(), fresh=fresh)


def test_a_manifest_of_an_earlier_format_says_to_prepare_again(tmp_path):
    from queries.errors import StoreFormatError

    folder = tmp_path / "store"
    version = prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", tiny_dataset.ROWS), folder)
    manifest = version.manifest()
    version.manifest_path.write_text(json.dumps({**manifest, "format": 0}))
    with pytest.raises(StoreFormatError, match=r"has format 0, but .* reads format 3"):
        StorePath(folder).current()


def test_a_store_can_be_moved(tmp_path):
    prepare_store(
        tiny_dataset.write(tmp_path / "raw.parquet", tiny_dataset.ROWS), tmp_path / "store"
    )
    moved_to = tmp_path / "it's [moved] * ?"
    shutil.move(tmp_path / "store", moved_to)
    from queries.conversations.detail import conversation
    from queries.filters import Filters
    from queries.open_store import open_store
    from queries.settings import Settings

    moved = open_store(moved_to, Settings())
    assert moved.run("slice_size", Filters())["conversation_count"].tolist() == [12]
    assert len(conversation(moved, "a" * 32).messages) == 2
    moved.close()


def test_published_schemas_are_those_of_the_dataset():
    assert CURRENT_SCHEMA.names == [*EARLY_SCHEMA.names, "redacted"]
    assert EARLY_SCHEMA.names == [
        "conversation_id",
        "model",
        "conversation",
        "turn",
        "language",
        "openai_moderation",
    ]
