"""Taking a slice away from the page Export: what is said before is what is fetched."""

import csv
import gzip
import hashlib
import json
import re
import shlex
import subprocess
import sys
import urllib.error
import urllib.request
from typing import Any

import duckdb
import pyarrow.parquet as pq
from playwright.sync_api import Page, expect

from tests.e2e.support.export_page import (
    MANIFEST,
    choose,
    choose_shape,
    download,
    open_export_page,
    prepare_export,
    sha256,
)
from tests.e2e.support.page import assert_fits, go, settled
from tests.support.exports import lines_of
from tests.support.paths import SAMPLE

FLAGGED = "len(list_filter(openai_moderation, lambda m: m.flagged)) > 0"


def raw(sql: str, *values: object) -> list[Any]:
    """The first column of a query over the raw sample, by DuckDB alone."""
    with duckdb.connect() as connection:
        connection.execute(f"create view raw as from read_parquet('{SAMPLE}')")
        return [row[0] for row in connection.execute(sql, values).fetchall()]


def enter(page: Page, label: str, number: int) -> None:
    page.get_by_label(label, exact=True).fill(str(number))
    page.keyboard.press("Enter")
    settled(page)


def expect_count(page: Page, count: int) -> None:
    """What the page says before anything is written."""
    sentence = f"{count:,} conversations will be written."
    expect(page.get_by_text(sentence, exact=True)).to_be_visible()


def test_what_is_clicked_together_is_what_is_fetched(page, sample_url, tmp_path):
    go(page, sample_url)
    menu = page.get_by_test_id("stSidebar")
    menu.get_by_role("link", name="Export").click()
    expect(page.get_by_role("heading", level=1, name="Export")).to_be_visible()
    expect_count(page, 2_000)
    menu.get_by_label("Language", exact=True).click()
    page.get_by_role("option", name=re.compile("^English")).click()
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"language=English"))
    settled(page)  # The label of a pill carries its count, which is changing.
    menu.get_by_text(re.compile("^any message · ")).click()
    expect(page).to_have_url(f"{sample_url}/export?language=English&flagged=any")
    choose_shape(page, "As published")
    expect(page).to_have_url(re.compile("shape=published"))
    where = f"language = 'English' and {FLAGGED}"
    ids = raw(f"select conversation_id from raw where {where} order by 1")
    expect_count(page, len(ids))
    token = prepare_export(page)

    file = download(page, token, "slice-published.parquet", tmp_path)
    table = pq.read_table(file)
    assert table["conversation_id"].to_pylist() == ids
    assert table.schema.equals(pq.read_schema(SAMPLE))
    assert table["turn"].to_pylist() == raw(
        f"select turn from raw where {where} order by conversation_id"
    )
    manifest = json.loads(download(page, token, MANIFEST, tmp_path).read_text())
    (written,) = manifest["files"]
    assert written["sha256"] == sha256(file)
    assert written["bytes"] == file.stat().st_size
    assert manifest["counts"]["conversations"] == len(ids)
    assert (
        manifest["ids_sha256"]
        == hashlib.sha256("".join(f"{i}\n" for i in ids).encode()).hexdigest()
    )
    note = f"{len(ids)} rows of {len(ids)} conversations, "
    expect(page.get_by_text(note)).to_contain_text(f"SHA-256 {sha256(file)}")


