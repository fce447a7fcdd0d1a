"""The sandbox of a SQL worker: no other files, no network, limited memory and running time.

DuckDB's locked settings keep a statement away from files. If one gets past them, the kernel stops
it: with Landlock (Linux 5.13 and later; the rest holds without it) and with resource limits.
"""

import ctypes
import os
import resource
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_PATH_BENEATH = 1
_READ = 1 << 2 | 1 << 3  # files and folders
_NO_NEW_PRIVILEGES = 38

_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 5: 16}
"""The number of file access rights in each version of Landlock; all of them are restricted."""

_SYSTEM_PATHS = (
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
    """The version of Landlock in this kernel; 0 if there is none."""
    if not sys.platform.startswith("linux"):
        return 0
    return max(0, int(_libc().syscall(_CREATE_RULESET, None, 0, 1)))


def restrict_files(readable: Iterable[Path], hidden: Path | None = None) -> bool:
    """Restrict this process and its children to reading some files.

    Call it before threads are started: threads that are running are not restricted.

    Args:
        readable: files and folders; those of the interpreter and the system are added.
        hidden: a folder of which nothing but `readable` may be read. An import path that contains
            it is replaced by the packages of Chatscape in it.

    Returns:
        False if the kernel has no Landlock.
    """
    version = landlock_version()
    if not version:
        return False
    libc = _libc()
    rights = max(count for known, count in _FILE_RIGHTS.items() if known <= version)
    rules = _Rules(
        files=(1 << rights) - 1,
        network=0b11 if version >= 4 else 0,  # to listen and to connect
        scoped=0b11 if version >= 6 else 0,  # sockets and signals of other processes
    )
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = _checked(libc.syscall(_CREATE_RULESET, ctypes.byref(rules), size, 0))
    for path in {*map(str, readable), *_import_paths(hidden), *_SYSTEM_PATHS}:
        _allow(libc, ruleset, path)
    _checked(libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0))
    _checked(libc.syscall(_RESTRICT_SELF, ruleset, 0))
    os.close(ruleset)
    return True


def _import_paths(hidden: Path | None) -> Iterator[str]:
    """The folders of the interpreter and its packages, but never one that contains `hidden`."""
    for path in (sys.prefix, sys.base_prefix, sys.exec_prefix, *filter(None, sys.path)):
        folder = Path(path).resolve()
        if folder == Path("/") or (hidden is not None and hidden.resolve().is_relative_to(folder)):
            yield from (str(folder / name) for name in ("queries", "assets"))
        else:
            yield path


def limit_resources(memory_gb: float, seconds: float) -> None:
    """Keep this process from writing files, and limit its memory and processor time.

    Args:
        memory_gb: the memory it may allocate besides what it has now, in gigabytes.
        seconds: the processor time from now on; 0 for no limit.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    added = int(memory_gb * 1e9)
    # An allocator may map memory over pages that it reserved before, which the limit of data does
    # not count; the reservation itself counts as address space.
    for kind, field in ((resource.RLIMIT_DATA, "VmData"), (resource.RLIMIT_AS, "VmSize")):
        allocated = _memory_bytes(field)
        if allocated:
            resource.setrlimit(kind, (allocated + added, allocated + added))
    if seconds:
        used = resource.getrusage(resource.RUSAGE_SELF)
        limit = int(used.ru_utime + used.ru_stime + seconds) + 5
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))


def lower_priority() -> None:
    """Yield the processor to other processes, and be the first to be killed if memory runs out."""
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


def _memory_bytes(field: str) -> int:
    """A figure of `/proc/self/status`, such as `VmData`, in bytes; 0 if unknown."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{field}:")), 0)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _checked(result: int) -> int:
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return result
