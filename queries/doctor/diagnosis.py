"""All checks in order; one that breaks does not keep the others from being made."""

import os
from collections.abc import Callable, Iterator

from queries.doctor import environment, keeping, machine, packages, search, version
from queries.doctor.findings import Finding
from queries.errors import DataError
from queries.layout import StorePath
from queries.settings import Settings

Check = Callable[[], Iterator[Finding]]


def diagnosis(store: StorePath, *, is_quick: bool = False) -> Iterator[Finding]:
    """What is found, check by check; nothing is written to the store.

    Args:
        store: the folder of a store, whatever is in it.
        is_quick: compare sizes and rows of files, not every byte, and do not load the model.
    """
    found = list(_made("version", lambda: version.live_version(store)))
    yield from found
    of_the_store: dict[str, Check] = {
        "register": lambda: keeping.register(store),
        "state": lambda: keeping.state(store),
        "purge": lambda: keeping.purges(store),
        "leftovers": lambda: keeping.leftovers(store),
    }
    if all(finding.status == "ok" for finding in found):
        live = store.current()
        yield from _made("files", lambda: version.tables(live, is_quick=is_quick))
        yield from _made("index", lambda: search.index(live, is_quick=is_quick))
        if not is_quick:
            yield from _made("model", lambda: search.model(live))
        yield from _made("disk", lambda: machine.disk(store))
        yield from _made("licence", lambda: keeping.licence(store))
    if store.path.is_dir():
        for name, check in of_the_store.items():
            yield from _made(name, check)
    yield from _made("memory", lambda: machine.memory(_settings()))
    yield from _made("packages", packages.packages)
    yield from _made("settings", lambda: environment.settings(os.environ))


def _made(name: str, check: Check) -> Iterator[Finding]:
    """What a check finds; where it cannot be made, that."""
    try:
        yield from check()
    except Exception as error:  # noqa: BLE001  whatever it is, the other checks are made
        said = f"This could not be checked ({type(error).__name__})."
        yield Finding(name, "fail", said, "Look at what the other checks say first.")


def _settings() -> Settings:
    try:
        return Settings.from_env()
    except DataError:  # Another check says so.
        return Settings()
