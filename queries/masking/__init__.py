"""Contact data and secrets in messages, replaced by what they are.

Names are redacted in the published data; e-mail addresses, numbers and keys are not.
"""

from queries.masking.emails import EMAIL_ADDRESS
from queries.masking.marks import KINDS, kind_of, without_marks
from queries.masking.rules import marked, masked, masked_cut, without_cut_end

__all__ = [
    "EMAIL_ADDRESS",
    "KINDS",
    "kind_of",
    "marked",
    "masked",
    "masked_cut",
    "without_cut_end",
    "without_marks",
]
