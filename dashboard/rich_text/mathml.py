"""Convert LaTeX formulas to an allow-list of MathML elements."""

import re
from xml.etree.ElementTree import Element

from latex2mathml.converter import Converter

from dashboard.rich_text.nodes import MathElement
from queries.masking.placeholders import PLACEHOLDER_CHARACTER
from queries.text.control_characters import escape_control_characters

MATHML_TAGS = frozenset(
    """math mrow mi mn mo mtext mspace msup msub msubsup munder mover munderover mfrac msqrt mroot
    mtable mtr mtd mstyle mpadded menclose mmultiscripts mprescripts none""".split()  # noqa: SIM905
)

_LENGTH = r"[+-]?(?:0?\.\d{1,3}|[0-3](?:\.\d{1,3})?)(?:em|ex)|0|(?:1?\d(?:\.\d{1,3})?)(?:px|pt|mu)"
_WORDS = r"[a-z]{1,20}(?: [a-z]{1,20}){0,30}"

MATHML_ATTRIBUTES = {
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
"""Allowed attributes with a pattern of their values. They include no links, styles, classes or
colours, and lengths are small enough to stay inside the formula."""

_ELEMENTS_MAX = 1_500
_DEPTH_MAX = 60

_DEFINITION = re.compile(r"\\(?:[egx]?def|let|(?:re)?newcommand|providecommand|newenvironment)\b")
_REFERENCE = re.compile(r"&#x([0-9A-Fa-f]{1,6});")


def math_element(latex: str, *, display: bool) -> MathElement | None:
    """The MathML of a formula; None if it cannot be converted or is not allowed.

    Args:
        latex: the formula without delimiters.
        display: whether it stands on lines of its own.
    """
    if _DEFINITION.search(latex):
        return None
    try:
        converter = Converter(display="block" if display else "inline")
        element = converter.convert_to_element(latex)
    # latex2mathml has no base class for its errors, and also raises built-in ones.
    except Exception:  # noqa: BLE001
        return None
    return _allowed(element)


def _allowed(root: Element) -> MathElement | None:
    """A copy with allowed attributes; None if an element is not allowed or there are too many."""
    copy = _allowed_copy(root)
    waiting, count = [(root, copy, 1)], 0
    while waiting:
        element, target, depth = waiting.pop()
        count += 1
        if element.tag not in MATHML_TAGS or count > _ELEMENTS_MAX or depth > _DEPTH_MAX:
            return None
        try:
            text = _REFERENCE.sub(_character, element.text or "")
        except (ValueError, OverflowError):
            return None
        if text:
            target["children"].append(escape_control_characters(text))
        for child in element:
            child_target = _allowed_copy(child)
            target["children"].append(child_target)
            waiting.append((child, child_target, depth + 1))
    return copy


def _allowed_copy(element: Element) -> MathElement:
    attributes = {
        name: value
        for name, value in element.attrib.items()
        if name in MATHML_ATTRIBUTES and re.fullmatch(MATHML_ATTRIBUTES[name], str(value))
    }
    return MathElement(tag=element.tag, attributes=attributes, children=[])


def _character(match: re.Match[str]) -> str:
    """The character of a reference.

    Raises:
        ValueError: If it is a surrogate or a placeholder of masking.
    """
    code = int(match[1], 16)
    if 0xD800 <= code <= 0xDFFF or PLACEHOLDER_CHARACTER.match(chr(code)):
        raise ValueError
    return chr(code)
