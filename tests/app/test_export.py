"""The page Export: what it says will be written, and that it is."""

import json
import time
from urllib.parse import unquote

import pyarrow.parquet as pq
import pytest

from dashboard import exporting
from tests.app.reading import data, texts, whole


def prepared(app):
    """The page after its export is there, and the file."""
    app = whole(app.button(key="prepare").click().run())
    for _ in range(200):
        jobs = [job for job in exporting._exports._jobs.values() if job.is_under_way]
        if not jobs:
            break
        time.sleep(0.05)
    app = whole(app.run())
    (key,) = [one.key for one in app.get("bidi_component") if one.key.startswith("fetch_")]
    token = key.removeprefix("fetch_")
    files = data(app, key)["files"]
    names = [unquote(file["href"]).rpartition("/")[2] for file in files]
    return app, [exporting.prepared_file(token, name) for name in names]


@pytest.fixture
def export(opened, accepted):
    def export(**asked):
        return whole(opened(accepted, "export", **asked))

    return export


def test_the_count_is_said_before_and_is_that_of_the_file(export):
    app = export(language="English", shape="published")
    count = next(text for text in texts(app) if "will be written" in text)
    _, (path, manifest) = prepared(app)
    rows = pq.read_table(path)
    assert count == f"{rows.num_rows} conversations will be written."
    assert set(rows["language"].to_pylist()) == {"English"}
    said = json.loads(manifest.read_text())
    assert said["counts"]["conversations"] == rows.num_rows
    assert said["plan"]["is_masked"] is True


def test_ids_alone_are_the_default(export):
    app, (path, _) = prepared(export(flagged="any"))
    assert path.name == "slice-ids.parquet"
    assert pq.read_table(path).column_names == ["conversation_id"]
    assert {box.key for box in app.main.toggle} == set()


def test_who_does_not_know_a_token_gets_nothing(export):
    _, (path, _) = prepared(export(flagged="any"))
    assert exporting.prepared_file("x" * 32, path.name) is None
    token = path.parent.name
    assert exporting.prepared_file(token, "../../../CURRENT") is None
    assert exporting.prepared_file(token, path.name) == path
    exporting.forget(token)
    assert exporting.prepared_file(token, path.name) is None
    assert not path.exists()


def test_an_empty_slice_has_nothing_to_prepare(export):
    app = export(min_turns="999")
    assert not [button for button in app.main.button if button.key == "prepare"]
    assert any("No conversation matches" in one.value for one in app.main.info)
