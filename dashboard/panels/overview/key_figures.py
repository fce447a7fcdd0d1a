"""The key figures of a slice."""

import pandas as pd
import streamlit as st

from dashboard import formats


def show_slice_figures(size: pd.DataFrame) -> None:
    """Draw the row of ``overview.slice_size``."""
    row = {name: size[name].iloc[0] for name in size.columns}
    flagged = formats.interval(row["flagged_low"], row["flagged_high"])
    redacted = formats.interval(row["redacted_low"], row["redacted_high"])
    figures = [
        ("Conversations", formats.count(row["conversation_count"]), ""),
        ("Messages", formats.count(row["message_count"]), ""),
        ("Models", formats.count(row["model_count"]), ""),
        ("Languages", formats.count(row["language_count"]), "guessed"),
        ("Mean turns", formats.mean(row["mean_turn_count"], 2), ""),
        ("Mean prompt", formats.mean(row["mean_prompt_chars"]), "characters per message"),
        ("Mean response", formats.mean(row["mean_response_chars"]), "characters per message"),
        ("Flagged", formats.share(row["flagged_share"]), flagged),
        ("Names redacted", formats.share(row["redacted_share"]), redacted),
    ]
    with st.container(horizontal=True, border=True, gap="medium", key="figures"):
        for label, value, note in figures:
            with st.container(width=142, gap="xxsmall"):
                st.metric(label, value, delta=note or None, delta_color="off", delta_arrow="off")
                if label == "Flagged" and row["judged_count"] < row["conversation_count"]:
                    st.caption(
                        formats.verdicts_known(row["judged_count"], row["conversation_count"])
                    )
