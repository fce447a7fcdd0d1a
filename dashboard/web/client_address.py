"""Where a request comes from: its peer, and the address that a proxy claims to speak for."""

import ipaddress

from starlette.datastructures import Headers
from starlette.types import Scope


def peer_address(scope: Scope) -> str | None:
    """The address of the other end of the connection; None where the server does not know it."""
    client = scope.get("client")
    return client[0] if client else None


def claimed_address(scope: Scope) -> str | None:
    """The address that the last proxy says it speaks for; None if it names none.

    Of a list, the last one is what that proxy saw itself; those before it anybody may have sent.
    """
    values = Headers(scope=scope).getlist("x-forwarded-for")
    last = values[-1].rpartition(",")[2].strip() if values else ""
    try:
        return str(ipaddress.ip_address(last))
    except ValueError:
        return None


def address_fields(scope: Scope, *, is_proxy: bool) -> dict[str, str]:
    """The addresses of a request, for the log.

    Args:
        scope: the request.
        is_proxy: whether the peer has the address of a trusted proxy, whose claim is worth noting.
    """
    values = {"peer": peer_address(scope)}
    if is_proxy:
        values["claimed"] = claimed_address(scope)
    return {name: address for name, address in values.items() if address is not None}
