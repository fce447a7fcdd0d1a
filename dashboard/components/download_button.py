"""A button that downloads a file, which is made when it is pressed."""

from collections.abc import Callable, Collection

from dashboard.components.custom_component import custom_component
from dashboard.state.downloads import download_href, offer_download

_BUTTON = custom_component(__name__)


def show_download_button(
    label: str,
    make: Callable[[], str | bytes],
    *,
    file_name: str,
    mime: str,
    key: str,
    icon: str = "",
    ids: Collection[str] | None = None,
) -> None:
    """Draw the button. Only this user can fetch the file, for as long as the page is open.

    Args:
        label: text of the button.
        make: as in `offer_download`.
        file_name: name of the file.
        mime: its media type.
        key: key of the button in this session.
        icon: name of a Material symbol before the label; empty for none.
        ids: as in `offer_download`.
    """
    download = offer_download(key, make, file_name=file_name, mime=mime, ids=ids)
    href = download_href(download.token, download.name)
    _BUTTON(
        key=key,
        data={"label": label, "icon": icon, "href": href, "name": download.name},
        width="content",
    )
