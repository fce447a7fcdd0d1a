"""What is known of a conversation besides its text."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from dashboard import formats, url
from dashboard.components.registration import registered
from queries.catalogue import maker
from queries.filters import Filters
from queries.reading import visible

_FACTS = registered("facts")


def show_facts(facts: Mapping[str, Any]) -> None:
    """Draw the facts of ``conversations.conversation``."""
    said = [{**fact, "text": visible(fact["text"])} for fact in _facts(facts)]
    _FACTS(key="facts", data={"facts": said})


def _facts(facts: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    conversation_id = str(facts["conversation_id"])
    made_by = maker(facts["model"])
    model = formats.name(facts["model"])
    yield {"label": "Model", "text": f"{model} ({made_by})" if made_by else model}
    yield {"label": "Language", "text": formats.name(facts["language"])}
    yield {"label": "Turns", "text": formats.count(facts["turn_count"])}
    yield {"label": "Messages", "text": formats.count(facts["message_count"])}
    yield {"label": "Flagged", "text": _flagged(facts)}
    redacted = {True: "yes", False: "no"}.get(facts["is_redacted"], "not said")
    yield {"label": "Names redacted", "text": redacted}
    if not pd.isna(facts["prompt_group_size"]):
        yield _repeats(facts)
    yield {
        "label": "Id",
        "text": conversation_id,
        "isCode": True,
        "copies": [
            {"label": "Copy", "what": "the id", "text": conversation_id},
            {"label": "Copy link", "what": "the link", "href": url.permalink(conversation_id)},
        ],
    }


def _repeats(facts: Mapping[str, Any]) -> dict[str, Any]:
    size = int(facts["prompt_group_size"])
    if size < 2:
        return {"label": "Same first prompt", "text": "no other conversation"}
    others = "1 other conversation" if size == 2 else f"{size - 1:,} other conversations"
    group = Filters(prompt_group=int(facts["prompt_group"]))
    return {"label": "Same first prompt", "text": others, "href": url.slice_address(group)}


def _flagged(facts: Mapping[str, Any]) -> str:
    categories = ", ".join(facts["flagged_categories"])
    if not categories and (pd.isna(facts["moderation_count"]) or not facts["moderation_count"]):
        return "no published verdict"
    if not facts["is_flagged"]:
        return f"no, in spite of {categories}" if categories else "no"
    categories = categories or "in no category"
    return f"from turn {int(facts['first_flagged_turn'])}: {categories}"
