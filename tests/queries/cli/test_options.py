"""Options and help of the commands."""

import re

from queries.cli import COMMANDS
from queries.filters.filters import FIELD_NAMES
from tests.support.command_line import command_output


def test_every_filter_is_an_option_of_query_and_list(capsys):
    for command in ("query", "list"):
        help_ = command_output(capsys, command, "--help")
        for name in FIELD_NAMES:
            assert f"--{name.replace('_', '-')}" in help_


def test_every_command_has_help(capsys):
    for command in COMMANDS:
        assert "Usage: chatscape" in command_output(capsys, command, "--help")


def test_the_environment_names_the_default_store(capsys, tiny_folder, monkeypatch):
    monkeypatch.setenv("CHATSCAPE_STORE", str(tiny_folder))
    assert re.search(r"^conversation_count +12$", command_output(capsys, "info"), re.M)
