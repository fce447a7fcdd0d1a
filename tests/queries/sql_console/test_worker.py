"""The SQL worker as the product starts it: its sandbox, its paths, and how it fails."""

import shutil
import socket
import sys

import pytest

from queries.cli import run
from queries.sql_console import worker_client
from queries.sql_console.errors import SqlFailedError
from queries.sql_console.sandbox import landlock_version
from queries.sql_console.worker_client import Limits, Worker


@pytest.mark.skipif(landlock_version() < 4, reason="this kernel cannot block network access")
@pytest.mark.parametrize("extra_path", ["nothing", "root", "parent of the store"])
def test_the_worker_reaches_nothing_but_its_version(tmp_path, monkeypatch, extra_path):
    version = tmp_path / "store" / "versions" / "v"
    version.mkdir(parents=True)
    (tmp_path / "store" / "state").mkdir()
    (tmp_path / "store" / "state" / "secret").write_text("secret")
    (tmp_path / "store" / "prompt-groups.key").write_bytes(bytes(32))
    (tmp_path / "beside").write_text("secret")
    paths = {"nothing": [], "root": ["/"], "parent of the store": [str(tmp_path)]}[extra_path]
    monkeypatch.setattr(sys, "path", [*sys.path, *paths])
    monkeypatch.setenv("CHATSCAPE_OPENID_CLIENT_SECRET", "secret")
    monkeypatch.setattr(worker_client, "WORKER_MODULE", "tests.support.sandbox_probe")
    with socket.create_server(("127.0.0.1", 0)) as server:
        (version / "port").write_text(str(server.getsockname()[1]))
        worker = Worker(version, 0.5)
        try:
            report = worker._read_line(60, lambda _: None)
        finally:
            worker.kill()
    assert report == {"ready": True, "reached": []}


@pytest.mark.parametrize(
    ("folder", "option", "variable"),
    [
        ("rel", ["--store", "rel"], None),
        ("rel", ["--store", "./rel/../rel"], None),
        ("rel", [], "rel"),
        ("store", [], None),
    ],
    ids=["option", "dotted option", "environment", "default"],
)
def test_a_relative_store_works(
    capsys, tiny_folder, tmp_path, monkeypatch, folder, option, variable
):
    shutil.copytree(tiny_folder, tmp_path / folder)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CHATSCAPE_STORE", raising=False)
    if variable:
        monkeypatch.setenv("CHATSCAPE_STORE", variable)
    assert run(["sql", "select 1 as one", *option]) == 0
    assert capsys.readouterr().out.split() == ["one", "---", "1"]


def test_a_worker_that_cannot_start_says_so(tmp_path):
    worker = Worker(tmp_path / "no" / "versions" / "v", 0.5)
    try:
        with pytest.raises(SqlFailedError, match=r"^The SQL worker process could not start\."):
            worker.run({"sql": "select 1"}, None, Limits(), lambda _: None)
    finally:
        worker.kill()
