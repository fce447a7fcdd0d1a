"""Public IP addresses, as opposed to version numbers, section numbers, times and slices."""

import ipaddress
import re

from queries.masking.placeholders import PLACEHOLDERS

_DOT = r"(?:\.|\[\.\]|\(\.\))"
_V4 = re.compile(
    rf"[0-9](?<![A-Za-z\d_.][0-9])(?<!\d:[0-9])[0-9]{{0,2}}{_DOT}(?:\d{{1,3}}{_DOT}){{2}}\d{{1,3}}"
    r"(?![A-Za-z_]|\.?\d)",
    re.A,
)

_V6 = re.compile(
    r"(?<![A-Za-z\d_:.])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}"
    r"(?:(?<=:)(?:\d{1,3}\.){3}\d{1,3})?(?![A-Za-z\d_:]|\.\d)"
    r"|(?<=IP:)[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![A-Za-z\d_:])",
    re.A,
)

_TWO_COLONS = re.compile(r":[0-9A-Fa-f]{0,4}:")

# Before a version of a program or the number of a section.
_VERSION = re.compile(
    r"(?:\b(?:versions?|ver|v|releases?|rev|revision|build|firmware|update|upgrade|sections?|sec"
    r"|chapters?|clauses?|articles?|paragraphs?|figures?|tables?|appendix|steps?|rules?|oid)\b"
    r"[\s.:=\"'-]{0,3}(?:number\s)?|(?:版本|第|版|версия|версии)[\s:]?|§\s?|[A-Za-z]/|[=~><^!]=\s?"
    r"|[~^])\Z",
    re.I,
)

_ADDRESS_WORD = re.compile(
    r"(?:\b(?:ips?|ipv[46]|address(?:es)?|hosts?|servers?|ping|ssh|dns|gateway|from|proxy|node|remote|client"
    r"|traceroute|whois|адрес\w*|сервер\w*|dirección|adresse)\b|地址|サーバー|주소|://|@)[^\n]{0,16}\Z",
    re.I,
)
_PORT = re.compile(r"[:/]\d{1,5}\b|\[:\]\d")

SECTION_MAX = 30
"""Section numbers have no larger part; smaller addresses need a word or a port beside them."""

_CONTEXT_CHARS = 32

# Public name servers and the usual example, which identify nobody.
_WELL_KNOWN = frozenset(
    (
        *("1.1.1.1", "1.0.0.1", "1.2.3.4", "4.2.2.2", "8.8.4.4", "8.8.8.8", "9.9.9.9"),
        *("149.112.112.112", "208.67.220.220", "208.67.222.222", "2620:fe::fe"),
        *("2001:4860:4860::8888", "2001:4860:4860::8844"),
        *("2606:4700:4700::1111", "2606:4700:4700::1001"),
    )
)
_LOCAL = tuple(
    map(
        ipaddress.ip_network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
            *("172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3"),
            *("::/127", "fc00::/7", "fe80::/10", "ff00::/8"),
        ),
    )
)
"""Loopback, private, link-local and multicast addresses: they do not lead to anybody."""


def mask_ip_addresses(text: str) -> str:
    """Replace public IP addresses by placeholders."""
    if _TWO_COLONS.search(text):
        text = _V6.sub(_mask_v6, text)
    return _V4.sub(_mask_v4, text)


def _mask_v4(match: re.Match[str]) -> str:
    written = match.group()
    numbers = list(map(int, re.findall(r"\d+", written)))
    plain = ".".join(map(str, numbers))
    if max(numbers) > 255 or plain != re.sub(r"[\[\]()]", "", written) or not _is_public(plain):
        return written
    before = match.string[max(0, match.start() - _CONTEXT_CHARS) : match.start()]
    if _VERSION.search(before[-24:]):
        return written
    is_likely = max(numbers) > SECTION_MAX or _ADDRESS_WORD.search(before)
    if not is_likely and not _PORT.match(match.string, match.end()):
        return written
    return PLACEHOLDERS["IP address"]


def _mask_v6(match: re.Match[str]) -> str:
    """Mask an address of version 6; ``[1::2]`` is a slice and ``ad::be`` a name in a program."""
    written = match.group()
    is_host = match.string[max(0, match.start() - 3) : match.start()] == "//["
    has_digit = any(map(str.isdigit, written))
    if has_digit and (is_host or not _is_slice(written)) and _is_public(written):
        return PLACEHOLDERS["IP address"]
    return written


def _is_slice(written: str) -> bool:
    is_time = re.fullmatch(r"(?:\d{0,2}:)+\d{0,2}", written) is not None
    return is_time or sum(map(str.isalnum, written)) < 4 or written.strip(":").isdecimal()


def _is_public(written: str) -> bool:
    """Whether the text is an address that leads to somebody."""
    try:
        address = ipaddress.ip_address(written)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(address) not in _WELL_KNOWN and not any(
        address in network for network in _LOCAL if network.version == address.version
    )
