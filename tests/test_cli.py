"""The command line: what it prints, what it says when something is wrong, and its exit codes."""

import json
import re
from pathlib import Path

import pytest

from queries.cli import COMMANDS, run
from queries.filters import FIELD_NAMES
from queries.schema import CATEGORIES, column_suffix
from tests import tiny


def said(capsys, *arguments: object, code: int = 0) -> str:
    """What a command prints, having ended with an exit code; both streams."""
    assert run([str(a) for a in arguments]) == code
    captured = capsys.readouterr()
    return captured.out if code == 0 else captured.err


def test_query_prints_what_the_dashboard_shows(capsys, tiny_folder):
    out = said(capsys, "query", "model_mix", "--store", tiny_folder, "--flagged", "none")
    assert out.splitlines() == [
        "model       conversation_count  slice_share",
        "----------  ------------------  -----------",
        "vicuna-13b                   3       0.3333",
        "claude-1                     2       0.2222",
        "gpt-4                        2       0.2222",
        "koala-13b                    2       0.2222",
    ]


def test_every_query_can_be_run_and_printed(capsys, tiny_folder):
    names = [row["query"] for row in json.loads(said(capsys, "query", "--format", "json"))]
    assert len(names) == 38
    levels = [f"level_{column_suffix(category)}=58" for category in CATEGORIES]
    thresholds = [part for level in ("role=any", *levels) for part in ("--set", level)]
    against = ["--set", "against=model=gpt-4"]
    sets = {
        "comparison": against,
        "shifts": [*against, "--set", "of=language"],
        "overlap": against,
        "telling_words": against,
        "standard_rates": ["--set", "by=model", "--set", "measure=flagged"],
        "score_levels": ["--set", "category=hate"],
        "threshold_verdicts": ["--set", "unit=messages", "--set", "thresholds=hate=0.5"],
        "threshold_counts": thresholds,
        "group_measures": ["--set", "by=model"],
        "group_prompts": ["--set", "by=language"],
        "group_lengths": ["--set", "by=model", "--set", "role=user"],
        "found_conversations": ["--set", "id_ranks=0,2"],
        "sampled_openings": ["--set", "row_limit=3", "--set", "seed=1"],
        "conversation": ["--set", f"conversation_id={'a' * 32}"],
        "messages": ["--set", f"conversation_id={'a' * 32}"],
        "random_conversation": ["--set", "seed=x"],
        "slice_rows": [
            *("--set", "sort=turn_count", "--set", "is_descending=true"),
            *("--set", "row_limit=3", "--set", "row_offset=0", "--set", "seed=0"),
        ],
        "place_in_slice": [
            *("--set", f"conversation_id={'a' * 32}", "--set", "seed=0"),
            *("--set", "sort=turn_count", "--set", "is_descending=true"),
        ],
    }
    for name in names:
        out = said(capsys, "query", name, "--store", tiny_folder, *sets.get(name, []))
        # No word stands in five of twelve prompts.
        assert len(out.splitlines()) >= 2 or name == "telling_words", name


def test_query_shows_its_sql_with_the_filters_in_it(capsys):
    sql = said(capsys, "query", "model_mix", "--model", "it's", "--min-turns", "2", "--sql")
    assert "where model in ('it''s') and turn_count >= 2" in sql
    assert sql.startswith("-- conversations: STORE/versions/VERSION/conversations/*.parquet\n")


def test_query_covers_and_masks_like_list_and_show(capsys, tiny_folder):
    sets = {
        "sort": "conversation_id",
        "is_descending": "false",
        "seed": 0,
        "row_limit": 4,
        "row_offset": 0,
    }
    query = ["query", "slice_rows", "--store", tiny_folder, "--format", "json"]
    for name, value in sets.items():
        query += ["--set", f"{name}={value}"]
    by_letter = {row["conversation_id"][0]: row for row in json.loads(said(capsys, *query))}
    assert by_letter["1"]["opening"] == "Covered: flagged as violence"
    assert by_letter["2"]["opening"] == "Mail me at [email address] or [phone number]"
    shown = json.loads(said(capsys, *query, "--uncover", "--unmask"))
    assert {row["conversation_id"][0]: row for row in shown}["1"]["opening"] == "Oi"
    messages = ["query", "messages", "--store", tiny_folder, "--set", f"conversation_id={'1' * 32}"]
    assert "Covered: flagged as violence" in said(capsys, *messages)


@pytest.mark.parametrize(
    ("params", "wanted"),
    [
        (("row_limit=abc",), "--set row_limit takes a whole number from 0; 'abc' is none."),
        (("row_offset=-2",), "--set row_offset takes a whole number from 0; '-2' is none."),
        (("row_limit=99999999999999999999",), "takes a whole number from 0"),
        (("is_descending=1",), "--set is_descending takes true or false; '1' is neither."),
        (
            ("sort=nonsense", "is_descending=true", "row_limit=1", "row_offset=0"),
            "Rows can be sorted by conversation_id, turn_count",
        ),
        (("nothing",), "--set takes NAME=VALUE; 'nothing' has no equals sign."),
    ],
)
def test_a_parameter_of_the_wrong_kind_is_bad_use(capsys, tiny_folder, params, wanted):
    sets = [part for param in params for part in ("--set", param)]
    assert wanted in said(capsys, "query", "slice_rows", "--store", tiny_folder, *sets, code=2)


