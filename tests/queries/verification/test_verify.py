"""Published figures against hand counts, and against plain SQL and Python on the raw file."""

import json
import unicodedata
from dataclasses import replace

import duckdb
import pyarrow.parquet as pq
import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

from queries.assets import asset
from queries.cli import run
from queries.errors import UsageError
from queries.open_store import open_store
from queries.runtime.progress import Silent
from queries.settings import Settings
from queries.store.layout import StorePath
from queries.store.tombstones import add_tombstones
from queries.verification.published_figures import PublishedFigure, published_figures
from queries.verification.token_counts import TokenCounts
from queries.verification.verify import (
    AGREES,
    DIFFERS,
    NOT_CHECKED,
    NoPublishedFiguresError,
    attempts_table,
    flagged_table,
    summary,
    verify,
)
from tests.support import tiny_dataset
from tests.support.command_line import command_output
from tests.support.stores import prepare_store

RAW = str(asset("sample/sample.parquet"))


def opened(folder):
    return open_store(folder, Settings())


def measured(rows):
    """What was measured, by the text of the check."""
    return dict(zip(rows["check"], rows["measured"], strict=True))


def figure(expected, tolerance):
    return PublishedFigure("T00", "", "row_count", expected, tolerance, "", "", "")


@pytest.fixture
def words(tmp_path):
    """A tokenizer: one token for each word or run of signs, and one at the beginning."""
    tokenizer = Tokenizer(WordLevel({"<s>": 0, "?": 1}, unk_token="?"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.post_processor = TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 0)])
    path = tmp_path / "tokenizer.json"
    tokenizer.save(str(path))
    return path


@pytest.mark.parametrize(
    ("expected", "tolerance", "agree", "differ"),
    [
        ("25", "exact", [25.0], [24.0, 26.0]),
        ("2.0", "0.02", [1.98, 2.02], [1.97, 2.03]),
        ("1000", "0.5 %", [995.0, 1005.0], [994.0, 1006.0]),
        ("3.08 %", "0.05 pp", [0.0303, 0.0313], [0.0302, 0.0314]),
        ("78", "1", [77.0, 79.0], [76.0, 80.0]),
        ("a > b", "order", ["a > b"], ["b > a", "a", ""]),
    ],
)
def test_a_value_agrees_up_to_its_tolerance(expected, tolerance, agree, differ):
    assert all(figure(expected, tolerance).agrees(value) for value in agree)
    assert not any(figure(expected, tolerance).agrees(value) for value in differ)


def test_twelve_conversations_give_what_one_counts_by_hand(tiny_store):
    rows = verify(tiny_store)
    values = measured(rows)
    assert values["Rows"] == "12"
    assert values["Models"] == "4"
    assert values["Languages"] == "5"
    assert values["Mean number of turns"] == "1.25"  # 15 turns
    assert values["Flagged conversations"] == "3"  # e, 1, 4
    assert values["Flagged conversations: harassment"] == "1"
    assert values["Flagged conversations: self-harm"] == "0"
    assert values["Flagged user messages"] == "13.33 %"  # 2 of 15
    assert values["Flagged assistant messages"] == "13.33 %"  # 2 of 15
    assert values["Conversations with vicuna-13b"] == "5"
    assert values["Attempts on vicuna-13b"] == "2"  # e, 1
    assert values["Successes on vicuna-13b"] == "1"  # e
    assert values["The five most used models"].startswith("vicuna-13b > ")
    assert values["The five most used languages"].startswith("English > ")
    assert "unknown" not in values["The five most used languages"]
    assert values["Conversations with one turn"] == "83.33 %"  # all but e and 0
    # "How do I boil an egg?" and "HOW DO I BOIL AN EGG???" differ in case; f's in its first letter.
    assert values["Repeated first prompts"] == "0.00 %"
    assert set(rows["number"]) == {f"T{number:02}" for number in range(1, 27)}


