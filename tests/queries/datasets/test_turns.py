"""Turn numbers and first prompts, against a loop over the messages."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from queries.datasets.turns import first_prompts, turn_numbers

CONVERSATIONS = st.lists(st.lists(st.booleans(), max_size=6), max_size=6)


def flat(conversations):
    is_user = [flag for messages in conversations for flag in messages]
    numbers = [n for n, messages in enumerate(conversations) for _ in messages]
    return np.array(is_user, bool), np.array(numbers, np.int64)


@given(CONVERSATIONS)
def test_a_user_message_begins_a_turn(conversations):
    expected = [
        max(sum(messages[: n + 1]), 1) for messages in conversations for n in range(len(messages))
    ]
    assert turn_numbers(*flat(conversations)).tolist() == expected


@given(CONVERSATIONS)
def test_the_first_prompt_is_the_first_user_message(conversations):
    expected, start = [], 0
    for messages in conversations:
        expected += [start + messages.index(True)] if any(messages) else []
        start += len(messages)
    assert first_prompts(*flat(conversations)).tolist() == expected
