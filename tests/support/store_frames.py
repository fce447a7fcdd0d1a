"""Frames of two stores, made comparable."""

import numpy as np
import pandas as pd

from queries.errors import DataError
from tests.support.query_arguments import ARGUMENTS


def comparable_rows(frame):
    """The rows of a frame as plain values, less the rank, which is a matter of the store."""
    rows = frame.drop(columns="id_rank", errors="ignore").to_dict("records")
    return [{name: plain_value(value) for name, value in row.items()} for row in rows]


def plain_value(value):
    if isinstance(value, list | tuple | np.ndarray):
        return [plain_value(item) for item in value]
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    return float(f"{value:.10g}") if isinstance(value, float) else value


def answer_or_error(ask, *arguments, **named):
    """What a question gives, or with what it is refused."""
    try:
        answer = ask(*arguments, **named)
    except DataError as error:
        return type(error).__name__
    return comparable_rows(answer) if isinstance(answer, pd.DataFrame) else answer


def given(name, conversation_id):
    params = dict(ARGUMENTS.get(name, {}))
    if "conversation_id" in params:
        params["conversation_id"] = conversation_id
    return params | ({"row_limit": 40} if "row_limit" in params else {})
