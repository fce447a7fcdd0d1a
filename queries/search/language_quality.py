"""Which languages a model serves well, as measured with known items.

`language_quality.toml` is what ``python -m tests.bench.quality`` prints: for each model (the quick
vectors of one are a model of their own) and language the number of queries whose answer is known,
for how many of them the right text came ``first`` and among the ``first_ten``, and the mean
reciprocal rank of search by meaning (``mrr``) and by ``both``.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from queries.search.model_files import BUNDLED, MULTILINGUAL
from queries.search.quick_model import quick_name

WELL = 0.7
"""From this mean reciprocal rank on, a language is served well: about, the right text is first for
two of three queries, and second or third for the others."""

PROPOSED_GAIN = 0.03
"""Another model is proposed where search by both gains so much over the languages of a store."""

_ACROSS = "across languages"
_ALL = "all"
_LISTED = 5


@dataclass(frozen=True, slots=True)
class LanguageFigure:
    """How well a model found the known items of a language.

    Attributes:
        queries: the number of queries.
        first: for so many, the right text came first.
        mrr: mean reciprocal rank of the right text among the first ten; 0 to 1.
        both: the same of search by both, which finds words too.
    """

    queries: int
    first: int
    mrr: float
    both: float

    @property
    def is_well(self) -> bool:
        """Whether the language is served well."""
        return self.mrr >= WELL


def language_figures(model_name: str) -> dict[str, LanguageFigure]:
    """The figures of a model by language, best first; empty if it was not measured."""
    rows = _measured().get(model_name, {})
    figures = {
        language: LanguageFigure(row["queries"], row["first"], row["mrr"], row["both"])
        for language, row in rows.items()
        if language not in (_ACROSS, _ALL)
    }
    return dict(sorted(figures.items(), key=lambda item: -item[1].mrr))


def quality_sentences(model_name: str) -> list[str]:
    """Sentences that say which languages a model serves well, with the measured figures."""
    figures = language_figures(model_name)
    if not figures:
        return ["How well this model serves which languages was not measured."]
    well = {language: figure for language, figure in figures.items() if figure.is_well}
    poorly = {language: figure for language, figure in figures.items() if not figure.is_well}
    total = sum(figure.queries for figure in figures.values())
    sentences = [
        f"Of {total:,} queries whose answer is known, so many had the right text first: "
        f"{_listed(well)}. These languages are served well."
    ]
    if poorly:
        advice = f" or build the index with: chatscape index --model {MULTILINGUAL}"
        is_default = model_name in (BUNDLED, quick_name(BUNDLED))
        sentences.append(
            f"Not served well: {_listed(poorly)}. There, search by words"
            f"{advice if is_default else ''}."
        )
    across = _measured()[model_name].get(_ACROSS)
    if across:
        sentences.append(
            f"Queries in another language than that of the text: {across['first']} of "
            f"{across['queries']}."
        )
    return sentences


def language_note(model_name: str, languages: Iterable[str]) -> str | None:
    """What to say beside results in languages that a model does not serve well.

    Args:
        model_name: the model of the index.
        languages: the languages that are searched, or that the query is in.

    Returns:
        A sentence or two; None if all are served well, or the model was not measured.
    """
    figures = language_figures(model_name)
    if not figures:
        return None
    names = sorted(set(languages))
    unknown = [name for name in names if name not in figures]
    poorly = [name for name in names if name in figures and not figures[name].is_well]
    sentences = []
    if poorly:
        counts = ", ".join(_count(figures[name]) for name in poorly[:_LISTED])
        sentences.append(
            f"Search by meaning with this index does not serve {_named(poorly)} well: the right "
            f"text came first for {counts} known queries."
        )
    if unknown:
        sentences.append(
            f"How well search by meaning with this index serves {_named(unknown)} was not measured."
        )
    if not sentences:
        return None
    return " ".join([*sentences, "Search by words works in every language."])


def proposal(model_name: str, counts: Mapping[str, int], path: Path) -> str | None:
    """A sentence that proposes the multilingual model for a store, with the measured figures.

    Args:
        model_name: the model that is used otherwise.
        counts: first prompts of the store by language.
        path: folder of the store.

    Returns:
        None if the model is not the default one, or the other one gains less than `PROPOSED_GAIN`.
    """
    if model_name != BUNDLED:
        return None
    now, other = (_expected(name, counts) for name in (model_name, MULTILINGUAL))
    if now is None or other is None or other - now < PROPOSED_GAIN:
        return None
    figures = language_figures(model_name)
    poorly = {name: count for name, count in counts.items() if not _is_well(figures, name)}
    total = sum(counts.values())
    largest = sorted(poorly, key=lambda name: (-poorly[name], name))[:3]
    shares = ", ".join(f"{name} {poorly[name] / total:.1%}" for name in largest)
    return (
        f"{sum(poorly.values()) / total:.1%} of the first prompts are in languages that the "
        f"default model does not serve well ({shares}); over the languages of this store, queries "
        f"whose answer is known reach a mean reciprocal rank of {now:.2f} with it and {other:.2f} "
        f"with the multilingual model, which takes longer. Build the index with that one: "
        f"chatscape index --model {MULTILINGUAL} --store {path}"
    )


def _is_well(figures: Mapping[str, LanguageFigure], name: str) -> bool:
    return name in figures and figures[name].is_well


def _expected(model_name: str, counts: Mapping[str, int]) -> float | None:
    """The mean reciprocal rank of search by both over the measured languages, by their shares."""
    figures = language_figures(model_name)
    shares = {name: count for name, count in counts.items() if name in figures}
    total = sum(shares.values())
    if not total:
        return None
    return sum(figures[name].both * count for name, count in shares.items()) / total


def _listed(figures: Mapping[str, LanguageFigure]) -> str:
    return ", ".join(f"{name} {_count(figure)}" for name, figure in figures.items())


def _count(figure: LanguageFigure) -> str:
    return f"{figure.first} of {figure.queries}"


def _named(names: list[str]) -> str:
    shown = names if len(names) <= _LISTED else [*names[:_LISTED], "others"]
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]]))


@cache
def _measured() -> dict[str, dict[str, dict[str, Any]]]:
    path = Path(__file__).with_suffix(".toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))
