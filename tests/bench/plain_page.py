"""A plain Streamlit page over the raw files, for comparison: what anybody would write first."""

import sys

import duckdb
import plotly.express as px
import streamlit as st

st.set_page_config(layout="wide")


@st.cache_resource
def connection() -> duckdb.DuckDBPyConnection:
    """DuckDB over the raw files."""
    opened = duckdb.connect()
    opened.execute(f"create view raw as from '{sys.argv[1]}'")
    return opened


flagged = "len(list_filter(openai_moderation, lambda m: m.flagged)) > 0"
conditions = {"all": "true", "none": f"not {flagged}", "any": flagged}
choice = st.sidebar.radio("Flagged", list(conditions))
least = st.sidebar.number_input("Turns, at least", 0, value=0)
where = f"{conditions[choice]} and turn >= {least}"
left, right = st.columns(2)
GROUPED = {
    "model": "2 desc",
    "language": "2 desc limit 13",
    "turn": "1",
    "redacted": "1",
}
for place, (name, order) in enumerate(GROUPED.items()):
    sql = f"select {name} as x, count(*) as n from raw where {where} group by 1 order by {order}"
    rows = connection().cursor().execute(sql).df()
    (left, right)[place % 2].plotly_chart(px.bar(rows, x="x", y="n"), key=name)
