"""A purge that is killed loses nothing and leaves nothing; `purge --all` leaves nothing at all."""

import errno
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from operator import attrgetter
from pathlib import Path

import pytest

from queries.cli import run
from queries.conversations.listing import slice_rows
from queries.errors import PurgeError, StoreMissingError, UsageError
from queries.filters import Filters
from queries.removal import purge as steps
from queries.removal.destroy import destroy
from queries.search.service import search
from queries.store.layout import StorePath
from tests.support import tiny_dataset
from tests.support.purger import PURGE_ON_REQUEST, Purger
from tests.support.removals import (
    PLANTED,
    SECRETS,
    built,
    mixed_rows,
    opened,
    places_with,
    purged,
    removed_from,
    table_of,
    without,
    written,
)
from tests.support.stores import conversation_count, prepare_store

KILLS = 10


@pytest.fixture(scope="module")
def purger():
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", PURGE_ON_REQUEST],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == "ready\n"
        yield Purger(process)
        process.stdin.close()


@pytest.fixture(scope="module")
def removed(tmp_path_factory):
    """A store with an index from which conversations were removed, and one that never had them."""
    folder = tmp_path_factory.mktemp("killed")
    raw = written(folder / "raw.parquet", mixed_rows()[-60:])
    store = built(raw, folder / "store", part_rows=20)
    removed_from(store, PLANTED)
    rest = without(raw, PLANTED, folder / "rest.parquet")
    return store, built(rest, folder / "never", part_rows=20)


def answers(folder):
    """Some answers of a store that say nothing of ranks."""
    with opened(folder) as store:
        rows = slice_rows(store, Filters(), row_limit=500)
        hits = search(store, Filters(), "egg OR same OR fine", mode="words", row_limit=100).rows
        size = store.run("slice_size", Filters())
        return repr((rows.to_dict(), size.to_dict(), sorted(hits["conversation_id"])))


@pytest.mark.slow
def test_kill_9_at_ten_moments_of_a_purge(purger, removed, tmp_path):
    template, never = removed
    wanted = answers(never)
    clean = shutil.copytree(template, tmp_path / "clean")
    begun = time.monotonic()
    purger.begin(clean)
    assert purger.ended() == 0
    seconds = time.monotonic() - begun
    hashes = sha256s(clean)
    assert sorted(hashes) == PLANTED
    seed = random.randrange(10**6)
    drawn = random.Random(seed)
    killed, midway = 0, 0
    for number in range(KILLS):
        store = shutil.copytree(template, tmp_path / str(number))
        pid = purger.begin(store)
        time.sleep(seconds * (number + drawn.random()) / KILLS)
        with suppress(ProcessLookupError):  # It may be at its end.
            os.kill(pid, signal.SIGKILL)
        killed += purger.ended() == signal.SIGKILL
        midway += (store / "purging").exists()
        assert answers(store) == wanted, (seed, number)
        purged(store)
        assert answers(store) == wanted, (seed, number)
        assert sha256s(store) == hashes, (seed, number)
        assert not (store / "purging").exists(), (seed, number)
        assert places_with(store, SECRETS) == {}, (seed, number)
        for name in ("conversations", "messages", "verbatim"):
            actual, rows = (table_of(folder, name).to_pylist() for folder in (store, never))
            assert repr(actual) == repr(rows), (seed, number)
    assert killed >= KILLS // 2, seed
    assert midway >= KILLS // 3, seed


def sha256s(store):
    """The hashes that the confirmations of a store say; one has none when all was said before."""
    confirmations = [json.loads(path.read_text()) for path in store.glob("state/purges/*.json")]
    return {
        row["conversation_id"]: row["sha256"]
        for confirmation in confirmations
        for row in confirmation["conversations"]
    }


