"""The command topics: divide the first prompts of a store into topics."""

from pathlib import Path

import click
import pandas as pd

from queries.cli.options import WHOLE_MAX, store_option
from queries.cli.output import print_rows
from queries.cli.progress import terminal_progress
from queries.prepare.topics.settings import TOPICS_DEFAULT, TOPICS_MAX, TOPICS_MIN, TOPICS_SEED


@click.command()
@store_option
@click.option(
    "--topics",
    "count",
    type=click.IntRange(TOPICS_MIN, TOPICS_MAX),
    default=TOPICS_DEFAULT,
    show_default=True,
    help="Number of topics. There are about ten times as many subtopics.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, WHOLE_MAX),
    default=TOPICS_SEED,
    show_default=True,
    help="Another seed may give other topics.",
)
def topics(store: Path, count: int, seed: int) -> None:
    """Divide the first prompts of a store into topics and subtopics, by meaning.

    Needs a search index with vectors. The live version stays in use until the new one, with its
    topics, is complete.

    Example: chatscape topics --store store --topics 30
    """
    from queries.prepare.topics.build import build_topics
    from queries.prepare.topics.summary import topic_sentences
    from queries.store.layout import StorePath

    built = build_topics(StorePath(store), terminal_progress(), count=count, seed=seed)
    entries = built.facts["topics"]
    rows = pd.DataFrame(entries)[["name", "prompt_count"]].rename(columns={"name": "topic"})
    rows["share"] = rows["prompt_count"] / built.facts["prompt_count"]
    print_rows(rows, "table")
    click.echo(f"The topics of {store} are part of version {built.version.name}.")
    for sentence in topic_sentences(built.facts):
        click.echo(sentence)
