"""What is covered and masked in a conversation, how it is opened, and what a download has of it."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from queries.errors import AuditLogError
from queries.state.audit_log import audit_events
from queries.state.licence import accept
from queries.store.layout import StorePath
from tests.app.support.components import bodies, covers, data, drawn, send, unescaped, whole
from tests.app.support.conversations import MASKED, SECRETS, secrets_sent
from tests.app.support.downloads import content

ALL, NONE = set(SECRETS), set()
_, BLOW, YOUNG, _ = SECRETS


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
    assert [message["staysCovered"] for message in drawn(app)[::2]] == [False, False, True, False]
    assert bodies(app)[1::2] == ["No.", "Never.", "No!", "So."]
    assert secrets_sent(app) == NONE
    assert app.segmented_control(key="covers").value == "covered"


@pytest.mark.parametrize("how", ["plain", "rendered", "published"])
def test_one_message_is_uncovered(opening, how):
    app = opening("c", read=how)
    assert secrets_sent(app) == NONE
    app = whole(send(app, "transcript", "uncovered", "c" * 32 + ":2"))
    assert secrets_sent(app) == {BLOW}
    assert set(covers(app)) == {0, 4, 6}
    app = whole(send(app, "transcript", "uncovered", "c" * 32 + ":4"))
    assert secrets_sent(app) == {BLOW, YOUNG}


def test_a_conversation_is_uncovered_but_for_what_stands_alone(opening):
    app = whole(send(opening("c"), "transcript", "opened", "c" * 32 + ":0"))
    assert app.segmented_control(key="covers").value == "conversation"
    assert (secrets_sent(app), set(covers(app))) == (ALL - {YOUNG}, {4})
    app = whole(send(app, "transcript", "uncovered", "c" * 32 + ":4"))
    assert (secrets_sent(app), covers(app)) == (ALL, {})
    app = choose(app, "covered")
    assert (secrets_sent(app), set(covers(app))) == (NONE, {0, 2, 4, 6})
    assert secrets_sent(choose(app, "conversation")) == ALL - {YOUNG}


def test_covers_of_a_conversation_are_back_in_the_next_and_those_of_a_session_are_not(opening):
    app = choose(opening("c"), "conversation")
    app.query_params["conversation"] = "h" * 32
    app = whole(app.run())
    assert "@half@" not in str(drawn(app))
    app = choose(app, "session")
    assert "@half@" in str(drawn(app))
    app.query_params["conversation"] = "c" * 32
    app = whole(app.run())
    assert secrets_sent(app) == ALL - {YOUNG}
    assert app.segmented_control(key="covers").value == "session"
    assert secrets_sent(choose(app, "covered")) == NONE


def test_of_two_beside_each_other_one_is_uncovered_and_the_switch_is_of_both(opening):
    app = whole(opening("c", beside="h" * 32))
    app = whole(send(app, "transcript", "opened", "h" * 32 + ":0"))
    assert "@half@" in str(drawn(app, 1))
    assert secrets_sent(app) == NONE
    assert app.segmented_control(key="covers").value == "covered"
    app = whole(send(app, "transcript", "opened", "c" * 32 + ":0"))
    assert secrets_sent(app) == ALL - {YOUNG}
    assert app.segmented_control(key="covers").value == "conversation"
    app = choose(app, "covered")
    assert "@half@" not in str(drawn(app, 1))
    assert "@half@" in str(drawn(choose(app, "conversation"), 1))


def test_where_nothing_is_flagged_nothing_can_be_uncovered(opening):
    keys = {control.key for control in whole(opening("l")).segmented_control}
    assert "read" in keys
    assert "covers" not in keys


def test_contact_data_is_masked_until_it_is_asked_for_and_noted(opened, read_folder, tmp_path):
    store = tmp_path / "store"
    shutil.copytree(read_folder, store)
    masked = ["Write to [email address], <NAME_1>, or call [phone number]", "Done, <NAME_1>."]
    app = whole(opened(store, "conversation", conversation="m" * 32))
    assert bodies(app) == masked
    assert audit_events(StorePath(store)).empty
    app = whole(app.button(key="unmask").click().run())
    assert bodies(app)[0].replace("<NAME_1>", "NAME_1") == MASKED
    (event,) = audit_events(StorePath(store)).itertuples()
    assert (event.what, event.of, event.count) == ("unmasked", "m" * 32, 1)
    assert event.who
    app = whole(app.button(key="mask").click().run())
    assert bodies(app) == masked
    app.button(key="unmask").click().run()
    app.query_params["conversation"] = "c" * 32
    app.run()
    app.query_params["conversation"] = "m" * 32
    assert bodies(whole(app.run())) == masked
    assert len(audit_events(StorePath(store))) == 2


def test_unmasking_two_beside_each_other_is_noted_of_each(opened, read_folder, tmp_path):
    store = tmp_path / "store"
    shutil.copytree(read_folder, store)
    app = whole(opened(store, "conversation", conversation="t" * 32, beside="m" * 32))
    assert "jo@example.com" not in str(drawn(app, 1))
    app = whole(app.button(key="unmask").click().run())
    assert "jo@example.com" in str(drawn(app, 1))
    assert sorted(audit_events(StorePath(store))["of"]) == ["m" * 32, "t" * 32]


def test_what_cannot_be_noted_stays_masked(opened, read_folder, tmp_path, monkeypatch):
    store = tmp_path / "store"
    shutil.copytree(read_folder, store)
    log = store / "state" / "log.sqlite"
    app = opened(store, "conversation", conversation="m" * 32)
    monkeypatch.setattr("queries.state.engines.LOCK_WAIT_SECONDS", 0.05)
    with closing(sqlite3.connect(log, isolation_level=None)) as holder:
        holder.execute("begin immediate")
        app = app.button(key="unmask").click().run()
    assert not app.exception
    (error,) = app.error
    reason = unescaped(error)
    path = Path("DIR/state/log.sqlite")
    assert reason.startswith(str(AuditLogError(path, "x")).partition("x")[0])
    assert "jo@example.com" not in str(
        [element.proto for element in app._tree if hasattr(element, "proto")]
    )
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
    assert "is not currently accepting connections" in unescaped(error)
    assert "jo@example.com" not in str(
        [element.proto for element in app._tree if hasattr(element, "proto")]
    )
    assert not whole(opened(store.path)).error
    log = opened(store.path, "log")
    (error,) = log.error
    assert "is not currently accepting connections" in unescaped(error)


BUTTONS = ("download_json", "download_markdown")


def documents(app):
    """The files that the page offers, as JSON and as Markdown."""
    return [content(app, key).decode() for key in BUTTONS]


def test_a_download_shows_what_the_page_shows(opening):
    app = whole(opening("c"))
    assert [data(app, key)["name"] for key in BUTTONS] == [
        f"conversation-{'c' * 32}.{end}" for end in ("json", "md")
    ]

    def secrets_in_documents():
        secrets = {secret for file in documents(app) for secret in SECRETS if secret in file}
        for file in documents(app):
            assert {secret for secret in SECRETS if secret in file} == secrets
        return secrets

    assert secrets_in_documents() == NONE
    app = send(app, "transcript", "uncovered", "c" * 32 + ":4")
    assert secrets_in_documents() == {YOUNG}
    app = choose(app, "conversation")
    assert secrets_in_documents() == ALL
    app = choose(app, "covered")
    assert secrets_in_documents() == NONE
    app = choose(app, "session")
    assert secrets_in_documents() == ALL - {YOUNG}
    published, markdown = documents(app)
    document = json.loads(published)
    assert document["turn"] == 4
    assert len(document["openai_moderation"]) == 8
    assert "## Turn 2 · user · flagged as violence" in markdown


def test_a_download_masks_what_the_page_masks(opened, read_folder, tmp_path):
    shutil.copytree(read_folder, tmp_path / "store")
    app = whole(opened(tmp_path / "store", "conversation", conversation="m" * 32))
    assert all("jo@example.com" not in file for file in documents(app))
    app = whole(app.button(key="unmask").click().run())
    assert all("jo@example.com" in file for file in documents(app))


def test_the_other_conversation_of_a_download_is_not_in_it(opening):
    app = whole(opening("c", beside="h" * 32))
    assert all("fourth" not in file for file in documents(app))
