"""Bitcoin addresses and private keys in wallet import format, by their checksums."""

import re
from hashlib import sha256

from stdnum import bitcoin

from queries.masking.placeholders import PLACEHOLDERS

_CANDIDATE = re.compile(
    r"[135KL9cbB](?<![A-Za-z0-9].)(?:(?<=[13])[1-9A-HJ-NP-Za-km-z]{25,34}"
    r"|c1[02-9ac-hj-np-z]{11,71}|C1[02-9AC-HJ-NP-Z]{11,71}"
    r"|(?<=[5KL9c])[1-9A-HJ-NP-Za-km-z]{50,51})(?![A-Za-z0-9])"
)

_KEY_CHARS = (51, 52)
_KEY_BYTES = (37, 38)


def mask_wallets(text: str) -> str:
    """Replace wallet addresses and wallet keys by placeholders."""
    return _CANDIDATE.sub(_mask_candidate, text)


def _mask_candidate(match: re.Match[str]) -> str:
    written = match.group()
    if written[0] in "5KL9c":
        is_key = len(written) in _KEY_CHARS and _is_wallet_key(written)
        return PLACEHOLDERS["private key"] if is_key else written
    return PLACEHOLDERS["wallet address"] if bitcoin.is_valid(written) else written


def _is_wallet_key(written: str) -> bool:
    key = bitcoin.b58decode(written)
    checksum = sha256(sha256(key[:-4]).digest()).digest()[:4]
    return len(key) in _KEY_BYTES and checksum == key[-4:]
