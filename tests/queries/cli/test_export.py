"""`chatscape export` and `chatscape slices`: output, messages, refusals, reproduction."""

import codecs
import json
import shlex

import pyarrow.parquet as pq
import pytest

from queries.errors import ExportError
from queries.export.code_snippets import shell_command
from queries.export.plan import ExportPlan, Sample, Selection
from queries.export.presets import PRESETS
from queries.export.write import write_export
from queries.filters import Filters
from queries.filters.min_score import MinScore
from queries.open_store import open_store
from queries.settings import Settings
from queries.state.audit_log import audit_events
from queries.store.layout import StorePath
from tests.support import tiny_dataset
from tests.support.command_line import command_output
from tests.support.exports import csv_of, exported, left_in, rows_of
from tests.support.spreadsheets import cells_of
from tests.support.stores import prepare_store


def manifest_of(out):
    return json.loads(out.with_name(f"{out.name}.manifest.json").read_text())


def test_a_slice_is_written_and_reported(capsys, own_folder, tmp_path):
    out = tmp_path / "x.csv"
    arguments = ["export", out, "--store", own_folder, "--language", "English"]
    printed = command_output(capsys, *arguments, "--shape", "messages", "--columns", "role, text")
    assert printed.startswith("7 conversations, 20 rows written to ")
    assert "The licence of the data binds everyone who reads this." in printed
    rows = csv_of(out)
    assert tuple(rows[0]) == ("role", "text")
    assert "Mail me at [email address] or [phone number]" in {row["text"] for row in rows}
    log = audit_events(StorePath(own_folder)).iloc[0]
    assert (log["what"], log["count"]) == ("exported", 20)
    assert log["of"].startswith("masked; sexual/minors covered (conversations: 1); chatscape ")
    assert log["of"].endswith(f"sha256 {manifest_of(out)['files'][0]['sha256']}")


def test_unmasking_is_recorded(capsys, own_folder, tmp_path):
    out = tmp_path / "x.jsonl"
    command_output(capsys, "export", out, "--store", own_folder, "--model", "koala-13b", "--unmask")
    texts = [m["content"] for row in rows_of(out) for m in row["conversation"]]
    assert "Mail me at jo@example.com or +1 202-555-0143" in texts
    manifest = manifest_of(out)
    assert manifest["plan"]["is_masked"] is False
    assert manifest["shape_words"] == "rows as published; not masked"
    assert audit_events(StorePath(own_folder))["of"][0].startswith("unmasked; ")


def test_the_copied_command_makes_the_same_export(capsys, own_folder, tmp_path):
    tricky = Filters(
        model=("gpt-4", "vicuna-13b", "it's"),
        min_score=(MinScore("violence", 0.001),),
        redacted=False,
        unique_prompts=True,
    )
    plans = [
        ExportPlan(filters=tricky, picks=(Selection(distinct="words"),), shape="ids", format="csv"),
        ExportPlan(
            picks=(Selection(sample=Sample(1, per="model", groups=2, order="score", seed=4)),),
            shape="messages",
            columns=("text",),
            is_masked=False,
        ),
        ExportPlan(picks=(Selection(min_prompt_chars=3, max_prompt_chars=30),), shape="prompts"),
        ExportPlan(picks=PRESETS["one-per-prompt-group"].picks(), name="one-per-prompt-group"),
        ExportPlan(format="hf", shape="chat"),
        ExportPlan(format="csv", shape="ids", has_bom=True),
        ExportPlan(format="xlsx", shape="prompts"),
    ]
    for number, plan in enumerate(plans):
        suffix = {"hf": ".d"}.get(plan.format, f".{plan.format}")
        out = tmp_path / f"{number}{suffix}"
        line = shlex.split(shell_command(plan, out, own_folder))
        assert line[0] == "chatscape"
        command_output(capsys, *line[1:])
        assert manifest_of(out)["plan"] == plan.values()


def test_a_manifest_reproduces_its_export(capsys, own_folder, tmp_path):
    out, again = tmp_path / "x.parquet", tmp_path / "again.parquet"
    command_output(
        capsys, "export", out, "--store", own_folder, "--sample", 4, "--seed", 9, "--per", "model"
    )
    printed = command_output(
        capsys, "export", again, "--store", own_folder, "--from", f"{out}.manifest.json"
    )
    assert "the same as the export of the manifest, byte by byte." in printed
    assert out.read_bytes() == again.read_bytes()
    other = tmp_path / "again.jsonl"
    printed = command_output(
        capsys, "export", other, "--store", own_folder, "--from", f"{out}.manifest.json"
    )
    assert "in its conversations; not its bytes" in printed
    assert rows_of(other) == rows_of(again)


