"""The measures of a model or language: columns of ``groups.models`` with their labels."""

from dataclasses import dataclass

from dashboard.charts.groups import MeasureSpec
from queries.breakdowns.groups import RATE_TOTALS, STANDARDISED


@dataclass(frozen=True, slots=True)
class GroupMeasure:
    """A measure of a group.

    Attributes:
        label: header of its column.
        spec: how to draw it.
        standardised: its name in ``groups.standard_rates``; None if it is not a rate.
        hint: tooltip of the header.
    """

    label: str
    spec: MeasureSpec
    standardised: str | None = None
    hint: str = ""


def _rate(
    label: str, name: str, title: str, *, total: str = "conversation_count", hint: str = ""
) -> GroupMeasure:
    spec = MeasureSpec(title, f"{name}_share", total, low=f"{name}_low", high=f"{name}_high")
    hint = hint or title.lower()
    if total != "conversation_count":
        hint = f"{hint}, of those with a known verdict"
    return GroupMeasure(label, spec, name if name in STANDARDISED else None, hint)


def _length(label: str, quantile: str, kind: str, title: str) -> GroupMeasure:
    stem = f"{quantile}_{kind}"
    spec = MeasureSpec(
        title,
        f"{stem}_chars",
        f"{kind}_count",
        is_share=False,
        low=f"{stem}_low",
        high=f"{stem}_high",
    )
    return GroupMeasure(label, spec, hint=title.lower())


GROUP_MEASURES: dict[str, GroupMeasure] = {
    "user_flagged": _rate(
        "User flagged",
        "user_flagged",
        "Conversations with a flagged user message",
        total=RATE_TOTALS["user_flagged"],
    ),
    "assistant_flagged": _rate(
        "Assistant flagged",
        "assistant_flagged",
        "Conversations with a flagged assistant message",
        total=RATE_TOTALS["assistant_flagged"],
    ),
    "both_given_user": _rate(
        "Assistant given user",
        "both_given_user",
        "Flagged assistant message, given a flagged user message",
        total="both_judged_count",
    ),
    "flagged": _rate(
        "Any flagged",
        "flagged",
        "Conversations with a flagged message",
        total=RATE_TOTALS["flagged"],
    ),
    "redacted": _rate("Redacted", "redacted", "Conversations with redacted names"),
    "single_turn": _rate("Single turn", "single_turn", "Conversations of one turn"),
    "with_code": _rate("With code", "with_code", "Conversations with a code block"),
    "unique_prompt": GroupMeasure(
        "Unique prompts",
        MeasureSpec(
            "Distinct first prompts per conversation with one",
            "unique_prompt_share",
            "with_prompt_count",
        ),
        hint="distinct first prompts per conversation with one",
    ),
    "turns": GroupMeasure(
        "Turns",
        MeasureSpec(
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
"""The measures by their name in the address; the first one is the default."""

WITHOUT_UNKNOWN = {
    **dict.fromkeys(RATE_TOTALS.values(), "conversation_count"),
    "both_judged_count": "user_flagged_count",
}
"""The totals of shares of known verdicts, and what they would be if all verdicts were known."""
