"""A reader fetches all that pages offer for download, by its address; others try it too."""

import http.client
from urllib.parse import quote

from queries.export.shapes import SHAPES
from tests.support.attack_tries import Tries
from tests.support.attacker import Attacker, pressed, signed_in
from tests.support.planted_secrets import ALWAYS, IDS, SECRETS, secrets_in
from tests.support.processes import until


def fetched(host: str, href: str, headers: dict[str, str]) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(host, timeout=60)
    try:
        connection.request("GET", f"/{quote(href)}", headers=headers)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def prepared(session: Attacker, shape: str) -> list[str]:
    """The links to a new export, whose format is text."""
    query = f"shape={shape}"
    session.open("export", query)
    before = len(session.hrefs())
    session.open("export", query, pressed(session.widget_ids["prepare"]))

    def is_ready() -> bool:
        session.open("export", query)
        return len(links(session)) >= before + 2

    until(is_ready)
    return links(session)


def links(session: Attacker) -> list[str]:
    """The links of the exports on the page, those that it drew before included."""
    jobs = [key for key in session.drawn.components if key.startswith("fetch_")]
    return [str(file["href"]) for key in jobs for file in session.drawn.component(key)["files"]]


def test_no_download_has_a_secret(host, reader):
    tries = Tries("downloads")
    hrefs = []
    for identifier in IDS.values():
        reader.open("conversation", f"conversation={identifier}")
        for href in reader.hrefs():
            status, content = fetched(host, href, signed_in("eve"))
            tries.look(href, content)
            assert status == 200
            hrefs.append(href)
    for href in (href for shape in SHAPES for href in prepared(reader, shape)):
        status, content = fetched(host, href, signed_in("eve"))
        tries.look(href, content, ALWAYS)
        assert status == 200
        hrefs.append(href)
    for name in ("mallory", "op"):
        assert fetched(host, hrefs[-1], signed_in(name))[0] == 404
        tries.look(name, fetched(host, hrefs[-1], signed_in(name))[1])
    assert fetched(host, hrefs[-1], {})[0] == 403
    tries.check()


def test_an_operator_who_unmasks_downloads_them(host, operator):
    query = f"conversation={IDS['h']}"
    operator.open("conversation", query)
    operator.open("conversation", query, pressed(operator.widget_ids["unmask"]))
    operator.open("conversation", query)
    content = b"".join(fetched(host, href, signed_in("op"))[1] for href in operator.hrefs())
    assert secrets_in(content) == [
        " ".join(secret.words) for secret in SECRETS if secret.place[0] == "h"
    ]
