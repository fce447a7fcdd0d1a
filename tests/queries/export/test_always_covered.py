"""Texts flagged as sexual/minors leave in no export that does not ask for them by name."""

import json

import pyarrow.parquet as pq
import pytest

from queries.export.code_snippets import shell_command
from queries.export.manifest import read_manifest
from queries.export.plan import ExportPlan, plan_from
from queries.export.shapes import SHAPES
from queries.export.write import write_export
from queries.open_store import open_store
from queries.settings import Settings
from queries.state.audit_log import audit_events
from queries.store.layout import StorePath
from tests.support import tiny_dataset
from tests.support.command_line import command_output
from tests.support.exports import exported, rows_of
from tests.support.stores import prepare_store

MINORS = tiny_dataset.verdict("sexual", "sexual/minors")
WITHOUT_FLAG = {**MINORS, "flagged": None}
COVER = (
    "Covered: flagged as sexual, sexual/minors; shown only message by message, in the conversation"
)
MAYBE = COVER.replace("flagged", "perhaps flagged")
SECRETS = ["@prompt@", "@answer@", "@later@", "@odd@", "@unflagged@"]
ODD = tiny_dataset.row("o", "m1", "English", ("@odd@", MINORS), "fine 5")
ROWS = [
    tiny_dataset.row("a", "m1", "English", ("@prompt@", MINORS), "fine 1"),
    tiny_dataset.row("b", "m1", "English", "open 2", ("@answer@", MINORS), "fine 2", "fine 22"),
    tiny_dataset.row("c", "m2", "English", "open 3", "fine 3", ("@later@", MINORS), "fine 33"),
    tiny_dataset.row("d", "m2", "English", ("rude", tiny_dataset.verdict("hate")), "fine 4"),
    {**ODD, "openai_moderation": [*ODD["openai_moderation"], tiny_dataset.verdict()]},
    tiny_dataset.row("u", "m2", "English", ("@unflagged@", WITHOUT_FLAG), "fine 6"),
]
WITH_TEXT = [name for name in SHAPES if name != "ids"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("minors")
    prepare_store(tiny_dataset.write(folder / "raw.parquet", ROWS), folder / "store")
    return folder / "store"


@pytest.fixture(scope="module")
def store(folder):
    store = open_store(folder, Settings())
    yield store
    store.close()


def test_two_rows_are_kept_verbatim(store):
    assert store.manifest["counts"]["verbatim"] == 2


@pytest.mark.parametrize("is_masked", [True, False])
@pytest.mark.parametrize("shape", SHAPES)
def test_no_shape_contains_them(store, tmp_path, shape, is_masked):
    plan = {"shape": shape, "format": "jsonl", "is_masked": is_masked}
    manifest = exported(store, tmp_path / "x.jsonl", **plan)
    text = (tmp_path / "x.jsonl").read_text()
    assert not [secret for secret in SECRETS if secret in text]
    whole = exported(store, tmp_path / "y.jsonl", includes_sexual_minors=True, **plan)
    assert whole["counts"] == manifest["counts"]
    if shape != "ids":
        assert COVER in text
        assert "rude" in text
        assert [secret for secret in SECRETS if secret in (tmp_path / "y.jsonl").read_text()]


@pytest.mark.parametrize(
    ("shape", "column"),
    [("messages", "text"), ("conversations", "opening"), ("prompts", "prompt")],
)
def test_a_text_column_alone_is_covered(store, tmp_path, shape, column):
    exported(store, tmp_path / "x.parquet", shape=shape, columns=(column,))
    rows = rows_of(tmp_path / "x.parquet")
    assert {tuple(row) for row in rows} == {(column,)}
    assert COVER in [row[column] for row in rows]
    assert not [row for row in rows if row[column] in SECRETS]


def test_other_messages_of_the_conversation_stay(store, tmp_path):
    exported(store, tmp_path / "x.parquet", shape="messages", columns=("conversation_id", "text"))
    texts = [
        row["text"]
        for row in rows_of(tmp_path / "x.parquet")
        if row["conversation_id"] in ("b" * 32, "c" * 32, "o" * 32)
    ]
    assert texts == [
        *("open 2", COVER, "fine 2", "fine 22"),
        *("open 3", "fine 3", COVER, "fine 33"),
        # Nobody knows which of the two messages the three entries are about.
        *(MAYBE, MAYBE),
    ]


def test_published_rows_differ_in_these_texts_alone(store, tmp_path):
    exported(store, tmp_path / "x.parquet", is_masked=False)
    covered = json.loads(json.dumps(ROWS))
    for row in covered:
        for message in row["conversation"]:
            if row["conversation_id"] == "o" * 32:
                message["content"] = MAYBE
            elif message["content"] in SECRETS:
                message["content"] = COVER
    assert rows_of(tmp_path / "x.parquet") == covered


def test_with_them_the_rows_are_those_of_the_source(store, tmp_path):
    exported(store, tmp_path / "x.parquet", is_masked=False, includes_sexual_minors=True)
    assert rows_of(tmp_path / "x.parquet") == ROWS


def test_a_prompt_is_judged_by_its_own_verdict_and_an_opening_by_its_conversation(store, tmp_path):
    exported(store, tmp_path / "x.parquet", shape="prompts", columns=("prompt",))
    prompts = [row["prompt"] for row in rows_of(tmp_path / "x.parquet")]
    assert prompts == [COVER, "open 2", "open 3", "rude", MAYBE, COVER]
    exported(store, tmp_path / "y.parquet", shape="conversations", columns=("opening",))
    openings = [row["opening"] for row in rows_of(tmp_path / "y.parquet")]
    assert openings == [COVER, COVER, COVER, "rude", COVER, COVER]


@pytest.mark.parametrize("shape", WITH_TEXT)
def test_the_manifest_and_the_log_say_so(folder, tmp_path, shape):
    store = open_store(folder, Settings())
    plan = ExportPlan(shape=shape, format="jsonl")
    manifest = write_export(store, plan, tmp_path / "x.jsonl", who="ada")
    assert manifest["sexual_minors"] == {"conversations": 5, "are_included": False}
    whole = ExportPlan(shape=shape, format="jsonl", includes_sexual_minors=True)
    manifest = write_export(store, whole, tmp_path / "y.jsonl", who="ada")
    wanted = {"conversations": 5, "are_included": True, "included_by": "ada"}
    assert manifest["sexual_minors"] == wanted
    assert read_manifest(tmp_path / "y.jsonl.manifest.json")["sexual_minors"] == wanted
    assert "texts flagged as sexual/minors included" in manifest["shape_words"]
    included, covered = audit_events(StorePath(folder))["of"][:2]
    for done, text in (("covered", covered), ("included", included)):
        assert text.startswith(f"masked; sexual/minors {done} (conversations: 5); chatscape export")
    store.close()


def test_without_any_the_manifest_has_no_field(folder, tmp_path):
    store = open_store(folder, Settings())
    manifest = write_export(store, ExportPlan(shape="ids", format="jsonl"), tmp_path / "x.jsonl")
    assert "sexual_minors" not in manifest
    assert audit_events(StorePath(folder))["of"][0].startswith("masked; chatscape export ")
    store.close()


def test_a_plan_with_them_says_so_in_its_values_and_its_command(tmp_path):
    plan = ExportPlan(includes_sexual_minors=True)
    assert plan_from(plan.values()) == plan
    assert "--include-sexual-minors" in shell_command(plan, tmp_path / "x.parquet")
    assert plan_from({}) == ExportPlan()
    assert not ExportPlan().includes_sexual_minors


def test_the_command_takes_them_by_name_alone(capsys, folder, tmp_path):
    export = ("export", "--store", folder, "--shape", "messages", "--unmask")
    out = command_output(capsys, *export, tmp_path / "x.jsonl")
    assert "@" not in (tmp_path / "x.jsonl").read_text()
    sentence = "Texts flagged as sexual/minors are covered (conversations: 5). Include them with: "
    assert f"{sentence}--include-sexual-minors" in out
    out = command_output(capsys, *export, tmp_path / "y.jsonl", "--include-sexual-minors")
    assert "are covered" not in out
    text = (tmp_path / "y.jsonl").read_text()
    assert all(secret in text for secret in SECRETS)


def test_a_manifest_does_not_bring_them_back_unasked(capsys, folder, tmp_path):
    flag = "--include-sexual-minors"
    for name, given, other in (("x", [], [flag]), ("y", [flag], [])):
        out = tmp_path / f"{name}.parquet"
        command_output(capsys, "export", out, "--store", folder, *given)
        again = ["export", tmp_path / f"{name}.jsonl", "--store", folder]
        again += ["--from", f"{out}.manifest.json"]
        assert flag in command_output(capsys, *again, *other, code=2)
        command_output(capsys, *again, *given)


def test_the_metadata_of_parquet_has_no_text_of_them(store, tmp_path):
    exported(store, tmp_path / "x.parquet")
    data = (tmp_path / "x.parquet").read_bytes()
    assert not [secret for secret in SECRETS if secret.encode() in data]
    assert pq.read_metadata(tmp_path / "x.parquet").num_rows == len(ROWS)
