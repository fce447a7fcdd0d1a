"""The text of a message as a tree: what is written is there, and nothing that could act."""

import json
import re
from time import thread_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from pygments.lexers import get_lexer_by_name

from dashboard.rich_text.highlighting import CODE_LANGUAGES
from dashboard.rich_text.message import message_nodes
from dashboard.rich_text.plain_text import BLOCK_CHARS
from dashboard.rich_text.render_budget import HIGHLIGHTED_CHARS
from queries.masking.pipeline import with_placeholders
from queries.masking.placeholders import KINDS
from queries.text.control_characters import escape_control_characters
from tests.support.hostile_texts import HOSTILE_TEXTS

# Written out once more: what a message may consist of is not for the code to say.
TAGS = "|p|h4|h5|h6|ul|ol|li|blockquote|em|strong|s|hr|br|code|table|thead|tbody|tr|th|td|"
MATH_TAGS = (
    "|math|mrow|mi|mn|mo|mtext|mspace|msup|msub|msubsup|munder|mover|munderover|mfrac|msqrt|mroot"
    "|mtable|mtr|mtd|mstyle|mpadded|menclose|mmultiscripts|mprescripts|none|"
)
KEYS = (
    {"mask"},
    {"name", "tone"},
    {"block"},
    {"code", "info"},
    {"link", "children"},
    {"image", "address"},
    {"formula", "source", "display"},
    {"note"},
)
MARK = chr(0xFDD0)


def plain(text: str) -> list[Any]:
    return message_nodes(text, text_format="plain")


def rendered(text: str) -> list[Any]:
    return message_nodes(text, text_format="rendered")


def words(text_pieces: list[Any]) -> str:
    """Pieces as the text they were cut from."""
    return "".join(
        piece
        if isinstance(piece, str)
        else piece.get("name") or chr(0xFDD0 + KINDS.index(piece["mask"]))
        for piece in text_pieces
    )


def check(node: Any) -> None:
    """Nothing but what is on the lists, all the way down."""
    if isinstance(node, str):
        assert not re.search(r"[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", node)
        return
    if "tag" in node:
        assert node.keys() <= {"tag", "children", "start", "align"}
        assert f"|{node['tag']}|" in TAGS
        assert isinstance(node.get("start", 0), int)
        assert node.get("align", "left") in {"left", "center", "right"}
    else:
        assert set(node) in KEYS
    if "link" in node:
        assert re.fullmatch(r"(?i)(https?://|mailto:)[^\s\"'<>\\]+", node["link"])
    if "formula" in node:
        check_formula(node["formula"])
    for key in ("children", "block", "info", "image", "address"):
        for child in node.get(key, ()):
            check(child)
    for name, text_pieces in node.get("code", ()):
        assert re.fullmatch("[a-z]*", name)
        for piece in text_pieces:
            check(piece)


def check_formula(node: Any) -> None:
    if isinstance(node, str):
        check(node)
        return
    assert set(node) == {"tag", "attributes", "children"}
    assert f"|{node['tag']}|" in MATH_TAGS
    assert not set(node["attributes"]) & {"href", "style", "class", "id", "mathcolor", "src"}
    assert not any(name.startswith("on") or ":" in name for name in node["attributes"])
    for value in node["attributes"].values():
        assert re.fullmatch(r"[a-z0-9.+ -]{1,99}", value)
        assert not re.search(r"\d{2}(em|ex)", value)
    for child in node["children"]:
        check_formula(child)


@pytest.mark.parametrize("how", ["plain", "rendered"])
@pytest.mark.parametrize("name", HOSTILE_TEXTS)
def test_a_hostile_text_is_only_text(name, how):
    text = escape_control_characters(with_placeholders(HOSTILE_TEXTS[name]))
    started = thread_time()
    nodes = message_nodes(text, text_format=how)
    # Of a processor; ten times what it takes here.
    assert thread_time() - started < 5
    for node in nodes:
        check(node)
    assert len(json.dumps(nodes).encode()) < 12 * len(text) + 5_000


@pytest.mark.parametrize("name", HOSTILE_TEXTS)
def test_a_hostile_text_is_complete_and_as_written(name):
    text = escape_control_characters(with_placeholders(HOSTILE_TEXTS[name]))
    assert without_fences(text) == joined(plain(text))


def test_there_are_many_hostile_texts():
    assert len(HOSTILE_TEXTS) >= 60


def joined(nodes: list[Any]) -> str:
    return "".join(
        words(node["block"]) if "block" in node else "".join(words(run) for _, run in node["code"])
        for node in nodes
    )


