"""The addresses that this server listens on and answers to."""

import ipaddress

import streamlit as st


def listens_locally() -> bool:
    """Whether the server can be reached only from this machine, and only by its local names."""
    address = st.get_option("server.address") or "localhost"
    return all(map(_is_this_machine, (address, *st.get_option("server.allowedHosts"))))


def _is_this_machine(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False
