"""What readers may not do is refused where it is done, whatever their browser sends."""

import json
import shutil

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.pages import PAGES
from dashboard.process import open_stores
from dashboard.process.downloads import Recipient
from dashboard.state import exports
from queries.access import User
from queries.state.audit_log import audit_events
from queries.store.layout import StorePath
from queries.store.tombstones import read_tombstones
from tests.app.support.components import (
    bodies,
    components,
    data,
    error_texts,
    texts,
    unescaped,
    whole,
)
from tests.app.support.conversations import MASKED
from tests.app.support.downloads import offered
from tests.app.support.export_page import prepare_export
from tests.app.support.people import ADA, LINUS


def signed_in(app: AppTest) -> list[str]:
    return [unescaped(caption).replace("\u2060", "") for caption in app.sidebar.caption]


def page_text(app: AppTest) -> str:
    return " ".join(texts(app))


@pytest.mark.parametrize("view", ["overview", "browse", "export", "log", "about"])
def test_who_came_past_the_gate_sees_nothing(opened, accepted, sign_in_as, view):
    sign_in_as(None)
    app = opened(accepted, view)
    assert [error[:31] for error in error_texts(app)] == ["You are not signed in. Open the"]
    assert not app.title
    assert not app.sidebar.get("page_link")


def test_the_page_says_who_is_signed_in(opened, accepted, sign_in_as):
    for person in (ADA, LINUS):
        sign_in_as(person)
        app = opened(accepted)
        assert f"{person.name}, {person.role}" in signed_in(app)
        assert len(app.sidebar.get("page_link")) == len(PAGES) - (not person.is_operator)


def test_only_an_operator_accepts_the_licence(opened, tiny_folder, sign_in_as):
    sign_in_as(LINUS)
    app = opened(tiny_folder)
    assert not app.checkbox
    assert "An operator has to accept these terms" in app.info[0].value
    sign_in_as(ADA)
    assert len(opened(tiny_folder).checkbox) == 1


def test_only_an_operator_sees_contact_data(opening, sign_in_as):
    sign_in_as(LINUS)
    app = opening("m")
    assert "unmask" not in {button.key for button in app.button}
    assert "Only an operator can unmask." in page_text(app)


def test_a_session_that_an_operator_left_shows_a_reader_nothing_more(
    opened, read_folder, tmp_path, sign_in_as
):
    store = shutil.copytree(read_folder, tmp_path / "store")
    sign_in_as(ADA)
    app = whole(opened(store, "conversation", conversation="m" * 32))
    masked = bodies(app)
    app = whole(app.button(key="unmask").click().run())
    assert bodies(app)[0].replace("<NAME_1>", "NAME_1") == MASKED
    sign_in_as(LINUS)
    app = whole(app.run())
    assert app.session_state["reveal_state"].unmasked == {"m" * 32}
    assert bodies(app) == masked


def test_only_an_operator_takes_contact_data_away(opened, accepted, sign_in_as):
    sign_in_as(LINUS)
    app = opened(accepted, "export", shape="chat")
    assert "export_unmask" not in {toggle.key for toggle in app.toggle}
    app.session_state["export_unmask"] = True
    _, (_, manifest) = prepare_export(app.run(), Recipient(LINUS))
    assert json.loads(manifest.read_text())["plan"]["is_masked"] is True
    assert audit_events(StorePath(accepted))["who"].tolist() == ["linus"]


def test_nobody_fetches_what_another_has_prepared(opened, accepted, sign_in_as):
    sign_in_as(ADA)
    app, (path, _) = prepare_export(opened(accepted, "export"), Recipient(ADA))
    token = path.parent.name
    for stranger in (None, Recipient(), Recipient(LINUS), Recipient(User("ada", "reader"))):
        assert exports.prepared_file(token, path.name, stranger) is None
    assert exports.prepared_file(token, path.name, Recipient(ADA)) == path
    sign_in_as(LINUS)
    assert not [key for key in components(whole(app.run())) if key.startswith("fetch_")]


@pytest.mark.parametrize(
    ("view", "params", "key"),
    [
        ("conversation", {"conversation": "e" * 32}, "download_json"),
        ("sql", {"sql": "select * from messages"}, "sql_csv"),
    ],
)
def test_nobody_fetches_what_is_offered_to_another(opened, accepted, sign_in_as, view, params, key):
    sign_in_as(ADA)
    app = whole(opened(accepted, view, **params))
    for stranger in (None, Recipient(), Recipient(LINUS), Recipient(User("ada", "reader"))):
        assert offered(app, key, stranger) is None
    assert offered(app, key, Recipient(ADA)) is not None
    before = data(app, key)["href"]
    sign_in_as(LINUS)
    app = whole(app.run())
    assert data(app, key)["href"] != before
    assert offered(app, key, Recipient(LINUS)) is not None


def test_a_plan_that_is_not_masked_is_refused_where_it_is_begun(
    opened, accepted, sign_in_as, monkeypatch
):
    sign_in_as(LINUS)
    monkeypatch.setattr("dashboard.panels.export.form.current_user.is_operator", lambda: True)
    app = opened(accepted, "export", shape="chat")
    app = app.toggle(key="export_unmask").set_value(True).run()
    app = app.button(key="prepare").click().run()
    assert [error[:43] for error in error_texts(app)] == [
        "Only an operator may take contact data away"
    ]
    assert audit_events(StorePath(accepted)).empty


