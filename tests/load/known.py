"""What a page must show, counted by SQL that knows nothing of the dashboard."""

import random
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import urlencode

import duckdb

from queries.store.layout import StorePath

_WORD = re.compile(r"(?<![\w'’.:-])[a-z]{5,12}(?=[ ,;!?])")
_LETTER = r"\p{L}\p{N}\p{M}_"
_INSIDE = r"'’.:·"
FEW = 30
"""Slices of fewer conversations are not chosen: a reader would find nothing to go on with."""


@dataclass(frozen=True)
class Wanted:
    """A slice that somebody chooses.

    Attributes:
        model: only of this one.
        flagged: any message is flagged, or none.
        min_turns: so many turns or more.
    """

    model: str | None = None
    flagged: bool | None = None
    min_turns: int | None = None

    @property
    def query(self) -> str:
        """It as an address says it, after `?`."""
        flagged = None if self.flagged is None else "any" if self.flagged else "none"
        params = {"model": self.model, "min_turns": self.min_turns, "flagged": flagged}
        return urlencode({name: value for name, value in params.items() if value is not None})


class Known:
    """The conversations of a store, by what the walks choose of them."""

    def __init__(self, store: Path) -> None:
        """Read a store; it is not written to."""
        version = StorePath(store).current()
        self._connection = duckdb.connect()
        files = {name: f"{version.table(name)}/*.parquet" for name in ("conversations", "messages")}
        removed = StorePath(store).removed_path
        left_out = "true"
        if removed.is_file():
            left_out = f"conversation_id not in (select conversation_id from '{removed}')"
        self._conversations = f"(from read_parquet('{files['conversations']}') where {left_out})"
        self._messages = f"read_parquet('{files['messages']}')"
        self.has_index = "index" in version.manifest()["steps"]
        self.has_vectors = version.manifest()["steps"].get("index", {}).get("model") is not None

    def read(self) -> None:
        """Count all that will be asked for, and let go of the store."""
        _ = self._groups, self.counted_words, self.questions
        self._connection.close()

    def count(self, wanted: Wanted) -> int:
        """Conversations of a slice."""
        return sum(
            count
            for model, turns, flagged, count in self._groups
            if wanted.model in (None, model)
            and wanted.flagged in (None, flagged)
            and turns >= (wanted.min_turns or 0)
        )

    @cached_property
    def models(self) -> list[str]:
        """The ten most used models."""
        totals: dict[str, int] = {}
        for model, _, _, count in self._groups:
            totals[model] = totals.get(model, 0) + count
        return sorted((model for model in totals if model), key=lambda model: -totals[model])[:10]

    def wanted(self, draw: random.Random) -> Wanted:
        """A slice with some conversations in it, drawn at random."""
        while True:
            wanted = Wanted(
                model=draw.choice([None, *self.models]),
                flagged=draw.choice([None, None, True, False]),
                min_turns=draw.choice([None, None, 2, 3, 4]),
            )
            if wanted != Wanted() and self.count(wanted) >= FEW:
                return wanted

    @cached_property
    def words(self) -> list[str]:
        """Words of first prompts, of which none stands in more than a few of them."""
        rows = self._connection.execute(
            f"select lower(opening) from {self._conversations} "
            "using sample reservoir(2000 rows) repeatable (7)"
        ).fetchall()
        counts: dict[str, int] = {}
        for (opening,) in rows:
            for word in set(_WORD.findall(opening or "")):
                counts[word] = counts.get(word, 0) + 1
        return sorted(word for word, count in counts.items() if count <= len(rows) // 50 + 1)

    @cached_property
    def questions(self) -> list[str]:
        """Some beginnings of first prompts, to be searched for by their meaning."""
        rows = self._connection.execute(
            f"select opening from {self._conversations} where length(opening) > 30 "
            "using sample reservoir(300 rows) repeatable (8)"
        ).fetchall()
        beginnings = (re.sub(r"[^\w ]", " ", opening[:60]) for (opening,) in rows)
        return sorted({" ".join(text.split()) for text in beginnings} - {""})

    @cached_property
    def counted_words(self) -> dict[str, int]:
        """Of three words, in how many conversations each stands; read from the messages."""
        draw = random.Random(3)
        words = draw.sample(self.words, min(3, len(self.words))) if self.has_index else []
        return {word: self._with_word(word) for word in words}

    def _with_word(self, word: str) -> int:
        """Conversations with a message that has it, by the rules for words of Unicode."""
        before = f"(^|[^{_LETTER}{_INSIDE}]|(^|[^{_LETTER}])[{_INSIDE}])"
        after = f"($|[^{_LETTER}{_INSIDE}]|[{_INSIDE}]($|[^{_LETTER}]))"
        row = self._connection.execute(
            f"select count(distinct id_rank) from {self._messages} semi join "
            f"{self._conversations} as kept using (id_rank) where contains(lower(text), $word) "
            "and regexp_matches(lower(text), $pattern)",
            {"word": word, "pattern": f"{before}{word}{after}"},
        ).fetchone()
        return int(row[0]) if row else 0

    @cached_property
    def _groups(self) -> list[tuple[str, int, bool, int]]:
        return self._connection.execute(
            "select model, turn_count, is_flagged, count(*) "
            f"from {self._conversations} group by all order by all"
        ).fetchall()
