"""API keys and tokens with a published format, and private keys."""

import re
import tomllib
from pathlib import Path

from queries.masking.placeholders import PLACEHOLDERS

_FORMATS = tomllib.loads(Path(__file__).with_name("key_patterns.toml").read_text(encoding="utf-8"))

# Keys have no spaces, so the many patterns are only tried on long runs of their characters.
_RUN = re.compile(r"(?<![A-Za-z0-9_.:/+=~-])[A-Za-z0-9_.:/+=~-]{18,}")
_KEY = re.compile(rf"(?<![A-Za-z0-9_-])(?:{'|'.join(_FORMATS['issuers'].values())})(?![A-Za-z0-9])")
_IN_CONTEXT = re.compile(
    "|".join(f"({context}){secret}" for context, secret in _FORMATS["contexts"].values())
)
_CONTEXT_WORDS = ("slack.com/", "webhook", "Key=", "Bearer", "Basic", "sig=", "telegram.org/")

_PEM = re.compile(
    r"-{4,5} ?BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{4,5}"
    r".*?(?:-{4,5} ?END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)? ?-{4,5}|\Z)",
    re.S | re.I,
)
_PUTTY = re.compile(r"(?<=Private-Lines: )\d+\s+[A-Za-z0-9+/=\s]{40,}?(?=Private-MAC|\n\n|\Z)")
_XML = re.compile(r"(?<=<D>)[A-Za-z0-9+/=\s]{40,}(?=</D>)")

# A WireGuard key, a key of a blockchain in hexadecimal.
_NAMED_KEY = re.compile(
    r"(private[ _-]?key(?:[ _-]hex)?[\"'`]{0,2}\s{0,3}(?:is|=>|:=|[=:])\s{0,3}[\"'`]?)"
    r"(?:[A-Za-z0-9+/]{43}=|(?:0x)?[0-9a-f]{64})(?![A-Za-z0-9+/=])",
    re.I,
)

_PRIVATE_KEY_WORDS = ("PRIVATE", "Private", "private", "<D>")


def mask_keys(text: str) -> str:
    """Replace keys, tokens and private keys by placeholders."""
    if any(word in text for word in _PRIVATE_KEY_WORDS):
        text = _mask_private_keys(text)
    text = _RUN.sub(_mask_run, text)
    if any(word in text for word in _CONTEXT_WORDS):
        text = _IN_CONTEXT.sub(_keep_context, text)
    return text


def _mask_private_keys(text: str) -> str:
    private_key = PLACEHOLDERS["private key"]
    for pattern in (_PEM, _PUTTY, _XML):
        text = pattern.sub(private_key, text)
    return _NAMED_KEY.sub(rf"\g<1>{private_key}", text)


def _mask_run(match: re.Match[str]) -> str:
    return _KEY.sub(PLACEHOLDERS["key"], match.group())


def _keep_context(match: re.Match[str]) -> str:
    return f"{match[match.lastindex or 0]}{PLACEHOLDERS['key']}"