@pytest.mark.parametrize(
    ("step", "when"),
    [
        *(
            (step, "before")
            for step in ("record_event", "rewrite_without", "StorePath.set_current")
        ),
        *(
            (step, "after")
            for step in ("PurgeJournal.record", "rewrite_without", "StorePath.set_current")
        ),
        *(
            (step, "after")
            for step in ("StorePath.empty_discarded", "search_store", "write_purge_confirmation")
        ),
        *((step, "after") for step in ("mark_purged", "PurgeJournal.delete")),
    ],
)
def test_a_purge_that_stops_at_any_step_resumes(removed, tmp_path, monkeypatch, step, when):
    template, never = removed
    store = shutil.copytree(template, tmp_path / "store")
    monkeypatch.setattr(
        "queries.removal.open_files.RELEASE_SECONDS", 0
    )  # This process has them open.
    with monkeypatch.context() as patched:
        real = attrgetter(step)(steps)

        def stopped(*arguments, **named):
            if when == "after":
                real(*arguments, **named)
            raise KeyboardInterrupt

        patched.setattr(f"queries.removal.purge.{step}", stopped)
        with pytest.raises(KeyboardInterrupt):
            purged(store)
    assert answers(store) == answers(never)
    if step in ("write_purge_confirmation", "mark_purged", "PurgeJournal.delete"):
        assert places_with(store, SECRETS) == {}
    purged(store)
    assert sorted(id_ for id_, hash_ in sha256s(store).items() if hash_) == PLANTED
    assert places_with(store, SECRETS) == {}
    assert not (store / "purging").exists()
    assert answers(store) == answers(never)


@pytest.fixture
def tiny_copy(tiny_folder, tmp_path):
    (tmp_path / "here").mkdir()
    shutil.copytree(tiny_folder, tmp_path / "here" / "store")
    removed_from(tmp_path / "here" / "store", ["a" * 32])
    return tmp_path / "here" / "store"


def ids_sha256(letters):
    return hashlib.sha256("".join(f"{c * 32}\n" for c in sorted(letters)).encode()).hexdigest()


IDS = ids_sha256("01234abcdefg")


def test_purge_all_leaves_a_confirmation_and_nothing_else(tiny_copy, capsys):
    name = StorePath(tiny_copy).current_name()
    assert run(["purge", "--all", "--yes", "--store", str(tiny_copy)]) == 0
    assert not tiny_copy.exists()
    left = sorted(tiny_copy.parent.iterdir())
    assert [path.suffix for path in left] == [".json", ".md"]
    confirmation = json.loads(left[0].read_text())
    assert (confirmation["conversations"], confirmation["ids_sha256"]) == (12, IDS)
    assert (confirmation["versions"], confirmation["left"]) == ([name], [])
    assert confirmation["store"] == str(tiny_copy)
    assert [source["row_count"] for source in confirmation["sources"]] == [12]
    text = left[1].read_text()
    assert IDS in text
    assert "Nothing is left of the folder." in text
    assert str(left[1]) in capsys.readouterr().out
    assert run(["purge", "--all", "--yes", "--store", str(tiny_copy)]) == 1
    assert sorted(tiny_copy.parent.iterdir()) == left


def test_purge_all_leaves_the_files_of_others_and_names_them(tiny_copy):
    (tiny_copy / "mine").mkdir()
    (tiny_copy / "mine" / "notes.txt").write_text("mine")
    letter = destroy(StorePath(tiny_copy), "tester", tiny_copy.parent)
    assert [path.name for path in tiny_copy.iterdir()] == ["mine"]
    assert (tiny_copy / "mine" / "notes.txt").read_text() == "mine"
    assert json.loads(letter.with_suffix(".json").read_text())["left"] == ["mine"]
    assert (
        "Files that do not belong to the store are still in the folder: mine." in letter.read_text()
    )


