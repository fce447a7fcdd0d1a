"""A stand-in for the SQL worker that tries to leave its sandbox and reports what it reached."""

import json
import os
import socket
import sys
from pathlib import Path

from queries.sql_console import worker

_reached: list[str] = []


def _try_everything(folder: Path, *_: object) -> None:
    store = folder.parent.parent
    port = int((folder / "port").read_text())
    attempts = {
        "/etc/shadow": lambda: Path("/etc/shadow").read_bytes(),
        "/etc/passwd": lambda: Path("/etc/passwd").read_bytes(),
        "the state folder": lambda: list((store / "state").iterdir()),
        "a file of the state": lambda: (store / "state" / "secret").read_bytes(),
        "the environment of the parent": lambda: Path(f"/proc/{os.getppid()}/environ").read_bytes(),
        "the key of the prompt groups": lambda: (store / "prompt-groups.key").read_bytes(),
        "a file beside the store": lambda: (store.parent / "beside").read_bytes(),
        "a TCP socket": lambda: socket.create_connection(("127.0.0.1", port), 5),
    }
    for name, attempt in attempts.items():
        try:
            attempt()
        except OSError:
            continue
        _reached.append(name)
    _reached.extend(f"variable {name}" for name in os.environ if "SECRET" in name)
    _reached.extend(f"import path {path}" for path in sys.path if path in ("", "/"))


worker._open_relations = _try_everything  # type: ignore[assignment]
worker._reply = lambda replies, message: (  # type: ignore[assignment]
    replies.write(json.dumps({**message, "reached": _reached}).encode() + b"\n"),
    replies.flush(),
)

if __name__ == "__main__":
    worker.main()
