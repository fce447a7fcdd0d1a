"""What the doctor finds in a store: every harm by its name, and nothing else with it."""

import fcntl
import json
import shutil
from collections import Counter
from pathlib import Path

import lancedb
import pytest

from queries.cli import run
from queries.doctor import keeping, search
from queries.doctor.diagnosis import diagnosis
from queries.layout import StorePath
from queries.licence import accept
from queries.removal.remove import remove
from queries.search import embedder
from tests.doctoring import CHECKS, cut, first, flip, live, manifest, said, snapshot
from tests.doctoring import healthy as healthy
from tests.embedding import DictionaryEmbedder


@pytest.mark.parametrize("is_quick", [False, True])
def test_all_is_well_with_a_new_store_and_nothing_in_it_is_touched(healthy, is_quick):
    before = snapshot(healthy)
    found = list(diagnosis(StorePath(healthy), is_quick=is_quick))
    assert {one.status for one in found} == {"ok"}
    assert Counter(one.check for one in found) == Counter(
        CHECKS - ({"model"} if is_quick else set())
    )
    assert snapshot(healthy) == before


def test_a_bit_that_flipped_is_found_by_its_checksum_alone(healthy):
    path = first(healthy, "messages/*.parquet")
    flip(path, path.stat().st_size // 3)
    name = f"messages/{path.name}"
    expected = f"{name} is not what was written: its checksum differs."
    assert said(healthy) == {"files": [("fail", expected)]}
    assert said(healthy, is_quick=True) == {}


def test_every_file_that_is_harmed_is_named(healthy):
    first(healthy, "conversations/*.parquet").unlink()
    cut(first(healthy, "messages/*.parquet"))
    shutil.copy(first(healthy, "messages/*.parquet"), live(healthy) / "messages" / "x.parquet")
    (one, two, three) = said(healthy, is_quick=True)["files"]
    assert one == ("fail", "conversations/part-00000.parquet is not there.")
    assert two[1].startswith("messages/part-00000.parquet has ")
    assert three == ("fail", "messages/x.parquet is no file of this version.")


def test_rows_that_are_fewer_are_found_without_checksums(healthy):
    def change(facts):
        for one in facts["files"]:
            del one["sha256"]
        facts["files"][0]["row_count"] += 1

    manifest(healthy, change)
    fewer, unsigned = said(healthy)["files"]
    assert fewer[1] == "conversations/part-00000.parquet has 2,000 rows instead of 2,001."
    assert unsigned[0] == "warning"
    assert unsigned[1].startswith("The store was prepared before checksums were kept: 2 files")


def test_a_file_of_the_right_size_that_is_no_parquet_is_found_quickly(healthy):
    path = first(healthy, "messages/*.parquet")
    path.write_bytes(bytes(path.stat().st_size))
    expected = ("fail", "messages/part-00000.parquet is no parquet that can be read.")
    assert said(healthy, is_quick=True) == {"files": [expected]}


INDEX_FILES = ("index.lance/messages.lance/data/*", "index.lance/vectors.npy")


@pytest.mark.parametrize("pattern", INDEX_FILES)
@pytest.mark.parametrize("harm", ["flip", "cut", "delete"])
def test_each_harm_to_the_index_is_found_by_file(healthy, pattern, harm):
    path = first(healthy, pattern)
    {"flip": lambda: flip(path, 1000), "cut": lambda: cut(path), "delete": path.unlink}[harm]()
    found = said(healthy)
    assert set(found) == {"index"}
    name = path.relative_to(live(healthy)).as_posix()
    how = {"flip": "is not what was written", "cut": "has ", "delete": "is not there"}[harm]
    assert found["index"][0][1].startswith(f"{name} {how}")


def test_an_index_of_other_data_is_found(healthy):
    manifest(healthy, lambda facts: facts["steps"]["index"].update(message_count=3))
    (finding,) = said(healthy)["index"]
    assert finding[0] == "fail"
    assert finding[1].startswith("The search index was built for other data")


def test_an_index_of_before_checksums_were_kept_is_a_warning(healthy):
    manifest(healthy, lambda facts: facts["steps"]["index"].pop("files"))
    (finding,) = said(healthy)["index"]
    assert finding[0] == "warning"
    assert finding[1].startswith("The index was built before checksums were kept")


def test_a_truncated_table_of_an_index_without_checksums_is_found_by_opening_it(healthy):
    manifest(healthy, lambda facts: facts["steps"]["index"].pop("files"))
    for path in live(healthy).glob("index.lance/messages.lance/_versions/*"):
        cut(path)
    assert "fail" in {status for status, _ in said(healthy)["index"]}


def test_rows_that_somebody_took_out_of_the_index_are_counted(healthy):
    table = lancedb.connect(live(healthy) / "index.lance").open_table("messages")
    table.delete("message_index = 5")
    left = table.count_rows()
    counts = StorePath(healthy).current().manifest()["counts"]
    expected = f"The table messages of the index has {left:,} rows instead of "
    found = said(healthy)
    assert set(found) == {"index"}
    assert found["index"][-1] == ("fail", f"{expected}{counts['messages']:,}.")


def test_a_store_without_an_index_is_warned_of(healthy, tiny_folder, tmp_path):
    shutil.copytree(tiny_folder, tmp_path / "tiny")
    accept(StorePath(tmp_path / "tiny"), "a test")
    expected = ("warning", "There is no search index: the page Search does not work.")
    assert said(tmp_path / "tiny") == {"index": [expected]}


def test_a_licence_that_is_not_accepted_is_warned_of(healthy, tiny_folder):
    licence = said(tiny_folder, is_quick=True)["licence"]
    assert licence == [("warning", "The licence of the data is not accepted.")]


def test_a_model_that_is_not_there_fails(healthy, monkeypatch):
    monkeypatch.undo()
    monkeypatch.setattr(embedder, "_folder", lambda name, **_: _missing(name))
    (finding,) = said(healthy)["model"]
    assert finding == ("fail", "The embedding model dictionary cannot be used: it is gone.")


def _missing(name):
    from queries.errors import ModelError

    raise ModelError(name, "it is gone")


class LongVectors(DictionaryEmbedder):
    """Gives vectors that do not have length 1."""

    def question(self, text):
        return super().question(text) * 2


@pytest.mark.parametrize("other", [DictionaryEmbedder({"cat": 0, "dog": 1}), LongVectors()])
def test_a_model_that_gives_other_vectors_fails(healthy, monkeypatch, other):
    monkeypatch.setattr(embedder, "embedder_of", lambda _: other)
    expected = "The model dictionary gives vectors of another kind than the index has."
    assert said(healthy) == {"model": [("fail", expected)]}


def test_without_pytorch_search_by_meaning_fails(healthy, monkeypatch):
    monkeypatch.setattr(search, "find_spec", lambda _: None)
    expected = "PyTorch is not installed, so search by meaning does not work."
    assert said(healthy) == {"model": [("fail", expected)]}


def test_a_register_that_is_harmed_fails(healthy):
    (healthy / "removed.parquet").write_text("no parquet")
    found = said(healthy, is_quick=True)
    assert set(found) == {"register"}
    assert found["register"][0][0] == "fail"


def test_removals_that_wait_for_a_purge_are_counted(healthy):
    remove(StorePath(healthy), _ids(healthy, 3), "a test", "jo")
    expected = ("warning", "3 conversations of 3 removed wait for a purge.")
    assert said(healthy, is_quick=True) == {"register": [expected]}


def _ids(folder: Path, number: int) -> list[str]:
    import pyarrow.parquet as pq

    column = "conversation_id"
    return pq.read_table(first(folder, "conversations/*.parquet"))[column][:number].to_pylist()


def test_what_killed_builds_left_is_named_and_a_running_one_is_not(healthy):
    (healthy / "versions" / "20200101T000000Z-abc" / "scatter").mkdir(parents=True)
    (healthy / "indexing" / "abc").mkdir(parents=True)
    (healthy / "discarded" / "old").mkdir(parents=True)
    (healthy / "removed.parquet.partial").write_text("half")
    names = ("versions/20200101T000000Z-abc", "indexing", "discarded", "removed.parquet.partial")
    expected = [("warning", f"{n} was left behind by a build that was cut off.") for n in names]
    assert said(healthy, is_quick=True) == {"leftovers": expected}
    with (healthy / ".lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert said(healthy, is_quick=True) == {}


def test_a_purge_that_was_cut_off_is_named(healthy):
    (healthy / "purging").mkdir()
    expected = ("warning", "A purge has not come to its end.")
    assert said(healthy, is_quick=True) == {"purge": [expected]}


def test_a_state_that_cannot_be_written_fails(healthy, monkeypatch):
    monkeypatch.setattr("queries.state.is_writable", lambda _: False)
    ((status, finding),) = said(healthy, is_quick=True)["state"]
    assert status == "fail"
    assert finding.startswith("Nothing can be noted, so no licence is accepted")
    assert "the folder state of the store is read-only" in finding


def test_a_database_that_is_down_fails_without_its_password(healthy, monkeypatch):
    address = "postgresql+psycopg://ada:hush@127.0.0.1:1/state"
    monkeypatch.setenv("CHATSCAPE_STATE", address)
    StorePath(healthy).made_identity()
    finding = str(said(healthy, is_quick=True)["state"])
    assert "Nothing can be noted" in finding
    assert "127.0.0.1" in finding
    assert "hush" not in finding


@pytest.mark.parametrize(
    ("harm", "expected"),
    [
        (lambda f: (f / "CURRENT").unlink(), "There is no prepared store at "),
        (lambda f: (live(f) / "manifest.json").write_text("{"), "The manifest of the live version"),
        (lambda f: manifest(f, lambda m: m.update(format=1)), "The store at "),
        (lambda f: shutil.rmtree(f), "There is no prepared store at "),
    ],
)
def test_a_store_that_cannot_be_opened_is_one_finding(healthy, harm, expected):
    harm(healthy)
    found = said(healthy)
    assert set(found) == {"version"}
    ((status, finding),) = found["version"]
    assert status == "fail"
    assert finding.startswith(expected)


def test_a_check_that_breaks_does_not_stop_the_others(healthy, monkeypatch):
    def breaks(_):
        raise RuntimeError("a secret")

    monkeypatch.setattr(keeping, "removed", breaks)
    found = list(diagnosis(StorePath(healthy), is_quick=True))
    assert {one.check for one in found} == CHECKS - {"model"}
    (one,) = (one for one in found if one.status != "ok")
    assert (one.check, one.finding) == ("register", "This could not be checked (RuntimeError).")


def test_the_command_has_a_line_a_finding_and_an_exit_code(healthy, capsys, monkeypatch):
    assert run(["doctor", "--store", str(healthy), "--quick"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(CHECKS) - 1
    assert all(line.startswith("OK       ") for line in lines)
    monkeypatch.setenv("CHATSCAPE_TREADS", "2")
    assert run(["doctor", "--store", str(healthy), "--quick"]) == 0
    assert "warning  settings   CHATSCAPE_TREADS is not a setting" in capsys.readouterr().out
    first(healthy, "messages/*.parquet").unlink()
    assert run(["doctor", "--store", str(healthy), "--quick", "--format", "json"]) == 1
    rows = json.loads(capsys.readouterr().out)
    (failed,) = (row for row in rows if row["status"] == "fail")
    assert failed["check"] == "files"
    assert failed["advice"].startswith("Put the store back from a copy")
