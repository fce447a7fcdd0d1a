"""What the doctor finds in a store: every harm by its name, and nothing else with it."""

import fcntl
import json
import shutil
from collections import Counter
from pathlib import Path

import lancedb
import pytest

from queries.cli import run
from queries.doctor import index_checks, state_checks
from queries.doctor.run_checks import run_checks
from queries.removal.remove import remove
from queries.search import embedder, model_files
from queries.state.licence import accept
from queries.store.layout import StorePath
from tests.support.damage import CHECKS, cut, findings, first, flip, live, manifest, snapshot
from tests.support.fake_embedder import DictionaryEmbedder


@pytest.mark.parametrize("is_quick", [False, True])
def test_all_is_well_with_a_new_store_and_nothing_in_it_is_touched(healthy, is_quick):
    before = snapshot(healthy)
    results = list(run_checks(StorePath(healthy), is_quick=is_quick))
    assert {result.status for result in results} == {"ok"}
    assert Counter(result.check for result in results) == Counter(
        CHECKS - ({"model"} if is_quick else set())
    )
    assert snapshot(healthy) == before


def test_a_bit_that_flipped_is_found_by_its_checksum_alone(healthy):
    path = first(healthy, "messages/*.parquet")
    flip(path, path.stat().st_size // 3)
    name = f"messages/{path.name}"
    expected = f"{name} is not what was written: its checksum differs."
    assert findings(healthy) == {"files": [("fail", expected)]}
    assert findings(healthy, is_quick=True) == {}


def test_every_file_that_is_harmed_is_named(healthy):
    first(healthy, "conversations/*.parquet").unlink()
    cut(first(healthy, "messages/*.parquet"))
    shutil.copy(first(healthy, "messages/*.parquet"), live(healthy) / "messages" / "x.parquet")
    (missing, shortened, foreign) = findings(healthy, is_quick=True)["files"]
    assert missing == ("fail", "conversations/part-00000.parquet is not there.")
    assert shortened[1].startswith("messages/part-00000.parquet has ")
    assert foreign == ("fail", "messages/x.parquet does not belong to this version.")


def test_rows_that_are_fewer_are_found_without_checksums(healthy):
    def change(facts):
        for file in facts["files"]:
            del file["sha256"]
        facts["files"][0]["row_count"] += 1

    manifest(healthy, change)
    fewer, unsigned = findings(healthy)["files"]
    assert fewer[1] == "conversations/part-00000.parquet has 2,000 rows instead of 2,001."
    assert unsigned[0] == "warning"
    assert unsigned[1].startswith("The store was prepared before checksums were kept, so 2 files")


def test_prompt_groups_without_a_key_are_reported(healthy):
    manifest(healthy, lambda facts: facts["steps"]["prepare"].update(prepare_version=2))
    (finding,) = findings(healthy)["groups"]
    assert finding[0] == "warning"
    assert "guesses a masked first prompt can confirm it" in finding[1]


def test_a_key_of_prompt_groups_that_is_missing_or_open_is_reported(healthy):
    key = StorePath(healthy).group_key_path
    key.chmod(0o640)
    assert findings(healthy) == {
        "groups": [("warning", "Other accounts of this machine may read prompt-groups.key.")]
    }
    key.unlink()
    ((status, finding),) = findings(healthy)["groups"]
    assert (status, finding[:30]) == ("warning", "prompt-groups.key is missing, ")


def test_a_file_of_the_right_size_that_is_no_parquet_is_found_quickly(healthy):
    path = first(healthy, "messages/*.parquet")
    path.write_bytes(bytes(path.stat().st_size))
    expected = ("fail", "messages/part-00000.parquet is not a readable parquet file.")
    assert findings(healthy, is_quick=True) == {"files": [expected]}


INDEX_FILES = (
    *("index.lance/messages.lance/data/*", "index.lance/vectors.npy"),
    "index.lance/words/plain/positions.bin",
)


@pytest.mark.parametrize("pattern", INDEX_FILES)
@pytest.mark.parametrize("harm", ["flip", "cut", "delete"])
def test_each_harm_to_the_index_is_found_by_file(healthy, pattern, harm):
    path = first(healthy, pattern)
    {"flip": lambda: flip(path, 1000), "cut": lambda: cut(path), "delete": path.unlink}[harm]()
    by_check = findings(healthy)
    assert set(by_check) == {"index"}
    name = path.relative_to(live(healthy)).as_posix()
    how = {"flip": "is not what was written", "cut": "has ", "delete": "is not there"}[harm]
    assert by_check["index"][0][1].startswith(f"{name} {how}")


def test_an_index_of_other_data_is_found(healthy):
    manifest(healthy, lambda facts: facts["steps"]["index"].update(message_count=3))
    (finding,) = findings(healthy)["index"]
    assert finding[0] == "fail"
    assert finding[1].startswith("The search index was built for other data")


def test_an_index_of_before_checksums_were_kept_is_a_warning(healthy):
    manifest(healthy, lambda facts: facts["steps"]["index"].pop("files"))
    (finding,) = findings(healthy)["index"]
    assert finding[0] == "warning"
    assert finding[1].startswith("The index was built before checksums were kept")


def test_a_truncated_table_of_an_index_without_checksums_is_found_by_opening_it(healthy):
    manifest(healthy, lambda facts: facts["steps"]["index"].pop("files"))
    for path in live(healthy).glob("index.lance/messages.lance/_versions/*"):
        cut(path)
    assert "fail" in {status for status, _ in findings(healthy)["index"]}


def test_rows_that_somebody_took_out_of_the_index_are_counted(healthy):
    table = lancedb.connect(live(healthy) / "index.lance").open_table("messages")
    table.delete("message_index = 5")
    left = table.count_rows()
    counts = StorePath(healthy).current().manifest()["counts"]
    expected = f"The table messages of the index has {left:,} rows instead of "
    by_check = findings(healthy)
    assert set(by_check) == {"index"}
    assert by_check["index"][-1] == ("fail", f"{expected}{counts['messages']:,}.")


def test_a_store_without_an_index_is_warned_of(healthy, tiny_folder, tmp_path):
    shutil.copytree(tiny_folder, tmp_path / "tiny")
    accept(StorePath(tmp_path / "tiny"), "a test")
    expected = ("warning", "There is no search index, so the page Search does not work.")
    assert findings(tmp_path / "tiny") == {"index": [expected]}


def test_a_licence_that_is_not_accepted_is_warned_of(healthy, tiny_folder):
    licence = findings(tiny_folder, is_quick=True)["licence"]
    assert licence == [("warning", "The licence of the data is not accepted.")]


def test_a_model_that_is_not_there_fails(healthy, monkeypatch):
    monkeypatch.undo()
    monkeypatch.setattr(model_files, "model_folder", lambda name, **_: _missing(name))
    (finding,) = findings(healthy)["model"]
    assert finding == ("fail", "The embedding model dictionary cannot be used: it is gone.")


def _missing(name):
    from queries.errors import ModelError

    raise ModelError(name, "it is gone")


class LongVectors(DictionaryEmbedder):
    """Gives vectors that do not have length 1."""

    def embed_query(self, text):
        return super().embed_query(text) * 2


@pytest.mark.parametrize("other", [DictionaryEmbedder({"cat": 0, "dog": 1}), LongVectors()])
def test_a_model_that_gives_other_vectors_fails(healthy, monkeypatch, other):
    monkeypatch.setattr(embedder, "load_embedder", lambda _: other)
    expected = "The vectors of the model dictionary do not fit the index."
    assert findings(healthy) == {"model": [("fail", expected)]}


def test_without_pytorch_search_by_meaning_fails(healthy, monkeypatch):
    monkeypatch.setattr(index_checks, "find_spec", lambda _: None)
    expected = "PyTorch is not installed, so semantic search does not work."
    assert findings(healthy) == {"model": [("fail", expected)]}


def test_a_register_that_is_harmed_fails(healthy):
    (healthy / "removed.parquet").write_text("no parquet")
    by_check = findings(healthy, is_quick=True)
    assert set(by_check) == {"register"}
    assert by_check["register"][0][0] == "fail"


def test_removals_that_wait_for_a_purge_are_counted(healthy):
    remove(StorePath(healthy), _ids(healthy, 3), "a test", "jo")
    expected = ("warning", "3 removed conversations of 3 await a purge.")
    assert findings(healthy, is_quick=True) == {"register": [expected]}


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
    expected = [("warning", f"{n} was left behind by a build that was interrupted.") for n in names]
    assert findings(healthy, is_quick=True) == {"leftovers": expected}
    with (healthy / ".lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert findings(healthy, is_quick=True) == {}


def test_a_purge_that_was_cut_off_is_named(healthy):
    (healthy / "purging").mkdir()
    expected = ("warning", "A purge was interrupted.")
    assert findings(healthy, is_quick=True) == {"purge": [expected]}


def test_a_state_that_cannot_be_written_fails(healthy, monkeypatch):
    monkeypatch.setattr("queries.state.database.write_problem", lambda _: "No space left on device")
    ((status, finding),) = findings(healthy, is_quick=True)["state"]
    assert status == "fail"
    assert finding.startswith("Nothing can be recorded, so nobody can accept")
    assert "written to the folder state (No space left on device)" in finding


def test_a_database_that_is_down_fails_without_its_password(healthy, monkeypatch):
    address = "postgresql+psycopg://ada:hush@127.0.0.1:1/state"
    monkeypatch.setenv("CHATSCAPE_STATE", address)
    StorePath(healthy).ensure_identity()
    finding = str(findings(healthy, is_quick=True)["state"])
    assert "Nothing can be recorded" in finding
    assert "127.0.0.1" in finding
    assert "hush" not in finding


@pytest.mark.parametrize(
    ("harm", "expected"),
    [
        (lambda f: (f / "CURRENT").unlink(), "The store at "),
        (lambda f: (live(f) / "manifest.json").write_text("{"), "The manifest of the live version"),
        (lambda f: manifest(f, lambda m: m.update(format=1)), "The store at "),
        (lambda f: shutil.rmtree(f), "There is no prepared store at "),
    ],
)
def test_a_store_that_cannot_be_opened_is_one_finding(healthy, harm, expected):
    harm(healthy)
    by_check = findings(healthy)
    assert set(by_check) == {"version"}
    ((status, finding),) = by_check["version"]
    assert status == "fail"
    assert finding.startswith(expected)


def test_a_check_that_breaks_does_not_stop_the_others(healthy, monkeypatch):
    def breaks(_):
        raise RuntimeError("a secret")

    monkeypatch.setattr(state_checks, "read_tombstones", breaks)
    results = list(run_checks(StorePath(healthy), is_quick=True))
    assert {result.check for result in results} == CHECKS - {"model"}
    (crashed,) = (result for result in results if result.status != "ok")
    assert (crashed.check, crashed.finding) == ("register", "The check crashed (RuntimeError).")


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
    assert failed["advice"].startswith("Restore the store from a backup")
