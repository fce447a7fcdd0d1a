from pathlib import Path

import streamlit as st

from dashboard import exporting, formats, session
from dashboard.components import notices
from dashboard.components.export_form import show_form
from dashboard.components.export_jobs import show_jobs
from dashboard.components.slice_caption import show_slice_caption
from queries import breakdowns
from queries.export.copies import command_text, python_text
from queries.export.manifest import notice
from queries.export.statement import sql_text
from queries.export.words import plan_words

filters = session.current_filters()
size = int(session.rows(breakdowns.slice_size, filters)["conversation_count"].iloc[0])
st.title("Export", anchor=False)
show_slice_caption(size, filters)
if not size:
    notices.show_empty_slice(filters)
    st.stop()
wanted = show_form(filters)
total = exporting.count(wanted.plan)
st.text(f"{formats.conversations(total)} will be written.")
if st.button("Prepare", icon=":material/archive:", disabled=not total, key="prepare"):
    exporting.begin(wanted.plan, wanted.name, plan_words(wanted.plan))
show_jobs()
st.caption(formats.plain(notice()))
with st.expander("The same by the command line, in Python and as SQL", key="export_copies"):
    store = Path("STORE")
    st.code(command_text(wanted.plan, Path(wanted.name), store), language="sh", wrap_lines=True)
    st.code(python_text(wanted.plan, Path(wanted.name), store), language="python")
    st.code(sql_text(wanted.plan), language="sql")
