"""Intervals, hypothesis tests, standardised rates, log-odds: pure functions of arrays."""
