"""Settings: every environment variable with its default, unit and help."""

import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_type_hints

from queries.errors import UsageError
from queries.runtime.memory_limits import default_memory_gb

PREFIX = "CHATSCAPE_"

_PATH_SEGMENT = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9._~-]*")


@dataclass(frozen=True, slots=True)
class Settings:
    """How Chatscape runs; each field is read from ``CHATSCAPE_<FIELD IN CAPITALS>``."""

    store: Path = field(
        default=Path("store"), metadata={"help": "Folder of the prepared store (path)."}
    )
    query_seconds: float = field(
        default=20.0,
        metadata={"help": "Time limit of a query (seconds).", "range": (0.01, 86_400)},
    )
    memory_gb: float = field(
        default=4.0,
        metadata={
            "help": "Memory limit of DuckDB for a version of the data (gigabytes); by default at "
            "most half of the memory of the container.",
            "range": (0.001, 65_536),
        },
    )
    in_memory: bool = field(
        default=True,
        metadata={
            "help": "Keep the facts of all conversations in the dashboard's memory (true or false)."
        },
    )
    threads: int = field(
        default=0,
        metadata={
            "help": "Threads of DuckDB; 0 for one per core.",
            "range": (0, 1_024),
        },
    )
    model: str = field(
        default="sentence-transformers/all-MiniLM-L6-v2",
        metadata={
            "help": "Embedding model of a new search index: the name or folder of a "
            "sentence-transformers model, or an endpoint and its model, `http://host:port/v1#name` "
            "(text)."
        },
    )
    model_dimensions: int = field(
        default=0,
        metadata={
            "help": "Values to keep of each vector of a new search index, for a model that was "
            "trained for it (Matryoshka); 0 for all.",
            "range": (0, 16_384),
        },
    )
    model_key: str = field(
        default="",
        repr=False,
        metadata={"help": "Key of an embeddings endpoint, sent as a bearer token (text)."},
    )
    build_index: Literal["none", "words", "quick", "meaning"] = field(
        default="none",
        metadata={
            "help": "Search index that `chatscape serve` builds beside the dashboard if the store "
            "has none (none, words, quick or meaning).",
            "choices": ("none", "words", "quick", "meaning"),
        },
    )
    sql_seconds: float = field(
        default=10.0,
        metadata={
            "help": "Time limit of a statement of the SQL console (seconds).",
            "range": (0.01, 86_400),
        },
    )
    sql_memory_gb: float = field(
        default=1.0,
        metadata={
            "help": "Memory limit of a statement of the SQL console (gigabytes).",
            "range": (0.05, 65_536),
        },
    )
    log: Literal["text", "json"] = field(
        default="text",
        metadata={
            "help": "Format of the dashboard's log on standard error (text or json).",
            "choices": ("text", "json"),
        },
    )
    base_path: str = field(
        default="",
        metadata={
            "help": "Path below which the dashboard is served, such as `/chat`, where a "
            "proxy serves other things beside it (path).",
            "is_base_path": True,
        },
    )
    metrics_port: int = field(
        default=0,
        metadata={
            "help": "Port on which the dashboard exposes Prometheus metrics; 0 for none.",
            "range": (0, 65_535),
        },
    )
    metrics_host: str = field(
        default="127.0.0.1",
        metadata={"help": "Address of the metrics port, which needs no sign-in (address)."},
    )
    sign_in: str = field(
        default="none",
        metadata={
            "help": "How users sign in: not at all (none), at a reverse proxy (proxy), or with "
            "OpenID Connect (openid)."
        },
    )
    proxies: str = field(
        default="127.0.0.1,::1",
        metadata={"help": "Trusted proxies, which may name the user (addresses and networks)."},
    )
    proxy_secret: str = field(
        default="",
        repr=False,
        metadata={"help": "Secret that the proxy sends in the header `X-Chatscape-Secret` (text)."},
    )
    proxy_secret_file: str = field(
        default="", metadata={"help": "File with that secret, instead of the secret itself (path)."}
    )
    identity_header: str = field(
        default="X-Chatscape-User",
        metadata={"help": "Header in which a proxy names the user (text)."},
    )
    groups_header: str = field(
        default="X-Chatscape-Groups",
        metadata={"help": "Header in which a proxy lists the groups of the user (text)."},
    )
    operators: str = field(
        default="", metadata={"help": "Users who are operators (names separated by commas)."}
    )
    operator_groups: str = field(
        default="",
        metadata={"help": "Groups whose members are operators (names separated by commas)."},
    )
    openid_url: str = field(
        default="",
        metadata={"help": "Metadata URL of the OpenID provider, `.well-known/…` (address)."},
    )
    openid_client_id: str = field(
        default="", metadata={"help": "Client ID of Chatscape at the OpenID provider (text)."}
    )
    openid_client_secret: str = field(
        default="",
        repr=False,
        metadata={"help": "Client secret of Chatscape at the OpenID provider (text)."},
    )
    openid_redirect_url: str = field(
        default="",
        metadata={"help": "Redirect URL after sign-in, `https://…/oauth2callback` (address)."},
    )
    openid_cookie_secret: str = field(
        default="",
        repr=False,
        metadata={
            "help": "Key that signs the session cookies, the same for all replicas; if empty, a "
            "new one at each start (text)."
        },
    )
    openid_name: str = field(
        default="email", metadata={"help": "Claim with the name of the user (text)."}
    )
    openid_groups: str = field(
        default="groups", metadata={"help": "Claim with the groups of the user (text)."}
    )

    state: str = field(
        default="",
        metadata={
            "help": "Database of the audit log and the acceptance of the licence, e.g. "
            "postgresql://user:password@host/database; empty for a file in the store (address)."
        },
    )

    @classmethod
    def from_env(cls) -> "Settings":
        """The settings of this process.

        Raises:
            UsageError: a value is invalid; the message names the variable.
        """
        kinds = get_type_hints(cls)
        values: dict[str, Any] = {"memory_gb": default_memory_gb(cls().memory_gb)}
        for setting in fields(cls):
            name = variable(setting.name)
            if text := os.environ.get(name):
                values[setting.name] = _parse(name, text, kinds[setting.name], setting.metadata)
        return cls(**values)


