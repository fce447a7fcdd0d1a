"""Ready-made slices after the paper on LMSYS-Chat-1M (arXiv 2309.11998), each with its words.

Where the paper's own rule is not public, what was chosen instead is said.
"""

from collections.abc import Callable
from dataclasses import dataclass

from queries.catalogue import model_catalogue
from queries.errors import UsageError
from queries.export.plan import Pick, Sample, Shape
from queries.filters import Filters

MAIN_CATEGORIES = ("harassment", "hate", "self-harm", "sexual", "violence")
"""The five categories that the paper counts."""

MAKERS = ("OpenAI", "Anthropic")
"""Whose models gave the paper its instructions of high quality."""

SEED = 0


@dataclass(frozen=True, slots=True)
class NamedSlice:
    """A ready-made slice.

    Attributes:
        shape: what a row of it is, if nothing else is wanted.
        picks: which conversations.
        meaning: what it is for, and what was chosen where the paper does not say.
    """

    shape: Shape
    picks: Callable[[], tuple[Pick, ...]]
    meaning: str


def named_slice(name: str) -> NamedSlice:
    """The ready-made slice of a name.

    Raises:
        UsageError: there is none; names those there are.
    """
    if name not in NAMED:
        raise UsageError(f"There is no slice {name!r}. The slices are {', '.join(NAMED)}.")
    return NAMED[name]


def _moderation_training() -> tuple[Pick, ...]:
    highest = Sample(1_000, per="category", order="score", seed=SEED)
    return (
        Pick(Filters(category=MAIN_CATEGORIES), sample=highest),
        Pick(Filters(flagged="none"), sample=Sample(1_000, seed=SEED)),
    )


def _jailbreak_candidates() -> tuple[Pick, ...]:
    attempts = Sample(5, per="model", groups=10, order="user_score", seed=SEED)
    return (Pick(Filters(flagged="user"), sample=attempts),)


def _instruction_high_quality() -> tuple[Pick, ...]:
    known = model_catalogue()
    is_meant = (known["access"] == "proprietary") & known["maker"].isin(MAKERS)
    return (Pick(Filters(model=tuple(map(str, known.index[is_meant])))),)


def _clustering_prompts() -> tuple[Pick, ...]:
    return (Pick(min_prompt_chars=32, max_prompt_chars=1_536, distinct="words"),)


def _one_per_prompt_group() -> tuple[Pick, ...]:
    return (Pick(Filters(unique_prompts=True)),)


NAMED: dict[str, NamedSlice] = {
    "moderation-training": NamedSlice(
        "published",
        _moderation_training,
        "For a moderation model: the 1,000 conversations with the highest score in each of the "
        "paper's five categories, fewer where fewer are flagged in it, and 1,000 unflagged ones. "
        "The paper does not say how scores of several messages are put together: the highest one "
        "counts.",
    ),
    "jailbreak-candidates": NamedSlice(
        "published",
        _jailbreak_candidates,
        "Attempts to get round safety: the 5 conversations with the highest score of a user "
        "message for each of 10 models, all with a flagged user message. The paper's list of 10 "
        "models and its score are not known to us: the models with the most attempts were chosen, "
        "and the highest score of any category.",
    ),
    "instruction-high-quality": NamedSlice(
        "published",
        _instruction_high_quality,
        "For instruction tuning: every conversation with a proprietary model of OpenAI or "
        "Anthropic, flagged ones included. How the paper came to 45,000 of them is not public.",
    ),
    "clustering-prompts": NamedSlice(
        "prompts",
        _clustering_prompts,
        "For topics: first prompts of 32 to 1,536 characters, one of those that differ only in "
        "case, ASCII punctuation and the order of words. The paper drew from English "
        "conversations and took later prompts as well: --language English narrows it.",
    ),
    "one-per-prompt-group": NamedSlice(
        "published",
        _one_per_prompt_group,
        "One conversation, the one with the smallest id, for each first prompt of the dataset. "
        "Not in the paper: about half of all first prompts repeat.",
    ),
}
"""Every ready-made slice by its name."""
