"""Nodes of Markdown and formulas: what is rendered, and what is shown as written."""

import re
from typing import Any

import pytest

from dashboard.rich_text import mathml
from dashboard.rich_text.highlighting import CLASSES
from dashboard.rich_text.markdown import ELEMENT_TAGS
from dashboard.rich_text.message import message_nodes
from dashboard.rich_text.render_budget import FORMULAS_MAX, NODES_MAX
from queries.masking.placeholders import KINDS
from tests.support.paths import ROOT

MARK = chr(0xFDD0)
TABLE_HEAD = ["thead", ["tr", ["th", "a"]]]


def rendered(text: str) -> list[Any]:
    return message_nodes(text, text_format="rendered")


def tree(node: Any) -> Any:
    """A node of Markdown as a tag with its children, for comparing."""
    if isinstance(node, dict) and "tag" in node:
        return [node["tag"], *map(tree, node["children"])]
    return node


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# a\n## b\n### c\n###### d", [["h4", "a"], ["h5", "b"], ["h6", "c"], ["h6", "d"]]),
        ("a\nb\n\nc", [["p", "a", ["br"], "b"], ["p", "c"]]),
        ("*a*~~b~~`c`", [["p", ["em", "a"], ["s", "b"], ["code", "c"]]]),
        ("**a** b", [["p", ["strong", "a"], " b"]]),
        ("- a\n- b", [["ul", ["li", "a"], ["li", "b"]]]),
        ("> a\n\n---", [["blockquote", ["p", "a"]], ["hr"]]),
        ("|a|\n|-|", [["table", ["thead", ["tr", ["th", "a"]]]]]),
        ("|a|\n|-|\n|b|", [["table", TABLE_HEAD, ["tbody", ["tr", ["td", "b"]]]]]),
        ("<b>x</b>", [["p", "<b>x</b>"]]),
        ("<div>\nx\n</div>", [["p", "<div>", ["br"], "x", ["br"], "</div>"]]),
        ("https://a.example", [["p", "https://a.example"]]),
        ("[a](javascript:b)", [["p", "[a](javascript:b)"]]),
        (f"[a](mailto:{MARK})", [["p", "[a](mailto:", {"mask": KINDS[0]}, ")"]]),
        ("[a](https://b.example/c)", [["p", {"link": "https://b.example/c", "children": ["a"]}]]),
        (
            "![NAME_1](http://b/c.png)",
            [["p", {"image": [{"name": "NAME_1", "tone": 1}], "address": ["http://b/c.png"]}]],
        ),
        ("&#x202e;&lt;&#xfdd0;", [["p", "[U+202E]<\ufffd"]]),
        ("\\$5 and $6", [["p", "$5 and $6"]]),
        (f"$x + {MARK}$", [["p", ["code", "$x + ", {"mask": KINDS[0]}, "$"]]]),
        ("$\\frac$", [["p", ["code", "$\\frac$"]]]),
    ],
)
def test_markdown_is_rendered(text, expected):
    assert [tree(node) for node in rendered(text)] == expected


def test_lists_keep_their_start_and_cells_their_alignment():
    assert rendered("7. a")[0]["start"] == 7
    [table] = rendered("|a|b|\n|:-:|-:|")
    assert [cell["align"] for cell in table["children"][0]["children"][0]["children"]] == [
        "center",
        "right",
    ]


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        ("$5 and $6", []),
        ("from $HOME to $PATH, or $HOME/$USER", []),
        ("US$5 or 6$", []),
        ("$ a $", []),
        ("`$a$` \\$a$", []),
        ("$x^2$ and设$y$为", [("x^2", False), ("y", False)]),
        (r"\(a\) \[b\] $$c$$", [("a", False), ("b", True), ("c", True)]),
        ("so:\n\\[\na\n- b\n= c\n\\]\nand", [("a\n- b\n= c", True)]),
        ("> $$\n> a\n> $$\n\n- $$b$$", [("a", True), ("b", True)]),
        ("$$\na\n\nb\n$$", []),
        ("$$a$$ is $$b$$", [("a", True), ("b", True)]),
        (r"$$ \text{not closed} $", []),
    ],
)
def test_formulas_are_distinguished_from_money(text, sources):
    formulas = []

    def look(node: Any) -> None:
        if isinstance(node, dict):
            if "formula" in node:
                formulas.append((node["source"], node["display"]))
            for child in node.get("children", ()):
                look(child)

    for node in rendered(text):
        look(node)
    assert formulas == sources


def test_a_formula_is_mathml():
    [paragraph] = rendered(r"$\href{javascript:a}{x} \ge 2$")
    [formula] = paragraph["children"]
    row = {"tag": "mrow", "attributes": {}}
    assert formula["formula"] == {
        "tag": "math",
        "attributes": {"display": "inline"},
        "children": [
            row
            | {
                "children": [
                    row
                    | {
                        "children": [
                            row | {"children": [{"tag": "mi", "attributes": {}, "children": ["x"]}]}
                        ]
                    },
                    {"tag": "mo", "attributes": {}, "children": ["≥"]},
                    {"tag": "mn", "attributes": {}, "children": ["2"]},
                ]
            }
        ],
    }


@pytest.mark.parametrize(
    "formula",
    [r"\phantom{x}", r"\unicode{d800}", r"\unicode{fdd0}", r"\unicode{110000}", r"\def\a{x}\a"],
)
def test_a_formula_that_hides_or_pretends_is_shown_as_written(formula):
    assert [tree(node) for node in rendered(f"${formula}$")] == [["p", ["code", f"${formula}$"]]]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x" * 200_001, "it is too long"),
        ("> " * 50 + "x", "it is nested too deep"),
        ("*a " * 60 + "b*" * 60, "it is nested too deep"),
        ("a\n" * (NODES_MAX // 2 + 1), "it has too many parts"),
    ],
)
def test_what_is_too_costly_to_render_is_shown_as_written(monkeypatch, text, reason):
    monkeypatch.setattr("dashboard.rich_text.render_budget.SECONDS_MAX", 60)
    note, *rest = rendered(text)
    assert note == {"note": f"Shown as written: {reason} to be rendered."}
    assert rest == message_nodes(text, text_format="plain")


def test_formulas_beyond_the_limit_are_shown_as_written():
    nodes = rendered("$x$\n\n" * (FORMULAS_MAX + 1))
    assert [tree(node) for node in nodes[-1:]] == [["p", ["code", "$x$"]]]
    assert "formula" in nodes[-2]["children"][0]


@pytest.mark.parametrize(
    ("name", "allowed"),
    [
        ("TEXT_TAGS", {*ELEMENT_TAGS.values(), "br", "code"}),
        ("MATH_TAGS", mathml.MATHML_TAGS),
        ("MATH_ATTRIBUTES", set(mathml.MATHML_ATTRIBUTES)),
        ("CODE_CLASSES", CLASSES - {""}),
    ],
)
def test_the_script_and_python_allow_the_same_elements(name, allowed):
    script = (ROOT / "dashboard" / "panels" / "conversation" / "message_text.js").read_text()
    [listed] = re.findall(rf"^const {name} = new Set\((.*?)\.split", script, re.M | re.S)
    assert set("".join(re.findall('"(.*?)"', listed)).split()) == set(allowed)
