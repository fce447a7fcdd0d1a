"""Rules of the code base, one test each; a failure lists every file that breaks the rule.

Which package may import which is checked by import-linter (`pyproject.toml`).
"""

import ast
import re
import sys
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

from tests.support.paths import ROOT

Check = Callable[[Path], Iterable[str]]

SOURCES = sorted(
    path.relative_to(ROOT)
    for folder in ("queries", "dashboard")
    for path in (ROOT / folder).rglob("*.py")
)
TESTS = sorted(path.relative_to(ROOT) for path in (ROOT / "tests").rglob("*.py"))
TEXTS = sorted(
    path.relative_to(ROOT)
    for folder in ("queries", "dashboard", "tests", "assets")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in {".py", ".js", ".css", ".sql", ".sh", ".md"}
)
VIEWS = [path for path in SOURCES if path.match("dashboard/views/*.py")]

# Packages of others that a folder of ours does not import.
FORBIDDEN = {
    "queries/store/": {"lancedb", "sentence_transformers", "torch"},
    "dashboard/charts/": {"streamlit", "duckdb", "lancedb"},
    "dashboard/": {"duckdb", "lancedb", "sentence_transformers", "sqlite3", "sqlalchemy"},
}
WRITERS = (
    *("queries/prepare/", "queries/synthetic/", "queries/export/", "queries/removal/"),
    "queries/state/licence.py",  # Beside the log.
    "queries/store/layout.py",
    "queries/store/atomic_files.py",
    "queries/store/tombstones.py",
    "queries/store/topic_changes.py",
    "queries/sql_console/result_files.py",  # To memory.
)
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager", "tools"}
# They say neither what a variable holds nor what a function returns.
VAGUE_LOCAL_NAMES = {"found", "one", "said", "told"}
SUPPORT = re.compile(r"tests\.((app|e2e)\.)?support\b|tests\.(bench|load|tools)\b")


@cache
def text_of(path: Path) -> str:
    """The text of a file of the repository."""
    return (ROOT / path).read_text()


