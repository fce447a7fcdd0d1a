"""What the doctor finds around a store: the disk, memory, packages and settings."""

import shutil
from collections import namedtuple
from importlib import metadata

import pytest

from queries.doctor import machine_checks, package_checks
from queries.doctor.run_checks import run_checks
from queries.runtime import memory_limits
from queries.settings import unknown_variables
from queries.store.layout import StorePath
from tests.support.damage import findings, live


def test_a_disk_without_room_is_found(healthy, monkeypatch):
    usage = namedtuple("usage", "total used free")
    size = sum(p.stat().st_size for p in live(healthy).rglob("*") if p.is_file())
    expected = {size + 10**8: {}, 10**8 - 1: "fail"}
    for free, status in expected.items():
        monkeypatch.setattr(shutil, "disk_usage", lambda _, free=free: usage(0, 0, free))
        by_check = findings(healthy, is_quick=True)
        assert [item[0] for item in by_check.get("disk", [])] == ([status] if status else [])
    monkeypatch.setattr(machine_checks, "FREE_BYTES_MIN", 0)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(0, 0, size - 1))
    ((status, finding),) = findings(healthy, is_quick=True)["disk"]
    assert status == "warning"
    assert finding.startswith("There is no room for a second copy: ")


@pytest.mark.parametrize(
    ("gigabytes", "status"), [(3, "fail"), (5, "warning"), (6, None), (16, None)]
)
def test_memory_is_compared_with_what_duckdb_may_take(healthy, monkeypatch, gigabytes, status):
    monkeypatch.setattr(machine_checks, "machine_bytes", lambda: gigabytes * 1_000_000_000)
    monkeypatch.setenv("CHATSCAPE_MEMORY_GB", "4")
    memory = findings(healthy, is_quick=True).get("memory", [])
    assert [item[0] for item in memory] == ([status] if status else [])


def test_a_container_is_named(healthy, monkeypatch):
    monkeypatch.setattr(machine_checks, "container_limit_bytes", lambda: 1)
    by_check = {
        result.check: result.finding for result in run_checks(StorePath(healthy), is_quick=True)
    }
    assert "the container has 16.0 GB" in by_check["memory"]
    assert memory_limits.container_limit_bytes is not machine_checks.container_limit_bytes


@pytest.mark.parametrize(
    ("requirement", "expected"),
    [
        ("duckdb<2", f"duckdb {metadata.version('duckdb')} is not <2."),
        ("no-such-package>=1", "no-such-package is not installed."),
        (
            "torch==1.0; extra == 'search'",
            f"torch {metadata.version('torch')} is not ==1.0.",
        ),
        ("no-such-package>=1; extra == 'search'", None),
        ("duckdb<2; extra == 'dev'", None),
        ("duckdb<2; python_version < '3'", None),
    ],
)
def test_packages_that_do_not_fit_are_named(healthy, monkeypatch, requirement, expected):
    monkeypatch.setattr(package_checks, "requires", lambda _: [requirement])
    by_check = findings(healthy, is_quick=True)
    assert by_check == ({} if expected is None else {"packages": [("fail", expected)]})


def test_a_python_that_does_not_fit_is_named(healthy, monkeypatch):
    monkeypatch.setattr(package_checks, "metadata", lambda _: {"Requires-Python": ">=4"})
    ((status, finding),) = findings(healthy, is_quick=True)["packages"]
    assert status == "fail"
    assert finding.endswith("is not >=4.")


def test_variables_that_are_no_setting_are_named_with_the_nearest(healthy, monkeypatch):
    monkeypatch.setenv("CHATSCAPE_MEMRY_GB", "2")
    expected = ("warning", "CHATSCAPE_MEMRY_GB is not a setting and does nothing.")
    assert findings(healthy, is_quick=True) == {"settings": [expected]}
    assert unknown_variables({"CHATSCAPE_MEMRY_GB": "", "CHATSCAPE_STORE": "", "PATH": ""}) == [
        "CHATSCAPE_MEMRY_GB is not a setting and does nothing; did you mean CHATSCAPE_MEMORY_GB?"
    ]


def test_a_setting_of_another_kind_fails(healthy, monkeypatch):
    monkeypatch.setenv("CHATSCAPE_LOG", "xml")
    expected = ("fail", "CHATSCAPE_LOG must be text or json; 'xml' is not.")
    assert findings(healthy, is_quick=True) == {"settings": [expected]}
