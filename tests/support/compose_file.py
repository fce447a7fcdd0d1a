"""compose.yaml as Compose reads it: variables of `.env` put in, anchors followed."""

import re
from collections.abc import Mapping
from typing import Any

import yaml

from tests.support.paths import ROOT

COMPOSE = ROOT / "compose.yaml"


def composed(environment: Mapping[str, str]) -> Any:
    """What Compose makes of compose.yaml with these variables."""
    return _filled(yaml.safe_load(COMPOSE.read_text()), environment)


def _filled(part: Any, environment: Mapping[str, str]) -> Any:
    match part:
        case str():
            return interpolated(part, environment)
        case dict():
            return {name: _filled(value, environment) for name, value in part.items()}
        case list():
            return [_filled(value, environment) for value in part]
    return part


def interpolated(text: str, environment: Mapping[str, str]) -> str:
    """A value with `${NAME}`, `${NAME:-otherwise}` and `${NAME:+instead}`, nested too, put in.

    Others are refused: Compose works out what is nested in an alternative also where it is not
    used, so that a `:?` in there stops it always.
    """
    written, at = "", 0
    while (start := text.find("$", at)) >= 0:
        written += text[at:start]
        if text[start + 1] == "$":
            written, at = written + "$", start + 2
            continue
        end = _closing(text, start + 2)
        written += _value(text[start + 2 : end], environment)
        at = end + 1
    return written + text[at:]


def _closing(text: str, at: int) -> int:
    """Where the bracket that was opened before ends."""
    depth = 1
    while True:
        if text.startswith("${", at):
            depth += 1
        elif text[at] == "}":
            depth -= 1
            if depth == 0:
                return at
        at += 1


def _value(inside: str, environment: Mapping[str, str]) -> str:
    name, _, more = inside.partition(":")
    value = environment.get(name, "")
    if more.startswith("-"):
        return value or interpolated(more[1:], environment)
    if more.startswith("+"):
        return interpolated(more[1:], environment) if value else ""
    if more:
        raise ValueError(f"not understood here: {inside}")
    return value


def dotenv(text: str) -> dict[str, str]:
    """The variables of a file `.env`; of values without quotes or in double ones, Compose takes
    what begins with a dollar for a variable."""
    variables: dict[str, str] = {}
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        if not equals or line.startswith("#"):
            continue
        if value[:1] == "'":
            variables[name] = value[1 : value.index("'", 1)]
            continue
        variables[name] = _without_variables(value.strip('"'))
    return variables


def _without_variables(value: str) -> str:
    return re.sub(r"\$[A-Za-z_]\w*", "", value)
