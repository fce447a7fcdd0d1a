from dashboard.components import notices
from dashboard.components.page_header import show_page_header
from dashboard.panels.topics.page import show_topics_page

filters, total = show_page_header()
if total:
    show_topics_page(filters, total)
else:
    notices.show_empty_slice(filters)
