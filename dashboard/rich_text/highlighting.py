"""Syntax highlighting of code whose fence names a known language; nothing is guessed."""

import re
from collections.abc import Iterable
from functools import cache
from itertools import takewhile

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import (
    Comment,
    Generic,
    Keyword,
    Literal,
    Name,
    Number,
    Operator,
    Punctuation,
    String,
    _TokenType,
)

from dashboard.rich_text.chips import run_pieces, text_pieces
from dashboard.rich_text.nodes import Code
from dashboard.rich_text.render_budget import Budget

CODE_LANGUAGES = frozenset(
    """apache asm bash bat batch c c# c++ clojure cmake cpp cs csharp css dart diff docker
    dockerfile elixir elm erlang f# fortran fsharp gdscript glsl go golang graphql groovy haskell
    hcl hs html http ini java javascript js json json5 jsx julia kotlin latex less lisp lua make
    makefile matlab md markdown mysql nasm nginx objc objective-c pascal perl php plpgsql
    postgres postgresql powershell prolog protobuf ps1 py python python3 r rb rs ruby rust scala
    scheme scss sh shell solidity sql swift terraform tex toml ts tsx typescript vb.net vbnet
    verilog vhdl vue xml yaml yml zig zsh""".split()  # noqa: SIM905
)
"""Names of languages that are highlighted."""

_CLASSES: tuple[tuple[_TokenType, str], ...] = (
    (Comment, "comment"),
    (String, "string"),
    (Number, "number"),
    (Literal, "number"),
    (Keyword, "keyword"),
    (Operator.Word, "keyword"),
    (Operator, "operator"),
    (Punctuation, ""),
    (Name.Function, "function"),
    (Name.Class, "function"),
    (Name.Tag, "keyword"),
    (Name.Decorator, "function"),
    (Name.Builtin, "name"),
    (Name.Attribute, "name"),
    (Name.Variable, "name"),
    (Name.Constant, "number"),
    (Generic.Deleted, "deleted"),
    (Generic.Inserted, "inserted"),
    (Generic.Error, "error"),
    (Generic.Heading, "keyword"),
    (Generic.Subheading, "function"),
)

# A single regular expression of a lexer can take seconds on such text, and cannot be interrupted.
_TOO_SLOW = re.compile(r"[^\n]{1001}|\s{201}")

CLASSES = frozenset(name for _, name in _CLASSES)
"""CSS classes of highlighted runs; other runs have an empty class."""


def code_node(code: str, info: str, budget: Budget) -> Code:
    """A block of code, highlighted if its language is known and the budget allows it.

    Args:
        code: the code as written.
        info: the info string of its fence, which starts with the language.
        budget: the budget of the message.
    """
    lexer = _lexer(info)
    is_highlighted = lexer and not _TOO_SLOW.search(code) and budget.take_highlighting(code)
    runs = _runs(lexer, code, budget) if lexer and is_highlighted else []
    if "".join(text for _, text in runs) != code:
        runs = [("", code)]
    return Code(code=run_pieces(runs), info=text_pieces(info))


def _lexer(info: str) -> Lexer | None:
    word = re.match(r"\{?\.?([\w#+.-]*)", info.lower())
    return _lexer_of(word[1]) if word and word[1] in CODE_LANGUAGES else None


@cache
def _lexer_of(language: str) -> Lexer:
    return get_lexer_by_name(language)


def _runs(lexer: Lexer, code: str, budget: Budget) -> list[tuple[str, str]]:
    """The code as runs of a class and a text; incomplete if the time runs out."""
    # Not get_tokens(), which changes line ends.
    tokens = takewhile(lambda _: budget.has_time(), lexer.get_tokens_unprocessed(code))
    return _merged((_class(token), text) for _, token, text in tokens if text)


def _merged(runs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Join adjacent runs of the same class; white space joins the run before it."""
    names: list[str] = []
    texts: list[list[str]] = []
    for name, text in runs:
        if names and (name == names[-1] or text.isspace()):
            texts[-1].append(text)
        else:
            names.append(name)
            texts.append([text])
    return [(name, "".join(parts)) for name, parts in zip(names, texts, strict=True)]


@cache
def _class(token: _TokenType) -> str:
    return next((name for kind, name in _CLASSES if token in kind), "")
