"""What searching takes, with vectors of a stand-in and questions embedded by the real model."""

import os
import random
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import numpy as np

from queries.filters import Filters
from queries.open_store import open_store
from queries.prepare.index.distinct_prompts import PromptTexts, write_bucket
from queries.prepare.index.vectors import embed_prompts
from queries.runtime.progress import Silent
from queries.search.embedder import SentenceEmbedder, Vector
from queries.search.index import SearchIndex
from queries.search.model_files import BUNDLED
from queries.search.service import Mode, search, similar
from queries.settings import Settings
from queries.store.store import Store
from tests.bench.measure import Figure, repeated, resident_mb, run_python, timed
from tests.bench.word_queries import WORD_QUERIES
from tests.support.fake_embedder import HashedWordsEmbedder

QUERIES = 40
EMBEDDED = 1_500
COMMON = "the"
_WORD = re.compile(r"\w{3,}")


class Timed(HashedWordsEmbedder):
    """Takes as long over a question as the real model, and gives the vector of the stand-in."""

    def __init__(self, real: SentenceEmbedder) -> None:
        super().__init__()
        self._real = real

    def embed_query(self, text: str) -> Vector:
        self._real.embed_query(text)
        return super().embed_query(text)


def figures(store_path: Path, *, is_full_size: bool) -> Iterator[Figure]:
    """All figures of building an index and of asking it."""
    seconds, memory = run_python("tests.bench.index", str(store_path))
    limit = 900 if is_full_size else None
    yield Figure("index, with vectors that stand in", "s", (seconds,), "15 min", limit)
    yield Figure("index, peak memory", "MB", (memory,), "6 GB", 6_000)
    real = SentenceEmbedder(BUNDLED, "cpu")
    store = open_store(store_path, Settings(), embedder=Timed(real))
    texts = _texts(store)
    yield from _embedding(real, texts[: EMBEDDED if is_full_size else 64])
    store.load_into_memory()
    store.search_index().warm_up()
    measured = store.search_index().manifest["recall"]["measured"]
    for title, rows in (("all", measured[:1]), ("the least under a filter", measured[1:])):
        recall = min(row["recall"] for row in rows or measured)
        yield Figure(f"recall@10 of meaning, {title}", "%", (recall * 100,), "98 %", 98)
    yield from _latencies(store, texts)
    store.close()


def _embedding(real: SentenceEmbedder, texts: list[str]) -> Iterator[Figure]:
    """The rate of our own pipeline, beside the bare model on the same texts."""
    real.embed_documents(texts[:32])
    bare = timed(
        lambda: real._model.encode(
            texts, batch_size=32, normalize_embeddings=True, show_progress_bar=False
        )
    )
    with TemporaryDirectory() as folder:
        write_bucket(Path(folder) / "texts", 0, texts)
        out, prompts = Path(folder) / "vectors", PromptTexts(Path(folder) / "texts")
        ours = timed(lambda: embed_prompts(out, prompts, real, Silent()))
    rate = len(texts) / ours * 1e3
    yield Figure("embedding", "prompts/s", (rate,))
    yield Figure(
        "embedding, of what the bare model reaches", "%", (bare / ours * 100,), "250 %", 250
    )


def _latencies(store: Store, texts: list[str]) -> Iterator[Figure]:
    before = _resident()
    queries = _queries(texts)
    table = store.version.table("messages")
    scan, exact = _scan(table, queries[0]), _exact(store.search_index())
    one_percent = _one_percent(store)
    kinds: list[tuple[str, Mode, Filters, float, float, str]] = [
        ("words", "words", Filters(), 80, scan, "DuckDB contains over the messages"),
        ("words, in 1 % of conversations", "words", one_percent, 80, scan, ""),
        ("meaning", "meaning", Filters(), 80, exact, "exact search in numpy, vectors in memory"),
        ("meaning, in 1 % of conversations", "meaning", one_percent, 80, exact, ""),
        ("both", "both", Filters(), 120, scan + exact, "both of these ways, one after the other"),
    ]
    ways = {"words": kinds[0][5], "meaning": kinds[2][5], "both": kinds[4][5]}
    for number, (title, mode, filters, limit, naive, _) in enumerate(kinds):
        questions = queries[number * QUERIES :][: QUERIES + 1]
        tasks = [lambda q=q, m=mode, f=filters: search(store, f, q, mode=m) for q in questions]
        yield Figure(
            f"search by {title}: 20 rows and the total",
            "ms",
            repeated(tasks)[1:],
            f"{limit} ms",
            limit,
            naive=naive,
            naive_way=ways[mode],
        )
    tasks = [lambda q=q: search(store, Filters(), q, mode="words") for q in WORD_QUERIES]
    title = f"{len(WORD_QUERIES)} searches as people type them, each once"
    yield Figure(title, "ms", repeated(tasks, warm_up=0), "80 ms", 80)
    yield from _others(store, queries[5 * QUERIES :])
    yield Figure("memory that searching takes", "MB", (_resident() - before,))