def test_an_id_of_digits_is_an_id(capsys, tiny_folder):
    query = ("query", "conversation", "--store", tiny_folder, "--format", "json")
    (row,) = json.loads(said(capsys, *query, "--set", f"conversation_id={'1' * 32}"))
    assert row["conversation_id"] == "1" * 32


def test_a_sample_is_not_mixed_with_another_one(capsys, tmp_path):
    said(capsys, "sample", tmp_path, "--rows", 5, "--shards", 3)
    said(capsys, "sample", tmp_path, "--rows", 5, "--shards", 3)
    wanted = f"{tmp_path} holds other parquet files already, e.g. train-00000-of-00003.parquet."
    assert wanted in said(capsys, "sample", tmp_path, "--rows", 5, "--shards", 2, code=2)


def test_a_path_that_cannot_be_written_is_said(capsys, tmp_path):
    (tmp_path / "file").write_text("")
    out = said(capsys, "sample", tmp_path / "file" / "x", "--rows", 5, code=1)
    assert out.endswith("Not a directory. Check the path, its permissions and its disk.\n")


def test_list_covers_flagged_openings_and_masks_contact_data(capsys, tiny_folder):
    listed = ("list", "--store", tiny_folder, "--format", "json")
    by_letter = {row["conversation_id"][0]: row for row in json.loads(said(capsys, *listed))}
    assert by_letter["1"]["opening"] == "Covered: flagged as violence"
    assert by_letter["2"]["opening"] == "Mail me at [email address] or [phone number]"
    assert by_letter["e"]["flagged_categories"] == ["harassment", "hate"]
    shown = json.loads(said(capsys, *listed, "--uncover", "--unmask"))
    by_letter = {row["conversation_id"][0]: row for row in shown}
    assert by_letter["1"]["opening"] == "Oi"
    assert by_letter["2"]["opening"] == "Mail me at jo@example.com or +1 202-555-0143"


def test_list_sorts_and_pages(capsys, tiny_folder):
    listed = ("list", "--store", tiny_folder, "--format", "json", "--sort", "turn_count")
    listed = (*listed, "--descending")
    rows = json.loads(said(capsys, *listed, "--limit", "2", "--offset", "1"))
    assert [row["conversation_id"][0] for row in rows] == ["e", "1"]


def test_show_prints_a_conversation_and_covers_what_is_flagged(capsys, tiny_folder):
    out = said(capsys, "show", "e" * 32, "--store", tiny_folder)
    assert "── turn 1 · user · flagged as harassment\nCovered: flagged as harassment\n" in out
    assert "── turn 1 · assistant\nI would rather not.\n" in out
    assert "Say something rude" not in out
    assert "Say something rude" in said(
        capsys, "show", "e" * 32, "--store", tiny_folder, "--uncover"
    )


def test_a_terminal_obeys_no_control_characters_of_a_text(capsys, tmp_path):
    raw = tiny.write(
        tmp_path / "raw.parquet", [tiny.row("a", "m\x1b[31m", "x", "\x1b[2J\u202egone")]
    )
    said(capsys, "prepare", raw, "--store", tmp_path / "store")
    for command in (["show", "a" * 32], ["list"]):
        out = said(capsys, *command, "--store", tmp_path / "store")
        assert "\x1b" not in out
        assert "\u202e" not in out
        assert "␛[2J[U+202E]gone" in out


def test_info_says_what_is_in_a_store(capsys, tiny_folder):
    out = said(capsys, "info", "--store", tiny_folder)
    assert re.search(r"^conversation_count +12$", out, re.M)
    assert "There is no search index in this store yet." in out
    (row,) = json.loads(said(capsys, "info", "--store", tiny_folder, "--format", "json"))
    assert (row["conversation_count"], row["message_count"], row["steps"]) == (12, 30, ["prepare"])


