"""Charts: pure functions from a DataFrame to a Plotly figure, filed as `queries.breakdowns` is.

They run no query and draw nothing themselves.
"""
