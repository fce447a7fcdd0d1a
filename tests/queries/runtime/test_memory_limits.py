"""The memory of a container, by files as the kernel writes them."""

from pathlib import Path

import psutil
import pytest

from queries.runtime import memory_limits
from queries.settings import Settings

GIB = 2**30


@pytest.fixture
def cgroups(tmp_path, monkeypatch):
    """Writes a limit of a control group, and says in which groups the process is."""
    monkeypatch.setattr(memory_limits, "CGROUPS", tmp_path / "cgroup")
    monkeypatch.setattr(memory_limits, "OWN_CGROUPS", tmp_path / "own")
    monkeypatch.delenv("CHATSCAPE_MEMORY_GB", raising=False)

    def write(limits: dict[str, object], own: str = "0::/\n") -> None:
        (tmp_path / "own").write_text(own)
        for name, limit in limits.items():
            path: Path = tmp_path / "cgroup" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{limit}\n")

    return write


V1_OWN = "9:memory,cpu:/docker/abc\n4:pids:/docker/abc\n"


@pytest.mark.parametrize(
    ("limits", "own", "expected"),
    [
        ({}, "0::/\n", None),
        ({"memory.max": "max"}, "0::/\n", None),
        ({"memory.max": 2 * GIB}, "0::/\n", 2 * GIB),
        ({"memory.max": "max", "a/memory.max": 3 * GIB}, "0::/a/b\n", 3 * GIB),
        ({"a/memory.max": 3 * GIB, "a/b/memory.max": 5 * GIB}, "0::/a/b\n", 3 * GIB),
        ({"a/memory.max": 3 * GIB}, "0::/other\n", None),
        ({"memory/memory.limit_in_bytes": 9223372036854771712}, V1_OWN, None),
        ({"memory/memory.limit_in_bytes": GIB}, V1_OWN, GIB),
        ({"memory/docker/abc/memory.limit_in_bytes": GIB}, V1_OWN, GIB),
    ],
)
def test_the_limit_of_a_container_is_read(cgroups, limits, own, expected):
    cgroups(limits, own)
    assert memory_limits.container_limit_bytes() == expected


def test_without_a_container_the_machine_is_the_limit(cgroups):
    assert memory_limits.machine_bytes() == psutil.virtual_memory().total


def test_a_system_without_control_groups_has_no_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(memory_limits, "CGROUPS", tmp_path / "none")
    monkeypatch.setattr(memory_limits, "OWN_CGROUPS", tmp_path / "none")
    assert memory_limits.container_limit_bytes() is None


def test_duckdb_takes_half_of_a_small_container_and_never_more_than_usual(cgroups):
    cgroups({"memory.max": 2_000_000_000})
    assert Settings.from_env().memory_gb == 1.0
    cgroups({"memory.max": 64_000_000_000})
    assert Settings.from_env().memory_gb == 4.0


def test_the_setting_holds_in_a_container_too(cgroups, monkeypatch):
    cgroups({"memory.max": 2_000_000_000})
    monkeypatch.setenv("CHATSCAPE_MEMORY_GB", "1.5")
    assert Settings.from_env().memory_gb == 1.5


def test_the_memory_of_the_process_is_what_the_system_says(monkeypatch):
    rss = psutil.Process().memory_info().rss
    assert memory_limits.process_bytes() == pytest.approx(rss, rel=0.05)
    monkeypatch.setattr(memory_limits, "OWN_PAGES", Path("/nowhere"))
    assert memory_limits.process_bytes() >= rss * 0.9
