"""The sealed header by which the authentication middleware tells pages who the user is."""

import json
import secrets
from collections.abc import Mapping
from typing import Any

from queries.access import User

SEALED_HEADER = "X-Chatscape-Passed"

_SEAL = secrets.token_hex()
"""Known to this process only: a header that starts with it was written by the middleware."""


def unseal_user(headers: Mapping[str, Any]) -> User | None:
    """The user whom the middleware named; None if the request did not pass through it."""
    seal, _, user = str(headers.get(SEALED_HEADER) or "").partition(":")
    if not secrets.compare_digest(seal.encode(), _SEAL.encode()):
        return None
    return User(**json.loads(user))


def seal_user(user: User) -> str:
    """The value of the sealed header for a user."""
    return f"{_SEAL}:{json.dumps({'name': user.name, 'role': user.role})}"
