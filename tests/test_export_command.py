"""`chatscape export` and `chatscape slices`: what they write, say and refuse; manifests again."""

import json
import shlex

import pyarrow.parquet as pq
import pytest

from queries.access_log import noted
from queries.cli import run
from queries.errors import ExportError
from queries.export.copies import command_text
from queries.export.named import NAMED
from queries.export.plan import ExportPlan, Pick, Sample
from queries.export.write import write_export
from queries.filter_values import MinScore
from queries.filters import Filters
from queries.layout import StorePath
from queries.settings import Settings
from queries.store import open_store
from tests import tiny
from tests.conftest import prepared
from tests.exporting import csv_of, exported, left_in, rows_of


def said(capsys, *arguments: object, code: int = 0) -> str:
    """What a command prints, having ended with an exit code."""
    assert run([str(a) for a in arguments]) == code
    captured = capsys.readouterr()
    return captured.out if code == 0 else captured.err


def manifest_of(out):
    return json.loads(out.with_name(f"{out.name}.manifest.json").read_text())


def test_a_slice_is_written_and_said(capsys, own_folder, tmp_path):
    out = tmp_path / "x.csv"
    arguments = ["export", out, "--store", own_folder, "--language", "English"]
    printed = said(capsys, *arguments, "--shape", "messages", "--columns", "role, text")
    assert printed.startswith("7 conversations, 20 rows written to ")
    assert "The licence of the data binds whoever reads this." in printed
    rows = csv_of(out)
    assert tuple(rows[0]) == ("role", "text")
    assert "Mail me at [email address] or [phone number]" in {row["text"] for row in rows}
    log = noted(StorePath(own_folder)).iloc[0]
    assert (log["what"], log["count"]) == ("exported", 20)
    assert log["of"].startswith("masked; chatscape export ")
    assert log["of"].endswith(f"sha256 {manifest_of(out)['files'][0]['sha256']}")


def test_unmasked_is_a_choice_that_is_recorded(capsys, own_folder, tmp_path):
    out = tmp_path / "x.jsonl"
    said(capsys, "export", out, "--store", own_folder, "--model", "koala-13b", "--unmask")
    texts = [m["content"] for row in rows_of(out) for m in row["conversation"]]
    assert "Mail me at jo@example.com or +1 202-555-0143" in texts
    made = manifest_of(out)
    assert made["plan"]["is_masked"] is False
    assert made["shape_words"] == "rows as published; not masked"
    assert noted(StorePath(own_folder))["of"][0].startswith("unmasked; chatscape export ")


def test_the_command_to_copy_makes_the_same(capsys, own_folder, tmp_path):
    tricky = Filters(
        model=("gpt-4", "vicuna-13b", "it's"),
        min_score=(MinScore("violence", 0.001),),
        redacted=False,
        unique_prompts=True,
    )
    plans = [
        ExportPlan(filters=tricky, picks=(Pick(distinct="words"),), shape="ids", format="csv"),
        ExportPlan(
            picks=(Pick(sample=Sample(1, per="model", groups=2, order="score", seed=4)),),
            shape="messages",
            columns=("text",),
            is_masked=False,
        ),
        ExportPlan(picks=(Pick(min_prompt_chars=3, max_prompt_chars=30),), shape="prompts"),
        ExportPlan(picks=NAMED["one-per-prompt-group"].picks(), name="one-per-prompt-group"),
        ExportPlan(format="hf", shape="chat"),
    ]
    for number, plan in enumerate(plans):
        suffix = {"hf": ".d"}.get(plan.format, f".{plan.format}")
        out = tmp_path / f"{number}{suffix}"
        line = shlex.split(command_text(plan, out, own_folder))
        assert line[0] == "chatscape"
        said(capsys, *line[1:])
        assert manifest_of(out)["plan"] == plan.values()


def test_a_manifest_makes_the_same_export_again(capsys, own_folder, tmp_path):
    out, again = tmp_path / "x.parquet", tmp_path / "again.parquet"
    said(capsys, "export", out, "--store", own_folder, "--sample", 4, "--seed", 9, "--per", "model")
    printed = said(capsys, "export", again, "--store", own_folder, "--from", f"{out}.manifest.json")
    assert "the same as the export of the manifest, byte by byte." in printed
    assert out.read_bytes() == again.read_bytes()
    other = tmp_path / "again.jsonl"
    printed = said(capsys, "export", other, "--store", own_folder, "--from", f"{out}.manifest.json")
    assert "in its conversations; not its bytes" in printed
    assert rows_of(other) == rows_of(again)


