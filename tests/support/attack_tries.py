"""What an attacker tried, by class, and what came of it."""

import re
from collections.abc import Collection
from functools import cache

from tests.support.paths import ROOT
from tests.support.planted_secrets import ALL, Group, secrets_in

_HEADING = "### What the attacker's suite tries"


class Tries:
    """Tries of one class: counted, each looked through for secrets."""

    def __init__(self, attack: str) -> None:
        """Start with none.

        Args:
            attack: the class, as the table in SECURITY.md names it.
        """
        self.attack = attack
        self.count = 0
        self.hits: list[str] = []

    def look(
        self, what: str, content: bytes | str, groups: Collection[Group] = ALL, *, tries: int = 1
    ) -> None:
        """Count tries, and look through what came back.

        Args:
            what: the try, for the message of a failure.
            content: all that came back.
            groups: the secrets that must not be in it.
            tries: the number of guesses that it answers.
        """
        self.count += tries
        self.hits += [f"{what}: {words}" for words in secrets_in(content, groups)]

    def same(self, what: str, answer: object, expected: object) -> None:
        """Count a guess, whose answer must be that to a guess that is certainly wrong."""
        self.count += 1
        if answer != expected:
            self.hits.append(f"{what}: {answer} is not {expected}")

    def check(self) -> None:
        """Fail if anything was learnt, or if less was tried than SECURITY.md says."""
        assert not self.hits, "\n".join(["", f"{len(self.hits)} hits", *self.hits])
        assert self.count >= documented_tries()[self.attack], self.count


@cache
def documented_tries() -> dict[str, int]:
    """The least number of tries of each class, as SECURITY.md says."""
    section = (ROOT / "SECURITY.md").read_text().partition(_HEADING)[2].partition("\n## ")[0]
    rows = re.findall(r"(?m)^\| ([a-z ,]+) \| ([\d,]+) \|", section)
    return {attack: int(count.replace(",", "")) for attack, count in rows}
