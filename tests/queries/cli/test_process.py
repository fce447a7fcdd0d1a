"""The command as a subprocess: streams, pipes, exit codes, start-up."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command_line import CHATSCAPE, chatscape
from tests.support.paths import ROOT, SAMPLE


def test_progress_is_plain_lines_without_a_terminal(tmp_path):
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
def test_impossible_arguments_are_usage_errors(arguments):
    done = chatscape(*arguments)
    assert done.returncode == 2
    assert "Unexpected" not in done.stderr
    assert "Traceback" not in done.stderr


def test_debug_anywhere_on_the_line_shows_the_traceback(tmp_path):
    done = chatscape("info", "--store", tmp_path, "--debug")
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert "StoreMissingError" in done.stderr


def test_a_command_ends_without_noise_and_without_a_thread(tiny_folder):
    # A thread that is left keeps objects of DuckDB, which then complains on standard error.
    program = (
        "import sys, threading\n"
        "from queries.cli import run\n"
        "code = run(sys.argv[1:])\n"
        "left = [thread.name for thread in threading.enumerate()]\n"
        "sys.exit(code or left != ['MainThread'])\n"
    )
    command = ["list", "--store", str(tiny_folder), "--format", "json"]
    done = subprocess.run(
        [sys.executable, "-c", program, *command], capture_output=True, text=True, cwd=ROOT
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


@pytest.fixture(params=["", "1"], ids=["buffered", "unbuffered"])
def environment(request):
    """Unbuffered output fails at once; buffered output fails when Python flushes it at exit."""
    return os.environ | {"PYTHONUNBUFFERED": request.param}


@pytest.mark.parametrize("format_", ["table", "json", "csv"])
def test_a_closed_pipe_is_not_an_error(tiny_folder, format_, environment):
    read, write = os.pipe()
    os.close(read)
    query = ["query", "model_mix", "--store", str(tiny_folder), "--format", format_]
    with os.fdopen(write, "w") as out:
        done = subprocess.run(
            [*CHATSCAPE, *query], stdout=out, stderr=subprocess.PIPE, cwd=ROOT, env=environment
        )
    assert done.stderr == b""
    assert done.returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
def test_a_full_disk_behind_standard_output_is_reported(environment):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*CHATSCAPE, "query"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=environment,
        )
    assert done.returncode == 1
    assert done.stderr.startswith("Error: Standard output: No space left on device.")


def test_a_port_in_use_is_reported_before_any_address(sample_folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = chatscape("serve", "--store", sample_folder, "--port", port)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        f"Error: Cannot listen on 127.0.0.1, port {port}: Address already in use. "
        "Stop the program that uses it, or choose another port with --port.\n"
    )


def test_help_does_not_load_heavy_packages():
    heavy = {"pyarrow", "duckdb", "pandas", "streamlit", "numpy"}
    code = (
        "import sys; from queries.cli import run; run(['--version']); "
        f"print(sorted({heavy} & {{name.split('.')[0] for name in sys.modules}}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.splitlines() == ["chatscape, version 0.1.0", "[]"]
