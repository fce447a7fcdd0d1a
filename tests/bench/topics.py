"""How good topics are: ``python -m tests.bench.topics STORE PROVENANCE``.

STORE is prepared from conversations of known sources and has an index with vectors; PROVENANCE is a
parquet file with `conversation_id` and `source`. Each method divides the first prompts into twenty
clusters. Purity and normalised mutual information (NMI) are against the sources; the adjusted Rand
index (ARI) is the mean of all pairs of five seeds.
"""

import argparse
import sys
import time
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from scipy import sparse
from sklearn.cluster import HDBSCAN, KMeans
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from queries.prepare.topics.clusters import TopicModel, reduction
from queries.prepare.topics.first_prompts import topic_prompts
from queries.search.index import SearchIndex
from queries.statistics.k_means import k_means
from queries.statistics.spectral_embedding import spectral_embedding
from queries.statistics.unit_rows import unit_rows
from queries.store.layout import StorePath
from queries.store.tombstones import removed_ids

TOPICS = 20
SEEDS = 5

Method = Callable[[int], np.ndarray]


def prompts_of(store: Path, provenance: Path) -> tuple[np.ndarray, np.ndarray]:
    """The vectors of the first prompts of a store, and the number of the source of each."""
    path = StorePath(store)
    live = path.current()
    index = SearchIndex(live)
    prompts = topic_prompts(live, index, removed_ids(path))
    sources = pq.read_table(provenance, columns=["conversation_id", "source"]).to_pandas()
    files = sorted(live.table("conversations").glob("*.parquet"))
    rows = pd.concat(
        [pd.read_parquet(file, columns=["conversation_id", "prompt_group"]) for file in files]
    ).merge(sources, on="conversation_id")
    by_group = rows.drop_duplicates("prompt_group").set_index("prompt_group")["source"]
    return index.vectors(prompts.prompts), pd.factorize(by_group.loc[prompts.groups])[0]


def methods(vectors: np.ndarray) -> dict[str, Method]:
    """Ways to make clusters, by name; each takes a seed."""
    mean, axes = reduction(lambda numbers: vectors[numbers], len(vectors))
    reduced = TopicModel.reduce(vectors, mean, axes)
    scaled = (vectors - mean) @ axes
    whitened = unit_rows(scaled / scaled.std(axis=0))
    neighbours = np.argpartition(-(reduced @ reduced.T), 16, axis=1)[:, :16]
    shape = (len(reduced),) * 2
    ends = np.arange(0, neighbours.size + 1, 16)
    graph = sparse.csr_matrix((np.full(neighbours.size, 1 / 16), neighbours.ravel(), ends), shape)
    smooth = unit_rows(graph @ unit_rows(graph @ reduced))
    coordinates = spectral_embedding(reduced, 2 * TOPICS).coordinates
    few = unit_rows(scaled[:, :10])
    return {
        "k-means of the vectors": lambda seed: KMeans(
            TOPICS, n_init=1, random_state=seed
        ).fit_predict(vectors),
        "k-means of the vectors, best of 10": lambda seed: KMeans(
            TOPICS, n_init=10, random_state=seed
        ).fit_predict(vectors),
        "64 principal axes, best of 10": lambda seed: k_means(reduced, TOPICS, seed).labels,
        "the same, whitened": lambda seed: k_means(whitened, TOPICS, seed).labels,
        "the same, smoothed over 15 neighbours": lambda seed: k_means(smooth, TOPICS, seed).labels,
        "graph of 15 neighbours, best of 10 (taken)": lambda seed: (
            k_means(coordinates, TOPICS, seed).labels
        ),
        "HDBSCAN of 10 principal axes": lambda _: (
            HDBSCAN(min_cluster_size=25, copy=True).fit_predict(few) + 1
        ),
    }


def purity(labels: np.ndarray, sources: np.ndarray) -> float:
    """The share of prompts whose source is the most frequent one of their cluster."""
    return float(pd.crosstab(labels, sources).max(axis=1).sum()) / len(labels)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", type=Path)
    parser.add_argument("provenance", type=Path)
    options = parser.parse_args()
    vectors, sources = prompts_of(options.store, options.provenance)
    sys.stdout.write(f"{len(vectors):,} first prompts of {sources.max() + 1} sources\n")
    sys.stdout.write("| method | clusters | purity | NMI | ARI of seeds | largest | s a fit |\n")
    sys.stdout.write("| --- | --- | --- | --- | --- | --- | --- |\n")
    for name, method in methods(vectors).items():
        started = time.process_time()
        fits = [method(seed) for seed in range(SEEDS)]
        seconds = (time.process_time() - started) / SEEDS
        figures = (
            np.mean([purity(labels, sources) for labels in fits]),
            np.mean([normalized_mutual_info_score(sources, labels) for labels in fits]),
            np.mean([adjusted_rand_score(a, b) for a, b in combinations(fits, 2)]),
            np.bincount(fits[0]).max() / len(sources),
        )
        cells = " | ".join(f"{figure:.2f}" for figure in figures)
        sys.stdout.write(f"| {name} | {len(set(fits[0]))} | {cells} | {seconds:.1f} |\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
