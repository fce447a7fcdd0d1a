"""What `make` does."""

import subprocess

import pytest

from tests.support.paths import ROOT


@pytest.mark.parametrize(
    ("target", "is_removed"), [("run", True), ("index", True), ("test", False)]
)
def test_uv_takes_no_room_where_nobody_needs_it_again(target, is_removed):
    command = ["make", "--dry-run", "--always-make", target]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    installations = [line for line in done.stdout.splitlines() if "uv pip install" in line]
    assert installations
    assert all(("pip uninstall -q -y uv" in line) == is_removed for line in installations)
