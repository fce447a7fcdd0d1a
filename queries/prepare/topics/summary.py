"""What the manifest says of topics, in sentences."""

from collections.abc import Iterator, Mapping
from typing import Any


def topic_sentences(facts: Mapping[str, Any]) -> Iterator[str]:
    """What topics are of, and their quality.

    Args:
        facts: the entry of the topics in the manifest of a version.
    """
    yield (
        f"{facts['prompt_count']:,} different first prompts of {facts['chars_min']} to "
        f"{facts['chars_max']:,} characters in {facts['topic_count']} topics and "
        f"{facts['subtopic_count']} subtopics."
    )
    yield (
        f"{facts['other_count']:,} of them fit in no topic well: they are farther from the centre "
        f"of theirs than {facts['other_percentile']} % of the prompts that topics were fitted to."
    )
    yield quality_sentence(facts)
    quality = facts["quality"]
    measures = {
        "Silhouette": quality["silhouette"],
        "coherence (NPMI) of the words of a topic": quality["coherence"],
    }
    known = [f"{name} {value:.2f}" for name, value in measures.items() if value is not None]
    if known:
        yield f"{'; '.join(known)}, both from -1 to 1."


def quality_sentence(facts: Mapping[str, Any]) -> str:
    """How stable topics are.

    Args:
        facts: the entry of the topics in the manifest of a version.
    """
    quality = facts["quality"]
    return (
        f"Stability over five seeds: adjusted Rand index {quality['stability']:.2f}; "
        f"{100 * quality['changed_share']:.0f} % of the prompts change topic between two seeds."
    )
