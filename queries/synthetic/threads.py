"""The attributes of each synthetic conversation, drawn before any text is generated."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from queries.synthetic import distributions
from queries.synthetic.phrases import SHARED_POOLS, TOPIC_POOLS, Phrases, load_phrases
from queries.synthetic.random_draws import Draws, weighted_index

_Ints = npt.NDArray[np.int64]
_Bools = npt.NDArray[np.bool_]

MODEL_NAMES = tuple(distributions.MODEL_SHARES)
LANGUAGE_NAMES = (*distributions.LANGUAGE_SHARES, *distributions.RARE_LANGUAGES)

_GOLDEN = 0.6180339887498949


@dataclass(frozen=True, slots=True)
class Threads:
    """Attributes of consecutive conversations; each array has one value per conversation.

    Attributes:
        row: position in the dataset, from 0.
        thread: the row that the user messages belong to; both rows of a battle share it.
        prompt: number of the first prompt; equal numbers mean equal prompts.
        is_fresh: the first prompt is not drawn from the pool of common prompts.
        model, language: positions in `MODEL_NAMES` and `LANGUAGE_NAMES`.
        bank: position of the phrase bank that the texts come from.
        topic: position in the bank's topics; ignored where `is_greeting`.
        is_greeting: the conversation starts with a greeting.
        is_unsafe: the topic is an unsafe one.
        turns: number of turns.
        may_name: its texts may contain a placeholder for a person's name.
        is_user_flagged, is_assistant_flagged: a message of that role is flagged.
        category_set: position in `CATEGORY_SETS`.
    """

    row: _Ints
    thread: _Ints
    prompt: _Ints
    is_fresh: _Bools
    model: _Ints
    language: _Ints
    bank: _Ints
    topic: _Ints
    is_greeting: _Bools
    is_unsafe: _Bools
    turns: _Ints
    may_name: _Bools
    is_user_flagged: _Bools
    is_assistant_flagged: _Bools
    category_set: _Ints


class PhraseBanks:
    """Lookup tables for the phrases of each bank, topic and purpose."""

    def __init__(self, known: Phrases) -> None:
        self.phrases = known
        self.names = sorted(known.topics)
        depth = max(len(topics) for topics in known.topics.values())
        self.shares = np.zeros((len(self.names), depth))
        self.is_unsafe = np.zeros((len(self.names), depth), dtype=bool)
        self._topic_pools = np.zeros((len(TOPIC_POOLS), 3, len(self.names), depth), dtype=np.int64)
        self._shared_pools = np.zeros((len(SHARED_POOLS), 3, len(self.names)), dtype=np.int64)
        for b, language in enumerate(self.names):
            for p, purpose in enumerate(SHARED_POOLS):
                pool = known.pools[language, "", purpose]
                self._shared_pools[p, :, b] = pool.start, pool.plain, pool.size
            for t, (name, kind, share) in enumerate(known.topics[language]):
                self.shares[b, t], self.is_unsafe[b, t] = share, kind == "unsafe"
                for p, purpose in enumerate(TOPIC_POOLS):
                    pool = known.pools[language, name, purpose]
                    self._topic_pools[p, :, b, t] = pool.start, pool.plain, pool.size

    def shared(self, purpose: str, bank: _Ints, may_name: _Bools) -> tuple[_Ints, _Ints]:
        """The first phrase and the number of usable phrases of a purpose, for each bank."""
        start, plain, size = self._shared_pools[SHARED_POOLS.index(purpose)][:, bank]
        return start, np.where(may_name, size, plain)

    def topical(
        self, purpose: str, bank: _Ints, topic: _Ints, may_name: _Bools
    ) -> tuple[_Ints, _Ints]:
        """The same as `shared`, for each bank and topic."""
        start, plain, size = self._topic_pools[TOPIC_POOLS.index(purpose)][:, bank, topic]
        return start, np.where(may_name, size, plain)

    @cached_property
    def of_language(self) -> _Ints:
        """The bank of each of `LANGUAGE_NAMES`; -1 for one that has none."""
        return np.array([self.names.index(x) if x in self.names else -1 for x in LANGUAGE_NAMES])


class ThreadMaker:
    """Draws the threads of a dataset."""

    def __init__(self, draws: Draws, rows: int) -> None:
        self.banks = PhraseBanks(load_phrases())
        self._draws = draws
        self._pool_size = max(24, int(rows * distributions.POOL_SHARE))
        self._pool_weights = 1.0 / (np.arange(self._pool_size) + 20.0)
        ranks = np.arange(1, len(distributions.RARE_LANGUAGES) + 1)
        rare = (1.0 / ranks) * (distributions.RARE_LANGUAGES_SHARE / np.cumsum(1.0 / ranks)[-1])
        self._language_weights = np.concatenate(
            [list(distributions.LANGUAGE_SHARES.values()), rare]
        )

    def threads(self, start: int, stop: int) -> Threads:
        """The conversations from row `start` up to, not including, row `stop`."""
        row = np.arange(start, stop)
        thread = self._threads_of(row)
        prompt = self._prompts(thread)
        language = self._languages(prompt)
        bank, is_greeting = self._banks_of(prompt, language)
        topic = self._topics(prompt, bank)
        is_unsafe = self.banks.is_unsafe[bank, topic] & ~is_greeting
        model = self._models(row, thread)
        is_user_flagged, is_assistant_flagged = self._flagged(row, model, is_unsafe)
        return Threads(
            row=row,
            thread=thread,
            prompt=prompt,
            is_fresh=prompt >= self._pool_size,
            model=model,
            language=language,
            bank=bank,
            topic=topic,
            is_greeting=is_greeting,
            is_unsafe=is_unsafe,
            turns=self._turns(thread, is_unsafe),
            may_name=self._draws.unit("may name", prompt) < distributions.REDACTED_SHARE,
            is_user_flagged=is_user_flagged,
            is_assistant_flagged=is_assistant_flagged,
            category_set=self._draws.pick(
                list(distributions.CATEGORY_SETS.values()), "categories", row
            ),
        )

    def _threads_of(self, row: _Ints) -> _Ints:
        is_battle = self._draws.unit("battle", row // 2) < distributions.BATTLE_SHARE
        threads: _Ints = row - ((row % 2 == 1) & is_battle)
        return threads

    def _prompts(self, thread: _Ints) -> _Ints:
        rank = self._draws.pick(self._pool_weights, "pool", thread)
        is_fresh = self._draws.unit("fresh", thread) < distributions.FRESH_SHARE
        return np.where(is_fresh, self._pool_size + thread, rank)

    def _languages(self, prompt: _Ints) -> _Ints:
        # The most common prompts are few. A golden-ratio sequence spreads them over languages;
        # random numbers could put all of them into one.
        even = (prompt * _GOLDEN) % 1.0
        unit = np.where(prompt < self._pool_size, even, self._draws.unit("language", prompt))
        return weighted_index(self._language_weights, unit)

    def _banks_of(self, prompt: _Ints, language: _Ints) -> tuple[_Ints, _Bools]:
        own = self.banks.of_language[language]
        english = self.banks.names.index("English")
        other = self._draws.below(len(self.banks.names), "other bank", prompt)
        is_english = self._draws.unit("mistaken", prompt) < 0.75
        # Languages without a phrase bank stand for short texts whose language was misdetected.
        bank = np.where(own >= 0, own, np.where(is_english, english, other))
        share = np.where(own >= 0, distributions.GREETING_SHARE, 0.5)
        return bank, self._draws.unit("greeting", prompt) < share

    def _topics(self, prompt: _Ints, bank: _Ints) -> _Ints:
        unit = self._draws.unit("topic", prompt)
        ends = np.cumsum(self.banks.shares, axis=1)[bank]
        topic: _Ints = (unit[:, None] * ends[:, -1:] >= ends).sum(axis=1)
        return topic

    def _models(self, row: _Ints, thread: _Ints) -> _Ints:
        weights = list(distributions.MODEL_SHARES.values())
        model = self._draws.pick(weights, "model", row)
        rival = self._draws.pick(weights, "model", thread)
        shift = 1 + self._draws.below(len(MODEL_NAMES) - 1, "rival", row)
        is_same = (row != thread) & (model == rival)
        return np.where(is_same, (model + shift) % len(MODEL_NAMES), model)

    def _turns(self, thread: _Ints, is_unsafe: _Bools) -> _Ints:
        ordinary = self._draws.pick(
            [*distributions.TURNS, distributions.LONG_TURNS_WEIGHT], "turns", thread
        )
        unsafe = self._draws.pick(
            [*distributions.UNSAFE_TURNS, distributions.UNSAFE_LONG_TURNS_WEIGHT], "turns", thread
        )
        turns = 1 + np.where(is_unsafe, unsafe, ordinary)
        first_long = len(distributions.TURNS) + 1
        depth = self._draws.unit("long turns", thread)
        longer = (depth * depth * (distributions.CONVERSATION_TURNS_MAX + 1 - first_long)).astype(
            np.int64
        )
        return np.where(turns >= first_long, first_long + longer, turns)

    def _flagged(self, row: _Ints, model: _Ints, is_unsafe: _Bools) -> tuple[_Bools, _Bools]:
        rates = [
            distributions.FLAGGING.get(name, distributions.OTHER_FLAGGING) for name in MODEL_NAMES
        ]
        factor, user, assistant = np.array([(r.factor, r.user, r.assistant) for r in rates]).T
        chance = (
            np.where(
                is_unsafe, distributions.UNSAFE_FLAGGED_SHARE, distributions.SAFE_FLAGGED_SHARE
            )
            * factor[model]
        )
        is_flagged = self._draws.unit("flagged", row) < chance
        # One number decides for both roles: where the two intervals overlap, both are flagged.
        drawn = self._draws.unit("flagged role", row)
        return is_flagged & (drawn < user[model]), is_flagged & (drawn >= 1 - assistant[model])
