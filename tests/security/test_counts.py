"""A reader guesses words, beginnings and phrases; each page must be that of a wrong guess.

A guess that stands nowhere is the measure: whatever a page shows for a right guess must be what it
shows for that one, counts of facets, order and snippets included.
"""

from functools import partial
from urllib.parse import urlencode

from tests.support.attack_tries import Tries
from tests.support.attacker import attacking, signed_in, switched_on
from tests.support.planted_secrets import ALWAYS, SECRETS

WRONG = {True: "8396417", False: "qzxvjkw"}
"""Guesses that stand nowhere: of digits, and of letters."""


WORDS = [word for secret in SECRETS if secret.group in ALWAYS for word in secret.words]
BEGINNINGS = list(dict.fromkeys(stem for word in WORDS for stem in (word[:3], word)))


def _phrases(stem: str) -> str:
    return f'"note {stem}" OR "of {stem}" OR "{stem} note"'


QUESTIONS = {
    "a filter for words": lambda stem: ("browse", {"text": stem}),
    "a filter for a beginning": lambda stem: ("browse", {"text": f"{stem}*"}),
    "a filter for what lacks it": lambda stem: ("browse", {"text": f"us OR note -{stem}*"}),
    "a filter for an opening": lambda stem: ("browse", {"word": stem}),
    "a search": lambda stem: ("search", {"q": f"{stem}*", "mode": "words"}),
}
WHOLE_WORDS = {
    "a phrase": lambda stem: ("search", {"q": _phrases(stem), "mode": "words"}),
    "a choice": lambda stem: ("search", {"q": f"note OR {stem}", "mode": "words"}),
    "an answer": lambda stem: ("browse", {"text": stem, "text_role": "assistant"}),
    "facets": lambda stem: ("overview", {"text": f"{stem}*"}),
    "distinctive words": lambda stem: ("compare", {"text": stem, "against": "rest"}),
    "an export": lambda stem: ("export", {"text": f"{stem}*"}),
}


def answer(session, question, stem: str) -> str:
    name, params = question(stem)
    return session.answer(name, urlencode(params), stem)


def test_a_right_guess_looks_like_a_wrong_one(reader):
    tries = Tries("guesses")
    for what, question in (QUESTIONS | WHOLE_WORDS).items():
        expected = {digits: answer(reader, question, stem) for digits, stem in WRONG.items()}
        for stem in BEGINNINGS if what in QUESTIONS else WORDS[::2]:
            tries.same(f"{what}: {stem}", answer(reader, question, stem), expected[stem.isdigit()])
    tries.check()


def test_a_right_guess_of_a_word_that_is_shown_looks_different(reader):
    for question in (QUESTIONS | WHOLE_WORDS).values():
        assert answer(reader, question, "please") != answer(reader, question, WRONG[False])


def test_an_operator_who_searches_unmasked_finds_them(host):
    with attacking(host, signed_in("op")) as operator:
        operator.open("search", "q=note&mode=words")
        unmasked = switched_on(operator.widget_ids["search_unmasked"])
        find = partial(operator.open, "search")
        for secret in SECRETS:
            find(urlencode({"q": f"{secret.words[0][:5]}*", "mode": "words"}), unmasked)
            has_results = bool(operator.drawn.component("search_results").get("results"))
            assert has_results == (secret.group != "removed")
