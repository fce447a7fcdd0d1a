"""What can be shown of a model or a language: the columns of ``groups.models`` in words."""

from dataclasses import dataclass

from dashboard.charts.dots import Shown


@dataclass(frozen=True, slots=True)
class GroupMeasure:
    """A measure of a group.

    Attributes:
        label: the head of its column.
        shown: how it is drawn.
        standardised: what ``groups.standard_rates`` calls it; None where it is not a rate.
        hint: what it says in full.
    """

    label: str
    shown: Shown
    standardised: str | None = None
    hint: str = ""


def _rate(
    label: str, name: str, title: str, *, total: str = "conversation_count", hint: str = ""
) -> GroupMeasure:
    shown = Shown(title, f"{name}_share", total, low=f"{name}_low", high=f"{name}_high")
    is_standard = total == "conversation_count" and name != "slice"
    return GroupMeasure(label, shown, name if is_standard else None, hint or title.lower())


def _length(label: str, quantile: str, kind: str, title: str) -> GroupMeasure:
    stem = f"{quantile}_{kind}"
    shown = Shown(
        title,
        f"{stem}_chars",
        f"{kind}_count",
        is_share=False,
        low=f"{stem}_low",
        high=f"{stem}_high",
    )
    return GroupMeasure(label, shown, hint=title.lower())


MEASURES: dict[str, GroupMeasure] = {
    "user_flagged": _rate(
        "User flagged", "user_flagged", "Conversations with a flagged user message"
    ),
    "assistant_flagged": _rate(
        "Assistant flagged", "assistant_flagged", "Conversations with a flagged assistant message"
    ),
    "both_given_user": _rate(
        "Assistant given user",
        "both_given_user",
        "Flagged assistant message where a user message is flagged",
        total="user_flagged_count",
    ),
    "flagged": _rate("Any flagged", "flagged", "Conversations with a flagged message"),
    "redacted": _rate("Redacted", "redacted", "Conversations with redacted names"),
    "single_turn": _rate("Single turn", "single_turn", "Conversations of one turn"),
    "with_code": _rate("With code", "with_code", "Conversations with a code block"),
    "unique_prompt": GroupMeasure(
        "Unique prompts",
        Shown(
            "Distinct first prompts, of the conversations with one",
            "unique_prompt_share",
            "with_prompt_count",
        ),
        hint="distinct first prompts, of the conversations with one",
    ),
    "turns": GroupMeasure(
        "Turns",
        Shown(
            "Mean turns of a conversation",
            "mean_turn_count",
            is_share=False,
            low="mean_turn_low",
            high="mean_turn_high",
        ),
        hint="mean turns of a conversation",
    ),
    "median_prompt": _length("Prompt, median", "median", "prompt", "Median characters of a prompt"),
    "p90_prompt": _length(
        "Prompt, p90", "p90", "prompt", "90th percentile of characters of a prompt"
    ),
    "median_response": _length(
        "Response, median", "median", "response", "Median characters of a response"
    ),
    "p90_response": _length(
        "Response, p90", "p90", "response", "90th percentile of characters of a response"
    ),
    "slice": _rate("Share", "slice", "Share of the slice"),
}
"""By the name in the address; the first is shown at first."""
