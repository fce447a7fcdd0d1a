"""What stays covered when all that is flagged is uncovered, and what a command unmasks."""

import json
import shutil

import pandas as pd
import pytest

from queries.access_log import noted
from queries.documents import published_json
from queries.filters import Filters
from queries.layout import StorePath
from queries.lengths import repeated_prompts
from queries.licence import user
from queries.reading import (
    is_covered,
    list_cover_text,
    needs_cover,
    readable_opening,
    readable_rows,
    readable_text,
    stays_covered,
)
from queries.search.shown import shown_snippet
from queries.settings import Settings
from queries.store import open_store
from tests import tiny
from tests.conftest import prepared
from tests.test_cli import said

ALONE = {"is_flagged": True, "flagged_categories": ["sexual", "sexual/minors"], "text": "@@"}
FLAGGED = {"is_flagged": True, "flagged_categories": ["hate"], "text": "x"}
CLEAN = {"is_flagged": False, "flagged_categories": [], "text": "y"}
COVER = (
    "Covered: flagged as sexual, sexual/minors; shown only message by message, in the conversation"
)
ROWS = [
    tiny.row("a", "m1", "English", ("@@ a@b.example", tiny.verdict("sexual/minors")), "fine"),
    tiny.row("b", "m2", "English", ("@@ A@B.example", tiny.verdict("sexual/minors")), "fine"),
    tiny.row(
        "c", "m1", "English", ("rude", tiny.verdict("hate")), ("@@", tiny.verdict("sexual/minors"))
    ),
]


@pytest.fixture
def store(tmp_path):
    """A store of the three conversations above, for this test alone."""
    prepared(tiny.write(tmp_path / "raw.parquet", ROWS), tmp_path / "store")
    return tmp_path / "store"


def test_a_cover_is_lifted_for_all_but_what_stands_alone():
    assert [needs_cover(row) for row in (ALONE, FLAGGED, CLEAN)] == [True, True, False]
    assert [stays_covered(row) for row in (ALONE, FLAGGED, CLEAN)] == [True, False, False]
    for is_uncovered, wanted in ((False, [True, True, False]), (True, [True, False, False])):
        found = [is_covered(row, is_uncovered=is_uncovered) for row in (ALONE, FLAGGED, CLEAN)]
        assert found == wanted
    assert list_cover_text(ALONE) == COVER
    assert list_cover_text(FLAGGED) == "Covered: flagged as hate"


def test_a_category_without_the_flag_stays_covered_too():
    assert is_covered({**ALONE, "is_flagged": None}, is_uncovered=True)


def test_a_row_that_does_not_say_its_categories_stays_covered():
    row = {"is_flagged": True, "opening": "x"}
    assert is_covered(row, is_uncovered=True)
    assert not is_covered({**row, "is_flagged": False}, is_uncovered=False)
    seen = readable_opening(row, is_uncovered=True, is_unmasked=False)
    assert seen == "Covered: flagged; shown only message by message, in the conversation"


def test_one_message_by_itself_is_shown():
    assert readable_text(ALONE, is_uncovered=True, is_unmasked=False) == "@@"


def test_rows_stay_covered_together():
    rows = pd.DataFrame([ALONE, FLAGGED, CLEAN])
    rows["opening"] = rows["text"]
    for column in ("text", "opening"):
        shown = readable_rows(rows, is_uncovered=True, is_unmasked=False)[column].tolist()
        assert shown == [COVER, "x", "y"]
        shown = readable_rows(rows, is_uncovered=False, is_unmasked=False)[column].tolist()
        assert shown == [COVER, "Covered: flagged as hate", "y"]


def test_a_snippet_stays_covered():
    row = {"is_message_flagged": True, "message_categories": ["sexual/minors"], "text": "@@"}
    for is_uncovered in (False, True):
        piece = shown_snippet(
            row,
            None,  # type: ignore[arg-type]
            None,  # type: ignore[arg-type]
            is_uncovered=is_uncovered,
            is_unmasked=True,
        )
        assert piece.text.startswith("Covered: flagged as sexual/minors; shown only message by")


def test_a_repeated_prompt_stays_covered(store):
    rows = repeated_prompts(open_store(store, Settings()), Filters())
    assert rows["flagged_categories"].map(list).tolist() == [["sexual/minors"]]
    shown = readable_rows(rows, is_uncovered=True, is_unmasked=True)["opening"].tolist()
    assert shown == [list_cover_text({**ALONE, "flagged_categories": ["sexual/minors"]})]


@pytest.mark.parametrize(
    "command",
    [
        ["list"],
        ["show", "a" * 32],
        ["show", "a" * 32, "--as", "published"],
        ["show", "a" * 32, "--as", "markdown"],
        ["query", "messages", "--set", f"conversation_id={'a' * 32}"],
        ["query", "repeated_prompts"],
        ["query", "sampled_openings", "--set", "row_limit=9", "--set", "seed=1"],
    ],
)
def test_no_command_uncovers_it_together_with_others(capsys, store, command):
    out = said(capsys, *command, "--store", store, "--uncover", "--unmask")
    assert "@@" not in out
    assert "Covered: flagged" in out


