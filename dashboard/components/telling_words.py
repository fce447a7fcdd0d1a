"""The words that tell one slice from the other, each a way to its conversations."""

from collections.abc import Callable
from urllib.parse import parse_qsl

import pandas as pd
import streamlit as st

from dashboard import formats, navigation, session
from dashboard.components.chart_card import show_card_head
from dashboard.components.comparison import p_text
from dashboard.components.flagged_switch import show_flagged_switch
from dashboard.components.table import Head, Row, show_table
from dashboard.components.view_choice import show_switch
from dashboard.picks import pick
from queries import telling_words
from queries.comparison import other_slice
from queries.filters import Filters, Slice
from queries.reading import needs_cover, readable_word
from queries.records import records

SURE = 0.05
"""Words whose corrected p is below it are shown."""

_HEADS = (
    Head("Word", is_number=False),
    Head("A", hint="share of the openings of A that have it"),
    Head("B", hint="share of the openings of B that have it"),
    Head("Log-odds", hint="of A against B, shrunk by the prior"),
    Head("z", hint="the same in standard deviations"),
    Head("Corrected p", hint="after Benjamini and Hochberg, over all words"),
)


def show_telling_words(filters: Filters, against: str, sizes: pd.Series) -> None:
    """Draw the words of both sides where they are asked for: they take some seconds at first.

    Args:
        filters: slice A.
        against: slice B.
        sizes: the row of ``comparison.overlap``.
    """
    with st.container(border=True, key="card_telling_words"):
        head = st.container()
        if not show_switch("Work them out", "words"):
            with head:
                st.subheader("Words that tell A from B", anchor=False)
                st.caption(
                    "Over the first 300 characters of first prompts, of at most "
                    f"{telling_words.SIDE_MAX:,} conversations a side, drawn with the seed "
                    f"{telling_words.SEED}. A large slice takes some seconds."
                )
            return
        with st.spinner("Reading the first prompts of both slices"):
            found = session.rows(telling_words.telling_words, filters, against=against)
        with head:
            _show_head(found, other_slice(filters, against), sizes)
        _show(filters, against, found)


def _show_head(found: pd.DataFrame, other: Slice, sizes: pd.Series) -> None:
    texts = [
        int(found[f"texts_{side}"].iloc[0])
        if len(found)
        else min(int(sizes[f"{side}_count"]), telling_words.SIDE_MAX)
        for side in "ab"
    ]
    note = (
        f"n = {formats.count(texts[0])} openings of A and {formats.count(texts[1])} of B, seed "
        f"{telling_words.SEED}; log-odds with an informative Dirichlet prior"
    )
    show_card_head(
        "telling_words",
        "Words that tell A from B",
        note,
        _covered(found),
        key="telling_words",
        other=other,
    )


def _show(filters: Filters, against: str, found: pd.DataFrame) -> None:
    if found.empty:
        st.text("No word stands in five of these openings.")
        return
    told = found[found["corrected_p"] < SURE]
    if told.empty:
        st.text("No word tells them apart beyond chance.")
        return
    st.caption(
        "Words with a corrected p below 0.05, strongest first; small figures count openings. A "
        "word opens the list of its conversations: of A, of B, or of all where B is everything "
        "else."
    )
    is_uncovered = show_flagged_switch("Show words of flagged prompts", "uncover_words")
    for column, side in zip(st.columns(2), "ab", strict=True):
        with column:
            words = told[told["side"] == side]
            _show_side(words, side, is_uncovered=is_uncovered, to=_opener(filters, against, side))


def _covered(found: pd.DataFrame) -> pd.DataFrame:
    words = [readable_word(row, is_uncovered=False, is_unmasked=False) for row in records(found)]
    return found.assign(word=words)


def _show_side(
    words: pd.DataFrame, side: str, *, is_uncovered: bool, to: Callable[[str], None]
) -> None:
    rows = [
        Row(
            cells=[
                readable_word(row, is_uncovered=is_uncovered, is_unmasked=False),
                formats.share(row["share_a"]),
                formats.share(row["share_b"]),
                f"{row['log_odds']:+.2f}",
                f"{row['z']:+.1f}",
                p_text(row["corrected_p"]),
            ],
            notes=["", formats.count(row["count_a"]), formats.count(row["count_b"]), "", "", ""],
            # What is covered is not in the page at all, nor can it be gone to.
            pick=pick(word=row["word"]) if is_uncovered or not needs_cover(row) else None,
        )
        for row in records(words)
    ]
    name = side.upper()
    st.markdown(f"**More in {name}**")
    show_table(_HEADS, rows, caption=f"Words of {name}", key=f"words_{side}", on_choice=to)


def _opener(filters: Filters, against: str, side: str) -> Callable[[str], None]:
    """Goes to the conversations of a side that have a word."""

    def go(chosen: str) -> None:
        slice_ = filters if side == "a" else other_slice(filters, against)
        # No filters say "everything else": its words lead to all conversations that have them.
        kept = slice_.pairs() if isinstance(slice_, Filters) else []
        navigation.open_list([*kept, *parse_qsl(chosen)])

    return go
