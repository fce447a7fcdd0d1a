"""What a search index is worth, in sentences: what was embedded, what is cut, what is found."""

from typing import Any

from queries.search.embedder import BUNDLED


def worth_sentences(facts: dict[str, Any]) -> list[str]:
    """What the manifest of a version says of its index."""
    said = [f"{facts['message_count']:,} messages with {facts['word_count']:,} different words."]
    model = facts["model"]
    if model is None:
        return [*said, "Words alone: it was built without a model."]
    said.append(
        f"{facts['user_message_count']:,} user messages with {facts['prompt_count']:,} different "
        f"texts, embedded by {model['name']} ({model['dimension']} dimensions)."
    )
    if facts["cut_prompt_count"]:
        said.append(
            f"{facts['cut_prompt_count']:,} of the texts are longer than the {model['max_words']} "
            "pieces of words that the model reads: of them only the beginning counts."
        )
    if model["name"] == BUNDLED:
        said.append(
            "This model knows English best: in other languages search by words, or index with a "
            "multilingual model."
        )
    return [*said, recall_sentence(facts)]


def recall_sentence(facts: dict[str, Any]) -> str:
    """How much of what is nearest a search by meaning finds."""
    if facts["vector_index"] is None:
        return "Search by meaning compares every text: it is exact."
    measured = facts["recall"]["measured"]
    least = min(row["recall"] for row in measured)
    every = next(row["recall"] for row in measured if row["filter"] == "all")
    return (
        f"Search by meaning finds {every:.1%} of the ten nearest, and {least:.1%} or more inside "
        f"{len(measured) - 1} filters, measured with {facts['recall']['queries']} of its prompts."
    )
