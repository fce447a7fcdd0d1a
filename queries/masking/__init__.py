"""Contact data and secrets in messages, replaced by what they are.

Names are redacted in the published data; e-mail addresses, numbers and keys are not.
"""

from queries.masking.emails import EMAIL_ADDRESS
from queries.masking.pipeline import drop_partial_secret, masked, masked_prefix, with_placeholders
from queries.masking.placeholders import KINDS, escape_placeholders, placeholder_kind

__all__ = [
    "EMAIL_ADDRESS",
    "KINDS",
    "drop_partial_secret",
    "escape_placeholders",
    "masked",
    "masked_prefix",
    "placeholder_kind",
    "with_placeholders",
]
