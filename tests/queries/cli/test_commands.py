"""The command line: output, error messages and exit codes."""

import json
import re
from pathlib import Path

import pytest

from queries.breakdowns.registry import breakdown_names
from queries.cli import run
from queries.schema import CATEGORIES, column_suffix
from tests.support import tiny_dataset
from tests.support.command_line import command_output


def test_query_prints_the_figures_of_the_dashboard(capsys, tiny_folder):
    out = command_output(capsys, "query", "model_mix", "--store", tiny_folder, "--flagged", "none")
    assert out.splitlines() == [
        "model       conversation_count  slice_share",
        "----------  ------------------  -----------",
        "vicuna-13b                   3       0.3333",
        "claude-1                     2       0.2222",
        "gpt-4                        2       0.2222",
        "koala-13b                    2       0.2222",
    ]


def test_every_query_can_be_run_and_printed(capsys, tiny_folder):
    names = [
        row["query"] for row in json.loads(command_output(capsys, "query", "--format", "json"))
    ]
    assert names == breakdown_names()
    levels = [f"level_{column_suffix(category)}=58" for category in CATEGORIES]
    thresholds = [part for level in ("role=any", *levels) for part in ("--set", level)]
    against = ["--set", "against=model=gpt-4"]
    sets = {
        "all_differences": against,
        "comparison": against,
        "shifts": [*against, "--set", "of=language"],
        "overlap": against,
        "distinctive_words": against,
        "standard_rates": ["--set", "by=model", "--set", "measure=flagged"],
        "score_histogram": ["--set", "category=hate"],
        "threshold_verdicts": ["--set", "unit=messages", "--set", "thresholds=hate=0.5"],
        "threshold_confusion": thresholds,
        "group_measures": ["--set", "by=model"],
        "group_prompts": ["--set", "by=language"],
        "topic_groups": ["--set", "by=model"],
        "group_lengths": ["--set", "by=model", "--set", "role=user"],
        "search_hits": ["--set", "id_ranks=0,2"],
        "map_values": ["--set", "colour_by=length"],
        "sampled_openings": ["--set", "row_limit=3", "--set", "seed=1"],
        "conversation": ["--set", f"conversation_id={'a' * 32}"],
        "messages": ["--set", f"conversation_id={'a' * 32}"],
        "random_conversation": ["--set", "seed=x"],
        "slice_rows": [
            *("--set", "sort=turn_count", "--set", "is_descending=true"),
            *("--set", "row_limit=3", "--set", "row_offset=0", "--set", "seed=0"),
        ],
        "rank_in_slice": [
            *("--set", f"conversation_id={'a' * 32}", "--set", "seed=0"),
            *("--set", "sort=turn_count", "--set", "is_descending=true"),
        ],
    }
    for name in names:
        out = command_output(capsys, "query", name, "--store", tiny_folder, *sets.get(name, []))
        # No word stands in five of twelve prompts, and the store has no topics and no map.
        is_empty = name == "distinctive_words" or "topic" in name or name.startswith("map_")
        assert is_empty or len(out.splitlines()) >= 2, name


def test_query_prints_its_sql_with_the_filters(capsys):
    sql = command_output(
        capsys, "query", "model_mix", "--model", "it's", "--min-turns", "2", "--sql"
    )
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
    by_letter = {
        row["conversation_id"][0]: row for row in json.loads(command_output(capsys, *query))
    }
    assert by_letter["1"]["opening"] == "Covered: flagged as violence"
    assert by_letter["2"]["opening"] == "Mail me at [email address] or [phone number]"
    rows = json.loads(command_output(capsys, *query, "--uncover", "--unmask"))
    assert {row["conversation_id"][0]: row for row in rows}["1"]["opening"] == "Oi"
    messages = ["query", "messages", "--store", tiny_folder, "--set", f"conversation_id={'1' * 32}"]
    assert "Covered: flagged as violence" in command_output(capsys, *messages)


@pytest.mark.parametrize(
    ("params", "wanted"),
    [
        (("row_limit=abc",), "--set row_limit takes a whole number from 0, not 'abc'."),
        (("row_offset=-2",), "--set row_offset takes a whole number from 0, not '-2'."),
        (("row_limit=99999999999999999999",), "takes a whole number from 0"),
        (("is_descending=1",), "--set is_descending takes true or false, not '1'."),
        (
            ("sort=nonsense", "is_descending=true", "row_limit=1", "row_offset=0"),
            "Rows can be sorted by conversation_id, turn_count",
        ),
        (("nothing",), "--set takes NAME=VALUE, but 'nothing' has no equals sign."),
    ],
)
def test_a_parameter_of_the_wrong_type_is_a_usage_error(capsys, tiny_folder, params, wanted):
    sets = [part for param in params for part in ("--set", param)]
    assert wanted in command_output(
        capsys, "query", "slice_rows", "--store", tiny_folder, *sets, code=2
    )


