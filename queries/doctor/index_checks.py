"""Checks of the search index: it fits the data, its files are intact, and its model works."""

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import numpy as np

from queries.doctor.findings import FINDINGS_MAX, Finding, quantity
from queries.errors import DataError
from queries.store.checksums import difference
from queries.store.layout import Version

REBUILD_ADVICE = "Rebuild it with: chatscape index --fresh"


def check_index(live: Version, *, is_quick: bool) -> Iterator[Finding]:
    """Check that the index matches the store, and that its files are unchanged."""
    facts = live.manifest()["steps"].get("index")
    if facts is None:
        if (live.path / "index.lance").exists():
            finding = "There is an index that the manifest does not list."
            yield Finding("index", "fail", finding, REBUILD_ADVICE)
            return
        yield Finding(
            "index",
            "warning",
            "There is no search index, so the page Search does not work.",
            "Build one with: chatscape index",
        )
        return
    damaged = [
        (record["path"], problem)
        for record in facts.get("files", ())
        if (problem := difference(record, live.path, is_quick=is_quick))
    ]
    for path, problem in damaged[:FINDINGS_MAX]:
        yield Finding("index", "fail", f"{path} {problem}.", REBUILD_ADVICE)
    if len(damaged) > FINDINGS_MAX:
        more = quantity(len(damaged) - FINDINGS_MAX, "more file")
        yield Finding("index", "fail", f"{more} of the index differ.", REBUILD_ADVICE)
    failure = _open_failure(live)
    if failure:
        yield Finding("index", "fail", *failure)
    if "files" not in facts:
        yield Finding(
            "index",
            "warning",
            "The index was built before checksums were kept, so its files cannot be verified.",
            "Rebuild it when you can, with: chatscape index --fresh",
        )
    elif not damaged and not failure:
        how = "have the right sizes" if is_quick else "are unchanged, byte by byte"
        files = quantity(len(facts["files"]), "file")
        yield Finding("index", "ok", f"The index belongs to this version; its {files} {how}.")


def _open_failure(live: Version) -> tuple[str, str] | None:
    """The finding and the advice if the index cannot be opened and searched; else None."""
    from queries.search.index import VECTOR_FILE, SearchIndex
    from queries.search.text_index import SoughtWord

    try:
        index = SearchIndex(live)
        expected = {"messages": index.manifest["message_count"]}
        rows = {"messages": index.messages.count_rows()}
        expected |= {"raw_messages": index.manifest["raw_message_count"]}
        rows |= {"raw_messages": len(index.raw_numbers)}
        if index.has_vectors:
            prompts = index.manifest["prompt_count"]
            shape = (prompts, index.manifest["model"]["dimension"])
            expected |= {"prompts": prompts}
            rows |= {"prompts": index.prompts.count_rows()}
            if prompts and np.load(live.path / "index.lance" / VECTOR_FILE, "r").shape != shape:
                return (
                    f"{VECTOR_FILE} of the index does not have one vector per prompt.",
                    REBUILD_ADVICE,
                )
        index.masked_texts.frequencies(SoughtWord("doctor"))
    except DataError as error:
        finding, _, advice = str(error).partition(". ")
        return f"{finding}.", advice
    except Exception as error:  # noqa: BLE001  LanceDB raises errors of many types
        return f"The index cannot be opened ({type(error).__name__}).", REBUILD_ADVICE
    for name, number in expected.items():
        if rows[name] != number:
            finding = (
                f"The table {name} of the index has {rows[name]:,} rows instead of {number:,}."
            )
            return finding, REBUILD_ADVICE
    return None


def check_model(live: Version) -> Iterator[Finding]:
    """Check that the embedding model is the one that the index was built with, and works."""
    facts = live.manifest()["steps"].get("index") or {}
    if facts.get("quick") is not None:
        yield _try_model(live, facts)
        return
    has_torch = find_spec("torch") is not None
    if facts.get("model") is None:
        if has_torch:
            yield Finding("model", "ok", "No model is needed: the index has no semantic search.")
            return
        yield Finding(
            "model",
            "ok",
            "PyTorch is not installed, and not needed: the index has full-text search only.",
        )
        return
    if not has_torch:
        yield Finding(
            "model",
            "fail",
            "PyTorch is not installed, so semantic search does not work.",
            'Install it with: pip install "chatscape[search]"',
        )
        return
    yield _try_model(live, facts)


def _try_model(live: Version, index_facts: dict[str, Any]) -> Finding:
    from queries.search import embedder
    from queries.search.quick_model import QUICK_FOLDER, load_quick_embedder

    facts = index_facts["model"]
    try:
        if index_facts.get("quick") is None:
            model: embedder.Embedder = embedder.load_embedder(facts)
        else:
            model = load_quick_embedder(live.path / "index.lance" / QUICK_FOLDER, facts)
        vector = model.embed_query("Is there a doctor in the house?")
    except DataError as error:
        finding, _, advice = str(error).partition(". ")
        return Finding("model", "fail", f"{finding}.", advice)
    if vector.shape != (facts["dimension"],) or not np.isclose(
        np.linalg.norm(vector), 1, atol=0.01
    ):
        finding = f"The vectors of the model {facts['name']} do not fit the index."
        return Finding("model", "fail", finding, REBUILD_ADVICE)
    name = facts["name"]
    return Finding("model", "ok", f"{name} is the model of the index, and embeds a sentence.")