def test_a_csv_for_excel_is_reproduced_with_its_mark(capsys, own_folder, tmp_path):
    out, again = tmp_path / "x.csv", tmp_path / "again.csv"
    arguments = ["--store", own_folder, "--shape", "messages", "--bom"]
    command_output(capsys, "export", out, *arguments)
    manifest = ["--store", own_folder, "--from", f"{out}.manifest.json"]
    command_output(capsys, "export", again, *manifest)
    assert again.read_bytes() == out.read_bytes()
    assert out.read_bytes()[:3] == codecs.BOM_UTF8
    command_output(capsys, "export", tmp_path / "again.xlsx", *manifest)
    assert cells_of(tmp_path / "again.xlsx")[0] == list(csv_of(again, encoding="utf-8-sig")[0])


@pytest.mark.parametrize("name", ["x.parquet", "x.csv.gz", "x.jsonl.zst", "x"])
def test_a_different_store_is_refused_with_the_differences(capsys, own_folder, tmp_path, name):
    out = tmp_path / name
    command_output(
        capsys, "export", out, "--store", own_folder, "--model", "vicuna-13b", "--shape", "ids"
    )
    changed = [row for row in tiny_dataset.ROWS if row["conversation_id"][0] not in "0e"]
    changed.append(tiny_dataset.row("5", "vicuna-13b", "English", "new"))
    other = tmp_path / "other"
    prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", changed), other)
    manifest = f"{out}.manifest.json"
    before = left_in(tmp_path)
    error = command_output(
        capsys, "export", tmp_path / "y.csv", "--store", other, "--from", manifest, code=2
    )
    assert "it has 5 conversations, and this store gives 4; its store had another dataset" in error
    assert f"missing here: {'0' * 32}, {'e' * 32}; new here: {'5' * 32}." in error
    assert len(error.strip().splitlines()) == 1
    out.rename(tmp_path / "elsewhere")
    error = command_output(
        capsys, "export", tmp_path / "y.csv", "--store", other, "--from", manifest, code=2
    )
    assert f"put {name}, with its ids, beside the manifest" in error
    assert left_in(tmp_path) - before == {"elsewhere"}


def test_as_many_but_other_conversations_are_refused(capsys, own_folder, tmp_path):
    command_output(capsys, "export", tmp_path / "x.csv", "--store", own_folder, "--shape", "ids")
    renamed = [
        {**row, "conversation_id": row["conversation_id"].replace("g", "h")}
        for row in tiny_dataset.ROWS
    ]
    prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", renamed), tmp_path / "other")
    manifest = tmp_path / "x.csv.manifest.json"
    arguments = ["export", tmp_path / "y.csv", "--store", tmp_path / "other", "--from", manifest]
    error = command_output(capsys, *arguments, code=2)
    assert "this store also gives 12 conversations, but not the same ones" in error
    assert f"missing here: {'g' * 32}; new here: {'h' * 32}" in error


def changed_manifest(path, **changes):
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps(manifest | changes))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda p: p.unlink(), "the file does not exist"),
        (lambda p: p.write_text("{"), "it cannot be read as JSON"),
        (lambda p: p.write_bytes(b"\xff\xfe"), "it cannot be read as JSON"),
        (lambda p: p.write_text("[1]"), "it is not the manifest of an export"),
        (lambda p: changed_manifest(p, manifest_format=2), "another version of Chatscape"),
        (lambda p: changed_manifest(p, ids_sha256="0" * 64), "was changed after it was written"),
        (lambda p: changed_manifest(p, manifest_sha256="0"), "was changed after it was written"),
    ],
)
def test_an_unusable_manifest_is_refused(capsys, own_folder, tmp_path, change, sentence):
    command_output(capsys, "export", tmp_path / "x.parquet", "--store", own_folder)
    manifest = tmp_path / "x.parquet.manifest.json"
    change(manifest)
    before = left_in(tmp_path)
    arguments = ["export", tmp_path / "y.parquet", "--store", own_folder, "--from", manifest]
    error = command_output(capsys, *arguments, code=2)
    assert sentence in error
    assert len(error.strip().splitlines()) == 1
    assert left_in(tmp_path) == before


