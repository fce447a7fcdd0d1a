"""JSON lines: one row is one line for every reader, and every value comes back."""

import json

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from queries.export.row_encoders import json_lines

# What `str.splitlines` of Python, and readers of other languages, take for the end of a line.
LINE_ENDS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"


@given(st.lists(st.text(st.sampled_from([*LINE_ENDS, "a", "\\", '"', "é"]), max_size=8)))
def test_a_row_is_one_line_for_every_reader(texts):
    nested = [{"content": text} for text in texts]
    table = pa.table({"text": pa.array(texts, pa.string()), "message": nested or pa.array([])})
    lines = json_lines(table).decode().splitlines()
    assert [json.loads(line)["text"] for line in lines] == texts
    assert [json.loads(line)["message"] for line in lines] == nested


def test_texts_without_line_ends_are_written_as_they_are():
    assert (
        json_lines(pa.table({"text": ["é", "日本"]})) == '{"text":"é"}\n{"text":"日本"}\n'.encode()
    )
