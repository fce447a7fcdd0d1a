"""Whether a value is a password or a key, and not a placeholder, a word or code."""

import re

# Written for readers to replace, or read from somewhere at run time.
_STAND_IN = re.compile(
    r"your|example|sample|placeholder|change.?me|replace|insert|enter|dummy|secret|token"
    r"|pass(?:word)?\Z|passw|user|api.?key|access.?key|xxx|\*\*|\.\.\.|…|environ|process\.env|config|\$[{(]"
    r"|\$[A-Z_]+\Z|%[(s]|{{|^env\b|^<|>$|^(?:none|null|true|false|undefined|string|str|hidden)\b|^https?:|^www\."
    r"|^[/\\]|\\[nt]?\Z|^\$\w+->",
    re.I,
)

# What a sentence about passwords goes on with.
_TECHNICAL_WORD = re.compile(
    r"(?:base\d+|sha-?\d+\S*|md5\S*|bcrypt\S*|argon2\S*|utf-?\d+|pbkdf2\S*|aes-?\d*\S*|rot13|oauth2?\S*"
    r"|win(?:dows)?-?\d+|ipv[46]|postgres(?:ql)?\d*|\d+[- ]?(?:chars?|characters?|digits?|bits?"
    r"|bytes?|min|minutes?|days?|hours?)|\d+[-x–]\w+|(?:at|min|max)\S*\d+|http\S*|varchar\S*|char\(?\d+\S*)",
    re.I,
)
_IDENTIFIER = re.compile(
    r"[A-Za-z_]\w*(?:(?:\.|->|::)\w+)+|[A-Za-z]+_[A-Za-z_]*\d?|@\w+|#\w+|[a-z]+[A-Z][a-z]+\d?"
)
_SPECIAL = re.compile(r"[A-Za-z][!@#$%^&*?~+=][A-Za-z]|[A-Z][a-z]+.*[!@#$%^&*?]{1,3}\Z")

KEY_CHARS_MIN = 16
DISTINCT_CHARS_MIN = 9


def is_chosen(value: str, *, is_quoted: bool) -> bool:
    """Whether a value may be a password that a person chose: letters with digits or symbols."""
    if len(value) < 6 or _STAND_IN.search(value) or _TECHNICAL_WORD.fullmatch(value):
        return False
    has_letters = any(map(str.isalpha, value))
    is_mixed = any(map(str.isdigit, value)) or _SPECIAL.search(value) is not None
    return has_letters and is_mixed and (is_quoted or _IDENTIFIER.fullmatch(value) is None)


def is_random(value: str, *, is_quoted: bool) -> bool:
    """Whether a value may be a random key: long, in one piece, letters and digits mixed."""
    return (
        len(value) >= KEY_CHARS_MIN
        and _STAND_IN.search(value) is None
        and re.fullmatch(r"[A-Za-z0-9+/_=.~:-]+", value) is not None
        and sum(map(str.isdigit, value)) >= 2
        and any(map(str.isalpha, value))
        and len(set(value)) >= DISTINCT_CHARS_MIN
        and (is_quoted or re.fullmatch(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+", value) is None)
    )
