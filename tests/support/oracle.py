"""What the breakdowns should say, worked out in plain Python from the published rows."""

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq
from scipy import stats

from queries.filters import Filters, Slice
from queries.filters.filters import Complement
from queries.open_store import open_store
from queries.schema import CATEGORIES
from queries.settings import Settings
from queries.store.store import Store
from tests.support import tiny_dataset
from tests.support.paths import SAMPLE
from tests.support.stores import prepare_store
from tests.support.ugly_rows import ugly_rows

SLICES = [
    Filters(),
    Filters(model=("vicuna-13b",)),
    Filters(flagged="any"),
    Filters(flagged="unknown"),
    Filters(min_turns=2, language=("English",)),
]
FLAGGED = {"any": True, "none": False, "unknown": None}
RESTS = [Complement(filters) for filters in SLICES[1:]]


@dataclass
class Message:
    """A message with its verdict: the entry of the moderation that is certainly about it."""

    role: str | None
    text: str | None
    turn: int
    entry: dict[str, Any] | None

    @cached_property
    def is_flagged(self) -> bool:
        return bool(self.entry and self.entry["flagged"])

    @cached_property
    def categories(self) -> set[str]:
        flags = (self.entry or {}).get("categories") or {}
        return {category for category in CATEGORIES if flags.get(category)}

    @property
    def is_judged(self) -> bool:
        return bool(self.entry) and self.entry["flagged"] is not None

    @property
    def is_scored(self) -> bool:
        """Whether it has a verdict and a score that is a number."""
        scores = [self.score(category) for category in CATEGORIES]
        return self.is_judged and any(s is not None and not math.isnan(s) for s in scores)

    def score(self, category: str) -> float | None:
        return ((self.entry or {}).get("category_scores") or {}).get(category)

    def number(self, category: str) -> float:
        """The score; less than every threshold where it is null or not a number."""
        score = self.score(category)
        return -math.inf if score is None or math.isnan(score) else score