def test_an_id_of_digits_stays_text(capsys, tiny_folder):
    query = ("query", "conversation", "--store", tiny_folder, "--format", "json")
    (row,) = json.loads(command_output(capsys, *query, "--set", f"conversation_id={'1' * 32}"))
    assert row["conversation_id"] == "1" * 32


def test_a_sample_is_not_mixed_with_another_one(capsys, tmp_path):
    command_output(capsys, "sample", tmp_path, "--rows", 5, "--shards", 3)
    command_output(capsys, "sample", tmp_path, "--rows", 5, "--shards", 3)
    wanted = f"{tmp_path} already contains other parquet files, e.g. train-00000-of-00003.parquet."
    assert wanted in command_output(capsys, "sample", tmp_path, "--rows", 5, "--shards", 2, code=2)


def test_an_unwritable_path_is_named(capsys, tmp_path):
    (tmp_path / "file").write_text("")
    out = command_output(capsys, "sample", tmp_path / "file" / "x", "--rows", 5, code=1)
    assert out.endswith("Not a directory. Check the path, its permissions and the disk.\n")


def test_list_covers_flagged_openings_and_masks_contact_data(capsys, tiny_folder):
    listed = ("list", "--store", tiny_folder, "--format", "json")
    by_letter = {
        row["conversation_id"][0]: row for row in json.loads(command_output(capsys, *listed))
    }
    assert by_letter["1"]["opening"] == "Covered: flagged as violence"
    assert by_letter["2"]["opening"] == "Mail me at [email address] or [phone number]"
    assert by_letter["e"]["flagged_categories"] == ["harassment", "hate"]
    rows = json.loads(command_output(capsys, *listed, "--uncover", "--unmask"))
    by_letter = {row["conversation_id"][0]: row for row in rows}
    assert by_letter["1"]["opening"] == "Oi"
    assert by_letter["2"]["opening"] == "Mail me at jo@example.com or +1 202-555-0143"


def test_list_sorts_and_pages(capsys, tiny_folder):
    listed = ("list", "--store", tiny_folder, "--format", "json", "--sort", "turn_count")
    listed = (*listed, "--descending")
    rows = json.loads(command_output(capsys, *listed, "--limit", "2", "--offset", "1"))
    assert [row["conversation_id"][0] for row in rows] == ["e", "1"]


def test_show_prints_a_conversation_and_covers_flagged_messages(capsys, tiny_folder):
    out = command_output(capsys, "show", "e" * 32, "--store", tiny_folder)
    assert "── turn 1 · user · flagged as harassment\nCovered: flagged as harassment\n" in out
    assert "── turn 1 · assistant\nI would rather not.\n" in out
    assert "Say something rude" not in out
    assert "Say something rude" in command_output(
        capsys, "show", "e" * 32, "--store", tiny_folder, "--uncover"
    )


def test_control_characters_never_reach_a_terminal(capsys, tmp_path):
    raw = tiny_dataset.write(
        tmp_path / "raw.parquet", [tiny_dataset.row("a", "m\x1b[31m", "x", "\x1b[2J\u202egone")]
    )
    command_output(capsys, "prepare", raw, "--store", tmp_path / "store")
    for command in (["show", "a" * 32], ["list"]):
        out = command_output(capsys, *command, "--store", tmp_path / "store")
        assert "\x1b" not in out
        assert "\u202e" not in out
        assert "␛[2J[U+202E]gone" in out


def test_info_describes_a_store(capsys, tiny_folder):
    out = command_output(capsys, "info", "--store", tiny_folder)
    assert re.search(r"^conversation_count +12$", out, re.M)
    assert "This store has no search index yet." in out
    (row,) = json.loads(command_output(capsys, "info", "--store", tiny_folder, "--format", "json"))
    assert (row["conversation_count"], row["message_count"], row["steps"]) == (12, 30, ["prepare"])


