"""Recall of the vector index: the share of true nearest neighbours it finds, also under filters."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from queries.runtime.progress import Progress
from queries.search.embedder import Vector
from queries.search.index import SearchIndex
from queries.search.semantic import (
    SliceMask,
    allowed_prompts,
    conversations_of_prompts,
    nearest_conversations,
)
from queries.store.layout import Version

QUERY_COUNT = 200
NEAREST = 10
SHARES = (0.5, 0.1, 0.01)
"""Shares of the store that the filters keep under which recall is measured, about."""

_SEED = 20_230_421
_ROUNDING = 1e-3
_DEPTH = 40
"""Prompts compared exactly. Ten conversations can have more than ten prompts."""


def measure_recall(index: SearchIndex, version: Version, progress: Progress) -> dict[str, Any]:
    """Measure recall@10 of semantic search against exact search, for prompts drawn at random.

    A drawn prompt and its repeats are excluded from the results. A conversation counts as found if
    it is at least as similar as the tenth one of the exact search.

    Returns:
        ``queries``, ``at``, and ``measured``: per filter (a model or a language) ``filter``,
        ``share`` of conversations kept, and ``recall``.
    """
    count = int(index.manifest["prompt_count"])
    if not count:
        return {"queries": 0, "at": NEAREST, "measured": []}
    drawn = np.random.default_rng(_SEED).choice(count, min(QUERY_COUNT, count), replace=False)
    vectors = index.vectors(drawn)
    slices = _slices(version)
    measured = []
    with progress.step("Measuring recall", len(slices), "slices") as advance:
        for name, mask in slices.items():
            exact = _exact(index, vectors, drawn, mask)
            approximate = [
                nearest_conversations(
                    index, vector, mask, NEAREST, excluded=np.array([prompt], np.int64)
                ).scores
                for prompt, vector in zip(drawn, vectors, strict=True)
            ]
            share = 1.0 if mask is None else float(mask.mean())
            recall = _recall(exact, approximate)
            measured.append({"filter": name, "share": round(share, 4), "recall": recall})
            advance(1)
    return {"queries": len(drawn), "at": NEAREST, "measured": measured}


def _recall(
    exact: list[npt.NDArray[np.float32]], approximate: list[npt.NDArray[np.float32]]
) -> float:
    total = sum(len(scores) for scores in exact)
    near = sum(
        int(np.count_nonzero(similarities >= scores[-1] - _ROUNDING))
        for scores, similarities in zip(exact, approximate, strict=True)
        if len(scores)
    )
    return round(near / total, 4) if total else 1.0


def _exact(
    index: SearchIndex, vectors: Vector, drawn: npt.NDArray[np.int64], mask: SliceMask | None
) -> list[npt.NDArray[np.float32]]:
    """The similarities of the nearest conversations to each query, highest first."""
    best = [(np.empty(0, np.int64), np.empty(0, np.float32)) for _ in drawn]
    allowed = allowed_prompts(index, mask, None)
    start = 0
    for batch in index.vector_batches():
        similarity = vectors @ batch.T
        if allowed is not None:
            similarity[:, ~allowed[start : start + len(batch)]] = -1
        for n, prompt in enumerate(drawn):
            row = similarity[n]
            if start <= prompt < start + len(batch):
                row[prompt - start] = -1
            least = best[n][1][-1] if len(best[n][1]) >= _DEPTH else -1
            better = np.flatnonzero(row > least)
            prompts = np.concatenate([best[n][0], better + start])
            scores = np.concatenate([best[n][1], row[better]])
            order = np.lexsort((prompts, -scores))[:_DEPTH]
            best[n] = prompts[order], scores[order]
        start += len(batch)
    return [conversations_of_prompts(index, p, s, mask, NEAREST).scores for p, s in best]


def _slices(version: Version) -> dict[str, SliceMask | None]:
    """All conversations, and for each of `SHARES` those of the model or language nearest to it."""
    files = sorted(version.table("conversations").glob("*.parquet"))
    rows = pa.concat_tables([pq.read_table(f, columns=["model", "language"]) for f in files])
    slices: dict[str, SliceMask | None] = {"all": None}
    counts = [
        (f"{column}={row['values']}", column, row["values"], row["counts"] / len(rows))
        for column in ("model", "language")
        for row in pc.value_counts(rows[column]).to_pylist()
        if row["values"] is not None
    ]
    for share in SHARES if counts else ():
        name, column, value, _ = min(counts, key=lambda c: (abs(np.log(c[3] / share)), c[0]))
        is_kept = pc.fill_null(pc.equal(rows[column], value), False)
        slices.setdefault(name, is_kept.to_numpy())
    return slices
