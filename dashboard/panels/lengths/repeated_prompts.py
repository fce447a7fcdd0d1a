"""The most repeated first prompts of a slice, and the models that answered them."""

import pandas as pd
import streamlit as st

from dashboard import formats
from dashboard.charts.filter_token import filter_token
from dashboard.components.chart_card import show_card_header
from dashboard.components.data_table import TableColumn, TableRow, show_table
from dashboard.components.flagged_switch import is_showing_flagged, show_flagged_switch
from dashboard.state.cross_filter import toggle_filter_token
from queries.display.readable_rows import readable_opening
from queries.serialisation.records import records

_SHOWN_CHARS = 120
_MODELS_NAMED = 2


def show_repeated_prompts(prompts: pd.DataFrame) -> None:
    """Draw the rows of ``lengths.repeated_prompts``; clicking one filters by its prompt."""
    columns = [
        TableColumn("Opening words", is_number=False),
        TableColumn("Conversations"),
        TableColumn("Models", is_number=False),
    ]
    with st.container(border=True, height="stretch", key="card_repeated_prompts"):
        is_uncovered = is_showing_flagged("uncover_openings")
        readable = prompts.assign(
            opening=[
                readable_opening(row, is_uncovered=is_uncovered, is_unmasked=False)
                for row in records(prompts)
            ]
        )
        show_card_header(
            "repeated_prompts",
            "Most repeated prompts",
            f"the {len(prompts)} most frequent in the slice" if len(prompts) else "none repeats",
            readable.assign(prompt_group=readable["prompt_group"].astype(str)),
            key="repeated_prompts",
        )
        if prompts.empty:
            st.text("No first prompt occurs twice in the slice.")
            return
        show_flagged_switch("Show flagged opening words", "uncover_openings")
        rows = [
            TableRow(
                cells=[
                    _shortened(row["opening"]),
                    formats.count(row["conversation_count"]),
                    _models(row["models"], row["model_count"]),
                ],
                token=filter_token(prompt_group=row["prompt_group"]),
            )
            for row in records(readable)
        ]
        show_table(
            columns,
            rows,
            caption="Most repeated prompts",
            key="table_repeated",
            on_choice=toggle_filter_token,
        )


def _shortened(opening: str) -> str:
    text = " ".join(opening.split()) or "(empty prompt)"
    return text if len(text) <= _SHOWN_CHARS else f"{text[:_SHOWN_CHARS]}…"


def _models(models: list[str], count: int) -> str:
    names = ", ".join(formats.name(model) for model in models[:_MODELS_NAMED])
    more = count - len(models[:_MODELS_NAMED])
    return f"{names} and {more:,} more" if more > 0 else names
