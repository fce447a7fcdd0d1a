"""Run the benchmark: ``python -m tests.bench --rows 1000000``, or ``--data`` for a dataset."""

import argparse
import json
import os
import platform
import random
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from queries.breakdowns.moderation import level_of
from queries.breakdowns.overview import OVERVIEW_BREAKDOWNS
from queries.breakdowns.registry import run_breakdown
from queries.conversations.detail import conversation
from queries.conversations.listing import random_conversation, slice_rows
from queries.filters import Filters
from queries.filters.clauses import Value
from queries.filters.min_score import MinScore
from queries.open_store import open_store
from queries.prepare.source_files import find_source_files
from queries.schema import CATEGORIES, level_column
from queries.settings import Settings
from queries.store.sql_files import is_grouped, query_names
from queries.store.store import Store
from tests.bench import browser, export, reading, search, topics_and_map
from tests.bench.measure import Figure, repeated, resident_mb, run_chatscape
from tests.bench.naive import Raw

SLICES = (
    Filters(),
    Filters(model=("vicuna-13b",)),
    Filters(model=("gpt-4", "koala-13b"), min_turns=2),
    Filters(language=("English",), flagged="none"),
    Filters(flagged="any"),
    Filters(flagged="user", max_turns=3),
    Filters(category=("hate", "violence")),
    Filters(min_score=(MinScore("violence", 0.3),)),
    Filters(has_code=True, redacted=False),
    Filters(unique_prompts=True, language=("English", "Portuguese")),
)
REPEATS = 5
WORDS = ("story", "python", "poem", "translate", "recipe", "the")
THRESHOLDS = {"role": "any", **{level_column(c): level_of(0.5) for c in CATEGORIES}}
PARAMS: dict[str, dict[str, Value]] = {
    "group_lengths": {"role": "assistant"},
    "turn_lengths": {"role": "user", "turn_limit": 12},
    "score_histogram": {"category": "sexual"},
    "repeated_prompts": {"row_limit": 25},
    "map_values": {"colour_by": "score"},
    "threshold_confusion": THRESHOLDS,
    "threshold_totals": {"role": "any"},
}
ANSWERS_ASKED: dict[str, dict[str, Value]] = {
    "models": {},
    "languages": {},
    "standard_rates": {"by": "model", "measure": "flagged"},
    "comparison": {"against": "rest"},
    "shifts": {"against": "rest", "of": "language"},
}
# Of single conversations, of a page of a list, and of a sample of texts: not breakdowns.
NAMES = tuple(
    name
    for name in query_names()
    if name
    not in (
        *("conversation", "messages", "random_conversation", "slice_rows"),
        *("rank_in_slice", "sampled_openings", "slice_members", "search_hits"),
    )
)


def run(store: Store, name: str, filters: Filters) -> None:
    """Run a query over a slice, by model where it divides it."""
    by = "model" if is_grouped(name) else None
    store.run(name, filters, params=PARAMS.get(name, {}), by=by)  # type: ignore[arg-type]


CONVERSATIONS = 60