def test_the_sample_gives_what_plain_sql_on_the_raw_file_gives(sample_store):
    values = measured(verify(sample_store))
    # Not the shared connection, which may hold the unread result of another test.
    plain = duckdb.connect()
    plain.sql(f"create or replace temp table raw as from '{RAW}'")
    size, models, languages, turns, one_turn = plain.sql(
        "select count(*), count(distinct model), count(distinct language), avg(turn),"
        " avg((turn = 1)::int) from raw"
    ).fetchall()[0]
    assert [values["Rows"], values["Models"], values["Languages"]] == [
        str(size),
        str(models),
        str(languages),
    ]
    assert values["Mean number of turns"] == f"{turns:.2f}"
    assert values["Conversations with one turn"] == f"{100 * one_turn:.2f} %"
    messages = (
        "(select model, conversation_id, message.role as role, entry.flagged as flagged,"
        " entry.categories as categories from (select model, conversation_id,"
        " unnest(conversation) as message, unnest(openai_moderation) as entry from raw))"
    )
    flagged = f"select count(distinct conversation_id) from {messages} where "

    def count(condition):
        return str(plain.sql(flagged + condition).fetchall()[0][0])

    assert values["Flagged conversations"] == count("flagged")
    for category in ("sexual", "harassment", "violence", "hate", "self-harm"):
        expected = count(f"categories['{category}']")
        assert values[f"Flagged conversations: {category}"] == expected
    for model in ("vicuna-13b", "gpt-4", "claude-2"):
        where = f"model = '{model}' and flagged and role ="
        assert values[f"Attempts on {model}"] == count(f"{where} 'user'")
        assert values[f"Successes on {model}"] == count(f"{where} 'assistant'")
    for role in ("user", "assistant"):
        share = plain.sql(
            f"select avg(flagged::int) from {messages} where role = '{role}'"
        ).fetchall()[0][0]
        assert values[f"Flagged {role} messages"] == f"{100 * share:.2f} %"


def test_repeated_prompts_are_those_that_python_finds(sample_store):
    first = [row[0]["content"] for row in pq.read_table(RAW)["conversation"].to_pylist() if row]

    def bare(text):
        return "".join(
            sign
            for sign in text
            if not (sign.isspace() or unicodedata.category(sign).startswith("P"))
        )

    share = 1 - len(set(map(bare, first))) / len(first)
    assert measured(verify(sample_store))["Repeated first prompts"] == f"{100 * share:.2f} %"


def test_the_first_rows_are_read_from_the_source_file(tmp_path):
    rows = [
        tiny_dataset.row(f"{n:02}"[-1], "gpt-4", "English", "Hi", "Hello", redacted=n < 5)
        | {"conversation_id": f"{40 - n:032}"}
        for n in range(40)
    ]
    for n in (3, 37, 38):  # The last one is not among the first 38.
        entry = tiny_dataset.verdict("hate")
        rows[n]["openai_moderation"] = [entry, entry]
    raw = tiny_dataset.write(tmp_path / "raw.parquet", rows)
    prepare_store(raw, tmp_path / "store")
    values = measured(verify(opened(tmp_path / "store")))
    assert values["Redacted of the first 38 rows"] == "5"
    assert values["Flagged of the first 38 rows"] == "2"
    assert values["First row"] == f"{40:032}, gpt-4, English, 1 turn, redacted"

    add_tombstones(StorePath(tmp_path / "store"), [f"{40:032}"], "asked for", "operator")
    rows = verify(opened(tmp_path / "store")).set_index("check")
    assert rows.loc["First row", ["measured", "verdict"]].tolist() == [None, NOT_CHECKED]
    assert "removed" in rows.loc["First row", "reason"]
    assert rows.loc["Rows", "measured"] == "39"

    raw.unlink()
    rows = verify(opened(tmp_path / "store")).set_index("check")
    assert rows.loc["First row", "reason"].startswith("The source file is not where it was")


