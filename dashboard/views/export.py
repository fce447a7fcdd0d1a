from pathlib import Path

import streamlit as st

from dashboard import formats
from dashboard.components import notices
from dashboard.components.page_header import show_title
from dashboard.components.slice_caption import show_slice_caption
from dashboard.panels.export.form import show_export_form
from dashboard.panels.export.jobs import show_export_jobs
from dashboard.state import exports, query_params, session
from queries.breakdowns import overview
from queries.export.code_snippets import python_text, shell_command
from queries.export.describe import plan_words
from queries.export.selection_sql import selection_sql

filters = session.current_filters()
size = int(session.rows(overview.slice_size, filters)["conversation_count"].iloc[0])
show_title()
show_slice_caption(size, filters)
if not size:
    notices.show_empty_slice(filters)
    st.stop()
request = show_export_form(filters)
total = exports.export_size(request.plan)
st.text(f"{formats.conversations(total)} will be written.")
if st.button(
    "Create export",
    icon=":material/archive:",
    disabled=not total,
    key="prepare",
    on_click=query_params.note_pressed,
):
    exports.start_export(request.plan, request.name, plan_words(request.plan))
show_export_jobs()
st.caption(formats.escape_markdown(session.store().dataset.info.notice))
with st.expander("Run this from the command line, in Python or as SQL", key="export_copies"):
    store = Path("STORE")
    st.code(shell_command(request.plan, Path(request.name), store), language="sh", wrap_lines=True)
    st.code(python_text(request.plan, Path(request.name), store), language="python")
    st.code(selection_sql(request.plan), language="sql")
