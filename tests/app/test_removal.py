"""What is removed is on no page any more, whoever removed it; and only an operator may."""

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.pages import PAGES
from dashboard.state import current_user, exports
from queries.removal.remove import remove
from queries.state.audit_log import audit_events
from queries.store.layout import StorePath
from queries.store.tombstones import read_tombstones
from tests.app.support.components import components, data, table, texts, unescaped, whole
from tests.app.support.downloads import HERE
from tests.app.support.export_page import prepare_export

E, C, D = "e" * 32, "c" * 32, "d" * 32


@pytest.fixture
def page(opened, accepted):
    def page(view: str, **params: str) -> AppTest:
        return opened(accepted, view, **params)

    return page


def errors(app: AppTest) -> list[str]:
    return [unescaped(error) for error in app.main.error]


def listed(app: AppTest) -> set[str]:
    rows = data(app, "conversation_list")["rows"]
    return {row["href"].partition("conversation=")[2][:32] for row in rows}


def removing(app: AppTest, reason: str) -> AppTest:
    app.text_input(key="removal_reason").set_value(reason)
    return app.button(key="remove").click().run()


def test_an_operator_removes_the_conversation_that_is_read(page, accepted):
    app = removing(page("conversation", conversation=E), "  asked for \n by its author ")
    assert errors(app) == [
        f"The conversation '{E}' was permanently removed from this store. Choose another one."
    ]
    (row,) = read_tombstones(StorePath(accepted)).to_pylist()
    assert (row["conversation_id"], row["reason"]) == (E, "asked for by its author")
    event = audit_events(StorePath(accepted)).iloc[0]
    assert (event["what"], event["of"]) == ("removed", f"{E}: asked for by its author")
    assert "Permanently removed: 1 conversation." in texts(page("about"))


def test_a_removal_needs_a_reason(page, accepted):
    app = removing(page("conversation", conversation=E), "   ")
    assert errors(app) == ["A removal needs a reason, of at most 500 characters."]
    assert read_tombstones(StorePath(accepted)).num_rows == 0
    assert audit_events(StorePath(accepted)).empty


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via"])
def test_who_comes_through_a_proxy_neither_removes_nor_sees_the_log(
    page, accepted, monkeypatch, header
):
    app = page("conversation", conversation=E)
    assert app.button(key="remove")
    monkeypatch.setattr("dashboard.state.current_user.st.context", _Context({header: "192.0.2.1"}))
    assert not current_user.is_operator()
    app = removing(app, "no")
    assert read_tombstones(StorePath(accepted)).num_rows == 0
    assert "remove" not in {button.key for button in app.button}
    assert len(app.sidebar.get("page_link")) == len(PAGES) - 1
    app = page("log")
    assert "events" not in components(app)
    assert [error[:39] for error in errors(app)] == ["Only an operator may see the audit log."]


@pytest.mark.parametrize("names", [["dash.example.org"], ["192.0.2.7"]])
def test_behind_another_name_nobody_is_an_operator(monkeypatch, names):
    options = {"server.address": "127.0.0.1", "server.allowedHosts": ["localhost", "[::1]"]}
    monkeypatch.setattr("dashboard.process.listen_address.st.get_option", options.get)
    monkeypatch.setattr("dashboard.state.current_user.st.context", _Context({}))
    assert current_user.is_operator()
    options["server.allowedHosts"] = ["localhost", *names]
    assert not current_user.is_operator()
    options |= {"server.allowedHosts": [], "server.address": "0.0.0.0"}
    assert not current_user.is_operator()


class _Context:
    ip_address = None

    def __init__(self, headers):
        self.headers = headers


def test_an_open_page_follows_a_removal_by_others(page, accepted):
    app = page("browse")
    assert listed(app) >= {E, C}
    remove(StorePath(accepted), [E, C], "others", "somebody")
    app = whole(app.run())
    assert len(listed(app)) == 10
    assert not listed(app) & {E, C}
    assert errors(page("conversation", conversation=C)) == [
        f"The conversation '{C}' was permanently removed from this store. Choose another one."
    ]


def test_a_prepared_export_with_it_cannot_be_fetched_any_more(page, accepted):
    _, (with_it, _) = prepare_export(page("export", flagged="any"))
    _, (without_it, _) = prepare_export(page("export", language="Hebrew"))
    remove(StorePath(accepted), [E], "others", "somebody")
    for path, is_left in ((with_it, False), (without_it, True)):
        fetched = exports.prepared_file(path.parent.name, path.name, HERE)
        assert (fetched is not None) == is_left == path.exists()


def test_the_log_shows_what_was_done_and_what_was_removed(page, accepted):
    remove(StorePath(accepted), [E, C], "asked *for*", "Ann")
    removing(page("conversation", conversation=D), "mistake")
    app = page("log")
    events = [row["cells"][1:] for row in data(app, "events")["rows"]]
    assert events[1] == ["Ann", "removed", "2", f"{C}, {E}: asked *for*"]
    assert events[0][1:] == ["removed", "1", f"{D}: mistake"]
    gone = table(app, "removed")
    assert {key: (row["By"], row["Reason"]) for key, row in gone.items() if key != D} == {
        C: ("Ann", "asked *for*"),
        E: ("Ann", "asked *for*"),
    }
    assert {row["Purged (UTC)"] for row in gone.values()} == {"not yet"}
    assert len(gone) == 3


def test_a_log_without_events_says_so(page):
    app = page("log")
    assert "Nothing has been unmasked, exported or removed yet." in texts(app)
    assert "No conversation has been removed." in texts(app)


def test_about_counts_what_is_left(page, accepted):
    remove(StorePath(accepted), [E], "asked", "Ann")
    lines = texts(page("about"))
    assert any(line.startswith("11 conversations with 26 messages") for line in lines)
    assert "Permanently removed: 1 conversation." in lines
