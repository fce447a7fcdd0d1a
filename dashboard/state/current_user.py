"""The user of this session, and what they may do."""

import logging
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import streamlit as st

from dashboard import streamlit_internals
from dashboard.process import open_stores
from dashboard.process.listen_address import listens_locally
from dashboard.state import identity_seal
from queries.access import AuthSettings, User, clean_name
from queries.errors import NotSignedInError
from queries.observability.log_format import fields
from queries.settings import Settings
from queries.state.licence import local_username

_LOGGED = "logged_user"

_logger = logging.getLogger(__name__)

_PROXY_HEADERS = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip")
"""Headers that proxies add to requests."""


def current_user() -> User:
    """The user of this session.

    Without sign-in, a browser on this machine is its owner's, who is an operator. Behind a proxy
    all requests come from this machine, so there everybody is a reader.

    Raises:
        NotSignedInError: sign-in is required and nobody has signed in.
    """
    sign_in = _sign_in(open_stores.settings())
    if sign_in.mode == "none":
        if _is_here():
            return User(local_username(), "operator")
        return User(f"a browser at {st.context.ip_address or 'a proxy'}")
    user = (
        identity_seal.unseal_user(st.context.headers)
        if sign_in.mode == "proxy"
        else _claimed_user(sign_in, st.user.to_dict())
    )
    if user is None:
        raise NotSignedInError
    return user


def user_of_request(headers: Mapping[str, Any], cookies: Mapping[str, str]) -> User | None:
    """The signed-in user who sent a request, outside of any session; None if nobody signed in."""
    sign_in = _sign_in(open_stores.settings())
    if sign_in.mode == "proxy":
        return identity_seal.unseal_user(headers)
    if sign_in.mode == "openid":
        return _claimed_user(sign_in, streamlit_internals.sign_in_claims(cookies))
    return None


def log_page_open() -> None:
    """Log the user of a newly opened page, once for each session.

    Raises:
        NotSignedInError: sign-in is required and nobody has signed in.
    """
    user = current_user()
    if st.session_state.get(_LOGGED) != user:
        st.session_state[_LOGGED] = user
        extra = fields(who=user.name, role=user.role)
        _logger.info("a page was opened in a browser", extra=extra)


def is_operator() -> bool:
    """Whether the user is an operator."""
    return current_user().is_operator


def require_operator(doing: str) -> None:
    """Refuse an action that readers may not perform.

    Args:
        doing: the action, to end the sentence "Only an operator may …".

    Raises:
        NotAllowedError: the user is a reader.
    """
    current_user().require_operator(doing)


def must_sign_in() -> bool:
    """Whether the user has to sign in first, with an OpenID provider."""
    sign_in = _sign_in(open_stores.settings())
    return sign_in.mode == "openid" and _claimed_user(sign_in, st.user.to_dict()) is None


def can_sign_out() -> bool:
    """Whether the user can sign out here."""
    return _sign_in(open_stores.settings()).mode == "openid"


def has_sign_in() -> bool:
    """Whether users sign in at all."""
    return _sign_in(open_stores.settings()).mode != "none"


@lru_cache(1)
def _sign_in(settings: Settings) -> AuthSettings:
    return AuthSettings.from_settings(settings)


def _claimed_user(sign_in: AuthSettings, claims: Mapping[str, Any]) -> User | None:
    """The user of the provider's claims, which Streamlit keeps in a signed cookie."""
    if not claims.get("is_logged_in"):
        return None
    settings = open_stores.settings()
    # Anybody can claim an unverified e-mail address. Only JSON's true says that it is verified.
    is_verified = settings.openid_name != "email" or claims.get("email_verified") is True
    name = (is_verified and claims.get(settings.openid_name)) or claims.get("sub")
    if not isinstance(name, str) or not clean_name(name):
        return None
    # Streamlit types claims as strings, but groups are a list.
    groups: Any = claims.get(settings.openid_groups)
    names = groups if isinstance(groups, list) else [groups]
    return sign_in.user(name, [str(group) for group in names])


def _is_here() -> bool:
    is_forwarded = any(name in st.context.headers for name in _PROXY_HEADERS)
    return st.context.ip_address is None and listens_locally() and not is_forwarded
