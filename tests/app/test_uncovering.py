"""What is covered and masked in a conversation, how it is opened, and what a download has of it."""

import json
import shutil
import sqlite3
from contextlib import closing

import pytest
import streamlit as st

from queries.access_log import noted
from queries.errors import LogError
from queries.layout import StorePath
from queries.licence import accept
from tests.app.conftest import read
from tests.app.conversations import MASKED, SECRETS
from tests.app.reading import bodies, covers, drawn, send, whole

ALL, NONE = set(SECRETS), set()
_, BLOW, YOUNG, _ = SECRETS


def sent(app):
    """Which secrets are anywhere in what the browser gets: any element of the page."""
    page = " ".join(str(one.proto) for one in app._tree if hasattr(one, "proto"))
    return {secret for secret in SECRETS if secret in page}


def choose(app, covers):
    return whole(app.segmented_control(key="covers").set_value(covers).run())


def test_what_is_flagged_is_covered_and_not_in_the_page(opening):
    app = whole(opening("c"))
    assert covers(app) == {
        0: "Covered: flagged as harassment, hate",
        2: "Covered: flagged as violence",
        4: "Covered: flagged as sexual, sexual/minors",
        6: "Covered: flagged",
    }
    assert [one["staysCovered"] for one in drawn(app)[::2]] == [False, False, True, False]
    assert bodies(app)[1::2] == ["No.", "Never.", "No!", "So."]
    assert sent(app) == NONE
    assert app.segmented_control(key="covers").value == "covered"


@pytest.mark.parametrize("how", ["plain", "rendered", "published"])
def test_one_message_is_uncovered(opening, how):
    app = opening("c", read=how)
    assert sent(app) == NONE
    app = whole(send(app, "transcript", "uncovered", "c" * 32 + ":2"))
    assert sent(app) == {BLOW}
    assert set(covers(app)) == {0, 4, 6}
    app = whole(send(app, "transcript", "uncovered", "c" * 32 + ":4"))
    assert sent(app) == {BLOW, YOUNG}


def test_a_conversation_is_uncovered_but_for_what_stands_alone(opening):
    app = whole(send(opening("c"), "transcript", "opened", "c" * 32 + ":0"))
    assert app.segmented_control(key="covers").value == "conversation"
    assert (sent(app), set(covers(app))) == (ALL - {YOUNG}, {4})
    app = whole(send(app, "transcript", "uncovered", "c" * 32 + ":4"))
    assert (sent(app), covers(app)) == (ALL, {})
    app = choose(app, "covered")
    assert (sent(app), set(covers(app))) == (NONE, {0, 2, 4, 6})
    assert sent(choose(app, "conversation")) == ALL - {YOUNG}


def test_covers_of_a_conversation_are_back_in_the_next_and_those_of_a_session_are_not(opening):
    app = choose(opening("c"), "conversation")
    app.query_params["conversation"] = "h" * 32
    app = whole(app.run())
    assert "@half@" not in str(drawn(app))
    app = choose(app, "session")
    assert "@half@" in str(drawn(app))
    app.query_params["conversation"] = "c" * 32
    app = whole(app.run())
    assert sent(app) == ALL - {YOUNG}
    assert app.segmented_control(key="covers").value == "session"
    assert sent(choose(app, "covered")) == NONE


def test_of_two_beside_each_other_one_is_uncovered_and_the_switch_is_of_both(opening):
    app = whole(opening("c", beside="h" * 32))
    app = whole(send(app, "transcript", "opened", "h" * 32 + ":0"))
    assert "@half@" in str(drawn(app, 1))
    assert sent(app) == NONE
    assert app.segmented_control(key="covers").value == "covered"
    app = whole(send(app, "transcript", "opened", "c" * 32 + ":0"))
    assert sent(app) == ALL - {YOUNG}
    assert app.segmented_control(key="covers").value == "conversation"
    app = choose(app, "covered")
    assert "@half@" not in str(drawn(app, 1))
    assert "@half@" in str(drawn(choose(app, "conversation"), 1))


def test_where_nothing_is_flagged_nothing_can_be_uncovered(opening):
    keys = {one.key for one in whole(opening("l")).segmented_control}
    assert "read" in keys
    assert "covers" not in keys


