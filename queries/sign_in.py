"""How people are told apart: by nobody, by a proxy in front, or by an OpenID provider."""

import ipaddress
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, get_args

from queries.errors import NotAllowedError, UsageError
from queries.settings import Settings, variable

Way = Literal["none", "proxy", "openid"]
Role = Literal["reader", "operator"]
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_OPENID_NEEDS = ("openid_url", "openid_client_id", "openid_client_secret", "openid_redirect_url")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who asks, and what they may do.

    Attributes:
        name: for the log.
        role: a reader reads, searches and takes away what is masked; an operator also shows
            contact data, removes conversations, reads the log, and asks SQL without a time limit.
    """

    name: str
    role: Role = "reader"

    @property
    def is_operator(self) -> bool:
        """Whether everything is allowed."""
        return self.role == "operator"

    def must_be_operator(self, doing: str) -> None:
        """Refuse what readers may not do.

        Args:
            doing: what is asked for, to end the sentence "Only an operator may …".

        Raises:
            NotAllowedError: the person is no operator.
        """
        if not self.is_operator:
            raise NotAllowedError(doing)


@dataclass(frozen=True, slots=True)
class SignIn:
    """The settings of signing in, read and checked.

    Attributes:
        way: who says who a person is.
        proxies: networks that may say it.
        operators: names of people who are operators.
        operator_groups: groups whose members are operators.
    """

    way: Way
    proxies: tuple[_Network, ...]
    operators: frozenset[str]
    operator_groups: frozenset[str]

    @classmethod
    def of(cls, settings: Settings) -> "SignIn":
        """What the settings say.

        Raises:
            UsageError: a setting that cannot be, or one that is missing.
        """
        name = variable("sign_in")
        way = next((way for way in get_args(Way) if way == settings.sign_in), None)
        if way is None:
            raise UsageError(
                f"{name} must be none, proxy or openid; {settings.sign_in!r} is none of them."
            )
        missing = [variable(one) for one in _OPENID_NEEDS if not getattr(settings, one)]
        if way == "openid" and missing:
            raise UsageError(f"{name}=openid needs {', '.join(missing)} as well: set them.")
        return cls(
            way=way,
            proxies=tuple(_network(text) for text in _listed(settings.proxies)),
            operators=frozenset(_listed(settings.operators)),
            operator_groups=frozenset(_listed(settings.operator_groups)),
        )

    def trusts(self, address: str | None) -> bool:
        """Whether requests from an address may say who a person is."""
        try:
            found = ipaddress.ip_address(address or "")
        except ValueError:
            return False
        # A socket for both families writes 192.0.2.1 as ::ffff:192.0.2.1.
        mapped = getattr(found, "ipv4_mapped", None) or found
        return any(mapped in network for network in self.proxies)

    def person(self, name: str, groups: Collection[str] = ()) -> Person:
        """Somebody who signed in, with the role of their name and groups."""
        is_operator = name in self.operators or not self.operator_groups.isdisjoint(groups)
        return Person(name, "operator" if is_operator else "reader")


def listed_groups(text: str) -> tuple[str, ...]:
    """The groups in a header: names with commas between."""
    return tuple(_listed(text))


def _listed(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]


def _network(text: str) -> _Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        raise UsageError(
            f"{variable('proxies')} lists addresses and networks, e.g. 127.0.0.1,10.0.0.0/8; "
            f"{text!r} is neither."
        ) from None
