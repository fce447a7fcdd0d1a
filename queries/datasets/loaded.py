"""Which data a version of a store holds, and what pages may say of it.

Any file with the columns of a published dataset can be prepared. What was written about the
published one, such as how many people wrote it, is said of that one only.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from queries.assets import fill_text
from queries.datasets.adapter import DatasetInfo
from queries.datasets.registry import dataset_of

_SHARD = re.compile(r"\w+-\d+-of-(\d+)(-\w+)?\.parquet")

_SYNTHETIC_CAVEAT = (
    "These conversations are generated: figures of the sample say nothing about how people use "
    "language models."
)
_OTHER_CAVEAT = (
    "Conversations are seldom independent, and models are seldom assigned to them at random: the "
    "true uncertainty is larger than the intervals."
)
_OTHER_SCORES = "Scores are as published, and not calibrated probabilities."


@dataclass(frozen=True, slots=True)
class LoadedDataset:
    """The data of a version.

    Attributes:
        name: the title of the published dataset, “Synthetic sample”, or the names of the files.
        is_synthetic: whether ``chatscape sample`` made all of it.
        about: the text of the page About the data, as Markdown.
        caveat: one sentence on why intervals are narrower than the true uncertainty.
        scores_caveat: one or two sentences on what scores and flags are worth.
        input_limits: the longest prompts in characters that the site of the dataset accepted.
    """

    name: str
    is_synthetic: bool
    about: str
    caveat: str
    scores_caveat: str
    input_limits: tuple[int, ...]


def loaded_dataset(manifest: Mapping[str, Any]) -> LoadedDataset:
    """The data of a version, by its manifest.

    Raises:
        DataError: this version of Chatscape does not know its dataset.
    """
    info = dataset_of(manifest).info
    names = [PurePath(source["path"]).name for source in manifest["sources"]]
    if not manifest["is_synthetic"] and is_published(info, manifest["sources"]):
        return LoadedDataset(
            info.title, False, info.about, info.caveat, info.scores_caveat, info.input_limits
        )
    files = ", ".join(f"`{name.replace('`', ' ')}`" for name in names) or "no file"
    return LoadedDataset(
        name="Synthetic sample" if manifest["is_synthetic"] else _name(names),
        is_synthetic=manifest["is_synthetic"],
        about=fill_text("about_other.md", {"title": info.title, "files": files}),
        caveat=_SYNTHETIC_CAVEAT if manifest["is_synthetic"] else _OTHER_CAVEAT,
        scores_caveat=_OTHER_SCORES,
        input_limits=(),
    )


def is_published(info: DatasetInfo, sources: list[dict[str, Any]]) -> bool:
    """Whether source files are the published dataset, or some of its files.

    They are if they have as many rows as it has, or if each is named as one of a number of equal
    parts, and has that part of the rows.
    """
    if info.published_count is None or not sources:
        return False
    if sum(source["row_count"] for source in sources) == info.published_count:
        return True
    return all(_is_part(info.published_count, source) for source in sources)


def _is_part(total: int, source: Mapping[str, Any]) -> bool:
    matched = _SHARD.fullmatch(PurePath(source["path"]).name)
    if matched is None or not (parts := int(matched[1])):
        return False
    return abs(int(source["row_count"]) * parts - total) < parts


def _name(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{len(names):,} files"
