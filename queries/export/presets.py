"""Presets: ready-made selections modelled on the paper on LMSYS-Chat-1M (arXiv 2309.11998).

Where the rule of the paper is not public, the preset says what was chosen instead.
"""

from collections.abc import Callable
from dataclasses import dataclass

from queries.datasets.lmsys_chat import LMSYS_CHAT
from queries.datasets.model_catalogue import model_catalogue
from queries.errors import UsageError
from queries.export.plan import Sample, Selection
from queries.filters import Filters

MAIN_CATEGORIES = ("harassment", "hate", "self-harm", "sexual", "violence")
"""The five categories in the tables of the paper."""

MAKERS = ("OpenAI", "Anthropic")
"""The makers whose models gave the high-quality instructions of the paper."""

PRESET_SEED = 0


@dataclass(frozen=True, slots=True)
class Preset:
    """A ready-made selection.

    Attributes:
        shape: its shape, unless the user chooses another.
        picks: makes its selections.
        meaning: what it is for, and what was chosen where the paper leaves a rule open.
    """

    shape: str
    picks: Callable[[], tuple[Selection, ...]]
    meaning: str


def preset(name: str) -> Preset:
    """The preset with a name.

    Raises:
        UsageError: there is none; the message lists the names.
    """
    if name not in PRESETS:
        raise UsageError(f"There is no slice {name!r}. The slices are {', '.join(PRESETS)}.")
    return PRESETS[name]


def _moderation_training() -> tuple[Selection, ...]:
    highest = Sample(1_000, per="category", order="score", seed=PRESET_SEED)
    return (
        Selection(Filters(category=MAIN_CATEGORIES), sample=highest),
        Selection(Filters(flagged="none"), sample=Sample(1_000, seed=PRESET_SEED)),
    )


def _jailbreak_candidates() -> tuple[Selection, ...]:
    attempts = Sample(5, per="model", groups=10, order="user_score", seed=PRESET_SEED)
    return (Selection(Filters(flagged="user"), sample=attempts),)


def _instruction_high_quality() -> tuple[Selection, ...]:
    models = model_catalogue(LMSYS_CHAT.info)
    is_included = (models["access"] == "proprietary") & models["maker"].isin(MAKERS)
    return (Selection(Filters(model=tuple(map(str, models.index[is_included])))),)


def _clustering_prompts() -> tuple[Selection, ...]:
    return (Selection(min_prompt_chars=32, max_prompt_chars=1_536, distinct="words"),)


def _one_per_prompt_group() -> tuple[Selection, ...]:
    return (Selection(Filters(unique_prompts=True)),)


PRESETS: dict[str, Preset] = {
    "moderation-training": Preset(
        "published",
        _moderation_training,
        "For a moderation model: the 1,000 conversations with the highest score in each of the "
        "paper's five categories, fewer where fewer are flagged in it, and 1,000 unflagged ones. "
        "The paper does not say how the scores of several messages are combined: the highest one "
        "counts.",
    ),
    "jailbreak-candidates": Preset(
        "published",
        _jailbreak_candidates,
        "Attempts to bypass safety measures: for each of 10 models, the 5 conversations with the "
        "highest score of a user message, all with a flagged user message. The paper does not name "
        "its 10 models and its score: the models with the most attempts were chosen, and the "
        "highest score of any category.",
    ),
    "instruction-high-quality": Preset(
        "published",
        _instruction_high_quality,
        "For instruction tuning: every conversation with a proprietary model of OpenAI or "
        "Anthropic, flagged ones included. How the paper selected 45,000 of them is not public.",
    ),
    "clustering-prompts": Preset(
        "prompts",
        _clustering_prompts,
        "For topics: first prompts of 32 to 1,536 characters, one of those that differ only in "
        "case, ASCII punctuation and the order of words. The paper used English conversations "
        "and later prompts as well: --language English narrows it.",
    ),
    "one-per-prompt-group": Preset(
        "published",
        _one_per_prompt_group,
        "One conversation, the one with the smallest id, for each first prompt of the dataset. "
        "Not in the paper: about half of all first prompts repeat.",
    ),
}
"""Every preset by its name."""
