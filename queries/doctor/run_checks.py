"""Runs all checks in order. A check that crashes does not stop the others."""

import os
from collections.abc import Callable, Iterator

from queries.doctor import (
    index_checks,
    machine_checks,
    package_checks,
    settings_checks,
    state_checks,
    version_checks,
)
from queries.doctor.findings import Finding
from queries.errors import DataError
from queries.settings import Settings
from queries.store.layout import StorePath

Check = Callable[[], Iterator[Finding]]


def run_checks(store: StorePath, *, is_quick: bool = False) -> Iterator[Finding]:
    """Run the checks, and yield their findings as they come. Nothing is written to the store.

    Args:
        store: the folder of a store, in any condition.
        is_quick: compare sizes and row counts of files, not every byte, and do not load the model.
    """
    findings = list(_run("version", lambda: version_checks.check_version(store)))
    yield from findings
    state: dict[str, Check] = {
        "register": lambda: state_checks.check_tombstones(store),
        "state": lambda: state_checks.check_state(store),
        "purge": lambda: state_checks.check_purges(store),
        "leftovers": lambda: state_checks.check_leftovers(store),
    }
    if all(finding.status == "ok" for finding in findings):
        live = store.current()
        yield from _run("files", lambda: version_checks.check_files(live, is_quick=is_quick))
        yield from _run("groups", lambda: version_checks.check_prompt_groups(store, live))
        yield from _run("index", lambda: index_checks.check_index(live, is_quick=is_quick))
        if not is_quick:
            yield from _run("model", lambda: index_checks.check_model(live))
        yield from _run("disk", lambda: machine_checks.check_disk(store))
        yield from _run("licence", lambda: state_checks.check_licence(store))
    if store.path.is_dir():
        for name, check in state.items():
            yield from _run(name, check)
    yield from _run("memory", lambda: machine_checks.check_memory(_settings()))
    yield from _run("packages", package_checks.check_packages)
    yield from _run("settings", lambda: settings_checks.check_settings(os.environ))


def _run(name: str, check: Check) -> Iterator[Finding]:
    """The findings of a check; one failure if it crashes."""
    try:
        yield from check()
    except Exception as error:  # noqa: BLE001  whatever it is, the other checks run
        finding = f"The check crashed ({type(error).__name__})."
        yield Finding(name, "fail", finding, "See the other findings first.")


def _settings() -> Settings:
    try:
        return Settings.from_env()
    except DataError:  # Another check reports it.
        return Settings()
