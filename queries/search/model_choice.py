"""The model of a new index: which one, and how much of its vectors."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from queries.errors import UsageError
from queries.search.embedder import Device, Embedder, Precision, SentenceEmbedder
from queries.search.endpoint_address import is_endpoint, parse_endpoint
from queries.search.model_files import model_folder, model_identity
from queries.search.model_limits import check_dimension
from queries.settings import Settings


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """The model that somebody chose.

    Attributes:
        name: name or folder of a sentence-transformers model, or the address of an endpoint and
            the name of its model, ``URL#MODEL``.
        dimensions: the number of values to keep of a vector; None for all.
    """

    name: str
    dimensions: int | None = None

    @property
    def is_endpoint(self) -> bool:
        """Whether texts leave this process."""
        return is_endpoint(self.name)

    def check(self) -> None:
        """Require a model that is there, or can be downloaded, before anything is built.

        Raises:
            ModelError: it is missing.
        """
        if self.is_endpoint:
            parse_endpoint(self.name)
        else:
            model_folder(self.name, may_fetch=True)

    def is_recorded(self, model: Mapping[str, Any]) -> bool:
        """Whether this is the model of an index. The model is not loaded.

        Args:
            model: the record in the manifest of the index.

        Raises:
            ModelError: there is no such model.
        """
        if self.dimensions is None:
            is_same_size = "truncated_from" not in model
        else:
            is_same_size = model["dimension"] == self.dimensions
        return is_same_size and all(
            model[name] == value for name, value in model_identity(self.name).items()
        )

    def load(
        self,
        device: Device = "auto",
        *,
        batch_size: int | None = None,
        precision: Precision = "auto",
    ) -> Embedder:
        """Load the model for a new index, downloaded first if it is not here.

        Args:
            device: where to compute.
            batch_size: texts per batch, or per request.
            precision: the numbers that documents are embedded with on a processor.

        Raises:
            ModelError: it cannot be used, or its vectors do not fit in an index.
        """
        if self.is_endpoint:
            from queries.search.endpoint_model import connect_endpoint

            embedder: Embedder = connect_endpoint(
                self.name, dimensions=self.dimensions, batch_size=batch_size
            )
        else:
            embedder = SentenceEmbedder(
                self.name,
                device,
                batch_size=batch_size,
                precision=precision,
                dimensions=self.dimensions,
                may_fetch=True,
            )
        check_dimension(embedder.model.name, embedder.model.dimension)
        return embedder


def choose_model(
    name: str | None = None, endpoint_model: str | None = None, dimensions: int | None = None
) -> ModelChoice:
    """The choice from options; what is not given comes from the settings.

    Args:
        name: name, folder, or address of an endpoint.
        endpoint_model: the name of the model at the endpoint.
        dimensions: the number of values to keep of a vector.

    Raises:
        UsageError: an endpoint without the name of a model, or the other way round.
    """
    settings = Settings.from_env()
    name = name or settings.model
    if is_endpoint(name):
        if endpoint_model:
            name = f"{name.partition('#')[0]}#{endpoint_model}"
        elif "#" not in name:
            raise UsageError("Say which model of the endpoint to use: --endpoint-model NAME.")
    elif endpoint_model:
        raise UsageError("--endpoint-model needs --model http://HOST:PORT/v1.")
    return ModelChoice(name, dimensions or settings.model_dimensions or None)
