"""Help on searching, shown while nothing is searched for."""

import streamlit as st

from dashboard import formats
from dashboard.process.index_builder import progress_under_way
from dashboard.process.public_errors import public_sentence
from dashboard.state import session
from queries.search.index_summary import summary_sentences

_EXAMPLES = """
| query | finds messages with |
| --- | --- |
| `recipe lasagna` | both words, in upper or lower case |
| `"machine learning"` | the phrase |
| `poem OR song` | either word |
| `python -java` | the first word but not the second |
| `translat*` | any word with this prefix |
| `=café` | the word with the same accents; `cafe` finds both |
| `(poem OR song) rain` | `rain` and either of the other words |
"""


def show_search_help() -> None:
    """Draw examples of the query language and a summary of the index."""
    with st.container(border=True, key="search_help"):
        st.markdown(_EXAMPLES)
        st.markdown(
            "**Words** searches all messages in any script. It matches words exactly: there is no "
            "stemming, and there are no stop words. A word is found wherever it stands: `token` in "
            "MAX_TOKEN_LENGTH, `eau` in l’eau, 日本 in 日本語. Of signs, only emoji, C++, C# and "
            ".NET are looked for. **Meaning** needs no operators: describe what "
            "you are looking for as you would to a person. It searches user messages only. The "
            "filters in the sidebar apply to every search."
        )
        facts = session.store().manifest["steps"]["index"]
        summary = public_sentence(" ".join(summary_sentences(facts, progress_under_way())))
        st.caption(formats.escape_markdown(f"This index: {summary}"))
