"""The words that a term, a phrase or a prefix of a query looks for."""

from dataclasses import dataclass

from queries.text.characters import plain
from queries.text.query_language import Phrase, Prefix, Term
from queries.text.tokenizer import is_unspaced, tokens
from queries.text.word_lines import GAP


@dataclass(frozen=True, slots=True)
class WordSequence:
    """Words one after another, and words anywhere in the same message.

    Attributes:
        words: the words in sequence, with `GAP` where no word may stand between two runs.
        plain_words: the words without accents.
        signs: emoji, and words with their signs, which stand in no sequence.
        ends_in_prefix: whether the last one in sequence is only the beginning of a word.
        has_exact_accents: whether accents have to be the same.
    """

    words: tuple[str, ...]
    plain_words: tuple[str, ...]
    signs: tuple[str, ...] = ()
    ends_in_prefix: bool = False
    has_exact_accents: bool = False

    def is_prefix(self, n: int) -> bool:
        """Whether word n is only the beginning of a word."""
        return self.ends_in_prefix and n == len(self.words) - 1

    def matches(self, n: int, word: str) -> bool:
        """Whether word n looks for a word of a text."""
        sought = self.words[n] if self.has_exact_accents else self.plain_words[n]
        form = word if self.has_exact_accents else plain(word)
        return form.startswith(sought) if self.is_prefix(n) else form == sought


def word_sequence(leaf: Term | Phrase | Prefix) -> WordSequence:
    """The words of a leaf of a query; none if it consists of signs."""
    words: list[str] = []
    signs: list[str] = []
    for token in tokens(leaf.text):
        if token.kind == "word":
            words += [GAP] * (token.position - len(words))
            words.append(token.word)
        elif token.kind == "sign":
            signs.append(token.word)
    # Whatever follows a character of a script without spaces is a word of its own.
    is_prefix = isinstance(leaf, Prefix) and bool(words) and not is_unspaced(words[-1])
    return WordSequence(
        tuple(words),
        tuple(map(plain, words)),
        tuple(dict.fromkeys(signs)),
        is_prefix,
        leaf.has_exact_accents,
    )
