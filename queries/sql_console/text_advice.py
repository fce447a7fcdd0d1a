"""What to do with a statement that looks for words in texts and takes too long.

DuckDB reads and masks every text for it. The filter `text` looks the words up in the search index,
so that the statement reads the texts of the conversations that have them only.
"""

import re
import shlex

_PATTERN = r"'((?:[^']|'')*)'"
_COLUMN = r"(?:lower\s*\(\s*|upper\s*\(\s*)?(?:\w+\.)?(?:text|opening)(?:\s*\))?"
_CONDITIONS = tuple(
    re.compile(condition, re.IGNORECASE)
    for condition in (
        rf"\b{_COLUMN}\s*(?:i?like|glob|~|!?~~\*?|similar\s+to|=)\s*{_PATTERN}",
        rf"\b(?:contains|regexp_matches|regexp_full_match|strpos|instr|position|starts_with"
        rf"|prefix|suffix|ends_with|like_escape|list_contains|regexp_extract|regexp_extract_all)"
        rf"\s*\(\s*{_COLUMN}\s*,\s*{_PATTERN}",
        rf"\bposition\s*\(\s*{_PATTERN}\s+in\s+{_COLUMN}",
    )
)
_READS_TEXT = re.compile(
    rf"\b{_COLUMN}\s*(?:not\s+)?(?:i?like|glob|~|similar)|\(\s*{_COLUMN}\s*,", re.IGNORECASE
)
_MESSAGES = re.compile(r"\b(from|join)\s+messages\b(?!\s+semi\s+join\s+slice)", re.IGNORECASE)
_CONVERSATIONS = re.compile(r"\b(from|join)\s+conversations\b", re.IGNORECASE)
_HAS_ALIAS = re.compile(
    r"\s+(?:as\s+)?(?!where|group|order|limit|join|semi|anti|left|right|inner"
    r"|full|cross|natural|asof|positional|on|using|having|window|qualify"
    r"|sample|union|except|intersect|tablesample)(\w+)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]{2,}")


def text_advice(sql: str) -> str:
    """How to run a statement with the filter `text`; empty if it has no condition on texts."""
    if not _READS_TEXT.search(sql):
        return ""
    words = _words(sql)
    option = f"--text {shlex.quote(words)}" if words else "--text WORDS"
    advice = f"Use the filter `text` ({option}), which looks words up in the search index"
    rewritten = _over_slice(sql)
    if rewritten == sql:
        return f"{advice}, with the same statement."
    return f"{advice}, with this statement: {' '.join(rewritten.split())}"


def _words(sql: str) -> str:
    """The words of the first condition on a text, for the query language."""
    for condition in _CONDITIONS:
        if match := condition.search(sql):
            return " ".join(_WORD.findall(re.sub(r"\\\w", " ", match[1])))
    return ""


def _over_slice(sql: str) -> str:
    """The statement, reading only the conversations of the slice, which the filter narrows."""

    def narrowed(match: re.Match[str]) -> str:
        semi_join = "(from messages semi join slice using (id_rank))"
        alias = "" if _HAS_ALIAS.match(sql, match.end()) else " as messages"
        return f"{match[1]} {semi_join}{alias}"

    return _CONVERSATIONS.sub(r"\1 slice", _MESSAGES.sub(narrowed, sql))
