"""What stays covered when all that is flagged is uncovered, and what a command unmasks."""

import json
import shutil

import pandas as pd
import pytest

from queries.breakdowns.lengths import repeated_prompts
from queries.conversations.documents import published_json
from queries.datasets.lmsys_chat import LMSYS_CHAT
from queries.display.covers import is_always_covered, is_covered, is_sensitive, list_cover_text
from queries.display.readable_rows import readable_opening, readable_rows, readable_text
from queries.filters import Filters
from queries.open_store import open_store
from queries.prepare.index.build import build_index
from queries.runtime.progress import Silent
from queries.search.result_rows import readable_snippet
from queries.settings import Settings
from queries.state.audit_log import audit_events
from queries.state.licence import local_username
from queries.store.layout import StorePath
from tests.support import tiny_dataset
from tests.support.command_line import command_output
from tests.support.stores import prepare_store

ALONE = {"is_flagged": True, "flagged_categories": ["sexual", "sexual/minors"], "text": "@@"}
FLAGGED = {"is_flagged": True, "flagged_categories": ["hate"], "text": "x"}
CLEAN = {"is_flagged": False, "flagged_categories": [], "text": "y"}
COVER = (
    "Covered: flagged as sexual, sexual/minors; shown only message by message, in the conversation"
)
ROWS = [
    tiny_dataset.row(
        "a", "m1", "English", ("@@ a@b.example", tiny_dataset.verdict("sexual/minors")), "fine"
    ),
    tiny_dataset.row(
        "b", "m2", "English", ("@@ A@B.example", tiny_dataset.verdict("sexual/minors")), "fine"
    ),
    tiny_dataset.row(
        "c",
        "m1",
        "English",
        ("rude", tiny_dataset.verdict("hate")),
        ("@@", tiny_dataset.verdict("sexual/minors")),
    ),
]


@pytest.fixture
def store(tmp_path):
    """A store of the three conversations above, for this test alone."""
    prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", ROWS), tmp_path / "store")
    return tmp_path / "store"


def test_a_cover_is_lifted_for_all_but_what_stands_alone():
    assert [is_sensitive(row) for row in (ALONE, FLAGGED, CLEAN)] == [True, True, False]
    assert [is_always_covered(row) for row in (ALONE, FLAGGED, CLEAN)] == [True, False, False]
    for is_uncovered, wanted in ((False, [True, True, False]), (True, [True, False, False])):
        covered = [is_covered(row, is_uncovered=is_uncovered) for row in (ALONE, FLAGGED, CLEAN)]
        assert covered == wanted
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
        texts = readable_rows(rows, is_uncovered=True, is_unmasked=False)[column].tolist()
        assert texts == [COVER, "x", "y"]
        texts = readable_rows(rows, is_uncovered=False, is_unmasked=False)[column].tolist()
        assert texts == [COVER, "Covered: flagged as hate", "y"]


def test_a_snippet_stays_covered():
    row = {"is_message_flagged": True, "message_categories": ["sexual/minors"], "text": "@@"}
    row |= {"is_message_maybe_flagged": False, "message_cover_categories": ["sexual/minors"]}
    for is_uncovered in (False, True):
        piece = readable_snippet(row, None, is_uncovered=is_uncovered)  # type: ignore[arg-type]
        assert piece.text.startswith("Covered: flagged as sexual/minors; shown only message by")


def test_a_repeated_prompt_stays_covered(store):
    rows = repeated_prompts(open_store(store, Settings()), Filters())
    assert rows["flagged_categories"].map(list).tolist() == [["sexual/minors"]]
    openings = readable_rows(rows, is_uncovered=True, is_unmasked=True)["opening"].tolist()
    assert openings == [list_cover_text({**ALONE, "flagged_categories": ["sexual/minors"]})]


@pytest.mark.parametrize(
    "command",
    [
        ["list"],
        ["show", "a" * 32],
        ["show", "a" * 32, "--as", "published"],
        ["show", "a" * 32, "--as", "markdown"],
        ["query", "messages", "--set", f"conversation_id={'a' * 32}"],
        ["query", "repeated_prompts"],
        ["sql", "select opening, text from conversations join messages using (id_rank)"],
    ],
)
def test_no_command_uncovers_it_together_with_others(capsys, store, command):
    out = command_output(capsys, *command, "--store", store, "--uncover", "--unmask")
    assert "@@" not in out
    assert "Covered: flagged" in out


