"""Slows down who is refused again and again: after some refusals, an address has to wait."""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable

ATTEMPTS = 20
"""Refusals of one address within `SECONDS` before it has to wait."""

SECONDS = 60.0
"""The window in which refusals are counted."""

ADDRESSES_MAX = 10_000
"""Addresses that are remembered; of more, those that began longest ago are forgotten."""

_IPV6_PREFIX = 64
"""An IPv6 customer has at least this network to himself."""


class AttemptLimiter:
    """Counts refusals by address in windows of time. For one event loop."""

    def __init__(
        self,
        *,
        attempts: int = ATTEMPTS,
        seconds: float = SECONDS,
        addresses_max: int = ADDRESSES_MAX,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start without any refusal.

        Args:
            attempts: refusals in a window before an address has to wait for its end.
            seconds: the length of a window.
            addresses_max: the number of addresses that are remembered.
            clock: returns the time in seconds.
        """
        self._attempts, self._seconds = attempts, seconds
        self._addresses_max = addresses_max
        self._clock = clock
        self._windows: OrderedDict[str, tuple[float, int]] = OrderedDict()

    @property
    def address_count(self) -> int:
        """The number of addresses that are remembered."""
        return len(self._windows)

    def wait_seconds(self, address: str | None) -> float:
        """How long an address has to wait; 0 if it may try."""
        began, count = self._windows.get(_network(address), (0.0, 0))
        return max(0.0, began + self._seconds - self._clock()) if count >= self._attempts else 0.0

    def record(self, address: str | None) -> None:
        """Count a refusal of an address."""
        key, now = _network(address), self._clock()
        began, count = self._windows.get(key, (now, 0))
        if began + self._seconds <= now:
            began, count = now, 0
            self._windows.pop(key, None)
        self._windows[key] = (began, count + 1)
        while len(self._windows) > self._addresses_max:
            self._windows.popitem(last=False)


def _network(address: str | None) -> str:
    """What counts as one address."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return address or ""
    if parsed.version == 6 and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((parsed, _IPV6_PREFIX), strict=False))
    return str(parsed)
