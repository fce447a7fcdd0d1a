"""The store beside the published figures of its dataset, and beside two tables of its paper."""

import pandas as pd
import streamlit as st

from dashboard import formats
from dashboard.components.data_table import TableColumn, TableRow, show_table
from dashboard.state import session
from queries.filters import Filters
from queries.serialisation.csv_safety import safe_csv
from queries.serialisation.records import records
from queries.store.store import Store
from queries.verification.published_figures import published_figures
from queries.verification.verify import AGREES, attempts_table, flagged_table, summary, verify

_HINT = (
    "Counted differently elsewhere, or by rules that were not published, a figure is not checked."
)


def show_published_figures(store: Store) -> None:
    """Draw an expander with the comparison; it is computed when it is opened first."""
    if not published_figures(store.dataset.info):
        return
    with st.expander("Published figures", key="published_figures", on_change="rerun") as figures:
        if not figures.open:
            return
        rows = session.rows(_verify, Filters())
        st.text(summary(store, rows))
        _show_figures(rows)
        _show_flagged(session.rows(_flagged, Filters()))
        _show_attempts(session.rows(_attempts, Filters()))


def _verify(store: Store, _: Filters) -> pd.DataFrame:
    return verify(store)


def _flagged(store: Store, _: Filters) -> pd.DataFrame:
    return flagged_table(store)


def _attempts(store: Store, _: Filters) -> pd.DataFrame:
    return attempts_table(store)


def _show_figures(rows: pd.DataFrame) -> None:
    table_rows = []
    for row in records(rows):
        published = f"{row['source']}; {row['confidence']}"
        tolerance = "" if row["tolerance"] in ("", "order") else _tolerance(row["tolerance"])
        table_rows.append(
            TableRow(
                cells=[
                    row["check"],
                    _number(row["expected"]),
                    _number(row["measured"] or ""),
                    row["verdict"],
                ],
                notes=[row["definition"], published, "", row["reason"] or tolerance],
                is_small=row["verdict"] != AGREES,
            )
        )
    columns = [
        TableColumn("Figure", is_number=False),
        TableColumn("Published", is_number=False),
        TableColumn("This store", is_number=False),
        TableColumn("Verdict", is_number=False, hint=_HINT),
    ]
    _table(columns, table_rows, "Published figures and those of this store", "published", rows)


def _show_flagged(rows: pd.DataFrame) -> None:
    table_rows = [
        TableRow(
            cells=[
                row["category"],
                formats.count(row["published_count"]),
                formats.share(row["published_share"]),
                formats.count(row["store_count"]),
                formats.share(row["store_share"]),
            ]
        )
        for row in records(rows)
    ]
    labels = ["Published", "Published share", "This store", "Its share"]
    columns = [TableColumn("Flagged as", is_number=False), *map(TableColumn, labels)]
    _table(columns, table_rows, "Table 2: flagged conversations", "flagged", rows)


def _show_attempts(rows: pd.DataFrame) -> None:
    kinds = ("conversations", "attempts", "successes")
    table_rows = [
        TableRow(
            cells=[
                formats.name(row["model"]),
                *(
                    "" if row[name] is None else formats.count(row[name])
                    for kind in kinds
                    for name in (f"published_{kind}", kind)
                ),
            ]
        )
        for row in records(rows)
    ]
    columns = [TableColumn("Model", is_number=False)]
    for kind in kinds:
        columns += [TableColumn(f"Published {kind}"), TableColumn(kind.capitalize())]
    _table(columns, table_rows, "Table 4: attempts and successes", "attempts", rows)


def _table(
    columns: list[TableColumn],
    table_rows: list[TableRow],
    caption: str,
    name: str,
    rows: pd.DataFrame,
) -> None:
    st.subheader(caption, anchor=False)
    export = {
        "name": f"{name}_figures",
        "csv": safe_csv(rows),
        "plot": None,
        "title": caption,
        "note": "",
    }
    show_table(columns, table_rows, caption=caption, key=f"table_{name}", export=export)


def _tolerance(text: str) -> str:
    return "compared exactly" if text == "exact" else f"within {text}"


def _number(text: str) -> str:
    """A text with thousands separators if it is a whole number."""
    return formats.count(int(text)) if text.isdecimal() else text