def test_texts_of_minors_are_for_operators_who_ask_for_them(opened, accepted, sign_in_as):
    sign_in_as(LINUS)
    app = opened(accepted, "export", shape="messages")
    assert "export_sexual_minors" not in {toggle.key for toggle in app.toggle}
    app.session_state["export_sexual_minors"] = True
    app, (_, manifest) = prepare_export(app.run(), Recipient(LINUS))
    assert json.loads(manifest.read_text())["sexual_minors"] == {
        "conversations": 1,
        "are_included": False,
    }
    note = "Texts flagged as sexual/minors are covered, of 1 conversation."
    assert note in [unescaped(caption) for caption in app.main.caption]
    sign_in_as(ADA)
    app = opened(accepted, "export", shape="messages")
    assert app.toggle(key="export_sexual_minors").value is False
    app = app.toggle(key="export_sexual_minors").set_value(True).run()
    _, (_, manifest) = prepare_export(app, Recipient(ADA))
    assert json.loads(manifest.read_text())["sexual_minors"] == {
        "conversations": 1,
        "are_included": True,
        "included_by": "ada",
    }
    log = audit_events(StorePath(accepted))
    assert log["who"].tolist() == ["ada", "linus"]
    assert "sexual/minors included (conversations: 1)" in log["of"][0]


def test_a_plan_with_texts_of_minors_is_refused_where_it_is_begun(
    opened, accepted, sign_in_as, monkeypatch
):
    sign_in_as(LINUS)
    monkeypatch.setattr("dashboard.panels.export.form.current_user.is_operator", lambda: True)
    app = opened(accepted, "export", shape="chat")
    app = app.toggle(key="export_sexual_minors").set_value(True).run()
    app = app.button(key="prepare").click().run()
    assert error_texts(app)[0].startswith(
        "Only an operator may take texts flagged as sexual/minors away"
    )
    assert audit_events(StorePath(accepted)).empty


def test_a_removal_by_a_reader_is_refused_where_it_is_done(opened, accepted, sign_in_as):
    sign_in_as(ADA)
    app = opened(accepted, "conversation", conversation="e" * 32)
    sign_in_as(LINUS)
    app.text_input(key="removal_reason").set_value("because")
    app = app.button(key="remove").click().run()
    assert read_tombstones(StorePath(accepted)).num_rows == 0
    assert audit_events(StorePath(accepted)).empty
    assert "remove" not in {button.key for button in app.button}


def test_the_log_is_for_operators(opened, accepted, sign_in_as):
    sign_in_as(LINUS)
    assert [error[:39] for error in error_texts(opened(accepted, "log"))] == [
        "Only an operator may see the audit log."
    ]
    sign_in_as(ADA)
    app = opened(accepted, "log")
    assert not error_texts(app)
    assert "Nothing has been unmasked, exported or removed yet." in page_text(app)


CLAIMS = {"is_logged_in": True, "sub": "7", "email": "ada@example.org", "email_verified": True}

NOT_VERIFIED = (False, None, "", "true", "false", 1, [True])


@pytest.mark.parametrize(
    ("claims", "person"),
    [
        ({}, None),
        ({"is_logged_in": False, "email": "ada@example.org"}, None),
        (CLAIMS, User("ada@example.org", "operator")),
        *((CLAIMS | {"email_verified": no}, User("7", "reader")) for no in NOT_VERIFIED),
        ({k: v for k, v in CLAIMS.items() if k != "email_verified"}, User("7", "reader")),
        (CLAIMS | {"email": "al@example.org"}, User("al@example.org", "reader")),
        (CLAIMS | {"email": "al@example.org", "groups": ["x", "admins"]}, ("operator",)),
        (CLAIMS | {"email": "al@example.org", "groups": "admins"}, ("operator",)),
        (CLAIMS | {"email": None, "groups": None}, User("7", "reader")),
        ({"is_logged_in": True}, None),
    ],
)
def test_claims_of_an_openid_provider_make_a_person(opened, accepted, monkeypatch, claims, person):
    for name, text in {
        "SIGN_IN": "openid",
        "OPENID_URL": "https://id.example.org/.well-known/openid-configuration",
        "OPENID_CLIENT_ID": "chatscape",
        "OPENID_CLIENT_SECRET": "hush",
        "OPENID_REDIRECT_URL": "https://chat.example.org/oauth2callback",
        "OPERATORS": "ada@example.org",
        "OPERATOR_GROUPS": "admins",
    }.items():
        monkeypatch.setenv(f"CHATSCAPE_{name}", text)
    monkeypatch.setattr("streamlit.user_info.UserInfoProxy.to_dict", lambda _: claims)
    app = opened(accepted)
    open_stores.settings.cache_clear()
    assert not error_texts(app)
    if person is None:
        assert [button.label for button in app.button] == ["Sign in"]
        assert [title.value for title in app.title] == ["Chatscape"]
        assert not app.sidebar.get("page_link")
    elif isinstance(person, User):
        assert f"{person.name}, {person.role}" in signed_in(app)
        assert "Sign out" in [button.label for button in app.sidebar.button]
    else:
        assert len(app.sidebar.get("page_link")) == len(PAGES)
