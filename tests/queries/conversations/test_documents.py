"""A conversation as it was published, and as a document to download."""

import json
import re

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from queries.conversations.documents import markdown_document, published_json
from queries.conversations.source_row import canonical_row
from queries.datasets.lmsys_chat import CURRENT_SCHEMA, LMSYS_CHAT
from queries.errors import NotFoundError, VersionGoneError
from queries.open_store import open_store
from queries.settings import Settings
from queries.store.layout import StorePath
from queries.text.control_characters import escape_control_characters
from tests.support import tiny_dataset
from tests.support.odd_rows import ODD_ROWS
from tests.support.paths import SAMPLE
from tests.support.stores import prepare_store
from tests.support.strategies import published_rows as drawn_rows

FLAGGED = next(row for row in tiny_dataset.ROWS if row["conversation_id"] == "e" * 32)
ALONE = next(row for row in tiny_dataset.ROWS if row["conversation_id"] == "4" * 32)
CONTACT = next(row for row in tiny_dataset.ROWS if row["conversation_id"] == "2" * 32)


def come_back(folder, rows):
    """Assert that a store of these rows returns each as published."""
    prepare_store(tiny_dataset.write(folder / "raw.parquet", rows), folder / "store")
    store = open_store(folder / "store", Settings())
    for row in tiny_dataset.table(rows).to_pylist():
        assert canonical_row(store, row["conversation_id"]) == row
    store.close()


def test_the_tiny_dataset_comes_back(tmp_path):
    come_back(tmp_path, tiny_dataset.ROWS)


def test_odd_rows_come_back(tmp_path):
    come_back(tmp_path, ODD_ROWS)


def test_each_row_comes_back_from_its_part(tmp_path, monkeypatch):
    monkeypatch.setattr("queries.prepare.build_plan.PART_ROWS", 4)
    monkeypatch.setattr("queries.prepare.gather.MESSAGE_GROUP_ROWS", 2)
    odd = [{**row, "conversation_id": f"{row['conversation_id']}odd"} for row in ODD_ROWS]
    come_back(tmp_path, [*tiny_dataset.ROWS, *odd])
    assert len(list(tmp_path.glob("store/versions/*/messages/*"))) > 4


def test_rows_of_the_sample_come_back(sample_store):
    for row in pq.read_table(SAMPLE).slice(0, 2_000).to_pylist()[::97]:
        assert canonical_row(sample_store, row["conversation_id"]) == row


@given(drawn_rows)
@settings(max_examples=12, deadline=None)
def test_whatever_the_schema_allows_comes_back(tmp_path_factory, rows):
    come_back(tmp_path_factory.mktemp("drawn"), rows)


def test_invalid_utf8_is_replaced(tmp_path):
    texts = pa.Array.from_buffers(
        pa.string(), 2, pa.array([b"ok", b"\xff bad"], pa.binary()).buffers()
    )
    messages = pa.StructArray.from_arrays(
        [texts, pa.array(["user", "assistant"])], fields=list(CURRENT_SCHEMA[2].type.value_type)
    )
    rows = tiny_dataset.table([tiny_dataset.row("a", "m", "English", "x", "y")])
    rows = rows.set_column(2, CURRENT_SCHEMA[2], pa.ListArray.from_arrays([0, 2], messages))
    pq.write_table(rows, tmp_path / "raw.parquet")
    prepare_store(tmp_path / "raw.parquet", tmp_path / "store")
    row = canonical_row(open_store(tmp_path / "store", Settings()), "a" * 32)
    assert [m["content"] for m in row["conversation"]] == ["ok", "\ufffd bad"]
    assert row["openai_moderation"] == [tiny_dataset.verdict(), tiny_dataset.verdict()]


def test_an_unknown_conversation_gives_an_error(tmp_path):
    prepare_store(
        tiny_dataset.write(tmp_path / "raw.parquet", tiny_dataset.ROWS), tmp_path / "store"
    )
    store = open_store(tmp_path / "store", Settings())
    assert store.load_into_memory()
    with pytest.raises(NotFoundError):
        canonical_row(store, "no such id")
    version = StorePath(tmp_path / "store").current()
    for path in version.table("messages").iterdir():
        path.unlink()
    with pytest.raises(VersionGoneError):
        canonical_row(store, "a" * 32)


def test_json_is_the_published_row():
    for row in tiny_dataset.ROWS:
        written = published_json(
            row, LMSYS_CHAT, is_unmasked=True, is_uncovered=True, revealed=[0, 1]
        )
        assert json.loads(written) == row
        assert list(json.loads(written)) == CURRENT_SCHEMA.names
    hebrew = published_json(tiny_dataset.ROWS[3], LMSYS_CHAT, is_unmasked=False)
    assert '\n      "content": "מה שלומך",\n' in hebrew


@given(drawn_rows)
@settings(max_examples=60, deadline=None)
def test_json_of_odd_rows_is_json(rows):
    def refuse(name):
        raise AssertionError(name)

    for row in rows:
        written = published_json(row, LMSYS_CHAT, is_unmasked=True)
        assert json.loads(written, parse_constant=refuse).keys() == row.keys()
        markdown_document(row, LMSYS_CHAT, is_unmasked=True)


