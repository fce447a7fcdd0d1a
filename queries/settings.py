"""Settings: every environment variable, with default, unit and help."""

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_type_hints

from queries.errors import UsageError
from queries.memory import usual_memory_gb

PREFIX = "CHATSCAPE_"


@dataclass(frozen=True, slots=True)
class Settings:
    """How Chatscape runs; each field is read from ``CHATSCAPE_<FIELD IN CAPITALS>``."""

    store: Path = field(
        default=Path("store"), metadata={"help": "Folder of the prepared store (path)."}
    )
    query_seconds: float = field(
        default=20.0,
        metadata={"help": "A query is stopped after so many seconds.", "range": (0.01, 86_400)},
    )
    memory_gb: float = field(
        default=4.0,
        metadata={
            "help": "Memory that DuckDB may take for a version of the data (gigabytes); in a "
            "container with less than twice that, half of what the container may take.",
            "range": (0.001, 65_536),
        },
    )
    in_memory: bool = field(
        default=True,
        metadata={
            "help": "The dashboard keeps the facts of all conversations in memory (true or false)."
        },
    )
    threads: int = field(
        default=0,
        metadata={
            "help": "Threads that DuckDB uses; 0 takes one for each core.",
            "range": (0, 1_024),
        },
    )
    model: str = field(
        default="sentence-transformers/all-MiniLM-L6-v2",
        metadata={
            "help": "Embedding model of a new search index: the name or folder of one of "
            "sentence-transformers (text)."
        },
    )
    sql_seconds: float = field(
        default=10.0,
        metadata={
            "help": "A statement of the SQL console is stopped after so many seconds.",
            "range": (0.01, 86_400),
        },
    )
    sql_memory_gb: float = field(
        default=1.0,
        metadata={
            "help": "Memory that a statement of the SQL console may take (gigabytes).",
            "range": (0.05, 65_536),
        },
    )
    log: Literal["text", "json"] = field(
        default="text",
        metadata={
            "help": "How the dashboard writes its log to standard error (text or json).",
            "choices": ("text", "json"),
        },
    )
    metrics_port: int = field(
        default=0,
        metadata={
            "help": "Port on which the dashboard gives metrics to Prometheus; 0 gives none.",
            "range": (0, 65_535),
        },
    )
    metrics_host: str = field(
        default="127.0.0.1",
        metadata={"help": "Address that this port is on; whoever reaches it needs no sign-in."},
    )
    sign_in: str = field(
        default="none",
        metadata={
            "help": "Who says who a person is: nobody (none), a proxy in front (proxy), or an "
            "OpenID provider (openid)."
        },
    )
    proxies: str = field(
        default="127.0.0.1,::1",
        metadata={"help": "Proxies that may say who a person is (addresses and networks)."},
    )
    identity_header: str = field(
        default="X-Chatscape-User",
        metadata={"help": "Header in which a proxy names the person (text)."},
    )
    groups_header: str = field(
        default="X-Chatscape-Groups",
        metadata={"help": "Header in which a proxy names the person's groups (text)."},
    )
    operators: str = field(
        default="", metadata={"help": "People who are operators (names with commas between)."}
    )
    operator_groups: str = field(
        default="",
        metadata={"help": "Groups whose members are operators (names with commas between)."},
    )
    openid_url: str = field(
        default="",
        metadata={"help": "Description of the OpenID provider, `.well-known/…` (address)."},
    )
    openid_client_id: str = field(
        default="", metadata={"help": "Name of Chatscape at the OpenID provider (text)."}
    )
    openid_client_secret: str = field(
        default="",
        repr=False,
        metadata={"help": "Password of Chatscape at the OpenID provider (text)."},
    )
    openid_redirect_url: str = field(
        default="",
        metadata={"help": "Where people come back to, `https://…/oauth2callback` (address)."},
    )
    openid_cookie_secret: str = field(
        default="",
        repr=False,
        metadata={
            "help": "Signs the cookies of who is signed in, for all replicas the same; new at "
            "each start if empty (text)."
        },
    )
    openid_name: str = field(
        default="email", metadata={"help": "Claim of a person that is their name (text)."}
    )
    openid_groups: str = field(
        default="groups", metadata={"help": "Claim of a person that lists their groups (text)."}
    )

    state: str = field(
        default="",
        metadata={
            "help": "Database of the log and of the acceptance of the licence, e.g. "
            "postgresql://user:password@host/database; empty for a file of the store's own "
            "(address)."
        },
    )

    @classmethod
    def from_env(cls) -> "Settings":
        """The settings of this process.

        Raises:
            UsageError: a value is not of the right kind; names the variable.
        """
        kinds = get_type_hints(cls)
        values: dict[str, Any] = {"memory_gb": usual_memory_gb(cls().memory_gb)}
        for setting in fields(cls):
            name = variable(setting.name)
            if text := os.environ.get(name):
                values[setting.name] = _parsed(name, text, kinds[setting.name], setting.metadata)
        return cls(**values)


def variable(field_name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + field_name.upper()


def unknown_variables(environment: Mapping[str, str]) -> list[str]:
    """A sentence for each variable that begins like a setting and is none: a slip of the pen."""
    known = [variable(setting.name) for setting in fields(Settings)]
    sentences = []
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known:
            near = get_close_matches(name, known, 1)
            way = f"did you mean {near[0]}?" if near else "the README lists those that there are."
            sentences.append(f"{name} is not a setting and does nothing; {way}")
    return sentences


def _parsed(name: str, text: str, kind: type, metadata: Mapping[str, Any]) -> Any:  # noqa: ANN401
    if kind is bool:
        if text.lower() not in ("true", "false"):
            raise UsageError(f"{name} must be true or false; {text!r} is not.")
        return text.lower() == "true"
    if choices := metadata.get("choices"):
        if text not in choices:
            raise UsageError(f"{name} must be {' or '.join(choices)}; {text!r} is not.")
        return text
    range_ = metadata.get("range")
    if range_ is None:
        return kind(text)
    low, high = range_
    try:
        value = kind(text)
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        wanted = {int: "a whole number", float: "a number"}[kind]
        raise UsageError(f"{name} must be {wanted} from {low:g} to {high:,}; {text!r} is not.")
    return value
