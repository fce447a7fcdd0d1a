"""Work that makes later pages fast, put off until the first one is there."""

from collections.abc import Callable
from threading import Timer

FIRST_PAGE_SECONDS = 4.0
"""By then a cold process has drawn its first page; on two cores the two would slow each other."""


def after_first_page(work: Callable[[], object]) -> None:
    """Do some work in the background, a little later."""
    timer = Timer(FIRST_PAGE_SECONDS, work)
    timer.daemon = True
    timer.start()
