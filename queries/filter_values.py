"""The values that filters can have, and how they are written in a URL or on a command line."""

import math
import re
from dataclasses import dataclass
from typing import Any, Literal, get_args

from queries.errors import FilterError
from queries.schema import CATEGORIES, ROLES, score_column
from queries.search.language import parsed_query

Flagged = Literal["any", "none", "user", "assistant"]
ScoreRole = Literal["any", "user", "assistant"]

TURNS_MAX = 1_000_000_000
WORD_CHARS_MAX = 40

_DIGITS = re.compile("[0-9]{1,12}")


@dataclass(frozen=True, slots=True, order=True)
class MinScore:
    """A score that a user or assistant message must reach.

    Written ``violence=0.5`` or ``user:violence=0.5``.
    """

    category: str
    score: float
    role: ScoreRole = "any"

    def __str__(self) -> str:
        """The score as a filter is written."""
        role = "" if self.role == "any" else f"{self.role}:"
        return f"{role}{self.category}={self.score!r}"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of `conversations` that hold the highest scores in question."""
        return tuple(score_column(r, self.category) for r in ROLES if self.role in ("any", r))


def parsed_value(name: str, text: str) -> Any:  # noqa: ANN401
    """One value of a field from its text.

    Raises:
        FilterError: the field cannot have this value; says what it can have.
    """
    match name:
        case "model" | "language":
            return text
        case "text":
            parsed_query(text)
            return " ".join(text.split())
        case "text_role":
            return _one_of(name, text, ROLES)
        case "word":
            return _parsed_word(text)
        case "prompt_group":
            return _parsed_prompt_group(text)
        case "min_turns" | "max_turns":
            return _parsed_turns(name, text)
        case "flagged":
            return _one_of(name, text, get_args(Flagged))
        case "category":
            return _one_of(name, text, CATEGORIES)
        case "min_score":
            return parsed_min_score(text)
        case "redacted" | "has_code" | "unique_prompts":
            return _one_of(name, text.lower(), ("true", "false")) == "true"
        case _:
            raise ValueError(name)


def parsed_min_score(text: str) -> MinScore:
    """A minimum score from ``[user:|assistant:]CATEGORY=SCORE``.

    Raises:
        FilterError: another form, an unknown category, or a score outside 0 to 1.
    """
    subject, equals, number = text.rpartition("=")
    role, colon, category = subject.rpartition(":")
    try:
        score = float(number)
    except ValueError:
        score = math.nan
    if not equals or not 0 <= score <= 1:
        raise FilterError(
            f"A minimum score is written CATEGORY=SCORE with a score from 0 to 1, "
            f"e.g. violence=0.5 or user:violence=0.5; {text!r} is not."
        )
    _one_of("min_score", category, CATEGORIES)
    if colon:
        _one_of("min_score", role, get_args(ScoreRole))
    return MinScore(category, score, role or "any")  # type: ignore[arg-type]


def _parsed_turns(name: str, text: str) -> int:
    turns = int(text) if _DIGITS.fullmatch(text) else -1
    if not 0 <= turns <= TURNS_MAX:
        raise FilterError(
            f"The filter {name} is a whole number from 0 to {TURNS_MAX}; {text!r} is not."
        )
    return turns


def _parsed_word(text: str) -> str:
    if not text.strip() or len(text) > WORD_CHARS_MAX:
        raise FilterError(
            f"The filter word is a word of at most {WORD_CHARS_MAX} characters; {text!r} is not."
        )
    return text.strip()


def _parsed_prompt_group(text: str) -> int:
    if not re.fullmatch("[0-9]{1,19}", text) or int(text) >= 2**63:
        raise FilterError(
            f"The filter prompt_group is the number of a group of first prompts, as the queries "
            f"give it; {text!r} is none."
        )
    return int(text)


def _one_of(name: str, text: str, known: tuple[str, ...]) -> str:
    if text not in known:
        raise FilterError(f"The filter {name} can be {', '.join(known)}; {text!r} is none of them.")
    return text
