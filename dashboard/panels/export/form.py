"""The export form: which conversations, in which shape and format."""

from dataclasses import dataclass

import streamlit as st

from dashboard import formats
from dashboard.components.url_widgets import show_choice
from dashboard.state import current_user, session
from queries.export.formats import CSV_FOR_EXCEL, form_formats
from queries.export.plan import ExportPlan, Per, Sample, Selection
from queries.export.presets import PRESETS, preset
from queries.export.shapes import SHAPES
from queries.filters import Filters

_SLICE = "whole"
"""The option that exports the slice of the filters, not a preset."""

_DEFAULT_SHAPE = "ids"

_PER: dict[str, Per | None] = {
    "in all": None,
    "of each model": "model",
    "of each language": "language",
    "of each flagged category": "category",
}
SEED_INPUT_MAX = 999_999_999
"""The largest seed that the form takes; the command line takes larger ones."""


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """The plan of an export and the name of its file."""

    plan: ExportPlan
    name: str


def show_export_form(filters: Filters) -> ExportRequest:
    """Draw the form; returns what it requests."""
    preset_name = show_choice(
        "Conversations",
        "export_of",
        [_SLICE, *PRESETS],
        label_of=lambda name: "Current slice" if name == _SLICE else name,
        kind="list",
    )
    if preset_name != _SLICE:
        meaning = preset(preset_name).meaning
        st.caption(formats.escape_markdown(f"{meaning} The filters apply first."))
    shape = _show_shape()
    picks = (_show_sample(),) if preset_name == _SLICE else preset(preset_name).picks()
    dataset = session.store().dataset
    left, right = st.columns([1, 2], vertical_alignment="bottom")
    with left:
        format_ = show_choice("Format", "export_format", form_formats(shape), kind="list")
    with right:
        columns = st.multiselect(
            "Columns",
            SHAPES[shape].columns(dataset),
            key=f"export_columns_{shape}",
            placeholder="all",
        )
    has_texts = any(map(SHAPES[shape].is_text, SHAPES[shape].schema(dataset)))
    has_switches = has_texts and current_user.is_operator()
    is_unmasked = has_switches and _show_unmask()
    includes_sexual_minors = has_switches and _show_sexual_minors()
    suffix = "csv" if format_ == CSV_FOR_EXCEL else format_
    plan = ExportPlan(
        filters=filters,
        picks=picks,
        shape=shape,
        format=suffix.partition(".")[0],  # type: ignore[arg-type]
        has_bom=format_ == CSV_FOR_EXCEL,
        columns=tuple(columns),
        is_masked=not is_unmasked,
        includes_sexual_minors=includes_sexual_minors,
        name=None if preset_name == _SLICE else preset_name,
    )
    base = "slice" if preset_name == _SLICE else preset_name
    return ExportRequest(plan, f"{base}-{shape}.{suffix}")


def _show_shape() -> str:
    shapes = [_DEFAULT_SHAPE, *(name for name in SHAPES if name != _DEFAULT_SHAPE)]
    shape = show_choice("Row format", "shape", shapes, label_of=lambda name: SHAPES[name].title)
    st.caption(formats.escape_markdown(SHAPES[shape].meaning))
    return shape


def _show_unmask() -> bool:
    is_unmasked = st.toggle(
        "Export unmasked",
        key="export_unmask",
        help="By default, placeholders replace e-mail addresses, phone numbers, keys and the like.",
    )
    if is_unmasked:
        st.caption("The manifest and the audit log will record that this export is unmasked.")
    return is_unmasked


def _show_sexual_minors() -> bool:
    is_included = st.toggle(
        "Include texts flagged as sexual/minors",
        key="export_sexual_minors",
        help="By default, each of these texts is replaced by its cover.",
    )
    if is_included:
        st.caption("The manifest and the audit log will record that you included these texts.")
    return is_included


def _show_sample() -> Selection:
    with st.container(horizontal=True, vertical_alignment="bottom", key="export_sample"):
        rows = st.number_input(
            "Sample size",
            min_value=1,
            value=None,
            step=1,
            key="export_rows",
            placeholder="all",
            width=190,
        )
        if rows is None:
            return Selection()
        per = st.selectbox("Sampled", list(_PER), key="export_per", width=220)
        seed = st.number_input(
            "Seed", 0, SEED_INPUT_MAX, value=0, step=1, key="export_seed", width=140
        )
    return Selection(sample=Sample(int(rows), per=_PER[per], seed=int(seed)))
