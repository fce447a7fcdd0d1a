"""The command edit-topic: rename, merge, hide and restore topics."""

from pathlib import Path

import click

from queries.cli.options import store_option


@click.command("edit-topic")
@click.argument("number")
@click.option("--rename", metavar="LABEL", help="Give it this label; its number stays.")
@click.option("--merge-into", metavar="NUMBER", help="Count its prompts as those of another topic.")
@click.option("--hide", is_flag=True, help="Count its prompts as other prompts, which are topic 0.")
@click.option("--restore", is_flag=True, help="Give it its own prompts and its first label again.")
@store_option
def edit_topic(
    number: str, rename: str | None, merge_into: str | None, hide: bool, restore: bool, store: Path
) -> None:
    """Rename, merge, hide or restore the topic NUMBER (7), or rename the subtopic NUMBER (7.2).

    Everything that shows or filters topics follows at once, also running dashboards, and links
    with the number or an earlier label keep working. Recorded in the audit log.

    Example: chatscape edit-topic 7 --rename "Python errors" --store store
    """
    from queries.state.licence import local_username
    from queries.state.topic_edits import hide_topic, merge_topic, rename_topic, restore_topic
    from queries.store.layout import StorePath

    if sum([rename is not None, merge_into is not None, hide, restore]) != 1:
        raise click.UsageError("Give one of --rename, --merge-into, --hide and --restore.")
    path, who = StorePath(store), local_username()
    if rename is not None:
        name = rename_topic(path, number, rename, who)
    elif merge_into is not None:
        name = merge_topic(path, number, merge_into, who)
    elif hide:
        name = hide_topic(path, number, who)
    else:
        name = restore_topic(path, number, who)
    click.echo(f"Prompts of topic {number} are now shown as: {name}")
