"""The Dockerfile and compose.yaml on a real engine: visited, attacked, killed and started again.

One image and one stack serve all tests of the module, in the order of the file: each test leaves
the stack running, and the last ones delete what it holds.
"""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.support.compose_stack import (
    OPERATOR,
    SERVICES,
    URL,
    Stack,
    address_of,
    container,
    port_in_use,
    running_stack,
    status,
    until,
)
from tests.e2e.support.container_engine import (
    IMAGE,
    Engine,
    add_base_images,
    build_image,
    running_engine,
    what_is_missing,
)
from tests.e2e.support.page import figure, go, settled

MISSING = what_is_missing()
pytestmark = [pytest.mark.skipif(MISSING is not None, reason=str(MISSING)), pytest.mark.slow]

LIMIT_BYTES = 2 << 30
OUTSIDE = ("192.0.2.1", 443)
"""An address of the documentation: nobody answers there, and a machine without a way says so."""


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """An engine with the image of the Dockerfile."""
    if (port := port_in_use()) is not None:
        pytest.skip(f"port {port}, which compose.yaml publishes, is in use")
    with running_engine() as engine:
        if (missing := add_base_images(engine)) is not None:
            pytest.skip(missing)
        build_image(engine)
        yield engine


@pytest.fixture(scope="module")
def stack(engine) -> Iterator[Stack]:
    with running_stack(engine, {"CHATSCAPE_CONTAINER_MEMORY": f"{LIMIT_BYTES}"}) as stack:
        yield stack


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Page]:
    """A page of the operator; no error may be on its console."""
    errors: list[str] = []
    credentials = {"username": OPERATOR[0], "password": OPERATOR[1]}
    with browser.new_context(ignore_https_errors=True, http_credentials=credentials) as context:
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        yield page
        expect(page.get_by_test_id("stException")).to_have_count(0)
    assert errors == []


def test_the_image_listens_to_nobody_without_sign_in(engine):
    done = engine.podman("run", "--rm", "--network=none", IMAGE, check=False)
    assert done.returncode == 2
    assert "CHATSCAPE_SIGN_IN=proxy" in done.stderr


def test_own_data_without_a_password_of_its_own_is_refused(stack):
    command = ("run", "--rm", "--no-deps", "prepare")
    done = stack.compose(*command, check=False, CHATSCAPE_DATA=str(Path(__file__).parent))
    assert done.returncode == 2
    assert "CHATSCAPE_DATA needs a password of its own" in done.stdout + done.stderr


def test_prepare_and_index_end_well_without_a_network(stack):
    for service in ("prepare", "index"):
        name = container(service)
        until(lambda name=name: stack.has_ended(name), stack.logs)
        assert stack.engine.inspect(name, "{{.State.ExitCode}}") == "0"
        assert stack.engine.inspect(name, "{{.HostConfig.NetworkMode}}") == "none"


def test_only_who_knows_the_password_comes_in(stack):
    assert status("/") == 401
    assert status("/", (OPERATOR[0], "wrong")) == 401
    assert status("/", ("reader", OPERATOR[1])) == 401
    assert status("/", OPERATOR) == 200
    assert status("/healthz", OPERATOR) == 404


def test_a_person_reads_and_searches(stack, visitor):
    go(visitor, URL)
    expect(figure(visitor, "Conversations")).to_have_text("2,000")
    expect(visitor.locator(".js-plotly-plot").first).to_be_visible()
    go(visitor, f"{URL}/search?q=a+poem&mode=meaning")
    settled(visitor)
    expect(visitor.get_by_role("heading", name="Search").first).to_be_visible()


def test_the_search_by_meaning_and_the_sql_console_work_in_the_container(stack):
    result = stack.execute("app", "chatscape", "search", "a poem", "--mode", "meaning")
    assert result.stdout.strip()
    assert stack.sql("select count(*) as n from conversations") == "2000"


def test_a_forged_name_from_another_container_is_refused(stack):
    app = f"http://{address_of(stack, 'app')}:8501"
    assert stack.attack("inside", f"{app}/", f"{app}/browse") == ["403", "403"]


def test_the_address_of_the_proxy_without_its_secret_is_refused(stack):
    app, proxy = (address_of(stack, name) for name in ("app", "caddy"))
    stack.engine.podman("stop", container("caddy"))
    try:
        assert stack.attack("inside", f"http://{app}:8501/", address=proxy) == ["403"]
    finally:
        stack.engine.podman("start", container("caddy"))
    stack.wait_until_it_answers()


def test_the_dashboard_and_its_metrics_are_not_reached_from_outside(stack):
    for port in (8501, 9100):
        assert status("/", base=f"http://127.0.0.1:{port}") == 0
    app = address_of(stack, "app")
    answers = stack.attack("outside", f"http://{app}:8501/", f"http://{app}:9100/metrics")
    assert answers == ["unreachable", "unreachable"]


