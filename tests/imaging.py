"""What an engine does with the Dockerfile, by the kernel alone: its steps in a root of their own.

The system and its Python are those of this machine instead of the base image, read-only; both
stages share one root. What the steps write is in the folder of the image.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

from tests.conftest import ROOT

USER = 10_001
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
"""Whom this machine trusts; installers that bring a list of their own are told."""

PASSED_ON = re.compile(r"(?i)PIP_|UV_|SSL_CERT_|https?_proxy|no_proxy")
"""Settings of this machine's installers, without which they may find nothing."""

MOUNTS = """
mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs "$IMAGE/root"
cd "$IMAGE/root"
mkdir -p usr proc dev tmp etc opt source store run
for name in bin sbin lib lib64; do
    if [ -L "/$name" ]; then cp -P "/$name" "$name"; elif [ -d "/$name" ]; then
        mkdir "$name"; mount --bind -o ro "/$name" "$name"; fi
done
mount --bind -o ro /usr usr
mount --rbind /dev dev
mount -t proc proc proc
mount -t tmpfs -o mode=1777 tmpfs tmp
for name in etc opt source store; do mount --bind "$IMAGE/$name" "$name"; done
mount -o remount,bind,ro source
for path in $SEEN; do mkdir -p "./$path"; mount --bind -o ro "$path" "./$path"; done
"""

READ_ONLY = """
for name in etc opt; do mount -o remount,bind,ro "$name"; done
mount -o remount,ro .
"""


@dataclass
class Image:
    """An image that is being made, or was.

    Attributes:
        folder: what the steps wrote: `opt`, `etc` and so on.
        facts: what its last stage says of it: the arguments of ENTRYPOINT, USER and so on.
        env: its variables.
    """

    folder: Path
    facts: dict[str, str] = field(default_factory=dict)
    env: dict[str, str] = field(default_factory=dict)

    def command(self, *arguments: str, store: Path) -> list[str]:
        """What runs a command as a container does that can write to nothing but /store and /tmp."""
        drop = [
            *("setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"),
            *("--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"),
        ]
        variables = [f"{name}={value}" for name, value in self.env.items()]
        bind = f'mount --bind {shlex.quote(str(store))} "$IMAGE/root/store"'
        inside = [*drop, "env", "-i", *variables, *arguments]
        return _in_root(self.folder, f"{bind}\n{READ_ONLY}", inside)


def wheel_folders() -> list[str]:
    """Where pip looks for wheels on this machine besides the usual registry."""
    if "PIP_FIND_LINKS" in os.environ:
        return os.environ["PIP_FIND_LINKS"].split()
    asked = [sys.executable, "-m", "pip", "config", "get", "global.find-links"]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.split()


def steps() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile and their arguments."""
    text = re.sub(r"(?m)^#.*\n", "", (ROOT / "Dockerfile").read_text()).replace("\\\n", " ")
    return [tuple(line.split(maxsplit=1)) for line in text.splitlines() if line]  # type: ignore[misc]


def context(folder: Path) -> None:
    """Copy what .dockerignore lets through, and let nobody write to it."""
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    left_out = [line for line in lines if line[:1] not in ("", "#", "!", "*") or "**" in line]

    def ignored(path: str, names: list[str]) -> list[str]:
        at = Path(path).relative_to(ROOT)
        return [
            name
            for name in names
            if any(
                fnmatch(name, one.removeprefix("**/")) or str(at / name) == one for one in left_out
            )
        ]

    for name in (line[1:] for line in lines if line.startswith("!")):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, folder / name)
    subprocess.run(["chmod", "-R", "a-w", str(folder)], check=True)


def made(folder: Path, **arguments: str) -> Image:
    """Follow the Dockerfile.

    Raises:
        AssertionError: a step failed; with what it said.
    """
    image = Image(folder)
    for name in ("root", "opt", "source", "store"):
        (folder / name).mkdir()
    shutil.copytree("/etc", folder / "etc", symlinks=True, ignore_dangling_symlinks=True)
    _forget_people(folder / "etc")
    context(folder / "source")
    env = {name: value for name, value in os.environ.items() if PASSED_ON.match(name)}
    env |= {
        "PATH": f"{sys.base_prefix}/bin:/etc/named:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
    }
    if Path(CERTIFICATES).exists():
        env.setdefault("SSL_CERT_FILE", CERTIFICATES)
    # The base image has its interpreter by this name; a system may have it as python3 alone.
    (folder / "etc" / "named").mkdir()
    (folder / "etc" / "named" / "python").symlink_to(f"{sys.base_prefix}/bin/python3")
    workdir = "/"
    for instruction, argument in steps():
        if instruction == "FROM":
            image.facts, image.env, workdir = {}, {}, "/"
        elif instruction == "RUN":
            command = f"cd {workdir} && {argument}"
            variables = [f"{name}={value}" for name, value in (env | arguments).items()]
            step = _in_root(folder, "", ["env", "-i", *variables, "sh", "-c", command])
            done = subprocess.run(step, capture_output=True, text=True, check=False)
            assert done.returncode == 0, f"{argument}\n{done.stdout}\n{done.stderr}"
        elif instruction == "WORKDIR":
            workdir = argument
        elif instruction == "ENV":
            for pair in shlex.split(argument):
                name, _, value = pair.partition("=")
                image.env[name] = value.replace("$PATH", env["PATH"])
        else:
            image.facts[instruction] = argument
    return image


def _forget_people(etc: Path) -> None:
    """Leave the users of the system alone, as in the base image."""
    for name in ("passwd", "group"):
        lines = (etc / name).read_text().splitlines(keepends=True)
        kept = [line for line in lines if int(line.split(":")[2]) < 1_000]
        (etc / name).write_text("".join(kept))


def _in_root(folder: Path, further: str, command: list[str]) -> list[str]:
    """What runs a command as the first process of a root of its own."""
    find_links = wheel_folders()
    seen = " ".join([sys.base_prefix, *(path for path in find_links if Path(path).is_dir())])
    seen = "" if sys.base_prefix == "/usr" and not find_links else seen.replace("/usr ", "")
    settings = f"IMAGE={shlex.quote(str(folder))}; SEEN={shlex.quote(seen)}"
    script = f'set -eu\n{settings}\n{MOUNTS}\n{further}\nexec chroot . "$@"'
    return [
        "unshare",
        "--mount",
        "--pid",
        "--fork",
        "--kill-child",
        "sh",
        "-c",
        script,
        "sh",
        *command,
    ]
