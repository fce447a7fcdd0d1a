"""Who looks at a page, and what that person may do."""

import ipaddress
import logging
from functools import lru_cache
from typing import Any

import streamlit as st

from dashboard import gate, session
from queries.errors import NotSignedInError
from queries.licence import user
from queries.logs import fields
from queries.settings import Settings
from queries.sign_in import Person, SignIn

_ENTERED = "entered"

_logger = logging.getLogger(__name__)

_PASSED_ON = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip")
"""Headers of a request that a proxy passed on."""


def person() -> Person:
    """Who looks at this page.

    Without sign-in, a browser of this machine with no proxy between is its owner's, and that is an
    operator; behind a proxy everybody comes from this machine, so there nobody is.

    Raises:
        NotSignedInError: nobody has signed in, where that is asked.
    """
    sign_in = _sign_in(session.settings())
    if sign_in.way == "none":
        if _is_here():
            return Person(user(), "operator")
        return Person(f"a browser at {st.context.ip_address or 'a proxy'}")
    found = gate.passed(st.context.headers) if sign_in.way == "proxy" else _signed_in(sign_in)
    if found is None:
        raise NotSignedInError
    return found


def enter() -> None:
    """Let a person in, and log whom, once for each page that is opened in a browser.

    Raises:
        NotSignedInError: nobody has signed in, where that is asked.
    """
    found = person()
    if st.session_state.get(_ENTERED) != found:
        st.session_state[_ENTERED] = found
        said = fields(who=found.name, role=found.role)
        _logger.info("a page was opened in a browser", extra=said)


def is_operator() -> bool:
    """Whether this person may do everything."""
    return person().is_operator


def must_be_operator(doing: str) -> None:
    """Refuse what readers may not do, before it is done.

    Raises:
        NotAllowedError: this person is a reader.
    """
    person().must_be_operator(doing)


def must_sign_in() -> bool:
    """Whether this person has to sign in here first, with an OpenID provider."""
    sign_in = _sign_in(session.settings())
    return sign_in.way == "openid" and _signed_in(sign_in) is None


def can_sign_out() -> bool:
    """Whether this person signed in here."""
    return _sign_in(session.settings()).way == "openid"


def is_told_apart() -> bool:
    """Whether people sign in at all."""
    return _sign_in(session.settings()).way != "none"


@lru_cache(1)
def _sign_in(settings: Settings) -> SignIn:
    return SignIn.of(settings)


def _signed_in(sign_in: SignIn) -> Person | None:
    """Whom the provider named; its claims are in a cookie that Streamlit signed."""
    claims = st.user.to_dict()
    if not claims.get("is_logged_in"):
        return None
    settings = session.settings()
    # An address that nobody checked can be anybody's.
    is_checked = settings.openid_name != "email" or claims.get("email_verified", True)
    name = (is_checked and claims.get(settings.openid_name)) or claims.get("sub")
    if not isinstance(name, str) or not name:
        return None
    # Streamlit says that claims are texts; those of groups are lists of them.
    groups: Any = claims.get(settings.openid_groups)
    said = groups if isinstance(groups, list) else [groups]
    return sign_in.person(name, [str(group) for group in said])


def _is_here() -> bool:
    is_passed_on = any(name in st.context.headers for name in _PASSED_ON)
    listens_at = st.get_option("server.address") or "localhost"
    names = (listens_at, *st.get_option("server.allowedHosts"))
    is_near = st.context.ip_address is None and all(map(_is_this_machine, names))
    return is_near and not is_passed_on


def _is_this_machine(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False