def test_a_manifest_fixes_whether_it_is_masked(capsys, own_folder, tmp_path):
    for name, flag, other in (("m", [], ["--unmask"]), ("u", ["--unmask"], [])):
        out = tmp_path / f"{name}.parquet"
        command_output(capsys, "export", out, "--store", own_folder, *flag)
        again = ["export", tmp_path / f"{name}.jsonl", "--store", own_folder]
        again += ["--from", f"{out}.manifest.json"]
        assert "its export was" in command_output(capsys, *again, *other, code=2)
        command_output(capsys, *again, *flag)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["x.txt"], "format of x.txt is unknown"),
        (["x.csv"], "CSV cannot hold the shape published"),
        (["x.parquet", "--slice", "nothing"], "There is no slice 'nothing'. The slices are mod"),
        (
            ["x.parquet", "--slice", "clustering-prompts", "--sample", "3"],
            "--slice cannot be combined with",
        ),
        (["x.xlsx"], "XLSX cannot hold the shape published"),
        (["x.parquet", "--bom"], "Only a CSV has a byte order mark: leave --bom out"),
        (["x.parquet", "--seed", "3"], "--seed needs --sample"),
        (
            ["x.parquet", "--from", "m.json", "--model", "gpt-4"],
            "--from takes everything from the manifest",
        ),
        (
            ["x.parquet", "--from", "m.json", "--shape", "ids"],
            "--from takes everything from the manifest",
        ),
        (["x.parquet", "--columns", "nothing"], "has no column 'nothing'"),
        (["x.parquet", "--text", "egg"], "has no search index"),
        (["nowhere/x.parquet"], "There is no folder "),
        (["store/x.parquet"], "is inside the store"),
        (["taken.parquet"], "exists: choose another name, or add --overwrite"),
        (["taken", "--overwrite"], "is not a folder of an export"),
        (["."], "is an existing folder"),
        (["..", "--format", "hf"], "exists: choose another name"),
        (["x" * 300 + ".parquet"], "File name too long"),
    ],
)
def test_wrong_usage_is_one_line(capsys, own_folder, tmp_path, monkeypatch, arguments, sentence):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken.parquet").write_text("mine")
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "mine").write_text("mine")
    code = 1 if "index" in sentence or "too long" in sentence else 2
    error = command_output(capsys, "export", *arguments, "--store", "store", code=code)
    assert sentence in error
    assert len(error.strip().splitlines()) == 1
    assert left_in(tmp_path) == {"store", "taken", "taken.parquet"}
    assert (tmp_path / "taken.parquet").read_text() == "mine"


def test_overwrite_replaces_an_existing_export(capsys, own_folder, tmp_path):
    for out, shape in ((tmp_path / "x.csv", "ids"), (tmp_path / "x", "ids")):
        arguments = ["export", out, "--store", own_folder, "--shape", shape, "--overwrite"]
        command_output(capsys, *arguments)
        command_output(capsys, *arguments, "--model", "gpt-4")
        assert manifest_of(out)["counts"]["rows"] == 2
    assert len(rows_of(tmp_path / "x")) == 2
    assert left_in(tmp_path) == {"store", "x", "x.manifest.json", "x.csv", "x.csv.manifest.json"}


def test_nothing_is_exported_without_an_audit_event(own_folder, tmp_path):
    (own_folder / "state").write_text("no folder")
    store = open_store(own_folder, Settings())
    with pytest.raises(ExportError, match=r"Nothing was written to .*it cannot be recorded\. The"):
        write_export(store, ExportPlan(), tmp_path / "x.parquet")
    store.close()
    assert left_in(tmp_path) == {"store"}


def test_ready_made_slices_are_listed_and_exported(capsys, own_folder, tmp_path):
    printed = command_output(capsys, "slices")
    for name in PRESETS:
        assert name in printed
    rows = json.loads(command_output(capsys, "slices", "--format", "json"))
    assert [row["slice"] for row in rows] == list(PRESETS)
    for name in PRESETS:
        out = tmp_path / f"{name}.parquet"
        command_output(capsys, "export", out, "--store", own_folder, "--slice", name)
        assert manifest_of(out)["plan"]["name"] == name
    assert manifest_of(tmp_path / "clustering-prompts.parquet")["plan"]["shape"] == "prompts"
    hebrew = tmp_path / "hebrew.parquet"
    arguments = ["--slice", "one-per-prompt-group", "--language", "Hebrew"]
    command_output(capsys, "export", hebrew, "--store", own_folder, *arguments)
    assert [row["conversation_id"][0] for row in pq.read_table(hebrew).to_pylist()] == ["d"]


def test_a_text_filter_records_its_search_index(indexed_store, tmp_path):
    manifest = exported(indexed_store, tmp_path / "x.csv", shape="ids", format="csv")
    assert "index" not in manifest
    plan = {"filters": Filters(text="python"), "shape": "ids", "format": "csv"}
    manifest = exported(indexed_store, tmp_path / "y.csv", **plan)
    assert manifest["index"]["model"] == indexed_store.index_facts["model"]
    assert manifest["index"]["key"] == indexed_store.index_facts["key"]
