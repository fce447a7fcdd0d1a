"""Whom the settings trust, and who is an operator."""

import pytest

from queries.access import AuthSettings, User, clean_name, parse_groups
from queries.errors import NotAllowedError, UsageError
from queries.settings import Settings

SECRET = "0123456789abcdef" * 4


def sign_in(**settings: str) -> AuthSettings:
    if settings.get("sign_in") == "proxy":
        settings = {"proxy_secret": SECRET, **settings}
    return AuthSettings.from_settings(Settings(**settings))


def test_no_sign_in_is_the_default():
    assert sign_in().mode == "none"


@pytest.mark.parametrize(
    ("address", "is_trusted"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("127.0.0.2", False),
        ("10.1.2.3", False),
        ("", False),
        (None, False),
        ("unix", False),
        ("127.0.0.1, 127.0.0.1", False),
    ],
)
def test_proxies_of_this_machine_are_trusted_and_no_others(address, is_trusted):
    assert sign_in(sign_in="proxy").trusts(address) is is_trusted


@pytest.mark.parametrize(
    ("address", "is_trusted"),
    [("10.0.0.5", True), ("10.0.1.5", False), ("fd00::7", True), ("127.0.0.1", False)],
)
def test_proxies_are_named_by_address_and_network(address, is_trusted):
    named = sign_in(sign_in="proxy", proxies=" 10.0.0.0/24, fd00::7 ,")
    assert named.trusts(address) is is_trusted


def test_no_proxy_at_all_can_be_trusted():
    assert not sign_in(sign_in="proxy", proxies="").trusts("127.0.0.1")


@pytest.mark.parametrize(
    "name", ["ada", " a\u200bda\t", "a d a", "\uff41da", "ad\u0007a", "a\u00a0da"]
)
@pytest.mark.parametrize("operators", ["ada", "grace, \uff41 d\u200ba"])
def test_names_are_compared_without_what_cannot_be_seen(operators, name):
    assert sign_in(operators=operators).user(name).is_operator
    assert not sign_in(operators="bob").user(name).is_operator


def test_a_name_is_kept_as_it_reads():
    assert sign_in().user("  Ada\u200b \n\u00a0Love\u202elace ").name == "Ada Lovelace"
    assert clean_name("\u200b \u00a0\x00") == ""
    assert not sign_in(operators="\u200b").user("").is_operator


def test_sign_in_by_proxy_needs_a_secret_that_only_the_proxy_knows():
    with pytest.raises(
        UsageError, match=r"^CHATSCAPE_SIGN_IN=proxy needs a secret .*_FILE[^.]*\.$"
    ):
        sign_in(sign_in="proxy", proxy_secret="")
    with pytest.raises(UsageError, match=r"^The secret in CHATSCAPE_PROXY_SECRET has 15 char"):
        sign_in(sign_in="proxy", proxy_secret="x" * 15)
    assert sign_in(proxy_secret="").proxy_secret == ""


def test_the_secret_may_be_in_a_file(tmp_path):
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n")
    named = {"sign_in": "proxy", "proxy_secret": "", "proxy_secret_file": str(file)}
    assert sign_in(**named).proxy_secret == SECRET
    with pytest.raises(UsageError, match="both CHATSCAPE_PROXY_SECRET and CHATSCAPE_PROXY_SECRET_"):
        sign_in(**named | {"proxy_secret": SECRET})
    for damage in (lambda: file.write_text("\n"), file.unlink):
        damage()
        with pytest.raises(UsageError, match=f"CHATSCAPE_PROXY_SECRET_FILE.*{file}"):
            sign_in(**named)


def test_operators_are_named_or_in_a_named_group():
    named = sign_in(operators="ada, grace", operator_groups="data-team,admins")
    assert named.user("ada") == User("ada", "operator")
    assert named.user("grace", ["others"]) == User("grace", "operator")
    assert named.user("Ada") == User("Ada", "reader")
    assert named.user("linus", ["admins", "x"]) == User("linus", "operator")
    assert named.user("linus", ["admin"]) == User("linus", "reader")
    assert sign_in().user("") == User("", "reader")
    assert parse_groups("a, b c ,,d") == ("a", "b c", "d")


def test_what_readers_may_not_do_is_refused_with_the_way_out():
    User("ada", "operator").require_operator("see the audit log")
    with pytest.raises(NotAllowedError, match=r"^Only an operator may see the audit log\. Ask the"):
        User("ada").require_operator("see the audit log")


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"sign_in": "password"}, "CHATSCAPE_SIGN_IN must be none, proxy or openid; 'password'"),
        ({"sign_in": "proxy", "proxies": "caddy"}, "CHATSCAPE_PROXIES lists addresses .* 'caddy'"),
        ({"sign_in": "proxy", "proxies": "10.0.0.1/8"}, "'10.0.0.1/8' is neither"),
        (
            {"sign_in": "openid", "openid_url": "https://id.example.org"},
            "needs CHATSCAPE_OPENID_CLIENT_ID, CHATSCAPE_OPENID_CLIENT_SECRET, "
            "CHATSCAPE_OPENID_REDIRECT_URL as well",
        ),
    ],
)
def test_settings_that_cannot_be_are_one_sentence(settings, sentence):
    with pytest.raises(UsageError, match=sentence):
        sign_in(**settings)


def test_secrets_are_not_in_what_settings_look_like():
    assert "hush" not in repr(
        Settings(openid_client_secret="hush", openid_cookie_secret="hush", proxy_secret="hush")
    )
    assert SECRET not in repr(sign_in(sign_in="proxy"))


def test_the_redirect_url_is_below_the_base_path():
    openid = {
        "sign_in": "openid",
        "openid_url": "https://id.example.org",
        "openid_client_id": "chatscape",
        "openid_client_secret": "hush",
    }
    at_root, below = (f"https://example.org{path}/oauth2callback" for path in ("", "/chat"))
    assert sign_in(**openid, openid_redirect_url=at_root).mode == "openid"
    assert sign_in(**openid, openid_redirect_url=below, base_path="/chat").mode == "openid"
    with pytest.raises(UsageError, match="REDIRECT_URL must end in /chat/oauth2callback"):
        sign_in(**openid, openid_redirect_url=at_root, base_path="/chat")
