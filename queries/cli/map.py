"""The command map: lay the first prompts of a store out on a map."""

from pathlib import Path

import click

from queries.cli.options import WHOLE_MAX, store_option
from queries.cli.progress import terminal_progress
from queries.prepare.map.settings import MAP_SEED


@click.command("map")
@store_option
@click.option(
    "--seed",
    type=click.IntRange(0, WHOLE_MAX),
    default=MAP_SEED,
    show_default=True,
    help="Another seed gives another map.",
)
def map_(store: Path, seed: int) -> None:
    """Lay the first prompts of a store out on a map, those of like meaning near each other.

    Needs a search index with vectors. The live version stays in use until the new one, with its
    map, is complete.

    Example: chatscape map --store store
    """
    from queries.prepare.map.build import build_map
    from queries.prepare.map.summary import map_sentences
    from queries.store.layout import StorePath

    built = build_map(StorePath(store), terminal_progress(), seed=seed)
    click.echo(f"The map of {store} is part of version {built.version.name}.")
    for sentence in map_sentences(built.facts):
        click.echo(sentence)
