"""Who may do what: a reader reads and exports, an operator also removes and sees the log."""

import ipaddress

import streamlit as st

_PASSED_ON = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip")
"""Headers of a request that a proxy passed on."""


def is_operator() -> bool:
    """Whether this reader runs the dashboard: a browser of this machine, with no proxy between.

    Behind a proxy everybody comes from this machine, so nobody there is an operator: the command
    line is.
    """
    is_passed_on = any(name in st.context.headers for name in _PASSED_ON)
    listens_at = st.get_option("server.address") or "localhost"
    names = (listens_at, *st.get_option("server.allowedHosts"))
    is_here = st.context.ip_address is None and all(map(_is_this_machine, names))
    return is_here and not is_passed_on


def _is_this_machine(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False
