"""Lists and dictionaries as Python and NumPy print them: what pandas writes into a CSV.

NumPy puts no comma between the items of an array, so that `ast.literal_eval` cannot read it.
"""

import ast
import json
import re
from typing import Any

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>[bru]?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))
        |(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)
        |(?P<name>-?[A-Za-z_][\w.]*)
        |(?P<sign>\.\.\.|[\[\](){},:=])
    )""",
    re.VERBOSE | re.DOTALL,
)
_NAMES = {
    "None": None,
    "null": None,
    "NaN": float("nan"),
    "nan": float("nan"),
    "True": True,
    "true": True,
    "np.True_": True,
    "False": False,
    "false": False,
    "np.False_": False,
    "inf": float("inf"),
    "-inf": float("-inf"),
    "-nan": float("nan"),
}
_CLOSING = {"[": "]", "(": ")"}


def parse_literal(text: str) -> Any:  # noqa: ANN401
    """The value that a text of JSON, Python or NumPy stands for.

    Raises:
        ValueError: it is none of them, or NumPy left out items.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return _Parser(text).parse()


class _Parser:
    """A reader of one literal, in which commas may be missing."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def parse(self) -> Any:  # noqa: ANN401
        try:
            value = self._value()
        except RecursionError:
            raise ValueError("it is nested too deeply") from None
        if self._text[self._at :].strip():
            raise ValueError(f"it goes on after its end, at character {self._at + 1:,}")
        return value

    def _next(self) -> tuple[str, str]:
        """The kind and the text of the next token."""
        match = _TOKEN.match(self._text, self._at)
        if match is None:
            raise ValueError(f"it cannot be read from character {self._at + 1:,} on")
        self._at = match.end()
        kind = str(match.lastgroup)
        if match[kind] == "...":
            raise ValueError("NumPy left out items of a long list, and wrote ... in their place")
        return kind, match[kind]

    def _follows(self, sign: str) -> bool:
        """Whether a sign is next; it is read if so."""
        start = self._at
        match = _TOKEN.match(self._text, start)
        if match is not None and match["sign"] == sign:
            self._at = match.end()
            return True
        return False

    def _value(self) -> Any:  # noqa: ANN401
        kind, word = self._next()
        if kind == "text":
            return self._string(word)
        if kind == "number":
            return ast.literal_eval(word.lstrip("+"))
        if kind == "name":
            return self._named(word)
        if word == "{":
            return self._dictionary()
        if word in _CLOSING:
            return self._items(_CLOSING[word])
        raise ValueError(f"a {word} stands where a value should, before character {self._at:,}")

    def _string(self, token: str) -> str:
        value = ast.literal_eval(token)
        if not isinstance(value, str):
            raise ValueError("it holds bytes, not texts")
        return value

    def _named(self, name: str) -> Any:  # noqa: ANN401
        """A constant, or the first argument of a call such as ``array([...], dtype=object)``."""
        if self._follows("("):
            value = self._value()
            while not self._follows(")"):
                self._next()
            return value
        if name not in _NAMES:
            raise ValueError(f"{name} is no value")
        return _NAMES[name]

    def _items(self, closing: str) -> list[Any]:
        items = []
        while not self._follows(closing):
            items.append(self._value())
            self._follows(",")
        return items

    def _dictionary(self) -> dict[str, Any]:
        items = {}
        while not self._follows("}"):
            key = self._value()
            if not self._follows(":"):
                raise ValueError(f"a colon is missing before character {self._at + 1:,}")
            items[str(key)] = self._value()
            self._follows(",")
        return items
