"""Looking for traces finds whatever plain searching finds, wherever it stands."""

import os
import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from queries.removal import traces
from queries.removal.traces import PIECE_BYTES, Traces, pieces_of


def plainly(pieces, data):
    """The pieces that `bytes.find` finds."""
    return {piece for piece in pieces if data.find(piece) >= 0}


def quickly(pieces, data):
    return Traces(pieces).found_in(data)


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(traces, "_BLOCK_BYTES", 64)


@pytest.mark.parametrize("block", [32, 33, 40, 64, 100, 1 << 22])
def test_pieces_are_found_at_every_place_and_across_blocks(monkeypatch, block):
    monkeypatch.setattr(traces, "_BLOCK_BYTES", block)
    piece = os.urandom(PIECE_BYTES)
    for place in range(170):
        data = bytes(place) + piece + bytes(170 - place)
        assert quickly([piece], data) == {piece}
        assert not quickly([piece], data[: place + 31])


def test_random_data_is_searched_as_plainly(small_blocks):
    drawn = random.Random(3)
    for size in (0, 1, 31, 32, 33, 63, 64, 65, 500, 3_000):
        # Few different bytes: pieces stand often, overlap, and share their first words.
        data = bytes(drawn.choices(b"ab", weights=(30, 1), k=size))
        pieces = {data[n : n + PIECE_BYTES] for n in range(0, size - PIECE_BYTES, 7)}
        pieces |= {b"a" * 31 + b"b", b"a" * 32, b"a" * 24 + b"c" * 8, drawn.randbytes(32)}
        assert quickly(pieces, data) == plainly(pieces, data)
        assert quickly(pieces, memoryview(data)) == plainly(pieces, data)


def test_several_pieces_that_begin_alike_are_told_apart(small_blocks):
    start = os.urandom(24)
    pieces = [start + bytes([n]) * 8 for n in range(200)]
    data = b"".join(b"-" * (n % 9) + piece for n, piece in enumerate(pieces[::2]))
    assert quickly(pieces, data) == plainly(pieces, data)
    assert len(quickly(pieces, data)) == 100


def test_without_leaves_pieces_out():
    one, other = os.urandom(32), os.urandom(32)
    both = Traces([one, other])
    assert both.without([one]).found_in(one + other) == {other}
    assert not both.without([one, other]).found_in(one + other)
    assert not Traces([]).found_in(os.urandom(1_000))


@given(st.binary(min_size=63, max_size=400), st.data())
@settings(max_examples=300, deadline=None)
def test_any_63_bytes_of_a_text_hold_a_whole_piece(text, data):
    start = data.draw(st.integers(0, len(text) - 63))
    run = text[start : start + 63]
    every = [text[n : n + PIECE_BYTES] for n in range(len(text) - PIECE_BYTES + 1)]
    says_little = any(len(set(one)) < 8 for one in every)
    assert says_little or any(piece in run for piece in pieces_of(text))


@given(st.binary(max_size=300))
@example(bytes(range(64)))
@example(b"0123456789abcdef" * 2)
@settings(max_examples=200, deadline=None)
def test_the_pieces_of_a_text_are_in_it_and_reach_to_its_end(text):
    pieces = list(pieces_of(text))
    assert all(len(piece) == PIECE_BYTES and piece in text for piece in pieces)
    if len(text) < PIECE_BYTES:
        assert not pieces
    elif len(set(text[-PIECE_BYTES:])) >= 8:
        assert text[-PIECE_BYTES:] in pieces


@given(
    st.binary(max_size=200), st.lists(st.binary(min_size=32, max_size=32), max_size=4), st.data()
)
@settings(max_examples=200, deadline=None)
def test_drawn_data_is_searched_as_plainly(rest, pieces, data):
    said = [rest, *(data.draw(st.sampled_from(pieces)) for _ in range(3) if pieces), rest[::-1]]
    joined = b"".join(said)
    assert quickly(pieces, joined) == plainly(set(pieces), joined)