def test_prepare_reports_oddities_and_what_was_left_out(capsys, tmp_path):
    from tests.support.odd_rows import ODD_ROWS

    raw = tiny_dataset.write(tmp_path / "raw.parquet", ODD_ROWS)
    out = command_output(capsys, "prepare", raw, "--store", tmp_path / "store")
    assert "14 conversations with" in out
    assert "Note: in 2 conversations, the conversation is null." in out
    assert "Note: in 1 conversation, the model is null." in out
    assert "already holds this data" in command_output(
        capsys, "prepare", raw, "--store", tmp_path / "store"
    )
    assert "prepared in" in command_output(
        capsys, "prepare", raw, "--store", tmp_path / "store", "--fresh"
    )
    info = command_output(capsys, "info", "--store", tmp_path / "store")
    assert "Note: in 1 conversation, the model is null." in info


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["query", "nope"], 2, "There is no query 'nope'. The queries are"),
        (["query", "model_mix", "--flagged", "yes"], 2, "'yes' is not one of 'any'"),
        (["query", "model_mix", "--min-score", "violence"], 2, "Write CATEGORY=SCORE"),
        (["query", "model_mix", "--min-turns", "x"], 2, "'x' is not a valid integer range"),
        (["query", "conversation"], 2, "takes the parameters conversation_id; got none"),
        (["query", "conversation", "--set", "x"], 2, "has no equals sign"),
        (["list", "--sort", "colour"], 2, "Rows can be sorted by conversation_id"),
        (["list", "--limit", "5000"], 2, "is not in the range"),
        (["nope"], 2, "No such command 'nope'"),
        (["show"], 2, "Missing argument"),
        (["show", "zzz"], 1, "There is no conversation 'zzz' in this store."),
        (["prepare", "nowhere.parquet"], 2, "There is no file of conversations at nowhere.parquet"),
        (["serve", "--host", "0.0.0.0"], 2, "CHATSCAPE_SIGN_IN=proxy"),
        (["serve", "--host", "192.168.1.2"], 2, "CHATSCAPE_SIGN_IN=openid, or listen on 127.0.0.1"),
    ],
)
def test_an_error_is_one_line_and_an_exit_code(capsys, tiny_folder, arguments, code, sentence):
    if arguments[0] not in ("nope", "prepare"):
        arguments = [*arguments, "--store", tiny_folder]
    err = command_output(capsys, *arguments, code=code)
    assert sentence in err
    assert "Traceback" not in err


def test_sign_in_by_proxy_is_refused_without_a_secret(capsys, tiny_folder, monkeypatch):
    monkeypatch.setenv("CHATSCAPE_SIGN_IN", "proxy")
    err = command_output(capsys, "serve", "--store", tiny_folder, code=2)
    assert err.startswith("Error: CHATSCAPE_SIGN_IN=proxy needs a secret")
    assert err.count("\n") == 1


def test_a_missing_store_is_a_failure_with_the_next_step(capsys, tmp_path):
    err = command_output(capsys, "info", "--store", tmp_path / "none", code=1)
    assert err == (
        f"Error: There is no prepared store at {tmp_path / 'none'}. "
        f"Build one with: chatscape prepare RAW --store {tmp_path / 'none'}\n"
    )


def test_an_invalid_setting_is_named(capsys, tiny_folder, monkeypatch):
    monkeypatch.setenv("CHATSCAPE_QUERY_SECONDS", "soon")
    err = command_output(capsys, "info", "--store", tiny_folder, code=2)
    assert "CHATSCAPE_QUERY_SECONDS must be a number from 0.01 to 86,400; 'soon' is not." in err
    for value in ("inf", "nan", "1e20", "0", "-1"):
        monkeypatch.setenv("CHATSCAPE_QUERY_SECONDS", value)
        assert "must be a number from" in command_output(
            capsys, "info", "--store", tiny_folder, code=2
        )


def test_an_unexpected_error_is_one_line_without_debug(capsys, tiny_folder, monkeypatch):
    def broken(*_: object) -> None:
        raise RuntimeError("the moon\nis down")

    monkeypatch.setattr("queries.cli.query.print_rows", broken)
    err = command_output(capsys, "info", "--store", tiny_folder, code=1)
    assert err == ("Error: Unexpected error: the moon is down. Add --debug for the traceback.\n")
    with pytest.raises(RuntimeError):
        run(["info", "--store", str(tiny_folder)], debug=True)


@pytest.mark.usefixtures("each_state")
def test_accepting_the_licence_is_remembered(capsys, tiny_folder, tmp_path):
    import shutil

    store = tmp_path / "store"
    shutil.copytree(tiny_folder, store)
    assert "Accepted for" in command_output(capsys, "accept-licence", "--store", store, "--yes")
    assert "Nothing to accept" in command_output(
        capsys, "accept-licence", "--store", store, "--yes"
    )


def test_the_sample_needs_no_acceptance(capsys, sample_folder):
    assert "Nothing to accept" in command_output(capsys, "accept-licence", "--store", sample_folder)


def test_paths_with_spaces_quotes_and_other_scripts_work(capsys, tmp_path):
    folder = tmp_path / "it's a dir, ünïcode 数据"
    raw = tiny_dataset.write(folder / "raw.parquet", tiny_dataset.ROWS)
    command_output(capsys, "prepare", raw, "--store", folder / "store")
    out = command_output(
        capsys, "query", "slice_size", "--store", folder / "store", "--format", "json"
    )
    assert json.loads(out)[0]["conversation_count"] == 12
    assert Path(folder / "store" / "CURRENT").is_file()
    assert "conversation" in command_output(capsys, "show", "a" * 32, "--store", folder / "store")
