"""The ASGI application: Streamlit's app with further routes, middleware and background tasks."""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware

from dashboard import streamlit_internals
from dashboard.process import garbage_collection, index_builder, log_setup, plotly_bundle
from dashboard.process.background import run_after_first_page, run_in_background
from dashboard.web.base_path import BasePathMiddleware, below_base
from dashboard.web.browser_cookie import BrowserCookieMiddleware
from dashboard.web.downloads import download_route
from dashboard.web.editor_script import editor_script_route
from dashboard.web.health import health_route
from dashboard.web.map_data import map_route
from dashboard.web.metrics import start_metrics_server
from dashboard.web.plotly_script import script_route
from dashboard.web.proxy_auth import ProxyAuthMiddleware
from dashboard.web.request_gate import RequestGateMiddleware
from dashboard.web.security_headers import SecurityHeadersMiddleware
from queries.runtime.private_files import keep_new_files_private
from queries.settings import Settings

REFRESH_SECONDS = 2.0
"""Interval of looking for removals and versions of other processes."""


def warm_up() -> None:
    """Import the dashboard, open the store and compute the first page, before anyone asks."""
    from dashboard import warmup

    warmup.warm_first_page()


def refresh() -> None:
    """Apply removals, close deleted versions, end downloads whose time is over, collect garbage."""
    from dashboard.process import open_stores
    from dashboard.state import downloads, exports

    for step in (
        open_stores.refresh_stores,
        exports.delete_outdated,
        downloads.drop_outdated,
        garbage_collection.collect_if_due,
    ):
        # Each by itself: where a store cannot be read, downloads end all the same.
        try:
            step()
        except Exception:
            logging.getLogger(__name__).exception("the store could not be refreshed")


def delete_left_exports() -> None:
    """Delete the exports of servers that were killed."""
    from dashboard.state import exports

    exports.delete_left_by_others()


def delete_exports() -> None:
    """Delete the exports of this server: nobody can download them after it has ended."""
    from dashboard.state import exports

    exports.delete_all()


async def refresh_forever() -> None:
    """Follow changes by other processes, also while no page is open."""
    while True:
        await asyncio.sleep(REFRESH_SECONDS)
        await asyncio.to_thread(refresh)


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Start the background tasks, and stop them with the server. Requests need not wait."""
    run_in_background(warm_up)
    run_in_background(delete_left_exports)
    run_after_first_page(plotly_bundle.compress)
    await asyncio.to_thread(index_builder.start_builder)
    refreshing = asyncio.create_task(refresh_forever())
    metrics_server = await asyncio.to_thread(start_metrics_server)
    yield
    refreshing.cancel()
    await asyncio.to_thread(index_builder.stop_builder)
    await asyncio.to_thread(delete_exports)
    if metrics_server is not None:
        metrics_server.close()


def oidc_secrets(settings: Settings) -> dict[str, Any] | None:
    """Streamlit's configuration for OpenID Connect; None where that is off."""
    if settings.sign_in != "openid":
        return None
    return {
        "auth": {
            "redirect_uri": settings.openid_redirect_url,
            "cookie_secret": settings.openid_cookie_secret or secrets.token_hex(),
            "client_id": settings.openid_client_id,
            "client_secret": settings.openid_client_secret,
            "server_metadata_url": settings.openid_url,
        }
    }


def oidc_middleware(settings: Settings) -> list[Middleware]:
    """The middleware for OpenID Connect; none where that is off."""
    if settings.sign_in != "openid":
        return []
    from dashboard.web.failed_sign_ins import FailedSignInsMiddleware
    from dashboard.web.oidc import OidcMiddleware

    is_secure = settings.openid_redirect_url.startswith("https:")
    return [
        Middleware(FailedSignInsMiddleware, settings=settings),
        Middleware(OidcMiddleware, is_secure=is_secure),
    ]


def browser_middleware(settings: Settings) -> list[Middleware]:
    """The middleware that tells browsers apart; none where people sign in."""
    return [Middleware(BrowserCookieMiddleware)] if settings.sign_in == "none" else []


keep_new_files_private()
_settings = Settings.from_env()
streamlit_internals.disable_address_lookup()
log_setup.configure_server_logging(_settings.log)
app = st.App(
    Path(__file__).with_name("app.py"),
    routes=below_base(
        script_route(), editor_script_route(), download_route(), map_route(), health_route()
    ),
    middleware=[
        Middleware(SecurityHeadersMiddleware),
        Middleware(BasePathMiddleware),
        Middleware(
            RequestGateMiddleware,
            settings=_settings,
            allowed_hosts=lambda: st.get_option("server.allowedHosts"),
        ),
        Middleware(ProxyAuthMiddleware, settings=_settings),
        *oidc_middleware(_settings),
        *browser_middleware(_settings),
    ],
    secrets=oidc_secrets(_settings),
    lifespan=lifespan,
)
