"""The first prompts that stand most often in a slice, with the models that answered them."""

import pandas as pd
import streamlit as st

from dashboard import formats
from dashboard.choices import choose
from dashboard.components.chart_card import show_card_head
from dashboard.components.flagged_switch import show_flagged_switch, shows_flagged
from dashboard.components.table import Head, Row, show_table
from dashboard.picks import pick
from queries.reading import readable_opening
from queries.records import records

_SHOWN_CHARS = 120
_MODELS_NAMED = 2


def show_repeated_prompts(prompts: pd.DataFrame) -> None:
    """Draw the rows of ``lengths.repeated_prompts``; a row keeps the conversations with it."""
    heads = [
        Head("Opening words", is_number=False),
        Head("Conversations"),
        Head("Models", is_number=False),
    ]
    with st.container(border=True, height="stretch", key="card_repeated_prompts"):
        is_uncovered = shows_flagged("uncover_openings")
        shown = prompts.assign(
            opening=[
                readable_opening(row, is_uncovered=is_uncovered, is_unmasked=False)
                for row in records(prompts)
            ]
        )
        show_card_head(
            "repeated_prompts",
            "Most repeated prompts",
            f"{len(prompts)} of the slice, most frequent first" if len(prompts) else "none repeats",
            shown.assign(prompt_group=shown["prompt_group"].astype(str)),
            key="repeated_prompts",
        )
        if prompts.empty:
            st.text("No first prompt stands twice in the slice.")
            return
        show_flagged_switch("Show flagged opening words", "uncover_openings")
        rows = [
            Row(
                cells=[
                    _short(row["opening"]),
                    formats.count(row["conversation_count"]),
                    _models(row["models"], row["model_count"]),
                ],
                pick=pick(prompt_group=row["prompt_group"]),
            )
            for row in records(shown)
        ]
        show_table(
            heads, rows, caption="Most repeated prompts", key="table_repeated", on_choice=choose
        )


def _short(opening: str) -> str:
    text = " ".join(opening.split()) or "(empty prompt)"
    return text if len(text) <= _SHOWN_CHARS else f"{text[:_SHOWN_CHARS]}…"


def _models(models: list[str], count: int) -> str:
    named = ", ".join(formats.name(model) for model in models[:_MODELS_NAMED])
    more = count - len(models[:_MODELS_NAMED])
    return f"{named} and {more:,} more" if more > 0 else named
