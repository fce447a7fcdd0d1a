"""Changes of topics by operators, carried over to topics that were made anew."""

import pandas as pd
import pyarrow.parquet as pq

from queries.store.layout import StorePath, Version
from queries.store.topic_changes import TopicChange, readable_changes, write_changes
from queries.store.topic_names import TopicNames, is_other, topic_names

_COLUMNS = ("topic", "subtopic")


def carry_changes(store: StorePath, before: Version, after: Version, *, forgets: bool) -> None:
    """Let topics of a version have the changes of the topics that they continue.

    A topic continues another one if each has more than half of the prompts of the other, of those
    that both versions have. Doing this again changes nothing.

    Args:
        store: the store whose operators made the changes.
        before: the version whose topics were changed.
        after: a version with other topics.
        forgets: drop the changes of all other topics, as the built labels that name them might say
            something of what was purged.
    """
    changes = readable_changes(store)
    if not changes:
        return
    continued = continued_names(before, after)
    known = _stored_names(after)
    carried = {
        name: TopicChange(changes[old].labels, continued.get(changes[old].into or ""))
        for old, name in continued.items()
        if old in changes
    }
    kept = {name: change for name, change in changes.items() if name in known or not forgets}
    all_changes = {**kept, **carried}
    write_changes(store, {k: v for k, v in all_changes.items() if v != TopicChange()})


def continued_names(before: Version, after: Version) -> dict[str, str]:
    """The names in the files of topics that continue others, by the names of these."""
    old = _topics_of_prompts(before).add_suffix("_before")
    rows = old.join(_topics_of_prompts(after).add_suffix("_after"), how="inner")
    continued: dict[str, str] = {}
    for column in _COLUMNS:
        pair = [f"{column}_before", f"{column}_after"]
        counts = rows.groupby(pair, observed=True).size()
        totals = [counts.groupby(level=name).transform("sum") for name in pair]
        is_most = (2 * counts > totals[0]) & (2 * counts > totals[1])
        continued |= dict(counts[is_most].index.to_list())
    # Other prompts have nothing in common, but what is hidden stays hidden.
    others = [next(filter(is_other, _stored_names(version)), None) for version in (before, after)]
    if others[0] is not None and others[1] is not None:
        continued[others[0]] = others[1]
    return continued


def _topics_of_prompts(version: Version) -> pd.DataFrame:
    """The topic and the subtopic of each prompt group that has them."""
    files = sorted(version.table("conversations").glob("*.parquet"))
    present = set(pq.read_schema(files[0]).names) if files else set()
    if not present.issuperset(_COLUMNS):
        return pd.DataFrame(columns=list(_COLUMNS))
    columns = ["prompt_group", *_COLUMNS]
    rows = pd.concat([pq.read_table(path, columns=columns).to_pandas() for path in files])
    rows = rows.dropna(subset=["prompt_group", "topic"]).drop_duplicates("prompt_group")
    by_group: pd.DataFrame = rows.set_index("prompt_group")
    return by_group


def _stored_names(version: Version) -> set[str]:
    names: TopicNames = topic_names(version.manifest(), {})
    return {name.stored for own in names.names.values() for name in own}
