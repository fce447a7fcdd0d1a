"""A reader asks in SQL: for texts, by comparison letter by letter, and through errors."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from tests.support.attack_tries import Tries
from tests.support.attacker import Attacker, attacking, signed_in, switched_on
from tests.support.planted_secrets import ALL, ALWAYS, IDS, SECRETS, secrets_in

pytestmark = pytest.mark.slow

TEXTS = (
    "select distinct text from messages where text like '%note%'",
    "select distinct opening from slice",
    "select distinct regexp_extract(text, '[A-Z0-9]{20}|[a-z.]+@[a-z.]+|[0-9]{3} [0-9]{4}') as t "
    "from messages",
    f"select * from messages where conversation_id in ('{IDS['r']}', '{IDS['t']}', '{IDS['v']}')",
    "select cast((select max(text) from messages) as integer) as n",
    "select error((select min(text) from messages where text like '%@%')) as t",
)
COLUMNS = {"messages": "text", "conversations": "opening"}


def guesses(groups: tuple[str, ...]) -> Iterator[str]:
    """Beginnings of words, letter by letter from the fourth."""
    for secret in SECRETS:
        if secret.group in groups:
            for word in secret.words:
                yield from (word[:length] for length in range(min(4, len(word)), len(word) + 1))


def count_of(guess: str, column: str) -> str:
    """A condition's count, in a statement that does not spell out the guess itself."""
    parts = f"'{guess[:2]}' || '{guess[2:]}'"
    return f"count(*) filter (where contains(lower({column}), {parts}))"


def counting(view: str, groups: tuple[str, ...]) -> str:
    """A statement whose only row has the number of texts with any guess, summed over guesses."""
    counts = ", ".join(count_of(guess, COLUMNS[view]) for guess in guesses(groups))
    return (
        f"select 'all' || ' ' || list_sum([{counts}])::bigint || ' guesses' as counts from {view}"
    )


def address(statement: str) -> str:
    return urlencode({"sql": statement})


def result(session: Attacker) -> str:
    """The only value of the last statement."""
    return str(session.drawn.component("sql_rows")["rows"][0]["cells"][1])


@pytest.mark.parametrize("groups", [ALL, ALWAYS], ids=["covered", "uncovered"])
def test_no_statement_shows_or_counts_a_secret(reader, groups):
    """Everybody may lift the covers of flagged texts, but not those of sexual/minors."""
    tries = Tries("statements")
    reader.open("sql", address("select 1"))
    planted = [] if groups == ALL else [switched_on(reader.widget_ids["uncover_sql"])]
    for statement in TEXTS if groups == ALL else TEXTS[:4:3]:
        tries.look(statement, reader.open("sql", address(statement), *planted), groups)
    for view in COLUMNS if groups == ALL else ["messages"]:
        raw = reader.open("sql", address(counting(view, groups)), *planted)
        tries.look(f"guesses in {view}", raw, groups, tries=len(list(guesses(groups))))
        assert result(reader) == "all 0 guesses"
    tries.check()


def test_an_operator_who_unmasks_sees_and_counts_them(host):
    with attacking(host, signed_in("op")) as operator:
        operator.open("sql", address("select 1"))
        unmasked = switched_on(operator.widget_ids["sql_unmasked"])
        raw = operator.open("sql", address(TEXTS[0]), unmasked)
        masked = [" ".join(secret.words) for secret in SECRETS if secret.group == "masked"]
        assert secrets_in(raw) == masked
        operator.open("sql", address(counting("messages", ("masked",))), unmasked)
        assert int(result(operator).split()[1]) > 0
