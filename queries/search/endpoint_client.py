"""Requests to an OpenAI-compatible embeddings endpoint: ``POST {url}/embeddings``.

An answer is checked before anything is done with it. No message quotes it: it may repeat texts or
the key.
"""

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any, Never

import numpy as np
import numpy.typing as npt
import orjson

from queries.search.endpoint_address import Endpoint
from queries.search.endpoint_error import EndpointError

RETRY_DELAYS = (0.5, 2.0, 8.0)
"""Seconds to wait before each further attempt of a request for documents."""

DIMENSION_MAX = 16_384

_ANSWER_BYTES = 1 << 20
_VALUE_BYTES = 32
_CHUNK_BYTES = 1 << 16
_OVERLOADED = (408, 425, 429, 500, 502, 503, 504)
_REASONS = {
    401: "it refuses the key: set CHATSCAPE_MODEL_KEY",
    403: "it refuses the key: set CHATSCAPE_MODEL_KEY",
    404: "it has no such model, or its address is another, such as http://localhost:11434/v1 "
    "(HTTP 404)",
    400: "it refuses the request (HTTP 400): is the name of the model right, and does the model "
    "embed texts?",
    413: "it refuses so many texts in one request (HTTP 413): use a smaller --batch-size",
}

_Vectors = npt.NDArray[np.float64]


class EndpointClient:
    """Sends texts to an endpoint, and checks the vectors that come back. Thread-safe."""

    def __init__(self, endpoint: Endpoint, key: str = "") -> None:
        """Send nothing yet.

        Args:
            endpoint: the address, and the model.
            key: sent as a bearer token; empty for none.

        Raises:
            EndpointError: the key has other characters than a header may have.
        """
        if not key.isascii() or not key.isprintable():
            raise EndpointError(endpoint.name, "CHATSCAPE_MODEL_KEY is no key")
        self.endpoint = endpoint
        self._headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"
        # Texts go to this address only: not to a proxy, nor where a redirection points.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects())

    def embed(self, texts: Sequence[str], *, seconds: float, is_patient: bool = True) -> _Vectors:
        """The vectors of some texts, as they come.

        Args:
            texts: at least one text.
            seconds: time limit of an attempt.
            is_patient: whether to try again if there is no answer, or the endpoint is overloaded.

        Returns:
            Finite values, shape (texts, dimension).

        Raises:
            EndpointError: there is no answer, or it makes no sense.
        """
        request = {
            "model": self.endpoint.model,
            "input": [text.encode(errors="replace").decode() for text in texts],
            "encoding_format": "float",
        }
        body = orjson.dumps(request)
        delays = list(RETRY_DELAYS) if is_patient else []
        while True:
            try:
                answer = self._post(body, len(texts), time.monotonic() + seconds, seconds)
                return self._vectors(answer, len(texts))
            except _Unavailable as error:
                if not delays:
                    self._fail(error.why)
                time.sleep(delays.pop(0))

    def _post(self, body: bytes, count: int, deadline: float, seconds: float) -> bytes:
        request = urllib.request.Request(  # noqa: S310  the scheme was checked
            f"{self.endpoint.url}/embeddings", data=body, headers=self._headers, method="POST"
        )
        try:
            with self._opener.open(request, timeout=seconds) as response:
                return self._read(
                    response, _ANSWER_BYTES + count * DIMENSION_MAX * _VALUE_BYTES, deadline
                )
        except urllib.error.HTTPError as error:
            error.close()
            if error.code in _OVERLOADED:
                raise _Unavailable(f"it answers HTTP {error.code}") from None
            self._fail(_REASONS.get(error.code, f"it answers HTTP {error.code}"))
        except TimeoutError:
            raise _Unavailable("it does not answer in time") from None
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", error)
            if isinstance(reason, TimeoutError):
                raise _Unavailable("it does not answer in time") from None
            why = getattr(reason, "strerror", None) or type(reason).__name__
            raise _Unavailable(f"it does not answer ({why})") from None

    def _read(self, response: Any, limit: int, deadline: float) -> bytes:  # noqa: ANN401
        chunks, size = [], 0
        while chunk := response.read1(_CHUNK_BYTES):
            chunks.append(chunk)
            size += len(chunk)
            if size > limit:
                self._fail("its answer is far too long")
            if time.monotonic() > deadline:
                raise _Unavailable("it does not answer in time")
        return b"".join(chunks)

    def _vectors(self, answer: bytes, count: int) -> _Vectors:
        """The vectors of an answer, in the order of the texts."""
        try:
            rows = orjson.loads(answer)["data"]
            lists = [row["embedding"] for row in rows]
            order = [row.get("index", place) for place, row in enumerate(rows)]
        except (ValueError, TypeError, KeyError, AttributeError):
            self._fail(
                "its answer is not that of an embeddings endpoint: is the address right, such as "
                "http://localhost:11434/v1?"
            )
        if len(lists) != count or sorted(order, key=str) != sorted(range(count), key=str):
            self._fail(f"it answers with {len(lists):,} vectors for {count:,} texts")
        try:
            vectors = np.array(lists, np.float64)
        except (ValueError, TypeError):
            self._fail("its vectors are not lists of numbers of one length")
        if vectors.ndim != 2 or not 1 <= vectors.shape[1] <= DIMENSION_MAX:
            self._fail("its vectors are not lists of numbers of one length")
        if not np.isfinite(vectors).all() or not (np.linalg.norm(vectors, axis=1) > 0).all():
            self._fail("its vectors have no direction: they are zero, or not finite")
        return vectors[np.argsort(order)]

    def _fail(self, why: str) -> Never:
        raise EndpointError(self.endpoint.name, why) from None


class _Unavailable(Exception):
    """There is no answer now; there may be one later."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Refuses redirections: `HTTPError` follows."""

    def redirect_request(self, *_: Any, **__: Any) -> None:  # noqa: ANN401
        """No other request is made."""