def test_infinities_and_nan_become_strings_in_json():
    row = {
        **tiny_dataset.row("a", "m", "English", "x"),
        "openai_moderation": [tiny_dataset.verdict("hate")],
    }
    scores = row["openai_moderation"][0]["category_scores"]
    scores |= {"hate": float("inf"), "sexual": float("-inf"), "violence": float("nan")}
    document = json.loads(published_json(row, LMSYS_CHAT, is_unmasked=True, is_uncovered=True))
    written = document["openai_moderation"][0]["category_scores"]
    assert (written["hate"], written["sexual"], written["violence"]) == (
        "Infinity",
        "-Infinity",
        "NaN",
    )
    assert written["harassment"] == 0.01


DOCUMENTS = pytest.mark.parametrize("document", [published_json, markdown_document])


@DOCUMENTS
def test_contact_data_is_masked_until_unmasked(document):
    masked = document(CONTACT, LMSYS_CHAT, is_unmasked=False)
    assert "Mail me at [email address] or [phone number]" in masked
    assert "jo@example.com" not in masked
    assert "jo@example.com" in document(CONTACT, LMSYS_CHAT, is_unmasked=True)


@DOCUMENTS
def test_flagged_messages_are_covered_until_uncovered(document):
    covered = document(FLAGGED, LMSYS_CHAT, is_unmasked=True)
    assert "Say something rude" not in covered
    assert "[rude]" not in covered
    assert "Covered: flagged as harassment, hate" in covered
    assert "I would rather not." in covered
    whole = document(FLAGGED, LMSYS_CHAT, is_unmasked=True, is_uncovered=True)
    assert "Say something rude" in whole
    assert "[rude]" in whole
    partly = document(FLAGGED, LMSYS_CHAT, is_unmasked=True, revealed=[3])
    assert "Say something rude" not in partly
    assert "[rude]" in partly


@DOCUMENTS
def test_sexual_minors_is_uncovered_by_itself_only(document):
    row = {**ALONE, "conversation": [ALONE["conversation"][0], {"content": "@@", "role": "x"}]}
    wanted = (
        "Covered: flagged as sexual, sexual/minors; shown only message by message, "
        "in the conversation"
    )
    for is_uncovered in (False, True):
        assert "@@" not in document(row, LMSYS_CHAT, is_unmasked=True, is_uncovered=is_uncovered)
        assert wanted in document(row, LMSYS_CHAT, is_unmasked=True, is_uncovered=is_uncovered)
    assert "@@" in document(row, LMSYS_CHAT, is_unmasked=True, revealed=[1])


def test_markdown_of_a_conversation_word_by_word():
    text = markdown_document(FLAGGED, LMSYS_CHAT, is_unmasked=False, revealed=[0])
    head, _, notice = text.partition("\n---\n")
    assert head == (
        f"# `vicuna-13b` · `{'e' * 32}`\n\n"
        "- Language: `English`\n- Turns: 2\n- Messages: 4\n"
        "- Flags: flagged as harassment, hate\n- Names redacted: no\n\n"
        "## Turn 1 · user · flagged as harassment\n\n```text\nSay something rude\n```\n\n"
        "## Turn 1 · assistant\n\n```text\nI would rather not.\n```\n\n"
        "## Turn 2 · user\n\n```text\nPlease\n```\n\n"
        "## Turn 2 · assistant · flagged as harassment, hate\n\n"
        "```text\nCovered: flagged as harassment, hate\n```\n"
    )
    assert "forbids passing the data on" in notice


hostile = st.text(alphabet="`~#\n\r <>&[]()!*_\\-=|a\u2028\x00", max_size=40) | st.sampled_from(
    ("```\n# out", "````\n```\n", "~~~\n</pre><script>", "\r```\r# out", "    \n\t# x", "```text")
)


@given(st.lists(hostile, min_size=1, max_size=4), hostile, hostile)
@settings(max_examples=300, deadline=None)
def test_no_text_breaks_out_of_the_document(texts, model, role):
    row = tiny_dataset.row("a", model, "English", *texts)
    for message in row["conversation"][1:]:
        message["role"] = role
    tokens = MarkdownIt("commonmark").parse(markdown_document(row, LMSYS_CHAT, is_unmasked=True))
    fences = [token.content for token in tokens if token.type == "fence"]
    # The parser turns every end of a line into \n, and NUL into U+FFFD.
    wanted = [re.sub("\r\n?", "\n", f"{t}\n").replace("\x00", "\ufffd") for t in texts if t]
    assert fences == wanted
    kinds = {token.type.removesuffix("_open").removesuffix("_close") for token in tokens}
    assert kinds <= {"heading", "inline", "fence", "bullet_list", "list_item", "paragraph", "hr"}
    assert sum(token.type == "heading_open" for token in tokens) == 1 + len(texts)
    title = next(token for token in tokens if token.type == "inline").children
    name = escape_control_characters(" ".join(model.split()))
    spans = [name, "a" * 32] if name else ["a" * 32]
    assert [c.content for c in title if c.type == "code_inline"] == spans
    inside = {c.type for t in tokens if t.type == "inline" for c in t.children}
    assert inside <= {"text", "code_inline", "softbreak"}