@dataclass
class Conversation:
    """A published row, with what the breakdowns say of one."""

    row: dict[str, Any]
    messages: list[Message] = field(default_factory=list)
    undealt: list[dict[str, Any] | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        entries = self.row["openai_moderation"] or []
        turn, is_begun = 1, False
        for published in self.row["conversation"] or []:
            published = published or {"role": None, "content": None}
            turn += published["role"] == "user" and is_begun
            is_begun |= published["role"] == "user"
            self.messages.append(Message(published["role"], published["content"], turn, None))
        roles = [m.role for m in self.messages]
        user_messages = [m for m in self.messages if m.role == "user"]
        if len(entries) == len(self.messages):
            judged = self.messages
        elif len(entries) == len(user_messages) and None not in roles:
            judged = user_messages
        else:
            judged, self.undealt = [], entries
        for message, entry in zip(judged, entries, strict=False):
            message.entry = entry

    def __getattr__(self, name: str) -> Any:
        return self.row[{"id": "conversation_id"}.get(name, name)]

    def of(self, role: str) -> list[Message]:
        return [m for m in self.messages if m.role == role]

    def is_flagged(self, role: str | None = None) -> bool | None:
        """Whether a message of the role is flagged; None if too few verdicts say."""
        of_role = [m for m in self.messages if role in (None, m.role)]
        if any(m.is_flagged for m in of_role) or (role is None and self.has_undealt_flag):
            return True
        is_any_judged = any(m.is_judged for m in self.messages)
        return False if is_any_judged and all(m.is_judged for m in of_role) else None

    @property
    def has_undealt_flag(self) -> bool:
        return any(entry and entry["flagged"] for entry in self.undealt)

    @property
    def is_prompt_flagged(self) -> bool | None:
        """Whether a user message is, or may be, flagged."""
        is_maybe = self.has_undealt_flag or bool(self.undealt and self.categories)
        return True if is_maybe else self.is_flagged("user")

    @property
    def is_category_judged(self) -> bool:
        """Whether shares of categories count it."""
        return self.is_flagged() is not None or bool(self.categories)

    def chars(self, role: str) -> int:
        return sum(len(m.text or "") for m in self.of(role))

    @cached_property
    def categories(self) -> set[str]:
        undealt = [Message(None, None, 0, entry) for entry in self.undealt]
        return set().union(*(m.categories for m in (*self.messages, *undealt)))

    @cached_property
    def has_code(self) -> bool:
        return any("```" in (m.text or "") for m in self.messages)

    @cached_property
    def prompt(self) -> str | None:
        """The first user message as it is, if there is one."""
        return next((m.text for m in self.messages if m.role == "user"), None)

    @cached_property
    def bare_prompt(self) -> str | None:
        return None if self.prompt is None else bare(self.prompt)


def bare(text: str) -> str:
    """A prompt without what two repeats of it may differ in."""
    words = unicodedata.normalize("NFKC", text).lower().split()
    return re.sub(r"(?<=[^\W\d_]{2})!+$|(?<=[^\W_])(\.+|[?!]*\?)$", "", " ".join(words))


def keeps(filters: Slice, of: Conversation) -> bool:
    """Whether a slice has a conversation: for the fields that `SLICES` constrain."""
    if isinstance(filters, Complement):
        return not keeps(filters.filters, of)
    return (
        _has_name(of.model, filters.model)
        and _has_name(of.language, filters.language)
        and (filters.min_turns is None or (of.turn is not None and of.turn >= filters.min_turns))
        and (filters.flagged is None or of.is_flagged() is FLAGGED[filters.flagged])
    )


def _has_name(name: str | None, names: tuple[str, ...]) -> bool:
    if name is None:
        return not names or "(none given)" in names
    return not names or name in names or "(any given)" in names


def in_slice(conversations: list[Conversation], filters: Slice) -> list[Conversation]:
    return [conversation for conversation in conversations if keeps(filters, conversation)]


def grouped(conversations: list[Conversation], filters: Slice, *columns: str) -> dict[Any, Any]:
    """Conversations of a slice by columns, most frequent first, then by name, null last."""
    groups = defaultdict(list)
    for conversation in in_slice(conversations, filters):
        groups[tuple(getattr(conversation, column) for column in columns)].append(conversation)
    order = sorted(groups, key=lambda k: (-len(groups[k]), *map(null_last, k)))
    return {key if len(columns) > 1 else key[0]: groups[key] for key in order}


@cache
def sample() -> list[Conversation]:
    return [Conversation(row) for row in pq.read_table(SAMPLE).to_pylist()]


@contextmanager
def store_with_rows(
    name: str, store: Store, folder: Path
) -> Iterator[tuple[Store, list[Conversation]]]:
    """A store and its conversations: of the sample, or of the `ugly` rows."""
    if name == "sample":
        yield store, sample()
        return
    with prepared_rows(ugly_rows(), folder) as both:
        yield both


@contextmanager
def prepared_rows(
    rows: list[dict[str, Any]], folder: Path
) -> Iterator[tuple[Store, list[Conversation]]]:
    """A store of some rows, and the same as conversations."""
    prepare_store(tiny_dataset.write(folder / "raw.parquet", rows), folder / "store")
    store = open_store(folder / "store", Settings())
    yield store, [Conversation(row) for row in rows]
    store.close()


def differences(frame: pd.DataFrame, wanted: list[dict[str, Any]]) -> list[str]:
    """What a frame says otherwise than rows of an oracle do, in their order."""
    if len(frame) != len(wanted):
        return [f"{len(frame)} rows, not {len(wanted)}"]
    if wanted and set(frame) != set(wanted[0]):
        return [f"columns {sorted(set(frame) ^ set(wanted[0]))}"]
    return [
        f"{next(iter(row.values()))} {name}: {got!r}, not {row[name]!r}"
        for name in frame
        for got, row in zip(frame[name].tolist(), wanted, strict=True)
        if not _same(got, row[name])
    ]


def ordered(frame: pd.DataFrame, *keys: str) -> pd.DataFrame:
    """The rows in the order of some columns: where ties leave the order open."""
    return frame.sort_values(list(keys), ignore_index=True, kind="stable")


def _same(got: Any, wanted: Any) -> bool:
    if isinstance(got, list) or isinstance(wanted, list | str | bool):
        return got == wanted
    if missing(got) or missing(wanted):
        return missing(got) and missing(wanted)
    return math.isclose(got, wanted, rel_tol=1e-8, abs_tol=1e-12)


def missing(value: Any) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))


@cache
def wilson(count: int, total: int) -> tuple[float, float]:
    if total == 0:
        return math.nan, math.nan
    ends = stats.binomtest(int(count), int(total)).proportion_ci(0.95, method="wilson")
    return ends.low, ends.high


def share(name: str, count: int, total: int) -> dict[str, float]:
    low, high = wilson(count, total)
    return {
        f"{name}_share": count / total if total else math.nan,
        f"{name}_low": low,
        f"{name}_high": high,
    }


def quantile(values: list[int], percent: int) -> int:
    """The smallest of the values that so many of 100 do not exceed."""
    return sorted(values)[-(-len(values) * percent // 100) - 1]


def null_last(value: str | None) -> tuple[bool, str]:
    return value is None, value or ""
