"""Code with colours: only of a language that is declared, never guessed."""

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

from dashboard.text.budget import Budget
from dashboard.text.nodes import Code
from dashboard.text.pieces import pieces, pieces_of_runs

LANGUAGES = frozenset(
    """apache asm bash bat batch c c# c++ clojure cmake cpp cs csharp css dart diff docker
    dockerfile elixir elm erlang f# fortran fsharp gdscript glsl go golang graphql groovy haskell
    hcl hs html http ini java javascript js json json5 jsx julia kotlin latex less lisp lua make
    makefile matlab md markdown mysql nasm nginx objc objective-c pascal perl php plpgsql
    postgres postgresql powershell prolog protobuf ps1 py python python3 r rb rs ruby rust scala
    scheme scss sh shell solidity sql swift terraform tex toml ts tsx typescript vb.net vbnet
    verilog vhdl vue xml yaml yml zig zsh""".split()  # noqa: SIM905
)
"""What a fence may say for its code to be given colours."""

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

# One pattern of a language can look at such lines for seconds, where no clock reaches it.
_ENDLESS = re.compile(r"[^\n]{1001}|\s{201}")

CLASSES = frozenset(name for _, name in _CLASSES)
"""What a run of code can be, apart from nothing in particular, which is empty."""


def code_node(code: str, info: str, budget: Budget) -> Code:
    """A block of code.

    Args:
        code: as written.
        info: what its fence says; its first word is the language.
        budget: of the message; where it is used up, the code has no colours.
    """
    lexer = _lexer(info)
    has_colours = lexer and not _ENDLESS.search(code) and budget.has_colours(code)
    runs = _runs(lexer, code, budget) if lexer and has_colours else []
    if "".join(text for _, text in runs) != code:
        runs = [("", code)]
    return Code(code=pieces_of_runs(runs), info=pieces(info))


def _lexer(info: str) -> Lexer | None:
    word = re.match(r"\{?\.?([\w#+.-]*)", info.lower())
    return _lexer_of(word[1]) if word and word[1] in LANGUAGES else None


@cache
def _lexer_of(language: str) -> Lexer:
    return get_lexer_by_name(language)


def _runs(lexer: Lexer, code: str, budget: Budget) -> list[tuple[str, str]]:
    """The code as runs of a class and a text; only its beginning where the time is up."""
    # Not get_tokens(), which adds and takes away line ends.
    tokens = takewhile(lambda _: budget.has_time(), lexer.get_tokens_unprocessed(code))
    return _merged((_class(token), text) for _, token, text in tokens if text)


def _merged(runs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Neighbours of one class as one run; white space goes with what is before it."""
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
