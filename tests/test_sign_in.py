"""Whom the settings trust, and who is an operator."""

import pytest

from queries.errors import NotAllowedError, UsageError
from queries.settings import Settings
from queries.sign_in import Person, SignIn, listed_groups


def sign_in(**settings: str) -> SignIn:
    return SignIn.of(Settings(**settings))


def test_nobody_signs_in_unless_it_is_said():
    assert sign_in().way == "none"


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


def test_operators_are_named_or_in_a_named_group():
    named = sign_in(operators="ada, grace", operator_groups="data-team,admins")
    assert named.person("ada") == Person("ada", "operator")
    assert named.person("grace", ["others"]) == Person("grace", "operator")
    assert named.person("Ada") == Person("Ada", "reader")
    assert named.person("linus", ["admins", "x"]) == Person("linus", "operator")
    assert named.person("linus", ["admin"]) == Person("linus", "reader")
    assert sign_in().person("") == Person("", "reader")
    assert listed_groups("a, b c ,,d") == ("a", "b c", "d")


def test_what_readers_may_not_do_is_said_with_the_way_out():
    Person("ada", "operator").must_be_operator("see the log")
    with pytest.raises(NotAllowedError, match=r"^Only an operator may see the log: ask whoever"):
        Person("ada").must_be_operator("see the log")


@pytest.mark.parametrize(
    ("settings", "said"),
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
def test_settings_that_cannot_be_are_one_sentence(settings, said):
    with pytest.raises(UsageError, match=said):
        sign_in(**settings)


def test_secrets_are_not_in_what_settings_look_like():
    assert "hush" not in repr(Settings(openid_client_secret="hush", openid_cookie_secret="hush"))