def _others(store: Store, queries: list[str]) -> Iterator[Figure]:
    rows = search(store, Filters(), COMMON, mode="words", row_limit=QUERIES).rows
    ids = rows["conversation_id"].tolist()
    tasks = [lambda i=i: similar(store, Filters(), i) for i in ids]
    yield Figure("like this: 20 rows", "ms", repeated(tasks)[1:], "60 ms", 60)
    tasks = [lambda q=q: store.run("slice_size", Filters(text=q)) for q in queries[:QUERIES]]
    yield Figure("size of a slice of words", "ms", repeated(tasks)[1:], "300 ms", 300)
    common = timed(lambda: store.run("slice_size", Filters(text=f"{COMMON} OR a")))
    yield Figure(f"the same, of the words “{COMMON} OR a”, once", "ms", (common,))


def _texts(store: Store) -> list[str]:
    """Distinct user messages, drawn by a seed."""
    files = f"{store.version.table('messages')}/*.parquet"
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select text from read_parquet($files) where role = 'user' and text_chars > 20 "
            "using sample reservoir(20000 rows) repeatable (7)",
            {"files": files},
        ).fetchall()
    texts = sorted({" ".join(text.split()) for (text,) in rows})
    random.Random(5).shuffle(texts)
    return texts


def _queries(texts: list[str]) -> list[str]:
    """Words of messages: one, two of one message, and two or three that stand together."""
    draw = random.Random(11)
    queries: list[str] = []
    while len(queries) < 7 * QUERIES:
        text = draw.choice(texts)
        words = [w for w in _WORD.findall(text.lower()) if w != COMMON]
        if len(words) < 6:
            continue
        kind = len(queries) % 3
        start = draw.randrange(len(words) - 3)
        if kind == 0:
            queries.append(max(draw.sample(words, 3), key=len))
        elif kind == 1:
            queries.append(" ".join(draw.sample(words, 2)))
        else:
            phrase = re.search(r"\w+ \w+ \w+", text[len(text) // 3 :])
            queries.append(f'"{phrase.group()}"' if phrase else words[start])
    return queries


def _scan(table: Path, query: str) -> float:
    """Milliseconds of a look at every text for a word, with the total and a page of 20."""
    word = _WORD.findall(query)[0]
    with duckdb.connect() as connection:
        sql = (
            "select count(*) over (), conversation_id from read_parquet($files) "
            "where contains(lower(text), $word) limit 20"
        )
        params = {"files": f"{table}/*.parquet", "word": word}
        return timed(lambda: connection.execute(sql, params).fetchall())


def _exact(index: SearchIndex) -> float:
    """Milliseconds of a comparison with every vector, all of them in memory."""
    matrix = np.concatenate(list(index.vector_batches()))
    vector = index.query_vector("a first question")
    count = min(10, len(matrix))
    return timed(lambda: np.argpartition(matrix @ vector, -count))


def _one_percent(store: Store) -> Filters:
    """The model whose share is nearest to one percent."""
    mix = store.run("model_mix", Filters())
    nearest = (mix["slice_share"] - 0.01).abs().idxmin()
    return Filters(model=(str(mix["model"][nearest]),))


def _resident() -> float:
    return resident_mb(os.getpid())
