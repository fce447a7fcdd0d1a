"""Pure functions from a frame to a Plotly figure. No Streamlit, no query, no arithmetic on rows."""
