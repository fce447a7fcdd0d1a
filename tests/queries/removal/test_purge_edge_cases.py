"""What a purge meets: older versions, copies in strange places, removals meanwhile, bad use."""

import json
import shutil
from datetime import datetime, timedelta
from itertools import count

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from queries.errors import PurgeError, StoreBusyError, StoreMissingError, TombstoneError, UsageError
from queries.removal.remove import remove
from queries.removal.verify import search_store
from queries.store.layout import StorePath
from queries.store.write_lock import write_lock
from tests.support import tiny_dataset
from tests.support.removals import (
    PLANTED,
    SECRETS,
    built,
    mixed_rows,
    places_with,
    planted,
    purged,
    removed_from,
    tombstone_rows,
    written,
)
from tests.support.stores import conversation_count, prepare_store


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A store of rows of every kind, of which tests take copies."""
    folder = tmp_path_factory.mktemp("whole")
    raw = written(folder / "raw.parquet", mixed_rows())
    return built(raw, folder / "store", index="none")


@pytest.fixture
def copy(whole, tmp_path):
    """A store from which the planted conversations were removed."""
    shutil.copytree(whole, tmp_path / "store")
    removed_from(tmp_path / "store", PLANTED)
    return tmp_path / "store"


def test_ids_that_only_an_older_version_has_are_purged_too(tmp_path):
    folder = tmp_path / "store"
    rows = [*tiny_dataset.ROWS, *planted()]
    prepare_store(written(tmp_path / "all.parquet", rows), folder)
    removed_from(folder, PLANTED)
    prepare_store(tiny_dataset.write(tmp_path / "few.parquet", tiny_dataset.ROWS[:5]), folder)
    name = StorePath(folder).current_name()
    assert places_with(folder, SECRETS)
    confirmation = json.loads(purged(folder).with_suffix(".json").read_text())
    assert places_with(folder, SECRETS) == {}
    assert all(row["sha256"] for row in confirmation["conversations"])
    assert len(confirmation["conversations"]) == len(PLANTED)
    assert (confirmation["version"], len(confirmation["versions_deleted"])) == (name, 1)
    assert conversation_count(folder) == 5


class Clock(datetime):
    """Time that goes by slowly: two purges in one second."""

    ticks = count()

    @classmethod
    def now(cls, tz=None):
        return datetime(2026, 1, 1, tzinfo=tz) + timedelta(milliseconds=next(cls.ticks))


def test_a_purge_without_removals_is_refused_and_a_second_one_confirms_nothing_new(
    copy, whole, tmp_path, monkeypatch
):
    monkeypatch.setattr("queries.removal.purge.datetime", Clock)
    with pytest.raises(UsageError, match="nothing to purge"):
        purged(shutil.copytree(whole, tmp_path / "untouched"))
    first = purged(copy)
    name, content = StorePath(copy).current_name(), first.read_bytes()
    second = purged(copy)
    assert second != first
    assert first.read_bytes() == content
    assert json.loads(second.with_suffix(".json").read_text())["conversations"] == []
    assert StorePath(copy).current_name() == name
    removed_from(copy, ["f" * 32, "a" * 32])
    confirmation = json.loads(purged(copy).with_suffix(".json").read_text())
    assert [row["conversation_id"] for row in confirmation["conversations"]] == ["a" * 32, "f" * 32]
    assert all(row["purged_at"] for row in tombstone_rows(copy))


def test_removals_during_a_purge_are_left_for_the_next(copy, monkeypatch):
    def late(store, *arguments, **named):
        removed_from(copy, ["f" * 32])
        return search_store(store, *arguments, **named)

    monkeypatch.setattr("queries.removal.purge.search_store", late)
    confirmation = json.loads(purged(copy).with_suffix(".json").read_text())
    assert sorted(row["conversation_id"] for row in confirmation["conversations"]) == PLANTED
    waiting = [row["conversation_id"] for row in tombstone_rows(copy) if row["purged_at"] is None]
    assert waiting == ["f" * 32]


def test_removals_after_an_interrupted_purge_are_purged_when_it_resumes(copy, monkeypatch):
    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("queries.removal.purge.write_purge_confirmation", killed)
        with pytest.raises(KeyboardInterrupt):
            purged(copy)
    text = tiny_dataset.ROWS[9]["conversation"][0]["content"]
    removed_from(copy, ["2" * 32])
    assert places_with(copy, [text])
    confirmation = json.loads(purged(copy).with_suffix(".json").read_text())
    assert places_with(copy, [text]) == {}
    ids = {row["conversation_id"] for row in confirmation["conversations"] if row["sha256"]}
    assert ids == {*PLANTED, "2" * 32}
    assert not (copy / "purging").exists()


def test_long_ids_with_a_common_start_do_not_block_a_purge(tmp_path):
    start = "https://chat.example.com/conversations/"
    rows = [{**row, "conversation_id": f"{start}{n}"} for n, row in enumerate(tiny_dataset.ROWS)]
    folder = tmp_path / "store"
    prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", rows), folder)
    removed_from(folder, [f"{start}3"])
    purged(folder)
    assert conversation_count(folder) == 11


def test_texts_of_remaining_conversations_do_not_block_a_purge(tmp_path):
    sentence = "The quick brown fox jumps over the lazy dog, as everybody knows."
    rows = [
        *tiny_dataset.ROWS,
        *(tiny_dataset.row(c, "m", "English", sentence, f"{sentence} {c}") for c in "xyz"),
    ]
    folder = built(
        tiny_dataset.write(tmp_path / "raw.parquet", rows), tmp_path / "store", index="words"
    )
    removed_from(folder, ["x" * 32])
    purged(folder)
    assert conversation_count(folder) == 14
    assert places_with(folder, [sentence])


def test_a_text_that_is_a_column_name_does_not_block_a_purge(tmp_path):
    rows = [
        *tiny_dataset.ROWS,
        tiny_dataset.row("z", "m", "English", "is_flagged_harassment_threatening", "?"),
    ]
    folder = tmp_path / "store"
    prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", rows), folder)
    removed_from(folder, ["z" * 32])
    purged(folder)
    assert conversation_count(folder) == 12


STRAYS = {
    "notes.txt": lambda path: path.write_text(f"see {SECRETS[7]}"),
    "state/mine.json": lambda path: path.write_text(
        json.dumps({"text": SECRETS[9]}, ensure_ascii=False)
    ),
    "versions/x.bin": lambda path: path.write_bytes(b"\0" * 77 + SECRETS[8][100:163].encode()),
    "copy.parquet": lambda path: pq.write_table(pa.table({"a": [1], "b": [[SECRETS[8]]]}), path),
    "cut.parquet": lambda path: path.write_bytes(b"PAR1 and no more"),
    "ids.parquet": lambda path: pq.write_table(
        pa.table({"conversation_id": [7], "t": pa.array([SECRETS[6]]).dictionary_encode()}), path
    ),
}


@pytest.mark.parametrize("name", STRAYS)
def test_a_stray_copy_makes_a_purge_refuse_and_name_it(copy, name):
    STRAYS[name](copy / name)
    with pytest.raises(PurgeError, match=f"1 file of .*{name}.*run chatscape purge again"):
        purged(copy)
    assert not (copy / "state" / "purges").exists()
    assert all(row["purged_at"] is None for row in tombstone_rows(copy))
    assert conversation_count(copy) == len(mixed_rows()) - len(PLANTED)
    (copy / name).unlink()
    confirmation = json.loads(purged(copy).with_suffix(".json").read_text())
    assert places_with(copy, SECRETS) == {}
    assert sorted(row["conversation_id"] for row in confirmation["conversations"]) == PLANTED
    assert all(row["sha256"] for row in confirmation["conversations"])


def test_texts_that_are_not_utf8_are_searched_in_both_forms(tmp_path):
    # A piece of 32 bytes without a byte that is no UTF-8 is nowhere in it.
    text = "\x01\x02\x03".join(secret[:12] for secret in SECRETS[1:7])
    folder = tmp_path / "store"
    prepare_store(
        written(tmp_path / "raw.parquet", [tiny_dataset.row("z", "m", "x", text)]), folder
    )
    removed_from(folder, ["z" * 32])
    (folder / "notes.txt").write_text(text.replace("\x01\x02\x03", "\ufffd" * 3))
    with pytest.raises(PurgeError, match=r"notes\.txt"):
        purged(folder)
    (folder / "notes.txt").unlink()
    purged(folder)
    assert places_with(folder, [SECRETS[1][:12]]) == {}


def test_all_files_of_the_store_are_purged(copy):
    text = SECRETS[7].encode()
    old = StorePath(copy).versions()[0]
    shutil.copytree(old.path, copy / "versions" / "20200101T000000Z-0123456789ab")
    for place in (
        *("x.partial", "state/exports/token/slice.jsonl", "state/exports/half.partial"),
        *("indexing/key/spill/run", "discarded/old/messages/x", "versions/unfinished/scatter/u"),
        f"versions/{old.name}/scatter/unit.arrow",
    ):
        (copy / place).parent.mkdir(parents=True, exist_ok=True)
        (copy / place).write_bytes(text)
    (copy / "state" / "mine.txt").write_text("kept")
    purged(copy)
    assert places_with(copy, SECRETS) == {}
    assert len(StorePath(copy).versions()) == 1
    assert not (copy / "indexing").exists()
    assert (copy / "state" / "mine.txt").read_text() == "kept"


def test_misuse_is_refused_and_writes_nothing(copy, tmp_path):
    with pytest.raises(StoreMissingError):
        purged(tmp_path / "none")
    assert not (tmp_path / "none").exists()
    with write_lock(StorePath(copy)), pytest.raises(StoreBusyError):
        purged(copy)
    register = (copy / "removed.parquet").read_bytes()
    (copy / "removed.parquet").write_bytes(register[:-9])
    with pytest.raises(TombstoneError):
        purged(copy)
    (copy / "removed.parquet").write_bytes(register)
    (copy / "state" / "purges").write_text("in its place")
    with pytest.raises(OSError, match="purges"):
        purged(copy)
    (copy / "state" / "purges").unlink()
    purged(copy)
    assert not (copy / "purging").exists()


def test_quotes_that_people_typed_are_reported_and_do_not_block_a_purge(whole, tmp_path):
    shutil.copytree(whole, tmp_path / "store")
    remove(
        StorePath(tmp_path / "store"), PLANTED, f"it says {max(SECRETS, key=len)[:200]}", "tester"
    )
    letter = purged(tmp_path / "store")
    confirmation = json.loads(letter.with_suffix(".json").read_text())
    assert confirmation["searched"]["typed"] == ["removed.parquet", "state/log.sqlite"]
    assert (
        "Text that people typed quotes what was removed, in removed.parquet, state/log.sqlite."
    ) in " ".join(letter.read_text().split())


def test_files_of_others_are_named(copy):
    (copy / "backup.tar.gz").write_bytes(bytes(100))
    letter = purged(copy)
    assert json.loads(letter.with_suffix(".json").read_text())["searched"]["others"] == [
        "backup.tar.gz"
    ]
    assert "without unpacking archives: backup.tar.gz." in " ".join(letter.read_text().split())
