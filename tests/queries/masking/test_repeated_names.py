"""A text that repeats the name of a secret without end costs no more than its length."""

import pytest

from queries.masking import passwords
from queries.masking.passwords import mask_passwords

TIMES = 20_000


@pytest.fixture
def judged(monkeypatch):
    """How many values were judged."""
    values = []
    is_chosen = passwords.is_chosen

    def counted(value, *, is_quoted):
        values.append(len(value))
        return is_chosen(value, is_quoted=is_quoted)

    monkeypatch.setattr(passwords, "is_chosen", counted)
    return values


def test_names_within_a_secret_are_passed_over(judged):
    assert mask_passwords("pw=" * TIMES).count("=") == 1
    # The first value, and those that begin in the last 16 characters: another secret may end there.
    assert judged == [128, 15, 12, 9, 6]


@pytest.mark.parametrize("name", ["pwd:", "密码:"])
def test_a_value_that_is_repeated_is_judged_once(judged, name):
    text = name * TIMES
    assert mask_passwords(text) == text
    # Those at the end of the text are shorter, each by a name.
    assert len(judged) < 200
    assert max(judged) == passwords.JUDGED_CHARS_MAX
