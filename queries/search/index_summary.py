"""A plain-language summary of a search index: coverage, truncation, recall, and what is to come."""

from typing import Any

from queries.search.endpoint_address import SENT_CHARS, is_endpoint
from queries.search.language_quality import quality_sentences
from queries.store.index_progress import EMBEDDING, IndexProgress

NOT_BEGUN = "The search index is about to be built."
"""What is said of a build before its first step."""


def summary_sentences(manifest: dict[str, Any], progress: IndexProgress | None = None) -> list[str]:
    """Sentences that describe an index.

    Args:
        manifest: the index step of a version's manifest.
        progress: the build of an index that is at work, if there is one.
    """
    sentences = [
        f"{manifest['message_count']:,} messages with {manifest['word_count']:,} distinct words."
    ]
    model = manifest["model"]
    if model is None:
        if progress is not None and progress.kind != "words":
            return [*sentences, "Full-text search only, until vectors are made."]
        return [*sentences, "Full-text search only: the index was built without a model."]
    sentences.append(
        f"{manifest['user_message_count']:,} user messages with {manifest['prompt_count']:,} "
        f"distinct texts, {_embedded(manifest)} ({_numbers(manifest)})."
    )
    if manifest["cut_prompt_count"]:
        limit = (
            f"{model['max_words']} tokens" if model["max_words"] else f"{SENT_CHARS:,} characters"
        )
        sentences.append(
            f"{manifest['cut_prompt_count']:,} of the texts are longer than the model's limit of "
            f"{limit}: only their beginning is embedded."
        )
    if is_endpoint(model["name"]):
        sentences.append(
            "Texts leave this process: every search by meaning is sent to that endpoint, with "
            "contact data and secrets masked, as the user messages were."
        )
    if quick := quick_sentence(manifest, progress):
        sentences.append(quick)
    return [*sentences, *quality_sentences(model["name"]), recall_sentence(manifest)]


def _embedded(manifest: dict[str, Any]) -> str:
    return (
        "with quick vectors" if is_quick(manifest) else f"embedded by {manifest['model']['name']}"
    )


def _numbers(manifest: dict[str, Any]) -> str:
    eight_bits = ", 8-bit weights" if manifest.get("precision") == "int8" else ""
    whole = manifest["model"].get("truncated_from")
    first = f"of {whole} the first " if whole else ""
    return f"{first}{manifest['model']['dimension']} dimensions{eight_bits}"


def sending_sentence(name: str) -> str:
    """What to say where texts are sent to an endpoint.

    Args:
        name: its address and its model.
    """
    return (
        f"Texts leave this process: every user message, masked, is sent to {name} while the "
        "index is built, and later every search by meaning."
    )


def is_quick(manifest: dict[str, Any] | None) -> bool:
    """Whether an index has quick vectors, which those of the model are to replace."""
    return bool(manifest and manifest.get("quick"))


def quick_sentence(manifest: dict[str, Any], progress: IndexProgress | None = None) -> str | None:
    """How good the quick vectors of an index are, and when the model's come; None for others.

    Args:
        manifest: the index step of a version's manifest.
        progress: the build of an index that is at work, if there is one.
    """
    if not is_quick(manifest):
        return None
    quick = manifest["quick"]
    name = quick["of"]["name"]
    sentences = [f"Quick vectors, an approximation of {name}."]
    if quick["mrr"] is not None:
        sentences.append(
            f"They rank the text that it finds nearest at MRR@10 {quick['mrr']:.2f} (1: always "
            f"first), measured with {quick['compared']:,} of the texts."
        )
    seconds = quick["full_seconds"]
    if progress is not None and progress.kind == "meaning":
        if progress.title == EMBEDDING and progress.seconds_left is not None:
            seconds = progress.seconds_left
        sentences.append(
            "Vectors of the model itself are being made, and are expected to replace these in "
            f"{duration_words(seconds)}."
        )
    else:
        sentences.append(
            f"Vectors of the model itself take {duration_words(seconds)} on this machine, and "
            "replace these when they are complete. To make them, run: chatscape index."
        )
    return " ".join(sentences)


def progress_sentence(progress: IndexProgress) -> str:
    """Where a build of an index stands, e.g. Step 7 of 10, embedding prompts: 42 %."""
    if not progress.title:
        return NOT_BEGUN
    left = "" if progress.seconds_left is None else f", {time_left(progress.seconds_left)}"
    share = f"{progress.share * 100:.0f} %"
    return f"Building the search index. {step_words(progress)}: {share}{left}."


def step_words(progress: IndexProgress) -> str:
    """The step that a build of an index is at, with its number."""
    title = progress.title[:1].lower() + progress.title[1:]
    number = progress.step_number
    return title if number is None else f"Step {number} of {progress.step_count}, {title}"


def time_left(seconds: float) -> str:
    """An estimate in words, e.g. about 3 min left."""
    return "less than 1 min left" if seconds < 60 else f"{duration_words(seconds)} left"


def duration_words(seconds: float) -> str:
    """An estimated duration in words, e.g. about 85 min."""
    minutes = max(1, round(seconds / 60))
    return f"about {minutes} min" if minutes < 90 else f"about {round(minutes / 60)} h"


def recall_sentence(manifest: dict[str, Any]) -> str:
    """A sentence about the recall of semantic search, as measured when the index was built."""
    if manifest["vector_index"] is None:
        return "Semantic search compares every text, so its results are exact."
    measurements = manifest["recall"]["measured"]
    lowest = min(row["recall"] for row in measurements)
    overall = next(row["recall"] for row in measurements if row["filter"] == "all")
    return (
        f"Semantic search finds {overall:.1%} of the ten nearest, and at least {lowest:.1%} inside "
        f"each of {len(measurements) - 1} filters, measured with "
        f"{manifest['recall']['queries']} of its prompts."
    )
