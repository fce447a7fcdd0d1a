"""Files that should be parquet: each says what it is, and what to do."""

import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile

import pyarrow as pa
import pyarrow.orc
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as encryption
import pytest

from queries.errors import SourceError
from queries.prepare.build import build_store
from queries.runtime.progress import Silent
from queries.store.layout import StorePath
from tests.support import tiny_dataset

ROWS = tiny_dataset.table(tiny_dataset.ROWS)
LINES = "".join(json.dumps(row) + "\n" for row in tiny_dataset.ROWS)


def parquet() -> bytes:
    out = io.BytesIO()
    pq.write_table(ROWS, out)
    return out.getvalue()


def encrypted() -> bytes:
    class Keys(encryption.KmsClient):
        def __init__(self, _):
            super().__init__()

        def wrap_key(self, key, _):
            return key

        def unwrap_key(self, key, _):
            return key

    factory = encryption.CryptoFactory(Keys)
    properties = factory.file_encryption_properties(
        encryption.KmsConnectionConfig(),
        encryption.EncryptionConfiguration(footer_key="key", uniform_encryption=True),
    )
    out = io.BytesIO()
    with pq.ParquetWriter(out, ROWS.schema, encryption_properties=properties) as writer:
        writer.write_table(ROWS)
    return out.getvalue()


def arrow() -> bytes:
    out = io.BytesIO()
    with pa.ipc.new_file(out, ROWS.schema) as writer:
        writer.write_table(ROWS)
    return out.getvalue()


def arrow_stream() -> bytes:
    out = io.BytesIO()
    with pa.ipc.new_stream(out, ROWS.schema) as writer:
        writer.write_table(ROWS)
    return out.getvalue()


def orc() -> bytes:
    out = io.BytesIO()
    pyarrow.orc.write_table(ROWS.select(["conversation_id", "turn"]), out)
    return out.getvalue()


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("train.parquet", parquet())
    return out.getvalue()


def tarred() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        entry = tarfile.TarInfo("train.parquet")
        entry.size = len(parquet())
        archive.addfile(entry, io.BytesIO(parquet()))
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n",
            "is a pointer of Git LFS, not the file itself. Fetch the files with: git lfs pull",
        ),
        (
            b"/annex/objects/SHA256E-s12--4d7a.parquet\n",
            "is a pointer of git-annex, not the file itself. Fetch it with: git annex get .",
        ),
        (b"\n<!DOCTYPE html><html><body>Restricted", "is a web page, not parquet"),
        (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "is a web page, not"),
        (gzip.compress(parquet()), "is compressed with gzip. Unpack it"),
        (bz2.compress(parquet()), "is compressed with bzip2. Unpack it"),
        (lzma.compress(parquet()), "is compressed with xz. Unpack it"),
        (pa.compress(parquet(), "zstd", asbytes=True), "is compressed with zstd. Unpack it"),
        (zipped(), "is compressed with zip. Unpack it"),
        (tarred(), "is a tar archive. Unpack it"),
        (LINES.encode(), "holds JSON lines, not parquet. Give it a name that ends in .jsonl"),
        (b"\xef\xbb\xbf" + LINES.encode(), "holds JSON lines, not parquet"),
        ((json.dumps({"text": "é" * 9_000}) + "\n").encode(), "holds JSON lines, not parquet"),
        (json.dumps(tiny_dataset.ROWS[:1], indent=1).encode(), "holds JSON, not parquet"),
        (
            b"conversation_id,model\n1,gpt-4\n",
            "holds CSV, not parquet. Give it a name that ends in .csv",
        ),
        ("id\tmodel\n1\té\n".encode("utf-16"), "holds CSV, not parquet"),
        (b"Not found\n", "is a text, not parquet"),
        (arrow(), "is an Arrow file. Give it a name that ends in .arrow"),
        (arrow_stream(), "is an Arrow file. Give it a name that ends in .arrow"),
        (orc(), "is an ORC file. Write its rows as parquet"),
        (encrypted(), "is encrypted parquet. Chatscape takes no keys"),
        (b"", "is empty. Download it again"),
        (parquet()[:-9], "is not a complete parquet file: its end is missing. Download it again"),
        (b"\x00\x01\x02\xff" * 99, "is not a complete parquet file: Parquet magic bytes not found"),
    ],
)
def test_each_says_what_it_is(tmp_path, content, sentence):
    path = tmp_path / "train.parquet"
    path.write_bytes(content)
    with pytest.raises(SourceError) as refusal:
        build_store(str(path), StorePath(tmp_path / "store"), Silent())
    assert str(refusal.value).startswith(f"{path} {sentence}")
    assert "\n" not in str(refusal.value)
    assert StorePath(tmp_path / "store").current_name() is None
