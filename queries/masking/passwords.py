"""Passwords and keys that the name before them tells: ``password = "…"``, ``https://user:…@host``."""

import re

from queries.masking.marks import BORDERS, MARKS

_IN_ADDRESS = re.compile(
    rf"(?<=[A-Za-z0-9]://)([^\s/@:\"'<>{BORDERS}]{{0,100}}:)([^\s/@\"'<>{{}}${BORDERS}]{{3,100}})"
    r"(?=@[A-Za-z0-9])"
)

_PASSWORD_NAMES = (
    *("password", "passwd", "passphrase", "passwort", "contraseña", "senha"),
    *("密码", "密碼", "пароль"),
)
_KEY_NAMES = ("secret", "token", "key")

# The names are searched for first, which is fast: most texts have none.
_ASSIGNED = re.compile(
    rf"(?:({'|'.join(_PASSWORD_NAMES)})|{'|'.join(_KEY_NAMES)})(?:[ _-]?id)?"
    r"[\"'`\]]{0,2}\s{0,3}(?:=>|:=|[=:：])\s{0,3}"
    rf"(?:(?P<quote>[\"'`])(?P<quoted>[^\s\"'`<>{BORDERS}]{{6,4000}})(?P=quote)"
    rf"|(?P<bare>[^\s\"'`,;()<>{{}}|{BORDERS}]{{8,4000}}))",
    re.I,
)

# A key of a dictionary, of a table and of a piano are no secrets.
_SECRET_KEY = re.compile(
    r"(?:api|app|access|account|auth|client|consumer|encryption|private|secret|signing|subscription"
    r"|master|service)[ _-]?\Z",
    re.I,
)

# Written by people for people to replace, or read from somewhere at run time.
_PLACEHOLDER = re.compile(
    r"your|example|sample|placeholder|change.?me|replace|insert|enter|dummy|secret|token|pass(?:word)?\Z"
    r"|passw|user|api.?key|access.?key|xxx|\*\*|\.\.\.|…|environ|process\.env|config|\$|%[(s]|{{|^env\b"
    r"|^<|>$|^(?:none|null|true|false|undefined|string|str|hidden)\b|^https?:|^www\.|^/|\\",
    re.I,
)

KEY_CHARS_MIN = 16
KEY_SIGNS_MIN = 9


def mark_passwords(text: str) -> str:
    """The text with each password, and each key that an assignment names, as a mark."""
    if "://" in text:
        text = _IN_ADDRESS.sub(rf"\g<1>{MARKS['password']}", text)
    lower = text.lower()
    if any(name in lower for name in (*_PASSWORD_NAMES, *_KEY_NAMES)):
        text = _ASSIGNED.sub(_mark_assigned, text)
    return text


def _mark_assigned(match: re.Match[str]) -> str:
    value = match["quoted"] or match["bare"]
    before = match.string[max(0, match.start() - 16) : match.start()]
    if match.group()[:3].lower() == "key" and not _SECRET_KEY.search(before):
        return match.group()
    is_password = match[1] is not None
    is_secret = (
        _looks_chosen(value, match["quoted"] is None) if is_password else _looks_drawn(value)
    )
    if not is_secret or _PLACEHOLDER.search(value):
        return match.group()
    name = "quoted" if match["quoted"] else "bare"
    start, end = (place - match.start() for place in match.span(name))
    written = match.group()
    return written[:start] + MARKS["password" if is_password else "key"] + written[end:]


def _looks_chosen(value: str, is_bare: bool) -> bool:
    """A password of a person: letters and a digit; no name of a program, unless in quotes."""
    has_both = any(map(str.isdigit, value)) and any(map(str.isalpha, value))
    is_name = re.fullmatch(r"[A-Za-z_]\w*(?:\.\w+)+|[A-Za-z]+_\w*", value) is not None
    return has_both and not (is_bare and is_name)


def _looks_drawn(value: str) -> bool:
    """A key by chance: long, of one piece, of many different signs, letters and digits mixed."""
    return (
        len(value) >= KEY_CHARS_MIN
        and re.fullmatch(r"[A-Za-z0-9+/_=.~-]+", value) is not None
        and sum(map(str.isdigit, value)) >= 2
        and any(map(str.isalpha, value))
        and len(set(value)) >= KEY_SIGNS_MIN
    )
