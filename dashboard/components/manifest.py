"""What a store says of itself."""

from pathlib import PurePath
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import formats, session
from queries.breakdowns import slice_size
from queries.filters import Filters
from queries.oddities import oddity_sentences, redaction_sentence
from queries.store import Store


def show_manifest(store: Store) -> None:
    """Draw the manifest of a version: its sources, counts, and what is odd about its rows."""
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
            "This is the synthetic sample: made-up texts, with marginals like the published ones."
        )
    if removed:
        st.text(f"Removed for good: {formats.conversations(removed)}.")
    for sentence in _sentences(manifest):
        st.text(sentence)
    # The name of a file only: where it stands on the server is nobody's business.
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
        alt="Raw files that the store was prepared from",
        column_config={
            name: st.column_config.NumberColumn(format="localized") for name in ("Rows", "Bytes")
        },
    )


def _sentences(manifest: dict[str, Any]) -> list[str]:
    said = [sentence[0].upper() + sentence[1:] for sentence in oddity_sentences(manifest)]
    if not said:
        said.append("No row differs from what the dataset's card promises.")
    if derived := redaction_sentence(manifest):
        said.append(derived)
    if manifest["dropped_columns"]:
        said.append(f"Columns that were left out: {', '.join(manifest['dropped_columns'])}.")
    if manifest["limit"] is not None:
        said.append(f"Only the first {formats.count(manifest['limit'])} rows were prepared.")
    return said
