"""The error of an embeddings endpoint."""

from queries.errors import DataError, ModelError


class EndpointError(ModelError):
    """An embedding model behind an endpoint that cannot be used.

    Attributes:
        why: the reason, without the name.
    """

    def __init__(self, name: str, why: str) -> None:
        self.why = why
        DataError.__init__(
            self,
            f"The embedding endpoint {name} cannot be used: {why}. Search by words works without "
            "it.",
        )
