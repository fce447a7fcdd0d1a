"""Conversations about pets, whose vectors `DictionaryEmbedder` makes."""

from tests.support import tiny_dataset

PET_ROWS = [
    tiny_dataset.row("0", "m", "English", "cat cat dog", "x"),
    tiny_dataset.row("a", "m", "English", "cat", "x"),
    tiny_dataset.row("b", "n", "English", "kitten and puppy", "x"),
    tiny_dataset.row("c", "n", "English", "puppy", "x", "a cat", "x"),
    tiny_dataset.row("d", "n", "Spanish", "gato", "x"),
    tiny_dataset.row("e", "m", "English", "dog", "x"),
    tiny_dataset.row("f", "m", "English", "code", "cat"),
    tiny_dataset.row("g", "m", "English", "  cat\n", "x"),
    tiny_dataset.row("h", "m", "English", "", "cat"),
]
"""Similarity to “cat”: a, d, g 1; 0 2/√5; c 1/√2; b 1/√3; e, f 0; h has no user message."""
