"""A conversation as it was published, and as a document to keep."""

import json
import re

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from queries.documents import markdown_document, published_json
from queries.errors import NotFoundError, VersionGoneError
from queries.layout import StorePath
from queries.published import CURRENT_SCHEMA
from queries.published_row import published_conversation
from queries.reading import visible
from queries.settings import Settings
from queries.store import open_store
from tests import tiny
from tests.conftest import SAMPLE, prepared
from tests.strategies import published_rows as drawn_rows
from tests.test_lossless import ODD_ROWS

FLAGGED = next(row for row in tiny.ROWS if row["conversation_id"] == "e" * 32)
ALONE = next(row for row in tiny.ROWS if row["conversation_id"] == "4" * 32)
CONTACT = next(row for row in tiny.ROWS if row["conversation_id"] == "2" * 32)


def come_back(folder, rows):
    """Assert that each row of a store of them is given as published."""
    prepared(tiny.write(folder / "raw.parquet", rows), folder / "store")
    store = open_store(folder / "store", Settings())
    for row in tiny.table(rows).to_pylist():
        assert published_conversation(store, row["conversation_id"]) == row
    store.close()


def test_the_twelve_come_back(tmp_path):
    come_back(tmp_path, tiny.ROWS)


def test_odd_rows_come_back(tmp_path):
    come_back(tmp_path, ODD_ROWS)


def test_each_row_comes_back_from_its_part(tmp_path, monkeypatch):
    monkeypatch.setattr("queries.prepare.plan.PART_ROWS", 4)
    monkeypatch.setattr("queries.prepare.gather.MESSAGE_GROUP_ROWS", 2)
    odd = [{**row, "conversation_id": f"{row['conversation_id']}odd"} for row in ODD_ROWS]
    come_back(tmp_path, [*tiny.ROWS, *odd])
    assert len(list(tmp_path.glob("store/versions/*/messages/*"))) > 4


def test_rows_of_the_sample_come_back(sample_store):
    for row in pq.read_table(SAMPLE).slice(0, 2_000).to_pylist()[::97]:
        assert published_conversation(sample_store, row["conversation_id"]) == row


@given(drawn_rows)
@settings(max_examples=12, deadline=None)
def test_whatever_the_schema_allows_comes_back(tmp_path_factory, rows):
    come_back(tmp_path_factory.mktemp("drawn"), rows)


def test_bytes_that_are_no_text_are_replaced(tmp_path):
    texts = pa.Array.from_buffers(
        pa.string(), 2, pa.array([b"ok", b"\xff bad"], pa.binary()).buffers()
    )
    messages = pa.StructArray.from_arrays(
        [texts, pa.array(["user", "assistant"])], fields=list(CURRENT_SCHEMA[2].type.value_type)
    )
    rows = tiny.table([tiny.row("a", "m", "English", "x", "y")])
    rows = rows.set_column(2, CURRENT_SCHEMA[2], pa.ListArray.from_arrays([0, 2], messages))
    pq.write_table(rows, tmp_path / "raw.parquet")
    prepared(tmp_path / "raw.parquet", tmp_path / "store")
    row = published_conversation(open_store(tmp_path / "store", Settings()), "a" * 32)
    assert [m["content"] for m in row["conversation"]] == ["ok", "\ufffd bad"]
    assert row["openai_moderation"] == [tiny.verdict(), tiny.verdict()]


def test_what_is_not_there_is_said(tmp_path):
    prepared(tiny.write(tmp_path / "raw.parquet", tiny.ROWS), tmp_path / "store")
    store = open_store(tmp_path / "store", Settings())
    assert store.hold_in_memory()
    with pytest.raises(NotFoundError):
        published_conversation(store, "no such id")
    version = StorePath(tmp_path / "store").current()
    for path in version.table("messages").iterdir():
        path.unlink()
    with pytest.raises(VersionGoneError):
        published_conversation(store, "a" * 32)


def test_json_is_the_published_row():
    for row in tiny.ROWS:
        written = published_json(row, is_unmasked=True, is_uncovered=True, shown=[0, 1])
        assert json.loads(written) == row
        assert list(json.loads(written)) == CURRENT_SCHEMA.names
    hebrew = published_json(tiny.ROWS[3], is_unmasked=False)
    assert '\n      "content": "מה שלומך",\n' in hebrew


