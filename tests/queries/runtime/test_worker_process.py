"""A worker process gives way to pages from its first moment."""

import os
import subprocess

from queries.runtime.worker_process import NICE, start_worker_process

MODULE = """
import os
AT_IMPORT = os.nice(0)

def say(text):
    print(AT_IMPORT, os.nice(0), text)
"""


def test_a_worker_has_its_niceness_before_it_imports_anything(tmp_path, monkeypatch):
    (tmp_path / "module_of_a_worker.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    worker = start_worker_process("module_of_a_worker", "say", "hello", stdout=subprocess.PIPE)
    nice = min(os.nice(0) + NICE, 19)
    assert worker.communicate()[0].decode().split() == [str(nice), str(nice), "hello"]
