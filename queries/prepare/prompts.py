"""Which first prompts count as the same: normalised, then hashed as on every other machine."""

import hashlib

import pyarrow as pa
import pyarrow.compute as pc

_GROUP_BITS = 63
_SPACE_OR_PUNCTUATION = r"[\s\p{P}\p{Cc}\p{Cf}]+"


def normalised(prompts: pa.Array) -> pa.Array:
    """Prompts without what does not tell them apart: case, white space, punctuation, format marks.

    A prompt of punctuation alone keeps it, so that "?" and "..." stay two prompts.
    """
    folded = pc.utf8_lower(pc.utf8_normalize(prompts, form="NFKC"))
    bare = pc.replace_substring_regex(folded, pattern=_SPACE_OR_PUNCTUATION, replacement="")
    return pc.if_else(pc.equal(bare, ""), pc.utf8_trim_whitespace(folded), bare)


def prompt_groups(prompts: pa.Array) -> pa.Array:
    """A number from 0 to 2**63 - 1 for each prompt: equal for prompts that normalise to the same.

    Null for a null prompt. Prompts that normalise to different texts share a number with
    probability 2**-63; "10/2" and "102" normalise to the same.
    """
    return pa.array([_group(text) for text in normalised(prompts).to_pylist()], pa.int64())


def _group(text: str | None) -> int | None:
    if text is None:
        return None
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> (64 - _GROUP_BITS)