@pytest.mark.parametrize("deleted", range(9))
def test_purge_all_that_is_killed_resumes(tiny_copy, monkeypatch, deleted):
    left = iter(range(deleted))

    def delete(path, real=sys.modules["queries.removal.destroy"].delete_path):
        if next(left, None) is None:
            raise KeyboardInterrupt
        real(path)

    store = StorePath(tiny_copy)
    with monkeypatch.context() as patched:
        patched.setattr("queries.removal.destroy.delete_path", delete)
        with pytest.raises(KeyboardInterrupt):
            destroy(store, "tester", tiny_copy.parent)
    if deleted:
        with pytest.raises(StoreMissingError):
            store.current()
    confirmation = json.loads(
        destroy(store, "tester", tiny_copy.parent).with_suffix(".json").read_text()
    )
    assert (confirmation["conversations"], confirmation["ids_sha256"]) == (12, IDS)
    assert not tiny_copy.exists()
    assert len(list(tiny_copy.parent.iterdir())) == 2


def test_a_store_that_was_prepared_again_meanwhile_is_confirmed_with_its_new_facts(
    tiny_copy, monkeypatch
):
    store = StorePath(tiny_copy)
    with monkeypatch.context() as patched:
        patched.setattr("queries.removal.destroy._confirm", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            destroy(store, "tester", tiny_copy.parent)
    raw = tiny_dataset.write(tiny_copy.parent / "raw" / "few.parquet", tiny_dataset.ROWS[:5])
    version = prepare_store(raw, tiny_copy)
    confirmation = json.loads(
        destroy(store, "tester", tiny_copy.parent).with_suffix(".json").read_text()
    )
    assert (confirmation["conversations"], confirmation["versions"]) == (5, [version.name])


def test_a_folder_that_is_no_store_is_refused_and_left_alone(tmp_path, capsys):
    folder = tmp_path / "mine"
    (folder / "state").mkdir(parents=True)
    (folder / "state" / "notes.txt").write_text("mine")
    (folder / "versions").mkdir()
    for path in (folder, tmp_path / "none"):
        assert run(["purge", "--all", "--yes", "--store", str(path)]) == 1
        assert capsys.readouterr().err.startswith("Error: There is no prepared store")
    assert (folder / "state" / "notes.txt").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_confirmation_is_not_written_into_the_store_nor_over_that_of_another(tiny_copy, tmp_path):
    for folder in (tiny_copy, tiny_copy / "state"):
        with pytest.raises(UsageError, match="inside the store"):
            destroy(StorePath(tiny_copy), "tester", folder)
    (tmp_path / "there").mkdir()
    other = shutil.copytree(tiny_copy, tmp_path / "there" / "store")
    begun = tmp_path / "store.destroying.json"
    begun.write_text(json.dumps({"store": str(other)}))
    with pytest.raises(PurgeError, match=r"not completely deleted\. Run the command"):
        destroy(StorePath(tiny_copy), "tester", tmp_path)
    assert conversation_count(tiny_copy) == conversation_count(other) == 11


def test_purge_all_from_inside_and_where_nothing_can_be_written(tiny_copy, monkeypatch):
    (tiny_copy.parent / "store.destroying.json.partial").mkdir()
    with pytest.raises(PurgeError, match="not completely deleted:"):
        destroy(StorePath(tiny_copy), "tester", tiny_copy.parent)
    assert conversation_count(tiny_copy) == 11
    (tiny_copy.parent / "store.destroying.json.partial").rmdir()
    monkeypatch.chdir(tiny_copy)
    assert run(["purge", "--all", "--yes", "--store", "."]) == 0
    monkeypatch.chdir("/")
    assert not tiny_copy.exists()


def test_a_store_on_a_volume_leaves_an_empty_folder(tiny_copy, tmp_path, monkeypatch):
    def refuse(path: Path) -> None:
        raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(path))

    monkeypatch.setattr(Path, "rmdir", refuse)
    assert destroy(StorePath(tiny_copy), "tester", tmp_path).is_file()
    assert not [path for path in tiny_copy.rglob("*") if path.is_file()]
