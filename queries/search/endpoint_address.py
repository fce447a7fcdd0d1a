"""The address of an embeddings endpoint, and the name of a model there."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from queries.search.endpoint_error import EndpointError

SENT_CHARS = 2_000
"""Longer texts are cut: many endpoints refuse a text that is longer than their model reads."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The address of an endpoint, and the name of a model there.

    Attributes:
        url: the base address, without a slash at its end.
        model: the name of the model.
    """

    url: str
    model: str

    @property
    def name(self) -> str:
        """Both as one name, such as ``http://localhost:11434/v1#nomic-embed-text``."""
        return f"{self.url}#{self.model}"


def is_endpoint(name: str) -> bool:
    """Whether the name of a model is an address."""
    return "://" in name


def parse_endpoint(name: str) -> Endpoint:
    """The endpoint of a name, ``URL#MODEL``.

    Raises:
        EndpointError: it is no such address.
    """
    url, _, model = name.partition("#")
    shown = url.rpartition("@")[2]
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        raise EndpointError(shown, "this is not an address") from None
    if parts.scheme not in ("http", "https"):
        raise EndpointError(shown, "its address has to begin with http:// or https://")
    if parts.username is not None or parts.query:
        why = "its address may hold no key: set CHATSCAPE_MODEL_KEY instead"
        raise EndpointError(f"{parts.scheme}://{parts.hostname}", why)
    if not parts.hostname or not url.isascii() or not url.isprintable() or " " in url:
        raise EndpointError(shown, "this is not an address")
    if not model or not model.isprintable() or " " in model:
        raise EndpointError(shown, "name its model with --endpoint-model NAME")
    return Endpoint(url.rstrip("/"), model)
