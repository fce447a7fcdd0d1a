"""What can be wrong with a statement, each one sentence with the way out."""

from queries.errors import DataError, UsageError


class SqlRefusedError(UsageError):
    """A statement that people may not run, or that cannot be run."""


class SqlFailedError(DataError):
    """A statement that was stopped."""

    @classmethod
    def late(cls, seconds: float) -> "SqlFailedError":
        """It took too long."""
        return cls(
            f"The statement was stopped after {seconds:g} s. Narrow it with where, or ask over a "
            "smaller slice; reading texts takes longest."
        )

    @classmethod
    def large(cls, gigabytes: float) -> "SqlFailedError":
        """It needed too much memory."""
        return cls(
            f"The statement needs more than {gigabytes:g} GB of memory. Ask for fewer columns, "
            "rows or groups."
        )

    @classmethod
    def ended(cls) -> "SqlFailedError":
        """Its process is gone."""
        return cls(
            "The statement was stopped: it took more memory or time than it may. Ask for less."
        )

    @classmethod
    def outdated(cls) -> "SqlFailedError":
        """Its rows are no longer given."""
        return cls("Conversations were removed since it was asked, or others made room: ask again.")
