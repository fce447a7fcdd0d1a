"""Podman with a storage of its own, and the base images that the Dockerfile and compose.yaml name.

Nothing of a developer's own images, containers and networks is seen or touched.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.paths import ROOT

IMAGE = "chatscape"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
ENGINE_SECONDS = 900
"""Longest time of a command of the engine; it is there for a command that hangs."""

CONTAINERS_CONF = """
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
tmp_dir = "{folder}/tmp"
[network]
network_backend = "netavark"
network_config_dir = "{folder}/networks"
"""

STORAGE_CONF = """
[storage]
driver = "overlay"
graphroot = "{folder}/graph"
runroot = "{folder}/run"
"""

MADE_PYTHON = """
FROM scratch
ADD system.tar /
COPY certificates.crt /etc/ssl/certs/ca-certificates.crt
ENV PIP_FIND_LINKS="{wheels}" UV_FIND_LINKS="{wheels}" UV_SYSTEM_CERTS=true
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt UV_NATIVE_TLS=true
"""

MADE_CADDY = """
FROM {python}
ENV XDG_CONFIG_HOME=/config XDG_DATA_HOME=/data
"""


@dataclass(frozen=True)
class Engine:
    """Podman.

    Attributes:
        folder: where it keeps images, containers, volumes and networks.
        environment: variables that make podman use that folder.
    """

    folder: Path
    environment: Mapping[str, str]

    def podman(
        self, *arguments: str, check: bool = True, stdin: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run podman.

        Raises:
            AssertionError: it failed, and `check` is set; with its output.
        """
        done = subprocess.run(
            ["podman", *arguments],
            cwd=self.folder,  # The monitor of a container writes a file there.
            env=os.environ | self.environment,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            check=False,
            timeout=ENGINE_SECONDS,
        )
        if check:
            assert done.returncode == 0, f"podman {arguments}\n{done.stdout}\n{done.stderr}"
        return done

    def inspect(self, name: str, template: str) -> str:
        """A fact about a container or an image, by a Go template such as `{{.State.Pid}}`."""
        return self.podman("inspect", "--format", template, name).stdout.strip()


def what_is_missing() -> str | None:
    """What this machine lacks to run containers, as the reason of a skipped test."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        return "containers are run by root on Linux"
    for program in ("podman", "runc", "catatonit", "podman-compose"):
        if shutil.which(program, path=_search_path()) is None:
            return f"there is no {program}: run tests/tools/install_podman.sh"
    return None


@contextmanager
def running_engine() -> Iterator[Engine]:
    """An engine without an image; all that it made is deleted at the end."""
    # The folders of pytest can be too long. Podman takes no `--runroot` of more than 50 characters,
    # and the monitor of a container passes it to the process that starts the container again.
    folder = Path(tempfile.mkdtemp(prefix="engine-", dir="/tmp"))
    environment = {"PATH": _search_path()}
    for variable, name, text in (
        ("CONTAINERS_CONF", "containers.conf", CONTAINERS_CONF),
        ("CONTAINERS_STORAGE_CONF", "storage.conf", STORAGE_CONF),
    ):
        (folder / name).write_text(text.format(folder=folder))
        environment[variable] = str(folder / name)
    engine = Engine(folder, environment)
    try:
        yield engine
    finally:
        engine.podman("rm", "--all", "--force", "--time", "0", check=False)
        engine.podman("network", "prune", "--force", check=False)
        shutil.rmtree(folder, ignore_errors=True)


def add_base_images(engine: Engine) -> str | None:
    """Pull the base images, or make them of Debian's packages where no registry can be reached.

    Returns:
        None; or, if neither is possible, what this machine lacks.
    """
    python = _named("Dockerfile", r"^FROM (\S+) AS")
    caddy = _named("compose.yaml", r"image: (caddy\S+)")
    pulled = [engine.podman("pull", "--quiet", name, check=False) for name in (python, caddy)]
    if all(pull.returncode == 0 for pull in pulled):
        return None
    context = engine.folder / "base"
    context.mkdir()
    packages = "python3,python3-venv,python3-pip,python-is-python3,ca-certificates,caddy"
    if shutil.which("mmdebstrap") is None:
        return "no registry can be reached, and there is no mmdebstrap to make base images"
    system = ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={packages}", "bookworm"]
    completed = subprocess.run(
        [*system, str(context / "system.tar")], capture_output=True, text=True, check=False
    )
    if completed.returncode != 0:
        return f"neither a registry nor Debian's packages can be reached: {completed.stderr[-300:]}"
    shutil.copy(CERTIFICATES, context / "certificates.crt")
    wheels = " ".join(wheel_folders())
    _build(engine, context, python, MADE_PYTHON.format(wheels=wheels))
    _build(engine, context, caddy, MADE_CADDY.format(python=python))
    shutil.rmtree(context)
    return None


def build_image(engine: Engine) -> None:
    """Build the Dockerfile.

    Raises:
        AssertionError: a step failed; with its output.
    """
    # An empty TORCH is the build that this machine's folder of wheels has: nothing large comes.
    wheels = wheel_folders()
    volumes = [f"--volume={folder}:{folder}:ro" for folder in wheels]
    settings = ["--layers=false", "--isolation=chroot", "--network=host", "--format=docker"]
    torch = f"TORCH={'' if wheels else 'cpu'}"
    engine.podman("build", *settings, *volumes, "--build-arg", torch, "--tag", IMAGE, str(ROOT))


def wheel_folders() -> list[str]:
    """Where pip looks for wheels on this machine besides the usual registry."""
    locations = os.environ.get("PIP_FIND_LINKS")
    if locations is None:
        command = [sys.executable, "-m", "pip", "config", "get", "global.find-links"]
        locations = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return [location for location in locations.split() if Path(location).is_dir()]


def _build(engine: Engine, context: Path, name: str, recipe: str) -> None:
    (context / "Containerfile").write_text(recipe)
    settings = ["--isolation=chroot", "--format=docker", "--file", str(context / "Containerfile")]
    engine.podman("build", *settings, "--tag", f"docker.io/library/{name}", str(context))


def _named(file: str, pattern: str) -> str:
    match = re.search(pattern, (ROOT / file).read_text(), re.M)
    assert match, f"{file} names no image as expected"
    return match[1]


def _search_path() -> str:
    """Podman-compose is in the environment of the tests; catatonit is in no usual folder."""
    beside_python = str(Path(sys.executable).parent)
    return f"{beside_python}:{os.environ['PATH']}:/usr/sbin:/sbin:/usr/libexec/podman"
