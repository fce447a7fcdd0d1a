"""Index a store with vectors that stand in: ``python -m tests.bench.index STORE``."""

import sys
from pathlib import Path

from queries.layout import StorePath
from queries.prepare.index.build import build_index
from queries.progress import Silent
from tests.embedding import HashedWordsEmbedder

if __name__ == "__main__":
    build_index(StorePath(Path(sys.argv[1])), HashedWordsEmbedder(), Silent())