def test_a_sample_is_drawn_by_its_seed_in_the_columns_that_were_chosen(page, sample_url, tmp_path):
    open_export_page(page, sample_url)
    choose_shape(page, "Conversations")
    enter(page, "Sample size", 5)
    choose(page, "Sampled", "of each language")
    enter(page, "Seed", 7)
    choose(page, "Columns", "language", "conversation_id")
    choose(page, "Format", "csv.gz")
    drawn = raw(
        "select conversation_id from raw qualify row_number() over "
        "(partition by language order by md5(conversation_id || '7')) <= 5 order by 1"
    )
    assert len(drawn) > 50
    expect_count(page, len(drawn))
    token = prepare_export(page)
    first = download(page, token, "slice-conversations.csv.gz", tmp_path)
    with gzip.open(first, "rt", newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    assert list(rows[0]) == ["language", "conversation_id"]
    assert [row["conversation_id"] for row in rows] == drawn

    before = sha256(first)
    token = prepare_export(page, token)
    assert sha256(download(page, token, "slice-conversations.csv.gz", tmp_path)) == before


def test_contact_data_is_masked_unless_the_switch_says_otherwise(page, hostile_url, tmp_path):
    open_export_page(page, hostile_url, "?model=koala-13b&language=English")
    choose_shape(page, "Chat for fine-tuning")
    page.get_by_label("Format", exact=True).click()
    # Rows of a chat have lists in them.
    expect(page.get_by_role("option")).to_have_text(["parquet", "jsonl", "jsonl.zst", "jsonl.gz"])
    page.get_by_role("option", name="jsonl", exact=True).click()
    settled(page)
    expect_count(page, 2)
    expect(page.get_by_role("switch", name="Export unmasked")).not_to_be_checked()
    contents: list[list[str]] = []
    prepared: list[str] = []
    for is_masked in (True, False):
        if not is_masked:
            page.get_by_text("Export unmasked").click()
            expect(page.get_by_text("The manifest and the audit log will record")).to_be_visible()
        token = prepare_export(page, *prepared)
        prepared.append(token)
        file = download(page, token, "slice-chat.jsonl", tmp_path)
        contents.append([json.loads(line)["messages"][0]["content"] for line in lines_of(file)])
        manifest = json.loads(download(page, token, MANIFEST, tmp_path).read_text())
        assert manifest["plan"]["is_masked"] is is_masked
    assert contents == [
        ["Mail me at [email address] or [phone number]", "y"],
        ["Mail me at jo@example.com or +1 202-555-0143", "y"],
    ]


def status(page: Page, address: str) -> int:
    """What a server answers to the browser of a page."""
    return page.context.request.get(address).status


def status_for_others(address: str) -> int:
    """What a server answers to whoever asks for an address."""
    try:
        with urllib.request.urlopen(address, timeout=120) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_who_has_no_token_gets_nothing_and_the_command_makes_the_same(
    page, sample_url, sample_folder, tmp_path
):
    open_export_page(page, sample_url, "?flagged=user")
    token = prepare_export(page)
    file = download(page, token, "slice-ids.parquet", tmp_path)
    condition = "len(list_filter(openai_moderation, lambda m, n: m.flagged and n % 2 = 1)) > 0"
    ids = raw(f"select conversation_id from raw where {condition} order by 1")
    assert pq.read_table(file).to_pydict() == {"conversation_id": ids}
    page.get_by_text("Run this from the command line").click()
    command = page.get_by_text("chatscape export slice-ids.parquet").inner_text()
    _, *arguments = shlex.split(command.replace("STORE", str(sample_folder)))
    (tmp_path / "by_command").mkdir()
    chatscape = [sys.executable, "-c", "from queries.cli import main; main()"]
    subprocess.run([*chatscape, *arguments], cwd=tmp_path / "by_command", check=True)
    assert sha256(tmp_path / "by_command" / file.name) == sha256(file)

    href = page.get_by_role("link", name=f"Download {file.name}").get_attribute("href")
    address = f"{sample_url}/{href}"
    token = address.split("/")[-2]
    assert status(page, address) == 200
    assert status_for_others(address) == 404
    for wrong in (
        address.replace(token, "x" * len(token)),
        address.replace(token, token.swapcase()),
        address.replace(file.name, "CURRENT"),
    ):
        assert status(page, wrong) == 404, wrong
    assert status(page, address.replace(file.name, "..%2F..%2F..%2FCURRENT")) in (400, 404)
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("link", name=re.compile("^Download "))).to_have_count(0)
    assert status(page, address) == 404
    assert not (sample_folder / "state" / "exports" / token).exists()


def test_an_empty_slice_says_so_and_a_telephone_needs_no_sideways_scrolling(narrow, sample_url):
    go(narrow, f"{sample_url}/export?min_turns=900")
    expect(narrow.get_by_text("No conversation matches: at least 900 turns.")).to_be_visible()
    expect(narrow.get_by_role("button", name="Create export")).to_have_count(0)
    narrow.get_by_test_id("stMain").get_by_role("button", name="Clear all filters").click()
    expect_count(narrow, 2_000)
    assert_fits(narrow)
    choose(narrow, "Conversations", "clustering-prompts")
    choose_shape(narrow, "First prompts")
    narrow.get_by_text("Export unmasked").click()
    narrow.get_by_text("Run this from the command line").click()
    expect(narrow.get_by_text("chatscape export clustering-prompts-prompts")).to_be_visible()
    prepare_export(narrow)
    expect(
        narrow.get_by_role("link", name="Download clustering-prompts-prompts.parquet")
    ).to_be_visible()
    assert_fits(narrow)
