"""A reader opens every page, and looks for secrets in every message that comes, drawn or not."""

import pytest

from tests.support.attack_lists import OTHER_VIEWS, PAGES, ugly_queries
from tests.support.attack_tries import Tries
from tests.support.attacker import (
    Attacker,
    attacking,
    chosen,
    pressed,
    sent,
    signed_in,
    switched_on,
)
from tests.support.planted_secrets import ALWAYS, IDS, SECRETS, secrets_in

BUTTONS = ("unmask", "remove")
SWITCHES = (
    *("search_unmasked", "sql_unmasked", "sql_unlimited", "export_unmask", "export_sexual_minors"),
    *("uncover_openings", "uncover_results", "uncover_sql"),
)
SEEN_ON = (
    ("conversation", f"conversation={IDS['v']}"),
    ("search", "q=note&mode=words"),
    ("browse", ""),
    ("sql", "sql=select+1"),
    ("export", "shape=published"),
)
"""Pages on which an operator sees those widgets."""


@pytest.fixture
def planted(operator: Attacker):
    """States of all widgets that show more, as an operator's browser would send them."""
    for name, query in SEEN_ON:
        operator.open(name, query)
    ids = operator.widget_ids
    uncovering = [sent(ids["transcript"], "opened", f"{IDS[letter]}:0") for letter in "rtv"]
    return [
        *(pressed(ids[key]) for key in BUTTONS),
        *(switched_on(ids[key]) for key in SWITCHES),
        chosen(ids["covers"], "Show all this session"),
        *uncovering,
    ]


def test_no_page_shows_a_secret(reader):
    tries = Tries("pages")
    for name, queries in PAGES.items():
        for query in (*queries, *ugly_queries(name)):
            tries.look(f"{name}?{query}", reader.open(name, query))
    for name in (*OTHER_VIEWS, "app", "../log", "conversation/x", "browse.py"):
        tries.look(name, reader.open(name))
        assert not reader.drawn.components.keys() & {"conversation_list", "transcript"}
    tries.check()


def test_planted_switches_show_a_reader_no_more(host, planted):
    """Covers may be lifted by everybody, but those of sexual/minors stay on the page."""
    tries = Tries("planted widgets")
    with attacking(host, signed_in("mallory")) as reader:
        for name, queries in PAGES.items():
            reader.open(name)
            for query in queries:
                raw = reader.open(name, query, *planted)
                tries.look(f"planted {name}?{query}", raw, ALWAYS)
    tries.check()


def test_a_reader_lifts_covers_but_those_of_sexual_minors(host, planted):
    """The control of what is planted: it is what the pages listen to."""
    with attacking(host, signed_in("mallory")) as reader:
        secrets = []
        for letter in "vr":
            reader.open("conversation", f"conversation={IDS[letter]}")
            raw = reader.open("conversation", f"conversation={IDS[letter]}", *planted)
            secrets += secrets_in(raw)
    assert secrets == [secret.words[0] for secret in SECRETS if secret.group == "covered"]


def test_an_operator_who_unmasks_finds_each_masked_secret(host, planted):
    with attacking(host, signed_in("op")) as operator:
        secrets = set()
        for letter in "hjlp":
            operator.open("conversation", f"conversation={IDS[letter]}")
            unmask = pressed(operator.widget_ids["unmask"])
            secrets.update(secrets_in(operator.open("conversation", operator.drawn.query, unmask)))
    masked = {" ".join(secret.words) for secret in SECRETS if secret.group == "masked"}
    assert secrets == masked
