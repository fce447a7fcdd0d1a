"""Settings: every environment variable, with default, unit and help."""

import math
import os
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, get_type_hints

from queries.errors import UsageError

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
            "help": "Memory that DuckDB may take for a version of the data (gigabytes).",
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
        values: dict[str, Any] = {}
        for setting in fields(cls):
            name = variable(setting.name)
            if text := os.environ.get(name):
                range_ = setting.metadata.get("range")
                values[setting.name] = _parsed(name, text, kinds[setting.name], range_)
        return cls(**values)


def variable(field_name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + field_name.upper()


def _parsed(name: str, text: str, kind: type, range_: tuple[float, float] | None) -> Any:  # noqa: ANN401
    if kind is bool:
        if text.lower() not in ("true", "false"):
            raise UsageError(f"{name} must be true or false; {text!r} is not.")
        return text.lower() == "true"
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
