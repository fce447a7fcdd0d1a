"""How good a search is: ``python -m tests.bench.quality``.

`tests/data/known_items.csv` holds what somebody who half remembers a message of the sample would
type, and which message is meant. Found is any conversation in which a user says just that, alike
but for white space. MRR@10 is the mean of 1 / place of the first such conversation; 0 beyond 10.

With ``--model`` it compares models by language, exactly, in the slice of the language of each
message and in the whole store; ``--real`` adds the items of `real_medium.parquet`, which are asked
in 12 languages, and some of them in another one than that of the message.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pandas as pd

from queries.filters import Filters
from queries.open_store import open_store
from queries.prepare.build import build_store
from queries.prepare.index.build import build_index
from queries.prepare.index.quick_step import QuickChoice
from queries.runtime.progress import Silent
from queries.search.embedder import SentenceEmbedder
from queries.search.model_files import BUNDLED
from queries.search.service import MODES, search
from queries.settings import Settings
from queries.store.layout import StorePath
from queries.store.store import Store
from tests.bench import model_quality
from tests.bench.known_items import (
    SAMPLE,
    KnownItem,
    LabelledData,
    known_items,
    real_known_items,
    write_part,
)

DEPTH = 10
REAL_PROMPTS = 1_000
"""First prompts of each language of `real_medium.parquet` that models are compared on, at most.

Only English has more. A model of 118 million weights takes an hour or more for all of them."""

ALLOWED_LOSS = 0.02
"""By so much may both together fall behind the better of the two, in English."""


@cache
def sample_data() -> LabelledData:
    """The bundled sample with its items."""
    return LabelledData(SAMPLE, known_items())


def places(store: Store, items: Sequence[KnownItem]) -> pd.DataFrame:
    """Where each way to search finds each item: 1 is first, null is not among the first ten."""
    rows = []
    for item in items:
        row: dict[str, object] = {"language": item.language, "query": item.query}
        for mode in MODES:
            results = search(store, Filters(), item.query, mode=mode, row_limit=DEPTH).rows
            is_it = results["conversation_id"].isin(sample_data().right_ids(item))
            row[mode] = int(is_it.argmax()) + 1 if is_it.any() else None
        rows.append(row)
    return pd.DataFrame(rows).astype(dict.fromkeys(MODES, "Int64"))


def mean_reciprocal_ranks(ranks: pd.DataFrame) -> pd.DataFrame:
    """MRR@10 of each way to search, by language and over all."""
    scores = ranks.assign(**{mode: (1 / ranks[mode]).fillna(0).astype(float) for mode in MODES})
    every = pd.concat([scores.assign(language="all"), scores])
    by_language = every.groupby("language", sort=False)
    table = by_language[list(MODES)].mean()
    table.insert(0, "queries", by_language.size())
    return table


def quality(store: Store) -> pd.DataFrame:
    """MRR@10 of each way to search an indexed store of the sample, by language and over all."""
    return mean_reciprocal_ranks(places(store, known_items()))


def loss(table: pd.DataFrame, language: str = "English") -> float:
    """By how much both together fall behind the better of the two; below 0 where they win."""
    of = table.loc[language].to_dict()
    return float(max(of["words"], of["meaning"]) - of["both"])


def indexed_store(raw: Path, folder: Path, quick: QuickChoice = "auto") -> Store:
    """A store of some raw data with an index of the bundled model, or of quick vectors alone."""
    path = StorePath(folder)
    build_store(str(raw), path, Silent())
    build_index(path, SentenceEmbedder(BUNDLED, "cpu"), Silent(), quick=quick)
    return open_store(folder, Settings())


def compare_models(
    models: Sequence[str], real: Path | None, folder: Path, quick: QuickChoice
) -> str:
    """The quality of some models by language, as Markdown, with the figures behind it.

    Args:
        models: names of models; two are also fused.
        real: `real_medium.parquet`, if it is there.
        folder: for the stores, which are kept.
        quick: ``only`` compares the quick vectors of the models instead of their own.
    """
    data = [sample_data()]
    if real is not None:
        part = folder / f"real-{REAL_PROMPTS}.parquet"
        folder.mkdir(parents=True, exist_ok=True)
        write_part(real, real_known_items(), REAL_PROMPTS, part)
        data.append(LabelledData(part, real_known_items()))
    places = pd.concat([model_quality.measure(each, models, folder, quick) for each in data])
    tables = {
        (mode, scope): model_quality.by_language(places[places["scope"] == scope], mode)
        for scope in ("language", "store")
        for mode in ("meaning", "both")
    }
    parts = [
        f"MRR@10 of {mode}, in the {scope}:\n\n{model_quality.markdown(table)}\n"
        for (mode, scope), table in tables.items()
    ]
    parts.append(model_quality.figures(tables["meaning", "language"], tables["both", "language"]))
    return "\n".join(parts)


def main() -> int:
    """Print the table; 1 where both together are worse than they may be."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.quality", description=__doc__)
    parser.add_argument("--store", type=Path, help="an indexed store of the sample, if there is")
    parser.add_argument("--quick", action="store_true", help="with quick vectors")
    parser.add_argument("--places", action="store_true", help="print the place of each query")
    parser.add_argument("--model", action="append", help="compare models by language; repeat")
    parser.add_argument("--real", type=Path, help="real_medium.parquet, to compare on it too")
    parser.add_argument("--work", type=Path, help="folder that keeps the stores of the comparison")
    options = parser.parse_args()
    choice: QuickChoice = "only" if options.quick else "auto"
    with tempfile.TemporaryDirectory(prefix="chatscape-quality-") as folder:
        if options.model:
            work = options.work or Path(folder)
            sys.stdout.write(compare_models(options.model, options.real, work, choice))
            return 0
        if options.store:
            store = open_store(options.store, Settings())
        else:
            store = indexed_store(SAMPLE, Path(folder) / "store", choice)
        ranks = places(store, known_items())
        store.close()
    if options.places:
        sys.stdout.write(ranks.to_string(index=False, na_rep="-") + "\n\n")
    table = mean_reciprocal_ranks(ranks)
    sys.stdout.write(table.round(3).to_string() + "\n\n")
    lost = loss(table)
    sys.stdout.write(f"Both against the better of the two, English: {-lost:+.3f}\n")
    return int(lost > ALLOWED_LOSS)


if __name__ == "__main__":
    sys.exit(main())
