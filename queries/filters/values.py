"""Values of filters: how they are read from text and written as text."""

import re
from typing import Any

from queries.errors import FilterError
from queries.text.query_language import parse_query
from queries.text.tokenizer import runs

NUMBER_MAX = 1_000_000_000
WORD_CHARS_MAX = 40
BIGINT_MAX = 2**63 - 1

NONE_GIVEN = "(none given)"
"""The value of a filter on names that keeps conversations without one."""

ANY_GIVEN = "(any given)"
"""The value of a filter on names that keeps conversations with one, whichever it is."""

_DIGITS = re.compile("[0-9]{1,19}")


def parse_number(name: str, text: str, maximum: int) -> int:
    """A whole number from 0 to a maximum.

    Raises:
        FilterError: anything else, digits of other scripts included.
    """
    number = int(text) if _DIGITS.fullmatch(text) else -1
    if not 0 <= number <= maximum:
        raise FilterError(
            f"The filter {name} takes a whole number from 0 to {maximum}, not {text!r}."
        )
    return number


def parse_option(name: str, text: str, options: tuple[str, ...]) -> str:
    """One of a fixed list of options.

    Raises:
        FilterError: the text is not in the list; the message names the options.
    """
    if text not in options:
        raise FilterError(f"The filter {name} takes one of {', '.join(options)}, not {text!r}.")
    return text


def parse_boolean(name: str, text: str) -> bool:
    """``true`` or ``false``, in upper or lower case.

    Raises:
        FilterError: anything else.
    """
    return parse_option(name, text.lower(), ("true", "false")) == "true"


def parse_word(name: str, text: str) -> str:
    """A word without surrounding spaces.

    Raises:
        FilterError: an empty word, one of more than `WORD_CHARS_MAX` characters, or only signs.
    """
    if not text.strip() or len(text) > WORD_CHARS_MAX:
        raise FilterError(
            f"The filter {name} takes a word of 1 to {WORD_CHARS_MAX} characters, not {text!r}."
        )
    if not runs(text):
        raise FilterError(
            f"The filter {name} takes a word with a letter, a digit or an emoji, not {text!r}."
        )
    return text.strip()


def parse_search(name: str, text: str) -> str:
    """A full-text query with each run of spaces made one.

    Raises:
        FilterError: the query is malformed.
    """
    parse_query(text)
    return " ".join(text.split())


def format_value(value: Any) -> str:  # noqa: ANN401
    """A plain value as it is written in a URL and on a command line."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def value_name(value: object) -> str:
    """A model or a language as it is displayed, with a substitute for a null or blank name."""
    if not isinstance(value, str):
        return NONE_GIVEN
    return value if value.strip() else "(empty name)"
