"""The words that distinguish two slices, each a link to its conversations."""

from collections.abc import Callable
from typing import Any, cast
from urllib.parse import parse_qsl

import pandas as pd
import streamlit as st

from dashboard import formats
from dashboard.charts.filter_token import filter_token
from dashboard.components.chart_card import show_card_header
from dashboard.components.data_table import TableColumn, TableRow, show_table
from dashboard.components.flagged_switch import show_flagged_switch
from dashboard.components.url_widgets import show_choice, show_switch
from dashboard.panels.comparison.differences import p_value_text
from dashboard.state import navigation, session
from queries.breakdowns import distinctive_words
from queries.breakdowns.comparison import other_slice
from queries.breakdowns.word_counts import WordUnit
from queries.display.covers import is_sensitive
from queries.display.readable_rows import readable_word
from queries.filters import Filters, Slice
from queries.filters.values import WORD_CHARS_MAX
from queries.serialisation.records import records

P_MAX = 0.05
"""Only words with a smaller adjusted p value are shown."""

_UNIT_LABELS = {"words": "words", "phrases": "phrases of two words"}
_SINGULARS = {"words": "word", "phrases": "phrase"}
_COLUMNS = (
    TableColumn("Word", is_number=False),
    TableColumn("A", hint="Share of the openings of A that contain it"),
    TableColumn("B", hint="Share of the openings of B that contain it"),
    TableColumn("Log-odds", hint="A against B, shrunk by the prior"),
    TableColumn("z", hint="Log-odds divided by its standard deviation"),
    TableColumn("Adjusted p", hint="Benjamini–Hochberg over all words"),
)


def show_distinctive_words(filters: Filters, against: str, sizes: pd.Series) -> None:
    """Draw the words of both sides once the reader switches them on: they take some seconds.

    Args:
        filters: slice A.
        against: slice B, as in the address.
        sizes: the row of ``comparison.overlap``.
    """
    with st.container(border=True, key="card_distinctive_words"):
        head = st.container()
        with st.container(horizontal=True, vertical_alignment="bottom"):
            is_on = show_switch("Compute", "words")
            unit = cast(
                "WordUnit",
                show_choice(
                    "Count", "of_words", distinctive_words.UNITS, label_of=_UNIT_LABELS.__getitem__
                ),
            )
        if not is_on:
            with head:
                st.subheader("Distinctive words", anchor=False)
                st.caption(
                    "Compares the first 300 characters of first prompts, in at most "
                    f"{distinctive_words.side_max(unit):,} conversations per slice, sampled with "
                    f"seed {distinctive_words.SEED}. Large slices take some seconds."
                )
            return
        with st.spinner("Reading the first prompts of both slices"):
            words = session.rows(
                distinctive_words.distinctive_words, filters, against=against, unit=unit
            )
        with head:
            _show_header(words, other_slice(filters, against), sizes, unit)
        _show_words(filters, against, words, _SINGULARS[unit])


def _show_header(words: pd.DataFrame, other: Slice, sizes: pd.Series, unit: WordUnit) -> None:
    texts = [
        int(words[f"texts_{side}"].iloc[0])
        if len(words)
        else min(int(sizes[f"{side}_count"]), distinctive_words.side_max(unit))
        for side in "ab"
    ]
    note = (
        f"n = {formats.count(texts[0])} openings of A and {formats.count(texts[1])} of B, seed "
        f"{distinctive_words.SEED}; log-odds with an informative Dirichlet prior"
    )
    show_card_header(
        "distinctive_words",
        "Distinctive words",
        note,
        _with_covers(words),
        key="distinctive_words",
        other=other,
    )


def _show_words(filters: Filters, against: str, words: pd.DataFrame, unit: str) -> None:
    if words.empty:
        st.text(f"No {unit} occurs in at least five of these openings.")
        return
    significant = words[words["corrected_p"] < P_MAX]
    if significant.empty:
        st.text(f"No {unit} differs more than chance would explain.")
        return
    st.caption(
        f"Each {unit} with an adjusted p value below 0.05, strongest first; the small figures "
        f"count openings. Click a {unit} to list its conversations: those of A or of B, or all of "
        "them if B is everything else."
    )
    is_uncovered = show_flagged_switch("Show words of flagged prompts", "uncover_words")
    for column, side in zip(st.columns(2), "ab", strict=True):
        with column:
            side_words = significant[significant["side"] == side]
            _show_side(
                side_words, side, is_uncovered=is_uncovered, to=_opener(filters, against, side)
            )


def _with_covers(words: pd.DataFrame) -> pd.DataFrame:
    """The rows with words of flagged prompts covered."""
    readable = [readable_word(row, is_uncovered=False, is_unmasked=False) for row in records(words)]
    return words.assign(word=readable)


def _show_side(
    words: pd.DataFrame, side: str, *, is_uncovered: bool, to: Callable[[str], None]
) -> None:
    rows = [
        TableRow(
            cells=[
                readable_word(row, is_uncovered=is_uncovered, is_unmasked=False),
                formats.share(row["share_a"]),
                formats.share(row["share_b"]),
                f"{row['log_odds']:+.2f}",
                f"{row['z']:+.1f}",
                p_value_text(row["corrected_p"]),
            ],
            notes=["", formats.count(row["count_a"]), formats.count(row["count_b"]), "", "", ""],
            token=_token(row, is_uncovered=is_uncovered),
        )
        for row in records(words)
    ]
    name = side.upper()
    st.markdown(f"**More in {name}**")
    show_table(_COLUMNS, rows, caption=f"Words of {name}", key=f"words_{side}", on_choice=to)


def _token(row: dict[str, Any], *, is_uncovered: bool) -> str | None:
    """The filter that a word stands for; none where no filter could find it."""
    # A covered word must not reach the browser, not even inside a token.
    if is_sensitive(row) and not is_uncovered:
        return None
    is_substitute = row["word"].startswith("[")
    is_long = len(row["word"]) > WORD_CHARS_MAX
    return None if is_substitute or is_long else filter_token(word=row["word"])


def _opener(filters: Filters, against: str, side: str) -> Callable[[str], None]:
    """A callback that lists the conversations of a side that contain a clicked word."""

    def go(chosen: str) -> None:
        slice_ = filters if side == "a" else other_slice(filters, against)
        # Filters cannot express "everything else", so its words list all conversations.
        pairs = slice_.pairs() if isinstance(slice_, Filters) else []
        navigation.open_list([*pairs, *parse_qsl(chosen)])

    return go
