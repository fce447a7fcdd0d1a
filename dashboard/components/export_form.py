"""What an export is of, and how it is written: chosen on the page, given as a plan."""

from dataclasses import dataclass

import streamlit as st

from dashboard import formats, people
from dashboard.components.view_choice import show_choice
from queries.export.named import NAMED, named_slice
from queries.export.plan import ExportPlan, Per, Pick, Sample, Shape
from queries.export.shapes import SHAPES
from queries.filters import Filters

_WHOLE = "whole"

_SHAPES: dict[Shape, str] = {
    "ids": "Ids only",
    "published": "As published",
    "messages": "Messages",
    "conversations": "Conversations",
    "prompts": "First prompts",
    "chat": "Chat for fine-tuning",
}
_MEANINGS: dict[Shape, str] = {
    "ids": "Ids and the manifest: whoever holds the dataset can derive the rest. For sharing.",
    "published": "Rows in exactly the schema of the source, so that other tools just work.",
    "messages": "One row a message, with its flags and its 11 scores.",
    "conversations": "One row a conversation with what is counted of it, and its opening words.",
    "prompts": "One row a first prompt.",
    "chat": 'One row a conversation: {"messages": [{"role": …, "content": …}]}.',
}
_PER: dict[str, Per | None] = {
    "in all": None,
    "of each model": "model",
    "of each language": "language",
    "of each flagged category": "category",
}
_SUFFIXES = ("parquet", "jsonl", "jsonl.zst", "jsonl.gz", "csv", "csv.gz")
SEED_MAX = 999_999_999


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is chosen: the plan, and the name of its file."""

    plan: ExportPlan
    name: str


def show_form(filters: Filters) -> Wanted:
    """Draw the choices, and give what they say."""
    named = show_choice(
        "Conversations",
        "export_of",
        [_WHOLE, *NAMED],
        words=lambda name: "The slice of the filters" if name == _WHOLE else name,
        kind="list",
    )
    if named != _WHOLE:
        st.caption(formats.plain(f"{named_slice(named).meaning} Taken within the filters."))
    shape = _show_shape()
    picks = (_show_sample(),) if named == _WHOLE else named_slice(named).picks()
    left, right = st.columns([1, 2], vertical_alignment="bottom")
    with left:
        suffix = st.selectbox("Format", _suffixes(shape), key="export_format")
    with right:
        columns = st.multiselect(
            "Columns", SHAPES[shape].columns, key=f"export_columns_{shape}", placeholder="all"
        )
    is_unmasked = shape != "ids" and people.is_operator() and _show_unmask()
    plan = ExportPlan(
        filters=filters,
        picks=picks,
        shape=shape,
        format=suffix.partition(".")[0],  # type: ignore[arg-type]
        columns=tuple(columns),
        is_masked=not is_unmasked,
        name=None if named == _WHOLE else named,
    )
    base = "slice" if named == _WHOLE else named
    return Wanted(plan, f"{base}-{shape}.{suffix}")


def _show_shape() -> Shape:
    chosen = show_choice(
        "Shape", "shape", list(_SHAPES), words=lambda name: _SHAPES[_shape_of(name)]
    )
    shape = _shape_of(chosen)
    st.caption(formats.plain(_MEANINGS[shape]))
    return shape


def _shape_of(name: str) -> Shape:
    return next(shape for shape in _SHAPES if shape == name)


def _suffixes(shape: Shape) -> list[str]:
    return [one for one in _SUFFIXES if not (SHAPES[shape].is_nested and one.startswith("csv"))]


def _show_unmask() -> bool:
    is_unmasked = st.toggle(
        "Nothing masked",
        key="export_unmask",
        help="Otherwise e-mail addresses, phone numbers, keys and the like are named, not shown.",
    )
    if is_unmasked:
        st.caption("That it is unmasked is written to its manifest and to the log of this store.")
    return is_unmasked


def _show_sample() -> Pick:
    with st.container(horizontal=True, vertical_alignment="bottom", key="export_sample"):
        rows = st.number_input(
            "Sample, conversations",
            min_value=1,
            value=None,
            step=1,
            key="export_rows",
            placeholder="all",
            width=190,
        )
        if rows is None:
            return Pick()
        per = st.selectbox("Sampled", list(_PER), key="export_per", width=220)
        seed = st.number_input("Seed", 0, SEED_MAX, value=0, step=1, key="export_seed", width=140)
    return Pick(sample=Sample(int(rows), per=_PER[per], seed=int(seed)))
