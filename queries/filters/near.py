"""Nearness in meaning to a text or a conversation, down to a cut: the filter `near`."""

import math
import re
from dataclasses import dataclass, replace

from queries.errors import FilterError
from queries.filters.values import NUMBER_MAX
from queries.text.query_language import QUERY_CHARS_MAX

_FORM = re.compile(
    r"(?s)(?:top([0-9]{1,10})|([0-9.][0-9.e-]{0,30}))(?:@([0-9a-f]{8}))?(?:~([0-9]{0,6}))?:(.*)"
)


@dataclass(frozen=True, slots=True)
class Near:
    """Conversations whose user messages are near in meaning to a text, or to a conversation.

    Written ``0.5:a text`` or ``top20:a text``, with a model ``0.5@1a2b3c4d:a text``, and for a
    conversation ``0.5~:ID``, or ``0.5~3:ID`` for its third turn.

    Attributes:
        text: what a model is given, without a surplus of spaces; or the id of a conversation.
        least: the least cosine similarity of the nearest user message, from 0 to 1.
        top: so many conversations of the store, the nearest ones; one of the two is None.
        model: the short hash of the model that similarities are computed with, see
            `queries.store.model_hash`; None for whichever the index has.
        turn: the turn of the conversation; 0 for all of it, None where there is a text.
    """

    text: str
    least: float | None = None
    top: int | None = None
    model: str | None = None
    turn: int | None = None

    def __str__(self) -> str:
        """The filter as it is written in a URL and on a command line."""
        cut = f"top{self.top}" if self.least is None else f"{self.least!r}"
        model = "" if self.model is None else f"@{self.model}"
        turn = "" if self.turn is None else f"~{self.turn or ''}"
        return f"{cut}{model}{turn}:{self.text}"

    @property
    def source(self) -> tuple[str, int | None]:
        """What conversations are near to, whatever the cut."""
        return self.text, self.turn

    @property
    def phrase(self) -> str:
        """The filter in words, e.g. "the 20 closest in meaning to ‘how to cook rice’"."""
        of_turn = f"turn {self.turn:,} of " if self.turn else ""
        source = f"‘{self.text}’" if self.turn is None else f"{of_turn}conversation {self.text}"
        if self.least is not None:
            return f"close in meaning to {source} (similarity at least {self.least:g})"
        if self.top == 1:
            return f"the conversation closest in meaning to {source}"
        return f"the {self.top:,} closest in meaning to {source}"

    def with_model(self, model: str | None) -> "Near":
        """The same with a model, unless it has one already."""
        return self if self.model is not None else replace(self, model=model)


def parse_near(text: str) -> Near:
    """Nearness from ``SIMILARITY:TEXT`` or ``topNUMBER:TEXT``.

    Raises:
        FilterError: another form, a similarity outside 0 to 1, no conversation, or no text.
    """
    form = _FORM.fullmatch(text)
    top, least = (None, None) if form is None else (_number(form[1]), _similarity(form[2]))
    words = "" if form is None else " ".join(form[5].split())
    if form is None or (top is None) == (least is None) or not words:
        raise FilterError(
            "The filter near takes a similarity from 0 to 1 or a number of conversations, and a "
            f"text: 0.5:how to cook rice, or top20:how to cook rice, not {_short(text)!r}."
        )
    if len(words) > QUERY_CHARS_MAX:
        raise FilterError(
            f"The text of the filter near has at most {QUERY_CHARS_MAX:,} characters; this one has "
            f"{len(words):,}."
        )
    turn = None if form[4] is None else int(form[4] or 0)
    return Near(words, least, top, form[3], turn)


def _number(digits: str | None) -> int | None:
    number = int(digits or 0)
    return number if 1 <= number <= NUMBER_MAX else None


def _similarity(number: str | None) -> float | None:
    try:
        similarity = float(number or "nan")
    except ValueError:
        return None
    return similarity if not math.isnan(similarity) and 0 <= similarity <= 1 else None


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"
