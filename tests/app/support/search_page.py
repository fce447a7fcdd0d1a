"""What stands on the page Search."""

import re
from typing import Any

from streamlit.testing.v1 import AppTest

from tests.app.support.components import (
    data,
    texts,
    whole,
)
from tests.app.support.sample_rows import messages_of


def cards(app: AppTest) -> list[dict[str, Any]]:
    """What is on the page Search, best first."""
    results: list[dict[str, Any]] = data(app, "search_results")["results"]
    return results


def result_ids(app: AppTest) -> list[str]:
    """Ids on the page Search, in order, also those that are folded into the card above."""
    hrefs = [result["href"] for card in cards(app) for result in (card, *card["repeats"])]
    return [href.partition("conversation=")[2][:32] for href in hrefs]


def displayed_message(card: dict[str, Any]) -> tuple[str, str, str, str, bool]:
    """Conversation, turn, role, text and verdict of what a card shows, as the sample has them."""
    key, turn = card["id"].split(":")
    return key, turn, *messages_of(key)[2 * int(turn) - 1 - card["isUser"]]


def result_count(app):
    """The line above the results."""
    return next(text for text in texts(app) if re.match(r"[\d,]+–", text))


def enter_search(app, key, text):
    return whole(app.text_input(key=key).set_value(text).run())
