"""What a reader sees of our own components, and what their scripts send: without a browser."""

import json
import re
from itertools import zip_longest
from typing import Any

from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest

Table = dict[str, dict[str, str]]


def whole(app: AppTest) -> AppTest:
    """The page, which must have been drawn to its end without an error of any kind."""
    assert not app.exception
    assert not app.error
    return app


def components(app: AppTest) -> set[str]:
    """The keys of the components that are on the page."""
    return {element.key for element in app.get("bidi_component")}


def data(app: AppTest, key: str) -> Any:
    """What a component was given to draw."""
    return json.loads(_component(app, key).proto.json)


def table(app: AppTest, key: str) -> Table:
    """The cells of a table, by the name of the row, then by the head of the column."""
    return _by_head(app, key, "cells")


def notes(app: AppTest, key: str) -> Table:
    """The small texts of a table, in the same way."""
    return _by_head(app, key, "notes")


def names(app: AppTest, key: str) -> list[str]:
    """The first cells of a table, from top to bottom."""
    return [row["cells"][0] for row in data(app, key)["rows"]]


def traces(app: AppTest, key: str) -> list[dict[str, Any]]:
    """The traces of a chart."""
    return data(app, key)["traces"]


def marks(app: AppTest, key: str) -> list[dict[str, float]]:
    """The values of a chart of horizontal marks, by name, one mapping for each trace."""
    return [dict(zip(trace["y"], trace["x"], strict=True)) for trace in traces(app, key)]


def send(app: AppTest, key: str, event: str, value: object) -> AppTest:
    """Run the page as it does when the script of a component sends something."""
    trigger = f"$$STREAMLIT_INTERNAL_KEY_{_component(app, key).proto.id}__events"
    sent = json.dumps([{"event": event, "value": value}])
    states = app._tree.get_widget_states()
    states.widgets.append(WidgetState(id=trigger, json_trigger_value=sent))
    return app._run(states)


def opened_details(app: AppTest, key: str) -> AppTest:
    """The page with the figures and the SQL of a card open."""
    app.session_state[f"details_{key}"] = True
    return whole(app.run())


def captions(app: AppTest) -> list[str]:
    """The captions of the page, as they are read."""
    return [unescaped(caption) for caption in app.main.caption]


def texts(app: AppTest) -> list[str]:
    """The plain texts of the page; the slice in words is the first one on most pages."""
    return [text.value for text in app.main.text]


def notices(app: AppTest) -> list[str]:
    """The notices and warnings of the page, as they are read."""
    return [unescaped(notice) for notice in (*app.main.info, *app.main.warning)]


def metrics(app: AppTest) -> dict[str, str]:
    """The key figures, by their labels."""
    return {metric.label: metric.value for metric in app.metric}


def facts(app: AppTest) -> dict[str, str]:
    """The facts above a conversation, by their labels."""
    return {fact["label"]: fact["text"] for fact in data(app, "facts")["facts"]}


def drawn(app: AppTest, column: int = 0) -> list[dict[str, Any]]:
    """The messages of a conversation, or of the one beside it."""
    messages: list[dict[str, Any]] = data(app, "transcript")["columns"][column]["messages"]
    return messages


def bodies(app: AppTest, column: int = 0) -> list[str | None]:
    """The texts of these messages; None of those that are not sent."""
    return [
        None if message["nodes"] is None else "".join(map(spoken, message["nodes"]))
        for message in drawn(app, column)
    ]


def covers(app: AppTest) -> dict[int, str]:
    """What stands where messages are covered, by their index."""
    return {message["index"]: message["cover"] for message in drawn(app) if message["cover"]}


def spoken(node: Any) -> str:
    """What a reader sees of a node of a text: what is masked in brackets, names in angles."""
    match node:
        case str():
            return node
        case {"mask": kind}:
            return f"[{kind}]"
        case {"name": name}:
            return f"<{name}>"
        case {"block": inner} | {"children": inner}:
            return "".join(map(spoken, inner))
        case {"code": runs}:
            return "".join(spoken(piece) for _, pieces in runs for piece in pieces)
    return str(node.get("note", ""))


def _component(app: AppTest, key: str) -> Any:
    return next(element for element in app.get("bidi_component") if element.key == key)


def _by_head(app: AppTest, key: str, what: str) -> Table:
    drawn = data(app, key)
    heads = [head["label"] for head in drawn["columns"]]
    return {
        row["cells"][0]: dict(zip_longest(heads, row[what], fillvalue="")) for row in drawn["rows"]
    }


def unescaped(element: object) -> str:
    """What a reader sees of a text in which characters of Markdown are escaped."""
    return re.sub(r"\\(.)", r"\1", element.value)  # type: ignore[attr-defined]


def error_texts(app: AppTest) -> list[str]:
    return [unescaped(error) for error in app.error]
