"""Known weaknesses of the pinned packages, where the database of them can be reached."""

import json
import re
import subprocess
import sys

from tests.support.paths import ROOT

COMMAND = (
    *(sys.executable, "-m", "pip_audit", "--requirement", str(ROOT / "constraints.txt")),
    *("--no-deps", "--disable-pip", "--vulnerability-service", "osv"),
    *("--format", "json", "--progress-spinner", "off"),
)
"""Asks for each package and version that is pinned, and installs nothing."""

UNREACHED = re.compile(
    r"(ConnectionError|ConnectTimeout|ReadTimeout|ProxyError|SSLError|HTTPError)\b"
)


def verdict(report: str, complaint: str) -> tuple[int, str]:
    """What came of an audit.

    Args:
        report: what pip-audit wrote, as JSON; empty if it came to none.
        complaint: what else it said.

    Returns:
        The exit code, and a line for each weakness or one sentence.
    """
    if report.strip():
        packages = json.loads(report)["dependencies"]
        weak = [
            f"{package['name']} {package['version']}: {weakness['id']}, mended in "
            f"{', '.join(weakness['fix_versions']) or 'no version yet'}"
            for package in packages
            for weakness in package.get("vulns", [])
        ]
        known = f"No weakness of {len(packages)} packages is known."
        return (1, "\n".join(weak)) if weak else (0, known)
    last = (complaint.strip().splitlines() or ["it said nothing"])[-1]
    if UNREACHED.search(last):
        return 0, "Not audited: the database of known weaknesses cannot be reached from here."
    return 1, f"pip-audit failed: {last}"


def main() -> int:
    """Look them up, and say what was found."""
    done = subprocess.run(COMMAND, capture_output=True, text=True, check=False)
    code, message = verdict(done.stdout, done.stderr)
    sys.stdout.write(f"{message}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
