"""Users, roles and authentication settings: none, a reverse proxy, or OpenID Connect."""

import ipaddress
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from queries.errors import NotAllowedError, UsageError
from queries.settings import Settings, variable

AuthMode = Literal["none", "proxy", "openid"]
UserRole = Literal["reader", "operator"]
SECRET_CHARS_MIN = 16
"""Length of the shortest secret that a proxy and the dashboard may share."""

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_OPENID_NEEDS = ("openid_url", "openid_client_id", "openid_client_secret", "openid_redirect_url")


@dataclass(frozen=True, slots=True)
class User:
    """A user and their role.

    Attributes:
        name: the name in the audit log.
        role: a reader reads, searches and exports masked data; an operator also reveals contact
            data, removes conversations, reads the audit log, and runs SQL without a time limit.
    """

    name: str
    role: UserRole = "reader"

    @property
    def is_operator(self) -> bool:
        """Whether the user is an operator, who may do everything."""
        return self.role == "operator"

    def require_operator(self, doing: str) -> None:
        """Check that the user is an operator.

        Args:
            doing: the end of the sentence "Only an operator may …".

        Raises:
            NotAllowedError: the user is a reader.
        """
        if not self.is_operator:
            raise NotAllowedError(doing)


@dataclass(frozen=True, slots=True)
class AuthSettings:
    """The validated settings of authentication.

    Attributes:
        mode: how users sign in.
        proxies: the networks of trusted proxies.
        operators: the names of operators.
        operator_groups: the groups whose members are operators.
        proxy_secret: what a proxy must send to be believed; empty without a proxy.
    """

    mode: AuthMode
    proxies: tuple[_Network, ...]
    operators: frozenset[str]
    operator_groups: frozenset[str]
    proxy_secret: str = field(default="", repr=False)

    @classmethod
    def from_settings(cls, settings: Settings) -> "AuthSettings":
        """Validate the settings.

        Raises:
            UsageError: a setting is invalid or missing.
        """
        name = variable("sign_in")
        mode = next((mode for mode in get_args(AuthMode) if mode == settings.sign_in), None)
        if mode is None:
            raise UsageError(f"{name} must be none, proxy or openid; {settings.sign_in!r} is not.")
        missing = [variable(field) for field in _OPENID_NEEDS if not getattr(settings, field)]
        if mode == "openid" and missing:
            raise UsageError(f"{name}=openid needs {', '.join(missing)} as well: set them.")
        callback = f"{settings.base_path}/oauth2callback"
        if mode == "openid" and not settings.openid_redirect_url.endswith(callback):
            name = variable("openid_redirect_url")
            raise UsageError(f"{name} must end in {callback}, at the address that people open.")
        return cls(
            mode=mode,
            proxies=tuple(_network(text) for text in _split(settings.proxies)),
            operators=frozenset(map(_name_key, _split(settings.operators))) - {""},
            operator_groups=frozenset(_split(settings.operator_groups)),
            proxy_secret=_proxy_secret(settings) if mode == "proxy" else "",
        )

    def trusts(self, address: str | None) -> bool:
        """Whether an address is that of a trusted proxy, which may name the user."""
        try:
            parsed = ipaddress.ip_address(address or "")
        except ValueError:
            return False
        # A dual-stack socket reports 192.0.2.1 as ::ffff:192.0.2.1.
        mapped = getattr(parsed, "ipv4_mapped", None) or parsed
        return any(mapped in network for network in self.proxies)

    def user(self, name: str, groups: Collection[str] = ()) -> User:
        """A user who signed in, with the role for their name and groups.

        Names are compared without white space and control characters, and compatible characters
        such as full-width letters are equal; upper and lower case are not.
        """
        is_named = _name_key(name) in self.operators
        is_operator = is_named or not self.operator_groups.isdisjoint(groups)
        return User(clean_name(name), "operator" if is_operator else "reader")


def clean_name(text: str) -> str:
    """A name as it reads: in Unicode form NFKC, with single spaces and no control characters.

    Returns:
        The name; empty if nothing of it is visible.
    """
    words = unicodedata.normalize("NFKC", text).split()
    cleaned = ("".join(char for char in word if not _is_control(char)) for word in words)
    return " ".join(word for word in cleaned if word)


def _name_key(text: str) -> str:
    """What is compared of a name."""
    return clean_name(text).replace(" ", "")


def _is_control(char: str) -> bool:
    """Whether a character is a control, format, surrogate, private or unassigned one."""
    return unicodedata.category(char).startswith("C")


def _proxy_secret(settings: Settings) -> str:
    """The secret that the proxy must send.

    Raises:
        UsageError: there is none, it is short, or its file cannot be read.
    """
    name, file_name = variable("proxy_secret"), variable("proxy_secret_file")
    secret, file = settings.proxy_secret, settings.proxy_secret_file
    if secret and file:
        raise UsageError(f"Of both {name} and {file_name}, set one only.")
    if file:
        name = f"{file_name} ({file})"
        try:
            secret = Path(file).read_text().strip()
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or "it is not text"
            raise UsageError(f"The secret in {name} cannot be read: {why}.") from error
    elif not secret:
        raise UsageError(
            f"{variable('sign_in')}=proxy needs a secret that only the proxy knows: make one with "
            f"`openssl rand -hex 32`, set {name} or {file_name}, and have the proxy send it in "
            "the header X-Chatscape-Secret."
        )
    if len(secret) < SECRET_CHARS_MIN:
        raise UsageError(
            f"The secret in {name} has {len(secret)} characters, and anybody could guess it: use "
            f"{SECRET_CHARS_MIN} or more."
        )
    return secret


def parse_groups(text: str) -> tuple[str, ...]:
    """The groups in a header: names separated by commas."""
    return tuple(_split(text))


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _network(text: str) -> _Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        raise UsageError(
            f"{variable('proxies')} lists addresses and networks, e.g. 127.0.0.1,10.0.0.0/8; "
            f"{text!r} is neither."
        ) from None