@pytest.mark.parametrize("name", ["x.parquet", "x.csv.gz", "x.jsonl.zst", "x"])
def test_another_store_is_said_with_what_differs(capsys, own_folder, tmp_path, name):
    out = tmp_path / name
    said(capsys, "export", out, "--store", own_folder, "--model", "vicuna-13b", "--shape", "ids")
    changed = [row for row in tiny.ROWS if row["conversation_id"][0] not in "0e"]
    changed.append(tiny.row("5", "vicuna-13b", "English", "new"))
    other = tmp_path / "other"
    prepared(tiny.write(tmp_path / "raw.parquet", changed), other)
    manifest = f"{out}.manifest.json"
    before = left_in(tmp_path)
    error = said(capsys, "export", tmp_path / "y.csv", "--store", other, "--from", manifest, code=2)
    assert "it is of 5 conversations, and this store gives 4; its store was of another" in error
    assert f"missing here: {'0' * 32}, {'e' * 32}; new here: {'5' * 32}." in error
    assert len(error.strip().splitlines()) == 1
    out.rename(tmp_path / "elsewhere")
    error = said(capsys, "export", tmp_path / "y.csv", "--store", other, "--from", manifest, code=2)
    assert f"could be said if {name} stood beside it" in error
    assert left_in(tmp_path) - before == {"elsewhere"}


def test_the_same_number_of_others_is_no_match(capsys, own_folder, tmp_path):
    said(capsys, "export", tmp_path / "x.csv", "--store", own_folder, "--shape", "ids")
    renamed = [
        {**row, "conversation_id": row["conversation_id"].replace("g", "h")} for row in tiny.ROWS
    ]
    prepared(tiny.write(tmp_path / "raw.parquet", renamed), tmp_path / "other")
    manifest = tmp_path / "x.csv.manifest.json"
    arguments = ["export", tmp_path / "y.csv", "--store", tmp_path / "other", "--from", manifest]
    error = said(capsys, *arguments, code=2)
    assert "as many conversations, 12, but not the same" in error
    assert f"missing here: {'g' * 32}; new here: {'h' * 32}" in error


def changed_manifest(path, **changes):
    said = json.loads(path.read_text())
    path.write_text(json.dumps(said | changes))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda p: p.unlink(), "it is not there"),
        (lambda p: p.write_text("{"), "it cannot be read as JSON"),
        (lambda p: p.write_bytes(b"\xff\xfe"), "it cannot be read as JSON"),
        (lambda p: p.write_text("[1]"), "it is no manifest of an export"),
        (lambda p: changed_manifest(p, manifest_format=2), "another version of Chatscape"),
        (lambda p: changed_manifest(p, ids_sha256="0" * 64), "was changed after it was written"),
        (lambda p: changed_manifest(p, manifest_sha256="0"), "was changed after it was written"),
    ],
)
def test_a_manifest_that_cannot_be_followed(capsys, own_folder, tmp_path, change, sentence):
    said(capsys, "export", tmp_path / "x.parquet", "--store", own_folder)
    manifest = tmp_path / "x.parquet.manifest.json"
    change(manifest)
    before = left_in(tmp_path)
    arguments = ["export", tmp_path / "y.parquet", "--store", own_folder, "--from", manifest]
    error = said(capsys, *arguments, code=2)
    assert sentence in error
    assert len(error.strip().splitlines()) == 1
    assert left_in(tmp_path) == before


