"""What the breakdowns should say, worked out in plain Python from the published rows."""

import math
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

from queries.filters import Filters, Rest, Slice
from queries.schema import CATEGORIES
from queries.settings import Settings
from queries.store import Store, open_store
from tests import tiny
from tests.conftest import SAMPLE, prepared

SLICES = [
    Filters(),
    Filters(model=("vicuna-13b",)),
    Filters(flagged="any"),
    Filters(min_turns=2, language=("English",)),
]
RESTS = [Rest(filters) for filters in SLICES[1:]]


@dataclass
class Message:
    """A message with its verdict: the entry of the moderation at the same place."""

    role: str | None
    text: str | None
    turn: int
    entry: dict[str, Any] | None

    @cached_property
    def is_flagged(self) -> bool:
        return bool(self.entry and self.entry["flagged"])

    @cached_property
    def categories(self) -> set[str]:
        said = (self.entry or {}).get("categories") or {}
        return {category for category in CATEGORIES if said.get(category)}

    @property
    def is_judged(self) -> bool:
        return bool(self.entry) and self.entry["flagged"] is not None

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

    def __post_init__(self) -> None:
        entries = self.row["openai_moderation"] or []
        turn, is_begun = 1, False
        for place, said in enumerate(self.row["conversation"] or []):
            said = said or {"role": None, "content": None}
            turn += said["role"] == "user" and is_begun
            is_begun |= said["role"] == "user"
            entry = entries[place] if place < len(entries) else None
            self.messages.append(Message(said["role"], said["content"], turn, entry))

    def __getattr__(self, name: str) -> Any:
        return self.row[{"id": "conversation_id"}.get(name, name)]

    def of(self, role: str) -> list[Message]:
        return [m for m in self.messages if m.role == role]

    def is_flagged(self, role: str | None = None) -> bool:
        return any(m.is_flagged for m in self.messages if role in (None, m.role))

    def chars(self, role: str) -> int:
        return sum(len(m.text or "") for m in self.of(role))

    @cached_property
    def categories(self) -> set[str]:
        return set().union(*(m.categories for m in self.messages))

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
    folded = unicodedata.normalize("NFKC", text).lower()
    kept = "".join(c for c in folded if not c.isspace() and unicodedata.category(c)[0] not in "PC")
    return kept or folded.strip()


def keeps(kept: Slice, of: Conversation) -> bool:
    """Whether a slice has a conversation: for the fields that `SLICES` constrain."""
    if isinstance(kept, Rest):
        return not keeps(kept.filters, of)
    return (
        (not kept.model or of.model in kept.model)
        and (not kept.language or of.language in kept.language)
        and (kept.min_turns is None or (of.turn is not None and of.turn >= kept.min_turns))
        and (kept.flagged is None or of.is_flagged() == (kept.flagged == "any"))
    )


def kept_of(conversations: list[Conversation], kept: Slice) -> list[Conversation]:
    return [one for one in conversations if keeps(kept, one)]


def grouped(conversations: list[Conversation], kept: Slice, *columns: str) -> dict[Any, Any]:
    """Conversations of a slice by columns, most frequent first, then by name, null last."""
    found = defaultdict(list)
    for one in kept_of(conversations, kept):
        found[tuple(getattr(one, column) for column in columns)].append(one)
    order = sorted(found, key=lambda k: (-len(found[k]), *map(null_last, k)))
    return {key if len(columns) > 1 else key[0]: found[key] for key in order}


@cache
def sample() -> list[Conversation]:
    return [Conversation(row) for row in pq.read_table(SAMPLE).to_pylist()]


@contextmanager
def told(name: str, store: Store, folder: Path) -> Iterator[tuple[Store, list[Conversation]]]:
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
    prepared(tiny.write(folder / "raw.parquet", rows), folder / "store")
    made = open_store(folder / "store", Settings())
    yield made, [Conversation(row) for row in rows]
    made.close()


