from dashboard.components.page_header import show_title
from dashboard.panels.sql.page import show_outcome, show_request
from dashboard.state import session
from queries.breakdowns import overview

filters = session.current_filters()
total = int(session.rows(overview.slice_size, filters)["conversation_count"].iloc[0])
show_title()
show_outcome(show_request(filters, total))
