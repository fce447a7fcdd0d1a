from dashboard.components import notices
from dashboard.components.page_header import show_title
from dashboard.components.slice_caption import show_slice_caption
from dashboard.panels.browse.page import show_list
from dashboard.state import session
from queries.breakdowns import overview

filters = session.current_filters()
total = int(session.rows(overview.slice_size, filters).iloc[0].conversation_count)

show_title()
show_slice_caption(total, filters)
if total:
    show_list(filters, total)
else:
    notices.show_empty_slice(filters)
