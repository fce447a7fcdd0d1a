"""Formulas of LaTeX as elements of MathML that are on a list."""

import re
from xml.etree.ElementTree import Element

from latex2mathml.converter import Converter

from dashboard.text.nodes import MathElement
from queries.reading import visible

TAGS = frozenset(
    """math mrow mi mn mo mtext mspace msup msub msubsup munder mover munderover mfrac msqrt mroot
    mtable mtr mtd mstyle mpadded menclose mmultiscripts mprescripts none""".split()  # noqa: SIM905
)

_LENGTH = r"[+-]?(?:0?\.\d{1,3}|[0-3](?:\.\d{1,3})?)(?:em|ex)|0|(?:1?\d(?:\.\d{1,3})?)(?:px|pt|mu)"
_WORDS = r"[a-z]{1,20}(?: [a-z]{1,20}){0,30}"

ATTRIBUTES = {
    **dict.fromkeys(
        ("stretchy", "fence", "accent", "accentunder", "separator", "symmetric"), "true|false"
    ),
    **dict.fromkeys(("largeop", "movablelimits", "displaystyle"), "true|false"),
    **dict.fromkeys(("width", "height", "depth", "lspace", "rspace", "voffset"), _LENGTH),
    **dict.fromkeys(("minsize", "maxsize", "linethickness"), _LENGTH),
    **dict.fromkeys(("columnalign", "columnlines", "rowlines", "notation"), _WORDS),
    **dict.fromkeys(("columnspacing", "rowspacing"), rf"(?:{_LENGTH})(?: (?:{_LENGTH})){{0,30}}"),
    "form": "prefix|infix|postfix",
    "scriptlevel": r"[+-]?[0-2]",
    "mathvariant": r"[a-z-]{1,25}",
    "display": "inline|block",
}
"""The attributes that are kept, each with the pattern of its values. Links, styles, classes and
colours are not among them, and no length reaches beyond its formula."""

_ELEMENTS_MAX = 1_500
_DEPTH_MAX = 60

_DEFINITION = re.compile(r"\\(?:[egx]?def|let|(?:re)?newcommand|providecommand|newenvironment)\b")
_REFERENCE = re.compile(r"&#x([0-9A-Fa-f]{1,6});")


def math_element(latex: str, *, display: bool) -> MathElement | None:
    """The formula as MathML; None where it cannot be read, or is more than a formula.

    Args:
        latex: without the signs around it.
        display: on lines of its own.
    """
    if _DEFINITION.search(latex):
        return None
    try:
        converter = Converter(display="block" if display else "inline")
        element = converter.convert_to_element(latex)
    # It has no base class for what it refuses, and lets many a built-in error through.
    except Exception:  # noqa: BLE001
        return None
    return _allowed(element)


def _allowed(root: Element) -> MathElement | None:
    """What is on the lists of the same tree; None where an element is not, or there are many."""
    copy = _copy(root)
    waiting, count = [(root, copy, 1)], 0
    while waiting:
        element, kept, depth = waiting.pop()
        count += 1
        if element.tag not in TAGS or count > _ELEMENTS_MAX or depth > _DEPTH_MAX:
            return None
        try:
            text = _REFERENCE.sub(_character, element.text or "")
        except (ValueError, OverflowError):
            return None
        if text:
            kept["children"].append(visible(text))
        for child in element:
            child_kept = _copy(child)
            kept["children"].append(child_kept)
            waiting.append((child, child_kept, depth + 1))
    return copy


def _copy(element: Element) -> MathElement:
    attributes = {
        name: value
        for name, value in element.attrib.items()
        if name in ATTRIBUTES and re.fullmatch(ATTRIBUTES[name], str(value))
    }
    return MathElement(tag=element.tag, attributes=attributes, children=[])


def _character(match: re.Match[str]) -> str:
    """The character that a reference stands for: never a surrogate, nor a mark of ours."""
    code = int(match[1], 16)
    if 0xD800 <= code <= 0xDFFF or 0xFDD0 <= code <= 0xFDEF:
        raise ValueError
    return chr(code)
