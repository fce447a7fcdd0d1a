"""`chatscape serve`, with a stand-in where an index was built with one.

``python -m tests.load.server --store DIR --port PORT``
"""

import os
import sys
from typing import Any

from queries.cli import main
from queries.search import index
from queries.search.embedder import Embedder, SentenceEmbedder
from queries.search.model_files import BUNDLED
from tests.bench.search import Timed
from tests.support.fake_embedder import HashedWordsEmbedder

_real_model = index.load_embedder


def model_of(model: dict[str, Any]) -> Embedder:
    """The model of an index; a stand-in takes as long over a question as the bundled model."""
    if model["name"] == HashedWordsEmbedder().model.name:
        return Timed(SentenceEmbedder(BUNDLED, "cpu"))
    return _real_model(model)


def _run_here(_: str, command: list[str], environment: dict[str, str]) -> None:
    """Run Streamlit in this process, which knows the stand-in, instead of in its place."""
    from streamlit.web.cli import main as streamlit

    os.environ.update(environment)
    sys.argv = ["streamlit", *command[command.index("run") :]]
    sys.exit(streamlit())


if __name__ == "__main__":
    index.load_embedder = model_of
    os.execve = _run_here  # type: ignore[assignment]
    sys.argv[1:1] = ["serve"]
    main()
