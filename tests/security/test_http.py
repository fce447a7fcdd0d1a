"""Somebody asks for every path by plain HTTP, and reads bodies and headers of the answers."""

import http.client

from tests.support.attack_lists import ROUTES
from tests.support.attack_tries import Tries
from tests.support.attacker import signed_in
from tests.support.planted_secrets import IDS

CLIENTS = {
    "a reader": signed_in("eve"),
    "a reader who claims more": signed_in("eve") | {"X-Chatscape-Groups": "op"},
    "a reader with two names": {**signed_in("eve"), "X-Chatscape-User ": "op"},
    "somebody past the proxy": {},
    "somebody with a wrong secret": signed_in("op") | {"X-Chatscape-Secret": "0" * 64},
    "somebody who says where from": {"X-Forwarded-For": "127.0.0.1", "X-Chatscape-User": "op"},
}
METHODS = ("GET", "HEAD", "OPTIONS", "PUT", "DELETE")


def answer(host: str, method: str, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
    """The status of an answer, and all of its bytes."""
    connection = http.client.HTTPConnection(host, timeout=60)
    try:
        connection.putrequest(method, path)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.putheader("Connection", "close")
        connection.endheaders()
        response = connection.getresponse()
        head = "\n".join(f"{name}: {value}" for name, value in response.getheaders())
        return response.status, head.encode() + b"\n" + response.read()
    finally:
        connection.close()


def test_no_path_answers_with_a_secret(host):
    tries = Tries("plain requests")
    for client, headers in CLIENTS.items():
        for path in (path for paths in ROUTES.values() for path in paths):
            for method in METHODS if client == "a reader" else METHODS[:1]:
                _, content = answer(host, method, path, headers)
                tries.look(f"{client}: {method} {path}", content)
    tries.check()


def test_who_is_not_signed_in_gets_no_page(host):
    for client in list(CLIENTS)[3:]:
        assert answer(host, "GET", "/", CLIENTS[client])[0] in (401, 403, 429)
    assert answer(host, "GET", "/", CLIENTS["a reader"])[0] == 200


def test_health_and_metrics_and_the_log_tell_nothing(host, metrics_port, server_log, reader):
    """What somebody looks for is in no log either."""
    tries = Tries("health, metrics and the log")
    reader.open("search", "q=fabrizia&mode=words")
    reader.open("browse", "text=wobbegong")
    reader.open("sql", "sql=select+%27velloquist%27+from+nothing")
    reader.open("conversation", f"conversation={IDS['t']}")
    status, metrics = answer(f"127.0.0.1:{metrics_port}", "GET", "/metrics", {})
    assert status == 200
    assert b"chatscape" in metrics
    tries.look("metrics", metrics)
    tries.look("health", answer(host, "GET", "/healthz", {})[1])
    text = server_log.read_text()
    assert "a page was opened" in text
    tries.look("log", text)
    tries.check()
