"""The command line, called in this process or in one of its own."""

import subprocess
import sys

from queries.cli import run
from tests.support.paths import ROOT


def command_output(capsys, *arguments: object, code: int = 0) -> str:
    """What a command prints: its output if it succeeds, its errors if it ends with another code."""
    assert run([str(a) for a in arguments]) == code
    captured = capsys.readouterr()
    assert "Traceback" not in captured.err
    return captured.out if code == 0 else captured.err


CHATSCAPE = [sys.executable, "-c", "from queries.cli import main; main()"]


def chatscape(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    command = [*CHATSCAPE, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, **options)  # type: ignore[call-overload]
