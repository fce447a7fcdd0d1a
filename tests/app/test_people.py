"""What readers may not do is refused where it is done, whatever their browser sends."""

import json
import shutil

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import exporting, gate, session
from queries.access_log import noted
from queries.layout import StorePath
from queries.removal.register import removed
from queries.sign_in import Person
from tests.app.conftest import read
from tests.app.reading import texts, whole
from tests.app.test_export import prepared
from tests.app.test_uncovering import MASKED, bodies

ADA, LINUS = Person("ada", "operator"), Person("linus", "reader")
CONTEXT = "streamlit.runtime.context.ContextProxy.headers"


class Headers(dict):
    """As Streamlit gives them: whatever the case of a name."""

    def get(self, name, default=None):
        return super().get(name.lower(), default)


@pytest.fixture
def come(monkeypatch):
    """Has the next requests come from a person, through the gate; from nobody, past it."""
    monkeypatch.setenv("CHATSCAPE_SIGN_IN", "proxy")

    def come(person: Person | None) -> None:
        sealed = {} if person is None else {"x-chatscape-passed": gate._sealed(person)}
        monkeypatch.setattr(CONTEXT, property(lambda _: Headers(sealed)))

    yield come
    session.settings.cache_clear()


def errors(app: AppTest) -> list[str]:
    return [read(one) for one in app.error]


def signed_in(app: AppTest) -> list[str]:
    return [read(one).replace("\u2060", "") for one in app.sidebar.caption]


def said(app: AppTest) -> str:
    return " ".join(texts(app))


@pytest.mark.parametrize("view", ["overview", "browse", "export", "log", "about"])
def test_who_came_past_the_gate_sees_nothing(opened, accepted, come, view):
    come(None)
    app = opened(accepted, view)
    assert [one[:31] for one in errors(app)] == ["Nobody said who you are: open t"]
    assert not app.title
    assert not app.sidebar.get("page_link")


def test_the_page_says_who_is_signed_in(opened, accepted, come):
    for person in (ADA, LINUS):
        come(person)
        app = opened(accepted)
        assert f"{person.name}, {person.role}" in signed_in(app)
        assert len(app.sidebar.get("page_link")) == (13 if person.is_operator else 12)


def test_only_an_operator_accepts_the_licence(opened, tiny_folder, come):
    come(LINUS)
    app = opened(tiny_folder)
    assert not app.checkbox
    assert "An operator has to accept these terms" in app.info[0].value
    come(ADA)
    assert len(opened(tiny_folder).checkbox) == 1


def test_only_an_operator_sees_contact_data(opening, come):
    come(LINUS)
    app = opening("m")
    assert "unmask" not in {button.key for button in app.button}
    assert "Only an operator may show it." in said(app)


def test_a_session_that_an_operator_left_shows_a_reader_nothing_more(
    opened, read_folder, tmp_path, come
):
    store = shutil.copytree(read_folder, tmp_path / "store")
    come(ADA)
    app = whole(opened(store, "conversation", conversation="m" * 32))
    masked = bodies(app)
    app = whole(app.button(key="unmask").click().run())
    assert bodies(app)[0].replace("<NAME_1>", "NAME_1") == MASKED
    come(LINUS)
    app = whole(app.run())
    assert app.session_state["reader"].unmasked == {"m" * 32}
    assert bodies(app) == masked


def test_only_an_operator_takes_contact_data_away(opened, accepted, come):
    come(LINUS)
    app = opened(accepted, "export", shape="chat")
    assert "export_unmask" not in {toggle.key for toggle in app.toggle}
    app.session_state["export_unmask"] = True
    _, (_, manifest) = prepared(app.run())
    assert json.loads(manifest.read_text())["plan"]["is_masked"] is True
    assert noted(StorePath(accepted))["who"].tolist() == ["linus"]


def test_nobody_fetches_what_another_has_prepared(opened, accepted, come):
    come(ADA)
    _, (path, _) = prepared(opened(accepted, "export"))
    token = path.parent.name
    assert exporting.prepared_file(token, path.name, ADA) == path
    assert exporting.prepared_file(token, path.name, LINUS) is None


def test_a_plan_that_is_not_masked_is_refused_where_it_is_begun(
    opened, accepted, come, monkeypatch
):
    come(LINUS)
    monkeypatch.setattr("dashboard.components.export_form.people.is_operator", lambda: True)
    app = opened(accepted, "export", shape="chat")
    app = app.toggle(key="export_unmask").set_value(True).run()
    app = app.button(key="prepare").click().run()
    assert [one[:43] for one in errors(app)] == ["Only an operator may take contact data away"]
    assert noted(StorePath(accepted)).empty


def test_a_removal_by_a_reader_is_refused_where_it_is_done(opened, accepted, come):
    come(ADA)
    app = opened(accepted, "conversation", conversation="e" * 32)
    come(LINUS)
    app.text_input(key="removal_reason").set_value("because")
    app = app.button(key="remove").click().run()
    assert removed(StorePath(accepted)).num_rows == 0
    assert noted(StorePath(accepted)).empty
    assert "remove" not in {button.key for button in app.button}


def test_the_log_is_for_operators(opened, accepted, come):
    come(LINUS)
    assert [one[:33] for one in errors(opened(accepted, "log"))] == [
        "Only an operator may see the log:"
    ]
    come(ADA)
    app = opened(accepted, "log")
    assert not errors(app)
    assert "Nobody unmasked, exported or removed anything yet." in said(app)


CLAIMS = {"is_logged_in": True, "sub": "7", "email": "ada@example.org", "email_verified": True}


@pytest.mark.parametrize(
    ("claims", "person"),
    [
        ({}, None),
        ({"is_logged_in": False, "email": "ada@example.org"}, None),
        (CLAIMS, Person("ada@example.org", "operator")),
        (CLAIMS | {"email_verified": False}, Person("7", "reader")),
        (CLAIMS | {"email": "al@example.org"}, Person("al@example.org", "reader")),
        (CLAIMS | {"email": "al@example.org", "groups": ["x", "admins"]}, ("operator",)),
        (CLAIMS | {"email": "al@example.org", "groups": "admins"}, ("operator",)),
        (CLAIMS | {"email": None, "groups": None}, Person("7", "reader")),
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
    session.settings.cache_clear()
    assert not errors(app)
    if person is None:
        assert [button.label for button in app.button] == ["Sign in"]
        assert [title.value for title in app.title] == ["Chatscape"]
        assert not app.sidebar.get("page_link")
    elif isinstance(person, Person):
        assert f"{person.name}, {person.role}" in signed_in(app)
        assert "Sign out" in [button.label for button in app.sidebar.button]
    else:
        assert len(app.sidebar.get("page_link")) == 13
