"""The manifest of the open store."""

from pathlib import PurePath
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import formats
from dashboard.state import session
from queries.breakdowns.overview import slice_size
from queries.datasets.quality_report import missing_column_sentences, oddity_sentences
from queries.filters import Filters
from queries.store.store import Store


def show_manifest(store: Store) -> None:
    """Draw the counts, data quality and source files of the open version."""
    manifest = store.manifest
    size = session.rows(slice_size, Filters()).iloc[0]
    removed = manifest.get("left_out_count", 0) + len(store.removed_ranks)
    st.header("This store", anchor=False)
    st.text(
        f"{formats.conversations(size['conversation_count'])} with "
        f"{formats.count(size['message_count'])} messages, prepared {manifest['created_at']} "
        f"by Chatscape {manifest['chatscape_version']}, version {manifest['version']}."
    )
    if manifest["is_synthetic"]:
        st.info(
            "This is the synthetic sample: generated texts with the distributions of the published "
            "dataset."
        )
    if removed:
        st.text(f"Permanently removed: {formats.conversations(removed)}.")
    for sentence in _sentences(manifest):
        st.text(sentence)
    # File names only: readers must not learn paths of the server.
    sources = pd.DataFrame(
        {
            "File": [PurePath(source["path"]).name for source in manifest["sources"]],
            "Rows": [source["row_count"] for source in manifest["sources"]],
            "Bytes": [source["bytes"] for source in manifest["sources"]],
            "SHA-256": [source["sha256"] for source in manifest["sources"]],
        }
    )
    st.dataframe(
        sources,
        hide_index=True,
        alt="Source files that the store was prepared from",
        column_config={
            name: st.column_config.NumberColumn(format="localized") for name in ("Rows", "Bytes")
        },
    )


def _sentences(manifest: dict[str, Any]) -> list[str]:
    sentences = [sentence[0].upper() + sentence[1:] for sentence in oddity_sentences(manifest)]
    if not sentences:
        sentences.append("All rows match the description in the dataset card.")
    sentences.extend(missing_column_sentences(manifest))
    if manifest["dropped_columns"]:
        sentences.append(f"Columns left out: {', '.join(manifest['dropped_columns'])}.")
    if manifest["limit"] is not None:
        sentences.append(f"Only the first {formats.count(manifest['limit'])} rows were prepared.")
    return sentences