def test_a_manifest_says_whether_it_is_masked(capsys, own_folder, tmp_path):
    for name, flag, other in (("m", [], ["--unmask"]), ("u", ["--unmask"], [])):
        out = tmp_path / f"{name}.parquet"
        said(capsys, "export", out, "--store", own_folder, *flag)
        again = ["export", tmp_path / f"{name}.jsonl", "--store", own_folder]
        again += ["--from", f"{out}.manifest.json"]
        assert "its export was" in said(capsys, *again, *other, code=2)
        said(capsys, *again, *flag)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["x.txt"], "does not say its format"),
        (["x.csv"], "CSV cannot hold the shape published"),
        (["x.parquet", "--slice", "nothing"], "There is no slice 'nothing'. The slices are mod"),
        (["x.parquet", "--slice", "clustering-prompts", "--sample", "3"], "give --slice, or how"),
        (["x.parquet", "--seed", "3"], "--seed goes with --sample"),
        (["x.parquet", "--from", "m.json", "--model", "gpt-4"], "give --from alone"),
        (["x.parquet", "--from", "m.json", "--shape", "ids"], "give --from alone"),
        (["x.parquet", "--columns", "nothing"], "has no column 'nothing'"),
        (["x.parquet", "--text", "egg"], "has no search index"),
        (["nowhere/x.parquet"], "There is no folder "),
        (["store/x.parquet"], "is inside the store"),
        (["taken.parquet"], "is there already: name another, or say --overwrite"),
        (["taken", "--overwrite"], "is a folder that no export wrote"),
        (["."], "is a folder"),
        (["..", "--format", "hf"], "is there already"),
        (["x" * 300 + ".parquet"], "File name too long"),
    ],
)
def test_bad_use_is_one_sentence(capsys, own_folder, tmp_path, monkeypatch, arguments, sentence):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "taken.parquet").write_text("mine")
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "mine").write_text("mine")
    code = 1 if "index" in sentence or "too long" in sentence else 2
    error = said(capsys, "export", *arguments, "--store", "store", code=code)
    assert sentence in error
    assert len(error.strip().splitlines()) == 1
    assert left_in(tmp_path) == {"store", "taken", "taken.parquet"}
    assert (tmp_path / "taken.parquet").read_text() == "mine"


def test_what_is_there_is_replaced_where_that_is_said(capsys, own_folder, tmp_path):
    for out, shape in ((tmp_path / "x.csv", "ids"), (tmp_path / "x", "ids")):
        arguments = ["export", out, "--store", own_folder, "--shape", shape, "--overwrite"]
        said(capsys, *arguments)
        said(capsys, *arguments, "--model", "gpt-4")
        assert manifest_of(out)["counts"]["rows"] == 2
    assert len(rows_of(tmp_path / "x")) == 2
    assert left_in(tmp_path) == {"store", "x", "x.manifest.json", "x.csv", "x.csv.manifest.json"}


def test_nothing_is_exported_that_cannot_be_noted(own_folder, tmp_path):
    (own_folder / "state").write_text("no folder")
    store = open_store(own_folder, Settings())
    with pytest.raises(ExportError, match=r"Nothing was written to .*it could not be noted\. The"):
        write_export(store, ExportPlan(), tmp_path / "x.parquet")
    store.close()
    assert left_in(tmp_path) == {"store"}


def test_ready_made_slices_are_listed_and_exported(capsys, own_folder, tmp_path):
    printed = said(capsys, "slices")
    for name in NAMED:
        assert name in printed
    rows = json.loads(said(capsys, "slices", "--format", "json"))
    assert [row["slice"] for row in rows] == list(NAMED)
    for name in NAMED:
        out = tmp_path / f"{name}.parquet"
        said(capsys, "export", out, "--store", own_folder, "--slice", name)
        assert manifest_of(out)["plan"]["name"] == name
    assert manifest_of(tmp_path / "clustering-prompts.parquet")["plan"]["shape"] == "prompts"
    hebrew = tmp_path / "hebrew.parquet"
    arguments = ["--slice", "one-per-prompt-group", "--language", "Hebrew"]
    said(capsys, "export", hebrew, "--store", own_folder, *arguments)
    assert [row["conversation_id"][0] for row in pq.read_table(hebrew).to_pylist()] == ["d"]


def test_a_text_filter_names_the_index_it_was_asked_of(indexed_store, tmp_path):
    made = exported(indexed_store, tmp_path / "x.csv", shape="ids", format="csv")
    assert "index" not in made
    plan = {"filters": Filters(text="python"), "shape": "ids", "format": "csv"}
    made = exported(indexed_store, tmp_path / "y.csv", **plan)
    assert made["index"]["model"] == indexed_store.index_facts["model"]
    assert made["index"]["key"] == indexed_store.index_facts["key"]
