"""Commands on terminals of any encoding."""

import json
import os

import pytest

from tests.support import tiny_dataset
from tests.support.command_line import chatscape
from tests.support.stores import prepare_store

TEXT = "日本 é 😀 \u2028"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("encodings")
    rows = [tiny_dataset.row("a", "modèle", "日本語", TEXT, TEXT)]
    prepare_store(tiny_dataset.write(folder / "raw.parquet", rows), folder / "store")
    return folder / "store"


def output(encoding, *arguments):
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    result = chatscape(*arguments, env=environment, encoding=encoding)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
@pytest.mark.parametrize(
    "command",
    [
        ("list", "--format", "csv"),
        ("show", "a" * 32),
        ("show", "a" * 32, "--as", "markdown"),
        ("query", "model_mix"),
        ("sql", "select * from messages"),
    ],
)
def test_every_command_prints_what_the_terminal_can_show(folder, encoding, command):
    assert output(encoding, *command, "--store", folder)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_json_says_the_same_in_every_encoding(folder, encoding):
    command = ("sql", "select text from messages", "--store", folder, "--format", "json")
    assert json.loads(output(encoding, *command))[0]["text"] == TEXT


def test_an_error_with_a_name_that_the_terminal_lacks_is_one_line(folder):
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    result = chatscape("sql", "select 日本", "--store", folder, env=environment, encoding="ascii")
    assert result.returncode == 2
    assert "\\u65e5\\u672c" in result.stderr
    assert "Traceback" not in result.stderr
