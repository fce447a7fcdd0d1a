"""An embeddings endpoint in this process, whose vectors can be worked out by hand."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from tests.support.fake_embedder import TOPICS, DictionaryEmbedder

MODEL = "dictionary"
Answer = Callable[["EmbeddingsServer", list[str]], tuple[int, str, bytes]]


def plain(server: "EmbeddingsServer", texts: list[str]) -> tuple[int, str, bytes]:
    """Status, media type and body of a good answer, not in order."""
    vectors = server.embedder.embed_documents(texts) * 3
    rows = [{"index": n, "embedding": v.tolist()} for n, v in enumerate(vectors)]
    return 200, "application/json", json.dumps({"data": rows[::-1]}).encode()


class EmbeddingsServer(ThreadingHTTPServer):
    """Answers requests, and keeps them.

    Attributes:
        answer: makes an answer; tests put others here.
        requests: path, headers and content of each request.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        # Eight directions, as an index needs.
        self.embedder = DictionaryEmbedder(TOPICS)
        self.answer: Answer = plain
        self.requests: list[tuple[str, dict[str, str], dict[str, Any]]] = []

    @property
    def url(self) -> str:
        """The base address."""
        return f"http://127.0.0.1:{self.server_port}/v1"

    @property
    def name(self) -> str:
        """The address with the name of a model."""
        return f"{self.url}#{MODEL}"

    @property
    def texts(self) -> list[str]:
        """All texts that were sent."""
        return [text for _, _, content in self.requests for text in content["input"]]


class _Handler(BaseHTTPRequestHandler):
    server: EmbeddingsServer

    def do_POST(self) -> None:
        content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append((self.path, dict(self.headers), content))
        status, kind, body = self.server.answer(self.server, content["input"])
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if status in (301, 302, 307):
            self.send_header("Location", f"{self.server.url}/elsewhere")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@contextmanager
def embeddings_server() -> Iterator[EmbeddingsServer]:
    """A server on a free port of this machine, for the duration of the block."""
    server = EmbeddingsServer()
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
