"""The command line: every dashboard number, and everything that makes or serves a store."""

import os
import sys
from importlib import import_module

import click

from queries import __version__
from queries.errors import DataError, UsageError

COMMANDS = {
    "sample": "queries.cli.make:sample",
    "prepare": "queries.cli.make:prepare",
    "index": "queries.cli.make:index",
    "info": "queries.cli.read:info",
    "query": "queries.cli.read:query",
    "search": "queries.cli.search:search",
    "list": "queries.cli.read:list_",
    "show": "queries.cli.show:show",
    "sql": "queries.cli.sql:sql",
    "export": "queries.cli.export:export",
    "slices": "queries.cli.export:slices",
    "log": "queries.cli.read:log",
    "remove": "queries.cli.removal:remove",
    "purge": "queries.cli.removal:purge",
    "doctor": "queries.cli.doctor:doctor",
    "serve": "queries.cli.serve:serve",
    "accept-licence": "queries.cli.serve:accept_licence",
}


class _LateGroup(click.Group):
    """Imports a command when it is asked for: ``--help`` does not wait for Arrow and DuckDB."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(module), name)
        return command


@click.group(cls=_LateGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="chatscape")
@click.option("--debug", is_flag=True, help="Show the traceback of an error; anywhere on the line.")
def cli(debug: bool) -> None:
    """Explore a million real conversations with language models.

    Start with: chatscape prepare RAW --store DIR, then: chatscape serve --store DIR
    """


def main() -> None:
    """Run the command line: errors are one sentence; exit code 2 for bad use, 1 for failure."""
    arguments = sys.argv[1:]
    debug = "--debug" in arguments
    sys.exit(run([a for a in arguments if a != "--debug"], debug=debug))


def run(arguments: list[str], *, debug: bool = False) -> int:
    """Run one command and return its exit code."""
    try:
        _check_encoding(arguments)
        result = cli.main(arguments, prog_name="chatscape", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return _failed("Stopped.", 130)
    except DataError as error:
        if debug:
            raise
        return _failed(str(error), 2 if isinstance(error, UsageError) else 1)
    except (BrokenPipeError, SystemExit):
        # The reader of a pipe, e.g. `head`, has gone, of which click makes an exit: all is well.
        _discard_output()
        return 0
    except OSError as error:
        if debug:
            raise
        if error.filename is None:
            _discard_output()
        where, why = error.filename or "Standard output", error.strerror or type(error).__name__
        return _failed(f"{where}: {why}. Check the path, its permissions and its disk.", 1)
    except Exception as error:
        if debug:
            raise
        said = " ".join(str(error).split()).rstrip(".") or type(error).__name__
        return _failed(f"Something unexpected went wrong: {said}. Add --debug to see where.", 1)
    return result if isinstance(result, int) else 0


def _check_encoding(arguments: list[str]) -> None:
    for argument in arguments:
        if not argument.isascii() and argument != argument.encode(errors="replace").decode():
            raise UsageError(f"{argument!r} is not valid UTF-8: check how it was typed.")


def _failed(sentence: str, code: int) -> int:
    click.echo(f"Error: {sentence}", err=True)
    return code


def _discard_output() -> None:
    """Send what is left to print nowhere: the interpreter would fail on it once more at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
