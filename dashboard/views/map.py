from dashboard.components import notices
from dashboard.components.page_header import show_page_header
from dashboard.panels.map.page import show_map_page

filters, total = show_page_header()
if total:
    show_map_page(filters)
else:
    notices.show_empty_slice(filters)
