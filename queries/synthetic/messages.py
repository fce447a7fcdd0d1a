"""The texts of synthetic messages: choose phrases, fill their slots, join and truncate them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from queries.datasets.lmsys_chat import LMSYS_CHAT
from queries.synthetic import distributions
from queries.synthetic.phrases import SLOTS_MAX, Phrases
from queries.synthetic.random_draws import Draws
from queries.synthetic.threads import PhraseBanks, Threads

_Ints = npt.NDArray[np.int64]
_Bools = npt.NDArray[np.bool_]

ABSENT = -1
PARAGRAPHS = (0.13, 0.19, 0.21, 0.19, 0.14, 0.09, 0.05)
"""Weights of 1, 2, 3 ... paragraphs in an answer."""


@dataclass(frozen=True, slots=True)
class Turns:
    """The turns of consecutive threads.

    Attributes:
        thread_index: position of the thread of each turn.
        number: number of the turn in its thread, from 0.
    """

    thread_index: _Ints
    number: _Ints


def turns_of(threads: Threads) -> Turns:
    """The turns of threads, thread by thread."""
    thread_index = np.repeat(np.arange(len(threads.row)), threads.turns)
    starts = np.cumsum(threads.turns) - threads.turns
    return Turns(thread_index, np.arange(len(thread_index)) - starts[thread_index])


class Writer:
    """Generates the messages of a dataset."""

    def __init__(self, draws: Draws, banks: PhraseBanks) -> None:
        self._draws = draws
        self._banks = banks

    def prompts(self, threads: Threads, turns: Turns) -> pa.Array:
        """The user message of each turn."""
        phrase = self._prompt_phrases(threads, turns)
        text = self._joined(phrase, threads.prompt[turns.thread_index], "\n")
        is_early = self._draws.unit("limit", threads.thread)[turns.thread_index] < 0.4
        early, late = LMSYS_CHAT.info.input_limits
        return pc.if_else(
            pa.array(is_early),
            pc.utf8_slice_codeunits(text, 0, early),
            pc.utf8_slice_codeunits(text, 0, late),
        )

    def responses(self, threads: Threads, turns: Turns, flagged: _Bools) -> pa.Array:
        """The assistant message of each turn, given which of them are flagged."""
        phrase = self._answer_phrases(threads, turns)
        chance = np.where(
            threads.is_unsafe, distributions.UNSAFE_REFUSAL_SHARE, distributions.REFUSAL_SHARE
        )[turns.thread_index]
        key = threads.row[turns.thread_index], turns.number
        is_refusal = (self._draws.unit("refuses", *key) < chance) & ~flagged
        refusal = self._shared(threads, turns, "refusals", "refusal", *key)
        phrase[is_refusal] = ABSENT
        phrase[is_refusal, 0] = refusal[is_refusal]
        phrase[self._draws.unit("empty", *key) < distributions.EMPTY_RESPONSE_SHARE] = ABSENT
        text = self._joined(phrase, threads.prompt[turns.thread_index], "\n\n")
        return pc.utf8_slice_codeunits(text, 0, distributions.RESPONSE_LIMIT)

    def _prompt_phrases(self, threads: Threads, turns: Turns) -> _Ints:
        """Phrases of user messages: a first prompt with pasted documents, or a follow-up."""
        prompt, is_first = threads.prompt[turns.thread_index], turns.number == 0
        phrase = np.full((len(prompt), 8), ABSENT)
        opening = self._topical(threads, turns, "prompts", "prompt", prompt)
        greeting = self._shared(threads, turns, "greetings", "greeting", prompt)
        is_greeting = threads.is_greeting[turns.thread_index]
        phrase[:, 0] = np.where(is_greeting, greeting, opening)
        is_plain = is_first & ~is_greeting
        constraint = self._shared(threads, turns, "constraints", "constraint", prompt)
        # The number in a constraint makes one fresh prompt differ from millions of others.
        share = np.where(
            threads.is_fresh, distributions.FRESH_CONSTRAINT_SHARE, distributions.CONSTRAINT_SHARE
        )[turns.thread_index]
        has_constraint = is_plain & (self._draws.unit("has constraint", prompt) < share)
        phrase[:, 1] = np.where(has_constraint, constraint, ABSENT)
        pasted = self._draws.unit("pasted", prompt)
        count = np.where(
            pasted < distributions.LONG_DOCUMENT_SHARE,
            6,
            np.where(pasted < distributions.DOCUMENT_SHARE, 1, 0),
        )
        for n in range(6):
            document = self._topical(threads, turns, "documents", f"document {n}", prompt)
            phrase[:, 2 + n] = np.where(is_plain & (n < count), document, ABSENT)
        key = threads.thread[turns.thread_index], turns.number
        is_own = self._draws.unit("own followup", *key) < 0.5
        own = self._topical(threads, turns, "followups", "followup", *key)
        common = self._shared(threads, turns, "followups", "common followup", *key)
        phrase[~is_first, 0] = np.where(is_own, own, common)[~is_first]
        return phrase

    def _answer_phrases(self, threads: Threads, turns: Turns) -> _Ints:
        """Phrases of answers: an opening, some paragraphs, a closing."""
        key = threads.row[turns.thread_index], turns.number
        is_first, is_greeting = turns.number == 0, threads.is_greeting[turns.thread_index]
        phrase = np.full((len(key[0]), len(PARAGRAPHS) + 2), ABSENT)
        opener = self._topical(threads, turns, "openers", "opener", *key)
        has_opener = is_first & (self._draws.unit("has opener", *key) < 0.7)
        phrase[:, 0] = np.where(has_opener, opener, ABSENT)
        start, size = self._banks.topical(
            "answers",
            threads.bank[turns.thread_index],
            threads.topic[turns.thread_index],
            threads.may_name[turns.thread_index],
        )
        first = self._draws.below(size, "first paragraph", *key)
        step = np.where(self._draws.unit("backwards", *key) < 0.5, 1, -1)
        count = 1 + self._draws.pick(PARAGRAPHS, "paragraphs", *key)
        for n in range(len(PARAGRAPHS)):
            paragraph = start + (first + step * n) % np.maximum(size, 1)
            is_written = n < np.minimum(count, size)
            phrase[:, 1 + n] = np.where(is_written, paragraph, ABSENT)
        closer = self._shared(threads, turns, "closers", "closer", *key)
        has_closer = self._draws.unit("has closer", *key) < 0.3
        phrase[:, -1] = np.where(has_closer, closer, ABSENT)
        answer = self._shared(threads, turns, "greeting_answers", "greeting answer", *key)
        phrase[is_first & is_greeting] = ABSENT
        phrase[is_first & is_greeting, 0] = answer[is_first & is_greeting]
        return phrase

    def _topical(
        self, threads: Threads, turns: Turns, pool: str, purpose: str, *key: _Ints
    ) -> _Ints:
        start, size = self._banks.topical(
            pool,
            threads.bank[turns.thread_index],
            threads.topic[turns.thread_index],
            threads.may_name[turns.thread_index],
        )
        return np.where(size > 0, start + self._draws.below(size, purpose, *key), ABSENT)

    def _shared(
        self, threads: Threads, turns: Turns, pool: str, purpose: str, *key: _Ints
    ) -> _Ints:
        start, size = self._banks.shared(
            pool, threads.bank[turns.thread_index], threads.may_name[turns.thread_index]
        )
        return np.where(size > 0, start + self._draws.below(size, purpose, *key), ABSENT)

    def _joined(self, phrase: _Ints, prompt: _Ints, separator: str) -> pa.Array:
        """Join phrases to texts, one row per text; absent phrases are skipped."""
        is_present = phrase != ABSENT
        filled = self._filled(phrase[is_present], np.repeat(prompt, is_present.sum(axis=1)))
        offsets = np.concatenate([[0], np.cumsum(is_present.sum(axis=1))])
        lists = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), filled)
        return pc.binary_join(lists, separator)

    def _filled(self, phrase: _Ints, prompt: _Ints) -> pa.Array:
        """Fill the slots of phrases. A slot has the same value throughout a conversation."""
        phrases: Phrases = self._banks.phrases
        literals, slots = phrases.literals[phrase], phrases.slots[phrase]
        parts = [phrases.pieces.take(pa.array(literals[:, 0]))]
        for n in range(SLOTS_MAX):
            slot = slots[:, n]
            size = phrases.slot_size[slot]
            drawn = self._draws.below(size, "slot", prompt, slot)
            value = (drawn + phrases.shifts[phrase, n]) % size
            # Slot 0 means "no slot": its only value is the empty piece.
            parts.append(phrases.pieces.take(pa.array(phrases.slot_start[slot] + value)))
            parts.append(phrases.pieces.take(pa.array(literals[:, n + 1])))
        return pc.binary_join_element_wise(*parts, "")
