import streamlit as st

from dashboard.components import notices
from dashboard.components.page_head import show_page_head
from dashboard.components.scores import show_scores
from dashboard.components.verdicts import show_verdicts
from dashboard.components.view_choice import show_choice

SECTIONS = {"verdicts": "Published verdicts", "scores": "Scores and thresholds"}

filters, total = show_page_head("Moderation")
if total:
    section = show_choice(
        "Show", "section", list(SECTIONS), words=SECTIONS.__getitem__, is_labelled=False
    )
    if section == "verdicts":
        show_verdicts(filters, total)
    else:
        show_scores(filters)
    st.caption(
        "Scores are not calibrated probabilities, and the published flags have low recall: the "
        "paper gives the moderation model of 2023 a micro-F1 of 0.36. A message without a flag "
        "is not thereby a safe one."
    )
else:
    notices.show_empty_slice(filters)
