"""Other accounts of the machine can read nothing that Chatscape writes."""

import os
from pathlib import Path

from tests.support import server
from tests.support.command_line import chatscape
from tests.support.paths import SAMPLE


def readable_by_others(folder: Path) -> list[str]:
    """The files and folders below a folder that other accounts may use in some way."""
    paths = [folder, *folder.rglob("*")]
    return [str(path) for path in paths if path.lstat().st_mode & 0o077 and not path.is_symlink()]


def test_commands_and_the_server_write_for_their_user_alone(tmp_path):
    folder = tmp_path / "store"
    (tmp_path / "export").mkdir(mode=0o700)
    for arguments in (
        ("prepare", SAMPLE, "--limit", 100, "--store", folder),
        ("index", "--words-only", "--store", folder),
        ("export", tmp_path / "export" / "slice.parquet", "--store", folder),
    ):
        done = chatscape(*arguments, umask=0o022)
        assert done.returncode == 0, done.stderr
    before = os.umask(0o022)
    try:
        with server.serving(folder, tmp_path / "log") as host, server.reading(host) as page:
            server.opened(page, "")
    finally:
        os.umask(before)
    assert readable_by_others(folder) == []
    assert readable_by_others(tmp_path / "export") == []
