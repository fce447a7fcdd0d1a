"""An embedding model behind an OpenAI-compatible endpoint, such as a server on the local network.

Nobody can look at the weights there. So an index records the signs of the values of a sentence,
and every now and then a query goes together with this sentence: an endpoint that answers with the
vectors of another model is noticed.
"""

import base64
import time
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from queries.masking import with_placeholders
from queries.search.embedder import Model
from queries.search.endpoint_address import SENT_CHARS, parse_endpoint
from queries.search.endpoint_client import EndpointClient
from queries.search.endpoint_error import EndpointError
from queries.settings import Settings
from queries.statistics.unit_rows import unit_rows

DOCUMENT_BATCH = 64
DOCUMENT_TIMEOUT = 120.0
QUERY_TIMEOUT = 5.0
CHECK_SECONDS = 60.0
"""The model is checked with a query at most so often."""

PAUSE_SECONDS = 15.0
"""After a failure, queries are not sent for so long, so that nobody waits for each of them."""

PROBE = "A sentence that shows whether this is still the same model."
_SIGNS_DIFFERENT_MAX = 0.03
"""Rounding turns the signs of a few values near zero; those of another model differ in half."""

_Vector = npt.NDArray[np.float32]


class EndpointEmbedder:
    """Embeds texts by an endpoint. Thread-safe."""

    precision = "float32"

    def __init__(
        self, client: EndpointClient, model: Model, *, batch_size: int | None = None
    ) -> None:
        """Send nothing yet.

        Args:
            client: sends the texts.
            model: the record of the model.
            batch_size: texts per request.
        """
        self.model = model
        self._client = client
        self._batch_size = batch_size or DOCUMENT_BATCH
        self._checked_at: float | None = None
        self._failure: tuple[float, str] | None = None

    def embed_documents(self, texts: Sequence[str]) -> _Vector:
        """Embed texts to be indexed; returns shape (texts, dimension)."""
        rows = np.empty((len(texts), self.model.dimension), np.float32)
        for start in range(0, len(texts), self._batch_size):
            batch = [text[:SENT_CHARS] for text in texts[start : start + self._batch_size]]
            vectors = self._client.embed(batch, seconds=DOCUMENT_TIMEOUT)
            rows[start : start + len(batch)] = self._unit(vectors)
        return rows

    def embed_query(self, text: str) -> _Vector:
        """Embed a query, without contact data and secrets in it; returns shape (dimension,)."""
        now = time.monotonic()
        if self._failure is not None and now < self._failure[0] + PAUSE_SECONDS:
            raise EndpointError(self.model.name, self._failure[1])
        is_check = self._checked_at is None or now > self._checked_at + CHECK_SECONDS
        texts = [with_placeholders(text)[:SENT_CHARS], *([PROBE] if is_check else [])]
        try:
            vectors = self._unit(self._client.embed(texts, seconds=QUERY_TIMEOUT, is_patient=False))
        except EndpointError as error:
            self._failure = time.monotonic(), error.why
            raise
        if is_check:
            self._check(vectors[1])
            self._checked_at = now
        query: _Vector = vectors[0]
        return query

    def are_truncated(self, texts: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Whether each text is longer than what is sent of it; returns shape (texts,)."""
        return np.array([len(text) > SENT_CHARS for text in texts], bool)

    def _unit(self, vectors: npt.NDArray[np.float64]) -> _Vector:
        expected = self.model.truncated_from or self.model.dimension
        if vectors.shape[1] != expected:
            why = f"its vectors have {vectors.shape[1]:,} values, not {expected:,}"
            raise EndpointError(self.model.name, f"{why}: it is another model by now")
        return unit_rows(vectors[:, : self.model.dimension])

    def _check(self, vector: _Vector) -> None:
        recorded = np.frombuffer(base64.b64decode(self.model.probe or ""), np.uint8)
        difference = np.unpackbits(recorded ^ _sign_bytes(vector)).sum() / self.model.dimension
        if difference > _SIGNS_DIFFERENT_MAX:
            raise EndpointError(
                self.model.name,
                "it answers with vectors of another model than the one that this index was built "
                "with: build the index again",
            )


def connect_endpoint(
    name: str, *, dimensions: int | None = None, batch_size: int | None = None
) -> EndpointEmbedder:
    """Ask an endpoint for the vector of a sentence, so as to know its model.

    Args:
        name: the address and the model, ``URL#MODEL``.
        dimensions: the number of values to keep of a vector; None for all.
        batch_size: texts per request.

    Raises:
        EndpointError: there is no answer, or it makes no sense.
    """
    endpoint = parse_endpoint(name)
    client = EndpointClient(endpoint, Settings.from_env().model_key)
    vector = client.embed([PROBE], seconds=DOCUMENT_TIMEOUT)
    whole = vector.shape[1]
    kept = dimensions or whole
    if kept > whole:
        raise EndpointError(endpoint.name, f"its vectors have {whole:,} values, not {kept:,}")
    model = Model(
        name=endpoint.name,
        sha256="",
        configuration_sha256="",
        dimension=kept,
        max_words=None,
        query_prompt="",
        document_prompt="",
        truncated_from=whole if kept < whole else None,
        probe=base64.b64encode(_sign_bytes(unit_rows(vector[:, :kept])[0]).tobytes()).decode(),
    )
    return EndpointEmbedder(client, model, batch_size=batch_size)


def recorded_endpoint(model: Model) -> EndpointEmbedder:
    """The endpoint that an index was built with; nothing is sent before the first query."""
    client = EndpointClient(parse_endpoint(model.name), Settings.from_env().model_key)
    return EndpointEmbedder(client, model)


def _sign_bytes(vector: _Vector) -> npt.NDArray[np.uint8]:
    return np.packbits(vector > 0)
