"""What the documents say is what the code does."""

import re
from dataclasses import fields

import pytest

from queries import __version__
from queries.answers import answer_names
from queries.cli import COMMANDS
from queries.filters import FIELD_NAMES
from queries.schema import CONVERSATIONS, MESSAGES
from queries.settings import Settings, variable
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text()
SECURITY = (ROOT / "SECURITY.md").read_text()
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command):
    assert f"`chatscape {command}" in README


def test_every_setting_is_in_the_readme_with_default_and_help():
    for setting in fields(Settings):
        default = (
            str(setting.default).lower() if isinstance(setting.default, bool) else setting.default
        )
        shown = f"`{default}`" if default != "" else "empty"
        line = f"| `{variable(setting.name)}` | {shown} | {setting.metadata['help']} |"
        assert line in README
    settings = {variable(setting.name) for setting in fields(Settings)}
    assert set(re.findall(r"CHATSCAPE_[A-Z_]+", README)) == settings | DEPLOYED


DEPLOYED = set(re.findall(r"(?m)^\| `(CHATSCAPE_[A-Z_]+)`", README.partition("## Settings")[0]))
"""Variables of compose.yaml and of the Caddyfile, which have tables of their own."""


def test_every_variable_of_a_deployment_is_in_the_readme():
    compose, proxy = (ROOT / "compose.yaml").read_text(), ROOT / "assets" / "deploy" / "Caddyfile"
    read = set(re.findall(r"\$\{(CHATSCAPE_[A-Z_]+)", compose))
    read |= set(re.findall(r"\{\$(CHATSCAPE_[A-Z_]+)", proxy.read_text()))
    assert read - {variable(setting.name) for setting in fields(Settings)} == DEPLOYED


def test_every_filter_is_in_the_readme():
    for name in FIELD_NAMES:
        assert f"`{name}`" in README


def test_every_query_is_in_the_readme():
    for name in answer_names():
        assert f"`{name}`" in README


def test_every_column_has_a_meaning_in_words():
    for column in (*CONVERSATIONS, *MESSAGES):
        assert re.fullmatch(r"[a-z][a-z0-9_]*", column.name)
        assert len(column.meaning) > 10


def test_pictures_of_the_readme_exist():
    for path in re.findall(r"\]\((assets/[^)]+)\)", README):
        assert (ROOT / path).is_file(), path


def test_links_between_documents_lead_somewhere():
    for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"):
        for target in re.findall(r"\]\((?!http)([^)#]+)\)", (ROOT / name).read_text()):
            assert (ROOT / target).exists(), f"{name} links to {target}"


def test_what_the_threat_model_names_is_there():
    for path in re.findall(r"`((?:tests|assets|queries|dashboard)/[^`]+)`", SECURITY):
        assert (ROOT / path).exists(), path


def test_the_changelog_knows_this_version():
    assert f"## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text()


def test_the_version_is_said_once_in_code_and_once_in_the_build():
    import tomllib

    build = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert build["project"]["version"] == __version__


def test_contributing_draws_every_folder_of_the_house():
    for folder in (
        "queries/prepare",
        "queries/sql",
        "queries/sample",
        "queries/cli",
        "dashboard/views",
        "dashboard/charts",
        "dashboard/components",
        "tests/e2e",
        "tests/app",
        "assets/sample",
    ):
        assert f"| `{folder}/` |" in CONTRIBUTING
        assert (ROOT / folder).is_dir()


def test_make_targets_of_the_documents_exist():
    makefile = (ROOT / "Makefile").read_text()
    for target in set(re.findall(r"`?make ([a-z]+)", README + CONTRIBUTING)):
        assert re.search(rf"^{target}:", makefile, re.M), target


def test_constraints_pin_what_the_project_asks_for():
    import tomllib

    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pinned = {
        line.split("==")[0].lower().replace("_", "-")
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if "==" in line
    }
    asked = [
        *build["dependencies"],
        *build["optional-dependencies"]["dev"],
        *build["optional-dependencies"]["postgres"],
        *build["optional-dependencies"]["search"],
    ]
    for requirement in asked:
        if requirement.startswith("chatscape["):
            continue
        name = re.split(r"[<>=!~ \[]", requirement)[0].lower().replace("_", "-")
        assert name in pinned, name
    assert "torch==2.13.0" in (ROOT / "constraints.txt").read_text()
