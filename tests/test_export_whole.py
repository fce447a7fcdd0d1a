"""An export is whole or not there: killed, stopped, out of room; and nothing in it is unmasked."""

import csv
import errno
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import pyarrow.parquet as pq
import pytest

from queries.errors import ExportError, VersionGoneError
from queries.export.masks import masked_texts, masking
from queries.export.output import new_output
from queries.masking import masked
from queries.settings import Settings
from queries.store import open_store
from tests import tiny
from tests.conftest import ROOT, prepared
from tests.exporting import exported, in_many_parts, left_in, lines_of, rows_of

KILLS = 6

EXPORT = """
import sys
from pathlib import Path
from queries.export.plan import ExportPlan
from queries.export.write import write_export
from queries.settings import Settings
from queries.store import open_store
store = open_store(Path(sys.argv[1]), Settings())
print("ready", flush=True)
plan = ExportPlan(format=sys.argv[3], is_masked=sys.argv[4] == "0")
write_export(store, plan, Path(sys.argv[2]))
print("done", flush=True)
"""


@pytest.fixture(scope="module")
def parted_folder(tmp_path_factory):
    """The sample in many parts."""
    return in_many_parts(tmp_path_factory.mktemp("parted"))


@contextmanager
def started(store, out, format_, is_masked=False):
    """An export in a process of its own, past its imports."""
    command = [sys.executable, "-c", EXPORT, store, out, format_, "0" if is_masked else "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout.readline() == "ready\n"
        yield process


@pytest.mark.slow
@pytest.mark.parametrize("format_", ["parquet", "hf"])
def test_kill_9_at_random_moments(parted_folder, tmp_path, format_):
    name = {"hf": "x"}.get(format_, f"x.{format_}")
    store = open_store(parted_folder, Settings())
    with started(parted_folder, tmp_path / name, format_) as process:
        begun = time.monotonic()
        assert process.wait() == 0
    seconds = time.monotonic() - begun
    wanted = rows_of(tmp_path / name)

    seed = random.randrange(10**6)
    moments = random.Random(seed)
    partial = 0
    for number in range(KILLS):
        folder = tmp_path / str(number)
        folder.mkdir()
        with started(parted_folder, folder / name, format_) as process:
            time.sleep(seconds * moments.uniform(number, number + 1) / KILLS)
            process.send_signal(signal.SIGKILL)
        partial += f"{name}.partial" in left_in(folder)
        if name in left_in(folder):
            assert rows_of(folder / name) == wanted, seed
            continue
        made = exported(store, folder / name, format=format_, is_masked=False)
        assert made["counts"]["rows"] == 2_000, seed
        assert rows_of(folder / name) == wanted, seed
        assert left_in(folder) == {name, f"{name}.manifest.json"}, seed
    assert partial, f"no export of {KILLS} was killed while it wrote (seed {seed})"
    store.close()


def test_what_a_killed_one_left_is_removed(tiny_store, tmp_path):
    (tmp_path / "x.parquet.partial").write_bytes(b"half" * 10_000)
    (tmp_path / "y.partial" / "data").mkdir(parents=True)
    (tmp_path / "y.partial" / "data" / "train-00007.parquet").write_bytes(b"half")
    (tmp_path / "z.csv.partial").mkdir()
    exported(tiny_store, tmp_path / "x.parquet")
    exported(tiny_store, tmp_path / "y", format="hf")
    exported(tiny_store, tmp_path / "z.csv", format="csv", shape="ids")
    names = {"x.parquet", "y", "z.csv"}
    assert left_in(tmp_path) == names | {f"{name}.manifest.json" for name in names}
    assert len(rows_of(tmp_path / "y")) == 12
    assert left_in(tmp_path / "y") == {"README.md", "data"}


def test_one_that_is_killed_leaves_no_process(parted_folder, tmp_path):
    with started(parted_folder, tmp_path / "x.parquet", "parquet", is_masked=True) as process:
        until(lambda: children(process.pid) or process.poll() is not None)
        maskers = children(process.pid)
        process.send_signal(signal.SIGKILL)
    until(lambda: not any(is_alive(one) for one in maskers))


def test_one_that_is_stopped_leaves_nothing(parted_folder, tmp_path):
    for number in range(10):
        folder = tmp_path / str(number)
        folder.mkdir()
        with started(parted_folder, folder / "x.parquet", "parquet", is_masked=True) as process:
            until(lambda process=process: children(process.pid) or process.poll() is not None)
            maskers = children(process.pid)
            process.send_signal(signal.SIGINT)
            is_done = process.wait(timeout=20) == 0
        until(lambda maskers=maskers: not any(is_alive(one) for one in maskers))
        if not is_done:  # Else it was done before it heard of it.
            break
        assert left_in(folder) == {"x.parquet", "x.parquet.manifest.json"}
    assert not is_done
    assert left_in(folder) == set()


def children(process_id):
    import psutil

    try:
        return psutil.Process(process_id).children()
    except psutil.NoSuchProcess:
        return []


def is_alive(process):
    import psutil

    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def until(is_so, seconds=20.0):
    """Wait for something that comes to be."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_two_at_once_do_not_write_the_same(tiny_store, tmp_path):
    out = tmp_path / "x.parquet"
    with new_output(out, is_folder=False, may_replace=False, store=tmp_path / "s") as first:
        first.path.write_bytes(b"of the first one")
        with pytest.raises(ExportError, match="another export writes to it"):
            exported(tiny_store, out)
        assert first.path.read_bytes() == b"of the first one"
    exported(tiny_store, out)
    assert left_in(tmp_path) == {"x.parquet", "x.parquet.manifest.json"}


@pytest.mark.parametrize("call", ["os.fsync", "flock"])
def test_a_full_disk_is_said_and_leaves_nothing(tiny_store, tmp_path, monkeypatch, call):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    place = "queries.export.output." + ("fcntl.flock" if call == "flock" else call)
    monkeypatch.setattr(place, full)
    with pytest.raises(ExportError, match=r"Nothing was written to .*: the disk is full"):
        exported(tiny_store, tmp_path / "x.parquet")
    monkeypatch.undo()
    exported(tiny_store, tmp_path / "x.parquet")
    assert left_in(tmp_path) == {"x.parquet", "x.parquet.manifest.json"}


@pytest.fixture
def small_disk(tmp_path):
    """A disk of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    command = [mount or "mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]
    if mount is None or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("only root can mount a small disk")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.parametrize(
    ("name", "format_"), [("x.parquet", "parquet"), ("x.jsonl", "jsonl"), ("x", "hf")]
)
def test_a_small_disk_is_said_and_left_empty(sample_store, small_disk, name, format_):
    with pytest.raises(ExportError, match="the disk is full"):
        exported(sample_store, small_disk / name, format=format_, is_masked=False)
    assert left_in(small_disk) == set()
    exported(sample_store, small_disk / "ids.parquet", shape="ids")
    assert left_in(small_disk) == {"ids.parquet", "ids.parquet.manifest.json"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_said(tiny_store, tmp_path):
    (tmp_path / "closed").mkdir(mode=0o500)
    with pytest.raises(ExportError, match="Permission denied"):
        exported(tiny_store, tmp_path / "closed" / "x.parquet")


def test_a_version_that_goes_meanwhile_is_said(tmp_path):
    prepared(tiny.write(tmp_path / "raw.parquet", tiny.ROWS), tmp_path / "store")
    store = open_store(tmp_path / "store", Settings())
    assert store.hold_in_memory()
    shutil.rmtree(store.version.path)
    with pytest.raises(VersionGoneError, match="no longer on disk"):
        exported(store, tmp_path / "x.parquet")
    store.close()
    assert left_in(tmp_path) == {"raw.parquet", "store"}


def test_conversations_that_are_missing_are_said(tmp_path, monkeypatch):
    prepared(tiny.write(tmp_path / "raw.parquet", tiny.ROWS), tmp_path / "store")
    store = open_store(tmp_path / "store", Settings())
    messages = next(store.version.table("messages").glob("*.parquet"))
    rows = pq.read_table(messages)
    pq.write_table(rows.slice(0, rows.num_rows - 2), messages)
    with pytest.raises(ExportError, match="has 12 conversations, and 11 were found in the files"):
        exported(store, tmp_path / "x.parquet", shape="messages")
    store.close()
    assert left_in(tmp_path) == {"raw.parquet", "store"}


def planted():
    """The texts with contact data that the rules are tested with."""
    with (ROOT / "tests" / "masking_cases.csv").open(newline="", encoding="utf-8") as file:
        cases = list(csv.DictReader(file))
    return [case["text"] for case in cases if case["text"] != case["shown"]]


def test_no_secret_that_was_planted_is_in_a_masked_export(tmp_path):
    secrets = ["jo.doe@example.com", "+1 202-555-0143", "4111 1111 1111 1111", "192.168.13.37"]
    texts = [f"Mine is {secret}, thanks" for secret in secrets] + planted()
    rows = [
        {
            **tiny.row("x", "m", "English", text, f"You said {text}"),
            "conversation_id": f"{n:032x}",
            # Every other row is one that only its published form gives back.
            **({"openai_moderation": [tiny.verdict()] * 3} if n % 2 else {}),
        }
        for n, text in enumerate(texts)
    ]
    prepared(tiny.write(tmp_path / "raw.parquet", rows), tmp_path / "store")
    store = open_store(tmp_path / "store", Settings())
    assert store.manifest["counts"]["verbatim"] == len(texts) // 2
    wanted = {masked(text) for text in texts}
    found: dict[str, str] = {}
    for shape in ("published", "messages", "conversations", "prompts", "chat"):
        out = tmp_path / f"{shape}.jsonl.gz"
        exported(store, out, shape=shape, format="jsonl")
        found[shape] = "\n".join(lines_of(out))
        for secret in secrets:
            assert secret not in found[shape]
    assert len(re.findall(re.escape("[email address]"), found["published"])) > 1
    assert {row["prompt"] for row in rows_of(tmp_path / "prompts.jsonl.gz")} == wanted
    store.close()


def test_processes_mask_as_one_does(tmp_path):
    import pyarrow as pa

    texts = pa.chunked_array(
        [["a@example.com", None, "b"], [], ["+1 202-555-0143", "é" * 290 + " 1"]]
    )
    for kind in ("whole", "opening"):
        with masking(kind, 100_000) as mask:
            assert mask(texts).to_pylist() == masked_texts(texts, kind).to_pylist()
            assert mask(texts.slice(1, 2)).to_pylist() == [None, "b"]
            assert mask(pa.array([], pa.string())).to_pylist() == []


def test_an_opening_that_was_cut_has_no_half_of_a_number(tmp_path):
    start = "x" * 290
    rows = [tiny.row("a", "m", "English", f"{start} +1 202-555-0143")]
    prepared(tiny.write(tmp_path / "raw.parquet", rows), tmp_path / "store")
    store = open_store(tmp_path / "store", Settings())
    exported(store, tmp_path / "x.parquet", shape="conversations", columns=("opening",))
    assert rows_of(tmp_path / "x.parquet") == [{"opening": f"{start}…"}]
    store.close()


def test_a_process_that_masks_and_dies_is_said(sample_store, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "queries.processes.sys", type("gone", (), {"executable": "/bin/false", "path": []})
    )
    with pytest.raises(ExportError, match="a process that works on texts has ended, perhaps"):
        exported(sample_store, tmp_path / "x.parquet")
    assert left_in(tmp_path) == set()