def test_nothing_leaves_the_inner_network(stack):
    connect = f"import socket; socket.create_connection({OUTSIDE}, 5)"
    done = stack.execute("app", "python", "-c", connect, check=False)
    assert "Network is unreachable" in done.stderr
    resolve = "import socket; socket.getaddrinfo('example.org', 443)"
    assert stack.execute("app", "python", "-c", resolve, check=False).returncode != 0


def test_only_the_store_and_the_folder_for_what_passes_can_be_written(stack):
    for folder in ("/", "/opt/chatscape", "/etc", "/usr", "/secret", "/var"):
        assert stack.execute("app", "touch", f"{folder}/x", check=False).returncode != 0, folder
    for folder in ("/store", "/tmp"):
        stack.execute("app", "sh", "-c", f"touch {folder}/x && rm {folder}/x")
    assert stack.execute("caddy", "touch", "/etc/x", check=False).returncode != 0


def test_the_dashboard_runs_without_rights(stack):
    lines = stack.execute("app", "cat", "/proc/1/status").stdout.splitlines()
    facts = dict(line.split(":\t", 1) for line in lines)
    assert facts["Uid"].split() == ["10001"] * 4
    for rights in ("CapInh", "CapPrm", "CapEff", "CapBnd"):
        assert int(facts[rights], 16) == 0, rights
    assert facts["NoNewPrivs"] == "1"
    assert facts["Seccomp"] == "2"


def test_the_secret_is_in_no_environment_and_no_log(stack):
    secret = stack.execute("app", "cat", "/secret/proxy").stdout.strip()
    assert len(secret) == 64
    for service in SERVICES:
        assert secret not in stack.engine.podman("inspect", container(service)).stdout
    assert secret not in stack.logs()


def test_a_process_that_takes_too_much_memory_ends_alone(stack):
    where = "/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory.max"
    limits = [stack.execute("app", "cat", path, check=False).stdout.strip() for path in where]
    if str(LIMIT_BYTES) not in limits:
        pytest.skip(f"the control groups of this machine limit no memory: {limits}")
    first = stack.process("app")
    take = f"taken = bytearray({LIMIT_BYTES}); taken[::4096] = b'x' * len(taken[::4096])"
    done = stack.execute("app", "python", "-c", take, check=False)
    assert done.returncode == 128 + signal.SIGKILL
    assert stack.process("app") == first
    assert status("/", OPERATOR) == 200


def ask_until(ended: Event) -> set[int]:
    """The statuses of one request after the other, with one more after the end."""
    statuses = set()
    while not ended.is_set():
        statuses.add(status("/", OPERATOR))
    return statuses | {status("/", OPERATOR)}


def test_while_the_dashboard_starts_again_requests_wait(stack):
    ended = Event()
    with ThreadPoolExecutor() as people:
        answers = people.submit(ask_until, ended)
        try:
            stack.engine.podman("restart", container("app"))
        finally:
            ended.set()
    assert answers.result() == {200}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_that_is_killed_comes_back(stack, service):
    killed = stack.process(service)
    os.kill(killed, signal.SIGKILL)
    until(lambda: stack.process(service) not in (0, killed), stack.logs)
    stack.wait_until_it_answers()


def test_it_stops_at_once_and_starts_on_the_same_volumes(stack):
    secret = stack.execute("app", "cat", "/secret/proxy").stdout
    versions = stack.execute("app", "ls", "/store").stdout
    stack.compose("down")
    stack.up()
    assert stack.execute("app", "cat", "/secret/proxy").stdout == secret
    assert stack.execute("app", "ls", "/store").stdout == versions
    assert stack.sql("select count(*) as n from conversations") == "2000"


def test_what_is_removed_and_purged_by_exec_is_gone_from_the_volume(stack):
    gone = stack.sql("select conversation_id from conversations order by 1 limit 1")
    remove = ("chatscape", "remove", "--ids", "-", "--reason", "a test")
    stack.execute("app", *remove, stdin=f"{gone}\n")
    assert stack.sql("select count(*) as n from conversations") == "1999"
    done = stack.execute("app", "chatscape", "purge")
    assert "Done. The confirmation is /store/state/purges/" in done.stdout
    left = f"select count(*) as n from conversations where conversation_id = '{gone}'"
    assert stack.sql(left) == "0"
    stack.execute("app", "chatscape", "doctor")
    assert status("/", OPERATOR) == 200


def test_the_whole_store_is_deleted_by_exec(stack):
    purge = "chatscape purge --all --yes --confirmation /tmp && cat /tmp/store*.md"
    letter = stack.execute("app", "sh", "-c", purge).stdout
    assert "/store" in letter
    left = stack.execute("app", "find", "/store", "-type", "f").stdout.split()
    assert [path for path in left if not path.endswith("/.lock")] == []
