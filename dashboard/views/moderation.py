import streamlit as st

from dashboard.components import notices
from dashboard.components.page_header import show_page_header
from dashboard.components.url_widgets import show_choice
from dashboard.panels.moderation.scores import show_scores
from dashboard.panels.moderation.verdicts import show_verdicts
from dashboard.state import session

SECTIONS = {"verdicts": "Published verdicts", "scores": "Scores and thresholds"}

filters, total = show_page_header()
if total:
    section = show_choice(
        "Show", "section", list(SECTIONS), label_of=SECTIONS.__getitem__, is_labelled=False
    )
    if section == "verdicts":
        show_verdicts(filters, total)
    else:
        show_scores(filters)
    st.caption(
        f"{session.store().loaded_dataset.scores_caveat} A message without a flag is not thereby a "
        "safe one."
    )
else:
    notices.show_empty_slice(filters)
