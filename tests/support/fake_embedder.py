"""Models whose vectors can be worked out by hand."""

import re
import zlib
from collections.abc import Mapping, Sequence

import numpy as np
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.normalizers import Lowercase
from tokenizers.pre_tokenizers import Whitespace

from queries.search.embedder import Flags, Model, Vector

TOPICS = {
    **dict.fromkeys(("cat", "cats", "kitten", "gato", "katze", "猫", "pet"), 0),
    **dict.fromkeys(("dog", "dogs", "puppy", "perro", "hund", "犬"), 1),
    **dict.fromkeys(("python", "code", "function", "program", "javascript"), 2),
    **dict.fromkeys(("travel", "trip", "city", "museum", "hotel", "itinerary"), 3),
    **dict.fromkeys(("egg", "eggs", "boil", "recipe", "cook", "dinner"), 4),
    **dict.fromkeys(("poem", "story", "song", "novel", "write"), 5),
    **dict.fromkeys(("rain", "raining", "weather", "sun", "storm"), 6),
}
"""A word and its direction: words of one direction mean the same."""

_WORD = re.compile(r"\w+")


class DictionaryEmbedder:
    """A vector counts the words of each direction of a dictionary; unknown words have the last."""

    def __init__(self, directions: Mapping[str, int] = TOPICS, *, name: str = "dictionary") -> None:
        self._directions = directions
        self.calls: list[int] = []
        dimension = max(directions.values()) + 2
        self.model = Model(name, "0" * 64, "0" * 64, dimension, 8, "", "")
        self.precision = "float32"

    def embed_documents(self, texts: Sequence[str]) -> Vector:
        self.calls.append(len(texts))
        return np.array([self.embed_query(text) for text in texts], np.float32)

    def embed_query(self, text: str) -> Vector:
        vector = np.zeros(self.model.dimension, np.float32)
        for word in _WORD.findall(text.lower()):
            vector[self._directions.get(word, self.model.dimension - 1)] += 1
        length = np.linalg.norm(vector)
        if not length:
            vector[-1] = length = 1
        return vector / length

    def are_truncated(self, texts: Sequence[str]) -> Flags:
        return np.array([len(text.split()) > 8 for text in texts], bool)


class TokenDictionary(DictionaryEmbedder):
    """A dictionary with a tokenizer, whose tokens are its words: a quick model can be made of it.

    Token 0 is every other word. It keeps how many tokens it embedded.
    """

    def __init__(self, directions: Mapping[str, int] = TOPICS, *, name: str = "dictionary") -> None:
        super().__init__(directions, name=name)
        self.words = ["[UNK]", *directions]
        self.token_count = 0

    def tokenizer_json(self) -> str | None:
        numbers = {word: number for number, word in enumerate(self.words)}
        tokenizer = Tokenizer(WordLevel(numbers, "[UNK]"))
        tokenizer.normalizer = Lowercase()
        tokenizer.pre_tokenizer = Whitespace()
        return str(tokenizer.to_str())

    def embed_tokens(self, ids: Sequence[int]) -> Vector:
        self.token_count += len(ids)
        return np.array([self.embed_query(self.words[number]) for number in ids], np.float32)


class HashedWordsEmbedder:
    """A vector is the sum of one random direction a word: texts that share words are near.

    It stands in for a model where a million texts would take hours to embed.
    """

    def __init__(self, dimension: int = 384) -> None:
        self.model = Model("hashed-words", "0" * 64, "0" * 64, dimension, None, "", "")
        self.precision = "float32"
        self._known: dict[str, Vector] = {}

    def embed_documents(self, texts: Sequence[str]) -> Vector:
        return np.array([self.embed_query(text) for text in texts], np.float32)

    def embed_query(self, text: str) -> Vector:
        words = _WORD.findall(text.lower()) or [text]
        vector = np.sum([self._direction(word) for word in words], axis=0, dtype=np.float32)
        length: Vector = vector / np.linalg.norm(vector)
        return length

    def are_truncated(self, texts: Sequence[str]) -> Flags:
        return np.zeros(len(texts), bool)

    def _direction(self, word: str) -> Vector:
        if word not in self._known:
            random = np.random.default_rng(zlib.crc32(word.encode()))
            # Rarer words say more: about so long as they are.
            weight = min(len(word), 12) / 4
            self._known[word] = random.standard_normal(self.model.dimension, np.float32) * weight
        return self._known[word]
