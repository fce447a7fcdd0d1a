"""Which files belong to a source: one rule for folders, globs and single files.

Folders are searched with all their subfolders, also through links. Which files hold conversations,
their names say (`queries.prepare.file_formats`), and a source is read in one format: the first of
parquet, Arrow, JSON lines, JSON and CSV that it has. Whatever is not taken is named with the
reason.
"""

import fnmatch
import glob
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from queries.errors import SourceError
from queries.prepare.file_formats import FORMAT_NAMES, SourceFormat, source_format
from queries.prepare.saved_datasets import is_saved_data_file

_NAMED = 3
"""How many paths of each reason a sentence names."""

_HIDDEN = "hidden, as their names begin with a dot or an underscore"
_OTHER = "no files of conversations by their names"
_CACHE = "not among the data files of their `state.json`"
_LOOP = "links back to a folder above them"
_STORE = "stores of Chatscape"
_SAME = "links to files that are taken already"
_BROKEN = "links to nothing"


@dataclass(frozen=True, slots=True)
class SourceFiles:
    """The files of a source.

    Attributes:
        files: the files, all of one format, sorted.
        left_out: what was not taken, by reason, as paths.
    """

    files: tuple[Path, ...]
    left_out: tuple[tuple[str, Path], ...]

    def sentences(self) -> list[str]:
        """A sentence for each reason why something was not taken."""
        counts = Counter(reason for reason, _ in self.left_out)
        return [self._sentence(reason, count) for reason, count in counts.items()]

    def _sentence(self, reason: str, count: int) -> str:
        paths = [str(path) for why, path in self.left_out if why == reason]
        more = f" and {count - _NAMED:,} more" if count > _NAMED else ""
        return f"Left out, {reason}: {', '.join(paths[:_NAMED])}{more}."


def find_source_files(raw: str, store: Path) -> SourceFiles:
    """The files that a path names.

    Args:
        raw: a file, a folder, or a glob. An existing path is taken as it is, brackets included.
        store: the folder of the store, which is no source even if it lies in the folder.

    Raises:
        SourceError: there are none.
    """
    path = Path(os.path.expanduser(raw))  # noqa: PTH111  which leaves an unknown ~user as it is
    search = _Search(store)
    if path.is_file():
        return SourceFiles((path,), ())
    if path.is_dir():
        search.folder(path, ())
        where = f"in the folder {raw}"
    else:
        search.glob(str(path))
        where = f"at {raw}"
    source_files = SourceFiles(tuple(sorted(search.files_of_one_format())), tuple(search.left_out))
    if not source_files.files:
        raise SourceError(
            " ".join(
                [
                    f"There is no file of conversations {where}: parquet, Arrow, JSON lines, JSON "
                    "or CSV, by its name. Give a file, a folder, or a glob in quotes.",
                    *source_files.sentences(),
                ]
            )
        )
    return source_files


class _Search:
    """Collects files, each once by what it is, and the reasons for leaving others out."""

    def __init__(self, store: Path) -> None:
        self._files: dict[SourceFormat, list[Path]] = {}
        self.left_out: list[tuple[str, Path]] = []
        self._store = os.path.realpath(store)
        self._pattern: re.Pattern[str] | None = None
        self._taken: set[str] = set()
        self._seen: set[Path] = set()

    def files_of_one_format(self) -> list[Path]:
        """The files of the first format that there are any of; the others are left out."""
        chosen = next((format_ for format_ in FORMAT_NAMES if format_ in self._files), None)
        if chosen is None:
            return []
        for format_, files in self._files.items():
            if format_ != chosen:
                reason = f"{FORMAT_NAMES[format_]} beside files of {FORMAT_NAMES[chosen]}"
                self.left_out.extend((reason, path) for path in files)
        return self._files[chosen]

    def glob(self, pattern: str) -> None:
        """Take what a glob names: files, and what is in the folders that it names."""
        if "**" not in pattern.split("/"):
            for match in sorted(glob.glob(pattern)):  # noqa: PTH207
                self.path(Path(match), ())
            return
        # Python's own glob would go round a link that leads back, dozens of times.
        before = pattern.split("/")[: pattern.split("/").index("**")]
        self._pattern = _recursive_pattern(pattern)
        for match in sorted(glob.glob("/".join(before) or ("/" if before else "."))):  # noqa: PTH207
            self.folder(Path(match), ())

    def folder(self, folder: Path, above: tuple[str, ...]) -> None:
        """Take what a folder contains.

        Args:
            folder: the folder.
            above: real paths of the folders that it was reached through.
        """
        real = os.path.realpath(folder)
        if real in above:
            self._leave_out(_LOOP, folder)
        elif real == self._store or _is_store(folder):
            self._leave_out(_STORE, folder)
        else:
            for entry in _entries(folder):
                self.path(entry, (*above, real))

    def path(self, path: Path, above: tuple[str, ...]) -> None:
        """Take a path: a file, or what is in a folder. A path that was taken is passed over."""
        if path in self._seen:
            return
        self._seen.add(path)
        if self._pattern and not path.is_dir() and not self._pattern.match(str(path)):
            return
        if path.name.startswith((".", "_")):
            self._leave_out(_HIDDEN, path)
        elif path.is_dir():
            self.folder(path, above)
        elif (format_ := source_format(path)) is None:
            self._leave_out(_OTHER, path)
        elif not path.exists():
            self._leave_out(_BROKEN, path)
        elif (real := os.path.realpath(path)) in self._taken:
            self._leave_out(_SAME, path)
        elif format_ == "arrow" and not is_saved_data_file(path):
            self._leave_out(_CACHE, path)
        else:
            self._taken.add(real)
            self._files.setdefault(format_, []).append(path)

    def _leave_out(self, reason: str, path: Path) -> None:
        self.left_out.append((reason, path))


def _recursive_pattern(pattern: str) -> re.Pattern[str]:
    """A regular expression for a glob in which ``**`` stands for any number of folders."""
    parts = [
        r"(?:[^/]+/)*" if part == "**" else fnmatch.translate(part).replace(".*", "[^/]*") + "/"
        for part in pattern.split("/")
    ]
    joined = "".join(parts).replace(r"\Z", "").removesuffix("/")
    return re.compile(joined + (".*" if pattern.endswith("**") else "") + r"\Z")


def _entries(folder: Path) -> Iterator[Path]:
    """The contents of a folder: its own files first, so that a link to one is the second of two."""
    entries = sorted(folder.iterdir())
    yield from (entry for entry in entries if not entry.is_symlink())
    yield from (entry for entry in entries if entry.is_symlink())


def _is_store(folder: Path) -> bool:
    return (folder / "CURRENT").is_file() and (folder / "versions").is_dir()
