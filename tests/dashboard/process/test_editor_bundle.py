"""The script of the SQL editor: the file is the one that its README describes."""

import gzip
import hashlib
import re

from dashboard.process import editor_bundle
from queries.assets import asset


def test_the_script_has_the_checksum_that_is_written_beside_it():
    readme = asset("codemirror/README.md").read_text(encoding="utf-8")
    (written,) = re.findall(r"`([0-9a-f]{64})`", readme)
    assert hashlib.sha256(editor_bundle.editor_script()).hexdigest() == written
    assert gzip.decompress(editor_bundle.gzipped_editor_script()) == editor_bundle.editor_script()
    assert written[:12] in editor_bundle.editor_script_path()


def test_the_licence_lies_beside_the_script():
    assert "MIT License" in asset("codemirror/LICENSE").read_text(encoding="utf-8")
