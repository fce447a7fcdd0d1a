"""A search for many patterns finds what `bytes.find` finds, wherever it is."""

import os
import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from queries.removal import byte_patterns
from queries.removal.byte_patterns import PATTERN_BYTES, BytePatterns, patterns_of


def find_each(patterns, data):
    """The patterns that `bytes.find` finds."""
    return {pattern for pattern in patterns if data.find(pattern) >= 0}


def find_together(patterns, data):
    return BytePatterns(patterns).matches(data)


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(byte_patterns, "_BLOCK_BYTES", 64)


@pytest.mark.parametrize("block", [32, 33, 40, 64, 100, 1 << 22])
def test_patterns_are_found_at_every_offset_and_across_blocks(monkeypatch, block):
    monkeypatch.setattr(byte_patterns, "_BLOCK_BYTES", block)
    pattern = os.urandom(PATTERN_BYTES)
    for place in range(170):
        data = bytes(place) + pattern + bytes(170 - place)
        assert find_together([pattern], data) == {pattern}
        assert not find_together([pattern], data[: place + 31])


def test_random_data_is_searched_like_bytes_find(small_blocks):
    drawn = random.Random(3)
    for size in (0, 1, 31, 32, 33, 63, 64, 65, 500, 3_000):
        # Few different bytes: patterns stand often, overlap, and share their first words.
        data = bytes(drawn.choices(b"ab", weights=(30, 1), k=size))
        patterns = {data[n : n + PATTERN_BYTES] for n in range(0, size - PATTERN_BYTES, 7)}
        patterns |= {b"a" * 31 + b"b", b"a" * 32, b"a" * 24 + b"c" * 8, drawn.randbytes(32)}
        assert find_together(patterns, data) == find_each(patterns, data)
        assert find_together(patterns, memoryview(data)) == find_each(patterns, data)


def test_patterns_with_a_common_start_are_distinguished(small_blocks):
    start = os.urandom(24)
    patterns = [start + bytes([n]) * 8 for n in range(200)]
    data = b"".join(b"-" * (n % 9) + pattern for n, pattern in enumerate(patterns[::2]))
    assert find_together(patterns, data) == find_each(patterns, data)
    assert len(find_together(patterns, data)) == 100


def test_without_leaves_patterns_out():
    first, second = os.urandom(32), os.urandom(32)
    both = BytePatterns([first, second])
    assert both.without([first]).matches(first + second) == {second}
    assert not both.without([first, second]).matches(first + second)
    assert not BytePatterns([]).matches(os.urandom(1_000))


@given(st.binary(min_size=63, max_size=400), st.data())
@settings(max_examples=300, deadline=None)
def test_any_63_bytes_of_a_text_hold_a_whole_pattern(text, data):
    start = data.draw(st.integers(0, len(text) - 63))
    run = text[start : start + 63]
    every = [text[n : n + PATTERN_BYTES] for n in range(len(text) - PATTERN_BYTES + 1)]
    is_too_common = any(len(set(pattern)) < 8 for pattern in every)
    assert is_too_common or any(pattern in run for pattern in patterns_of(text))


@given(st.binary(max_size=300))
@example(bytes(range(64)))
@example(b"0123456789abcdef" * 2)
@settings(max_examples=200, deadline=None)
def test_the_patterns_of_a_text_are_in_it_and_reach_to_its_end(text):
    patterns = list(patterns_of(text))
    assert all(len(pattern) == PATTERN_BYTES and pattern in text for pattern in patterns)
    if len(text) < PATTERN_BYTES:
        assert not patterns
    elif len(set(text[-PATTERN_BYTES:])) >= 8:
        assert text[-PATTERN_BYTES:] in patterns


@given(
    st.binary(max_size=200), st.lists(st.binary(min_size=32, max_size=32), max_size=4), st.data()
)
@settings(max_examples=200, deadline=None)
def test_drawn_data_is_searched_like_bytes_find(rest, patterns, data):
    chunks = [
        rest,
        *(data.draw(st.sampled_from(patterns)) for _ in range(3) if patterns),
        rest[::-1],
    ]
    joined = b"".join(chunks)
    assert find_together(patterns, joined) == find_each(set(patterns), joined)
