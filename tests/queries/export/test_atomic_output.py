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
from queries.export.atomic_output import atomic_output
from queries.masking.parallel import mask_column, mask_workers
from queries.masking.pipeline import masked
from queries.open_store import open_store
from queries.settings import Settings
from tests.support import tiny_dataset
from tests.support.exports import exported, in_many_parts, left_in, lines_of, rows_of
from tests.support.paths import ROOT
from tests.support.processes import children, is_alive, until
from tests.support.stores import prepare_store

KILLS = 6

EXPORT = """
import signal
import sys
from pathlib import Path
# Where the tests run in the background of a shell, children inherit that SIGINT is ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
from queries.export.plan import ExportPlan
from queries.export.write import write_export
from queries.settings import Settings
from queries.open_store import open_store
store = open_store(Path(sys.argv[1]), Settings())
if sys.argv[5] == "held":
    from contextlib import contextmanager
    from queries.export import write
    @contextmanager
    def open_held(*arguments, real=write.open_writer, **options):
        with real(*arguments, **options):
            yield lambda rows: (print("writing", flush=True), sys.stdin.readline())
    write.open_writer = open_held
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
def started(store, out, format_, is_masked=False, is_held=False):
    """An export in a process of its own, past its imports; a held one waits at its first write."""
    options = ("0" if is_masked else "1", "held" if is_held else "")
    command = [sys.executable, "-c", EXPORT, store, out, format_, *options]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, **pipes, text=True, cwd=ROOT) as process:
        assert process.stdout.readline() == "ready\n"
        if is_held:
            assert process.stdout.readline() == "writing\n"
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
        # The first one is held at its first write: at least that one leaves a part of its file.
        with started(parted_folder, folder / name, format_, is_held=not number) as process:
            time.sleep(seconds * moments.uniform(number, number + 1) / KILLS)
            process.send_signal(signal.SIGKILL)
        partial += f"{name}.partial" in left_in(folder)
        if name in left_in(folder):
            assert rows_of(folder / name) == wanted, seed
            continue
        manifest = exported(store, folder / name, format=format_, is_masked=False)
        assert manifest["counts"]["rows"] == 2_000, seed
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
    out = tmp_path / "x.parquet"
    with started(parted_folder, out, "parquet", is_masked=True, is_held=True) as process:
        maskers = children(process.pid)
        process.send_signal(signal.SIGKILL)
    assert maskers
    until(lambda: not any(is_alive(pid) for pid in maskers))


def test_one_that_is_stopped_leaves_nothing(parted_folder, tmp_path):
    out = tmp_path / "x.parquet"
    with started(parted_folder, out, "parquet", is_masked=True, is_held=True) as process:
        maskers = children(process.pid)
        assert left_in(tmp_path) == {"x.parquet.partial"}
        process.send_signal(signal.SIGINT)
        assert process.wait() != 0
    assert maskers
    until(lambda: not any(is_alive(pid) for pid in maskers))
    assert left_in(tmp_path) == set()


def test_two_at_once_do_not_write_the_same(tiny_store, tmp_path):
    out = tmp_path / "x.parquet"
    with atomic_output(out, is_folder=False, may_replace=False, store=tmp_path / "s") as first:
        first.path.write_bytes(b"of the first one")
        with pytest.raises(ExportError, match="another export is writing to it; wait until"):
            exported(tiny_store, out)
        assert first.path.read_bytes() == b"of the first one"
    exported(tiny_store, out)
    assert left_in(tmp_path) == {"x.parquet", "x.parquet.manifest.json"}


@pytest.mark.parametrize("call", ["os.fsync", "flock"])
def test_a_full_disk_is_reported_and_leaves_nothing(tiny_store, tmp_path, monkeypatch, call):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    place = "queries.export.atomic_output." + ("fcntl.flock" if call == "flock" else call)
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
def test_a_small_disk_is_reported_and_left_empty(sample_store, small_disk, name, format_):
    with pytest.raises(ExportError, match="the disk is full"):
        exported(sample_store, small_disk / name, format=format_, is_masked=False)
    assert left_in(small_disk) == set()
    exported(sample_store, small_disk / "ids.parquet", shape="ids")
    assert left_in(small_disk) == {"ids.parquet", "ids.parquet.manifest.json"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_reported(tiny_store, tmp_path):
    (tmp_path / "closed").mkdir(mode=0o500)
    with pytest.raises(ExportError, match="Permission denied"):
        exported(tiny_store, tmp_path / "closed" / "x.parquet")


def test_a_version_that_is_deleted_meanwhile_is_reported(tmp_path):
    prepare_store(
        tiny_dataset.write(tmp_path / "raw.parquet", tiny_dataset.ROWS), tmp_path / "store"
    )
    store = open_store(tmp_path / "store", Settings())
    assert store.load_into_memory()
    shutil.rmtree(store.version.path)
    with pytest.raises(VersionGoneError, match="was deleted after newer versions replaced it"):
        exported(store, tmp_path / "x.parquet")
    store.close()
    assert left_in(tmp_path) == {"raw.parquet", "store"}


def test_missing_conversations_are_reported(tmp_path, monkeypatch):
    prepare_store(
        tiny_dataset.write(tmp_path / "raw.parquet", tiny_dataset.ROWS), tmp_path / "store"
    )
    store = open_store(tmp_path / "store", Settings())
    messages = next(store.version.table("messages").glob("*.parquet"))
    rows = pq.read_table(messages)
    pq.write_table(rows.slice(0, rows.num_rows - 2), messages)
    with pytest.raises(
        ExportError, match="has 12 conversations, but the files of the store gave 11"
    ):
        exported(store, tmp_path / "x.parquet", shape="messages")
    store.close()
    assert left_in(tmp_path) == {"raw.parquet", "store"}


def planted():
    """The texts with contact data that the rules are tested with."""
    with (ROOT / "tests" / "data" / "masking_cases.csv").open(newline="", encoding="utf-8") as file:
        cases = list(csv.DictReader(file))
    return [case["text"].replace("¦", "") for case in cases if case["text"] != case["shown"]]


def test_no_secret_that_was_planted_is_in_a_masked_export(tmp_path):
    secrets = ["jo.doe@example.com", "+1 202-555-0143", "4111 1111 1111 1111", "203.0.113.37"]
    texts = [f"Mine is {secret}, thanks" for secret in secrets] + planted()
    rows = [
        {
            **tiny_dataset.row("x", "m", "English", text, f"You said {text}"),
            "conversation_id": f"{n:032x}",
            # Every other row is one that only its published form gives back.
            **({"openai_moderation": [tiny_dataset.verdict()] * 3} if n % 2 else {}),
        }
        for n, text in enumerate(texts)
    ]
    prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", rows), tmp_path / "store")
    store = open_store(tmp_path / "store", Settings())
    assert store.manifest["counts"]["verbatim"] == len(texts) // 2
    wanted = {masked(text) for text in texts}
    contents: dict[str, str] = {}
    for shape in ("published", "messages", "conversations", "prompts", "chat"):
        out = tmp_path / f"{shape}.jsonl.gz"
        exported(store, out, shape=shape, format="jsonl")
        contents[shape] = "\n".join(lines_of(out))
        for secret in secrets:
            assert secret not in contents[shape]
    assert len(re.findall(re.escape("[email address]"), contents["published"])) > 1
    assert {row["prompt"] for row in rows_of(tmp_path / "prompts.jsonl.gz")} == wanted
    store.close()


def test_processes_mask_as_one_does(tmp_path):
    import pyarrow as pa

    texts = pa.chunked_array(
        [["a@example.com", None, "b"], [], ["+1 202-555-0143", "é" * 290 + " 1"]]
    )
    for kind in ("whole", "opening"):
        with mask_workers(kind, 100_000) as mask:
            assert mask(texts).to_pylist() == mask_column(texts, kind).to_pylist()
            assert mask(texts.slice(1, 2)).to_pylist() == [None, "b"]
            assert mask(pa.array([], pa.string())).to_pylist() == []


def test_an_opening_that_was_cut_has_no_half_of_a_number(tmp_path):
    start = "x" * 290
    rows = [tiny_dataset.row("a", "m", "English", f"{start} +1 202-555-0143")]
    prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", rows), tmp_path / "store")
    store = open_store(tmp_path / "store", Settings())
    exported(store, tmp_path / "x.parquet", shape="conversations", columns=("opening",))
    assert rows_of(tmp_path / "x.parquet") == [{"opening": f"{start}…"}]
    store.close()


def test_a_masking_process_that_dies_is_reported(sample_store, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "queries.runtime.worker_process.sys",
        type("gone", (), {"executable": "/bin/false", "path": []}),
    )
    with pytest.raises(ExportError, match="a worker process has died, perhaps"):
        exported(sample_store, tmp_path / "x.parquet")
    assert left_in(tmp_path) == set()
