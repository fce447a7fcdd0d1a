"""Every undocumented name of Streamlit that the dashboard uses, and what happens without it.

Any release of Streamlit may rename or remove these. So each is looked up when it is needed, and
nothing here fails where one is missing, but for OpenID Connect sign-in, which cannot work without.
No other module may use an undocumented name.
"""

import hashlib
import importlib
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from queries.errors import UsageError

FALLBACKS: Mapping[str, str] = {
    "streamlit.runtime.exists": "Open sessions are counted as 0.",
    "streamlit.runtime.get_instance": "Open sessions are counted as 0.",
    "streamlit.runtime.Runtime._session_mgr": "Open sessions are counted as 0.",
    "streamlit.runtime.scriptrunner.get_script_run_ctx": (
        "Slow queries do not queue: all run at once, and no reader sees a notice."
    ),
    "streamlit.logger._loggers": "Loggers that Streamlit made earlier keep their own format.",
    "streamlit.logger.setup_formatter": "Loggers that Streamlit makes later keep their own format.",
    "streamlit.net_util.get_external_ip": (
        "Nothing to turn off: Streamlit can no longer look up this machine's address by this name."
    ),
    "streamlit.auth_util.get_cookie_with_chunks": "No sign-in by OpenID Connect.",
    "streamlit.web.server.server_util.get_cookie_secret": "No sign-in by OpenID Connect.",
    "streamlit.web.server.starlette.starlette_app_utils.decode_signed_value": (
        "No sign-in by OpenID Connect."
    ),
    "streamlit.web.server.starlette.starlette_server_config.USER_COOKIE_NAME": (
        "No sign-in by OpenID Connect."
    ),
}
"""What the dashboard does without each name."""

_COOKIE_NAMES = tuple(name for name, fallback in FALLBACKS.items() if "OpenID" in fallback)


def open_session_count() -> int:
    """The number of pages open in browsers; 0 where no server runs or Streamlit does not say."""
    exists = _find("streamlit.runtime.exists")
    get_instance = _find("streamlit.runtime.get_instance")
    if exists is None or get_instance is None or not exists():
        return 0
    manager = getattr(get_instance(), _last_part("streamlit.runtime.Runtime._session_mgr"), None)
    try:
        return 0 if manager is None else int(manager.num_active_sessions())
    except AttributeError:
        return 0


def session_id() -> str | None:
    """The session whose script runs in this thread; None in other threads."""
    get_context = _find("streamlit.runtime.scriptrunner.get_script_run_ctx")
    context = None if get_context is None else get_context(suppress_warning=True)
    return getattr(context, "session_id", None)


def configure_loggers(configure: Callable[[logging.Logger], None]) -> None:
    """Apply a function to each logger of Streamlit, now and whenever it makes one.

    Streamlit gives each of its loggers a handler of its own, and uvicorn's loggers too.
    """
    for logger in (_find("streamlit.logger._loggers") or {}).values():
        configure(logger)
    if _find("streamlit.logger.setup_formatter") is not None:
        importlib.import_module("streamlit.logger").setup_formatter = configure  # type: ignore[attr-defined]


def disable_address_lookup() -> None:
    """Keep Streamlit from asking a public service for the address of this machine.

    It would, to compare, when a page is opened under an unknown host name. Further host names are
    set by `browser.serverAddress`.
    """
    if _find("streamlit.net_util.get_external_ip") is not None:
        importlib.import_module("streamlit.net_util").get_external_ip = lambda: None  # type: ignore[attr-defined]


def require_sign_in_cookies() -> None:
    """Check that the cookies of OpenID Connect sign-in can be read.

    Raises:
        UsageError: this version of Streamlit lacks a name that is needed.
    """
    missing = [name for name in _COOKIE_NAMES if _find(name) is None]
    if missing:
        raise UsageError(
            "Sign-in by OpenID Connect does not work with this version of Streamlit, which lacks "
            f"{', '.join(missing)}. Install the version of Streamlit in constraints.txt."
        )


def user_cookie_name() -> str:
    """The name of the cookie that holds who is signed in."""
    return str(_find("streamlit.web.server.starlette.starlette_server_config.USER_COOKIE_NAME"))


def sign_in_digest(cookies: Mapping[str, str]) -> bytes | None:
    """The SHA-256 hash of the signed claims in a request's cookies; None without a valid cookie.

    The claims hold a nonce, so each sign-in has a digest of its own.
    """
    claims = _signed_claims(cookies)
    return hashlib.sha256(claims).digest() if claims else None


def sign_in_claims(cookies: Mapping[str, str]) -> dict[str, Any]:
    """The claims in a request's cookies, as `st.user` has them; empty without a valid cookie."""
    claims: dict[str, Any] = json.loads(_signed_claims(cookies) or b"{}")
    return claims


def _signed_claims(cookies: Mapping[str, str]) -> bytes | None:
    secret = _find("streamlit.web.server.server_util.get_cookie_secret")()
    decode = _find("streamlit.web.server.starlette.starlette_app_utils.decode_signed_value")

    def value(name: str) -> bytes | None:
        decoded: bytes | None = decode(secret, name, cookies.get(name, "").encode("latin-1"))
        return decoded

    join_chunks = _find("streamlit.auth_util.get_cookie_with_chunks")
    claims: bytes | None = join_chunks(value, user_cookie_name())
    return claims


def _find(name: str) -> Any:  # noqa: ANN401
    """What a dotted name of `FALLBACKS` stands for; None where Streamlit does not have it."""
    if name not in FALLBACKS:
        raise KeyError(name)
    module, _, attribute = name.rpartition(".")
    try:
        return getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError):
        return None


def _last_part(name: str) -> str:
    if name not in FALLBACKS:
        raise KeyError(name)
    return name.rpartition(".")[2]
