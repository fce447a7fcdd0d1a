"""Adding a filter changes one, three or four files; everything else follows from its field."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.support import tiny_dataset
from tests.support.paths import ROOT

FIELDS, COLUMNS = "queries/filters/filters.py", "queries/schema.py"
RULES, QUERY = "queries/prepare/flatten.py", "queries/sql/maker_mix.sql"

AFTER_FIELD = "    text: str | None = declare(_TEXT)\n"
AFTER_COLUMN = '    Column("prompt_group", "bigint"'
AFTER_RULE = '        "prompt_digest": prompt_digests(prompts, group_key),\n'

ANSWER_FLAGGED = """
    answer_flagged: bool | None = flag(
        column="is_assistant_flagged",
        label="Answer flagged",
        help="Whether an answer was flagged.",
        phrase=("an answer flagged", "no answer flagged"),
    )
"""
HAS_LINK = """
    has_link: bool | None = flag(
        column="has_link",
        label="Has a link",
        help="Whether a message has a link.",
        phrase=("with a link", "without a link"),
    )
"""
MAKER = """
    maker: tuple[str, ...] = choice(
        column="maker", label="Maker", help="Keep only this maker.", facet="maker_mix"
    )
"""

ON_AN_EXISTING_COLUMN = {FIELDS: (AFTER_FIELD, ANSWER_FLAGGED)}
ON_A_NEW_COLUMN = {
    FIELDS: (AFTER_FIELD, HAS_LINK),
    COLUMNS: (AFTER_COLUMN, '    Column("has_link", "boolean", "any message has a link"),\n'),
    RULES: (
        AFTER_RULE,
        """\
        "has_link": rollup.any(true_values(pc.match_substring(messages["text"], "://"))),
""",
    ),
}
WITH_VALUES = {
    FIELDS: (AFTER_FIELD, MAKER),
    COLUMNS: (AFTER_COLUMN, '    Column("maker", "varchar", "who made the model"),\n'),
    RULES: (
        AFTER_RULE,
        """\
        "maker": pc.replace_substring_regex(batch["model"], "-.*", ""),
""",
    ),
    QUERY: (
        "",
        """\
-- One row per maker in the slice, most used first.
select
    maker,
    count(*) as conversation_count
from slice
group by maker
order by conversation_count desc, maker
""",
    ),
}


@pytest.fixture
def changed(tmp_path):
    """Makes a copy of the code with changed files, and gives a function that probes a filter."""

    def make(changes):
        for folder in ("queries", "dashboard", "assets"):
            shutil.copytree(
                ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__")
            )
        for file, (anchor, text) in changes.items():
            path = tmp_path / file
            before = path.read_text() if path.exists() else ""
            assert anchor in before
            path.write_text(before.replace(anchor, text + anchor, 1) if anchor else text)

        raw = tiny_dataset.write(tmp_path / "raw.parquet", tiny_dataset.ROWS)
        script = ROOT / "tests" / "support" / "filter_probe.py"

        def probe(name, value):
            done = subprocess.run(
                [sys.executable, script, raw, tmp_path / "store", name, value],
                cwd=tmp_path,
                env=os.environ | {"PYTHONPATH": str(tmp_path), "CHATSCAPE_IN_MEMORY": "false"},
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr[-3_000:]
            return json.loads(done.stdout)

        return probe

    return make


def test_a_flag_on_an_existing_column_costs_one_file(changed):
    assert len(ON_AN_EXISTING_COLUMN) == 1
    assert changed(ON_AN_EXISTING_COLUMN)("answer_flagged", "true") == {
        "words": "an answer flagged",
        "is_same_from_manifest": True,
        "arguments": ["--answer-flagged", "true"],
        "condition": "is_assistant_flagged = true",
        "ids": "4e",
        "facet": {"true": 2, "false": 10},
        "help": "Whether an answer was flagged.",
        "widget": ["button_group", "Answer flagged", ["yes · 2", "no · 10"]],
        "chips": ["an answer flagged"],
        "pairs": [["answer_flagged", "true"]],
    }


def test_a_flag_on_a_new_column_costs_three_files(changed):
    assert len(ON_A_NEW_COLUMN) == 3
    assert changed(ON_A_NEW_COLUMN)("has_link", "false") == {
        "words": "without a link",
        "is_same_from_manifest": True,
        "arguments": ["--has-link", "false"],
        "condition": "has_link = false",
        "ids": "0124abcdefg",
        "facet": {"true": 1, "false": 11},
        "help": "Whether a message has a link.",
        "widget": ["button_group", "Has a link", ["yes · 1", "no · 11"]],
        "chips": ["without a link"],
        "pairs": [["has_link", "false"]],
    }


def test_a_filter_with_values_on_a_new_column_costs_four_files(changed):
    assert len(WITH_VALUES) == 4
    assert changed(WITH_VALUES)("maker", "koala") == {
        "words": "koala",
        "is_same_from_manifest": True,
        "arguments": ["--maker", "koala"],
        "condition": "maker in ('koala')",
        "ids": "234",
        "facet": {"vicuna": 5, "koala": 3, "claude": 2, "gpt": 2},
        "help": "Keep only this maker. Repeat for several.",
        "widget": ["multiselect", "Maker", ["vicuna · 5", "koala · 3", "claude · 2", "gpt · 2"]],
        "chips": ["koala"],
        "pairs": [["maker", "koala"]],
    }
