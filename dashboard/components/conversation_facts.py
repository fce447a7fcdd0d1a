"""What is known of a conversation besides its text."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from dashboard import formats
from dashboard.components.registration import registered
from queries.reading import visible

_FACTS = registered("facts")


def show_facts(facts: Mapping[str, Any]) -> None:
    """Draw the facts of ``conversations.conversation``."""
    said = [{"label": label, "text": visible(text)} for label, text in _facts(facts)]
    _FACTS(key="facts", data={"facts": said})


def _facts(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "Model", formats.name(facts["model"])
    yield "Language", formats.name(facts["language"])
    yield "Turns", formats.count(facts["turn_count"])
    yield "Messages", formats.count(facts["message_count"])
    yield "Flagged", _flagged(facts)
    yield "Names redacted", {True: "yes", False: "no"}.get(facts["is_redacted"], "not said")
    if not pd.isna(facts["prompt_group_size"]):
        yield "Same first prompt", formats.conversations(facts["prompt_group_size"])
    yield "Id", str(facts["conversation_id"])


def _flagged(facts: Mapping[str, Any]) -> str:
    categories = ", ".join(facts["flagged_categories"])
    if not facts["is_flagged"]:
        return f"no, in spite of {categories}" if categories else "no"
    categories = categories or "in no category"
    return f"from turn {int(facts['first_flagged_turn'])}: {categories}"
