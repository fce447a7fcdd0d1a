"""What becomes of an audit, by what pip-audit says."""

import json

import pytest

from tests.audit import COMMAND, verdict
from tests.conftest import ROOT

SOUND = {"name": "click", "version": "8.5.1", "vulns": []}
WEAK = {
    "name": "jinja2",
    "version": "2.0",
    "vulns": [
        {"id": "PYSEC-1", "fix_versions": ["2.1", "3.0"]},
        {"id": "PYSEC-2", "fix_versions": []},
    ],
}
SKIPPED = {"name": "chatscape", "skip_reason": "not in the database"}


def report(*packages):
    return json.dumps({"dependencies": packages, "fixes": []})


def test_no_known_weakness_is_well():
    assert verdict(report(SOUND, SKIPPED), "") == (0, "No weakness of 2 packages is known.")


def test_a_weakness_fails_and_says_where_it_is_mended():
    code, said = verdict(report(SOUND, WEAK), "Found 2 known vulnerabilities in 1 package")
    assert code == 1
    assert said.splitlines() == [
        "jinja2 2.0: PYSEC-1, mended in 2.1, 3.0",
        "jinja2 2.0: PYSEC-2, mended in no version yet",
    ]


@pytest.mark.parametrize(
    "complaint",
    [
        "Traceback\n...\nrequests.exceptions.ConnectionError: HTTPSConnectionPool(host='osv')",
        "requests.exceptions.ReadTimeout: HTTPSConnectionPool(host='osv')",
    ],
)
def test_a_database_that_is_not_reached_is_said_and_fails_nothing(complaint):
    code, said = verdict("", complaint)
    assert code == 0
    assert said.startswith("Not audited:")
    assert len(said.splitlines()) == 1


def test_whatever_else_goes_wrong_fails():
    said = "ERROR:pip_audit._cli:invalid requirements input: constraints.txt"
    assert verdict("", said) == (1, f"pip-audit failed: {said}")
    assert verdict("", "")[0] == 1


def test_what_is_audited_is_what_is_installed():
    assert str(ROOT / "constraints.txt") in COMMAND
    assert "python -m tests.audit" in (ROOT / "tests" / "check.sh").read_text()