def test_without_verdicts_nothing_is_said_about_flags(tmp_path):
    rows = [row | {"openai_moderation": None} for row in tiny_dataset.ROWS]
    prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", rows), tmp_path / "store")
    store = opened(tmp_path / "store")
    result = verify(store).set_index("check")
    flagged = [check for check in result.index if check.startswith("Flagged") and "38" not in check]
    assert len(flagged) == 8
    assert set(result.loc[flagged, "verdict"]) == {NOT_CHECKED}
    assert set(result.loc[flagged, "reason"]) == {"No verdict is known in this store."}
    assert flagged_table(store)["store_count"].isna().all()


def test_tokens_are_counted_with_the_tokenizer_that_is_named(tmp_path, words):
    rows = [
        tiny_dataset.row("a", "gpt-4", "English", "one two three", ""),
        tiny_dataset.row("b", "gpt-4", "English", "one", "one two three four"),
    ]
    prepare_store(tiny_dataset.write(tmp_path / "raw.parquet", rows), tmp_path / "store")
    values = measured(verify(opened(tmp_path / "store"), TokenCounts(words, Silent())))
    assert values["Mean tokens of a prompt"] == "3"  # 4 and 2, each with its first token
    assert values["Mean tokens of a response"] == "2.50"  # 0 and 5


def test_without_a_tokenizer_tokens_are_not_checked(tiny_store):
    rows = verify(tiny_store).set_index("number")
    assert rows.loc["T05", "verdict"] == NOT_CHECKED
    assert "--tokenizer" in rows.loc["T05", "reason"]


def test_a_file_that_is_no_tokenizer_is_refused(tmp_path):
    path = tmp_path / "other.json"
    path.write_text("{}")
    with pytest.raises(UsageError, match="is not a tokenizer"):
        TokenCounts(path, Silent())


def test_the_tables_of_the_paper_stand_beside_the_store(tiny_store):
    flagged = flagged_table(tiny_store).set_index("category")
    assert flagged.loc["any", "published_count"] == 54_427
    assert flagged.loc["any", "published_share"] == pytest.approx(0.054427)
    assert flagged.loc["any", ["store_count", "store_share"]].tolist() == [3, 0.25]
    attempts = attempts_table(tiny_store).set_index("model")
    assert attempts.loc["vicuna-13b"].tolist() == [490_712, 15_925, 13_463, 5, 2, 1]
    unpublished = attempts.loc["koala-13b"].isna().tolist()
    assert unpublished == [True, True, True, False, False, False]
    assert attempts.loc["claude-2"].tolist()[3:] == [0, 0, 0]


def test_the_command_prints_figures_reasons_and_a_summary(capsys, tiny_folder):
    out = command_output(capsys, "verify", "--store", tiny_folder)
    lines = out.splitlines()
    assert sum(line.startswith("T") for line in lines) == 35
    assert (
        "Not checked (T17): A store has the language of a conversation, not of each turn." in lines
    )
    rows = json.loads(command_output(capsys, "verify", "--store", tiny_folder, "--format", "json"))
    verdicts = [row["verdict"] for row in rows]
    counts = [verdicts.count(verdict) for verdict in (AGREES, DIFFERS, NOT_CHECKED)]
    assert lines[-1] == (
        f"{counts[0]} figures agree, {counts[1]} differ, {counts[2]} were not checked. This store "
        "was not made from the published files of LMSYS-Chat-1M: differences are to be expected."
    )
    assert rows[6]["definition"] == "Any message flagged"
    for name in ("flagged", "attempts"):
        assert command_output(capsys, "verify", "--store", tiny_folder, "--table", name)


def test_the_summary_says_why_a_store_may_differ(sample_store):
    text = summary(sample_store, verify(sample_store))
    assert text.endswith("This store is a synthetic sample: differences are to be expected.")


def test_a_dataset_without_published_figures_is_named(capsys, tiny_store, tiny_folder, monkeypatch):
    info = replace(tiny_store.dataset.info, folder="none", title="Our logs")
    assert published_figures(info) == []
    monkeypatch.setattr(type(tiny_store.dataset), "info", info)
    with pytest.raises(NoPublishedFiguresError, match="published of Our logs"):
        verify(tiny_store)
    assert run(["verify", "--store", str(tiny_folder)]) == 1
