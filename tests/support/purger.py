"""Purges in processes of their own."""

PURGE_ON_REQUEST = """
import json, os, sys
from pathlib import Path
from queries.store.layout import StorePath
from queries.runtime.progress import Silent
from queries.removal.destroy import destroy
from queries.removal.purge import purge
print("ready", flush=True)
for line in sys.stdin:
    store = Path(line.strip())
    pid = os.fork()
    if not pid:
        purge(StorePath(store), "tester", Silent())
        os._exit(0)
    print(pid, flush=True)
    print(os.waitpid(pid, 0)[1], flush=True)
"""


class Purger:
    """Begins purges in processes of their own, past their imports."""

    def __init__(self, process):
        self._process = process

    def begin(self, store):
        """The number of the process that purges a store."""
        self._process.stdin.write(f"{store}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def ended(self):
        """How the process that was begun ended; 0 when its purge was at its end."""
        return int(self._process.stdout.readline())
