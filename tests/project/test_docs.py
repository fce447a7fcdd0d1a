"""The documents say what the code does."""

import re
import tomllib
from dataclasses import fields

import click
import pytest

from queries import __version__
from queries.cli import COMMANDS, cli
from queries.schema import CONVERSATIONS, MESSAGES
from queries.settings import Settings, variable
from tests.support.paths import ROOT
from tests.tools.generate_docs import DOCUMENTS, TABLES, generated

README = (ROOT / "README.md").read_text()
SECURITY = (ROOT / "SECURITY.md").read_text()
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
DOCS = {
    path.relative_to(ROOT).as_posix(): path.read_text()
    for path in sorted((*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")))
}
GUIDES = {name: text for name, text in DOCS.items() if name.startswith("docs/")}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_generated_tables_are_those_of_the_code(name):
    assert DOCS[name] == generated(DOCS[name]), "run `make docs`"


def test_every_table_that_can_be_generated_stands_somewhere_once():
    tables = re.findall(r"<!-- generated: ([a-z]+) -->", "".join(DOCS[name] for name in DOCUMENTS))
    assert sorted(tables) == sorted(TABLES)


def test_a_changed_table_is_noticed():
    text = DOCS["docs/hosting.md"]
    assert generated(text.replace("| `CHATSCAPE_STORE` |", "| `CHATSCAPE_SHOP` |")) == text


def test_the_readme_is_one_page():
    assert len(README.splitlines()) <= 100


def test_every_variable_in_the_documents_is_a_setting_or_of_the_deployment():
    settings = {variable(setting.name) for setting in fields(Settings)}
    documented = set(re.findall(r"CHATSCAPE_[A-Z_]+\b", README + "".join(GUIDES.values())))
    assert documented == settings | DEPLOYED


DEPLOYED = set(
    re.findall(
        r"(?m)^\| `(CHATSCAPE_[A-Z_]+)`",
        DOCS["docs/hosting.md"].partition("## Settings")[0].replace("| `CHATSCAPE_SIGN_IN`", ""),
    )
)
"""Variables of compose.yaml and of the Caddyfile, which have tables of their own."""


def test_every_variable_of_a_deployment_is_documented():
    compose, proxy = (ROOT / "compose.yaml").read_text(), ROOT / "assets" / "deploy" / "Caddyfile"
    read = set(re.findall(r"\$\{(CHATSCAPE_[A-Z_]+)", compose))
    read |= set(re.findall(r"\{\$(CHATSCAPE_[A-Z_]+)", proxy.read_text()))
    settings = {variable(setting.name) for setting in fields(Settings)}
    assert read - settings == DEPLOYED - settings


def test_every_column_has_a_meaning_in_words():
    for column in (*CONVERSATIONS, *MESSAGES):
        assert re.fullmatch(r"[a-z][a-z0-9_]*", column.name)
        assert len(column.meaning) > 10


def anchors(text: str) -> set[str]:
    """The anchors of a document's headings, as code hosts make them."""
    headings = re.findall(r"(?m)^#+ (.+)$", text)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in headings}


def test_links_between_documents_lead_somewhere():
    broken = []
    for name, text in DOCS.items():
        for target in re.findall(r"\]\((?!https?:)([^)]+)\)", text):
            path, _, anchor = target.partition("#")
            file = (ROOT / name).parent / path if path else ROOT / name
            if not file.exists() or (anchor and anchor not in anchors(file.read_text())):
                broken.append(f"{name}: {target}")
    assert broken == []


def test_every_document_is_linked_from_the_readme_and_the_index():
    for name in GUIDES.keys() - {"docs/README.md"}:
        assert f"({name})" in README, name
        assert f"({name.removeprefix('docs/')})" in DOCS["docs/README.md"], name


def test_paths_in_the_documents_exist():
    missing = [
        f"{name}: {path}"
        for name, text in DOCS.items()
        if name != "CHANGELOG.md"
        for path in re.findall(r"`((?:tests|assets|queries|dashboard|docs)/[\w./-]+)`", text)
        if not (ROOT / path).exists()
    ]
    assert missing == []


def documented_commands() -> list[tuple[str, str]]:
    """Every line of a `chatscape` command in a code block, with the document it stands in."""
    return [
        (name, line.strip())
        for name, text in DOCS.items()
        for block in re.findall(r"(?s)```sh\n(.*?)```", text)
        for line in block.splitlines()
        if line.strip().startswith("chatscape ")
    ]


def test_commands_in_the_documents_exist_with_their_options():
    wrong = []
    context = click.Context(cli)
    for name, line in documented_commands():
        words = line.partition(" #")[0].split()
        command = cli.get_command(context, words[1])
        if command is None:
            wrong.append(f"{name}: {line}")
            continue
        known = {option for param in command.params for option in param.opts + param.secondary_opts}
        options = {word.partition("=")[0] for word in words[2:] if word.startswith("--")}
        if not options <= known:
            wrong.append(f"{name}: {line}: {sorted(options - known)}")
    assert len(documented_commands()) > 10
    assert wrong == []


def test_commands_named_in_sentences_exist():
    named = set(re.findall(r"`chatscape ([a-z-]+)", "".join(DOCS.values())))
    assert named <= set(COMMANDS)


def test_what_the_threat_model_names_is_there():
    for path in re.findall(r"`((?:tests|assets|queries|dashboard)/[^`]+)`", SECURITY):
        assert (ROOT / path).exists(), path


def test_the_changelog_knows_this_version():
    assert f"## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text()


def test_code_and_build_have_the_same_version():
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert build["project"]["version"] == __version__


def test_contributing_lists_every_package():
    packages = {
        path.parent.relative_to(ROOT).as_posix()
        for top in ("queries", "dashboard")
        for path in (ROOT / top).glob("*/__init__.py")
    }
    listed = set(re.findall(r"\| `((?:queries|dashboard)/\w+)/` \|", CONTRIBUTING))
    assert listed == packages


def test_make_targets_of_the_documents_exist():
    makefile = (ROOT / "Makefile").read_text()
    for target in set(re.findall(r"`?make ([a-z]+)\b(?! )", "".join(DOCS.values()))):
        assert re.search(rf"^{target}:", makefile, re.M), target


def test_constraints_pin_what_the_project_asks_for():
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pinned = {
        line.split("==")[0].lower().replace("_", "-")
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if "==" in line
    }
    requirements = [
        *build["dependencies"],
        *build["optional-dependencies"]["dev"],
        *build["optional-dependencies"]["postgres"],
        *build["optional-dependencies"]["search"],
    ]
    for requirement in requirements:
        if requirement.startswith("chatscape["):
            continue
        name = re.split(r"[<>=!~ \[]", requirement)[0].lower().replace("_", "-")
        assert name in pinned, name
    assert "torch==2.13.0" in (ROOT / "constraints.txt").read_text()
