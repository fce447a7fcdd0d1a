"""The facts of a conversation in one line: model, language, counts, id, and flags as chips."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from dashboard import formats
from dashboard.components.custom_component import custom_component
from dashboard.state import links, session
from queries.datasets.model_catalogue import maker
from queries.display.covers import flag_names
from queries.display.verdict_text import unknown_verdict_text
from queries.filters import Filters
from queries.text.control_characters import escape_control_characters

_FACTS = custom_component(__name__)


def show_facts(facts: Mapping[str, Any]) -> None:
    """Draw the facts of a conversation.

    Each has a label and a text, read aloud; ``shown`` is what stands on the page where that is
    shorter, and ``chips`` what stands there as chips. A fact whose ``shown`` is empty and that has
    no chips goes without saying.

    Args:
        facts: ``Conversation.facts`` of ``queries.conversations.detail``.
    """
    items = [{**fact, "text": escape_control_characters(fact["text"])} for fact in _facts(facts)]
    _FACTS(key="facts", data={"facts": items})


def _facts(facts: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    conversation_id = str(facts["conversation_id"])
    made_by = maker(session.store().dataset.info, facts["model"])
    model = formats.name(facts["model"])
    yield {"label": "Model", "text": f"{model} ({made_by})" if made_by else model}
    yield {"label": "Language", "text": formats.name(facts["language"])}
    turns, messages = facts["turn_count"], formats.count(facts["message_count"])
    yield {"label": "Turns", "text": formats.count(turns), "shown": formats.turns(turns)}
    yield {"label": "Messages", "text": messages, "shown": ""}
    if not pd.isna(facts["prompt_group_size"]):
        yield _repeats(facts)
    yield {
        "label": "Id",
        "text": conversation_id,
        "isCode": True,
        "copies": [
            {"label": "Copy", "what": "the id", "text": conversation_id},
            {"label": "Copy link", "what": "the link", "href": links.permalink(conversation_id)},
        ],
    }
    yield {"label": "Flagged", "text": _flagged(facts), "shown": _since(facts), **_chips(facts)}
    redacted = {True: "yes", False: "no"}.get(facts["is_redacted"], "not recorded")
    chips = ["names redacted"] if redacted == "yes" else []
    yield {"label": "Names redacted", "text": redacted, "shown": "", "chips": chips}


def _chips(facts: Mapping[str, Any]) -> dict[str, list[str]]:
    """The flags; without one, that it is not known whether there are any."""
    if flags := flag_names(facts):
        return {"flags": flags}
    return {"unknowns": [_flagged(facts)] if pd.isna(facts["is_flagged"]) else []}


def _since(facts: Mapping[str, Any]) -> str:
    """What is said beside the flags: from which turn, or that the verdict is another."""
    if not flag_names(facts):
        return ""
    if pd.isna(facts["is_flagged"]):
        return "verdict unknown"
    if not facts["is_flagged"]:
        return "but not by its verdict"
    turn = facts["first_flagged_turn"]
    return "in an unknown message" if pd.isna(turn) else f"from turn {int(turn)}"


def _repeats(facts: Mapping[str, Any]) -> dict[str, Any]:
    size = int(facts["prompt_group_size"])
    if size < 2:
        return {"label": "Same first prompt", "text": "no other conversation", "shown": ""}
    others = "1 other conversation" if size == 2 else f"{size - 1:,} other conversations"
    group = Filters(prompt_group=int(facts["prompt_group"]))
    shown = f"{size - 1:,} with the same prompt"
    href = links.slice_link(group)
    return {"label": "Same first prompt", "text": others, "shown": shown, "href": href}


def _flagged(facts: Mapping[str, Any]) -> str:
    categories = ", ".join(facts["flagged_categories"])
    if pd.isna(facts["is_flagged"]):
        return f"unknown, despite {categories}" if categories else _unknown(facts)
    if not facts["is_flagged"]:
        return f"no, despite {categories}" if categories else "no"
    categories = categories or "in no category"
    if pd.isna(facts["first_flagged_turn"]):
        return f"in a message that is not known: {categories}"
    return f"from turn {int(facts['first_flagged_turn'])}: {categories}"


def _unknown(facts: Mapping[str, Any]) -> str:
    return unknown_verdict_text(
        verdict_count=int(facts["user_verdict_count"] + facts["assistant_verdict_count"]),
        message_count=0 if pd.isna(facts["message_count"]) else int(facts["message_count"]),
        undealt_count=int(facts["undealt_count"]),
    )
