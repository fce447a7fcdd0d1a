"""A Plotly figure on the page."""

from collections.abc import Callable

import orjson
import plotly.graph_objects as go
import streamlit as st

from dashboard import plotly_script
from dashboard.components.registration import registered

_PLOT = registered("plot", isolate_styles=False)
_CONFIG = {"displayModeBar": False, "displaylogo": False}


def load_script_early() -> None:
    """Have the page run Plotly's script before its first chart arrives: that takes it a second."""
    if (source := plotly_script.address()) is not None:
        _PLOT(key="plotly_script", data={"source": source})


def show_plot(
    figure: go.Figure, *, key: str, alt: str, on_choice: Callable[[str], None] | None = None
) -> None:
    """Draw a figure.

    Under ``chatscape serve`` the page changes it in place; a plain ``streamlit run`` has no address
    that Plotly's script could come from, and gets Streamlit's own chart.

    Args:
        figure: a figure with a height.
        key: name of the chart on its page.
        alt: what it shows, for those who do not see it.
        on_choice: called with what the chosen mark stands for as a filter, where a trace says so.
    """
    source = plotly_script.address()
    if source is None:
        st.plotly_chart(figure, key=key, config=_CONFIG, alt=alt)
        return
    said = orjson.loads(figure.to_json(validate=False))

    def choose() -> None:
        if on_choice is not None and st.session_state[key].chosen is not None:
            on_choice(str(st.session_state[key].chosen))

    _PLOT(
        key=key,
        on_chosen_change=choose,
        data={
            "source": source,
            "traces": said["data"],
            "layout": {k: v for k, v in said["layout"].items() if k != "template"},
            "config": _CONFIG,
            "alt": alt,
        },
    )
