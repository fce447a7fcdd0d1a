"""What stays covered in the lists of the dashboard when all that is flagged is shown."""

import pytest

from queries.state.licence import accept
from queries.store.layout import StorePath
from tests.app.support.components import data, names, whole
from tests.support import tiny_dataset
from tests.support.stores import prepare_store

ALONE = "Covered: flagged as sexual/minors; shown only message by message, in the conversation"


@pytest.fixture
def folder(tmp_path):
    """Two prompts that repeat, one of them flagged as sexual/minors."""
    rows = [
        tiny_dataset.row(letter, "m1", "English", (text, tiny_dataset.verdict(category)), "fine")
        for letter, text, category in (
            *(("a", "poison", "sexual/minors"), ("b", "poison", "sexual/minors")),
            *(("c", "rude", "hate"), ("d", "rude", "hate")),
        )
    ]
    prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", rows), tmp_path / "store")
    accept(StorePath(tmp_path / "store"), "test")
    return tmp_path / "store"


def test_the_list_of_conversations(opened, folder):
    app = opened(folder, "browse")
    app.toggle(key="uncover_openings").set_value(True)
    rows = data(whole(app.run()), "conversation_list")["rows"]
    assert [(row["opening"], row["isCovered"]) for row in rows] == [
        *[(ALONE, True)] * 2,
        *[("rude", False)] * 2,
    ]


def test_the_list_of_repeated_prompts(opened, folder):
    app = opened(folder, "lengths")
    app.toggle(key="uncover_openings").set_value(True)
    openings = names(whole(app.run()), "table_repeated")
    assert sorted(openings) == [ALONE, "rude"]
