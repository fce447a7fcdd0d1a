"""Checks of the settings: each variable is known and has a valid value."""

from collections.abc import Iterator, Mapping

from queries.doctor.findings import Finding, quantity
from queries.errors import DataError
from queries.settings import PREFIX, Settings, unknown_variables


def check_settings(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Check that each variable that starts like a setting is one, and has a valid value."""
    problems = 0
    try:
        Settings.from_env()
    except DataError as error:
        problems += 1
        advice = "Correct the variable: Chatscape does not start with it."
        yield Finding("settings", "fail", str(error), advice)
    for sentence in unknown_variables(environment):
        problems += 1
        finding, _, advice = sentence.partition("; ")
        advice = advice[0].upper() + advice[1:]
        yield Finding("settings", "warning", f"{finding}.", advice)
    if not problems:
        number = sum(name.startswith(PREFIX) for name in environment)
        yield Finding("settings", "ok", f"{quantity(number, 'setting')} set, all valid.")
