"""Who may import whom, and how large a room may be."""

import ast
import re
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

SOURCES = sorted(
    path.relative_to(ROOT)
    for folder in ("queries", "dashboard")
    for path in (ROOT / folder).rglob("*.py")
)
TEXTS = sorted(
    path.relative_to(ROOT)
    for folder in ("queries", "dashboard", "tests", "assets")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in {".py", ".js", ".css", ".sql", ".sh", ".md"}
)
FORBIDDEN = {
    "queries/": {"streamlit", "plotly", "dashboard"},
    "queries/store.py": {"lancedb", "sentence_transformers", "torch"},
    "dashboard/charts/": {"streamlit", "duckdb", "lancedb", "queries"},
    "dashboard/": {"duckdb", "lancedb", "sentence_transformers", "sqlite3", "sqlalchemy"},
}
ONLY_WRITERS = (
    *("queries/prepare/", "queries/sample/", "queries/export/", "queries/removal/"),
    "queries/layout.py",
)
DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager", "tools"}


def imported_packages(source: str) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=aliases):
                names |= {alias.name.split(".")[0] for alias in aliases}
            case ast.ImportFrom(module=str(module)):
                names.add(module.split(".")[0])
    return names


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_a_module_keeps_to_its_floor(path):
    imports = imported_packages((ROOT / path).read_text())
    for prefix, forbidden in FORBIDDEN.items():
        if path.as_posix().startswith(prefix):
            assert not imports & forbidden, f"{path} imports {sorted(imports & forbidden)}"


@pytest.mark.parametrize("path", TEXTS, ids=str)
def test_a_file_fits_in_the_head(path):
    assert len((ROOT / path).read_text().splitlines()) <= 300


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_a_function_does_one_thing(path):
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.FunctionDef):
            documented = isinstance(node.body[0], ast.Expr) and len(node.body) > 1
            first = node.body[1 if documented else 0]
            assert node.end_lineno - first.lineno < 45, f"{path}:{node.name}"


@pytest.mark.parametrize("path", [p for p in SOURCES if p.match("dashboard/views/*.py")], ids=str)
def test_a_view_is_thin(path):
    text = (ROOT / path).read_text()
    assert len(text.splitlines()) <= 60
    assert not re.search(r"unsafe_allow_html|go\.Figure|groupby|select ", text)


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_there_are_no_drawers_and_no_names_of_the_standard_library(path):
    assert path.stem not in DRAWERS
    # Streamlit puts the folder of its script first on the path of every import.
    if path.parent == Path("dashboard") and path.stem != "__init__":
        assert path.stem not in sys.stdlib_module_names


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_only_prepare_writes_a_store(path):
    if not path.as_posix().startswith(ONLY_WRITERS):
        text = (ROOT / path).read_text()
        assert not re.search(
            r"write_table|ParquetWriter|write_text\(|\.unlink\(|rmtree|write_json|[^.\w]delete\(",
            text,
        )


@pytest.mark.parametrize("path", [p for p in TEXTS if p.suffix == ".js"], ids=str)
def test_scripts_never_make_markup_of_text(path):
    text = (ROOT / path).read_text()
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", text)


def test_streamlit_is_told_to_call_nobody():
    import tomllib

    config = tomllib.loads((ROOT / "dashboard" / ".streamlit" / "config.toml").read_text())
    assert config["browser"]["gatherUsageStats"] is False
    assert config["client"]["showErrorDetails"] == "none"


SCRIPTS = [p for p in TEXTS if p.as_posix().startswith("dashboard/views/")]


@pytest.mark.parametrize("path", [Path("dashboard/app.py"), *SCRIPTS], ids=str)
def test_no_script_keeps_a_store_open(path):
    """The names of a script live as long as a session: files of a purged version would stay."""
    assert not re.search(r"(?m)^\s*\w+ = session\.store\(\)", (ROOT / path).read_text())


@pytest.mark.parametrize("path", [p for p in TEXTS if p.suffix == ".py"], ids=str)
def test_no_table_of_streamlit_lets_rows_out_without_a_note(path):
    """Its toolbar saves what it shows; the one that there is names raw files."""
    if path.parts[0] == "dashboard" and path.name != "manifest.py":
        assert not re.search(r"st\.(dataframe|data_editor|table)\(", (ROOT / path).read_text())