def variable(field_name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + field_name.upper()


def unknown_variables(environment: Mapping[str, str]) -> list[str]:
    """A sentence for each variable that starts like a setting but is not one, e.g. a typo."""
    known = [variable(setting.name) for setting in fields(Settings)]
    sentences = []
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"did you mean {near[0]}?" if near else "docs/hosting.md lists the settings."
            sentences.append(f"{name} is not a setting and does nothing; {hint}")
    return sentences


def _parse_base_path(name: str, text: str) -> str:
    segments = text.removeprefix("/").removesuffix("/").split("/")
    if not all(map(_PATH_SEGMENT.fullmatch, segments)):
        raise UsageError(
            f"{name} must be a path such as /chat, of letters, digits and the signs - . _ ~; "
            f"{text!r} is not."
        )
    return "/" + "/".join(segments)


def _parse(name: str, text: str, kind: type, metadata: Mapping[str, Any]) -> Any:  # noqa: ANN401
    if kind is bool:
        if text.lower() not in ("true", "false"):
            raise UsageError(f"{name} must be true or false; {text!r} is not.")
        return text.lower() == "true"
    if choices := metadata.get("choices"):
        if text not in choices:
            raise UsageError(f"{name} must be {' or '.join(choices)}; {text!r} is not.")
        return text
    if metadata.get("is_base_path"):
        return _parse_base_path(name, text)
    range_ = metadata.get("range")
    if range_ is None:
        return kind(text)
    low, high = range_
    try:
        value = kind(text)
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        expected = {int: "a whole number", float: "a number"}[kind]
        raise UsageError(f"{name} must be {expected} from {low:g} to {high:,}; {text!r} is not.")
    return value