def test_prepare_reports_oddities_and_what_was_left_out(capsys, tmp_path):
    from tests.test_lossless import ODD_ROWS

    raw = tiny.write(tmp_path / "raw.parquet", ODD_ROWS)
    out = said(capsys, "prepare", raw, "--store", tmp_path / "store")
    assert "14 conversations with" in out
    assert "Note: in 2 conversations, the conversation is null." in out
    assert "Note: in 1 conversation, the model is null." in out
    assert "holds this data already" in said(capsys, "prepare", raw, "--store", tmp_path / "store")
    assert "prepared in" in said(capsys, "prepare", raw, "--store", tmp_path / "store", "--fresh")
    info = said(capsys, "info", "--store", tmp_path / "store")
    assert "Note: in 1 conversation, the model is null." in info


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["query", "nope"], 2, "There is no query 'nope'. The queries are"),
        (["query", "model_mix", "--flagged", "yes"], 2, "'yes' is not one of 'any'"),
        (["query", "model_mix", "--min-score", "violence"], 2, "written CATEGORY=SCORE"),
        (["query", "model_mix", "--min-turns", "x"], 2, "'x' is not a valid integer range"),
        (["query", "conversation"], 2, "takes the parameters conversation_id; given were none"),
        (["query", "conversation", "--set", "x"], 2, "has no equals sign"),
        (["list", "--sort", "colour"], 2, "Rows can be sorted by conversation_id"),
        (["list", "--limit", "5000"], 2, "is not in the range"),
        (["nope"], 2, "No such command 'nope'"),
        (["show"], 2, "Missing argument"),
        (["show", "zzz"], 1, "There is no conversation 'zzz' in this store."),
        (["prepare", "nowhere.parquet"], 2, "There is no parquet file at nowhere.parquet."),
        (["serve", "--host", "0.0.0.0"], 2, "CHATSCAPE_SIGN_IN=proxy"),
        (["serve", "--host", "192.168.1.2"], 2, "CHATSCAPE_SIGN_IN=openid, use 127.0.0.1"),
    ],
)
def test_what_is_wrong_is_one_sentence_and_an_exit_code(
    capsys, tiny_folder, arguments, code, sentence
):
    if arguments[0] not in ("nope", "prepare"):
        arguments = [*arguments, "--store", tiny_folder]
    err = said(capsys, *arguments, code=code)
    assert sentence in err
    assert "Traceback" not in err


def test_a_missing_store_is_a_failure_with_the_way_out(capsys, tmp_path):
    err = said(capsys, "info", "--store", tmp_path / "none", code=1)
    assert err == (
        f"Error: There is no prepared store at {tmp_path / 'none'}. "
        f"Build one with: chatscape prepare RAW --store {tmp_path / 'none'}\n"
    )


def test_a_setting_of_the_wrong_kind_is_named(capsys, tiny_folder, monkeypatch):
    monkeypatch.setenv("CHATSCAPE_QUERY_SECONDS", "soon")
    err = said(capsys, "info", "--store", tiny_folder, code=2)
    assert "CHATSCAPE_QUERY_SECONDS must be a number from 0.01 to 86,400; 'soon' is not." in err
    for value in ("inf", "nan", "1e20", "0", "-1"):
        monkeypatch.setenv("CHATSCAPE_QUERY_SECONDS", value)
        assert "must be a number from" in said(capsys, "info", "--store", tiny_folder, code=2)


def test_an_unexpected_error_is_a_sentence_without_debug(capsys, tiny_folder, monkeypatch):
    def broken(*_: object) -> None:
        raise RuntimeError("the moon\nis down")

    monkeypatch.setattr("queries.cli.read.print_rows", broken)
    err = said(capsys, "info", "--store", tiny_folder, code=1)
    assert err == (
        "Error: Something unexpected went wrong: the moon is down. Add --debug to see where.\n"
    )
    with pytest.raises(RuntimeError):
        run(["info", "--store", str(tiny_folder)], debug=True)


def test_every_filter_is_an_option_of_query_and_list(capsys):
    for command in ("query", "list"):
        help_ = said(capsys, command, "--help")
        for name in FIELD_NAMES:
            assert f"--{name.replace('_', '-')}" in help_


def test_every_command_says_what_it_does(capsys):
    for command in COMMANDS:
        assert "Usage: chatscape" in said(capsys, command, "--help")


@pytest.mark.usefixtures("each_state")
def test_accepting_the_licence_is_remembered(capsys, tiny_folder, tmp_path):
    import shutil

    store = tmp_path / "store"
    shutil.copytree(tiny_folder, store)
    assert "Accepted for" in said(capsys, "accept-licence", "--store", store, "--yes")
    assert "Nothing to accept" in said(capsys, "accept-licence", "--store", store, "--yes")


def test_the_sample_needs_no_acceptance(capsys, sample_folder):
    assert "Nothing to accept" in said(capsys, "accept-licence", "--store", sample_folder)


def test_the_store_is_the_one_of_the_environment(capsys, tiny_folder, monkeypatch):
    monkeypatch.setenv("CHATSCAPE_STORE", str(tiny_folder))
    assert re.search(r"^conversation_count +12$", said(capsys, "info"), re.M)


def test_paths_with_spaces_quotes_and_other_scripts_work(capsys, tmp_path):
    folder = tmp_path / "it's a dir, ünïcode 数据"
    raw = tiny.write(folder / "raw.parquet", tiny.ROWS)
    said(capsys, "prepare", raw, "--store", folder / "store")
    out = said(capsys, "query", "slice_size", "--store", folder / "store", "--format", "json")
    assert json.loads(out)[0]["conversation_count"] == 12
    assert Path(folder / "store" / "CURRENT").is_file()
    assert "conversation" in said(capsys, "show", "a" * 32, "--store", folder / "store")
