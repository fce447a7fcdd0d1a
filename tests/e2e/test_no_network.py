"""Journeys on a machine that has no way to any other: nothing is missed, and nothing was tried."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.browser import chromium
from tests.support.paths import ROOT

pytestmark = [
    pytest.mark.skipif(
        not sys.platform.startswith("linux"),
        reason="only Linux gives a process a network of its own",
    ),
    pytest.mark.slow,
]

JOURNEYS = (
    "test_shared_links.py::test_filters_go_along_to_every_page_and_clear_all_ends_them",
    "test_search.py::test_nothing_is_searched_before_enter_and_the_first_search_by_meaning_answers",
    "test_export.py::test_what_is_clicked_together_is_what_is_fetched",
    "test_downloads.py::test_a_link_says_where_it_leads_before_it_does",
)

IN_A_NETWORK_OF_ITS_OWN = """
set -eu
mount --make-rprivate /
echo "nameserver 192.0.2.53" > "$0"
mount --bind "$0" /etc/resolv.conf
ip link set lo up
ip -6 address add 2001:4860:4860::8888/128 dev lo
exec "$@"
"""
"""Names are asked for at an address that leads nowhere, so that this counts too. At the other one
Chromium looks whether there is a way out by IPv6, without sending anything there."""

QUIET_BROWSER = """#!/bin/sh
exec "{chromium}" "$@" --disable-component-update \\
    --host-resolver-rules="MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
"""
"""A browser of Debian asks for updates of its parts and tries names out of itself. What a page asks
for from elsewhere is told by the fixture `page`."""

UNROUTED = re.compile(r"unrouted: (\d+)")


def alone(folder: Path, *command: str) -> tuple[int, str, int]:
    """Run a command where only this machine can be reached.

    Returns:
        Its exit code, what it said, and how often it or any process it started turned to another
        machine: the kernel counts what it has no route for.
    """
    counting = (
        "import sys; from tests.e2e.test_no_network import counted; sys.exit(counted(sys.argv[1:]))"
    )
    browser = folder / "chromium"
    browser.write_text(QUIET_BROWSER.format(chromium=chromium()))
    browser.chmod(0o755)
    rights = [] if os.geteuid() == 0 else ["--map-root-user"]
    done = subprocess.run(
        [
            *("unshare", "--net", "--mount", *rights),
            *("sh", "-c", IN_A_NETWORK_OF_ITS_OWN, str(folder / "resolv.conf")),
            *(sys.executable, "-c", counting, *command),
        ],
        cwd=ROOT,
        env=os.environ | {"CHROMIUM": str(browser)},
        capture_output=True,
        text=True,
        check=False,
    )
    output = done.stdout + done.stderr
    count = UNROUTED.search(output)
    assert count is not None, output
    return done.returncode, output, int(count[1])


def counted(command: list[str]) -> int:
    """Run a command, and print how much had no route."""
    before = unrouted()
    code = subprocess.run(command, check=False).returncode
    sys.stdout.write(f"unrouted: {unrouted() - before}\n")
    return code


def unrouted() -> int:
    """How much there was no route for since this network began, of both versions of IP."""
    names, values = (
        line.split() for line in Path("/proc/net/snmp").read_text().splitlines() if "Ip: " in line
    )
    six = re.search(r"Ip6OutNoRoutes\s+(\d+)", Path("/proc/net/snmp6").read_text())
    return int(values[names.index("OutNoRoutes")]) + int(six[1] if six else 0)


@pytest.mark.parametrize(
    "attempt",
    [
        "socket.create_connection(('192.0.2.1', 443))",
        "socket.create_connection(('2001:db8::1', 443))",
        "socket.getaddrinfo('example.org', 443)",
        "socket.socket(type=socket.SOCK_DGRAM).sendto(b'', ('192.0.2.1', 53))",
    ],
)
def test_an_attempt_is_counted(tmp_path, attempt):
    code, _, count = alone(tmp_path, sys.executable, "-c", f"import socket; {attempt}")
    assert code != 0
    assert count > 0


def test_journeys_miss_nothing_and_turn_to_nobody(tmp_path):
    journeys = [f"tests/e2e/{name}" for name in JOURNEYS]
    pytest_ = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *journeys)
    code, output, count = alone(tmp_path, *pytest_)
    assert code == 0, output
    assert f"{len(JOURNEYS)} passed" in output
    assert count == 0
