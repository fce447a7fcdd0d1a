from dashboard import session
from dashboard.components.page_head import show_page_head
from dashboard.components.search_help import show_search_help
from dashboard.components.search_page import show_found, show_like
from dashboard.searching import show_box
from queries.errors import IndexMissingError

filters, total = show_page_head("Search")
if session.store().index_facts is None:
    raise IndexMissingError(session.store_path().path)
asked = show_box()
if asked.like_id:
    show_like(asked)
if asked.is_anything:
    show_found(asked, filters)
else:
    show_search_help()
