"""The SQL worker process: it opens a version, enters the sandbox, runs one statement, and ends.

It reads its instructions from standard input, one line of JSON at a time. To standard output it
writes a line when it is ready, a line with the outcome of the statement, and the rows as an Arrow
stream.
"""

import json
import os
import sys
import time
from pathlib import Path
from threading import Thread, Timer
from typing import IO, TYPE_CHECKING, Any

from queries.sql_console import sandbox

if TYPE_CHECKING:
    import duckdb

    from queries.store.relations import Relations

ROWS_AT_ONCE = 2_048

_SETTINGS = (
    "set timezone = 'UTC'",
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
"""The order matters: folders are allowed before external access is disabled; the lock is last."""


def main() -> None:
    """Run one statement."""
    requests, replies = _open_streams()
    options = json.loads(requests.readline())
    folder = Path(options["version"])
    store = folder.parent.parent
    sandbox.lower_priority()
    Thread(target=_exit_with, args=(os.getppid(),), daemon=True).start()
    readable = [folder, store / "removed.parquet", store / "state" / "topics.json"]
    sandbox.restrict_files(readable, hidden=store)
    relations = _open_relations(folder, options["memory_gb"], options["threads"])
    _reply(replies, {"ready": True})
    line = requests.readline()
    if line:
        job = json.loads(line)
        ranks = requests.read(job["ranks_bytes"]) if job["ranks_bytes"] is not None else None
        _run_job(relations, folder, job, ranks, replies)
    replies.flush()
    # Nothing needs cleaning up, whatever is left of the statement.
    os._exit(0)


def _exit_with(parent: int) -> None:
    """Exit when the parent process has gone, because nobody else would stop this one."""
    while os.getppid() == parent:
        time.sleep(1.0)
    os._exit(1)


def _open_streams() -> tuple[IO[bytes], IO[bytes]]:
    """The streams of requests and replies. Anything else that is printed is dropped."""
    replies = os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    return sys.stdin.buffer, replies


def _open_relations(folder: Path, memory_gb: float, threads: int) -> "Relations":
    from duckdb.func import PythonUDFType
    from duckdb.sqltypes import VARCHAR

    from queries.settings import Settings
    from queries.sql_console.views import FUNCTIONS
    from queries.store.layout import Version
    from queries.store.relations import Relations

    relations = Relations(Version(folder), Settings(memory_gb=memory_gb, threads=threads))
    _ = relations.snapshot
    with relations.cursor() as cursor:
        for name, function in FUNCTIONS.items():
            cursor.create_function(name, function, [VARCHAR], VARCHAR, type=PythonUDFType.ARROW)
    return relations


def _run_job(
    relations: "Relations",
    folder: Path,
    job: dict[str, Any],
    ranks: bytes | None,
    replies: IO[bytes],
) -> None:
    import duckdb

    from queries.errors import DataError
    from queries.sql_console.statement_policy import check_statement

    try:
        _ = relations.snapshot  # Applies removals made since this process was started.
        with relations.cursor() as cursor:
            _make_views(cursor, job, ranks)
            _lock(cursor, folder)
            sandbox.limit_resources(job["memory_gb"], job["seconds"])
            check_statement(cursor, job["sql"])
            _run(cursor, job, replies)
    except DataError as error:
        _reply(replies, {"problem": str(error)})
    except duckdb.InterruptException:
        _reply(replies, {"late": True})
    except (duckdb.OutOfMemoryException, MemoryError):
        _reply(replies, {"large": True})
    except BrokenPipeError:
        raise
    except (duckdb.Error, OSError) as error:
        _reply(replies, _failure(error, folder))


def _make_views(
    cursor: "duckdb.DuckDBPyConnection", job: dict[str, Any], ranks: bytes | None
) -> None:
    import numpy as np
    import pyarrow as pa

    from queries.sql_console.views import view_statements

    if ranks is not None:
        column = pa.table({"id_rank": pa.array(np.frombuffer(ranks, np.int32))})
        cursor.register("ranks", column)
        cursor.execute("create table main.slice_members as from ranks")
        cursor.unregister("ranks")
    for statement in view_statements(
        is_uncovered=job["is_uncovered"],
        is_unmasked=job["is_unmasked"],
        has_slice=ranks is not None,
    ):
        cursor.execute(statement)


def _lock(cursor: "duckdb.DuckDBPyConnection", folder: Path) -> None:
    paths = (str(folder / table).replace("'", "''") for table in ("conversations", "messages"))
    folders = ", ".join(f"'{path}/'" for path in paths)
    for statement in _SETTINGS:
        cursor.execute(statement.format(folders=folders))


def _run(cursor: "duckdb.DuckDBPyConnection", job: dict[str, Any], replies: IO[bytes]) -> None:
    import pyarrow as pa

    from queries.sql_console.result_types import as_arrow_types, with_duckdb_types

    if job["seconds"]:
        timer = Timer(job["seconds"], cursor.interrupt)
        timer.daemon = True
        timer.start()
    statement = _relation(cursor, job["sql"])
    reader: Any = as_arrow_types(statement).to_arrow_reader(ROWS_AT_ONCE)
    schema = with_duckdb_types(reader.schema, statement)
    batches, count, size, is_cut = [], 0, 0, False
    for batch in reader:
        head = batch.slice(0, job["rows"] - count)
        while head.num_rows and size + head.nbytes > job["bytes"]:
            head = head.slice(0, head.num_rows // 2)
        batches.append(head)
        count, size = count + head.num_rows, size + head.nbytes
        is_cut = head.num_rows < batch.num_rows
        if is_cut:
            break
    _reply(replies, {"is_cut": is_cut})
    with pa.ipc.new_stream(replies, schema) as stream:
        for batch in batches:
            stream.write_batch(batch)


def _relation(cursor: "duckdb.DuckDBPyConnection", sql: str) -> "duckdb.DuckDBPyRelation":
    import duckdb

    try:
        return cursor.sql(sql)
    except duckdb.Error:
        cursor.execute(sql)  # Its message says the line.
        raise


def _failure(error: Exception, folder: Path) -> dict[str, Any]:
    """The reply for an error of DuckDB. While Arrow reads the rows, it passes it on as OSError."""
    message = str(error)
    if message.startswith("INTERRUPT"):
        return {"late": True}
    if message.startswith("Out of Memory"):
        return {"large": True}
    return {"problem": _anonymous_message(error, folder)}


def _anonymous_message(error: Exception, folder: Path) -> str:
    """The message of an error, without the path of the store."""
    message = str(error).replace(str(folder), "the store").replace(str(folder.parent.parent), "…")
    return message.strip()


def _reply(replies: IO[bytes], message: dict[str, Any]) -> None:
    replies.write(json.dumps(message).encode() + b"\n")
    replies.flush()


if __name__ == "__main__":
    main()
