"""The server around the dashboard: Plotly's script, headers, the first page made ready."""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from streamlit import net_util

from dashboard import exposing, fetching, health, logs, plotly_script, tidying
from dashboard.gate import Gate
from dashboard.headers import PageHeaders
from dashboard.openid import OpenidSteps
from dashboard.patience import after_first_page, in_background
from queries.settings import Settings


def make_ready() -> None:
    """What the first page needs, before somebody asks for it: imports, the store, its figures."""
    from dashboard import first_page

    first_page.make_ready()


LOOK_SECONDS = 2.0
"""So often is looked whether another process removed something."""


def look() -> None:
    """Leave out what was removed, and let go of what is gone, once."""
    from dashboard import exporting, session

    try:
        session.look()
        exporting.forget_removed()
        tidying.tidy()
    except Exception:
        logging.getLogger(__name__).exception("the store could not be looked at")


async def look_again_and_again() -> None:
    """Follow what others do to the store, also while nobody asks anything."""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        await asyncio.to_thread(look)


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Begin to make ready; requests are answered meanwhile."""
    in_background(make_ready)
    after_first_page(plotly_script.compress)
    looking = asyncio.create_task(look_again_and_again())
    exposition = await asyncio.to_thread(exposing.begin)
    yield
    looking.cancel()
    if exposition is not None:
        exposition.close()


def openid_secrets(settings: Settings) -> dict[str, Any] | None:
    """What Streamlit needs to sign people in with an OpenID provider; None where it does not."""
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


def steps_of_signing_in(settings: Settings) -> list[Middleware]:
    """What stands around Streamlit's own steps where people sign in with an OpenID provider."""
    if settings.sign_in != "openid":
        return []
    is_secure = settings.openid_redirect_url.startswith("https:")
    return [Middleware(OpenidSteps, is_secure=is_secure)]


# When a page comes from an unknown host, Streamlit asks a service on the internet for the address
# of this machine, to compare. This one asks nobody; `browser.serverAddress` names a further host.
net_util.get_external_ip = lambda: None

settings = Settings.from_env()
logs.begin(settings.log)
app = st.App(
    Path(__file__).with_name("app.py"),
    routes=[plotly_script.route(), fetching.route(), health.route()],
    middleware=[
        Middleware(PageHeaders),
        Middleware(Gate, settings=settings),
        *steps_of_signing_in(settings),
    ],
    secrets=openid_secrets(settings),
    lifespan=lifespan,
)
