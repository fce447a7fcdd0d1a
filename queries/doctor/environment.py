"""Whether the settings of this process are ones, and can be read."""

from collections.abc import Iterator, Mapping

from queries.doctor.findings import Finding, count
from queries.errors import DataError
from queries.settings import PREFIX, Settings, unknown_variables


def settings(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Whether each variable that begins like a setting is one, and has a value of its kind."""
    problems = 0
    try:
        Settings.from_env()
    except DataError as error:
        problems += 1
        advice = "Correct the variable: nothing starts with it."
        yield Finding("settings", "fail", str(error), advice)
    for sentence in unknown_variables(environment):
        problems += 1
        finding, _, advice = sentence.partition("; ")
        shown = advice[0].upper() + advice[1:]
        yield Finding("settings", "warning", f"{finding}.", shown)
    if not problems:
        given = sum(name.startswith(PREFIX) for name in environment)
        yield Finding("settings", "ok", f"{count(given, 'setting')} given, each is known.")
