"""Failed sign-ins with OpenID Connect: in the log, and not without end."""

import asyncio

import pytest

from dashboard.web.attempt_limiter import ATTEMPTS
from dashboard.web.failed_sign_ins import FailedSignInsMiddleware
from queries.settings import Settings

PROXY, ADA, BOB, CAROL = "10.0.0.2", "192.0.2.1", "192.0.2.2", "192.0.2.3"


class SignIn:
    """A middleware in front of a provider's answers."""

    def __init__(self):
        self.middleware = FailedSignInsMiddleware(self.answer, Settings(proxies=PROXY))
        self.location = "/?sign_in=failed"

    async def answer(self, scope, receive, send):
        headers = [(b"location", self.location.encode())]
        await send({"type": "http.response.start", "status": 302, "headers": headers})

    def status(self, client, *, claim="", path="/oauth2callback") -> int:
        """The status of the answer to one request."""
        sent = []
        scope = {
            "type": "http",
            "method": "GET",
            "path": path,
            "client": (client, 1234),
            "headers": [(b"x-forwarded-for", claim.encode())],
        }

        async def send(message):
            sent.append(message)

        asyncio.run(self.middleware(scope, None, send))
        return sent[0]["status"]


@pytest.fixture
def sign_in():
    return SignIn()


def test_an_address_that_fails_again_and_again_has_to_wait(sign_in):
    assert {sign_in.status(ADA) for _ in range(ATTEMPTS)} == {302}
    assert sign_in.status(ADA) == 429
    assert sign_in.status(BOB) == 302
    assert sign_in.status(ADA, path="/") == 302


def test_behind_a_proxy_the_address_it_speaks_for_counts(sign_in):
    assert {sign_in.status(PROXY, claim=ADA) for _ in range(ATTEMPTS)} == {302}
    assert sign_in.status(PROXY, claim=f"{BOB}, {ADA}") == 429
    assert sign_in.status(PROXY, claim=BOB) == 302
    # Only a proxy's claim counts.
    assert {sign_in.status(CAROL, claim=ADA) for _ in range(ATTEMPTS)} == {302}
    assert sign_in.status(CAROL, claim="198.51.100.1") == 429


def test_who_succeeds_is_neither_logged_nor_slowed_down(sign_in, caplog):
    sign_in.location = "/browse"
    assert {sign_in.status(ADA) for _ in range(2 * ATTEMPTS)} == {302}
    assert not caplog.records


def test_a_failure_is_logged_with_its_addresses(sign_in, caplog):
    sign_in.status(PROXY, claim=ADA)
    sign_in.status(ADA, claim=BOB)
    assert [record.message for record in caplog.records] == ["a sign-in failed"] * 2
    logged = [record.chatscape_fields for record in caplog.records]
    assert logged == [{"peer": PROXY, "claimed": ADA}, {"peer": ADA}]
