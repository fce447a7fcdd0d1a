"""The people of the tests, and requests that come from them through a reverse proxy."""

import pytest

from dashboard.state import identity_seal
from queries.access import User

ADA, LINUS = User("ada", "operator"), User("linus", "reader")
CONTEXT = "streamlit.runtime.context.ContextProxy.headers"


class Headers(dict[str, str]):
    """Request headers as Streamlit gives them: names in any case."""

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]
        return super().get(name.lower(), default)


def set_user(monkeypatch: pytest.MonkeyPatch, user: User | None) -> None:
    """Send the next requests as a signed-in user, or, with None, past the proxy."""
    sealed = {} if user is None else {"x-chatscape-passed": identity_seal.seal_user(user)}
    monkeypatch.setattr(CONTEXT, property(lambda _: Headers(sealed)))
