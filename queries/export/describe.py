"""An export plan in words: for its manifest, its dataset card and the list of presets."""

from queries.export.plan import ExportPlan, Sample, Selection
from queries.export.shapes import SHAPES
from queries.filters import Filters
from queries.filters.describe import describe

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
    """The selected conversations, e.g. "gpt-4; 100 of each language, drawn by the seed 7"."""
    selections = [_selection_words(selection) for selection in plan.picks]
    words = describe(plan.filters)
    if any(selections):
        scope = "" if plan.filters == Filters() else f"{words}; of these: "
        words = scope + " / and / ".join(selection or "all" for selection in selections)
    return words


def shape_words(plan: ExportPlan) -> str:
    """What a row of the export is, and what of its texts is included."""
    phrases = [SHAPES[plan.shape].summary]
    phrases.append("contact data masked" if plan.is_masked else "not masked")
    if plan.includes_sexual_minors:
        phrases.append("texts flagged as sexual/minors included")
    return "; ".join(phrases)


def _selection_words(selection: Selection) -> str:
    phrases = [] if selection.filters == Filters() else [describe(selection.filters)]
    if selection.has_bounds:
        bounds = _bounds_words(selection.min_prompt_chars, selection.max_prompt_chars)
        phrases.append(f"a first prompt of {bounds}")
    if selection.distinct is not None:
        phrases.append(_DISTINCT[selection.distinct])
    if selection.sample is not None:
        phrases.append(_sample_words(selection.sample))
    return "; ".join(phrases)


def _bounds_words(low: int | None, high: int | None) -> str:
    if high is None:
        return f"at least {low:,} characters"
    return f"{low:,} to {high:,} characters" if low is not None else f"at most {high:,} characters"


def _sample_words(sample: Sample) -> str:
    each = "" if sample.per is None else f" of each {sample.per}"
    if sample.groups is not None:
        each = f" of each of the {sample.groups:,} {sample.per}s with the most conversations"
    return f"{sample.rows:,}{each}, {_ORDERS[sample.order].format(seed=sample.seed)}"