@cache
def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a module."""
    return ast.parse(text_of(path))


def assert_none(paths: Iterable[Path], check: Check) -> None:
    """Fail with the files in which a check finds something, each with what it finds."""
    offenders = [f"{path}: {', '.join(problems)}" for path in paths if (problems := [*check(path)])]
    assert not offenders, "\n".join(["", *offenders])


def matches(pattern: str) -> Check:
    """A check that finds the lines in which a pattern occurs."""
    return lambda path: [
        f"line {number}"
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if re.search(pattern, line)
    ]


def longer_than(limit: int) -> Check:
    """A check of the number of lines."""

    def check(path: Path) -> list[str]:
        count = len(text_of(path).splitlines())
        return [f"{count} lines"] if count > limit else []

    return check


def imported_modules(path: Path) -> Iterator[str]:
    """The modules that a module imports, in functions too."""
    for node in ast.walk(tree_of(path)):
        match node:
            case ast.Import(names=aliases):
                yield from (alias.name for alias in aliases)
            case ast.ImportFrom(module=str(module), names=aliases):
                yield from (f"{module}.{alias.name}" for alias in aliases)


def test_packages_of_others_are_imported_only_where_they_belong():
    def check(path: Path) -> set[str]:
        roots = {name.split(".")[0] for name in imported_modules(path)}
        prefixes = (prefix for prefix in FORBIDDEN if path.as_posix().startswith(prefix))
        return {name for prefix in prefixes for name in roots & FORBIDDEN[prefix]}

    assert_none(SOURCES, check)


UNDOCUMENTED = ("runtime", "web", "auth_util", "net_util", "logger")
"""Parts of Streamlit without a public promise; import-linter cannot forbid a part of a package."""


def test_undocumented_names_of_streamlit_have_one_home():
    def check(path: Path) -> list[str]:
        return [
            name
            for name in imported_modules(path)
            if name.startswith(tuple(f"streamlit.{part}" for part in UNDOCUMENTED))
        ]

    home = Path("dashboard/streamlit_internals.py")
    assert_none([path for path in SOURCES if path != home], check)


def test_a_file_has_at_most_300_lines():
    assert_none(TEXTS, longer_than(300))


def test_a_function_has_at_most_45_lines():
    def check(path: Path) -> Iterator[str]:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef):
                is_documented = isinstance(node.body[0], ast.Expr) and len(node.body) > 1
                first = node.body[1 if is_documented else 0]
                if node.end_lineno - first.lineno >= 45:
                    yield node.name

    assert_none(SOURCES, check)


def test_a_view_is_thin():
    assert_none(VIEWS, matches(r"unsafe_allow_html|go\.Figure|groupby|\bselect "))
    assert_none(VIEWS, longer_than(60))


def test_no_module_has_a_vague_name_or_one_of_the_standard_library():
    def check(path: Path) -> list[str]:
        # Streamlit puts the folder of its script first on the path of every import.
        is_importable = path.parent == Path("dashboard") and path.stem != "__init__"
        names = VAGUE_NAMES | (set(sys.stdlib_module_names) if is_importable else set())
        return [path.stem] if path.stem in names else []

    assert_none(SOURCES, check)


def bound_names(path: Path) -> Iterator[tuple[int, str]]:
    """Line and name of each variable, parameter, function and class that a module defines."""
    for node in ast.walk(tree_of(path)):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                yield node.lineno, name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield node.lineno, name
            case ast.ClassDef(name=name) | ast.alias(asname=str(name)):
                yield node.lineno, name
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                yield node.lineno, name


def test_local_names_say_what_they_hold():
    def check(path: Path) -> list[str]:
        names = bound_names(path)
        return [f"line {n}: {name}" for n, name in names if name.strip("_") in VAGUE_LOCAL_NAMES]

    assert_none([*SOURCES, *TESTS], check)


def test_only_writers_write_or_delete_files():
    readers = [path for path in SOURCES if not path.as_posix().startswith(WRITERS)]
    writing = r"write_table|ParquetWriter|write_text\(|\.unlink\(|rmtree|write_json|[^.\w]delete\("
    assert_none(readers, matches(writing))


def test_scripts_never_make_markup_of_text():
    scripts = [path for path in TEXTS if path.suffix == ".js"]
    markup = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\("
    assert_none(scripts, matches(markup))


def test_streamlit_sends_no_statistics_and_shows_no_tracebacks():
    config = tomllib.loads(text_of(Path("dashboard/.streamlit/config.toml")))
    assert config["browser"]["gatherUsageStats"] is False
    assert config["client"]["showErrorDetails"] == "none"


def test_no_script_keeps_a_store_open():
    """The names of a script live as long as a session: files of a purged version would stay."""
    scripts = [Path("dashboard/app.py"), *VIEWS]
    assert_none(scripts, matches(r"^\s*\w+ = session\.store\(\)"))


def test_no_table_of_streamlit_offers_rows_past_the_audit_log():
    """Its toolbar saves what it shows; the one that there is names source files."""
    drawing = [p for p in SOURCES if p.parts[0] == "dashboard" and p.name != "manifest.py"]
    assert_none(drawing, matches(r"st\.(dataframe|data_editor|table)\("))


MEDIA_STORE = {"download_button", "image", "audio", "video", "pdf", "pyplot", "graphviz_chart"}
"""Elements of Streamlit whose content anybody can fetch who has its address, also later."""


def test_no_page_gives_content_to_the_media_store_of_streamlit():
    """Downloads go by `components/download_button.py`; a logo is no content."""

    def check(path: Path) -> set[str]:
        nodes = ast.walk(tree_of(path))
        calls = (node.func for node in nodes if isinstance(node, ast.Call))
        return MEDIA_STORE & {call.attr for call in calls if isinstance(call, ast.Attribute)}

    assert_none([path for path in SOURCES if path.parts[0] == "dashboard"], check)


def test_no_test_imports_a_test_or_a_conftest():
    def check(path: Path) -> list[str]:
        ours = [name for name in imported_modules(path) if name.startswith("tests.")]
        return [name for name in ours if not SUPPORT.match(name)]

    assert_none(TESTS, check)


def test_tests_lie_where_the_code_lies():
    """`tests/queries/store/test_store.py` is about something in `queries/store/`."""

    def check(path: Path) -> list[str]:
        place = path.relative_to("tests").parent
        is_mirror = place.parts[:1] in (("queries",), ("dashboard",))
        if is_mirror:
            return [] if (ROOT / place).is_dir() else [f"there is no {place}/"]
        is_elsewhere = place.parts[:1] in (("project",), ("app",), ("e2e",), ("security",))
        return [] if is_elsewhere else ["lies in no folder of tests"]

    assert_none([path for path in TESTS if path.name.startswith("test_")], check)


def public_names(path: Path) -> Iterator[str]:
    """Constants, types, functions and classes that a module defines for others."""
    for node in tree_of(path).body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Assign(targets=targets):
                yield from (target.id for target in targets if isinstance(target, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name


# A command or a route bears the name of the function that it calls; scripts have no importers.
SAME_NAME = {"main"}
ENTRY_POINTS = ("queries/cli/", "dashboard/views/", "dashboard/app.py")


def test_no_public_name_is_defined_in_two_modules():
    modules: dict[str, list[str]] = defaultdict(list)
    for path in SOURCES:
        if not path.as_posix().startswith(ENTRY_POINTS):
            for name in public_names(path):
                modules[name].append(str(path))
    shared = [
        f"{name}: {' '.join(paths)}"
        for name, paths in sorted(modules.items())
        if len(paths) > 1 and not name.startswith("_") and name not in SAME_NAME
    ]
    assert not shared, "\n".join(["", *shared])
