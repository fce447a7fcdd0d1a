"""Downloads that pages offer: their addresses, and when they end."""

import gc

import pytest

from dashboard.process.downloads import (
    KEPT_SECONDS,
    Download,
    Downloads,
    Recipient,
    new_token,
    safe_file_name,
)
from dashboard.process.removal_check import RemovalCheck
from queries.errors import TombstoneError
from queries.store.layout import StorePath
from queries.store.tombstones import add_tombstones


def download(store, has_removed=lambda: False, *, offered=0.0, checked=None):
    return Download(
        name="a.csv",
        mime="text/csv",
        make=lambda: "a text",
        recipient=Recipient(),
        removals=RemovalCheck(StorePath(store), has_removed, checked),
        token=new_token(),
        offered=offered,
    )


def test_a_token_cannot_be_guessed():
    tokens = {new_token() for _ in range(1_000)}
    assert len(tokens) == 1_000
    assert {len(bytes.fromhex(token)) for token in tokens} == {24}


def test_a_download_ends_after_six_hours(tmp_path):
    now = 0.0
    downloads = Downloads(clock=lambda: now)
    offered = download(tmp_path)
    downloads.add(offered)
    now = KEPT_SECONDS - 1
    downloads.drop_outdated()
    assert downloads.find(offered.token) is offered
    now = KEPT_SECONDS
    assert downloads.find(offered.token) is None
    now = 0.0
    assert downloads.find(offered.token) is None


def test_a_download_ends_with_what_offered_it(tmp_path):
    downloads = Downloads(clock=lambda: 0.0)
    offered = download(tmp_path)
    downloads.add(offered)
    token = offered.token
    del offered
    gc.collect()
    assert downloads.find(token) is None


def test_a_download_ends_when_something_in_it_is_removed(tmp_path):
    downloads, calls = Downloads(clock=lambda: 0.0), []
    with_it = download(tmp_path, lambda: bool(calls.append("with it") or True), checked="")
    without_it = download(tmp_path, lambda: bool(calls.append("without it")), checked="")
    downloads.add(with_it)
    downloads.add(without_it)
    downloads.drop_outdated()
    assert calls == []
    add_tombstones(StorePath(tmp_path), ["a" * 32], "a test", "ada")
    for _ in range(3):
        downloads.drop_outdated()
    assert sorted(calls) == ["with it", "without it"]
    assert downloads.find(with_it.token) is None
    assert downloads.find(without_it.token) is without_it


@pytest.mark.parametrize("error", [TombstoneError("removed.parquet"), OSError(), ValueError()])
def test_what_cannot_be_proven_free_of_removals_ends_for_good(tmp_path, error):
    def fail():
        raise error

    check = RemovalCheck(StorePath(tmp_path), fail)
    assert not check.is_passed()
    assert not check.is_passed()


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("conversation-0a.json", "conversation-0a.json"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ('a"; filename="b.exe', "a___filename__b.exe"),
        ("a\r\nSet-Cookie: b", "a__Set-Cookie__b"),
        ("..", "download"),
        ("é" * 300 + ".csv", "_" * 116 + ".csv"),
    ],
)
def test_the_name_of_a_file_is_harmless_everywhere(name, safe):
    assert safe_file_name(name) == safe
