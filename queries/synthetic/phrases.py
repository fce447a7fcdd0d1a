"""The phrase banks of `assets/sample/phrases` as arrays, for generating texts in batches."""

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from queries.assets import asset

_Ints = npt.NDArray[np.int64]

SLOTS_MAX = 3
"""The most slots a phrase may have."""

NAME_SLOT = "name"
BUILT_IN = {
    NAME_SLOT: [f"NAME_{n}" for n in range(1, 5)],
    "number": [str(n) for n in range(2, 1000)],
}

_SLOT = re.compile(r"<<([a-z_]+(?::\d)?)>>")
"""``<<city>>``; ``<<city:2>>`` is a second, different city."""

SHARED_POOLS = ("constraints", "followups", "refusals", "closers", "greetings", "greeting_answers")
TOPIC_POOLS = ("prompts", "documents", "followups", "openers", "answers")


@dataclass(frozen=True, slots=True)
class Pool:
    """Phrases of one purpose; those without a person's name come first.

    Attributes:
        start: number of its first phrase.
        plain: how many phrases have no name.
        size: how many phrases it has.
    """

    start: int
    plain: int
    size: int


@dataclass(slots=True)
class Phrases:
    """All phrases, and the pieces that they consist of.

    Attributes:
        pieces: every literal and slot value; piece 0 is the empty text.
        literals: for each phrase, the pieces between its slots, shape (phrases, SLOTS_MAX + 1).
        slots: for each phrase, the number of each of its slots, shape (phrases, SLOTS_MAX).
        shifts: for each of these, the offset of its value: 1 for ``<<city:2>>``, else 0.
        slot_start: for each slot, its first piece; slot 0 means "no slot".
        slot_size: for each slot, how many values it has.
        pools: pools by language, topic ("" for the shared ones) and purpose.
        topics: for each language, its topics as name, kind and share.
    """

    pieces: pa.Array
    literals: _Ints
    slots: _Ints
    shifts: _Ints
    slot_start: _Ints
    slot_size: _Ints
    pools: dict[tuple[str, str, str], Pool]
    topics: dict[str, list[tuple[str, str, float]]]


@dataclass
class _Builder:
    pieces: list[str] = field(default_factory=lambda: [""])
    literals: list[list[int]] = field(default_factory=list)
    slots: list[list[int]] = field(default_factory=list)
    shifts: list[list[int]] = field(default_factory=list)
    slot_start: list[int] = field(default_factory=lambda: [0])
    slot_size: list[int] = field(default_factory=lambda: [1])
    pools: dict[tuple[str, str, str], Pool] = field(default_factory=dict)
    topics: dict[str, list[tuple[str, str, float]]] = field(default_factory=dict)

    def add_slot(self, values: Sequence[str]) -> int:
        self.slot_start.append(len(self.pieces))
        self.slot_size.append(len(values))
        self.pieces.extend(values)
        return len(self.slot_start) - 1

    def add_bank(self, bank: dict[str, Any], built_in: dict[str, int]) -> None:
        language = bank["language"]
        numbers = built_in | {name: self.add_slot(v) for name, v in bank["slots"].items()}
        for purpose in SHARED_POOLS:
            self._add_pool((language, "", purpose), bank[purpose], numbers)
        for topic in bank["topic"]:
            self.topics.setdefault(language, []).append(
                (topic["name"], topic["kind"], float(topic["share"]))
            )
            for purpose in TOPIC_POOLS:
                self._add_pool((language, topic["name"], purpose), topic[purpose], numbers)

    def _add_pool(
        self, key: tuple[str, str, str], texts: Iterable[str], numbers: dict[str, int]
    ) -> None:
        named = [text for text in texts if f"<<{NAME_SLOT}>>" in text]
        plain = [text for text in texts if text not in named]
        self.pools[key] = Pool(len(self.literals), len(plain), len(plain) + len(named))
        for text in [*plain, *named]:
            self._add_phrase(text.strip("\n"), numbers)

    def _add_phrase(self, text: str, numbers: dict[str, int]) -> None:
        parts = _SLOT.split(text)
        literals, uses = parts[0::2], [use.partition(":") for use in parts[1::2]]
        if len(uses) > SLOTS_MAX:
            raise ValueError(f"more than {SLOTS_MAX} slots in {text!r}")
        start = len(self.pieces)
        self.pieces.extend(literals)
        padding = [0] * (SLOTS_MAX - len(uses))
        self.literals.append([*range(start, start + len(literals)), *padding])
        self.slots.append([*(numbers[name] for name, _, _ in uses), *padding])
        self.shifts.append([*(int(which or 1) - 1 for _, _, which in uses), *padding])


@cache
def load_phrases() -> Phrases:
    """All phrase banks, languages in alphabetical order."""
    builder = _Builder()
    built_in = {name: builder.add_slot(values) for name, values in BUILT_IN.items()}
    folder = asset("sample/phrases")
    for file in sorted(folder.iterdir(), key=lambda f: f.name):
        builder.add_bank(tomllib.loads(file.read_text(encoding="utf-8")), built_in)
    return Phrases(
        pieces=pa.array(builder.pieces, pa.string()),
        literals=np.array(builder.literals, dtype=np.int64),
        slots=np.array(builder.slots, dtype=np.int64),
        shifts=np.array(builder.shifts, dtype=np.int64),
        slot_start=np.array(builder.slot_start, dtype=np.int64),
        slot_size=np.array(builder.slot_size, dtype=np.int64),
        pools=builder.pools,
        topics=builder.topics,
    )
