"""Statements that try to get out of the SQL console, or to stop it: all of them fail closed.

Three walls are tried one by one: the list of what may be written, the locked settings of DuckDB
without that list, and what the kernel lets the process do without either.
"""

import json
import os
import subprocess
import sys
import time
from contextlib import suppress

import duckdb
import psutil
import pytest

from queries.errors import DataError
from queries.open_store import open_version
from queries.removal.remove import remove
from queries.settings import Settings
from queries.sql_console.console import SqlConsole, SqlRequest
from queries.sql_console.errors import SqlRefusedError
from queries.sql_console.sandbox import landlock_version
from queries.sql_console.statement_policy import check_statement
from queries.sql_console.views import view_statements
from queries.sql_console.worker_client import Limits
from queries.store.layout import StorePath
from queries.store.relations import Relations
from queries.store.store import Store
from tests.support import tiny_dataset
from tests.support.paths import ROOT
from tests.support.sql_escapes import BOMBS, READS, TELLS, WRITES
from tests.support.stores import prepare_store

SECRET = "jo.secret@example.com"
REMOVED = "the text that was removed"
PLANTED = "planted in a file"

LIMITS = Limits(seconds=1.0, memory_gb=0.3, rows=100, result_bytes=1_000_000)
TAKEN_BYTES_MAX = 800_000_000
"""The limit, and what a process has before it begins."""


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("escapes")
    rows = [
        *tiny_dataset.ROWS,
        tiny_dataset.row("x", "gpt-4", "English", f"write to {SECRET}", "I did"),
        tiny_dataset.row("y", "gpt-4", "English", REMOVED, "gone"),
    ]
    prepare_store(tiny_dataset.write(folder / "raw.parquet", rows), folder / "store")
    remove(StorePath(folder / "store"), ["y" * 32], "asked", "somebody")
    (folder / "planted.csv").write_text(f"content\n{PLANTED}\n{PLANTED}\n")
    return open_version(StorePath(folder / "store").current(), Settings())


@pytest.fixture(scope="module")
def connection(store):
    """The views as in the process of a statement, and nothing locked."""
    relations = Relations(store.version, Settings())
    _ = relations.snapshot
    with relations.cursor() as cursor:
        for name in ("masked_text", "masked_opening"):
            cursor.execute(f"create macro {name}(text) as text")
        for view in view_statements(is_uncovered=False, is_unmasked=False, has_slice=False):
            cursor.execute(view)
        yield cursor


def filled(statement: str, store: Store) -> str:
    places = {
        "FOLDER": str(store.version.path),
        "STORE": str(store.path.path),
        "FILE": str(store.path.path.parent / "planted.csv"),
    }
    for name, path in places.items():
        statement = statement.replace(name, path)
    return statement


def rows_or_error(console: SqlConsole, store: Store, statement: str) -> str:
    """Everything that comes of a statement: rows, or the sentence of an error."""
    try:
        answered = console.run(store, SqlRequest(filled(statement, store)), LIMITS)
    except DataError as error:
        return str(error)
    return json.dumps([c.to_pylist() for c in answered.rows.columns], default=str)


def test_there_are_eighty_and_more():
    assert len({*READS, *WRITES, *TELLS, *BOMBS}) >= 160


@pytest.mark.parametrize("statement", [*READS, *WRITES])
def test_what_is_not_on_the_list_is_refused_in_a_sentence(connection, store, statement):
    with pytest.raises(SqlRefusedError) as refused:
        check_statement(connection, filled(statement, store))
    message = str(refused.value)
    assert PLANTED not in message
    # Only who knows where the store is can be told.
    assert str(store.path.path) not in message or "FOLDER" in statement or "STORE" in statement


PAST_THE_LIST = """
import json, sys
from pathlib import Path
import duckdb
from queries.sql_console import sandbox, worker
folder, statements = Path(sys.argv[1]), json.load(sys.stdin)
if sys.argv[2] == "confined":
    sandbox.restrict_files([folder, folder.parent.parent / "removed.parquet"])
job = {"is_uncovered": False, "is_unmasked": False}
said = {}
relations = worker._open_relations(folder, 0.5, 1)
with relations.cursor() as cursor:
    worker._make_views(cursor, job, None)
    if sys.argv[2] == "locked":
        worker._lock(cursor, folder)
    for statement in statements:
        try:
            said[statement] = str(cursor.execute(statement).fetchmany(50))
        except duckdb.Error as error:
            said[statement] = f"{type(error).__name__}"
    print(json.dumps(said))
"""


