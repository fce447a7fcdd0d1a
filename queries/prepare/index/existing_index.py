"""The index that the live version of a store has, by its manifest."""

from queries.masking.revision import masking_revision
from queries.prepare.build import KEPT_VERSIONS, clean_up
from queries.prepare.index.work_folder import IndexFacts, delete_all_work
from queries.search.index import INDEX_FORMAT
from queries.search.model_choice import ModelChoice
from queries.store.layout import StorePath, Version
from queries.store.write_lock import write_lock


def is_indexed(
    store: StorePath, model: ModelChoice | None, *, is_quick_enough: bool = False
) -> bool:
    """Whether the live version has an index by this model; the model is not loaded.

    If it has, leftovers of an interrupted build are deleted.

    Args:
        store: a prepared store.
        model: the model; None for a full-text index alone.
        is_quick_enough: whether quick vectors of this model count too.

    Raises:
        StoreMissingError: nothing has been prepared there.
        ModelError: there is no such model.
    """
    live = store.current()
    facts = usable_index(live)
    if facts is None:
        return False
    quick = facts.get("quick")
    record = quick["of"] if quick and is_quick_enough else facts["model"]
    if model is None or record is None:
        is_same = model is None and record is None
    else:
        is_same = model.is_recorded(record)
    if is_same:
        with write_lock(store):
            finish_index(store, live)
    return is_same


def usable_index(live: Version) -> IndexFacts | None:
    """The index's entry in the manifest of a version; None if another has to be built."""
    facts = index_facts(live)
    if facts is None or facts["index_format"] != INDEX_FORMAT:
        return None
    return facts if facts["masking"] == masking_revision() else None


def index_facts(live: Version) -> IndexFacts | None:
    """The index's entry in the manifest of a version; None if the index does not exist."""
    facts: IndexFacts | None = live.manifest()["steps"].get("index")
    return facts if (live.path / "index.lance").is_dir() else None


def finish_index(store: StorePath, live: Version, kept_count: int = KEPT_VERSIONS) -> None:
    """Delete old versions, and the intermediate files of the index."""
    clean_up(store, live, kept_count)
    delete_all_work(store)
