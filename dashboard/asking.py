"""The SQL that this reader asks: the statement in the address, and what came of it, remembered."""

import atexit
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Any
from urllib.parse import quote_plus
from weakref import ref

import streamlit as st

from dashboard import paging, people, session, url
from queries.access_log import note
from queries.console.asking import Console, Question, limits_of
from queries.console.errors import SqlFailedError
from queries.console.process import Answered
from queries.errors import DataError
from queries.export.sql_results import FileFormat, noted_statement, result_file
from queries.relations import Edition
from queries.store import Store

ADDRESS_CHARS_MAX = 4_000
"""A longer statement is left out of the address: programs that pass links on cut them."""

REMEMBERED = 8
"""Outcomes kept for a reader, the last ones."""

REMEMBERED_BYTES = 256_000_000
"""Of rows that are kept in memory for all readers together."""

_KEY = "sql"
_LONG = "sql_of"
_LONG_TEXTS = "sql_long_texts"
_OUTCOMES = "sql_outcomes"


@dataclass(slots=True, weakref_slot=True)
class Outcome:
    """What came of a question.

    Attributes:
        question: what was asked.
        edition: of the store that was asked.
        answered: its rows; None where it failed.
        problem: why it failed, in one sentence; empty where it did not.
        seconds: from asking to the rows.
    """

    question: Question
    edition: Edition
    answered: Answered | None = None
    problem: str = ""
    seconds: float = 0.0


console = Console()
"""One for all readers of this process."""

# Its process and the timer of that would outlive what they are made of.
atexit.register(console.close)

_kept: list[ref[Outcome]] = []
_one_change = Lock()


def make_ready() -> None:
    """Have a process ready for the next statement."""
    console.make_ready(session.store(), limits_of(session.settings(), is_operator=False))


def statement() -> str:
    """The statement that was asked last; empty before the first one."""
    if url.rules(_KEY):
        long_texts: dict[str, str] = st.session_state.get(_LONG_TEXTS, {})
        st.session_state[_KEY] = url.parameter(_KEY, long_texts.get(url.parameter(_LONG, ""), ""))
    text: str = st.session_state[_KEY]
    return text


def is_out_of_reach() -> bool:
    """Whether the address is that of a long statement which this session does not know."""
    return bool(url.parameter(_LONG, "")) and not statement()


def is_linked(text: str) -> bool:
    """Whether a statement is short enough to be in the address."""
    return len(quote_plus(text)) <= ADDRESS_CHARS_MAX


def ask_for(text: str) -> None:
    """Ask a statement, from a callback: also one that was asked before."""
    # Half of a pair of surrogates can be typed, and is in no address.
    text = text.strip().encode(errors="replace").decode()
    st.session_state[_KEY] = text
    st.session_state[_OUTCOMES] = [one for one in _outcomes() if one.question.sql != text]
    digest = None
    if text and not is_linked(text):
        digest = hashlib.sha256(text.encode()).hexdigest()[:8]
        long_texts = [*st.session_state.get(_LONG_TEXTS, {}).items(), (digest, text)]
        st.session_state[_LONG_TEXTS] = dict(long_texts[-REMEMBERED:])
    paging.begin_again()
    said = text if text and digest is None else None
    url.write_parameters({_KEY: said, _LONG: digest, paging.KEY: None})


def outcome(question: Question) -> Outcome | None:
    """What came of a question, where that is remembered and no removal came since."""
    edition = session.store().edition
    same = (one for one in _outcomes() if one.question == question and one.edition == edition)
    # Its rows can have made room for those of others.
    return next((one for one in same if one.problem or one.answered is not None), None)


def ask(
    question: Question,
    *,
    is_unlimited: bool,
    beat: Callable[[float], None],
    queued: Callable[[int], None],
) -> Outcome:
    """Run a statement and remember what came of it.

    Args:
        question: the statement.
        is_unlimited: without a limit of time, which operators may ask for.
        beat: called with the seconds that it runs; where it is cut off, the statement is ended.
        queued: called with how many statements are before it.

    Raises:
        NotAllowedError: contact data would be shown, and this person is a reader.
    """
    if question.is_unmasked:
        people.must_be_operator("show contact data")
    store = session.store()
    limits = limits_of(
        session.settings(), is_operator=people.is_operator(), is_unlimited=is_unlimited
    )
    came = Outcome(question, store.edition)
    begun = time.monotonic()
    try:
        answered = console.ask(store, question, limits, beat=beat, queued=queued)
        if question.is_unmasked:
            of = f"SQL {noted_statement(question.sql)}"
            note(store.path, people.person().name, "unmasked", of, count=answered.rows.num_rows)
        came.answered = answered
    except DataError as error:
        came.problem = str(error)
    came.seconds = time.monotonic() - begun
    _remember(came)
    return came


def stop(question: Question) -> None:
    """Leave a question, from a callback; the run that waited for it is cut off by then."""
    problem = "The statement was stopped. Run asks it again."
    _remember(Outcome(question, session.store().edition, problem=problem))


def file(store: Store, who: str, came: Outcome, format_: FileFormat) -> bytes:
    """The rows as a file, noted in the log; outside of any session, when it is fetched.

    Raises:
        LogError: it cannot be noted; then there is no file.
        SqlFailedError: something was removed since.
    """
    if came.answered is None or store.edition != came.edition:
        raise SqlFailedError.outdated()
    return result_file(store, came.question, came.answered, format_, who)


def _outcomes() -> list[Outcome]:
    found: list[Outcome] = st.session_state.get(_OUTCOMES, [])
    return found


def _remember(came: Outcome) -> None:
    others = [one for one in _outcomes() if one.question != came.question]
    st.session_state[_OUTCOMES] = [*others, came][-REMEMBERED:]
    if came.answered is not None:
        with _one_change:
            _kept.append(ref(came))
            _make_room()


def _make_room() -> None:
    """Forget the rows that were asked first, of any reader, where there are too many."""
    living = [(kept, one) for kept in _kept if (one := kept()) is not None and one.answered]
    size = sum(_bytes(one) for _, one in living)
    for _, one in living[:-1]:
        if size <= REMEMBERED_BYTES:
            break
        size -= _bytes(one)
        one.answered = None
    _kept[:] = [kept for kept, one in living if one.answered is not None]


def _bytes(came: Outcome) -> int:
    rows: Any = came.answered.rows if came.answered else None
    return int(rows.nbytes) if rows is not None else 0
