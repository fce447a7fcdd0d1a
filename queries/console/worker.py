"""The process that runs one statement: it opens a version, locks itself up, answers, and ends.

It is told what to do on its standard input, one line of JSON at a time, and answers on its standard
output: first that it is ready, then a line with what came of the statement, and its rows as a
stream of Arrow.
"""

import json
import os
import sys
import time
from pathlib import Path
from threading import Thread, Timer
from typing import IO, TYPE_CHECKING, Any

from queries.console import confinement

if TYPE_CHECKING:
    import duckdb

    from queries.relations import Relations

ROWS_AT_ONCE = 2_048

_SETTINGS = (
    "set temp_directory = ''",
    "set max_temp_directory_size = '0B'",
    "set allowed_directories = [{folders}]",
    "set enable_external_access = false",
    "set allow_community_extensions = false",
    "set autoinstall_known_extensions = false",
    "set autoload_known_extensions = false",
    "set python_enable_replacements = false",
    "set lock_configuration = true",
)
"""In this order: folders are allowed before the rest is shut, and the lock comes last."""


def main() -> None:
    """Answer one statement."""
    given, answered = _streams()
    begun = json.loads(given.readline())
    folder = Path(begun["version"])
    store = folder.parent.parent
    confinement.give_way()
    Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    confinement.confine_files([folder, store / "removed.parquet"])
    relations = _opened(folder, begun["memory_gb"], begun["threads"])
    _say(answered, {"ready": True})
    line = given.readline()
    if line:
        job = json.loads(line)
        ranks = given.read(job["ranks_bytes"]) if job["ranks_bytes"] is not None else None
        _answer(relations, folder, job, ranks, answered)
    answered.flush()
    # Whatever of the statement is still there has nothing to tidy up.
    os._exit(0)


def _end_with(parent: int) -> None:
    """End when whoever started this process is gone: nobody would stop it."""
    while os.getppid() == parent:
        time.sleep(1.0)
    os._exit(1)


def _streams() -> tuple[IO[bytes], IO[bytes]]:
    """Input and output, the latter where nothing else can print."""
    answered = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return sys.stdin.buffer, answered


def _opened(folder: Path, memory_gb: float, threads: int) -> "Relations":
    from duckdb.func import PythonUDFType
    from duckdb.sqltypes import VARCHAR

    from queries.console.views import FUNCTIONS
    from queries.layout import Version
    from queries.relations import Relations
    from queries.settings import Settings

    opened = Relations(Version(folder), Settings(memory_gb=memory_gb, threads=threads))
    _ = opened.edition
    with opened.cursor() as cursor:
        for name, function in FUNCTIONS.items():
            cursor.create_function(name, function, [VARCHAR], VARCHAR, type=PythonUDFType.ARROW)
    return opened


def _answer(
    relations: "Relations",
    folder: Path,
    job: dict[str, Any],
    ranks: bytes | None,
    answered: IO[bytes],
) -> None:
    import duckdb

    from queries.console.statement import check_statement
    from queries.errors import DataError

    try:
        _ = relations.edition  # What was removed since this process was started.
        with relations.cursor() as cursor:
            _make_views(cursor, job, ranks)
            _lock(cursor, folder)
            confinement.limit_resources(job["memory_gb"], job["seconds"])
            check_statement(cursor, job["sql"])
            _run(cursor, job, answered)
    except DataError as error:
        _say(answered, {"problem": str(error)})
    except duckdb.InterruptException:
        _say(answered, {"late": True})
    except (duckdb.OutOfMemoryException, MemoryError):
        _say(answered, {"large": True})
    except duckdb.Error as error:
        _say(answered, {"problem": _plain_problem(error, folder)})


def _make_views(
    cursor: "duckdb.DuckDBPyConnection", job: dict[str, Any], ranks: bytes | None
) -> None:
    import numpy as np
    import pyarrow as pa

    from queries.console.views import view_statements

    if ranks is not None:
        column = pa.table({"id_rank": pa.array(np.frombuffer(ranks, np.int32))})
        cursor.register("given_ranks", column)
        cursor.execute("create table main.slice_ranks as from given_ranks")
        cursor.unregister("given_ranks")
    for statement in view_statements(
        is_uncovered=job["is_uncovered"],
        is_unmasked=job["is_unmasked"],
        has_slice=ranks is not None,
    ):
        cursor.execute(statement)


def _lock(cursor: "duckdb.DuckDBPyConnection", folder: Path) -> None:
    named = (str(folder / table).replace("'", "''") for table in ("conversations", "messages"))
    folders = ", ".join(f"'{name}/'" for name in named)
    for statement in _SETTINGS:
        cursor.execute(statement.format(folders=folders))


def _run(cursor: "duckdb.DuckDBPyConnection", job: dict[str, Any], answered: IO[bytes]) -> None:
    import pyarrow as pa

    if job["seconds"]:
        timer = Timer(job["seconds"], cursor.interrupt)
        timer.daemon = True
        timer.start()
    reader: Any = cursor.execute(job["sql"]).to_arrow_reader(ROWS_AT_ONCE)
    batches, count, size, is_cut = [], 0, 0, False
    for batch in reader:
        kept = batch.slice(0, job["rows"] - count)
        while kept.num_rows and size + kept.nbytes > job["bytes"]:
            kept = kept.slice(0, kept.num_rows // 2)
        batches.append(kept)
        count, size = count + kept.num_rows, size + kept.nbytes
        is_cut = kept.num_rows < batch.num_rows
        if is_cut:
            break
    _say(answered, {"is_cut": is_cut})
    with pa.ipc.new_stream(answered, reader.schema) as stream:
        for batch in batches:
            stream.write_batch(batch)


def _plain_problem(error: "duckdb.Error", folder: Path) -> str:
    """What DuckDB says, without where the store is."""
    said = str(error).replace(str(folder), "the store").replace(str(folder.parent.parent), "…")
    return f"{said.strip()}"


def _say(answered: IO[bytes], said: dict[str, Any]) -> None:
    answered.write(json.dumps(said).encode() + b"\n")
    answered.flush()


if __name__ == "__main__":
    main()
