from dashboard.components.page_header import show_title
from dashboard.panels.log.tables import show_events, show_removed
from dashboard.process import open_stores
from dashboard.state import current_user
from queries.state.audit_log import audit_events
from queries.store.tombstones import read_tombstones

show_title()
current_user.require_operator("see the audit log")
show_events(audit_events(open_stores.store_path()))
show_removed(read_tombstones(open_stores.store_path()).to_pandas())
