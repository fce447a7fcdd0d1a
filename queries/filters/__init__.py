"""Slices: filters, the clauses they mean, and the compiler of clauses to SQL."""

from queries.filters.filters import Filters, Slice

__all__ = ["Filters", "Slice"]
