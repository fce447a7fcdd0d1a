"""How much of what is nearest the vector index finds, with and without filters."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from queries.layout import Version
from queries.progress import Progress
from queries.search.embedder import Vector
from queries.search.index import SearchIndex
from queries.search.meaning import allowed_prompts, nearest_conversations, rolled_up_prompts

QUERIES = 200
NEAREST = 10
SHARES = (0.5, 0.1, 0.01)
"""About so much of the store do the filters keep under which recall is measured."""

_SEED = 20_230_421
_ROUNDING = 1e-3
_DEPTH = 40
"""Prompts that are compared exactly; ten conversations can have more than ten prompts."""

Mask = npt.NDArray[np.bool_]


def measured_recall(index: SearchIndex, version: Version, progress: Progress) -> dict[str, Any]:
    """Recall@10 of search by meaning against exact search, for prompts drawn from the data.

    A drawn prompt is held out: neither it nor its repeats count as found. A conversation counts as
    found when it is as near as the tenth of the exact search.

    Returns:
        ``queries``, ``at`` and for each filter ``filter``, ``share`` (of conversations kept) and
        ``recall``; a filter is a model or a language of the data.
    """
    count = int(index.facts["prompt_count"])
    if not count:
        return {"queries": 0, "at": NEAREST, "measured": []}
    drawn = np.random.default_rng(_SEED).choice(count, min(QUERIES, count), replace=False)
    vectors = index.vectors(drawn)
    slices = _slices(version)
    measured = []
    with progress.step("Measuring recall", len(slices), "slices") as advance:
        for name, mask in slices.items():
            exact = _exact(index, vectors, drawn, mask)
            found = [
                nearest_conversations(
                    index, vector, mask, NEAREST, without=np.array([prompt], np.int64)
                ).scores
                for prompt, vector in zip(drawn, vectors, strict=True)
            ]
            share = 1.0 if mask is None else float(mask.mean())
            recall = _recall(exact, found)
            measured.append({"filter": name, "share": round(share, 4), "recall": recall})
            advance(1)
    return {"queries": len(drawn), "at": NEAREST, "measured": measured}


def _recall(exact: list[npt.NDArray[np.float32]], found: list[npt.NDArray[np.float32]]) -> float:
    wanted = sum(len(scores) for scores in exact)
    near = sum(
        int(np.count_nonzero(got >= scores[-1] - _ROUNDING))
        for scores, got in zip(exact, found, strict=True)
        if len(scores)
    )
    return round(near / wanted, 4) if wanted else 1.0


def _exact(
    index: SearchIndex, vectors: Vector, drawn: npt.NDArray[np.int64], mask: Mask | None
) -> list[npt.NDArray[np.float32]]:
    """The similarities of the nearest conversations of each query, highest first."""
    best = [(np.empty(0, np.int64), np.empty(0, np.float32)) for _ in drawn]
    allowed = allowed_prompts(index, mask, None)
    start = 0
    for batch in index.vector_batches():
        likeness = vectors @ batch.T
        if allowed is not None:
            likeness[:, ~allowed[start : start + len(batch)]] = -1
        for n, prompt in enumerate(drawn):
            row = likeness[n]
            if start <= prompt < start + len(batch):
                row[prompt - start] = -1
            least = best[n][1][-1] if len(best[n][1]) >= _DEPTH else -1
            better = np.flatnonzero(row > least)
            prompts = np.concatenate([best[n][0], better + start])
            scores = np.concatenate([best[n][1], row[better]])
            order = np.lexsort((prompts, -scores))[:_DEPTH]
            best[n] = prompts[order], scores[order]
        start += len(batch)
    return [rolled_up_prompts(index, p, s, mask, NEAREST).scores for p, s in best]


def _slices(version: Version) -> dict[str, Mask | None]:
    """All conversations, and those of the models or languages that keep about each share."""
    files = sorted(version.table("conversations").glob("*.parquet"))
    rows = pa.concat_tables([pq.read_table(f, columns=["model", "language"]) for f in files])
    slices: dict[str, Mask | None] = {"all": None}
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
