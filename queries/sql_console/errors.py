"""Errors of the SQL console, each a sentence with the next step."""

from queries.errors import DataError, UsageError
from queries.sql_console.text_advice import text_advice


class SqlRefusedError(UsageError):
    """A statement that is not allowed, or that DuckDB rejects."""


class SqlFailedError(DataError):
    """A statement that was stopped."""

    @classmethod
    def late(cls, seconds: float, sql: str = "") -> "SqlFailedError":
        """It exceeded its time limit; `sql` is the statement."""
        advice = text_advice(sql) or "Narrow it with where, or use a smaller slice."
        return cls(
            f"The statement was stopped after {seconds:g} s; reading texts takes longest. {advice}"
        )

    @classmethod
    def large(cls, gigabytes: float) -> "SqlFailedError":
        """It exceeded its memory limit."""
        return cls(
            f"The statement needs more than {gigabytes:g} GB of memory. Select fewer columns, "
            "rows or groups."
        )

    @classmethod
    def ended(cls) -> "SqlFailedError":
        """Its worker died while it ran."""
        return cls("The statement was stopped: it exceeded its memory or time limit. Select less.")

    @classmethod
    def not_started(cls) -> "SqlFailedError":
        """Its worker died or hung before it could run it."""
        return cls(
            "The SQL worker process could not start. Try again; if that fails, check the store and "
            "the machine with: chatscape doctor"
        )

    @classmethod
    def outdated(cls) -> "SqlFailedError":
        """Its rows are no longer available."""
        return cls(
            "The result is no longer available: conversations were removed, or it was dropped to "
            "free memory. Run the statement again."
        )
