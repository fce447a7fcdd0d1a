"""Output on a terminal of any encoding: what it cannot show is escaped as in JSON."""

import codecs
import io
import sys
from typing import TextIO

_ERRORS = "chatscape_escape"


def escape_unencodable_output() -> None:
    r"""Make the standard streams write \u4e2d for a character that their encoding lacks."""
    codecs.register_error(_ERRORS, _escape)
    sys.stdout, sys.stderr = _escaping(sys.stdout), _escaping(sys.stderr)


class _EscapingOutput(io.TextIOWrapper):
    """A stream of ASCII. Click would write UTF-8 to one whose encoding says so."""

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "ascii with escapes"


def _escaping(stream: TextIO) -> TextIO:
    if not isinstance(stream, io.TextIOWrapper) or _name(stream).startswith("utf"):
        return stream
    if _name(stream) != "ascii":
        stream.reconfigure(errors=_ERRORS)
        return stream
    is_buffered = stream.line_buffering
    return _EscapingOutput(
        stream.detach(), encoding="ascii", errors=_ERRORS, line_buffering=is_buffered
    )


def _name(stream: TextIO) -> str:
    return codecs.lookup(stream.encoding).name


def _escape(error: UnicodeError) -> tuple[str, int]:
    """The escapes of JSON, which its readers turn back: one or two of UTF-16 per character."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", errors="surrogatepass")
    escapes = (f"\\u{units[n : n + 2].hex()}" for n in range(0, len(units), 2))
    return "".join(escapes), error.end
