"""Messages of errors as readers may see them: without paths of the server and addresses."""

import logging
import re

from dashboard.process import open_stores
from queries import errors
from queries.errors import DataError

_logger = logging.getLogger(__name__)

_OF_THE_SERVER = (
    *(errors.StoreMissingError, errors.StoreFormatError, errors.StoreBusyError),
    *(errors.StoreFullError, errors.TombstoneError, errors.AuditLogError, errors.LicenceError),
    *(errors.IndexMissingError, errors.IndexMismatchError, errors.IndexWithoutModelError),
    errors.ModelError,
)
"""Errors whose messages name the store and what is wrong with it, and nothing that people typed."""

_DATABASE = re.compile(r"\b(?:postgresql|sqlite)(?:\+\w+)?://\S*[\w/]")
_ENDPOINT = re.compile(r"https?://[^\s#]+#")
_PATH = re.compile(r"(?<![\w/:.~])(?:/[\w.@+~%-]+){2,}/?")


def public_text(error: DataError) -> str:
    """The message of an error for a page; what is hidden of it goes to the server's log.

    The folder of the store is written DIR, as in the help of the commands.
    """
    message = str(error)
    text = public_sentence(message)
    if text != message:
        # Messages of other errors may quote what somebody typed, which is for no log.
        is_of_server = isinstance(error, _OF_THE_SERVER)
        _logger.warning("an error: %s", message if is_of_server else type(error).__name__)
    return text


def public_sentence(sentence: str) -> str:
    """A sentence for a page: without paths of the server and addresses of its services."""
    text = sentence
    path = open_stores.store_path().path
    for place in sorted({str(path.absolute()), str(path.resolve())}, key=len, reverse=True):
        text = text.replace(place, "DIR") if len(place) > 1 else text
    text = _ENDPOINT.sub("", _DATABASE.sub("the database", text))
    return _PATH.sub("PATH", text)
