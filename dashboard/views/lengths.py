from dashboard.components import notices
from dashboard.components.page_header import show_page_header
from dashboard.panels.lengths.charts import show_lengths

filters, total = show_page_header()
if total:
    show_lengths(filters, total)
else:
    notices.show_empty_slice(filters)
