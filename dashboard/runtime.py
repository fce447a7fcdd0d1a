"""What Streamlit's runtime says of itself: the one place that asks it."""

from streamlit import runtime


def open_session_count() -> int:
    """Pages that are open in a browser now; 0 where no server runs.

    Streamlit has no public way to count them, so another version may have none at all.
    """
    if not runtime.exists():
        return 0
    try:
        return int(runtime.get_instance()._session_mgr.num_active_sessions())
    except AttributeError:
        return 0
