"""Every command, without `--unmask`: what it prints, writes and counts tells no secret."""

import gzip
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from queries.breakdowns.registry import breakdown_names
from queries.cli import COMMANDS, run
from queries.export.shapes import SHAPES
from tests.support import attack_lists
from tests.support.attack_tries import Tries
from tests.support.planted_secrets import ALWAYS, IDS, SECRETS, secrets_in
from tests.support.query_arguments import ARGUMENTS


@pytest.fixture
def printed(capsys):
    """Runs a command, and returns all that it prints."""

    def printed(*arguments: object) -> str:
        run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return captured.out + captured.err

    return printed


def query_lines() -> list[list[str]]:
    """Each query, for a slice and for a conversation with secrets."""
    lines = []
    for name in breakdown_names():
        params = {"by": "model"} if name in ("group_measures", "group_prompts") else {}
        params |= ARGUMENTS.get(name, {})
        if "row_limit" in params:
            params["row_limit"] = 500
        for letter in "hrtv" if "conversation_id" in params else "h":
            if "conversation_id" in params:
                params["conversation_id"] = IDS[letter]
            values = [
                f"{key}={str(value).lower() if isinstance(value, bool) else value}"
                for key, value in params.items()
            ]
            lines.append(["query", name, *(part for value in values for part in ("--set", value))])
    return lines


def test_no_command_prints_a_secret(planted_folder, printed):
    tries = Tries("commands")
    lines = [*query_lines(), *attack_lists.READING_COMMANDS]
    for line in lines:
        tries.look(" ".join(line), printed(*line, "--store", planted_folder, "--format", "json"))
        if line[0] in ("show", "list", "search"):
            tries.look(" ".join(line), printed(*line, "--store", planted_folder))
    for line in attack_lists.UNCOVERING_COMMANDS:
        text = printed(*line, "--uncover", "--store", planted_folder)
        tries.look(" ".join(line), text, ALWAYS)
        assert "yackwort" in text or line[0] == "query"
    tries.check()


def test_no_word_counted_by_a_command_is_a_secret(planted_folder, printed):
    tries = Tries("counts of commands")
    words = [word for secret in SECRETS if secret.group in ALWAYS for word in secret.words]
    for word in words:
        for guess in (word, f"{word[:3]}*"):
            line = ["query", "slice_size", "--text", guess, "--format", "json"]
            tries.same(
                guess, '"conversation_count": 0,' in printed(*line, "--store", planted_folder), True
            )
    tries.check()


def read(path: Path) -> str:
    """All that a file says, read as its format is."""
    if path.suffix == ".parquet":
        return str(pq.read_table(path).to_pylist()) + str(pq.read_schema(path))
    return (
        gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    ).decode()


def test_no_export_has_a_secret(planted_folder, printed, tmp_path):
    """Exports have flagged texts, but neither those of sexual/minors nor removed ones."""
    tries = Tries("exports")
    for shape in SHAPES:
        for suffix in ("jsonl", "parquet", "csv", "jsonl.gz"):
            out = tmp_path / f"{shape}.{suffix}"
            line = ["export", out, "--shape", shape, "--store", planted_folder]
            tries.look(" ".join(map(str, line)), printed(*line), ALWAYS)
    for path in sorted(tmp_path.iterdir()):
        tries.look(path.name, read(path), ALWAYS)
    tries.check()


def test_commands_that_change_a_store_print_no_secret(planted_folder, printed, tmp_path):
    tries = Tries("commands that write")
    store = tmp_path / "store"
    raw = planted_folder.parent / "raw.parquet"
    (tmp_path / "ids.txt").write_text(f"{IDS['t']}\n{IDS['h']}\n{'z' * 32}\n")
    shutil.copytree(planted_folder, store)
    for line in attack_lists.WRITING_COMMANDS:
        line = [part.format(raw=raw, folder=tmp_path) for part in line]
        tries.look(" ".join(line), printed(*line, "--store", store))
    tries.check()


def test_the_same_commands_with_unmask_find_them(planted_folder, printed, tmp_path):
    store = tmp_path / "store"
    shutil.copytree(planted_folder, store)
    masked = [" ".join(secret.words) for secret in SECRETS if secret.group == "masked"]
    out = tmp_path / "slice.jsonl"
    printed("export", out, "--shape", "messages", "--unmask", "--store", store)
    assert secrets_in(out.read_text(), ["masked"]) == masked
    for secret in SECRETS:
        text = printed("search", secret.words[0], "--mode", "words", "--unmask", "--store", store)
        assert ("1 conversations" in text or "2 conversations" in text) == (
            secret.group != "removed"
        )


def test_every_command_is_attacked():
    lines = (
        *attack_lists.READING_COMMANDS,
        *attack_lists.UNCOVERING_COMMANDS,
        *attack_lists.WRITING_COMMANDS,
    )
    attacked = {line[0] for line in lines} | {"query", "export", *attack_lists.OTHER_COMMANDS}
    assert attacked == set(COMMANDS)
