"""Commands that take conversations out of a store."""

import sys
from pathlib import Path

import click

from queries.cli.options import store_option
from queries.cli.progress import shown_progress


@click.command()
@click.option(
    "--ids",
    "file",
    required=True,
    type=click.Path(path_type=Path, allow_dash=True),
    help="A text file (.txt) with an id a line, or an export with ids; - reads lines from input.",
)
@click.option("--reason", required=True, help="Why; kept with the ids, and in the confirmation.")
@click.option("--allow-absent", is_flag=True, help="Also ids that are not in this store.")
@store_option
def remove(file: Path, reason: str, allow_absent: bool, store: Path) -> None:
    """Hide conversations at once and for good: from every page, count, search and export.

    Whoever has the store open sees them no more, and a later prepare leaves them out. Their bytes
    stay until you run: chatscape purge

    Example: chatscape remove --ids ids.txt --reason "asked for by the owner"
    """
    from queries.layout import StorePath
    from queries.licence import user
    from queries.removal.listed import lines_of, listed_ids
    from queries.removal.remove import remove as remove_ids

    is_input = str(file) == "-"
    ids = lines_of(_input_text()) if is_input else listed_ids(file)
    done = remove_ids(StorePath(store), ids, reason, user(), may_be_absent=allow_absent)
    click.echo(f"Removed: {done.new:,} conversations. They are hidden everywhere from now on.")
    if done.known:
        click.echo(f"Removed before: {done.known:,}.")
    if done.absent:
        click.echo(f"Not in this store, and kept out of later data: {done.absent:,}.")
    click.echo(f"Their bytes stay until: chatscape purge --store {store}")


def _input_text() -> str:
    from queries.errors import UsageError

    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError("The ids on input are not UTF-8: give one id a line.") from error


@click.command()
@store_option
@click.option("--all", "everything", is_flag=True, help="Destroy the whole store.")
@click.option("--yes", is_flag=True, help="With --all: do not ask.")
@click.option(
    "--confirmation",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="With --all: the folder for the confirmation.  [default: the one that the store is in]",
)
def purge(store: Path, everything: bool, yes: bool, confirmation: Path | None) -> None:
    """Rewrite a store without what was removed from it, search it, and write a confirmation.

    Older versions, prepared exports and half-built parts are deleted; vectors of what stays are
    kept. A purge that was cut off goes on when it is run again.

    Example: chatscape purge --store store
    """
    from queries.layout import StorePath
    from queries.licence import user
    from queries.removal.destroy import destroy
    from queries.removal.purge import purge as purge_store

    if everything:
        if not yes:
            click.confirm(f"Destroy everything in {store}, for good?", abort=True)
        path = destroy(StorePath(store), user(), confirmation or store.absolute().parent)
    else:
        path = purge_store(StorePath(store), user(), shown_progress())
    click.echo(f"Done. The confirmation is {path}, and as JSON beside it.")
