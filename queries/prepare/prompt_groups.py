"""Prompt groups: first prompts that are the same after normalisation, identified by a number.

The number comes from a hash under a secret key of the store, because a prompt is short: who could
compute the hash of a guess could find masked or covered text by trying.
"""

import hashlib
import secrets
from contextlib import suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from queries.errors import DataError
from queries.store.atomic_files import atomic_write
from queries.store.layout import StorePath
from queries.text.prompt_normalisation import normalise_prompt

KEY_BYTES = 32

KEYED_SINCE = 3
"""The first `prepare_version` that uses the key: before, anyone could compute the numbers."""

NUMBER_BITS = 53
"""JavaScript, spreadsheets and floating-point columns hold integers of so many bits exactly."""

_DIGEST_BYTES = 16
_OWNER_ONLY = 0o600

_Ints = npt.NDArray[np.int64]


class GroupKeyError(DataError):
    """The key of the prompt groups of a store is damaged."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} is damaged. Put it back from a copy of the store, or delete it: prompt groups "
            "then get other numbers."
        )


def group_key(store: StorePath) -> bytes:
    """The key of a store's prompt groups, 32 bytes; created if there is none.

    Needs the write lock of the store.

    Raises:
        GroupKeyError: the file holds something else.
        OSError: the file cannot be read or written.
    """
    path = store.group_key_path
    if not path.exists():
        with atomic_write(path) as temporary:
            temporary.touch(mode=_OWNER_ONLY)
            temporary.chmod(_OWNER_ONLY)
            temporary.write_bytes(secrets.token_bytes(KEY_BYTES))
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise GroupKeyError(path)
    if path.stat().st_mode & 0o077:
        with suppress(PermissionError):  # It belongs to another user.
            path.chmod(_OWNER_ONLY)
    return key


def prompt_digests(prompts: pa.Array, key: bytes) -> pa.Array:
    """The hash of each prompt under a key, 16 bytes; null for a null prompt.

    Prompts with the same normalised text (`queries.text.prompt_normalisation`) have the same hash.
    Two others have the same hash with probability 2**-128.
    """
    digests = [_digest(text, key) for text in prompts.to_pylist()]
    return pa.array(digests, pa.binary(_DIGEST_BYTES))


def group_numbers(digests: pa.Array) -> pa.Array:
    """The prompt group of each digest, from 0 to 2**53 - 1; null for a null digest.

    A number is the first 53 bits of the digest, so a prompt keeps its number when other data is
    prepared in the same store. Among n distinct prompts any two begin alike with probability
    n**2 / 2**54: 6e-5 for 1,000,000 prompts, 1e-3 for 5,000,000. The later digest then takes the
    next free number, so that different prompts are never in one group.

    Args:
        digests: of `prompt_digests`.
    """
    encoded = digests.dictionary_encode()
    distinct = encoded.dictionary
    order = pc.sort_indices(distinct.cast(pa.binary())).to_numpy()
    leading = distinct.buffers()[1] if len(distinct) else b""
    words = np.frombuffer(leading, ">u8")[distinct.offset * 2 :][::2][: len(distinct)]
    # A shift by 64 bits is undefined in NumPy, which tests with fewer bits would need.
    numbers = ((words >> 1) >> (63 - NUMBER_BITS)).astype(np.int64)
    _separate(numbers, order)
    return pa.array(numbers, pa.int64()).take(encoded.indices)


def _separate(numbers: _Ints, order: _Ints) -> None:
    """Make the numbers distinct in place; of equal ones the first in the order keeps its own."""
    _, first = np.unique(numbers[order], return_index=True)
    if len(first) == len(numbers):
        return
    is_first = np.zeros(len(order), bool)
    is_first[first] = True
    taken = set(numbers.tolist())
    for position in order[~is_first]:
        number = int(numbers[position])
        while number in taken:
            number = (number + 1) % 2**NUMBER_BITS
        taken.add(number)
        numbers[position] = number


def _digest(text: str | None, key: bytes) -> bytes | None:
    if text is None:
        return None
    return hashlib.blake2b(
        normalise_prompt(text).encode(), digest_size=_DIGEST_BYTES, key=key
    ).digest()
