"""The image of the Dockerfile, made without an engine, and run as compose.yaml runs it."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.browsing import free_port, wait_until_healthy
from tests.imaging import USER, Image, made, steps, wheel_folders

pytestmark = [
    pytest.mark.skipif(
        not sys.platform.startswith("linux") or os.geteuid() != 0,
        reason="roots of their own are made by root on Linux",
    ),
    pytest.mark.slow,
]

STOP_SECONDS = 10


@pytest.fixture(scope="module")
def image(tmp_path_factory) -> Image:
    # An empty TORCH is the build that this machine's installers find: on a machine that has the one
    # for the CPU lying there, nothing large is fetched.
    wheels = wheel_folders()
    try:
        return made(
            tmp_path_factory.mktemp("image"),
            TORCH="" if wheels else "cpu",
            UV_FIND_LINKS=",".join(wheels),
        )
    except AssertionError as error:
        if "Failed to fetch" in str(error):
            pytest.skip("what the image is made of cannot be fetched here")
        raise


@pytest.fixture
def store(tmp_path) -> Path:
    """A volume as it is when new: of the user of the image."""
    folder = tmp_path / "store"
    folder.mkdir()
    os.chown(folder, USER, USER)
    return folder


def raw_sample(image: Image) -> str:
    """Where the bundled sample is in the image."""
    found = next((image.folder / "opt").rglob("assets/sample/sample.parquet"))
    return f"/{found.relative_to(image.folder)}"


def ran(image: Image, store: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = image.command(*arguments, store=store)
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_only_the_store_and_the_folder_for_what_passes_can_be_written(image, store):
    for place in ("/", "/opt/chatscape", "/etc", "/usr", "/source"):
        assert ran(image, store, "touch", f"{place}/x").returncode != 0, place
    for place in ("/store", "/tmp"):
        assert ran(image, store, "touch", f"{place}/x").returncode == 0, place
    said = ran(image, store, "id", "-u").stdout
    assert said.strip() == str(USER) == image.facts["USER"].partition(":")[0]


def test_the_image_listens_to_nobody_without_sign_in(image, store):
    (entry,), command = json.loads(image.facts["ENTRYPOINT"]), json.loads(image.facts["CMD"])
    done = ran(image, store, entry, *command)
    assert done.returncode == 2
    assert "CHATSCAPE_SIGN_IN=proxy" in done.stderr


def test_the_container_prepares_serves_answers_for_its_health_and_stops(image, store, tmp_path):
    done = ran(image, store, "chatscape", "prepare", raw_sample(image), "--store", "/store")
    assert done.returncode == 0, done.stderr
    assert (
        ran(image, store, "chatscape", "index", "--words-only", "--store", "/store").returncode == 0
    )

    port, log = free_port(), tmp_path / "log"
    image.env |= {"CHATSCAPE_STORE": "/store", "CHATSCAPE_SIGN_IN": "proxy"}
    listen = ("--host", "0.0.0.0", "--port", str(port), "--allowed-host", "localhost")
    serve = ("chatscape", "serve", *listen)
    with log.open("w") as out:
        process = subprocess.Popen(image.command(*serve, store=store), stdout=out, stderr=out)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_healthy(url, process, log.read_text)
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(url)
        assert is_healthy(image, store, port)
        assert not is_healthy(image, store, free_port())
        with connect(
            f"ws://localhost:{port}/_stcore/stream",
            origin=Origin(f"http://localhost:{port}"),
            additional_headers=PERSON,
        ) as open_page:
            os.kill(first_process(process.pid), signal.SIGTERM)
            assert process.wait(STOP_SECONDS) == 0
            open_page.close()
    finally:
        if process.poll() is None:
            os.kill(first_process(process.pid), signal.SIGKILL)
            process.wait()
    assert "Traceback" not in log.read_text()


PERSON = {"X-Chatscape-User": "somebody"}


def is_healthy(image: Image, store: Path, port: int) -> bool:
    """What HEALTHCHECK says of a server at a port."""
    check = json.loads(image.facts["HEALTHCHECK"].partition("CMD")[2])
    return ran(image, store, *(part.replace(":8501", f":{port}") for part in check)).returncode == 0


def first_process(unshare: int) -> int:
    """The process that is the first in its container, which an engine sends its signals to."""
    children = Path(f"/proc/{unshare}/task/{unshare}/children").read_text().split()
    return int(children[0])


def test_the_model_for_search_is_in_the_image(image, store):
    load = (
        "from queries.search.embedder import SentenceEmbedder as E; from queries.settings import *;"
        "print(E(Settings().model, 'cpu').question('a question').shape)"
    )
    done = ran(image, store, "python", "-c", load)
    assert done.stdout.strip() == "(384,)", done.stderr


def test_the_console_for_sql_works_in_the_image(image, store):
    raw = raw_sample(image)
    assert ran(image, store, "chatscape", "prepare", raw, "--store", "/store").returncode == 0
    asked = ("select count(*) as n from conversations", "--store", "/store", "--format", "csv")
    done = ran(image, store, "chatscape", "sql", *asked)
    assert done.stdout.split() == ["n", "2000"], done.stderr


def test_every_instruction_is_one_that_is_followed_or_looked_at_here():
    assert {name for name, _ in steps()} == {
        *("FROM", "ARG", "RUN", "WORKDIR", "COPY", "LABEL", "ENV"),
        *("USER", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD"),
    }
