"""Index builds in a process of their own, which die at a write."""

import os
import signal
import subprocess
import sys

_BUILD = """
import os, signal, sys
from pathlib import Path
from queries.store.layout import StorePath
from queries.prepare.index import distinct_prompts, quick_step, token_vectors
from queries.prepare.index.build import build_index
from queries.runtime.progress import Silent
from tests.support import fake_embedder
distinct_prompts.BUCKET_PROMPTS = 20
token_vectors.PART_TOKENS = 8
quick_step._seconds_per_prompt = lambda *_: 100.0
written, sync = 0, os.fsync

def sync_or_die(descriptor):
    global written
    sync(descriptor)
    written += 1
    print(os.path.basename(os.readlink(f"/proc/self/fd/{descriptor}")), flush=True)
    if written == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

os.fsync = sync_or_die
embedder = getattr(fake_embedder, sys.argv[3])()
build_index(StorePath(Path(sys.argv[1])), embedder, Silent())
"""


def killed_at(write, store, model="DictionaryEmbedder"):
    """What a build wrote until it died at a write; 0 for never."""
    command = [sys.executable, "-c", _BUILD, str(store.path), str(write), model]
    # No cache: every run writes the same.
    environment = os.environ | {"XDG_CACHE_HOME": os.devnull}
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False, env=environment)
    assert done.returncode == (-signal.SIGKILL if write else 0)
    return done.stdout.split()
