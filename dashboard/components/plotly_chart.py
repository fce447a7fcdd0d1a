"""A Plotly figure that is updated in place."""

from collections.abc import Callable

import orjson
import plotly.graph_objects as go
import streamlit as st

from dashboard.components.custom_component import custom_component
from dashboard.process import plotly_bundle

_PLOT = custom_component(__name__, isolate_styles=False)
_CONFIG = {"displayModeBar": False, "displaylogo": False}


def load_script_early() -> None:
    """Load Plotly's script before the first chart arrives, because that takes a second."""
    if (source := plotly_bundle.script_url()) is not None:
        _PLOT(key="plotly_script", data={"source": source})


def show_plot(
    figure: go.Figure, *, key: str, alt: str, on_choice: Callable[[str], None] | None = None
) -> None:
    """Draw a figure.

    Under ``chatscape serve`` the browser updates the chart in place. A plain ``streamlit run`` has
    no route for Plotly's script and falls back to Streamlit's own chart.

    Args:
        figure: a figure with a height.
        key: key of the chart on its page.
        alt: description for screen readers.
        on_choice: called with the filter token of a clicked mark.
    """
    source = plotly_bundle.script_url()
    if source is None:
        st.plotly_chart(figure, key=key, config=_CONFIG, alt=alt)
        return
    figure_json = orjson.loads(figure.to_json(validate=False))

    def choose() -> None:
        if on_choice is not None and st.session_state[key].chosen is not None:
            on_choice(str(st.session_state[key].chosen))

    _PLOT(
        key=key,
        on_chosen_change=choose,
        data={
            "source": source,
            "traces": figure_json["data"],
            "layout": {k: v for k, v in figure_json["layout"].items() if k != "template"},
            "config": _CONFIG,
            "alt": alt,
        },
    )
