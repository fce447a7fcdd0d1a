"""Index a store with vectors that stand in: ``python -m tests.bench.index STORE``."""

import sys
from pathlib import Path

from queries.prepare.index.build import build_index
from queries.runtime.progress import Silent
from queries.store.layout import StorePath
from tests.support.fake_embedder import HashedWordsEmbedder

if __name__ == "__main__":
    build_index(StorePath(Path(sys.argv[1])), HashedWordsEmbedder(), Silent())
