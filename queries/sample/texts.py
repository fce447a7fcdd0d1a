"""The words of synthetic messages: phrases chosen, their slots filled, joined and cut."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from queries.sample import marginals as m
from queries.sample.draws import Draws
from queries.sample.phrases import SLOTS_MAX, Phrases
from queries.sample.threads import Banks, Threads

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

ABSENT = -1
PARAGRAPHS = (0.13, 0.19, 0.21, 0.19, 0.14, 0.09, 0.05)
"""Weights of 1, 2, 3 ... paragraphs in an answer."""


@dataclass(frozen=True, slots=True)
class Turns:
    """The turns of some threads, one after the other.

    Attributes:
        of: position of the thread of each turn.
        number: number of the turn in its thread, from 0.
    """

    of: Ints
    number: Ints


def turns_of(threads: Threads) -> Turns:
    """The turns of threads, thread by thread."""
    of = np.repeat(np.arange(len(threads.row)), threads.turns)
    starts = np.cumsum(threads.turns) - threads.turns
    return Turns(of, np.arange(len(of)) - starts[of])


class Writer:
    """Writes the messages of one dataset."""

    def __init__(self, draws: Draws, banks: Banks) -> None:
        self._draws = draws
        self._banks = banks

    def prompts(self, threads: Threads, turns: Turns) -> pa.Array:
        """The user message of each turn."""
        phrase = self._prompt_phrases(threads, turns)
        text = self._joined(phrase, threads.prompt[turns.of], "\n")
        is_early = self._draws.unit("limit", threads.thread)[turns.of] < 0.4
        early, late = m.PROMPT_LIMITS
        return pc.if_else(
            pa.array(is_early),
            pc.utf8_slice_codeunits(text, 0, early),
            pc.utf8_slice_codeunits(text, 0, late),
        )

    def responses(self, threads: Threads, turns: Turns, flagged: Bools) -> pa.Array:
        """The assistant message of each turn, given which of them are flagged."""
        phrase = self._answer_phrases(threads, turns)
        chance = np.where(threads.is_unsafe, m.UNSAFE_REFUSAL_SHARE, m.REFUSAL_SHARE)[turns.of]
        key = threads.row[turns.of], turns.number
        is_refusal = (self._draws.unit("refuses", *key) < chance) & ~flagged
        refusal = self._shared(threads, turns, "refusals", "refusal", *key)
        phrase[is_refusal] = ABSENT
        phrase[is_refusal, 0] = refusal[is_refusal]
        phrase[self._draws.unit("empty", *key) < m.EMPTY_RESPONSE_SHARE] = ABSENT
        text = self._joined(phrase, threads.prompt[turns.of], "\n\n")
        return pc.utf8_slice_codeunits(text, 0, m.RESPONSE_LIMIT)

    def _prompt_phrases(self, threads: Threads, turns: Turns) -> Ints:
        """Phrases of user messages: a first one with what is pasted below it, or a later one."""
        prompt, is_first = threads.prompt[turns.of], turns.number == 0
        phrase = np.full((len(prompt), 8), ABSENT)
        opening = self._topical(threads, turns, "prompts", "prompt", prompt)
        greeting = self._shared(threads, turns, "greetings", "greeting", prompt)
        is_greeting = threads.is_greeting[turns.of]
        phrase[:, 0] = np.where(is_greeting, greeting, opening)
        is_plain = is_first & ~is_greeting
        constraint = self._shared(threads, turns, "constraints", "constraint", prompt)
        # Its number is what tells one fresh prompt from millions of others.
        share = np.where(threads.is_fresh, m.FRESH_CONSTRAINT_SHARE, m.CONSTRAINT_SHARE)[turns.of]
        has_constraint = is_plain & (self._draws.unit("has constraint", prompt) < share)
        phrase[:, 1] = np.where(has_constraint, constraint, ABSENT)
        pasted = self._draws.unit("pasted", prompt)
        count = np.where(
            pasted < m.LONG_DOCUMENT_SHARE, 6, np.where(pasted < m.DOCUMENT_SHARE, 1, 0)
        )
        for place in range(6):
            document = self._topical(threads, turns, "documents", f"document {place}", prompt)
            phrase[:, 2 + place] = np.where(is_plain & (place < count), document, ABSENT)
        key = threads.thread[turns.of], turns.number
        is_own = self._draws.unit("own followup", *key) < 0.5
        own = self._topical(threads, turns, "followups", "followup", *key)
        common = self._shared(threads, turns, "followups", "common followup", *key)
        phrase[~is_first, 0] = np.where(is_own, own, common)[~is_first]
        return phrase

    def _answer_phrases(self, threads: Threads, turns: Turns) -> Ints:
        """Phrases of answers: an opening, some paragraphs, a closing."""
        key = threads.row[turns.of], turns.number
        is_first, is_greeting = turns.number == 0, threads.is_greeting[turns.of]
        phrase = np.full((len(key[0]), len(PARAGRAPHS) + 2), ABSENT)
        opener = self._topical(threads, turns, "openers", "opener", *key)
        has_opener = is_first & (self._draws.unit("has opener", *key) < 0.7)
        phrase[:, 0] = np.where(has_opener, opener, ABSENT)
        start, size = self._banks.topical(
            "answers", threads.bank[turns.of], threads.topic[turns.of], threads.may_name[turns.of]
        )
        first = self._draws.below(size, "first paragraph", *key)
        step = np.where(self._draws.unit("backwards", *key) < 0.5, 1, -1)
        count = 1 + self._draws.pick(PARAGRAPHS, "paragraphs", *key)
        for place in range(len(PARAGRAPHS)):
            paragraph = start + (first + step * place) % np.maximum(size, 1)
            is_written = place < np.minimum(count, size)
            phrase[:, 1 + place] = np.where(is_written, paragraph, ABSENT)
        closer = self._shared(threads, turns, "closers", "closer", *key)
        has_closer = self._draws.unit("has closer", *key) < 0.3
        phrase[:, -1] = np.where(has_closer, closer, ABSENT)
        answer = self._shared(threads, turns, "greeting_answers", "greeting answer", *key)
        phrase[is_first & is_greeting] = ABSENT
        phrase[is_first & is_greeting, 0] = answer[is_first & is_greeting]
        return phrase

    def _topical(self, threads: Threads, turns: Turns, pool: str, purpose: str, *key: Ints) -> Ints:
        start, size = self._banks.topical(
            pool, threads.bank[turns.of], threads.topic[turns.of], threads.may_name[turns.of]
        )
        return np.where(size > 0, start + self._draws.below(size, purpose, *key), ABSENT)

    def _shared(self, threads: Threads, turns: Turns, pool: str, purpose: str, *key: Ints) -> Ints:
        start, size = self._banks.shared(pool, threads.bank[turns.of], threads.may_name[turns.of])
        return np.where(size > 0, start + self._draws.below(size, purpose, *key), ABSENT)

    def _joined(self, phrase: Ints, prompt: Ints, separator: str) -> pa.Array:
        """Texts from a table of phrases, one row a text; absent phrases are passed over."""
        is_there = phrase != ABSENT
        filled = self._filled(phrase[is_there], np.repeat(prompt, is_there.sum(axis=1)))
        offsets = np.concatenate([[0], np.cumsum(is_there.sum(axis=1))])
        lists = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), filled)
        return pc.binary_join(lists, separator)

    def _filled(self, phrase: Ints, prompt: Ints) -> pa.Array:
        """Phrases with their slots filled; a slot has the same value all through a conversation."""
        known: Phrases = self._banks.phrases
        literals, slots = known.literals[phrase], known.slots[phrase]
        parts = [known.pieces.take(pa.array(literals[:, 0]))]
        for place in range(SLOTS_MAX):
            slot = slots[:, place]
            size = known.slot_size[slot]
            drawn = self._draws.below(size, "slot", prompt, slot)
            value = (drawn + known.shifts[phrase, place]) % size
            # Slot 0 stands for none: its one value is the empty piece.
            parts.append(known.pieces.take(pa.array(known.slot_start[slot] + value)))
            parts.append(known.pieces.take(pa.array(literals[:, place + 1])))
        return pc.binary_join_element_wise(*parts, "")
