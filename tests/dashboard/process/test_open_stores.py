"""What the process keeps of conversations that are removed or purged."""

import gc
from weakref import ref

import pytest

from dashboard.panels.conversation import message_view
from dashboard.process import text_caches
from dashboard.process.open_stores import Stores
from dashboard.process.query_cache import cached_rows
from dashboard.state import sql_results
from queries.conversations.listing import slice_rows
from queries.filters import Filters
from queries.open_store import open_version
from queries.removal.purge import purge
from queries.removal.remove import remove
from queries.runtime.progress import Silent
from queries.settings import Settings
from queries.sql_console.console import SqlRequest
from queries.store.layout import StorePath


@pytest.fixture
def opened(own_folder, monkeypatch):
    """Open stores, of which one is open; and its folder."""
    stores = Stores(
        lambda path, version: open_version(
            StorePath(path).version(version), Settings(), cached_frames=8
        )
    )
    monkeypatch.setattr("dashboard.process.query_cache.shared_store", _shared(stores))
    monkeypatch.setattr("dashboard.process.open_stores._stores", stores)
    text_caches.clear_all()  # Of other tests.
    yield stores, StorePath(own_folder)
    text_caches.clear_all()


def _shared(stores):
    return lambda path, snapshot: stores.get(path, snapshot.version)


def fill(stores, path) -> tuple[ref, sql_results.StatementResult]:
    """Fill every cache with text of the live version."""
    store = stores.get(path.path, path.current().name)
    cached_rows(slice_rows, Filters(), (("row_limit", 5),), path.path, store.snapshot)
    message_view._body("a text", "plain", False, False)
    outcome = sql_results.StatementResult(SqlRequest("select 1"), store.snapshot)
    outcome.sql_result = object()
    sql_results._with_rows.append(ref(outcome))
    return ref(store), outcome


def cache_sizes() -> list[int]:
    caches = (cached_rows, message_view._body)
    return [cache.cache_info().currsize for cache in caches]


def test_what_is_cached_stays_while_nothing_is_removed(opened):
    stores, path = opened
    _, outcome = fill(stores, path)
    stores.refresh()
    stores.refresh()
    assert cache_sizes() == [1, 1]
    assert outcome.sql_result is not None


def test_a_removal_empties_every_cache(opened):
    stores, path = opened
    _, outcome = fill(stores, path)
    remove(path, ["a" * 32], "asked for", "ada")
    # A reader may be the first who notices.
    _ = stores.get(path.path, path.current().name).snapshot
    stores.refresh()
    assert cache_sizes() == [0, 0]
    assert outcome.sql_result is None


def test_a_purge_leaves_neither_the_version_nor_its_texts_in_memory(opened):
    stores, path = opened
    remove(path, ["a" * 32], "asked for", "ada")
    store, outcome = fill(stores, path)
    purge(path, "ada", Silent())
    stores.refresh()
    gc.collect()
    assert store() is None
    assert cache_sizes() == [0, 0]
    assert outcome.sql_result is None
