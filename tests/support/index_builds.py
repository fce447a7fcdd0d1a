"""Index builds with a dictionary for a model, and what is found with the index."""

from queries.filters import Filters
from queries.open_store import open_store
from queries.prepare.index.build import build_index
from queries.runtime.progress import Silent
from queries.search.service import search
from queries.settings import Settings
from tests.support.fake_embedder import DictionaryEmbedder


class Recording(DictionaryEmbedder):
    """Keeps what it embedded, and is cut off before the bucket of that number."""

    def __init__(self, dies_at=None, **options):
        super().__init__(**options)
        self.texts = []
        self.dies_at = dies_at

    def embed_documents(self, texts):
        if len(self.calls) == self.dies_at:
            raise KeyboardInterrupt
        self.texts += texts
        return super().embed_documents(texts)


def indexed(store, embedder=None, **options):
    return build_index(store, embedder or DictionaryEmbedder(), Silent(), **options)


def tables(version):
    parts = (p for p in version.path.rglob("*.parquet") if "index.lance" not in p.parts)
    return {p.relative_to(version.path): p.read_bytes() for p in parts}


def texts_found(store, text, mode="words"):
    opened = open_store(store.path, Settings(), embedder=DictionaryEmbedder())
    texts = search(opened, Filters(), text, mode=mode).rows["text"].tolist()
    opened.close()
    return texts


def step_of(version):
    """What the index of a version is: ``none``, ``words``, ``quick`` or ``full``."""
    facts = version.manifest()["steps"].get("index")
    if facts is None:
        return "none"
    return "words" if facts["model"] is None else "quick" if facts.get("quick") else "full"
