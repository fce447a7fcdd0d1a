"""The commands remove and purge: hide conversations, and delete their bytes."""

import sys
from pathlib import Path

import click

from queries.cli.options import store_option
from queries.cli.progress import terminal_progress


@click.command()
@click.option(
    "--ids",
    "file",
    required=True,
    type=click.Path(path_type=Path, allow_dash=True),
    help="A text file (.txt) with one id per line, or an export with ids; - reads standard input.",
)
@click.option(
    "--reason", required=True, help="The reason; kept with the ids and in the confirmation."
)
@click.option("--allow-absent", is_flag=True, help="Accept ids that are not in this store.")
@store_option
def remove(file: Path, reason: str, allow_absent: bool, store: Path) -> None:
    """Hide conversations immediately and permanently from all pages, counts, searches and exports.

    This affects running dashboards too, and a later prepare leaves the conversations out. Their
    bytes stay on disk until you run: chatscape purge

    Example: chatscape remove --ids ids.txt --reason "requested by the author"
    """
    from queries.export.id_lists import lines_of, read_id_list
    from queries.removal.remove import remove as remove_ids
    from queries.state.licence import local_username
    from queries.store.layout import StorePath

    is_input = str(file) == "-"
    ids = lines_of(_input_text()) if is_input else read_id_list(file)
    removal = remove_ids(
        StorePath(store), ids, reason, local_username(), may_be_absent=allow_absent
    )
    click.echo(f"Removed: {removal.new:,} conversations. They are now hidden everywhere.")
    if removal.known:
        click.echo(f"Already removed before: {removal.known:,}.")
    if removal.absent:
        click.echo(f"Not in this store, and excluded from later builds: {removal.absent:,}.")
    click.echo(f"To delete their bytes, run: chatscape purge --store {store}")


def _input_text() -> str:
    from queries.errors import UsageError

    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(
            "The ids on standard input are not valid UTF-8. Give one id per line as text."
        ) from error


@click.command()
@store_option
@click.option("--all", "everything", is_flag=True, help="Delete the whole store.")
@click.option("--yes", is_flag=True, help="With --all: do not ask for confirmation.")
@click.option(
    "--confirmation",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="With --all: the folder for the confirmation.  [default: the parent folder of the store]",
)
def purge(store: Path, everything: bool, yes: bool, confirmation: Path | None) -> None:
    """Delete the bytes of removed conversations, verify that, and write a confirmation.

    The store is rewritten without them, keeping the other vectors. Older versions, prepared
    exports and unfinished builds are deleted. Run an interrupted purge again to continue it.

    Example: chatscape purge --store store
    """
    from queries.removal.destroy import destroy
    from queries.removal.purge import purge as purge_store
    from queries.state.licence import local_username
    from queries.store.layout import StorePath

    if everything:
        if not yes:
            click.confirm(f"Permanently delete everything in {store}?", abort=True)
        path = destroy(StorePath(store), local_username(), confirmation or store.absolute().parent)
    else:
        path = purge_store(StorePath(store), local_username(), terminal_progress())
    click.echo(f"Done. The confirmation is {path}, with a JSON copy beside it.")
