"""What becomes of an audit, by what pip-audit says."""

import json

import pytest

from tests.support.paths import ROOT
from tests.tools.audit import COMMAND, verdict

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
    code, message = verdict(report(SOUND, WEAK), "Found 2 known vulnerabilities in 1 package")
    assert code == 1
    assert message.splitlines() == [
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
def test_an_unreachable_database_is_reported_and_fails_nothing(complaint):
    code, message = verdict("", complaint)
    assert code == 0
    assert message.startswith("Not audited:")
    assert len(message.splitlines()) == 1


def test_whatever_else_goes_wrong_fails():
    error = "ERROR:pip_audit._cli:invalid requirements input: constraints.txt"
    assert verdict("", error) == (1, f"pip-audit failed: {error}")
    assert verdict("", "")[0] == 1


def test_what_is_audited_is_what_is_installed():
    assert str(ROOT / "constraints.txt") in COMMAND
    assert "python -m tests.tools.audit" in (ROOT / "tests" / "check.sh").read_text()