def differences(found: pd.DataFrame, wanted: list[dict[str, Any]]) -> list[str]:
    """What a frame says otherwise than rows of an oracle do, in their order."""
    if len(found) != len(wanted):
        return [f"{len(found)} rows, not {len(wanted)}"]
    if wanted and set(found) != set(wanted[0]):
        return [f"columns {sorted(set(found) ^ set(wanted[0]))}"]
    return [
        f"{next(iter(row.values()))} {name}: {got!r}, not {row[name]!r}"
        for name in found
        for got, row in zip(found[name].tolist(), wanted, strict=True)
        if not _same(got, row[name])
    ]


def ordered(found: pd.DataFrame, *keys: str) -> pd.DataFrame:
    """The rows in the order of some columns: where ties leave the order open."""
    return found.sort_values(list(keys), ignore_index=True, kind="stable")


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


def _row(letter: str, *said: tuple[str | None, str | None, Any], **others: Any) -> dict[str, Any]:
    users = sum(role == "user" for role, _, _ in said)
    return {
        "conversation_id": letter * 32,
        "model": "vicuna-13b",
        "conversation": [{"role": role, "content": text} for role, text, _ in said],
        "turn": users,
        "language": "English",
        "openai_moderation": [entry for _, _, entry in said],
        "redacted": False,
        **others,
    }


def ugly_rows() -> list[dict[str, Any]]:
    """Rows that the schema allows and nobody hopes for."""
    none, hate = tiny.verdict(), tiny.verdict("hate", "violence", score=0.8)
    calm = {**tiny.verdict("hate", score=0.5), "flagged": False}
    mute = {**tiny.verdict("sexual"), "flagged": None}
    alone = {**none, "flagged": True}
    hollow = {"categories": None, "category_scores": None, "flagged": True}
    odd = tiny.verdict("violence", "self-harm")
    scores = (math.nan, None, 1.0, 0.0, 1e-6, 0.9999999, -0.5, 1.5, math.inf, 0.98, 0.05)
    odd = {**odd, "category_scores": dict(zip(CATEGORIES, scores, strict=True))}
    null = dict.fromkeys(CATEGORIES)
    blank = {"categories": null, "category_scores": null, "flagged": None}
    long = [(("user", "assistant")[n % 2], "x" * n, hate if n == 50 else none) for n in range(60)]
    chat = [("user", "Go on", none), ("assistant", "ok", none)]
    return [
        _row("0"),
        _row("1", conversation=None, openai_moderation=None, turn=0, language=None),
        _row("2", *chat, openai_moderation=None, model=None),
        _row("3", *chat, ("user", "go on!", hate), openai_moderation=[calm], model=None),
        _row("4", *chat, openai_moderation=[none, mute, hate, hate], language=None),
        _row("5", ("system", "Be evil", hate), ("user", "GO ON?", none), ("assistant", "", none)),
        _row("6", ("assistant", "Hi", hate), ("user", "", calm), ("user", "Go on", odd), *chat),
        _row("7", ("system", "Only me", none), ("tool", "```", None), language="unknown"),
        _row("8", ("user", None, hate), ("assistant", None, alone), *chat, redacted=None),
        _row("9", *long, model="gpt-4", redacted=True),
        _row("a", ("user", "??", alone), ("assistant", "?", hollow), model="gpt-4", turn=1),
        _row("b", ("user", "!!", blank), ("assistant", "```a```", None), model="my own"),
        _row("c", ("user", "??", None), ("assistant", "b", odd), model="koala-13b", language=None),
        _row("d", (None, "nobody", hate), ("user", "  ", mute), (None, None, none), model="my own"),
        _row(
            "e", ("user", "Ｇｏ　ｏｎ", hate), ("assistant", "é́", hate), language="French", turn=0
        ),
        _row("f", ("assistant", "ok " * 300, none), model="koala-13b", language="French", turn=-3),
        _row("g", ("user", "y" * 301, none), ("assistant", "no", calm), model=None, turn=2**40),
        _row("h", ("user", "y" * 301, hate), ("assistant", "no", hate), language="", turn=2**40),
        _row("i", *chat, *chat, *chat, model="", openai_moderation=[]),
    ]
