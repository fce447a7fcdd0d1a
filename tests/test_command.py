"""The command in a process of its own: streams, pipes, exit codes, start."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, SAMPLE

COMMAND = [sys.executable, "-c", "from queries.cli import main; main()"]


def chatscape(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    command = [*COMMAND, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, **options)  # type: ignore[call-overload]


def test_progress_is_plain_lines_where_there_is_no_terminal(tmp_path):
    done = chatscape("prepare", SAMPLE, "--store", tmp_path)
    assert done.returncode == 0
    assert "\r" not in done.stderr
    assert "Reading conversations: 2,000 of 2,000 rows in " in done.stderr
    assert "rows/s)" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "\udcff"),
        ("list", "--model", "\udcff\udcfe"),
        ("prepare", "~nobody-of-that-name/a", "--store", "x"),
        ("prepare", "x", "--store", "x", "--limit", "9" * 20),
    ],
)
def test_what_cannot_be_meant_is_bad_use(arguments):
    done = chatscape(*arguments)
    assert done.returncode == 2
    assert "unexpected" not in done.stderr
    assert "Traceback" not in done.stderr


def test_debug_anywhere_on_the_line_shows_where(tmp_path):
    done = chatscape("info", "--store", tmp_path, "--debug")
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "StoreMissingError" in done.stderr


@pytest.fixture(params=["", "1"], ids=["buffered", "unbuffered"])
def environment(request):
    """Python writes what was printed at once, or at its end, where it meets the same trouble."""
    return os.environ | {"PYTHONUNBUFFERED": request.param}


@pytest.mark.parametrize("format_", ["table", "json", "csv"])
def test_a_reader_that_has_gone_is_no_error(tiny_folder, format_, environment):
    read, write = os.pipe()
    os.close(read)
    query = ["query", "model_mix", "--store", str(tiny_folder), "--format", format_]
    with os.fdopen(write, "w") as out:
        done = subprocess.run(
            [*COMMAND, *query], stdout=out, stderr=subprocess.PIPE, cwd=ROOT, env=environment
        )
    assert done.stderr == b""
    assert done.returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is full")
def test_a_full_disk_behind_the_output_is_said(environment):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*COMMAND, "query"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=environment,
        )
    assert done.returncode == 1
    assert done.stderr.startswith("Error: Standard output: No space left on device.")


def test_a_port_that_is_taken_is_said_before_an_address_is(sample_folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = chatscape("serve", "--store", sample_folder, "--port", port)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        f"Error: Cannot listen on 127.0.0.1, port {port}: Address already in use. "
        "Stop what is there, or choose another port with --port.\n"
    )


def test_help_does_not_wait_for_heavy_imports():
    heavy = {"pyarrow", "duckdb", "pandas", "streamlit", "numpy"}
    code = (
        "import sys; from queries.cli import run; run(['--version']); "
        f"print(sorted({heavy} & {{name.split('.')[0] for name in sys.modules}}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.splitlines() == ["chatscape, version 0.1.0", "[]"]
