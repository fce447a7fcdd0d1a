"""The plan of an export in words: for its manifest, its README card and lists of slices."""

from queries.describe import describe
from queries.export.plan import ExportPlan, Pick, Sample
from queries.filters import Filters

_SHAPES = {
    "published": "rows as published",
    "messages": "one row a message",
    "conversations": "one row a conversation, without its texts",
    "prompts": "one row a first prompt",
    "chat": "messages for fine-tuning, one row a conversation",
    "ids": "ids of conversations alone",
}

_DISTINCT = {
    "prompts": "one conversation for each first prompt",
    "words": "one conversation for each first prompt, regardless of the order of its words",
}

_ORDERS = {
    "shuffled": "drawn by the seed {seed}",
    "score": "those with the highest score",
    "user_score": "those with the highest score of a user message",
}


def plan_words(plan: ExportPlan) -> str:
    """What is exported, e.g. "gpt-4; 100 of each language, drawn by the seed 7"."""
    picks = [_pick_words(pick) for pick in plan.picks]
    said = describe(plan.filters)
    if any(picks):
        within = "" if plan.filters == Filters() else f"{said}; of these: "
        said = within + " / and / ".join(pick or "all" for pick in picks)
    return said


def shape_words(plan: ExportPlan) -> str:
    """What a row of the export is, and whether it is masked."""
    masked = "contact data masked" if plan.is_masked else "not masked"
    return f"{_SHAPES[plan.shape]}; {masked}"


def _pick_words(pick: Pick) -> str:
    said = [] if pick.filters == Filters() else [describe(pick.filters)]
    if pick.has_bounds:
        said.append(f"a first prompt of {_bounds(pick.min_prompt_chars, pick.max_prompt_chars)}")
    if pick.distinct is not None:
        said.append(_DISTINCT[pick.distinct])
    if pick.sample is not None:
        said.append(_sample_words(pick.sample))
    return "; ".join(said)


def _bounds(low: int | None, high: int | None) -> str:
    if high is None:
        return f"at least {low:,} characters"
    return f"{low:,} to {high:,} characters" if low is not None else f"at most {high:,} characters"


def _sample_words(sample: Sample) -> str:
    each = "" if sample.per is None else f" of each {sample.per}"
    if sample.groups is not None:
        each = f" of each of the {sample.groups:,} {sample.per}s with the most conversations"
    return f"{sample.rows:,}{each}, {_ORDERS[sample.order].format(seed=sample.seed)}"
