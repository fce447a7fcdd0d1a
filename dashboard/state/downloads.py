"""The downloads of this session, and who may have them."""

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any

import streamlit as st

from dashboard.process import open_stores
from dashboard.process.download_address import BROWSER_COOKIE, DOWNLOAD_PATH
from dashboard.process.downloads import (
    Download,
    Downloads,
    Recipient,
    new_token,
    safe_file_name,
)
from dashboard.process.removal_check import RemovalCheck
from dashboard.state import current_user, session
from queries.store.layout import StorePath
from queries.store.tombstones import removed_ids

_OFFERED = "offered_downloads"

_downloads = Downloads()


def offer_download(
    key: str,
    make: Callable[[], str | bytes],
    *,
    file_name: str,
    mime: str,
    ids: Collection[str] | None = None,
) -> Download:
    """Offer a file to this user, in place of what this session offered under that key.

    Args:
        key: key of the download in this session.
        make: makes the content and records it in the audit log. It runs outside of any session,
            each time somebody asks, and must not keep a store open.
        file_name: name of the file.
        mime: its media type.
        ids: the conversations in it. None if they are not known: any removal then ends it.
    """
    store, recipient = open_stores.store_path(), current_recipient()
    offered: dict[str, Download] = st.session_state.setdefault(_OFFERED, {})
    if ids is None:
        check = RemovalCheck(store, lambda: True, checked=session.store().snapshot.removals)
    else:
        check = RemovalCheck(store, partial(_is_any_removed, store, frozenset(ids)))
    before = offered.get(key)
    if before is not None and before.recipient == recipient and _downloads.find(before.token):
        token = before.token  # An address in an open page stays valid when the page is redrawn.
    else:
        token = new_token()
    offered[key] = Download(
        name=safe_file_name(file_name),
        mime=mime,
        make=make,
        recipient=recipient,
        removals=check,
        token=token,
        offered=_downloads.clock(),
    )
    _downloads.add(offered[key])
    return offered[key]


def download_href(token: str, name: str) -> str:
    """The link to a file, relative to a page."""
    return DOWNLOAD_PATH.lstrip("/").format(token=token, name=name)


def offered_download(token: str, name: str, recipient: Recipient | None) -> Download | None:
    """A download that a page offered; None if there is none, or it is not for this recipient."""
    download = _downloads.find(token)
    if download is None or download.name != name or download.recipient != recipient:
        return None
    return download


def drop_outdated() -> None:
    """Drop the downloads of all readers that are too old or have a removed conversation."""
    _downloads.drop_outdated()


def current_recipient() -> Recipient:
    """The recipient of what this session asks for.

    Raises:
        NotSignedInError: sign-in is required and nobody has signed in.
    """
    if current_user.has_sign_in():
        return Recipient(user=current_user.current_user())
    return Recipient(browser=str(st.context.cookies.get(BROWSER_COOKIE) or ""))


def recipient_of_request(
    headers: Mapping[str, Any], cookies: Mapping[str, str]
) -> Recipient | None:
    """Whoever sent a request; None if they have to sign in first."""
    if not current_user.has_sign_in():
        return Recipient(browser=cookies.get(BROWSER_COOKIE, ""))
    user = current_user.user_of_request(headers, cookies)
    return None if user is None else Recipient(user=user)


def _is_any_removed(store: StorePath, ids: frozenset[str]) -> bool:
    return not ids.isdisjoint(removed_ids(store).to_pylist())
