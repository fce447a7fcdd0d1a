"""Known items: queries that people wrote for a message that they had in mind, and that message.

`tests/data/known_items.csv` is about the bundled sample. `tests/data/known_items_real.csv` is about
`real_medium.parquet`, which is not part of the project: it holds ids, and no text of the data. Its
column ``asked`` is the language of the query, which can be another one than that of the message.
"""

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "assets" / "sample" / "sample.parquet"
KNOWN_ITEMS = ROOT / "tests" / "data" / "known_items.csv"
REAL_KNOWN_ITEMS = ROOT / "tests" / "data" / "known_items_real.csv"


@dataclass(frozen=True, slots=True)
class KnownItem:
    """A query, and the user message that whoever types it has in mind.

    Attributes:
        language: of the conversation.
        conversation_id: its id.
        turn_number: the turn of the message.
        query: what is typed.
        asked: the language of the query.
    """

    language: str
    conversation_id: str
    turn_number: int
    query: str
    asked: str

    @property
    def is_across(self) -> bool:
        """Whether the query is in another language than the message."""
        return self.asked != self.language


def known_items() -> tuple[KnownItem, ...]:
    """The items of the bundled sample."""
    return _read(KNOWN_ITEMS)


def real_known_items() -> tuple[KnownItem, ...]:
    """The items of `real_medium.parquet`."""
    return _read(REAL_KNOWN_ITEMS)


def _read(path: Path) -> tuple[KnownItem, ...]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple(
        KnownItem(
            row["language"],
            row["conversation_id"],
            int(row.get("turn_number") or 1),
            row["query"],
            row.get("asked") or row["language"],
        )
        for row in rows
    )


class LabelledData:
    """A source file with known items about it."""

    def __init__(self, path: Path, items: tuple[KnownItem, ...]) -> None:
        """Read the user messages of a source file."""
        self.path = path
        self.items = items
        self._texts: dict[tuple[str, int], str] = {}
        ids_by_text = defaultdict(set)
        rows = pq.read_table(path, columns=["conversation_id", "conversation"]).to_pylist()
        for row in rows:
            texts = [m["content"] or "" for m in row["conversation"] if m["role"] == "user"]
            for turn, text in enumerate(texts, start=1):
                even = " ".join(text.split())
                self._texts[row["conversation_id"], turn] = even
                ids_by_text[even].add(row["conversation_id"])
        self._ids = {text: frozenset(ids) for text, ids in ids_by_text.items()}

    def prompts(self) -> dict[tuple[str, int], str]:
        """What is said in each turn of each conversation, with even white space."""
        return self._texts

    def meant(self, item: KnownItem) -> str:
        """The message that an item is about."""
        return self._texts[item.conversation_id, item.turn_number]

    def right_ids(self, item: KnownItem) -> frozenset[str]:
        """The conversations in which a user says what an item is about."""
        return self._ids[self.meant(item)]


def write_part(path: Path, items: tuple[KnownItem, ...], count: int, out: Path) -> None:
    """Write a part of a source file: what its items are about, among other conversations.

    Args:
        path: the source file.
        items: the items.
        count: first prompts of each language of the items, about, each with one conversation.
        out: the file to write.
    """
    rows = pq.read_table(path)
    ids, languages = rows["conversation_id"].to_pylist(), rows["language"].to_pylist()
    prompts = [row[0]["content"] for row in rows["conversation"].to_pylist()]
    labelled = {item.conversation_id for item in items}
    numbers = [n for n, conversation_id in enumerate(ids) if conversation_id in labelled]
    seen: dict[str, set[str]] = {item.language: set() for item in items}
    for n in numbers:
        seen[languages[n]].add(prompts[n])
    # Ids are random, and so is their order.
    for n in sorted(range(len(ids)), key=lambda n: str(ids[n])):
        of_language = seen.get(languages[n])
        if of_language is None or len(of_language) >= count or prompts[n] in of_language:
            continue
        of_language.add(prompts[n])
        numbers.append(n)
    pq.write_table(rows.take(pa.array(sorted(numbers))), out)