def test_contact_data_is_masked_until_it_is_asked_for_and_noted(opened, read_folder, tmp_path):
    store = tmp_path / "store"
    shutil.copytree(read_folder, store)
    masked = ["Write to [email address], <NAME_1>, or call [phone number]", "Done, <NAME_1>."]
    app = whole(opened(store, "conversation", conversation="m" * 32))
    assert bodies(app) == masked
    assert noted(StorePath(store)).empty
    app = whole(app.button(key="unmask").click().run())
    assert bodies(app)[0].replace("<NAME_1>", "NAME_1") == MASKED
    (event,) = noted(StorePath(store)).itertuples()
    assert (event.what, event.of, event.count) == ("unmasked", "m" * 32, 1)
    assert event.who
    app = whole(app.button(key="mask").click().run())
    assert bodies(app) == masked
    app.button(key="unmask").click().run()
    app.query_params["conversation"] = "c" * 32
    app.run()
    app.query_params["conversation"] = "m" * 32
    assert bodies(whole(app.run())) == masked
    assert len(noted(StorePath(store))) == 2


def test_unmasking_two_beside_each_other_is_noted_of_each(opened, read_folder, tmp_path):
    store = tmp_path / "store"
    shutil.copytree(read_folder, store)
    app = whole(opened(store, "conversation", conversation="t" * 32, beside="m" * 32))
    assert "jo@example.com" not in str(drawn(app, 1))
    app = whole(app.button(key="unmask").click().run())
    assert "jo@example.com" in str(drawn(app, 1))
    assert sorted(noted(StorePath(store))["of"]) == ["m" * 32, "t" * 32]


def test_what_cannot_be_noted_stays_masked(opened, read_folder, tmp_path, monkeypatch):
    store = tmp_path / "store"
    shutil.copytree(read_folder, store)
    log = store / "state" / "log.sqlite"
    app = opened(store, "conversation", conversation="m" * 32)
    monkeypatch.setattr("queries.databases.WAIT_SECONDS", 0.05)
    with closing(sqlite3.connect(log, isolation_level=None)) as holder:
        holder.execute("begin immediate")
        app = app.button(key="unmask").click().run()
    assert not app.exception
    (error,) = app.error
    reason = read(error)
    assert reason.startswith(str(LogError(log, "x")).partition("x")[0])
    assert "jo@example.com" not in str([one.proto for one in app._tree if hasattr(one, "proto")])
    assert not whole(app.run()).error


def test_pages_go_on_while_the_database_is_down(
    opened, read_folder, tmp_path, postgres, postgres_state
):
    store = StorePath(shutil.copytree(read_folder, tmp_path / "store"))
    # Accepted by another process, before there was this one.
    accept(store, "ada")
    app = opened(store.path, "conversation", conversation="m" * 32)
    postgres.close(postgres_state)
    app = app.button(key="unmask").click().run()
    assert not app.exception
    (error,) = app.error
    assert "is not currently accepting connections" in read(error)
    assert "jo@example.com" not in str([one.proto for one in app._tree if hasattr(one, "proto")])
    assert not whole(opened(store.path)).error
    log = opened(store.path, "log")
    (error,) = log.error
    assert "is not currently accepting connections" in read(error)


@pytest.fixture
def downloads(monkeypatch):
    """The files that the page offers, by their names, as they are at the end of a run."""
    files = {}

    def button(label, content, *, file_name, **_):
        files[file_name] = content()

    monkeypatch.setattr(st, "download_button", button)
    return files


def test_a_download_shows_what_the_page_shows(opening, downloads):
    app = whole(opening("c"))
    assert set(downloads) == {f"conversation-{'c' * 32}.{end}" for end in ("json", "md")}

    def told():
        found = {secret for file in downloads.values() for secret in SECRETS if secret in file}
        for file in downloads.values():
            assert {secret for secret in SECRETS if secret in file} == found
        return found

    assert told() == NONE
    app = send(app, "transcript", "uncovered", "c" * 32 + ":4")
    assert told() == {YOUNG}
    app = choose(app, "conversation")
    assert told() == ALL
    app = choose(app, "covered")
    assert told() == NONE
    app = choose(app, "session")
    assert told() == ALL - {YOUNG}
    document = json.loads(downloads[f"conversation-{'c' * 32}.json"])
    assert document["turn"] == 4
    assert len(document["openai_moderation"]) == 8
    assert "## Turn 2 · user · flagged as violence" in downloads[f"conversation-{'c' * 32}.md"]


def test_a_download_masks_what_the_page_masks(opened, read_folder, tmp_path, downloads):
    shutil.copytree(read_folder, tmp_path / "store")
    app = whole(opened(tmp_path / "store", "conversation", conversation="m" * 32))
    assert all("jo@example.com" not in file for file in downloads.values())
    whole(app.button(key="unmask").click().run())
    assert all("jo@example.com" in file for file in downloads.values())


def test_the_other_conversation_of_a_download_is_not_in_it(opening, downloads):
    whole(opening("c", beside="h" * 32))
    assert set(downloads) == {f"conversation-{'c' * 32}.{end}" for end in ("json", "md")}
    assert all("fourth" not in file for file in downloads.values())
