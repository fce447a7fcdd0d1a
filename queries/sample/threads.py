"""Who asks what: the attributes of each synthetic conversation, before any text is made."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from queries.sample import marginals as m
from queries.sample.draws import Draws, position
from queries.sample.phrases import SHARED_POOLS, TOPIC_POOLS, Phrases, phrases

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

MODELS = tuple(m.MODELS)
LANGUAGES = (*m.LANGUAGES, *m.RARE_LANGUAGES)

_GOLDEN = 0.6180339887498949


@dataclass(frozen=True, slots=True)
class Threads:
    """Attributes of consecutive conversations; every array has one value each.

    Attributes:
        row: position in the dataset, from 0.
        thread: the row whose user messages these are; two rows of a battle share it.
        prompt: number of the first prompt; equal numbers mean equal prompts.
        is_fresh: the first prompt is meant for this thread alone.
        model, language: positions in `MODELS` and `LANGUAGES`.
        bank: position of the phrase bank that the texts come from.
        topic: position in the bank's topics; ignored where `is_greeting`.
        is_greeting: the conversation begins with a word of greeting.
        is_unsafe: the topic is an unsafe one.
        turns: number of turns.
        may_name: texts with a placeholder for a person's name may be used.
        is_user_flagged, is_assistant_flagged: some message of that role is flagged.
        category_set: position in `CATEGORY_SETS`.
    """

    row: Ints
    thread: Ints
    prompt: Ints
    is_fresh: Bools
    model: Ints
    language: Ints
    bank: Ints
    topic: Ints
    is_greeting: Bools
    is_unsafe: Bools
    turns: Ints
    may_name: Bools
    is_user_flagged: Bools
    is_assistant_flagged: Bools
    category_set: Ints


class Banks:
    """Where the phrases of each bank, topic and purpose stand, as arrays to look up in."""

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

    def shared(self, purpose: str, bank: Ints, may_name: Bools) -> tuple[Ints, Ints]:
        """First phrase and number of usable phrases of a purpose, for each bank given."""
        start, plain, size = self._shared_pools[SHARED_POOLS.index(purpose)][:, bank]
        return start, np.where(may_name, size, plain)

    def topical(self, purpose: str, bank: Ints, topic: Ints, may_name: Bools) -> tuple[Ints, Ints]:
        """The same for each bank and topic given."""
        start, plain, size = self._topic_pools[TOPIC_POOLS.index(purpose)][:, bank, topic]
        return start, np.where(may_name, size, plain)

    @cached_property
    def of_language(self) -> Ints:
        """The bank of each of `LANGUAGES`; -1 for one that has none."""
        return np.array([self.names.index(x) if x in self.names else -1 for x in LANGUAGES])


class ThreadMaker:
    """Makes the threads of one dataset."""

    def __init__(self, draws: Draws, rows: int) -> None:
        self.banks = Banks(phrases())
        self._draws = draws
        self._pool_size = max(24, int(rows * m.POOL_SHARE))
        self._pool_weights = 1.0 / (np.arange(self._pool_size) + 20.0)
        ranks = np.arange(1, len(m.RARE_LANGUAGES) + 1)
        rare = (1.0 / ranks) * (m.RARE_LANGUAGES_SHARE / np.cumsum(1.0 / ranks)[-1])
        self._language_weights = np.concatenate([list(m.LANGUAGES.values()), rare])

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
            may_name=self._draws.unit("may name", prompt) < m.REDACTED_SHARE,
            is_user_flagged=is_user_flagged,
            is_assistant_flagged=is_assistant_flagged,
            category_set=self._draws.pick(list(m.CATEGORY_SETS.values()), "categories", row),
        )

    def _threads_of(self, row: Ints) -> Ints:
        is_battle = self._draws.unit("battle", row // 2) < m.BATTLE_SHARE
        threads: Ints = row - ((row % 2 == 1) & is_battle)
        return threads

    def _prompts(self, thread: Ints) -> Ints:
        rank = self._draws.pick(self._pool_weights, "pool", thread)
        is_fresh = self._draws.unit("fresh", thread) < m.FRESH_SHARE
        return np.where(is_fresh, self._pool_size + thread, rank)

    def _languages(self, prompt: Ints) -> Ints:
        # The most repeated prompts are few: a golden-ratio sequence keeps them from being, by
        # chance, all of one language.
        even = (prompt * _GOLDEN) % 1.0
        unit = np.where(prompt < self._pool_size, even, self._draws.unit("language", prompt))
        return position(self._language_weights, unit)

    def _banks_of(self, prompt: Ints, language: Ints) -> tuple[Ints, Bools]:
        own = self.banks.of_language[language]
        english = self.banks.names.index("English")
        other = self._draws.below(len(self.banks.names), "other bank", prompt)
        is_english = self._draws.unit("mistaken", prompt) < 0.75
        # A language without a bank is what it often is in such data: a short text, misjudged.
        bank = np.where(own >= 0, own, np.where(is_english, english, other))
        share = np.where(own >= 0, m.GREETING_SHARE, 0.5)
        return bank, self._draws.unit("greeting", prompt) < share

    def _topics(self, prompt: Ints, bank: Ints) -> Ints:
        unit = self._draws.unit("topic", prompt)
        ends = np.cumsum(self.banks.shares, axis=1)[bank]
        topic: Ints = (unit[:, None] * ends[:, -1:] >= ends).sum(axis=1)
        return topic

    def _models(self, row: Ints, thread: Ints) -> Ints:
        weights = list(m.MODELS.values())
        model = self._draws.pick(weights, "model", row)
        rival = self._draws.pick(weights, "model", thread)
        shift = 1 + self._draws.below(len(MODELS) - 1, "rival", row)
        is_same = (row != thread) & (model == rival)
        return np.where(is_same, (model + shift) % len(MODELS), model)

    def _turns(self, thread: Ints, is_unsafe: Bools) -> Ints:
        ordinary = self._draws.pick([*m.TURNS, m.LONG_TURNS_WEIGHT], "turns", thread)
        unsafe = self._draws.pick([*m.UNSAFE_TURNS, m.UNSAFE_LONG_TURNS_WEIGHT], "turns", thread)
        turns = 1 + np.where(is_unsafe, unsafe, ordinary)
        first_long = len(m.TURNS) + 1
        depth = self._draws.unit("long turns", thread)
        longer = (depth * depth * (m.TURNS_MAX + 1 - first_long)).astype(np.int64)
        return np.where(turns >= first_long, first_long + longer, turns)

    def _flagged(self, row: Ints, model: Ints, is_unsafe: Bools) -> tuple[Bools, Bools]:
        rates = [m.FLAGGING.get(name, m.OTHER_FLAGGING) for name in MODELS]
        factor, user, assistant = np.array([(r.factor, r.user, r.assistant) for r in rates]).T
        chance = np.where(is_unsafe, m.UNSAFE_FLAGGED_SHARE, m.SAFE_FLAGGED_SHARE) * factor[model]
        is_flagged = self._draws.unit("flagged", row) < chance
        # Laid on a line from 0 to 1, the two shares overlap: there both roles are flagged.
        where = self._draws.unit("flagged role", row)
        return is_flagged & (where < user[model]), is_flagged & (where >= 1 - assistant[model])