def test_show_uncovers_one_message(capsys, store):
    out = said(capsys, "show", "c" * 32, "--store", store, "--uncover")
    assert "── turn 1 · user · flagged as hate\nrude\n" in out
    assert "in the conversation\nShow it with: --uncover-message 1\n" in out
    assert "Show it with: --uncover-message 0\n" not in out
    for form in ([], ["--format", "json"], ["--as", "published"], ["--as", "markdown"]):
        out = said(capsys, "show", "c" * 32, "--store", store, "--uncover-message", 1, *form)
        assert "@@" in out
        assert "rude" not in out
        assert "Covered: flagged as hate" in out
        assert "--uncover-message 1" not in out
    wanted = "--uncover-message 2 is none of its messages: they are counted from 0, and it has 2."
    show = ("show", "c" * 32, "--store", store, "--uncover-message", 2)
    assert wanted in said(capsys, *show, code=2)


def test_show_prints_documents(capsys, store):
    show = ("show", "a" * 32, "--store", store, "--uncover-message", 0)
    out = said(capsys, *show, "--as", "published", "--unmask")
    assert json.loads(out) == ROWS[0]
    assert out == published_json(ROWS[0], is_unmasked=True, is_uncovered=True, shown=[0]) + "\n"
    assert "@@ [email address]" in said(capsys, *show, "--as", "markdown")
    for format_ in ("table", "json"):
        err = said(capsys, *show, "--as", "markdown", "--format", format_, code=2)
        assert err == "Error: Give --as for a document, or --format for rows; one of them.\n"


def test_every_unmasking_is_noted_before_anything_is_printed(capsys, store):
    said(capsys, "show", "a" * 32, "--store", store)
    said(capsys, "list", "--store", store, "--uncover")
    assert noted(StorePath(store)).empty
    out = said(capsys, "log", "--store", store)
    assert out == "No rows.\n"
    said(capsys, "show", "a" * 32, "--store", store, "--unmask")
    said(capsys, "show", "b" * 32, "--store", store, "--unmask", "--as", "published")
    said(capsys, "list", "--store", store, "--unmask", "--model", "m1", "--sort", "shuffled")
    said(capsys, "query", "repeated_prompts", "--store", store, "--unmask", "--min-turns", 1)
    rows = json.loads(said(capsys, "log", "--store", store, "--format", "json"))
    assert [(row["of"], row["count"]) for row in rows] == [
        ("query repeated_prompts --min-turns 1", 1),
        ("list --model m1 --sort shuffled --seed 0 --limit 20 --offset 0", 2),
        ("b" * 32, 2),
        ("a" * 32, 2),
    ]
    assert {row["who"] for row in rows} == {user()}
    assert {row["what"] for row in rows} == {"unmasked"}
    log = (store / "state" / "log.sqlite").read_bytes()
    assert b"example" not in log
    assert b"fine" not in log


@pytest.mark.parametrize(
    "command",
    [
        ["list"],
        ["show", "a" * 32],
        ["show", "a" * 32, "--as", "published"],
        ["query", "slice_size"],
    ],
)
def test_what_cannot_be_noted_is_not_unmasked(capsys, store, command):
    shutil.rmtree(store / "state", ignore_errors=True)
    (store / "state").write_text("no folder")
    err = said(capsys, *command, "--store", store, "--unmask", code=1)
    assert "Without it nothing is unmasked" in err
    from queries.cli import run

    assert run([*map(str, command), "--store", str(store), "--unmask"]) == 1
    assert capsys.readouterr().out == ""


def test_a_search_that_unmasks_is_noted(capsys, indexed_folder, tmp_path):
    folder = tmp_path / "store"
    shutil.copytree(indexed_folder, folder)
    search = ("search", "story -the", "--mode", "words", "--store", folder, "--limit", 2)
    said(capsys, *search, "--flagged", "none", "--unmask")
    wanted = "search 'story -the' --mode words --flagged none --limit 2 --offset 0"
    assert noted(StorePath(folder))["of"].tolist() == [wanted]


def test_the_log_of_no_store_is_a_missing_store(capsys, tmp_path):
    err = said(capsys, "log", "--store", tmp_path / "none", code=1)
    assert "There is no prepared store" in err


def test_list_shuffles(capsys, tiny_folder):
    listed = ("list", "--store", tiny_folder, "--format", "json", "--sort", "shuffled")
    rows = json.loads(said(capsys, *listed, "--seed", 39, "--limit", 3, "--offset", 1))
    assert [row["conversation_id"][0] for row in rows] == ["g", "2", "d"]