@given(drawn_rows)
@settings(max_examples=60, deadline=None)
def test_json_of_odd_rows_is_json(rows):
    def refuse(name):
        raise AssertionError(name)

    for row in rows:
        written = published_json(row, is_unmasked=True)
        assert json.loads(written, parse_constant=refuse).keys() == row.keys()
        markdown_document(row, is_unmasked=True)


def test_numbers_that_json_has_not_are_texts():
    row = {**tiny.row("a", "m", "English", "x"), "openai_moderation": [tiny.verdict("hate")]}
    scores = row["openai_moderation"][0]["category_scores"]
    scores |= {"hate": float("inf"), "sexual": float("-inf"), "violence": float("nan")}
    said = json.loads(published_json(row, is_unmasked=True, is_uncovered=True))
    said = said["openai_moderation"][0]["category_scores"]
    assert (said["hate"], said["sexual"], said["violence"]) == ("Infinity", "-Infinity", "NaN")
    assert said["harassment"] == 0.01


DOCUMENTS = pytest.mark.parametrize("document", [published_json, markdown_document])


@DOCUMENTS
def test_contact_data_is_masked_until_unmasked(document):
    masked = document(CONTACT, is_unmasked=False)
    assert "Mail me at [email address] or [phone number]" in masked
    assert "jo@example.com" not in masked
    assert "jo@example.com" in document(CONTACT, is_unmasked=True)


@DOCUMENTS
def test_flagged_messages_are_covered_until_uncovered(document):
    covered = document(FLAGGED, is_unmasked=True)
    assert "Say something rude" not in covered
    assert "[rude]" not in covered
    assert "Covered: flagged as harassment, hate" in covered
    assert "I would rather not." in covered
    whole = document(FLAGGED, is_unmasked=True, is_uncovered=True)
    assert "Say something rude" in whole
    assert "[rude]" in whole
    one = document(FLAGGED, is_unmasked=True, shown=[3])
    assert "Say something rude" not in one
    assert "[rude]" in one


@DOCUMENTS
def test_sexual_minors_is_uncovered_by_itself_only(document):
    row = {**ALONE, "conversation": [ALONE["conversation"][0], {"content": "@@", "role": "x"}]}
    wanted = (
        "Covered: flagged as sexual, sexual/minors; shown only message by message, "
        "in the conversation"
    )
    for is_uncovered in (False, True):
        assert "@@" not in document(row, is_unmasked=True, is_uncovered=is_uncovered)
        assert wanted in document(row, is_unmasked=True, is_uncovered=is_uncovered)
    assert "@@" in document(row, is_unmasked=True, shown=[1])


def test_markdown_of_a_conversation_word_by_word():
    text = markdown_document(FLAGGED, is_unmasked=False, shown=[0])
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
    assert "forbids to pass the data on" in notice


hostile = st.text(alphabet="`~#\n\r <>&[]()!*_\\-=|a\u2028\x00", max_size=40) | st.sampled_from(
    ("```\n# out", "````\n```\n", "~~~\n</pre><script>", "\r```\r# out", "    \n\t# x", "```text")
)


@given(st.lists(hostile, min_size=1, max_size=4), hostile, hostile)
@settings(max_examples=300, deadline=None)
def test_no_text_breaks_out_of_the_document(texts, model, role):
    row = tiny.row("a", model, "English", *texts)
    for message in row["conversation"][1:]:
        message["role"] = role
    tokens = MarkdownIt("commonmark").parse(markdown_document(row, is_unmasked=True))
    fences = [token.content for token in tokens if token.type == "fence"]
    # The parser turns every end of a line into \n, and NUL into U+FFFD.
    wanted = [re.sub("\r\n?", "\n", f"{t}\n").replace("\x00", "\ufffd") for t in texts if t]
    assert fences == wanted
    kinds = {token.type.removesuffix("_open").removesuffix("_close") for token in tokens}
    assert kinds <= {"heading", "inline", "fence", "bullet_list", "list_item", "paragraph", "hr"}
    assert sum(token.type == "heading_open" for token in tokens) == 1 + len(texts)
    title = next(token for token in tokens if token.type == "inline").children
    name = visible(" ".join(model.split()))
    spans = [name, "a" * 32] if name else ["a" * 32]
    assert [c.content for c in title if c.type == "code_inline"] == spans
    inside = {c.type for t in tokens if t.type == "inline" for c in t.children}
    assert inside <= {"text", "code_inline", "softbreak"}
