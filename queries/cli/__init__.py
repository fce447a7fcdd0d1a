"""The command line: builds, serves and queries stores, with every number of the dashboard."""

import os
import sys
from importlib import import_module

import click

from queries import __version__
from queries.cli.terminal_encoding import escape_unencodable_output
from queries.errors import DataError, UsageError
from queries.runtime.private_files import keep_new_files_private

COMMANDS = {
    "sample": "queries.cli.build:sample",
    "prepare": "queries.cli.build:prepare",
    "index": "queries.cli.build:index",
    "topics": "queries.cli.topics:topics",
    "edit-topic": "queries.cli.edit_topic:edit_topic",
    "map": "queries.cli.map:map_",
    "info": "queries.cli.query:info",
    "query": "queries.cli.query:query",
    "search": "queries.cli.search:search",
    "list": "queries.cli.query:list_",
    "show": "queries.cli.show:show",
    "sql": "queries.cli.sql:sql",
    "export": "queries.cli.export:export",
    "slices": "queries.cli.export:slices",
    "log": "queries.cli.query:log",
    "remove": "queries.cli.removal:remove",
    "purge": "queries.cli.removal:purge",
    "verify": "queries.cli.verify:verify",
    "doctor": "queries.cli.doctor:doctor",
    "serve": "queries.cli.serve:serve",
    "accept-licence": "queries.cli.serve:accept_licence",
}


class _LazyGroup(click.Group):
    """Imports a command on first use, so that ``--help`` does not load Arrow and DuckDB."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="chatscape")
@click.option(
    "--debug", is_flag=True, help="Show the traceback of an error. May stand anywhere on the line."
)
def cli(debug: bool) -> None:
    """Explore a million real conversations with language models.

    Start with: chatscape prepare RAW --store DIR, then: chatscape serve --store DIR
    """


def main() -> None:
    """Run the command line; the exit code is 0 for success, 1 for failure, 2 for wrong usage."""
    keep_new_files_private()
    escape_unencodable_output()
    arguments = sys.argv[1:]
    debug = "--debug" in arguments
    sys.exit(run([a for a in arguments if a != "--debug"], debug=debug))


def run(arguments: list[str], *, debug: bool = False) -> int:
    """Run one command and return its exit code; errors are one line on standard error."""
    try:
        _check_encoding(arguments)
        result = cli.main(arguments, prog_name="chatscape", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return _fail("Stopped.", 130)
    except DataError as error:
        if debug:
            raise
        return _fail(str(error), 2 if isinstance(error, UsageError) else 1)
    except (BrokenPipeError, SystemExit):
        # The reader of the pipe, e.g. `head`, has closed it; click turns that into an exit.
        _discard_output()
        return 0
    except OSError as error:
        if debug:
            raise
        if error.filename is None:
            _discard_output()
        where, why = error.filename or "Standard output", error.strerror or type(error).__name__
        return _fail(f"{where}: {why}. Check the path, its permissions and the disk.", 1)
    except Exception as error:
        if debug:
            raise
        message = " ".join(str(error).split()).rstrip(".") or type(error).__name__
        return _fail(f"Unexpected error: {message}. Add --debug for the traceback.", 1)
    return result if isinstance(result, int) else 0


def _check_encoding(arguments: list[str]) -> None:
    for argument in arguments:
        if not argument.isascii() and argument != argument.encode(errors="replace").decode():
            raise UsageError(
                f"{argument!r} is not valid UTF-8. Check the encoding of your terminal."
            )


def _fail(sentence: str, code: int) -> int:
    click.echo(f"Error: {sentence}", err=True)
    return code


def _discard_output() -> None:
    """Redirect standard output to nowhere: flushing it at exit would fail again."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)
