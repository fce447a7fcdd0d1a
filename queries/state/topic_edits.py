"""Give topics other labels, merge them, hide them: what an operator may do, with an audit log."""

import fcntl
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from queries.errors import DataError, UsageError
from queries.state.audit_log import record_event
from queries.store.layout import StorePath
from queries.store.topic_changes import TopicChange, read_changes, write_changes
from queries.store.topic_names import TopicName, TopicNames, is_other, number_in, topic_names

TOPIC_LABEL_CHARS_MAX = 60

_DAMAGED = (
    "state/topics.json cannot be read. Delete it to give topics the names they were built with."
)


def names_now(store: StorePath) -> TopicNames:
    """The names of the topics of the live version."""
    return topic_names(store.current().manifest(), _changes(store))


def rename_topic(store: StorePath, number: str, label: str, who: str) -> str:
    """Give a topic or a subtopic another label; its number stays.

    Args:
        store: a store with topics.
        number: of the topic, as 7, or of the subtopic, as 7.2.
        label: the label.
        who: the user, for the audit log.

    Returns:
        The name that it has now.

    Raises:
        UsageError: there is no such topic, or no such label is possible.
        AuditLogError: the audit log cannot be written; nothing was changed.
    """
    label = " ".join(label.split())
    if not 0 < len(label) <= TOPIC_LABEL_CHARS_MAX or any(map(_is_control, label)):
        raise UsageError(
            f"A label has 1 to {TOPIC_LABEL_CHARS_MAX} characters, and no control characters."
        )
    with _locked(store):
        name, change = _topic(store, number)
        _check_not_merged(name, change)
        labels = (*(old for old in change.labels if old != label), label)
        return _change(store, name, replace(change, labels=labels), ("topic renamed", label), who)


def merge_topic(store: StorePath, number: str, into: str, who: str) -> str:
    """Let the prompts of a topic count as those of another one.

    Args:
        store: a store with topics.
        number: of the topic.
        into: the number of the other one.
        who: the user, for the audit log.

    Returns:
        The name of the other one.

    Raises:
        UsageError: there are no such topics, or one of them cannot be merged.
        AuditLogError: the audit log cannot be written; nothing was changed.
    """
    with _locked(store):
        name, change = _topic(store, number)
        other, other_change = _topic(store, into)
        for each in (name, other):
            if len(number_in(each.stored) or ()) != 1:
                raise UsageError("Only topics can be merged or hidden, not subtopics.")
        if is_other(name.stored):
            raise UsageError("Topic 0 holds the prompts that fit in no topic: it stays as it is.")
        _check_not_merged(other, other_change)
        if name.stored == other.stored:
            raise UsageError("A topic cannot be merged into itself.")
        what = "topic hidden" if is_other(other.stored) else "topic merged"
        changed = replace(change, into=other.stored)
        return _change(store, name, changed, (what, f"into {into}"), who)


def hide_topic(store: StorePath, number: str, who: str) -> str:
    """Let the prompts of a topic count as other prompts; the arguments are those of `merge_topic`.

    Returns:
        The name of the topic of other prompts.
    """
    return merge_topic(store, number, "0", who)


def restore_topic(store: StorePath, number: str, who: str) -> str:
    """Give a topic the label that it was built with, and its own prompts.

    The arguments are those of `rename_topic`.
    """
    with _locked(store):
        name, change = _topic(store, number)
        built = name.stored.partition(" ")[2]
        labels = (*(old for old in change.labels if old != built), built)
        changed = TopicChange(labels if change.labels else ())
        return _change(store, name, changed, ("topic restored", built), who)


def _change(
    store: StorePath, name: TopicName, change: TopicChange, event: tuple[str, str], who: str
) -> str:
    """Record and write one change; returns the name that readers see from now on."""
    number = name.stored.partition(" ")[0]
    what, detail = event
    record_event(store, who, what, f"{number}: {detail}")
    changes = _changes(store) | {name.stored: change}
    write_changes(store, {key: value for key, value in changes.items() if value != TopicChange()})
    return _topic(store, number)[0].shown or name.stored


def _topic(store: StorePath, number: str) -> tuple[TopicName, TopicChange]:
    """A topic or subtopic by its number, and what was changed of it."""
    column = "subtopic" if "." in number else "topic"
    names = names_now(store).names[column]
    for name in names:
        if number_in(number) is not None and number_in(name.stored) == number_in(number):
            return name, _changes(store).get(name.stored, TopicChange())
    known = f"They are numbered up to {max(number_in(n.stored) or () for n in names)[0]}."
    advice = known if names else "Make topics with: chatscape topics"
    raise UsageError(f"There is no {column} {number!r}. {advice}")


def _check_not_merged(name: TopicName, change: TopicChange) -> None:
    if change.into is not None:
        raise UsageError(f"The topic {name.stored!r} is merged or hidden: restore it first.")


def _changes(store: StorePath) -> dict[str, TopicChange]:
    try:
        return read_changes(store)
    except ValueError as error:
        raise UsageError(_DAMAGED) from error


def _is_control(character: str) -> bool:
    return unicodedata.category(character).startswith("C")


@contextmanager
def _locked(store: StorePath) -> Iterator[None]:
    """Let nobody else change topics meanwhile."""
    try:
        store.state_path.mkdir(parents=True, exist_ok=True)
        with (store.state_path / "topics.lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
    except OSError as error:
        raise DataError(
            f"Topics cannot be changed: {error.strerror}. Check the folder state."
        ) from error
