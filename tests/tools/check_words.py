"""Compare full-text search with a plain reading: ``python -m tests.tools.check_words STORE``.

For each script it looks up random words and phrases of the messages, and prints how many results
differ, and how long the searches took.
"""

import sys
from pathlib import Path
from time import perf_counter

import numpy as np

from queries.open_store import open_store
from queries.search.full_text import matching_messages
from queries.settings import Settings
from queries.text.query_language import parse_query
from tests.support.searchable_texts import searchable_texts
from tests.support.word_oracle import SCRIPTS, draw_phrases, draw_words, message_line, messages_with

WORDS, PHRASES = 300, 100


def main(path: Path) -> int:
    """Print a line for each script; returns the number of queries whose results differ."""
    store = open_store(path, Settings())
    index = store.search_index()
    index.warm_up()
    texts = [text or "" for text in searchable_texts(store.version)]
    lines = [message_line(text) for text in texts]
    wrong = 0
    for script in SCRIPTS:
        words = draw_words(texts, script, WORDS, seed=1)
        phrases = draw_phrases(texts, script, PHRASES, seed=2)
        for kind, queries in (("words", words), ("phrases", phrases)):
            times: list[float] = []
            differing: list[str] = []
            for query in queries:
                start = perf_counter()
                hits = matching_messages(index, parse_query(f'"{query}"')).messages.tolist()
                times.append(1e3 * (perf_counter() - start))
                if hits != messages_with(query, lines):
                    differing.append(query)
            wrong += len(differing)
            median, p95 = np.percentile(times or [0], [50, 95])
            print(  # noqa: T201
                f"{script:12}{kind:9}{len(queries):5}  differ {len(differing):4}  "
                f"median {median:6.1f} ms  p95 {p95:6.1f} ms  {differing[:5]}",
                flush=True,
            )
    store.close()
    return wrong


if __name__ == "__main__":
    sys.exit(1 if main(Path(sys.argv[1])) else 0)