def past_the_list(store: Store, wall: str, statements: list[str]) -> dict[str, str]:
    """What comes of statements that nobody looked at before."""
    done = subprocess.run(
        [sys.executable, "-c", PAST_THE_LIST, str(store.version.path), wall],
        input=json.dumps(statements),
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def of_a_file(store: Store) -> list[str]:
    return [
        filled(statement, store)
        for statement in READS
        if "FILE" in statement and "\0" not in statement
    ]


def test_nothing_locked_such_statements_do_read(store):
    """Else the next test would show nothing."""
    outcomes = past_the_list(store, "open", of_a_file(store))
    assert sum(PLANTED in outcome for outcome in outcomes.values()) >= 15


def test_locked_settings_hold_without_the_list(store):
    before = sorted(store.path.path.parent.rglob("*"))
    # A transaction that is begun and never ended would let everything after it fail.
    risky = [
        filled(statement, store) for statement in WRITES if statement not in ("begin", "use main")
    ]
    probes = [
        "select value from duckdb_settings() where name = 'enable_external_access'",
        "select value from duckdb_settings() where name = 'lock_configuration'",
        "select count(*) from glob('/etc/*')",
    ]
    outcomes = past_the_list(store, "locked", [*of_a_file(store), *risky, *probes])
    assert not [statement for statement in of_a_file(store) if PLANTED in outcomes[statement]]
    assert [outcomes[statement] for statement in probes[:2]] == ["[('false',)]", "[('true',)]"]
    assert outcomes[probes[2]] == "PermissionException"
    assert sorted(store.path.path.parent.rglob("*")) == before


@pytest.mark.skipif(not landlock_version(), reason="this kernel has no Landlock")
def test_the_kernel_holds_without_list_and_locks(store):
    before = sorted(store.path.path.parent.rglob("*"))
    risky = [filled(statement, store) for statement in WRITES if "FILE.out" in statement]
    outcomes = past_the_list(store, "confined", [*of_a_file(store), *risky])
    assert not [statement for statement in of_a_file(store) if PLANTED in outcomes[statement]]
    assert sorted(store.path.path.parent.rglob("*")) == before


CONFINED = """
import os, socket, subprocess, sys
from pathlib import Path
from queries.sql_console import sandbox
Path(sys.argv[1]).read_text()
assert sandbox.restrict_files([])
def tried(what):
    try:
        what()
    except OSError as error:
        return error.errno
    return 0
print(*(tried(what) for what in (
    lambda: Path(sys.argv[1]).read_text(),
    lambda: Path("/etc/passwd").read_text(),
    lambda: Path(sys.argv[1]).write_text("x"),
    lambda: Path("/tmp/chatscape-escape").write_text("x"),
    lambda: Path(f"/proc/{os.getppid()}/environ").read_bytes(),
    lambda: subprocess.run(["/bin/true"]),
    lambda: socket.create_connection(("127.0.0.1", int(sys.argv[2])), 5),
)))
"""


@pytest.mark.skipif(landlock_version() < 4, reason="this kernel cannot keep a process off networks")
def test_a_confined_process_reads_writes_runs_and_reaches_nothing(tmp_path):
    import socket

    (tmp_path / "file").write_text("x")
    with socket.create_server(("127.0.0.1", 0)) as server:
        arguments = [str(tmp_path / "file"), str(server.getsockname()[1])]
        done = subprocess.run(
            [sys.executable, "-c", CONFINED, *arguments], cwd=ROOT, capture_output=True, text=True
        )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["13"] * 7  # EACCES


@pytest.mark.parametrize("statement", TELLS)
def test_settings_names_and_raw_texts_are_never_revealed(console, store, statement):
    output = rows_or_error(console, store, statement)
    for secret in (SECRET, REMOVED, str(store.path.path), os.environ["HOME"], "message_files"):
        assert secret not in output


SOME_BOMBS = [*BOMBS[:5], *(pytest.param(bomb, marks=pytest.mark.slow) for bomb in BOMBS[5:])]


@pytest.mark.parametrize("statement", SOME_BOMBS)
def test_bombs_end_in_their_time_and_within_their_memory(console, store, statement):
    taken = [0]

    def look(_: float) -> None:
        taken.extend(child.memory_info().rss for child in psutil.Process().children())

    begun = time.monotonic()
    with suppress(DataError):
        answered = console.run(store, SqlRequest(statement), LIMITS, on_progress=look)
        assert answered.rows.nbytes <= LIMITS.result_bytes
    assert time.monotonic() - begun < 300
    assert max(taken) < TAKEN_BYTES_MAX
    # The next one finds everything as before.
    assert rows_or_error(console, store, "select count(*) from conversations") == "[[13]]"


def test_the_first_bombs_do_go_off(console, store):
    for statement, limit in zip(BOMBS[:5], ("1 s", "", "1 s", "", "0.3 GB"), strict=True):
        assert limit in rows_or_error(console, store, statement)


def test_duckdb_parses_every_statement_here_as_it_did(connection):
    """The list names the parts of its tree: another version may name them otherwise."""
    assert duckdb.__version__.split(".")[0] == "2"
    for statement in (
        "select distinct on (model) model, count(*) over w from slice window w as (order by model)",
        "with a as (select 1 as x), b as materialized (select 2 as x) from a join b using (x)",
        "with recursive n as (select 1 as i union all select i + 1 from n where i < 9) from n",
        "select * exclude (opening) replace (1 as turn_count) from slice order by all limit 10%",
        "select model, list(language order by language desc nulls last) from slice group by all",
        "from slice semi join messages using (id_rank) select model qualify rank() over () = 1",
        "select x.range, y from range(3) x, unnest([1, 2]) t(y) where x.range between 1 and 2",
        "select case when is_flagged then 'a' else 'b' end, model like 'v%', [1, 2][1], {'a': 1}.a "
        "from slice where language in ('English', 'German') or turn_count in (select 1)",
        "select columns('score_.*') from messages tablesample 10 rows",
        "select median(text_chars) filter (role = 'user') from messages group by rollup(model)",
        "from (pivot slice on language in ('English', 'German') using count(*) group by model)",
        "values (1, 'x'), (2, interval 1 day::varchar)",
        "select key from json_each('{\"a\": 1}') union by name select 1 as key except select 2",
        "select text collate nocase, try_cast('1' as integer), date '2024-01-01', #1 from messages",
        "select list_filter([1, 2], lambda x: x > 1), [x for x in [1, 2] if x > 1], 1 is not null",
        "select count(*) from slice a left join slice b on a.model = b.model and a.id_rank < 5",
    ):
        check_statement(connection, statement)
        connection.execute(statement).fetchall()
