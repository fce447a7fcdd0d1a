"""What can be searched for, shown while nothing is."""

import streamlit as st

from dashboard import formats, session
from queries.search.worth import worth_sentences

_WAYS = """
| write | finds messages with |
| --- | --- |
| `recipe lasagna` | both words, in capitals or not |
| `"machine learning"` | the phrase |
| `poem OR song` | either word |
| `python -java` | the first word and not the second |
| `translat*` | any word that begins so |
| `(poem OR song) rain` | the rain, and either of the others |
"""


def show_search_help() -> None:
    """Draw the language of a words search, and what the index holds."""
    with st.container(border=True, key="search_help"):
        st.markdown(_WAYS)
        st.markdown(
            "Words are found in every message of every turn, in any script, as they are written: "
            "no endings are cut off and no word is too common. **Meaning** needs none of these "
            "signs: say what you are looking for, as you would ask a person; it looks at user "
            "messages. A search stays inside the filters of the sidebar."
        )
        facts = session.store().manifest["steps"]["index"]
        st.caption(formats.plain("In this index: " + " ".join(worth_sentences(facts))))
