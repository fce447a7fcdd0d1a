"""What a process that runs statements of people gives up: files, the network, much memory.

DuckDB's locked settings keep a statement from files. Should one get past them, the kernel stands
behind: Landlock (Linux 5.13 and later; without it the rest still holds) and limits of resources.
"""

import ctypes
import os
import resource
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_PATH_BENEATH = 1
_READ = 1 << 2 | 1 << 3  # files and folders
_NO_NEW_PRIVILEGES = 38

_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 5: 16}
"""How many rights to files each version of Landlock knows; all are taken away."""

_OF_THE_SYSTEM = (
    *("/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/proc/self"),
    *("/proc/meminfo", "/proc/cpuinfo", "/proc/stat", "/sys/fs/cgroup", "/sys/devices/system/cpu"),
    *("/dev/null", "/dev/urandom"),
)


class _Rules(ctypes.Structure):
    _fields_ = (
        ("files", ctypes.c_uint64),
        ("network", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def landlock_version() -> int:
    """The version of Landlock that this kernel offers; 0 where it has none."""
    if not sys.platform.startswith("linux"):
        return 0
    return max(0, int(_libc().syscall(_CREATE_RULESET, None, 0, 1)))


def confine_files(readable: Iterable[Path]) -> bool:
    """Let this process, and what it starts, read some files and reach nothing else.

    To be called before threads are started: they would stay as they are.

    Args:
        readable: files and folders; the interpreter's and the system's own are added.

    Returns:
        Whether it is so; else the kernel has no Landlock.
    """
    version = landlock_version()
    if not version:
        return False
    libc = _libc()
    rights = max(count for known, count in _FILE_RIGHTS.items() if known <= version)
    rules = _Rules(
        files=(1 << rights) - 1,
        network=0b11 if version >= 4 else 0,  # to listen, and to connect
        scoped=0b11 if version >= 6 else 0,  # sockets and signals of others
    )
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = _checked(libc.syscall(_CREATE_RULESET, ctypes.byref(rules), size, 0))
    own = (sys.prefix, sys.base_prefix, sys.exec_prefix, *filter(None, sys.path))
    for path in {*map(str, readable), *own, *_OF_THE_SYSTEM}:
        _allow(libc, ruleset, path)
    _checked(libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    _checked(libc.syscall(_RESTRICT_SELF, ruleset, 0))
    os.close(ruleset)
    return True


def limit_resources(memory_gb: float, seconds: float) -> None:
    """Keep this process from writing files, taking more memory, or computing on and on.

    Args:
        memory_gb: what it may take besides what it has now.
        seconds: of computing, from now; 0 for any.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    taken = _data_bytes()
    if taken:
        most = taken + int(memory_gb * 1e9)
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    if seconds:
        used = resource.getrusage(resource.RUSAGE_SELF)
        most = int(used.ru_utime + used.ru_stime + seconds) + 5
        resource.setrlimit(resource.RLIMIT_CPU, (most, most))


def give_way() -> None:
    """Let everything else go first: the processors, and memory when there is none left."""
    os.nice(10)
    with suppress(OSError), Path("/proc/self/oom_score_adj").open("w") as score:
        score.write("1000")


def _allow(libc: ctypes.CDLL, ruleset: int, path: str) -> None:
    try:
        parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    rights = _READ if os.path.isdir(path) else 1 << 2  # noqa: PTH112
    rule = _Beneath(allowed=rights, parent=parent)
    _checked(libc.syscall(_ADD_RULE, ruleset, _PATH_BENEATH, ctypes.byref(rule), 0))
    os.close(parent)


def _data_bytes() -> int:
    """Private memory that this process has asked for; 0 where it cannot be told."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(one.split()[1]) * 1024 for one in lines if one.startswith("VmData:")), 0)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _checked(result: int) -> int:
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return result
