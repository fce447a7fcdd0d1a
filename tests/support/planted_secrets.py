"""A store with secrets that nobody may learn, and a look for them in whatever came out of it."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from queries.prepare.index.build import build_index
from queries.removal.remove import remove
from queries.runtime.progress import Silent
from queries.state.licence import accept
from queries.store.layout import StorePath
from tests.support import tiny_dataset
from tests.support.fake_embedder import HashedWordsEmbedder
from tests.support.stores import prepare_store

Group = Literal["masked", "minors", "removed", "covered"]
"""What keeps a secret: masking, the cover that stays, removal, or a cover that readers may lift."""

ALWAYS: tuple[Group, ...] = ("masked", "minors", "removed")
"""Secrets that a reader never gets."""

ALL: tuple[Group, ...] = (*ALWAYS, "covered")
"""Secrets that a reader does not get who lifts no cover."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A planted value.

    Attributes:
        group: what keeps it.
        place: the conversation, by its letter, and the message, from 0.
        words: its parts as a search takes them, in lower case; each occurs nowhere else.
    """

    group: Group
    place: tuple[str, int]
    words: tuple[str, ...]


_VALUES = {
    "e-mail address": (
        "fabrizia@zephyrmail.example",
        "ottoline@thistlebox.example",
        "hespera@larkposte.example",
    ),
    "key": ("AKIAZQ9XW7LM3PVT5RBD", "AKIAJH4KD8WN2QYC6SFG", "AKIAVB5TR9XE7MUP3LWZ"),
    "phone number": ("+1 415 555 0142", "+1 212 555 0187", "+1 617 555 0163"),
    "password": (
        "password: Brambleknot77x",
        "password: Tuftingwisp48q",
        "password: Ossiclemoor93z",
    ),
}
"""Of each kind that is masked: a value for the first prompt, the answer and a later message."""

_LETTERS = dict(zip(_VALUES, "hjlp", strict=True))
_HIDDEN: dict[Group, tuple[str, tuple[str, str, str]]] = {
    "minors": ("r", ("wobbegong", "quibblesome", "zarthexine")),
    "removed": ("t", ("grimthistle", "velloquist", "pumblechook")),
    "covered": ("v", ("yackwort", "dunderpuff", "snoozleberg")),
}
_FLAGS = {"minors": "sexual/minors", "covered": "harassment"}


def _words(value: str) -> tuple[str, ...]:
    words = re.findall(r"[a-z0-9.]+", value.lower().removeprefix("password: "))
    return tuple(word for word in words if word not in ("1", "555"))


SECRETS = (
    *(
        Secret("masked", (_LETTERS[kind], index), _words(value))
        for kind, values in _VALUES.items()
        for index, value in enumerate(values)
    ),
    *(
        Secret(group, (letter, index), (word,))
        for group, (letter, words) in _HIDDEN.items()
        for index, word in enumerate(words)
    ),
)

_HIDDEN_LETTERS = (letter for letter, _ in _HIDDEN.values())

IDS = {letter: letter * 32 for letter in (*_LETTERS.values(), *_HIDDEN_LETTERS)}
"""The conversations with secrets, by their letter. The next letter is that of a twin."""


def rows() -> Iterator[dict[str, object]]:
    """Published rows: those of the small dataset, and each conversation with secrets twice.

    A prompt that occurs twice is a repeated one, of which a page has a list.
    """
    yield from tiny_dataset.ROWS
    for kind, values in _VALUES.items():
        texts = [f"Please note {value} for us, number {n}" for n, value in enumerate(values)]
        for letter in (_LETTERS[kind], chr(ord(_LETTERS[kind]) + 1)):
            yield tiny_dataset.row(letter, "gpt-4", "English", *texts, "Noted.")
    for group, (first, words) in _HIDDEN.items():
        verdict = tiny_dataset.verdict(*([_FLAGS[group]] if group in _FLAGS else []))
        messages = [(f"Tell us of {word} at length", verdict) for word in words]
        for letter in (first, chr(ord(first) + 1)):
            yield tiny_dataset.row(letter, "vicuna-13b", "German", *messages, "I will not.")


def planted_store(folder: Path) -> Path:
    """A store with the secrets and a search index, whose licence is accepted.

    The index has vectors of a stand-in model, which the product cannot load: what is similar to a
    conversation needs no model.
    """
    raw = tiny_dataset.write(folder / "raw.parquet", list(rows()))
    path = StorePath(folder / "store")
    prepare_store(raw, path.path)
    build_index(path, HashedWordsEmbedder(), Silent())
    accept(path, "a test")
    letter = _HIDDEN["removed"][0]
    remove(path, [letter * 32, chr(ord(letter) + 1) * 32], "asked for", "a test")
    return path.path


def secrets_in(content: bytes | str, groups: Collection[Group] = ALL) -> list[str]:
    """The words of secrets that some content has, and the digits of numbers without their gaps."""
    text = (content.decode(errors="ignore") if isinstance(content, bytes) else content).lower()
    together = re.sub(r"[^a-z0-9]", "", text)
    return [
        " ".join(secret.words)
        for secret in SECRETS
        if secret.group in groups and _occurs(secret, text, together)
    ]


def _occurs(secret: Secret, text: str, together: str) -> bool:
    if all(word.isdigit() for word in secret.words):
        return f"{secret.words[0]}555{secret.words[1]}" in together
    return any(word.removesuffix(".example") in text for word in secret.words)
