"""The page Export: what it says will be written, and that it is."""

import json

import pyarrow.parquet as pq
import pytest

from dashboard.state import exports
from tests.app.support.components import texts, whole
from tests.app.support.downloads import HERE
from tests.app.support.export_page import prepare_export


@pytest.fixture
def export(opened, accepted):
    def export(**params):
        return whole(opened(accepted, "export", **params))

    return export


def test_the_count_is_shown_before_and_is_that_of_the_file(export):
    app = export(language="English", shape="published")
    count = next(text for text in texts(app) if "will be written" in text)
    _, (path, manifest_path) = prepare_export(app)
    rows = pq.read_table(path)
    assert count == f"{rows.num_rows} conversations will be written."
    assert set(rows["language"].to_pylist()) == {"English"}
    manifest = json.loads(manifest_path.read_text())
    assert manifest["counts"]["conversations"] == rows.num_rows
    assert manifest["plan"]["is_masked"] is True


def test_ids_alone_are_the_default(export):
    app, (path, _) = prepare_export(export(flagged="any"))
    assert path.name == "slice-ids.parquet"
    assert pq.read_table(path).column_names == ["conversation_id"]
    assert {box.key for box in app.main.toggle} == set()


def test_a_format_chosen_right_before_is_the_one_of_the_file(export):
    app = export(shape="published")
    app = whole(app.selectbox(key="export_format").set_value("jsonl").run())
    assert app.query_params["export_format"] == "jsonl"
    del app.query_params["export_format"]  # A browser that has not received the new address.
    app, (path, _) = prepare_export(app)
    assert path.name == "slice-published.jsonl"
    assert app.query_params["export_format"] == "jsonl"


def test_who_does_not_know_a_token_gets_nothing(export):
    _, (path, _) = prepare_export(export(flagged="any"))
    assert exports.prepared_file("x" * 32, path.name, HERE) is None
    token = path.parent.name
    assert exports.prepared_file(token, "../../../CURRENT", HERE) is None
    assert exports.prepared_file(token, path.name, HERE) == path
    exports.cancel_export(token)
    assert exports.prepared_file(token, path.name, HERE) is None
    assert not path.exists()


def test_an_empty_slice_has_nothing_to_prepare(export):
    app = export(min_turns="999")
    assert not [button for button in app.main.button if button.key == "prepare"]
    assert any("No conversation matches" in notice.value for notice in app.main.info)
