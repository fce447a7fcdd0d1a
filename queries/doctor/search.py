"""Whether the search index belongs to the data, is whole, and has a model that can be asked."""

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import numpy as np

from queries.checksums import difference
from queries.doctor.findings import Finding, count
from queries.errors import DataError
from queries.layout import Version

BUILD_AGAIN = "Build it again with: chatscape index --fresh"
NAMED_MAX = 20


def index(live: Version, *, is_quick: bool) -> Iterator[Finding]:
    """Whether the index matches the store, and its files are what was written."""
    facts = live.manifest()["steps"].get("index")
    if facts is None:
        if (live.path / "index.lance").exists():
            said = "There is an index beside the tables that the manifest does not know."
            yield Finding("index", "fail", said, BUILD_AGAIN)
            return
        yield Finding(
            "index",
            "warning",
            "There is no search index: the page Search does not work.",
            "Build one with: chatscape index",
        )
        return
    harmed = [
        (one["path"], how)
        for one in facts.get("files", ())
        if (how := difference(one, live.path, is_quick=is_quick))
    ]
    for path, how in harmed[:NAMED_MAX]:
        yield Finding("index", "fail", f"{path} {how}.", BUILD_AGAIN)
    if len(harmed) > NAMED_MAX:
        more = count(len(harmed) - NAMED_MAX, "more file")
        yield Finding("index", "fail", f"{more} of the index differ.", BUILD_AGAIN)
    problem = _opened(live)
    if problem:
        yield Finding("index", "fail", *problem)
    if "files" not in facts:
        yield Finding(
            "index",
            "warning",
            "The index was built before checksums were kept: its files cannot be compared.",
            "Build it again when you can, with: chatscape index --fresh",
        )
    elif not harmed and not problem:
        how = "have the right sizes" if is_quick else "are what was written, byte by byte"
        said = f"The index belongs to this version; its {count(len(facts['files']), 'file')} {how}."
        yield Finding("index", "ok", said)


def _opened(live: Version) -> tuple[str, str] | None:
    """What is amiss when the index is opened and asked, and what to do."""
    from queries.search.index import VECTOR_FILE, SearchIndex

    try:
        opened = SearchIndex(live)
        wanted = {"messages": opened.facts["message_count"]}
        rows = {"messages": opened.messages.count_rows()}
        if opened.has_vectors:
            prompts = opened.facts["prompt_count"]
            shape = (prompts, opened.facts["model"]["dimension"])
            wanted |= {"prompts": prompts}
            rows |= {"prompts": opened.prompts.count_rows()}
            if prompts and np.load(live.path / "index.lance" / VECTOR_FILE, "r").shape != shape:
                return f"{VECTOR_FILE} of the index does not have a vector a prompt.", BUILD_AGAIN
        opened.messages_with_words(["doctor"], all_of_them=True)
    except DataError as error:
        finding, _, advice = str(error).partition(". ")
        return f"{finding}.", advice
    except Exception as error:  # noqa: BLE001  LanceDB raises many kinds
        return f"The index cannot be opened ({type(error).__name__}).", BUILD_AGAIN
    for name, number in wanted.items():
        if rows[name] != number:
            said = f"The table {name} of the index has {rows[name]:,} rows instead of {number:,}."
            return said, BUILD_AGAIN
    return None


def model(live: Version) -> Iterator[Finding]:
    """Whether the model of the index is the one that it was built with, and gives vectors."""
    facts = live.manifest()["steps"].get("index") or {}
    has_torch = find_spec("torch") is not None
    if facts.get("model") is None:
        if has_torch:
            yield Finding("model", "ok", "No model is needed: nothing is searched by meaning.")
            return
        yield Finding(
            "model",
            "ok",
            "PyTorch is not installed, and nothing is searched by meaning: search by words "
            "works without it.",
        )
        return
    if not has_torch:
        yield Finding(
            "model",
            "fail",
            "PyTorch is not installed, so search by meaning does not work.",
            'Install it with: pip install "chatscape[search]"',
        )
        return
    yield _asked(facts["model"])


def _asked(said: dict[str, Any]) -> Finding:
    from queries.search import embedder

    try:
        vector = embedder.embedder_of(said).question("Is there a doctor in the house?")
    except DataError as error:
        finding, _, advice = str(error).partition(". ")
        return Finding("model", "fail", f"{finding}.", advice)
    if vector.shape != (said["dimension"],) or not np.isclose(np.linalg.norm(vector), 1, atol=0.01):
        wrong = f"The model {said['name']} gives vectors of another kind than the index has."
        return Finding("model", "fail", wrong, BUILD_AGAIN)
    name = said["name"]
    return Finding("model", "ok", f"{name} is the model of the index, and embeds a sentence.")