def without_fences(text: str) -> str:
    """The text without the lines that another reader of Markdown takes for fences."""
    lines = [f"{line}\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    has_fence = "```" in text or "~~~" in text
    for token in MarkdownIt("zero").enable(["fence", "code"]).parse(text) if has_fence else ():
        if token.type == "fence":
            first, last = token.map[0], token.map[1] - 1
            end = lines[last].strip()
            is_closed = last > first and re.fullmatch(rf"{token.markup}{token.markup[0]}*", end)
            lines[first] = ""
            if is_closed:
                lines[last] = ""
    return "".join(lines)


@given(st.text(st.sampled_from("`~ a\n\t\ufdd0\u05d0"), max_size=60))
def test_plain_nodes_are_the_text_without_its_fences(text):
    assert joined(plain(text)) == without_fences(text)


@given(st.lists(st.sampled_from(["```", "~~~~", "py", "\n", " ", "x = 1", "NAME_1", "    "])))
def test_fences_are_those_of_a_commonmark_parser(parts):
    text = "".join(parts)
    fences = MarkdownIt("zero").enable(["fence", "code"]).parse(text)
    # The other reader takes the indent of a fence from its lines as well.
    assert [
        (
            words(node["info"]),
            re.sub("(?m)^ +", "", "".join(words(run) for _, run in node["code"])).rstrip(),
        )
        for node in plain(text)
        if "code" in node
    ] == [
        (token.info.strip(), re.sub("(?m)^ +", "", token.content).rstrip())
        for token in fences
        if token.type == "fence"
    ]


def test_a_fence_is_closed_by_one_as_long_of_the_same_character():
    [code, after] = plain("````\na\n```\n~~~~\nb\n`````\nc")
    assert code == {"code": [("", ["a\n```\n~~~~\nb\n"])], "info": []}
    assert after == {"block": ["c"]}


@pytest.mark.parametrize(
    ("text", "lengths"),
    [
        ("", []),
        ("a" * BLOCK_CHARS, [4_000]),
        ("a" * (BLOCK_CHARS + 1), [4_000, 1]),
        (("a" * 2_999 + "\n") * 3, [3_000, 3_000, 3_000]),
        ("a" * 3_000 + " " + "b" * 3_000, [3_001, 3_000]),
        ("a" * 100 + " " + "b" * 5_000, [4_000, 1_101]),
    ],
)
def test_blocks_end_with_a_line_or_a_word(text, lengths):
    assert [len(words(node["block"])) for node in plain(text)] == lengths


def test_masked_values_and_redacted_names_are_chips():
    text = f"{MARK}{chr(0xFDD0 + 1)}, NAME_1 and NAME_9; @NAME_12x FILENAME_3 NAME_ NAME_1234567"
    [block] = plain(text)
    assert block["block"] == [
        {"mask": KINDS[0]},
        {"mask": KINDS[1]},
        ", ",
        {"name": "NAME_1", "tone": 1},
        " and ",
        {"name": "NAME_9", "tone": 1},
        "; @",
        {"name": "NAME_12", "tone": 4},
        "x FILENAME_3 NAME_ NAME_1234567",
    ]


def test_code_of_a_declared_language_has_classes():
    [node] = plain(f"```Python title=a\ndef f():\n  return 'NAME_2' + 1  # {MARK}\n```")
    assert node["info"] == ["Python title=a"]
    assert node["code"] == [
        ("keyword", ["def "]),
        ("function", ["f"]),
        ("", ["():\n  "]),
        ("keyword", ["return "]),
        ("string", ["'", {"name": "NAME_2", "tone": 2}, "' "]),
        ("operator", ["+ "]),
        ("number", ["1  "]),
        ("comment", ["# ", {"mask": KINDS[0]}, "\n"]),
    ]


def test_a_name_in_code_is_one_chip_in_any_language():
    [node] = plain("```tex\n$NAME_1$ x\n```")
    text_pieces = [piece for _, run in node["code"] for piece in run]
    assert {"name": "NAME_1", "tone": 1} in text_pieces
    assert "".join(map(words, [text_pieces])) == "$NAME_1$ x\n"


@pytest.mark.parametrize("info", ["", "no-such", "text", "../python", "brainfuck"])
def test_code_in_an_unknown_language_is_not_highlighted(info):
    [node] = plain(f"```{info}\nif x: 1\n```")
    assert node["code"] == [("", ["if x: 1\n"])]


def test_long_code_is_not_highlighted(monkeypatch):
    # The limit of characters is meant, not that of time, however slow this machine is.
    monkeypatch.setattr("dashboard.rich_text.render_budget.SECONDS_MAX", 60)
    code = "if x: 1\n" * (HIGHLIGHTED_CHARS // 8)
    assert len(plain(f"```py\n{code}```")[0]["code"]) > 1
    assert plain(f"```py\n{code}x\n```")[0]["code"] == [("", [f"{code}x\n"])]


@pytest.mark.parametrize("language", sorted(CODE_LANGUAGES))
@settings(deadline=None)  # A language is imported with its first code.
@given(code=st.text(st.sampled_from("aZ_1 \t\n'\"`#/*<>{}()$\\:;=\ufdd0é"), max_size=80))
def test_runs_of_code_are_the_code(language, code):
    assert get_lexer_by_name(language)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "dashboard.rich_text.render_budget.SECONDS_MAX", 60
        )  # However slow this machine is.
        nodes = rendered(f"~~~{language}\n{code}\n~~~\n")
    assert joined(nodes[:1]) == f"{code}\n"


@pytest.mark.parametrize("code", ["x" * 1_001, "1" * 1_000 + "\n" * 201 + "if"])
def test_code_with_very_long_lines_is_not_highlighted(code):
    [node] = plain(f"```py\n{code}")
    assert node["code"] == [("", [code])]
