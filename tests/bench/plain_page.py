"""A plain Streamlit page, for comparison: what anybody would write first.

Its argument is a glob of parquet files: published ones, or the slim ones of a store.
"""

import sys

import duckdb
import plotly.express as px
import streamlit as st

st.set_page_config(layout="wide")


@st.cache_resource
def connection() -> duckdb.DuckDBPyConnection:
    """DuckDB over the raw files."""
    opened = duckdb.connect()
    opened.execute(f"create view conversations as from '{sys.argv[1]}'")
    return opened


columns = {name for name, *_ in connection().cursor().execute("describe conversations").fetchall()}
if "openai_moderation" in columns:
    turns, redacted = "turn", "redacted"
    flagged = "len(list_filter(openai_moderation, lambda m: m.flagged)) > 0"
else:
    turns, redacted, flagged = "turn_count", "is_redacted", "is_flagged"
conditions = {"all": "true", "none": f"not {flagged}", "any": flagged}
choice = st.sidebar.radio("Flagged", list(conditions))
least = st.sidebar.number_input("Turns, at least", 0, value=0)
where = f"{conditions[choice]} and {turns} >= {least}"
left, right = st.columns(2)
GROUPED = {
    "model": "2 desc",
    "language": "2 desc limit 13",
    turns: "1",
    redacted: "1",
}
for place, (name, order) in enumerate(GROUPED.items()):
    sql = (
        f"select {name} as x, count(*) as n from conversations "
        f"where {where} group by 1 order by {order}"
    )
    rows = connection().cursor().execute(sql).df()
    (left, right)[place % 2].plotly_chart(px.bar(rows, x="x", y="n"), key=name)