def test_words_of_what_stays_covered_are_neither_counted_nor_shown(capsys, tmp_path):
    minors = tiny_dataset.verdict("sexual/minors")
    rows = [
        tiny_dataset.row(f"{n:02x}"[::-1] * 16, "m1", "English", ("zqxword here", minors), "fine")
        for n in range(40)
    ]
    rows += [
        tiny_dataset.row(f"{n:02x}"[::-1] * 16, "m2", "English", "plainword here", "fine")
        for n in range(40, 80)
    ]
    rows = [{**row, "conversation_id": row["conversation_id"][:32]} for row in rows]
    prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", rows), tmp_path / "store")
    store = ("--store", tmp_path / "store", "--uncover", "--unmask")
    against = ("query", "distinctive_words", "--set", "against=rest")
    for model in ("m1", "m2"):
        out = command_output(capsys, *against, "--model", model, *store, "--format", "json")
        assert "zqxword" not in out
    build_index(StorePath(tmp_path / "store"), None, Silent())
    search = ("search", "here OR zqxword", "--mode", "words", *store, "--format", "json")
    assert "zqxword" not in command_output(capsys, *search)
    sample = ("query", "sampled_openings", "--set", "row_limit=99", "--set", "seed=1")
    out = command_output(capsys, *sample, *store, "--format", "json")
    assert {row["opening"] for row in json.loads(out)} == {"plainword here"}


def test_show_uncovers_one_message(capsys, store):
    out = command_output(capsys, "show", "c" * 32, "--store", store, "--uncover")
    assert "── turn 1 · user · flagged as hate\nrude\n" in out
    assert "in the conversation\nShow it with: --uncover-message 1\n" in out
    assert "Show it with: --uncover-message 0\n" not in out
    for form in ([], ["--format", "json"], ["--as", "published"], ["--as", "markdown"]):
        out = command_output(
            capsys, "show", "c" * 32, "--store", store, "--uncover-message", 1, *form
        )
        assert "@@" in out
        assert "rude" not in out
        assert "Covered: flagged as hate" in out
        assert "--uncover-message 1" not in out
    wanted = "There is no message 2 to uncover: the conversation has 2 messages, numbered from 0."
    show = ("show", "c" * 32, "--store", store, "--uncover-message", 2)
    assert wanted in command_output(capsys, *show, code=2)


def test_show_prints_documents(capsys, store):
    show = ("show", "a" * 32, "--store", store, "--uncover-message", 0)
    out = command_output(capsys, *show, "--as", "published", "--unmask")
    assert json.loads(out) == ROWS[0]
    options = {"is_unmasked": True, "is_uncovered": True, "revealed": [0]}
    assert out == published_json(ROWS[0], LMSYS_CHAT, **options) + "\n"
    assert "@@ [email address]" in command_output(capsys, *show, "--as", "markdown")
    for format_ in ("table", "json"):
        err = command_output(capsys, *show, "--as", "markdown", "--format", format_, code=2)
        assert err == "Error: Give either --as for a document or --format for rows.\n"


def test_every_unmasking_is_noted_before_anything_is_printed(capsys, store):
    command_output(capsys, "show", "a" * 32, "--store", store)
    command_output(capsys, "list", "--store", store, "--uncover")
    assert audit_events(StorePath(store)).empty
    out = command_output(capsys, "log", "--store", store)
    assert out == "No rows.\n"
    command_output(capsys, "show", "a" * 32, "--store", store, "--unmask")
    command_output(capsys, "show", "b" * 32, "--store", store, "--unmask", "--as", "published")
    command_output(
        capsys, "list", "--store", store, "--unmask", "--model", "m1", "--sort", "shuffled"
    )
    command_output(
        capsys, "query", "repeated_prompts", "--store", store, "--unmask", "--min-turns", 1
    )
    rows = json.loads(command_output(capsys, "log", "--store", store, "--format", "json"))
    assert [(row["of"], row["count"]) for row in rows] == [
        ("query repeated_prompts --min-turns 1", 1),
        ("list --model m1 --sort shuffled --seed 0 --limit 20 --offset 0", 2),
        ("b" * 32, 2),
        ("a" * 32, 2),
    ]
    assert {row["who"] for row in rows} == {local_username()}
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
    err = command_output(capsys, *command, "--store", store, "--unmask", code=1)
    assert "Without it nothing is unmasked" in err
    from queries.cli import run

    assert run([*map(str, command), "--store", str(store), "--unmask"]) == 1
    assert capsys.readouterr().out == ""


def test_a_search_that_unmasks_is_noted(capsys, indexed_folder, tmp_path):
    folder = tmp_path / "store"
    shutil.copytree(indexed_folder, folder)
    search = ("search", "story -the", "--mode", "words", "--store", folder, "--limit", 2)
    command_output(capsys, *search, "--flagged", "none", "--unmask")
    wanted = "search 'story -the' --mode words --flagged none --limit 2 --offset 0"
    assert audit_events(StorePath(folder))["of"].tolist() == [wanted]


def test_the_log_of_no_store_is_a_missing_store(capsys, tmp_path):
    err = command_output(capsys, "log", "--store", tmp_path / "none", code=1)
    assert "There is no prepared store" in err


def test_list_shuffles(capsys, tiny_folder):
    listed = ("list", "--store", tiny_folder, "--format", "json", "--sort", "shuffled")
    rows = json.loads(command_output(capsys, *listed, "--seed", 39, "--limit", 3, "--offset", 1))
    assert [row["conversation_id"][0] for row in rows] == ["g", "2", "d"]
