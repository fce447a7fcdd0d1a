"""What a store says of itself."""

from pathlib import PurePath
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import formats
from queries.oddities import oddity_sentences, redaction_sentence


def show_manifest(
    manifest: dict[str, Any], *, conversations: int, messages: int, removed: int
) -> None:
    """Draw the manifest of a version: its sources, counts, and what is odd about its rows.

    Args:
        manifest: of the version.
        conversations: how many are shown.
        messages: how many they have.
        removed: conversations that were removed, from this version or before it was made.
    """
    st.header("This store", anchor=False)
    st.text(
        f"{formats.conversations(conversations)} with "
        f"{formats.count(messages)} messages, prepared {manifest['created_at']} "
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