def main() -> None:
    """Measure, print a table, write it as Markdown and JSON."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="rows of the synthetic dataset")
    parser.add_argument("--data", help="a dataset to measure instead: file, folder or glob")
    parser.add_argument("--out", type=Path, default=Path("bench"), help="where the report goes")
    parser.add_argument("--no-browser", action="store_true", help="leave the browser out")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chatscape-bench-") as folder:
        raw = options.data or str(Path(folder) / "raw")
        figures = []
        for figure in measured(raw, Path(folder) / "store", options):
            figures.append(figure)
            line = f"{figure.what}: {_written(figure.median, figure.unit)}"
            sys.stderr.write(f"{line}, p95 {_written(figure.p95, figure.unit)}\n")
    report(figures, options)


def measured(raw: str, store: Path, options: argparse.Namespace) -> Iterator[Figure]:
    """All figures, in the order in which they are taken."""
    rows = options.rows
    if not options.data:
        seconds, memory = run_chatscape("sample", raw, "--rows", str(rows), "--shards", "6")
        yield Figure("sample", "rows/s", (rows / seconds,), "20,000 rows/s", 20_000)
        yield Figure("sample, peak memory", "MB", (memory,), "2 GB", 2_000)
    files = list(find_source_files(raw, store).files)
    seconds, memory = run_chatscape("prepare", raw, "--store", str(store))
    is_full_size = rows >= 1_000_000 or bool(options.data)
    yield Figure("prepare without index", "s", (seconds,), "150 s", 150 if is_full_size else None)
    yield Figure("prepare, peak memory", "MB", (memory,), "6 GB", 6_000)
    before = resident_mb(os.getpid())
    opened: list[Store] = []
    times = repeated([lambda: opened.append(open_store(store, Settings()))], warm_up=0)
    yield Figure("open a store", "ms", times)
    tasks = [lambda f=f, q=q: q(opened[0], f) for q in OVERVIEW_BREAKDOWNS.values() for f in SLICES]
    times = repeated(tasks, len(tasks))
    yield Figure("any breakdown of Overview from parquet (first seconds)", "ms", times)
    tasks = [lambda f=f, n=n: run(opened[0], n, f) for n in NAMES for f in SLICES[:4]]
    yield Figure("any query from parquet (command line, first seconds)", "ms", repeated(tasks, 20))
    times = repeated([opened[0].load_into_memory], warm_up=0)
    yield Figure("take its facts into memory", "ms", times)
    yield Figure("memory that they take", "MB", (resident_mb(os.getpid()) - before,))
    yield from query_figures(opened[0], Raw(files), is_full_size=is_full_size)
    opened[0].close()
    yield from export.figures(store, is_full_size=is_full_size)
    yield from search.figures(store, is_full_size=is_full_size)
    if not options.no_browser:
        accept(store)
        effort = browser.Effort() if is_full_size else browser.SMOKE
        yield from browser.figures(store, _as_glob(raw), effort)
        yield from reading.figures(store, is_full_size=is_full_size)
    # Last: the pages above have neither.
    has_browser = not options.no_browser
    yield from topics_and_map.figures(store, is_full_size=is_full_size, has_browser=has_browser)


def query_figures(store: Store, raw: Raw, *, is_full_size: bool) -> Iterator[Figure]:
    """What queries take."""
    total = store.manifest["counts"]["conversations"]
    slices = SLICES if is_full_size else SLICES[:2]
    naive = raw.breakdowns()
    way = "DuckDB over the raw nested parquet"
    for name in NAMES:
        tasks = [lambda f=f, n=name: run(store, n, f) for f in slices * REPEATS]
        times = repeated(tasks, len(slices))
        yield Figure(f"query {name}", "ms", times, "50 ms", 50, naive=naive, naive_way=way)
    for name, params in ANSWERS_ASKED.items():
        tasks = [lambda f=f, n=name, p=params: run_breakdown(store, n, f, p) for f in slices * 2]
        yield Figure(f"answer {name}, put together", "ms", repeated(tasks, len(slices)))
    a, b = Filters(flagged="any"), {"against": "rest"}
    tasks = [lambda: run_breakdown(store, "distinctive_words", a, b)] * 3
    yield Figure("words that tell flagged conversations from all others", "ms", repeated(tasks))
    queries = [lambda w=w: run(store, "slice_size", Filters(word=w)) for w in WORDS]
    yield Figure("size of the slice of a word", "ms", repeated(queries))
    yield Figure(
        "(for comparison) flagged conversations by model",
        "ms",
        repeated(
            [lambda: OVERVIEW_BREAKDOWNS["model_mix"](store, Filters(flagged="any"))] * REPEATS
        ),
        naive=raw.loop(total),
        naive_way="a loop in pandas over 10,000 rows, scaled to all",
    )
    ids = [str(random_conversation(store, Filters(), seed)) for seed in range(CONVERSATIONS)]
    yield Figure(
        "open a conversation by id",
        "ms",
        repeated([lambda i=i: conversation(store, i) for i in ids]),
        "50 ms",
        50,
        naive=raw.open_conversation(ids[0]),
        naive_way=way,
    )
    deep = random.Random(1).choices(range(total), k=10)
    for title, offsets in (("first page", [0] * 10), ("any page", deep)):
        tasks = [
            lambda o=o: slice_rows(
                store, Filters(), sort="turn_count", is_descending=True, row_limit=25, row_offset=o
            )
            for o in offsets
        ]
        yield Figure(
            f"list of conversations by turns, {title}",
            "ms",
            repeated(tasks),
            naive=raw.page(offsets[-1]),
            naive_way=way,
        )


def accept(store: Path) -> None:
    """Whoever measures a dataset of their own has accepted its licence already."""
    run_chatscape("accept-licence", "--store", str(store), "--yes")


def report(figures: list[Figure], options: argparse.Namespace) -> None:
    """Print the table and write it."""
    data = options.data or f"synthetic sample of {options.rows:,} rows"
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    named = (figure.naive_way for figure in figures if figure.naive_way)
    ways = {way: n for n, way in enumerate(dict.fromkeys(named), start=1)}
    lines = [
        f"Measured on {machine}; {data}.",
        "",
        "| what | median | p95 | target | met | naive | ratio |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        *(_line(figure, ways) for figure in figures),
        "",
        "The ratio is naive / median. " + " ".join(f"[{n}] {way}." for way, n in ways.items()),
    ]
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "report.md").write_text("\n".join(lines) + "\n")
    values = [
        {
            **{name: getattr(f, name) for name in ("what", "unit", "target", "naive", "naive_way")},
            "values": f.values,
            "median": f.median,
            "p95": f.p95,
            "is_met": f.is_met,
        }
        for f in figures
    ]
    contents = {"machine": machine, "data": data, "figures": values}
    (options.out / "report.json").write_text(json.dumps(contents, indent=2) + "\n")
    sys.stdout.write("\n".join(lines) + "\n")


def _line(figure: Figure, ways: dict[str, int]) -> str:
    met = {True: "yes", False: "**no**", None: ""}[figure.is_met]
    naive, ratio = "", ""
    if figure.naive is not None:
        naive = f"{_written(figure.naive, figure.unit)} [{ways[figure.naive_way]}]"
        ratio = _ratio(figure.naive / figure.median)
    median, p95 = _written(figure.median, figure.unit), _written(figure.p95, figure.unit)
    p95 = p95 if len(figure.values) > 1 else ""
    return f"| {figure.what} | {median} | {p95} | {figure.target} | {met} | {naive} | {ratio} |"


def _ratio(value: float) -> str:
    return f"{value:,.0f} x" if value >= 10 else f"{value:.1f} x"


def _written(value: float, unit: str) -> str:
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:,.3g} {unit}"


def _as_glob(raw: str) -> str:
    return f"{raw}/**/*.parquet" if Path(raw).is_dir() else raw


if __name__ == "__main__":
    main()
