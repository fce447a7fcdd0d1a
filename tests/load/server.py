"""`chatscape serve`, with a stand-in where an index was built with one: see `tests/embedding.py`.

``python -m tests.load.server --store DIR --port PORT``
"""

import os
import sys
from typing import Any

from queries.cli import main
from queries.search import index
from queries.search.embedder import BUNDLED, Embedder, SentenceEmbedder
from tests.bench.search import Timed
from tests.embedding import HashedWordsEmbedder

_real_model = index.embedder_of


def model_of(said: dict[str, Any]) -> Embedder:
    """The model of an index; a stand-in takes as long over a question as the bundled model."""
    if said["name"] == HashedWordsEmbedder().model.name:
        return Timed(SentenceEmbedder(BUNDLED, "cpu"))
    return _real_model(said)


def _run_here(_: str, command: list[str], environment: dict[str, str]) -> None:
    """Run Streamlit in this process, which knows the stand-in, instead of in its place."""
    from streamlit.web.cli import main as streamlit

    os.environ.update(environment)
    sys.argv = ["streamlit", *command[command.index("run") :]]
    sys.exit(streamlit())


if __name__ == "__main__":
    index.embedder_of = model_of
    os.execve = _run_here  # type: ignore[assignment]
    sys.argv[1:1] = ["serve"]
    main()
